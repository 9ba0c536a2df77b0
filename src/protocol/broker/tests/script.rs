//! The language of the scripts: blocks of commands, `----`, and what is expected after them.

use super::cluster::{Ask, Cluster, P0, id};
use super::picture::{picture, worded};
use crate::model::{BrokerId, KafkaVersion, Nanos};
use crate::protocol::broker::*;
use crate::protocol::messages::*;
use crate::protocol::profile::{Profile, Truncation};
use crate::protocol::wire::*;
use std::fmt::Write;

const MS: Nanos = 1_000_000;

/// Runs a script. On a difference it prints the script as it would have to be.
pub(super) fn check(name: &str, script: &str) {
    let mut actual = String::new();
    let mut cluster = None;
    for block in script.trim().split("\n\n") {
        let (commands, _) = block.split_once("----").unwrap_or((block, ""));
        let commands = commands.trim_end();
        let _ = write!(actual, "{commands}\n----\n{}\n", run(&mut cluster, commands));
    }
    let actual = actual.trim();
    if actual != script.trim() {
        panic!("script {name} went otherwise:\n{actual}\n==== end of {name}");
    }
}

fn run(cluster: &mut Option<Cluster>, commands: &str) -> String {
    let mut text = String::new();
    for line in commands.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words[0] == "cluster" {
            *cluster = Some(build(&words[1..]));
        }
        let cluster = cluster.as_mut().expect("a script starts with `cluster`");
        command(cluster, &words);
    }
    let cluster = cluster.as_mut().expect("a script starts with `cluster`");
    for news in std::mem::take(&mut cluster.news) {
        if let Some(line) = worded(&news) {
            let _ = writeln!(text, "{line}");
        }
    }
    text + &picture(cluster)
}

/// `key=value` among the words.
fn value<'a>(words: &[&'a str], key: &str) -> Option<&'a str> {
    words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
}

fn number(words: &[&str], key: &str) -> Option<u64> {
    value(words, key).map(|text| text.parse().unwrap())
}

fn brokers(words: &[&str], key: &str) -> Vec<BrokerId> {
    let parse = |text: &str| id(text.parse().unwrap());
    value(words, key)
        .map_or(Vec::new(), |text| text.split(',').filter(|t| !t.is_empty()).map(parse).collect())
}

fn build(words: &[&str]) -> Cluster {
    let version: KafkaVersion = value(words, "version").unwrap_or("4.1").parse().unwrap();
    let mut profile = Profile::of(version, None);
    for word in words.iter().filter_map(|word| word.strip_prefix("no-")) {
        match word {
            "fencing" => profile.leader_epoch_fencing = false,
            "maximal-isr" => profile.maximal_isr = false,
            "broker-epoch-check" => profile.broker_epoch_check = false,
            "epoch-start-check" => profile.epoch_start_check = false,
            "frozen-hw" => profile.hw_frozen_below_min_isr = false,
            other => panic!("no-{other}"),
        }
    }
    if let Some(kind) = value(words, "truncation") {
        profile.truncation = match kind {
            "hw" => Truncation::ToHighWatermark,
            "kip101" => Truncation::Kip101,
            "kip279" => Truncation::Kip279,
            "kip320" => Truncation::Kip320,
            other => panic!("truncation={other}"),
        };
    }
    let topic = TopicSettings {
        min_insync_replicas: number(words, "min-isr").unwrap_or(1) as u32,
        flush_messages: number(words, "flush-messages").unwrap_or(u64::MAX),
        ..TopicSettings::default()
    };
    let mut cluster = Cluster::new(profile, number(words, "rf").unwrap_or(3) as usize, topic);
    if let Some(bytes) = number(words, "fetch-max") {
        cluster.brokers.iter_mut().for_each(|broker| broker.settings.replica_fetch_max_bytes = bytes as u32);
    }
    for broker in cluster.brokers.iter_mut().filter(|_| words.contains(&"racks")) {
        broker.settings.rack = Some(broker.settings.id.0 as u32);
        broker.settings.rack_aware_reads = true;
    }
    let detail = words.contains(&"detail");
    cluster.brokers.iter_mut().for_each(|broker| broker.set_detail(detail));
    cluster.start_all();
    cluster.advance(600 * MS);
    cluster.news.clear();
    cluster
}

fn target(words: &[&str]) -> BrokerId {
    id(words[1].parse().unwrap())
}

fn command(cluster: &mut Cluster, words: &[&str]) {
    match words[0] {
        "cluster" => return,
        "produce" => produce(cluster, words),
        "consume" => {
            let ask = Ask {
                max_wait_ns: number(words, "wait").unwrap_or(0) * MS,
                min_bytes: number(words, "min-bytes").unwrap_or(1) as u32,
                rack: number(words, "rack").map(|rack| rack as u32),
            };
            cluster.consume(target(words), number(words, "from").unwrap_or(0) as Offset, ask);
        }
        "latest" => latest(cluster, target(words)),
        "pass" => return cluster.advance(words[1].parse::<u64>().unwrap() * MS),
        "hold" => cluster.held.push(target(words)),
        "release" => {
            let broker = target(words);
            cluster.held.retain(|held| *held != broker);
        }
        "blind" => cluster.blind.push(target(words)),
        "see" => cluster.blind.clear(),
        "kill" => cluster.end(target(words), BrokerInput::Kill),
        "power" => {
            cluster.end(target(words), BrokerInput::PowerLoss { surviving_tail: surviving_tail(words) })
        }
        "lose-disk" => cluster.end(target(words), BrokerInput::DiskLost),
        "stop" => cluster.step(target(words), BrokerInput::Stop),
        "start" => cluster.start(target(words)),
        "fence" => cluster.fence(target(words)),
        "elect" => {
            let isr = brokers(words, "isr");
            cluster.elect((words[1] != "none").then(|| target(words)), isr);
        }
        "controller" => match words[1] {
            "down" => cluster.controller_up = false,
            "slow" => cluster.alter_held = true,
            "refuses" => cluster.refuse_isr = Some(ErrorCode::IneligibleReplica),
            _ => {
                cluster.controller_up = true;
                cluster.alter_held = false;
                cluster.refuse_isr = None;
            }
        },
        "merge" => {
            let broker = target(words);
            let offset = number(words, "below").unwrap() as Offset;
            cluster.broker(broker).merge_below(P0, offset);
        }
        "delete" => {
            let below = number(words, "below").unwrap() as Offset;
            cluster.broker(target(words)).delete_records_below(P0, below);
        }
        other => panic!("unknown command {other}"),
    }
    cluster.settle();
}

fn produce(cluster: &mut Cluster, words: &[&str]) {
    let acks = match value(words, "acks") {
        Some("0") => Acks::Zero,
        Some("1") => Acks::One,
        _ => Acks::All,
    };
    let count = number(words, "n").unwrap_or(1) as u32;
    let epoch = number(words, "epoch").unwrap_or(0) as i16;
    let sequence = number(words, "seq").map(|sequence| (epoch, sequence as i32));
    cluster.produce(target(words), acks, count, sequence);
}

fn latest(cluster: &mut Cluster, broker: BrokerId) {
    cluster.correlation += 1;
    let asked =
        ListOffsetsPartition { partition: P0, current_leader_epoch: -1, position: OffsetSpec::Latest };
    let (from, correlation) = (Peer::Client(9), cluster.correlation);
    let request = BrokerRequest::ListOffsets(vec![asked]);
    cluster.step(broker, BrokerInput::Request { from, correlation, request });
}

fn surviving_tail(words: &[&str]) -> SurvivingTail {
    match value(words, "keeps") {
        Some("all") => SurvivingTail::Everything,
        Some(count) => SurvivingTail::Batches(count.parse().unwrap()),
        None => SurvivingTail::Flushed,
    }
}
