//! `check --survives`: rolling restart, crashes and lost racks played against exactly the clients of the files.

mod play;
mod watch;

use super::{CheckArgs, FindingsFormat};
use crate::cli::Failure;
use crate::cli::interrupt::interrupts;
use crate::hypothesis::{apply, reference};
use crate::knobs::{Change, Scope, client_value, consumer_errors, producer_errors};
use crate::model::{ClientProfile, Cluster, KafkaVersion, Origin, plural};
use crate::report::{GaveWay, Harm, Survival, SurvivalCounts, SurvivalTest, Survivals};
use crate::scenario::Scenario;
use clap::ValueEnum;
use play::play;
use std::sync::Arc;
use watch::Watch;

/// What `--survives` takes.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum TestChoice {
    /// Every broker is restarted in turn
    Roll,
    /// Every broker crashes in turn
    Broker,
    /// Every rack loses its power in turn
    Rack,
}

impl TestChoice {
    fn test(self) -> SurvivalTest {
        match self {
            TestChoice::Roll => SurvivalTest::Roll,
            TestChoice::Broker => SurvivalTest::Broker,
            TestChoice::Rack => SurvivalTest::Rack,
        }
    }
}

/// Changes that are tried for a producer, the least intrusive first. None of them trades one harm for another on purpose.
const FOR_PRODUCERS: [&str; 9] = [
    "producer:acks=all",
    "producer:enable.idempotence=true",
    "producer:retries=2147483647",
    "producer:delivery.timeout.ms=120000",
    "producer:delivery.timeout.ms=300000",
    "producer:max.in.flight.requests.per.connection=1",
    "topic:unclean.leader.election.enable=false",
    "topic:min.insync.replicas=2",
    "topic:replication.factor=3",
];
/// The same for a consumer.
const FOR_CONSUMERS: [&str; 5] = [
    "consumer:enable.auto.commit=true",
    "consumer:auto.commit.interval.ms=1000",
    "consumer:session.timeout.ms=45000",
    "consumer:max.poll.interval.ms=300000",
    "consumer:max.poll.records=100",
];

/// Plays every test to every client of the files; `None` where nobody asked.
pub(super) fn survivals(args: &CheckArgs, cluster: &Cluster) -> Result<Option<Survivals>, Failure> {
    if args.survives.is_empty() {
        return Ok(None);
    }
    if !matches!(args.format, FindingsFormat::Text | FindingsFormat::Json) {
        return Err(Failure::usage("--survives is written as text or json")
            .hint("leave out --survives, or choose --format json"));
    }
    let clients = clients(cluster);
    if clients.is_empty() {
        return Err(Failure::usage("--survives plays against clients, and no file has one")
            .hint("add --producer FILE or --consumer FILE"));
    }
    let (base, name) = base(cluster);
    let mut runs = Runs { base, watch: Watch::begin(interrupts()?), of: nothing_played(name) };
    for (scope, profile) in &clients {
        for choice in &args.survives {
            let survival = runs.survival(*scope, profile, choice.test());
            runs.of.all.push(survival);
        }
    }
    runs.watch.end();
    runs.of.is_interrupted = runs.watch.is_interrupted();
    Ok(Some(runs.of))
}

fn nothing_played(cluster: String) -> Survivals {
    let seed = Scenario::reference().seed;
    Survivals { cluster, seed, all: Vec::new(), assumptions: Vec::new(), is_interrupted: false }
}

/// The clients of files.
fn clients(cluster: &Cluster) -> Vec<(Scope, ClientProfile)> {
    let producers = cluster.assumed.producers.iter().map(|one| (Scope::Producer, one));
    let consumers = cluster.assumed.consumers.iter().map(|one| (Scope::Consumer, one));
    let all = producers.chain(consumers);
    let of_files = all.filter(|(_, one)| matches!(one.origin, Origin::File(_)));
    of_files.map(|(scope, one)| (scope, one.clone())).collect()
}

/// The cluster on which it is played, and what it is called: files of brokers say nothing of where replicas are.
fn base(cluster: &Cluster) -> (Cluster, String) {
    let is_seen = !cluster.brokers.is_empty() && !cluster.partitions.is_empty() && !cluster.is_of_files();
    let base = if is_seen {
        cluster.clone()
    } else {
        reference(cluster.version.get().copied().unwrap_or(KafkaVersion::REFERENCE))
    };
    let which = if is_seen { "the cluster as it was seen" } else { "the reference cluster" };
    let (brokers, partitions) =
        (plural(base.brokers.len(), "broker"), plural(base.partitions.len(), "partition"));
    (base, format!("{which} ({brokers}, {partitions})"))
}

struct Runs {
    base: Cluster,
    watch: Watch,
    of: Survivals,
}

impl Runs {
    fn survival(&mut self, scope: Scope, profile: &ClientProfile, test: SurvivalTest) -> Survival {
        let client = format!("{scope} {}", profile.name);
        let cluster = with_client(&self.base, scope, profile);
        self.watch.plays(format!("{} to {client}", test.word()));
        let counts = match errors_of(scope, profile).first() {
            Some(error) => Err(format!("it would not start: {error}")),
            None => play(&cluster, test, &mut self.watch).map(|(counts, assumptions)| {
                self.assume(assumptions);
                counts
            }),
        };
        let counts = counts.and_then(|counts| is_telling(scope, &counts).map(|()| counts));
        let gave_way = match &counts {
            Ok(counts) => self.ways_out(scope, &cluster, test, counts),
            Err(_) => Vec::new(),
        };
        Survival { client, test, counts, gave_way }
    }

    fn assume(&mut self, assumptions: Vec<String>) {
        for one in assumptions {
            if !self.of.assumptions.contains(&one) {
                self.of.assumptions.push(one);
            }
        }
    }

    /// What gave way, each with the first change with which it does not and nothing else gets worse.
    fn ways_out(
        &mut self,
        scope: Scope,
        cluster: &Cluster,
        test: SurvivalTest,
        was: &SurvivalCounts,
    ) -> Vec<GaveWay> {
        let harms: &[Harm] = if scope == Scope::Producer { &BY_PRODUCERS } else { &BY_CONSUMERS };
        let came = harms.iter().filter(|harm| was.of(**harm) > 0);
        let mut gave_way: Vec<GaveWay> = came
            .map(|harm| GaveWay {
                harm: *harm,
                records: was.of(*harm),
                change: None,
                tried: 0,
                is_open: false,
            })
            .collect();
        let texts: &[&str] = if scope == Scope::Producer { &FOR_PRODUCERS } else { &FOR_CONSUMERS };
        for text in texts {
            if gave_way.iter().all(|one| one.change.is_some()) {
                break;
            }
            let tried = self.tried(scope, cluster, test, text);
            if self.watch.is_interrupted() {
                gave_way.iter_mut().for_each(|one| one.is_open = one.change.is_none());
                break;
            }
            let Some(now) = tried else { continue };
            let is_worse = harms.iter().any(|harm| now.of(*harm) > was.of(*harm));
            for one in gave_way.iter_mut().filter(|one| one.change.is_none()) {
                one.tried += 1;
                if now.of(one.harm) == 0 && !is_worse {
                    one.change = Some(text.to_string());
                }
            }
        }
        gave_way
    }

    /// The same test with one change; `None` where it changes nothing or the client would not start.
    fn tried(
        &mut self,
        scope: Scope,
        cluster: &Cluster,
        test: SurvivalTest,
        text: &str,
    ) -> Option<SurvivalCounts> {
        let change = Change::parse(text).ok()?;
        let own = client_of(cluster, scope)?;
        if change.knob.scope == scope && client_value(own, change.knob).as_ref() == Some(&change.value) {
            return None;
        }
        let changed = apply(cluster, &[change]).ok()?;
        if changed == *cluster || !errors_of(scope, client_of(&changed, scope)?).is_empty() {
            return None;
        }
        self.watch.plays(format!("{} to {scope} {}, with {text}", test.word(), own.name));
        play(&changed, test, &mut self.watch).ok().map(|(counts, _)| counts)
    }
}

/// What producers' settings decide about.
const BY_PRODUCERS: [Harm; 3] = [Harm::Lost, Harm::Refused, Harm::Doubled];
/// What consumers' settings decide about.
const BY_CONSUMERS: [Harm; 2] = [Harm::PassedOver, Harm::ReadAgain];

/// A run in which nothing happened has shown nothing.
fn is_telling(scope: Scope, counts: &SurvivalCounts) -> Result<(), String> {
    match scope {
        Scope::Producer if counts.acked + counts.refused == 0 => {
            Err("no record was acknowledged or refused meanwhile".into())
        }
        Scope::Consumer if counts.read + counts.passed_over == 0 => {
            Err("no record was read meanwhile".into())
        }
        _ => Ok(()),
    }
}

fn client_of(cluster: &Cluster, scope: Scope) -> Option<&ClientProfile> {
    let assumed = &cluster.assumed;
    let clients = if scope == Scope::Producer { &assumed.producers } else { &assumed.consumers };
    clients.first()
}

fn errors_of(scope: Scope, profile: &ClientProfile) -> Vec<String> {
    if scope == Scope::Producer { producer_errors(profile) } else { consumer_errors(profile) }
}

/// The cluster with this client and, on the other side, one with the defaults.
fn with_client(base: &Cluster, scope: Scope, profile: &ClientProfile) -> Cluster {
    let mut cluster = base.clone();
    let assumed = Arc::make_mut(&mut cluster.assumed);
    let (mut producer, mut consumer) =
        (ClientProfile::defaults(profile.version), ClientProfile::defaults(profile.version));
    let own = if scope == Scope::Producer { &mut producer } else { &mut consumer };
    own.clone_from(profile);
    assumed.producers = vec![producer];
    assumed.consumers = vec![consumer];
    cluster
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    fn producer(settings: &[(&str, &str)]) -> ClientProfile {
        let mut profile = ClientProfile::defaults(KafkaVersion::REFERENCE);
        profile.settings = settings.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        profile.origin = Origin::File("p.properties".into());
        profile
    }

    fn runs(is_interrupted: bool) -> Runs {
        let watch = Watch::begin(Arc::new(AtomicBool::new(is_interrupted)));
        Runs { base: reference(KafkaVersion::REFERENCE), watch, of: nothing_played(String::new()) }
    }

    fn survived(settings: &[(&str, &str)], test: SurvivalTest) -> Survival {
        runs(false).survival(Scope::Producer, &producer(settings), test)
    }

    #[test]
    fn what_was_interrupted_is_unknown_and_no_change_was_found_wanting() {
        let mut runs = runs(true);
        let own = producer(&[("acks", "1")]);
        let of = runs.survival(Scope::Producer, &own, SurvivalTest::Broker);
        assert_eq!(of.counts, Err("it was interrupted".into()));
        let cluster = with_client(&runs.base, Scope::Producer, &own);
        let was = SurvivalCounts { acked: 100, lost: 3, ..SurvivalCounts::default() };
        let open = runs.ways_out(Scope::Producer, &cluster, SurvivalTest::Broker, &was);
        let lost = GaveWay { harm: Harm::Lost, records: 3, change: None, tried: 0, is_open: true };
        assert_eq!(open, [lost]);
    }

    #[test]
    fn every_change_that_is_tried_is_one_that_exists() {
        for text in FOR_PRODUCERS.iter().chain(&FOR_CONSUMERS) {
            assert!(Change::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn acks_one_loses_records_in_a_crash_and_acks_all_does_not() {
        let of = survived(&[("acks", "1")], SurvivalTest::Broker);
        let lost = of.gave_way.iter().find(|one| one.harm == Harm::Lost);
        let lost = lost.unwrap_or_else(|| panic!("{of:?}"));
        assert_eq!(lost.change.as_deref(), Some("producer:acks=all"), "{of:?}");
    }

    #[test]
    fn the_defaults_survive_restarts_and_crashes() {
        for test in [SurvivalTest::Roll, SurvivalTest::Broker] {
            let of = survived(&[], test);
            assert!(of.counts.as_ref().is_ok_and(|counts| counts.acked > 10_000), "{of:?}");
            assert!(of.gave_way.is_empty(), "{of:?}");
        }
    }

    #[test]
    fn a_client_that_does_not_start_is_not_played() {
        let of = survived(&[("delivery.timeout.ms", "1")], SurvivalTest::Roll);
        assert!(of.counts.is_err_and(|why| why.contains("would not start")));
    }
}
