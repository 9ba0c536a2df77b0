//! Clients whose settings were given, as rules want to ask about them.

use crate::knobs::{Idempotence, KeyScope, acks_of, idempotence_of, leaves_login_to_jvm, set_or_default};
use crate::model::{ClientProfile, Cluster, Datum, Origin, Unknown};
use crate::rules::evidence::is_given;
use crate::rules::{FindingSubject, SubjectKind, Verdicts};

/// A producer or a consumer that is more than an assumption.
#[derive(Clone, Copy)]
pub(super) struct Client<'a> {
    pub profile: &'a ClientProfile,
    scope: KeyScope,
}

/// Producers whose settings were given.
pub(super) fn producers(cluster: &Cluster) -> impl Iterator<Item = Client<'_>> {
    of(&cluster.assumed.producers, KeyScope::Producer)
}

/// Consumers whose settings were given.
pub(super) fn consumers(cluster: &Cluster) -> impl Iterator<Item = Client<'_>> {
    of(&cluster.assumed.consumers, KeyScope::Consumer)
}

/// Producers and consumers whose settings were given.
pub(super) fn clients(cluster: &Cluster) -> impl Iterator<Item = Client<'_>> {
    producers(cluster).chain(consumers(cluster))
}

/// Clients that set one of these keys themselves and whose values of all of them, taken together, are bad: `bad`
/// says what is seen. A client whose version lacks one of the keys is passed over.
pub(super) fn clients_with<'a, const N: usize>(
    clients: impl Iterator<Item = Client<'a>>,
    verdicts: &mut Verdicts<'_>,
    keys: [&str; N],
    bad: impl Fn([&str; N]) -> Option<String>,
) {
    for client in clients.filter(|client| keys.iter().any(|key| client.sets(key))) {
        if !client.readable(&keys, verdicts) {
            continue;
        }
        let texts: Vec<&str> = keys.iter().filter_map(|key| client.text(key).get().copied()).collect();
        if let Ok(texts) = <[&str; N]>::try_from(texts)
            && let Some(evidence) = bad(texts)
        {
            verdicts.finding_by(&keys, client.subject(), evidence);
        }
    }
}

fn of(profiles: &[ClientProfile], scope: KeyScope) -> impl Iterator<Item = Client<'_>> {
    profiles.iter().filter(|profile| is_given(&profile.origin)).map(move |profile| Client { profile, scope })
}

impl<'a> Client<'a> {
    pub(super) fn subject(self) -> FindingSubject {
        let kind =
            if self.scope == KeyScope::Producer { SubjectKind::Producer } else { SubjectKind::Consumer };
        FindingSubject::named(kind, self.profile.name.as_str())
    }

    /// Whether the client sets the key itself.
    pub(super) fn sets(self, key: &str) -> bool {
        self.profile.settings.contains_key(key)
    }

    /// A setting's text: set, or the default of the client's version.
    pub(super) fn text(self, key: &str) -> Datum<&'a str> {
        let set = self.profile.settings.get(key).map(String::as_str);
        if set.is_some_and(|text| text.contains("${")) {
            return Datum::unknown(Unknown::NotExposed(format!("a config provider fills in {key}")));
        }
        let from = if set.is_some() { self.profile.origin.clone() } else { Origin::Default };
        let known = set.or_else(|| self.profile.library_defaults.get(key).map(String::as_str));
        match set_or_default(known, self.scope, key, self.profile.version) {
            Some(text) => Datum::known(text, 0, from),
            None => {
                Datum::unknown(Unknown::Unsupported(format!("clients of Kafka {}", self.profile.version)))
            }
        }
    }

    /// A setting's text, or `None` after saying that it is unknown.
    pub(super) fn get(self, key: &str, verdicts: &mut Verdicts<'_>) -> Option<&'a str> {
        let datum = self.text(key);
        verdicts.known(&datum, || self.subject()).copied()
    }

    /// A whole number, or `None` after saying that it is unknown.
    pub(super) fn int(self, key: &str, verdicts: &mut Verdicts<'_>) -> Option<i64> {
        let text = self.get(key, verdicts)?;
        let number = text.trim().parse().ok();
        if number.is_none() {
            let reason = Unknown::NotExposed(format!("`{text}` is no number"));
            verdicts.unknown(self.subject(), &reason);
        }
        number
    }

    /// The `acks` in force, `all` for `-1`; `None` after saying that it is unknown. Idempotence that is switched on
    /// waits for all replicas even where the default does not.
    pub(super) fn acks(self, verdicts: &mut Verdicts<'_>) -> Option<&'a str> {
        let set = self.get("acks", verdicts)?;
        Some(acks_of(self.profile).unwrap_or(set))
    }

    /// `acks=all`, saying where it comes from.
    pub(super) fn shown_acks(self, acks: &str) -> String {
        let by_default = self.text("acks").get().is_some_and(|text| *text == acks);
        if self.sets("acks") || by_default {
            self.shown("acks", acks)
        } else {
            format!("acks={acks} (by enable.idempotence)")
        }
    }

    /// Whether all of these can be read; says so where not.
    pub(super) fn readable(self, keys: &[&str], verdicts: &mut Verdicts<'_>) -> bool {
        let unread = keys.iter().map(|key| self.text(key)).find_map(|datum| match datum {
            Datum::Unknown { reason: reason @ Unknown::NotExposed(_) } => Some(reason),
            _ => None,
        });
        if let Some(reason) = &unread {
            verdicts.unknown(self.subject(), reason);
        }
        unread.is_none()
    }

    /// `key=value`, saying where a value comes from that was not set.
    pub(super) fn shown(self, key: &str, value: &str) -> String {
        let default = if self.sets(key) { "" } else { " (default)" };
        format!("{key}={value}{default}")
    }
}

impl Client<'_> {
    /// Says that nobody can know whether it starts, where that is up to a login file of its JVM.
    pub(super) fn may_lack_login(self, verdicts: &mut Verdicts<'_>) {
        if leaves_login_to_jvm(self.profile, self.scope) {
            let why = "sasl.jaas.config is not set: without a login file (java.security.auth.login.config) of its JVM the client does not start";
            verdicts.unknown(self.subject(), &Unknown::NotExposed(why.into()));
        }
    }

    /// Whether the consumer's group is managed by the brokers (KIP-848); `None` after saying that it is unknown.
    /// Releases before 3.7 know the classic protocol only.
    pub(super) fn is_kip_848(self, verdicts: &mut Verdicts<'_>) -> Option<bool> {
        match self.text("group.protocol") {
            Datum::Unknown { reason: Unknown::Unsupported(_) } => Some(false),
            Datum::Unknown { reason } => {
                verdicts.unknown(self.subject(), &reason);
                None
            }
            Datum::Known { value, .. } => Some(value.eq_ignore_ascii_case("consumer")),
        }
    }

    /// What the retries of a producer without idempotence may do; `None` where it does not retry (with `acks=0` it
    /// never learns that it should) or that is not known.
    fn retry_risk(self) -> Option<&'static str> {
        if acks_of(self.profile) == Some("0") {
            return None;
        }
        let number = |key| self.text(key).get().and_then(|text| text.trim().parse::<i64>().ok());
        match (number("retries")?, number("max.in.flight.requests.per.connection")?) {
            (0, _) => None,
            (_, ..=1) => Some("retries may duplicate records"),
            (_, _) => Some("retries may duplicate and reorder records"),
        }
    }

    /// [`Self::retry_risk`] as the end of a sentence; empty where there is none.
    pub(super) fn retry_risk_ending(self) -> String {
        self.retry_risk().map_or(String::new(), |risk| format!(": {risk}"))
    }

    /// What this setting of a producer brings with it: idempotence that it switches off without an error, and
    /// what that means. Empty where idempotence is not lost so.
    pub(super) fn lost_idempotence(self) -> String {
        if !matches!(idempotence_of(self.profile), Idempotence::SilentlyOff(_)) {
            return String::new();
        }
        let risk = self.retry_risk_ending();
        format!("; it switches idempotence off without an error{risk}")
    }
}

/// The settings that idempotence hangs on.
pub(super) const IDEMPOTENCE_KEYS: [&str; 4] =
    ["enable.idempotence", "acks", "retries", "max.in.flight.requests.per.connection"];
