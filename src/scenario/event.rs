//! One event of a scenario: when, what is done and to what.

use crate::knobs::Change;
use crate::model::{BrokerId, SchemaChange, plural};
use crate::scenario::act::broker;
use crate::scenario::{Act, Condition, Endpoint, Process, Time, UnflushedTail};
use serde::{Deserialize, Serialize};

/// `[[event]]`.
///
/// Events happen in the order of the file. Each waits for the one before it, and then until its time `at`,
/// or until `when` holds and `after` that much more time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Row", into = "Row")]
pub struct Event {
    /// Not before this time.
    pub at: Option<Time>,
    /// As soon as this holds.
    pub when: Option<Condition>,
    /// So long after the event before it, or after `when` first held.
    pub after: Option<Time>,
    pub act: Act,
}

/// The event as it stands in the file.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<Condition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Time>,
    #[serde(rename = "do")]
    verb: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    one_way: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    loss_permille: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replicas: Option<Vec<BrokerId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failures_permille: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<String>,
}

/// How many times as much a greedy client may send.
const MOST_TIMES: u32 = 1_000_000;

/// Every verb with the keys it takes beside `at`, `when` and `after`; `*` marks those it needs.
const VERBS: &[(&str, &[&str])] = &[
    ("stop", &["target*"]),
    ("kill", &["target*"]),
    ("restart", &["target*"]),
    ("pause", &["target*"]),
    ("resume", &["target*"]),
    ("power_loss", &["target*", "keep"]),
    ("disk_loss", &["target*"]),
    ("partition", &["target*", "to*", "one_way"]),
    ("heal", &["target", "to"]),
    ("slow_link", &["target*", "to*", "extra", "loss_permille"]),
    ("slow_disk", &["target*", "extra*"]),
    ("controller_loss", &["count"]),
    ("controller_back", &[]),
    ("set", &["set*"]),
    ("reassign", &["target*", "replicas*"]),
    ("add_partitions", &["target*", "count*"]),
    ("preferred_election", &["target"]),
    ("unclean_election", &["target"]),
    ("send", &["target*", "count"]),
    ("greedy", &["target*", "count*"]),
    ("deploy_schema", &["target*", "change"]),
    ("poison", &["target*", "count"]),
    ("slow_service", &["target*", "extra", "failures_permille"]),
    ("lose_answer", &["target*"]),
];

impl Row {
    fn given(&self) -> Vec<&'static str> {
        let keys = [
            ("target", self.target.is_some()),
            ("to", self.to.is_some()),
            ("one_way", self.one_way.is_some()),
            ("extra", self.extra.is_some()),
            ("loss_permille", self.loss_permille.is_some()),
            ("keep", self.keep.is_some()),
            ("count", self.count.is_some()),
            ("replicas", self.replicas.is_some()),
            ("set", self.set.is_some()),
            ("failures_permille", self.failures_permille.is_some()),
            ("change", self.change.is_some()),
        ];
        keys.iter().filter(|(_, given)| *given).map(|(key, _)| *key).collect()
    }

    /// Refuses unknown verbs, missing keys and keys that the verb does not take.
    fn check(&self) -> Result<(), String> {
        let verb = &self.verb;
        let Some((_, takes)) = VERBS.iter().find(|(name, _)| name == verb) else {
            let names: Vec<&str> = VERBS.iter().map(|(name, _)| *name).collect();
            return Err(format!("do = \"{verb}\" is not known: use {}", names.join(", ")));
        };
        if self.at.is_some() && (self.when.is_some() || self.after.is_some()) {
            return Err("an event has either `at` or `when` and `after`".into());
        }
        let given = self.given();
        if let Some(missing) =
            takes.iter().filter_map(|key| key.strip_suffix('*')).find(|key| !given.contains(key))
        {
            return Err(format!("do = \"{verb}\" needs `{missing}`"));
        }
        match given.iter().find(|key| !takes.iter().any(|take| take.trim_end_matches('*') == **key)) {
            Some(extra) if takes.is_empty() => Err(format!("do = \"{verb}\" takes no `{extra}`")),
            Some(extra) => {
                let takes: Vec<&str> = takes.iter().map(|key| key.trim_end_matches('*')).collect();
                Err(format!("do = \"{verb}\" takes no `{extra}`, only {}", takes.join(", ")))
            }
            None => Ok(()),
        }
    }

    fn act(&self) -> Result<Act, String> {
        let target = self.target.as_deref().unwrap_or_default();
        let to = self.to.as_deref().unwrap_or_default();
        let a_broker = || broker(target).ok_or_else(|| format!("`{target}` is no broker: write broker/1"));
        Ok(match self.verb.as_str() {
            "stop" => Act::Stop(target.parse()?),
            "kill" => Act::Kill(target.parse()?),
            "restart" => Act::Restart(target.parse()?),
            "pause" => Act::Pause(target.parse()?),
            "resume" => Act::Resume(target.parse()?),
            "power_loss" => Act::PowerLoss { domain: target.parse()?, keep: keep(self.keep.as_deref())? },
            "disk_loss" => Act::DiskLoss(a_broker()?),
            "partition" => Act::Partition {
                from: target.parse()?,
                to: to.parse()?,
                one_way: self.one_way.unwrap_or(false),
            },
            "heal" if self.target.is_none() => Act::HealAll,
            "heal" => Act::Heal { from: target.parse()?, to: to.parse()? },
            "slow_link" => Act::SlowLink {
                from: target.parse()?,
                to: to.parse()?,
                extra: self.extra.unwrap_or_default().0,
                loss_permille: self.loss_permille.unwrap_or(0),
            },
            "slow_disk" => Act::SlowDisk { broker: a_broker()?, extra: self.extra.unwrap_or_default().0 },
            "controller_loss" => Act::ControllerLoss(self.count.unwrap_or(u32::MAX)),
            "controller_back" => Act::ControllerBack,
            "set" => Act::Set(self.change()?),
            "reassign" => self.reassign(target),
            "add_partitions" => {
                Act::AddPartitions { topic: target.into(), partitions: self.count.unwrap_or(1) }
            }
            "preferred_election" => Act::PreferredElection(self.target.clone()),
            "unclean_election" => Act::UncleanElection(self.target.clone()),
            "send" => match target.strip_prefix("producer/") {
                Some(name) => Act::Send { producer: name.into(), records: self.count.unwrap_or(1) },
                None => return Err(format!("`{target}` cannot send: write producer/NAME")),
            },
            "greedy" => self.greedy(target)?,
            "deploy_schema" => self.deploy_schema(target)?,
            "poison" => Act::Poison { partition: target.into(), records: self.count.unwrap_or(1) },
            "slow_service" => self.slow_service(target)?,
            "lose_answer" => match target.parse()? {
                Process::Broker(_) => {
                    return Err(format!(
                        "`{target}` waits for no answer: write producer/NAME or group/NAME/0"
                    ));
                }
                client => Act::LoseAnswer(client),
            },
            verb => return Err(format!("do = \"{verb}\" is not known")),
        })
    }

    fn greedy(&self, target: &str) -> Result<Act, String> {
        let Some(producer) = target.strip_prefix("producer/") else {
            return Err(format!("`{target}` sends nothing: write producer/NAME"));
        };
        match self.count {
            Some(times @ 1..=MOST_TIMES) => Ok(Act::Greedy { producer: producer.into(), times }),
            _ => Err(format!("count is how many times as much it sends, from 1 to {MOST_TIMES}")),
        }
    }

    fn deploy_schema(&self, target: &str) -> Result<Act, String> {
        let client = match target.parse()? {
            client @ (Endpoint::Producer(_) | Endpoint::Group(_)) => client,
            _ => return Err(format!("`{target}` has no schema: write producer/NAME or group/NAME")),
        };
        let read = |word: &String| {
            let words: Vec<&str> = SchemaChange::ALL.iter().map(|change| change.word()).collect();
            let unknown = || format!("change = \"{word}\" is not known: use {}", words.join(", "));
            SchemaChange::named(word).ok_or_else(unknown)
        };
        Ok(Act::DeploySchema { client, change: self.change.as_ref().map(read).transpose()? })
    }

    fn slow_service(&self, target: &str) -> Result<Act, String> {
        let Some(group) = target.strip_prefix("group/") else {
            return Err(format!("`{target}` calls no service: write group/NAME"));
        };
        let failures_permille = self.failures_permille.unwrap_or(0);
        if failures_permille > 1000 {
            return Err("failures_permille is from 0 to 1000".into());
        }
        let extra = self.extra.unwrap_or_default().0;
        Ok(Act::SlowService { group: group.into(), extra, failures_permille })
    }

    fn change(&self) -> Result<Change, String> {
        Change::parse(self.set.as_deref().unwrap_or_default()).map_err(|error| error.to_string())
    }

    fn reassign(&self, target: &str) -> Act {
        let numbered =
            target.rsplit_once('-').and_then(|(topic, number)| Some((topic, number.parse().ok()?)));
        let (topic, partition) = match numbered {
            Some((topic, number)) => (topic, Some(number)),
            None => (target, None),
        };
        Act::Reassign { topic: topic.into(), partition, replicas: self.replicas.clone().unwrap_or_default() }
    }
}

fn keep(text: Option<&str>) -> Result<UnflushedTail, String> {
    match text {
        None | Some("drawn") => Ok(UnflushedTail::Random),
        Some("flushed") => Ok(UnflushedTail::Flushed),
        Some("everything") => Ok(UnflushedTail::Everything),
        Some(text) => {
            let count = text.strip_suffix(" batches").or(text.strip_suffix(" batch"));
            let batches = count.and_then(|count| count.parse().ok()).map(UnflushedTail::Batches);
            batches.ok_or_else(|| {
                format!("keep = \"{text}\" is not known: use flushed, everything, drawn or \"3 batches\"")
            })
        }
    }
}

fn keep_text(keep: UnflushedTail) -> String {
    match keep {
        UnflushedTail::Flushed => "flushed".into(),
        UnflushedTail::Everything => "everything".into(),
        UnflushedTail::Batches(count) => plural(count as usize, "batch"),
        UnflushedTail::Random => "drawn".into(),
    }
}

impl TryFrom<Row> for Event {
    type Error = String;
    fn try_from(row: Row) -> Result<Event, String> {
        row.check()?;
        Ok(Event { act: row.act()?, at: row.at, when: row.when, after: row.after })
    }
}

impl From<Event> for Row {
    fn from(event: Event) -> Row {
        let row = row_of(event.act);
        Row { at: event.at, when: event.when, after: event.after, ..row }
    }
}

fn row_of(act: Act) -> Row {
    let verb = |verb: &str| Row { verb: verb.into(), ..Row::default() };
    let on = |name: &str, target: String| Row { target: Some(target), ..verb(name) };
    match act {
        Act::Stop(process) => on("stop", process.into()),
        Act::Kill(process) => on("kill", process.into()),
        Act::Restart(process) => on("restart", process.into()),
        Act::Pause(process) => on("pause", process.into()),
        Act::Resume(process) => on("resume", process.into()),
        Act::PowerLoss { domain, keep } => {
            Row { keep: Some(keep_text(keep)), ..on("power_loss", domain.into()) }
        }
        Act::DiskLoss(id) => on("disk_loss", format!("broker/{id}")),
        Act::Partition { from, to, one_way } => {
            Row { to: Some(to.into()), one_way: Some(one_way), ..on("partition", from.into()) }
        }
        Act::Heal { from, to } => Row { to: Some(to.into()), ..on("heal", from.into()) },
        Act::HealAll => verb("heal"),
        Act::SlowLink { from, to, extra, loss_permille } => Row {
            to: Some(to.into()),
            extra: Some(Time(extra)),
            loss_permille: Some(loss_permille),
            ..on("slow_link", from.into())
        },
        Act::SlowDisk { broker, extra } => {
            Row { extra: Some(Time(extra)), ..on("slow_disk", format!("broker/{broker}")) }
        }
        Act::ControllerLoss(u32::MAX) => verb("controller_loss"),
        Act::ControllerLoss(count) => Row { count: Some(count), ..verb("controller_loss") },
        Act::ControllerBack => verb("controller_back"),
        Act::Set(change) => Row { set: Some(change.to_string()), ..verb("set") },
        Act::Reassign { topic, partition, replicas } => {
            let target = partition.map_or(topic.clone(), |number| format!("{topic}-{number}"));
            Row { replicas: Some(replicas), ..on("reassign", target) }
        }
        Act::AddPartitions { topic, partitions } => {
            Row { count: Some(partitions), ..on("add_partitions", topic) }
        }
        Act::PreferredElection(target) => Row { target, ..verb("preferred_election") },
        Act::UncleanElection(target) => Row { target, ..verb("unclean_election") },
        Act::Send { producer, records } => {
            Row { count: Some(records), ..on("send", format!("producer/{producer}")) }
        }
        Act::Greedy { producer, times } => {
            Row { count: Some(times), ..on("greedy", format!("producer/{producer}")) }
        }
        Act::DeploySchema { client, change } => {
            let change = change.map(|change| change.word().to_string());
            Row { change, ..on("deploy_schema", client.into()) }
        }
        Act::Poison { partition, records } => Row { count: Some(records), ..on("poison", partition) },
        Act::SlowService { group, extra, failures_permille } => Row {
            extra: Some(Time(extra)),
            failures_permille: Some(failures_permille),
            ..on("slow_service", format!("group/{group}"))
        },
        Act::LoseAnswer(process) => on("lose_answer", process.into()),
    }
}

/// As a line of a log: `kill broker/1`, `set topic/orders:min.insync.replicas=2`.
impl std::fmt::Display for Act {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let row = row_of(self.clone());
        f.write_str(&row.verb.replace('_', " "))?;
        for word in [row.target, row.to.map(|to| format!("to {to}")), row.set] {
            word.map_or(Ok(()), |word| write!(f, " {word}"))?;
        }
        row.extra.map_or(Ok(()), |extra| write!(f, " +{extra}"))?;
        row.count.map_or(Ok(()), |count| write!(f, " {count}"))?;
        row.change.map_or(Ok(()), |change| write!(f, " {}", change.replace('_', " ")))?;
        row.failures_permille.map_or(Ok(()), |failed| write!(f, ", {failed} in 1000 fail"))?;
        match row.replicas {
            Some(ids) => write!(f, " {:?}", ids.iter().map(|id| id.0).collect::<Vec<_>>()),
            None => Ok(()),
        }
    }
}
