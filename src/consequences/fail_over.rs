//! How long a change of leader takes and how long acks=all stalls for a follower (kafka.md#fail-over-times).

use crate::consequences::assessment::FailOver;
use crate::consequences::case::Acks;
use crate::consequences::context::AssessmentContext;
use crate::consequences::figure::Derivation;
use crate::consequences::wording::digits;
use crate::consequences::{Estimate, Figure, Quantity, Unit};
use crate::knobs::{KeyScope, Knob, broker, cluster, net, producer, set_or_default};

/// The controller looks for expired sessions this many times per session timeout.
const CHECKS_PER_SESSION: f64 = 8.0;
/// Appends to the metadata log wait this long for company (`controller.quorum.append.linger.ms`).
const METADATA_LINGER_MS: f64 = 25.0;
/// A client backs off this long before it asks for the new leader (`retry.backoff.ms`).
const CLIENT_BACK_OFF_MS: f64 = 100.0;

const DETECTION_KEYS: &[&Knob] =
    &[&broker::BROKER_SESSION_TIMEOUT_MS, &broker::BROKER_HEARTBEAT_INTERVAL_MS, &cluster::KAFKA_VERSION];

pub(super) fn fail_over(context: &AssessmentContext<'_>) -> FailOver {
    FailOver {
        crash: crash(context),
        controlled: controlled(context),
        follower_stall: follower_stall(context),
        stuck_follower: stuck_follower(context),
        stalls_per_year: crate::consequences::yearly::stalls(context, &context.detection_ms()),
    }
}

impl AssessmentContext<'_> {
    /// From a death to its fencing: the session, less the age of the last heartbeat, plus the wait for the
    /// check.
    pub(super) fn detection_ms(&self) -> Estimate<f64> {
        if self.profiles.iter().all(|profile| profile.zookeeper) {
            return zookeeper_session_ms(self);
        }
        let knobs = &self.knobs;
        let session = knobs.known(&broker::BROKER_SESSION_TIMEOUT_MS);
        let heartbeat = knobs.known(&broker::BROKER_HEARTBEAT_INTERVAL_MS);
        match (session, heartbeat) {
            (Ok(session), Ok(heartbeat)) => {
                // The session runs from the last heartbeat, which is up to one interval old when the broker dies; the controller
                // looks for stale brokers eight times a session (`QuorumController`, maybeFenceStaleBroker).
                Estimate::between((session - heartbeat).max(0.0), session + session / CHECKS_PER_SESSION)
            }
            (Err(why), _) | (_, Err(why)) => Estimate::Unknown(why),
        }
    }
}

/// ZooKeeper expires a session at its timeout; pings go out every third of it.
fn zookeeper_session_ms(context: &AssessmentContext<'_>) -> Estimate<f64> {
    let key = "zookeeper.session.timeout.ms";
    let set = context.cluster.brokers.iter().find_map(|broker| broker.config.get()?.get(key)?.value.clone());
    let text = match context.cluster.version.get() {
        Some(version) => set_or_default(set.as_deref(), KeyScope::Broker, key, *version),
        None => set.as_deref(),
    };
    match text.and_then(|text| text.parse::<f64>().ok()) {
        Some(session) => Estimate::between(session * 2.0 / 3.0, session),
        None => Estimate::Unknown(format!("broker:{key} is not known")),
    }
}

fn crash(context: &AssessmentContext<'_>) -> Figure<Quantity> {
    let value = context.detection_ms();
    let headline = match &value {
        Estimate::Unknown(why) => format!("How long a crashed leader is missed is unknown: {why}"),
        range => format!("A crashed leader is replaced after {} s", seconds(range)),
    };
    let why = Derivation {
        formula:
            "session timeout - age of the last heartbeat (up to its interval) + wait for the check (up to \
                  session / 8)"
                .into(),
        inputs: context.knobs.inputs(DETECTION_KEYS),
        assumptions: vec![
            "the controller quorum is up; clients add a metadata refresh of 0.1 to 1 s".into(),
            "with ZooKeeper: the session timeout less the age of the last ping".into(),
        ],
        knob: Some("broker.session.timeout.ms; below 6 s a pause of the process is taken for a crash".into()),
    };
    number("failover.crash", "Fail-over after a crash", Quantity::new(value, Unit::Ms), headline, why)
}

fn controlled(context: &AssessmentContext<'_>) -> Figure<Quantity> {
    let rtt = context.knobs.float(&net::RACK_RTT_MS).zip(context.knobs.float(&net::CLIENT_RTT_MS));
    let value = match rtt {
        Some((rack, client)) => {
            // The broker asks the controller, which appends the new leaders and answers; only a client that finds the old
            // leader gone backs off and looks the new one up.
            let controller = METADATA_LINGER_MS + 2.0 * rack;
            Estimate::between(controller, controller + CLIENT_BACK_OFF_MS + 2.0 * client)
        }
        None => Estimate::Unknown(context.knobs.why_unknown(&net::RACK_RTT_MS)),
    };
    let headline = match &value {
        Estimate::Unknown(why) => {
            format!("How long a controlled shutdown interrupts writes is unknown: {why}")
        }
        range => format!("A controlled shutdown moves each leader within {} ms", digits(range)),
    };
    let why = Derivation {
        formula:
            "metadata append (25 ms linger + round trips), then the client's back-off (100 ms) and refresh"
                .into(),
        inputs: context.knobs.inputs(&[&net::RACK_RTT_MS, &net::CLIENT_RTT_MS]),
        assumptions: vec!["the broker shuts down cleanly (controlled.shutdown.enable)".into()],
        knob: None,
    };
    number("failover.controlled", "Hand-over on shutdown", Quantity::new(value, Unit::Ms), headline, why)
}

/// Whether a write, or the visibility of a record, waits for followers at all.
fn waits_for_followers(context: &AssessmentContext<'_>) -> Estimate<bool> {
    let waits = context.all(|case, _| !(case.acks == Acks::All && case.replicas > 1));
    match waits {
        Estimate::Exact(nobody) => Estimate::Exact(!nobody),
        Estimate::Between(..) => Estimate::Between(false, true),
        Estimate::Unknown(why) => Estimate::Unknown(why),
    }
}

fn stall(context: &AssessmentContext<'_>, length: Estimate<f64>) -> Estimate<f64> {
    match waits_for_followers(context) {
        Estimate::Exact(true) => length,
        Estimate::Exact(false) => Estimate::Exact(0.0),
        // Some of the cases that are possible wait for followers, others do not.
        Estimate::Between(..) => length.high().map_or(length, |high| Estimate::between(0.0, high)),
        Estimate::Unknown(why) => Estimate::Unknown(why),
    }
}

fn follower_stall(context: &AssessmentContext<'_>) -> Figure<Quantity> {
    let value = stall(context, context.detection_ms());
    let headline = match &value {
        Estimate::Unknown(why) => format!("How long a dead follower blocks writes is unknown: {why}"),
        Estimate::Exact(0.0) => {
            "A dead follower does not block acknowledgements; new records cannot be read meanwhile".into()
        }
        range => format!(
            "acks=all is blocked for {} s when a follower dies, although min.insync.replicas is met",
            seconds(range)
        ),
    };
    let mut inputs = context.knobs.inputs(&[&producer::ACKS]);
    inputs.extend(context.knobs.inputs(DETECTION_KEYS));
    let why = Derivation {
        formula: "acks=all waits for every member of the ISR, so until the controller fences the dead one"
            .into(),
        inputs,
        assumptions: vec!["replica.lag.time.max.ms is longer than the detection".into()],
        knob: Some("broker.session.timeout.ms".into()),
    };
    number("failover.follower_stall", "Blocked, dead follower", Quantity::new(value, Unit::Ms), headline, why)
}

fn stuck_follower(context: &AssessmentContext<'_>) -> Figure<Quantity> {
    let key = &broker::REPLICA_LAG_TIME_MAX_MS;
    let length = match context.knobs.known(key) {
        // `ReplicaManager` runs isr-expiration every half of replica.lag.time.max.ms: up to that much comes on top.
        Ok(lag) => Estimate::between(lag, 1.5 * lag),
        Err(why) => Estimate::Unknown(why),
    };
    let value = stall(context, length);
    let headline = match &value {
        Estimate::Unknown(why) => format!("How long a hung follower blocks writes is unknown: {why}"),
        Estimate::Exact(0.0) => {
            "A hung follower does not block acknowledgements; new records cannot be read meanwhile".into()
        }
        range => format!(
            "acks=all is blocked for {} s when a follower is alive but does not fetch",
            seconds(range)
        ),
    };
    let why = Derivation {
        formula: "1 to 1.5 x replica.lag.time.max.ms: the leader looks every half of it".into(),
        inputs: context.knobs.inputs(&[&producer::ACKS, key]),
        assumptions: vec!["the follower's broker still sends heartbeats".into()],
        knob: Some("replica.lag.time.max.ms".into()),
    };
    number("failover.stuck_follower", "Blocked, hung follower", Quantity::new(value, Unit::Ms), headline, why)
}

fn seconds(ms: &Estimate<f64>) -> String {
    digits(&ms.map(|ms| ms / 1000.0))
}

fn number(
    id: &'static str,
    label: &'static str,
    value: Quantity,
    headline: String,
    why: Derivation,
) -> Figure<Quantity> {
    Figure { id, label, value, headline, affected: None, why }
}
