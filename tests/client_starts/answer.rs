//! One set of client settings, and whether klever says of it what Kafka's own client does.

use klever::config::read_client;
use klever::knobs::{
    Idempotence, KeyScope, acks_of, auto_commit_of, consumer_connects_later, consumer_errors,
    delivery_timeout_of, idempotence_of, leaves_login_to_jvm, producer_errors,
};
use klever::model::{ClientProfile, KafkaVersion};

/// Settings of a producer or a consumer as somebody may write them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Drawn {
    pub(crate) scope: KeyScope,
    pub(crate) settings: Vec<(String, String)>,
}

impl Drawn {
    /// The cells that the program in Java reads and the table keeps.
    pub(crate) fn line(&self) -> String {
        let cells = self.settings.iter().flat_map(|(key, value)| [key.as_str(), value.as_str()]);
        std::iter::once(self.scope.word()).chain(cells).collect::<Vec<&str>>().join("\t")
    }

    /// As a properties file, so that reading it is part of what is compared.
    fn file(&self) -> String {
        let line = |(key, value): &(String, String)| {
            let value = value.replace('\\', "\\\\");
            let blank = if value.starts_with(' ') { "\\" } else { "" };
            format!("{key}={blank}{value}\n")
        };
        self.settings.iter().map(line).collect()
    }

    /// What klever says in the words of the program in Java; reasons are for people and not compared.
    pub(crate) fn judged(&self, version: KafkaVersion) -> String {
        match read_client(self.scope, "drawn.properties", &self.file(), version) {
            Err(refused) => format!("throws\t{refused}"),
            Ok(file) if self.scope == KeyScope::Producer => producer(&file.profile),
            Ok(file) => consumer(&file.profile),
        }
    }
}

/// The JVM of Kafka's own clients has no login file; that klever cannot know it is a matter of its rules.
const NO_LOGIN: &str = "throws\tno login file";

fn producer(profile: &ClientProfile) -> String {
    if let Some(error) = producer_errors(profile).first() {
        return format!("throws\t{error}");
    }
    if leaves_login_to_jvm(profile, KeyScope::Producer) {
        return NO_LOGIN.into();
    }
    let acks = acks_of(profile).map_or("?", |acks| if acks == "all" { "-1" } else { acks });
    let idempotent = idempotence_of(profile) == Idempotence::On;
    let delivery = delivery_timeout_of(profile).and_then(Result::ok).unwrap_or(-1);
    format!("starts\tacks={acks}\tenable.idempotence={idempotent}\tdelivery.timeout.ms={delivery}")
}

fn consumer(profile: &ClientProfile) -> String {
    if let Some(error) = consumer_errors(profile).first() {
        return format!("throws\t{error}");
    }
    if leaves_login_to_jvm(profile, KeyScope::Consumer) && !consumer_connects_later(profile) {
        return NO_LOGIN.into();
    }
    let commits = auto_commit_of(profile).is_some_and(|on| on);
    format!("starts\tenable.auto.commit={commits}")
}

/// Whether two answers differ in more than the words of a reason.
pub(crate) fn differ(one: &str, other: &str) -> bool {
    let starts = |answer: &str| answer.starts_with("starts");
    starts(one) != starts(other) || (starts(one) && one != other)
}
