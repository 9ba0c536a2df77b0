//! A probe a second of each broker, on a connection of its own: whether it answers, told at once when that changes.
//!
//! The cluster calls a dead broker alive for as long as its session lasts, and a connection on which klever waits for
//! something large says nothing about it either.

use super::broker_link::{ConnectionState, SILENT_AFTER, SLOW_AFTER};
use super::connection::Connection;
use super::dial::{Address, Dialer};
use super::failure::Failure;
use super::messages::ApiVersions;
use crate::kafka::reads::Node;
use crate::model::BrokerId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout_at};

/// From the start of a probe to the start of the next one.
const PAUSE: Duration = Duration::from_secs(1);
/// The same where a broker does not let klever in: a wrong password every second may lock a user out.
const PAUSE_LOCKED_OUT: Duration = Duration::from_secs(30);

/// The same for a broker that has not answered for so many probes.
const PAUSE_GONE: Duration = Duration::from_secs(5);
const GONE_AFTER: u32 = 60;

/// A broker and how it answers now.
pub type BrokerReport = (BrokerId, ConnectionState);

/// How brokers answered their last probe, by address.
#[derive(Clone, Default)]
pub(super) struct ProbeAnswers(Arc<Mutex<BTreeMap<Address, ConnectionState>>>);

impl ProbeAnswers {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Address, ConnectionState>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` where nobody probes.
    pub(super) fn of(&self, address: &Address) -> Option<ConnectionState> {
        self.lock().get(address).cloned()
    }
}

/// The probes of one cluster's brokers. Dropping it ends them.
pub(in crate::kafka) struct WireProbes {
    dialer: Arc<Dialer>,
    answers: ProbeAnswers,
    reports: UnboundedSender<BrokerReport>,
    probed: BTreeMap<BrokerId, Probed>,
}

/// A broker that is probed.
struct Probed {
    address: Address,
    task: JoinHandle<()>,
}

impl Drop for Probed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl WireProbes {
    pub(super) fn new(
        dialer: Arc<Dialer>,
        answers: ProbeAnswers,
        reports: UnboundedSender<BrokerReport>,
    ) -> WireProbes {
        WireProbes { dialer, answers, reports, probed: BTreeMap::new() }
    }

    /// Probes these brokers and no others from now on; to be called on a runtime.
    pub(in crate::kafka) fn follow(&mut self, brokers: &[Node]) {
        let stays = |id: &BrokerId, probed: &mut Probed| {
            brokers.iter().any(|node| node.id == *id && Address::of_node(node) == probed.address)
        };
        self.probed.retain(stays);
        self.answers
            .lock()
            .retain(|address, _| brokers.iter().any(|node| Address::of_node(node) == *address));
        let new = brokers.iter().filter(|node| !self.probed.contains_key(&node.id));
        let new: Vec<(BrokerId, Probed)> = new.map(|node| (node.id, self.probe(node))).collect();
        self.probed.extend(new);
    }

    fn probe(&self, node: &Node) -> Probed {
        let address = Address::of_node(node);
        let probe = Probe {
            broker: node.id,
            address: address.clone(),
            dialer: self.dialer.clone(),
            answers: self.answers.clone(),
            reports: self.reports.clone(),
            connection: None,
            last: ConnectionState::NotTried,
            failures: 0,
        };
        Probed { address, task: tokio::spawn(probe.run()) }
    }
}

/// The probe of one broker.
struct Probe {
    broker: BrokerId,
    address: Address,
    dialer: Arc<Dialer>,
    answers: ProbeAnswers,
    reports: UnboundedSender<BrokerReport>,
    connection: Option<Connection>,
    /// What was told last.
    last: ConnectionState,
    /// Probes without an answer since the last one that had one.
    failures: u32,
}

impl Probe {
    async fn run(mut self) {
        loop {
            let started = Instant::now();
            let failure = self.ask(started).await.err();
            self.failures = if failure.is_some() { self.failures + 1 } else { 0 };
            let pause = match &failure {
                Some(Failure::NotLetIn(..)) => PAUSE_LOCKED_OUT,
                _ if self.failures > GONE_AFTER => PAUSE_GONE,
                _ => PAUSE,
            };
            self.tell(state_of(failure.as_ref(), started.elapsed(), &self.dialer.shown(&self.address)));
            sleep_until(started + pause).await;
        }
    }

    /// One question, which a broker answers without looking anything up.
    async fn ask(&mut self, started: Instant) -> Result<(), Failure> {
        let (dialer, address) = (self.dialer.clone(), self.address.clone());
        let asked = answered(self.connection.take(), &dialer, &address, started + SILENT_AFTER);
        tokio::pin!(asked);
        let outcome = match timeout_at(started + SLOW_AFTER, &mut asked).await {
            Ok(outcome) => outcome,
            Err(_) => {
                // One that is silent or refuses is not better for it.
                if matches!(self.last, ConnectionState::NotTried | ConnectionState::Connected) {
                    self.tell(ConnectionState::Slow);
                }
                asked.await
            }
        };
        self.connection = Some(outcome?);
        Ok(())
    }

    fn tell(&mut self, state: ConnectionState) {
        if state == self.last {
            return;
        }
        self.answers.lock().insert(self.address.clone(), state.clone());
        self.last = state.clone();
        // Nobody listens any more when the screen is gone; then this task ends, too.
        let _ = self.reports.send((self.broker, state));
    }
}

/// A connection on which the broker has answered just now. One that has ended since says nothing: brokers close
/// connections on which nobody authenticates again.
async fn answered(
    open: Option<Connection>,
    dialer: &Dialer,
    address: &Address,
    deadline: Instant,
) -> Result<Connection, Failure> {
    if let Some(connection) = open {
        match connection.call(&ApiVersions, deadline).await {
            Ok(_) => return Ok(connection),
            Err(Failure::Closed) => {}
            Err(failure) => return Err(failure),
        }
    }
    // A new connection begins with the same question.
    dialer.connect(address, deadline).await
}

fn state_of(failure: Option<&Failure>, took: Duration, address: &str) -> ConnectionState {
    match failure {
        None if took < SLOW_AFTER => ConnectionState::Connected,
        None => ConnectionState::Slow,
        Some(Failure::NoAnswer(_) | Failure::NotConnected(_)) => ConnectionState::Silent,
        Some(failure) => ConnectionState::Refused(failure.at(address)),
    }
}
