//! How long a change of leader takes and how long acks=all stalls for a follower (kafka.md#fail-over-times).

use crate::consequences::assessment::FailOver;
use crate::consequences::case::Acks;
use crate::consequences::figure::{Derivation, digits};
use crate::consequences::judgement::Docket;
use crate::consequences::{Answer, Figure, Number, Unit};
use crate::knobs::{KeyScope, default_of};

/// The controller looks for expired sessions this many times per session timeout.
const CHECKS_PER_SESSION: f64 = 8.0;
/// Appends to the metadata log wait this long for company (`controller.quorum.append.linger.ms`).
const METADATA_LINGER_MS: f64 = 25.0;
/// A client backs off this long before it asks for the new leader (`retry.backoff.ms`).
const CLIENT_BACK_OFF_MS: f64 = 100.0;

const DETECTION_KEYS: &[&str] =
    &["broker:broker.session.timeout.ms", "broker:broker.heartbeat.interval.ms", "cluster:kafka.version"];

/// All of its figures.
pub(super) fn fail_over(docket: &Docket<'_>) -> FailOver {
    FailOver {
        crash: crash(docket),
        controlled: controlled(docket),
        follower_stall: follower_stall(docket),
        stuck_follower: stuck_follower(docket),
        stalls_per_year: crate::consequences::yearly::stalls(docket, &docket.detection_ms()),
    }
}

impl Docket<'_> {
    /// From a death to its fencing: the session, less the age of the last heartbeat, plus the wait for the
    /// check.
    pub fn detection_ms(&self) -> Answer<f64> {
        if self.profiles.iter().all(|profile| profile.zookeeper) {
            return zookeeper_session_ms(self);
        }
        let setting = &self.setting;
        let session = setting.known("broker:broker.session.timeout.ms");
        let heartbeat = setting.known("broker:broker.heartbeat.interval.ms");
        match (session, heartbeat) {
            (Ok(session), Ok(heartbeat)) => {
                Answer::between((session - heartbeat).max(0.0), session + session / CHECKS_PER_SESSION)
            }
            (Err(why), _) | (_, Err(why)) => Answer::Unknown(why),
        }
    }
}

/// ZooKeeper expires a session at its timeout; pings go out every third of it.
fn zookeeper_session_ms(docket: &Docket<'_>) -> Answer<f64> {
    let key = "zookeeper.session.timeout.ms";
    let set = docket.cluster.brokers.iter().find_map(|broker| broker.config.get()?.get(key)?.value.clone());
    let version = docket.cluster.version.get();
    let default =
        || version.and_then(|version| default_of(KeyScope::Broker, key, *version)).map(String::from);
    match set.or_else(default).and_then(|text| text.parse::<f64>().ok()) {
        Some(session) => Answer::between(session * 2.0 / 3.0, session),
        None => Answer::Unknown(format!("broker:{key} is not known")),
    }
}

fn crash(docket: &Docket<'_>) -> Figure<Number> {
    let value = docket.detection_ms();
    let headline = match &value {
        Answer::Unknown(why) => format!("How long a crashed leader is missed is unknown: {why}"),
        range => format!("A crashed leader is replaced after {} s", seconds(range)),
    };
    let why = Derivation {
        formula:
            "session timeout - age of the last heartbeat (up to its interval) + wait for the check (up to \
                  session / 8)"
                .into(),
        inputs: docket.setting.inputs(DETECTION_KEYS),
        assumptions: vec![
            "the controller quorum is up; clients add a metadata refresh of 0.1 to 1 s".into(),
            "with ZooKeeper: the session timeout less the age of the last ping".into(),
        ],
        lever: Some(
            "broker.session.timeout.ms; below 6 s a pause of the process is taken for a crash".into(),
        ),
    };
    number("failover.crash", "Fail-over, crash", Number::new(value, Unit::Ms), headline, why)
}

fn controlled(docket: &Docket<'_>) -> Figure<Number> {
    let rtt = docket.setting.float("net:rack_rtt_ms").zip(docket.setting.float("net:client_rtt_ms"));
    let value = match rtt {
        Some((rack, client)) => {
            let controller = METADATA_LINGER_MS + 2.0 * rack;
            Answer::between(controller, controller + CLIENT_BACK_OFF_MS + 2.0 * client)
        }
        None => Answer::Unknown(docket.setting.why_unknown("net:rack_rtt_ms")),
    };
    let headline = match &value {
        Answer::Unknown(why) => format!("How long an ordered stop interrupts writes is unknown: {why}"),
        range => format!("An ordered stop moves the leader within {} ms", digits(range)),
    };
    let why = Derivation {
        formula:
            "metadata append (25 ms linger + round trips), then the client's back-off (100 ms) and refresh"
                .into(),
        inputs: docket.setting.inputs(&["net:rack_rtt_ms", "net:client_rtt_ms"]),
        assumptions: vec!["the stop is in order (controlled.shutdown.enable)".into()],
        lever: None,
    };
    number("failover.controlled", "Fail-over, ordered", Number::new(value, Unit::Ms), headline, why)
}

/// Whether a write, or the visibility of a record, waits for followers at all.
fn waits_for_followers(docket: &Docket<'_>) -> Answer<bool> {
    let waits = docket.all(|case, _| !(case.acks == Acks::All && case.replicas > 1));
    match waits {
        Answer::Exact(nobody) => Answer::Exact(!nobody),
        Answer::Between(..) => Answer::Between(false, true),
        Answer::Unknown(why) => Answer::Unknown(why),
    }
}

fn stall(docket: &Docket<'_>, length: Answer<f64>) -> Answer<f64> {
    match waits_for_followers(docket) {
        Answer::Exact(true) => length,
        Answer::Exact(false) => Answer::Exact(0.0),
        Answer::Between(..) => length.high().map_or(length, |high| Answer::between(0.0, high)),
        Answer::Unknown(why) => Answer::Unknown(why),
    }
}

fn follower_stall(docket: &Docket<'_>) -> Figure<Number> {
    let value = stall(docket, docket.detection_ms());
    let headline = match &value {
        Answer::Unknown(why) => format!("How long a dead follower stalls writes is unknown: {why}"),
        Answer::Exact(0.0) => {
            "A dead follower does not stall acknowledgements; new records stay invisible meanwhile".into()
        }
        range => format!(
            "acks=all stalls {} s when a follower dies, although the minimum ISR is met",
            seconds(range)
        ),
    };
    let mut inputs = docket.setting.inputs(&["producer:acks"]);
    inputs.extend(docket.setting.inputs(DETECTION_KEYS));
    let why = Derivation {
        formula: "acks=all waits for every member of the ISR, so until the controller fences the dead one"
            .into(),
        inputs,
        assumptions: vec!["replica.lag.time.max.ms is longer than the detection".into()],
        lever: Some("broker.session.timeout.ms".into()),
    };
    number("failover.follower_stall", "Stall, dead follower", Number::new(value, Unit::Ms), headline, why)
}

fn stuck_follower(docket: &Docket<'_>) -> Figure<Number> {
    let key = "broker:replica.lag.time.max.ms";
    let length = match docket.setting.known(key) {
        Ok(lag) => Answer::between(lag, 1.5 * lag),
        Err(why) => Answer::Unknown(why),
    };
    let value = stall(docket, length);
    let headline = match &value {
        Answer::Unknown(why) => format!("How long a stuck follower stalls writes is unknown: {why}"),
        Answer::Exact(0.0) => {
            "A stuck follower does not stall acknowledgements; new records stay invisible meanwhile".into()
        }
        range => format!("acks=all stalls {} s when a follower is alive but does not fetch", seconds(range)),
    };
    let why = Derivation {
        formula: "1 to 1.5 x replica.lag.time.max.ms: the leader looks every half of it".into(),
        inputs: docket.setting.inputs(&["producer:acks", key]),
        assumptions: vec!["the follower's broker still sends heartbeats".into()],
        lever: Some("replica.lag.time.max.ms".into()),
    };
    number("failover.stuck_follower", "Stall, stuck follower", Number::new(value, Unit::Ms), headline, why)
}

fn seconds(ms: &Answer<f64>) -> String {
    digits(&ms.map(|ms| ms / 1000.0))
}

fn number(
    id: &'static str,
    label: &'static str,
    value: Number,
    headline: String,
    why: Derivation,
) -> Figure<Number> {
    Figure { id, label, value, headline, affected: None, why }
}
