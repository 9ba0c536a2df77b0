//! What a client's file says about the settings that lead to an error.

use super::{KafkaError, Written};
use crate::knobs::{
    ALL as KNOBS, Idempotence, KeyScope, client_value, default_at, idempotence_of, set_or_default,
};
use crate::model::ClientProfile;
use std::collections::BTreeMap;

/// A client of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GivenClient {
    /// [`KeyScope::Producer`] or [`KeyScope::Consumer`]
    pub scope: KeyScope,
    /// The file as it was named.
    pub file: String,
    /// Its settings, secrets without their values.
    pub profile: ClientProfile,
    /// The line of each setting.
    pub lines: BTreeMap<String, usize>,
}

/// What a setting comes to in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GivenSetting {
    /// `producer:acks`
    pub setting: String,
    /// Its value in force; `None` where the client's version has no such key.
    pub value: Option<String>,
    /// The file.
    pub file: String,
    /// The line that sets it; `None` for a default.
    pub line: Option<usize>,
}

impl GivenClient {
    /// What the settings that lead to an error come to in this file.
    pub fn settings_of(&self, error: &KafkaError) -> Vec<GivenSetting> {
        if !error.met_by.iter().any(|who| who == self.scope.word()) {
            return Vec::new();
        }
        let clients = [KeyScope::Producer.word(), KeyScope::Consumer.word()];
        let keys = error.settings.iter().filter_map(|setting| setting.split_once(':'));
        // What is named for one kind of client holds for the other, too, where both have it.
        let own = keys.filter(|(scope, _)| clients.contains(scope)).map(|(_, key)| key);
        let mut found: Vec<GivenSetting> = Vec::new();
        for key in own.filter(|key| default_at(self.scope, key).is_some()) {
            if !found.iter().any(|one| one.setting.ends_with(&format!(":{key}"))) {
                found.push(self.setting(key));
            }
        }
        found
    }

    fn setting(&self, key: &str) -> GivenSetting {
        let knob = KNOBS.iter().find(|knob| KeyScope::from(knob.scope) == self.scope && knob.name == key);
        let in_force =
            knob.and_then(|knob| client_value(&self.profile, knob)).map(|value| value.kafka_text());
        let set = self.profile.settings.get(key).or_else(|| self.profile.library_defaults.get(key));
        let plain = || set_or_default(set.map(String::as_str), self.scope, key, self.profile.version);
        GivenSetting {
            setting: format!("{}:{key}", self.scope.word()),
            value: in_force.or_else(|| plain().map(String::from)),
            file: self.file.clone(),
            line: self.lines.get(key).copied(),
        }
    }

    /// What makes this error worse with this file, where something does.
    pub fn remark(&self, error: &KafkaError) -> Option<&'static str> {
        let is_kept = matches!(error.written, Some(Written::Yes | Written::MayBe));
        let is_producer =
            self.scope == KeyScope::Producer && error.met_by.iter().any(|who| who == "producer");
        let may_double = is_producer && is_kept && error.retriable;
        (may_double && idempotence_of(&self.profile) != Idempotence::On)
            .then_some("without idempotence a retry of it can be written again, and out of order")
    }
}

#[cfg(test)]
mod tests {
    use super::super::errors_named;
    use super::*;
    use crate::model::KafkaVersion;

    fn producer(settings: &[(&str, &str)]) -> GivenClient {
        let mut profile = ClientProfile::defaults(KafkaVersion::REFERENCE);
        profile.settings = settings.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let lines = settings.iter().enumerate().map(|(at, (key, _))| (key.to_string(), at + 1)).collect();
        GivenClient { scope: KeyScope::Producer, file: "p.properties".into(), profile, lines }
    }

    #[test]
    fn settings_of_the_file_are_told_from_defaults() {
        let error = errors_named("TimeoutException.expired")[0];
        let of = producer(&[("delivery.timeout.ms", "30000"), ("acks", "1")]);
        let told: Vec<(String, Option<String>, Option<usize>)> =
            of.settings_of(error).into_iter().map(|one| (one.setting, one.value, one.line)).collect();
        assert!(told.contains(&("producer:delivery.timeout.ms".into(), Some("30000".into()), Some(1))));
        assert!(
            told.contains(&("producer:request.timeout.ms".into(), Some("30000".into()), None)),
            "{told:?}"
        );
        assert!(of.remark(error).is_some(), "acks=1 turns idempotence off");
        assert!(producer(&[]).remark(error).is_none());
        assert!(of.settings_of(errors_named("ILLEGAL_GENERATION")[0]).is_empty(), "a consumer's");
    }
}
