//! A client's connections to brokers: whom it asks, when it gives an attempt up, when it tries again
//! (`ClusterConnectionStates`, `NetworkClient.leastLoadedNode`, kafka.md#metadata-of-clients).

use crate::model::{BrokerId, Nanos};
use crate::protocol::client::{ConnectionSettings, backoff};
use crate::sim::network::Node;
use crate::sim::rng::Rng;
use rand_pcg::Pcg32;

/// The connection to one broker.
#[derive(Clone, Copy, Debug)]
struct Connection {
    /// The client's metadata names the broker; before the first answer, `bootstrap.servers` does.
    known: bool,
    /// The broker has answered over it.
    established: bool,
    /// When it was lost or could not be made, if it has not been made since; else 0.
    failed_at: Nanos,
    /// Failures in a row.
    failures: u32,
    /// Attempts in a row that nobody answered, not even with a refusal.
    unanswered: u32,
    /// No new attempt before this time.
    blocked_until: Nanos,
    /// When the attempt that is under way is given up, if nobody takes the connection.
    gives_up_at: Nanos,
}

impl Connection {
    /// One that was never tried.
    const FRESH: Connection = Connection {
        known: true,
        established: false,
        failed_at: 0,
        failures: 0,
        unanswered: 0,
        blocked_until: 0,
        gives_up_at: 0,
    };
}

/// What a client has under way to one broker.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Load {
    /// Requests that any broker could have been asked, and attempts to connect.
    pub(super) asked: usize,
    /// Those and all others.
    pub(super) total: usize,
}

/// The connections of a client's process.
#[derive(Clone)]
pub(super) struct Connections {
    settings: ConnectionSettings,
    to: Vec<Connection>,
    /// It has had no metadata yet.
    bootstrapping: bool,
    /// Spreads of back-off and of set-up time-outs.
    jitter: Pcg32,
}

impl Connections {
    /// Those of a process that is about to start.
    pub(super) fn new(brokers: usize, settings: ConnectionSettings, seed: u64) -> Connections {
        Connections {
            settings,
            to: vec![Connection::FRESH; brokers],
            bootstrapping: true,
            jitter: Pcg32::new(seed, 0),
        }
    }

    /// Those of a new process.
    pub(super) fn begin(&mut self, settings: ConnectionSettings) {
        self.settings = settings;
        self.forget();
    }

    /// The process is gone.
    pub(super) fn forget(&mut self) {
        self.to.fill(Connection::FRESH);
        self.bootstrapping = true;
    }

    /// A broker has answered.
    pub(super) fn answered(&mut self, node: Node) {
        if let Some(to) = self.to.get_mut(node as usize) {
            *to = Connection { known: to.known, established: true, ..Connection::FRESH };
        }
    }

    /// A connection that stood is closed, by whichever end.
    pub(super) fn lost(&mut self, node: Node, now: Nanos) {
        if self.to.get(node as usize).is_some_and(|to| to.established) {
            self.failed(node, now, false);
        }
    }

    /// An attempt was refused, or given up as `unanswered`.
    pub(super) fn failed(&mut self, node: Node, now: Nanos, unanswered: bool) {
        let Some(to) = self.to.get_mut(node as usize) else { return };
        let (first, most) = (self.settings.reconnect_backoff, self.settings.reconnect_backoff_max);
        let wait = backoff(first, most, to.failures, &mut self.jitter);
        *to = Connection {
            established: false,
            failed_at: now.max(1),
            failures: to.failures + 1,
            unanswered: if unanswered { to.unanswered + 1 } else { 0 },
            blocked_until: now.saturating_add(wait),
            gives_up_at: 0,
            ..*to
        };
    }

    /// Whether requests to a broker go over a connection that stands.
    pub(super) fn is_established(&self, node: Node) -> bool {
        self.to.get(node as usize).is_some_and(|to| to.established)
    }

    /// When a request that is sent at `at` is given up: after `request.timeout.ms`, or with the attempt to connect to a
    /// machine that is `silent`, which takes longer each time, with a fifth of spread.
    pub(super) fn deadline(&mut self, node: Node, at: Nanos, silent: bool) -> Nanos {
        let Some(to) = self.to.get_mut(node as usize).filter(|_| silent) else {
            return at.saturating_add(self.settings.request_timeout);
        };
        if to.gives_up_at <= at {
            let (first, most) = (self.settings.setup_timeout, self.settings.setup_timeout_max);
            to.gives_up_at = at.saturating_add(backoff(first, most, to.unanswered, &mut self.jitter));
        }
        to.gives_up_at
    }

    /// Metadata came: from now on the client knows these brokers. The connections that it bootstrapped over are none of
    /// theirs.
    pub(super) fn learn(&mut self, named: &[BrokerId]) {
        let bootstrapped = std::mem::take(&mut self.bootstrapping);
        for (to, id) in self.to.iter_mut().zip(1..) {
            to.known = named.contains(&BrokerId(id));
            to.established &= !bootstrapped;
        }
    }

    /// Whom to ask, and when: a broker with a connection, and of several one with the least requests under way; else one
    /// that a connection is being made to, for nobody else is tried meanwhile; else the one whose last attempt is the
    /// longest ago; else the one that may be tried again first. `loads` by broker.
    pub(super) fn least_loaded(&mut self, now: Nanos, loads: &[Load], rng: &mut Rng) -> (Node, Nanos) {
        let reachable = |to: &Connection| to.known && to.blocked_until <= now;
        if self.settings.rebootstrap && !self.to.iter().any(reachable) {
            self.to.iter_mut().for_each(|to| to.known = true);
        }
        let rank = |at: usize| {
            let (to, load) = (&self.to[at], loads[at]);
            let connecting = !to.established && load.asked > 0;
            let blocked_until = if connecting { now } else { to.blocked_until.max(now) };
            (!to.known, blocked_until, !to.established, !connecting, to.failed_at, load.total)
        };
        let least = (0..self.to.len()).map(rank).min();
        let idle: Vec<usize> = (0..self.to.len()).filter(|at| Some(rank(*at)) == least).collect();
        let at = idle[rng.below(idle.len() as u64) as usize];
        (at as Node, self.to[at].blocked_until.max(now))
    }
}

#[cfg(test)]
mod tests;
