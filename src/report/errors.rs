//! Errors of Kafka and of its clients, as declared in `assets/kafka-errors.toml`.

mod given;
mod log;
mod matching;

pub use given::{GivenClient, GivenSetting};
pub use log::{LogErrors, LogScan, SeenError};
pub(super) use matching::errors_in;

use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// Every error, brokers' first by code, then what clients throw by themselves.
const TABLE: &str = include_str!("../../assets/kafka-errors.toml");

/// What an error says of the record that a producer sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// It stands in the log of the leader.
    Yes,
    /// It was refused, or never sent.
    No,
    /// The error does not tell.
    MayBe,
}

/// An error that a broker answers with, or an exception that a client throws by itself.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KafkaError {
    /// Its code in the protocol; `None` for what only a client knows.
    pub code: Option<i16>,
    /// `NOT_ENOUGH_REPLICAS`
    pub name: Option<String>,
    /// `NotEnoughReplicasException`, without its package.
    pub exception: Option<String>,
    /// Which of several errors of one exception it is.
    pub kind: Option<String>,
    /// Whether Kafka's own client tries again by itself (`RetriableException`).
    pub retriable: bool,
    /// Whether others than Kafka use the name, so that it alone does not tell.
    #[serde(default)]
    pub generic: bool,
    /// Names that older releases have for it.
    #[serde(default)]
    pub formerly: Vec<String>,
    /// Who meets it: `producer`, `consumer`, `admin`, `broker`.
    pub met_by: Vec<String>,
    /// What it says of a record that was sent; `None` where it is not about one.
    pub written: Option<Written>,
    /// What leads to it, as `scope:key`.
    pub settings: Vec<String>,
    /// How logs of clients say it, `*` for whatever stands between two parts.
    #[serde(default)]
    pub phrases: Vec<String>,
    /// What it means.
    pub meaning: String,
    /// What to do about it.
    pub fix: String,
}

impl KafkaError {
    /// What it is called: `NOT_ENOUGH_REPLICAS`, `CommitFailedException`, `TimeoutException.expired`, `client.poll`.
    pub fn id(&self) -> String {
        let base = self.name.as_deref().or(self.exception.as_deref()).unwrap_or("client");
        match &self.kind {
            Some(kind) => format!("{base}.{kind}"),
            None => base.to_string(),
        }
    }

    fn is_named(&self, name: &str) -> bool {
        let mut names = self.name.iter().chain(&self.exception).chain(&self.formerly);
        self.id().eq_ignore_ascii_case(name) || names.any(|own| own.eq_ignore_ascii_case(name))
    }
}

#[derive(Deserialize)]
struct Table {
    error: Vec<KafkaError>,
}

/// Every error, those of the protocol first, by code.
pub fn kafka_errors() -> &'static [KafkaError] {
    static ERRORS: OnceLock<Vec<KafkaError>> = OnceLock::new();
    ERRORS.get_or_init(|| toml::from_str::<Table>(TABLE).expect("a test reads the table of errors").error)
}

/// librdkafka's prefix of Kafka's names.
const OF_LIBRDKAFKA: &str = "RD_KAFKA_RESP_ERR_";

/// The errors of a name, a code or an exception class; several for an exception that means several things.
pub(super) fn errors_named(id: &str) -> Vec<&'static KafkaError> {
    if let Ok(code) = id.parse::<i16>() {
        return kafka_errors().iter().filter(|error| error.code == Some(code)).collect();
    }
    let name =
        id.strip_prefix("org.apache.kafka.").map_or(id, |path| path.rsplit('.').next().unwrap_or(path));
    let name = name.strip_prefix(OF_LIBRDKAFKA).unwrap_or(name);
    kafka_errors().iter().filter(|error| error.is_named(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knobs::{ALL as KNOBS, config_keys};
    use std::collections::BTreeSet;

    /// What `Errors` of a release says: its code, name, exception class, and whether that is retriable. Recorded from
    /// Kafka's own class of four releases.
    const RECORDED: &str = include_str!("../../tests/recorded/kafka-errors.tsv");

    #[test]
    fn the_table_is_kafkas_own_of_its_newest_release() {
        let said = |line: &str| -> Vec<String> { line.split('\t').map(str::to_string).collect() };
        let recorded: Vec<Vec<String>> =
            RECORDED.lines().map(said).filter(|cells| cells[0] == "4.4.0").collect();
        let own: Vec<Vec<String>> = kafka_errors()
            .iter()
            .filter_map(|error| {
                let exception = error.exception.clone().unwrap_or("-".into());
                let (code, name) = (error.code?.to_string(), error.name.clone()?);
                Some(vec!["4.4.0".into(), code, name, exception, error.retriable.to_string()])
            })
            .collect();
        assert_eq!(own, recorded);
        assert_eq!(own.len(), 138);
    }

    #[test]
    fn a_code_means_the_same_in_every_release() {
        for line in RECORDED.lines() {
            let cells: Vec<&str> = line.split('\t').collect();
            let found = errors_named(cells[1]);
            assert_eq!(found.len(), 1, "{line}");
            assert_eq!(found[0].name.as_deref(), Some(cells[2]), "{line}");
        }
    }

    #[test]
    fn every_error_is_told_apart_and_names_settings_that_exist() {
        let mut ids = BTreeSet::new();
        for error in kafka_errors() {
            assert!(ids.insert(error.id()), "{} twice", error.id());
            assert!(error.meaning.ends_with('.') && error.fix.ends_with('.'), "{}", error.id());
            assert!(!error.met_by.is_empty(), "{}", error.id());
            for setting in &error.settings {
                let (scope, name) = setting.split_once(':').unwrap();
                let is_key = config_keys().iter().any(|key| key.scope.word() == scope && key.name == name);
                let is_knob = KNOBS.iter().any(|knob| knob.scope.word() == scope && knob.name == name);
                assert!(is_key || is_knob, "{}: {setting}", error.id());
            }
        }
    }

    #[test]
    fn a_name_a_code_and_a_class_find_the_same() {
        for id in [
            "19",
            "NOT_ENOUGH_REPLICAS",
            "not_enough_replicas",
            "NotEnoughReplicasException",
            "org.apache.kafka.common.errors.NotEnoughReplicasException",
            "RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS",
        ] {
            let found: Vec<String> = errors_named(id).iter().map(|error| error.id()).collect();
            assert_eq!(found, ["NOT_ENOUGH_REPLICAS"], "{id}");
        }
        assert_eq!(errors_named("NotLeaderForPartitionException")[0].code, Some(6));
        assert!(errors_named("TimeoutException").len() > 3);
        assert_eq!(errors_named("TimeoutException.expired").len(), 1);
        assert!(errors_named("137").is_empty() && errors_named("-2").is_empty());
    }
}
