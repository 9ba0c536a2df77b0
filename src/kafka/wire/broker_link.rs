//! The way to one broker: a connection that is made when it is needed, made again after a pause, and what is known
//! of the broker meanwhile.

use super::api::ReadRequest;
use super::connection::{Connection, uncoded};
use super::dial::{Address, Dialer};
use super::failure::Failure;
use super::messages::Coded;
use crate::kafka::CallError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// A broker that has not answered within this is slow.
pub(super) const SLOW_AFTER: Duration = Duration::from_secs(1);
/// A broker that has not answered within this is silent.
pub(super) const SILENT_AFTER: Duration = Duration::from_secs(3);
/// The pause before a second attempt to connect, doubled with each; Java's `reconnect.backoff.ms`.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest pause; Java's `reconnect.backoff.max.ms`.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How long one attempt to reach a silent broker may take.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// What klever knows of its way to a broker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConnectionState {
    /// Answers within a second.
    Connected,
    /// Not needed so far.
    NotTried,
    /// No answer for a second.
    Slow,
    /// No answer for three seconds.
    Silent,
    /// No connection, and why.
    Refused(CallError),
}

impl ConnectionState {
    /// The order in which brokers are asked what any of them can answer.
    pub(super) fn rank(&self) -> usize {
        match self {
            ConnectionState::Connected => 0,
            ConnectionState::NotTried => 1,
            ConnectionState::Slow => 2,
            ConnectionState::Refused(_) => 3,
            ConnectionState::Silent => 4,
        }
    }
}

enum Link {
    NotTried,
    Connected(Arc<Connection>),
    Failed { failure: Failure, attempts: u32, retry_at: Instant },
}

/// The way to the broker at one address.
pub(super) struct BrokerLink {
    address: Address,
    dialer: Arc<Dialer>,
    link: Mutex<Link>,
    /// One attempt to connect at a time; the others wait for its outcome.
    gate: tokio::sync::Mutex<()>,
}

impl BrokerLink {
    pub(super) fn new(address: Address, dialer: Arc<Dialer>) -> Self {
        BrokerLink { address, dialer, link: Mutex::new(Link::NotTried), gate: tokio::sync::Mutex::default() }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// Asks the broker.
    ///
    /// # Errors
    /// When it cannot be reached or has not answered by the deadline.
    pub(super) async fn call<R: ReadRequest>(
        self: &Arc<Self>,
        request: &R,
        deadline: Instant,
    ) -> Result<R::Answer, CallError> {
        let answer = self.answer(request, deadline).await;
        answer.map_err(|failure| failure.at(&self.dialer.shown(&self.address)))
    }

    /// The same where an answer can be an error code.
    pub(super) async fn value<R, T>(self: &Arc<Self>, request: &R, deadline: Instant) -> Result<T, CallError>
    where
        R: ReadRequest<Answer = Coded<T>>,
    {
        let answer = self.answer(request, deadline).await.and_then(|answer| uncoded(R::API, answer));
        answer.map_err(|failure| failure.at(&self.dialer.shown(&self.address)))
    }

    /// Reading twice does no harm: a connection that turns out to be gone is replaced once.
    async fn answer<R: ReadRequest>(
        self: &Arc<Self>,
        request: &R,
        deadline: Instant,
    ) -> Result<R::Answer, Failure> {
        if let Some(connection) = self.open_connection() {
            let answer = connection.call(request, deadline).await;
            match answer {
                Err(Failure::Closed) => self.lost(&connection),
                answer => return answer.inspect_err(|failure| self.note(&connection, failure)),
            }
        }
        let connection = self.connection(deadline).await?;
        let answer = connection.call(request, deadline).await;
        let answer = answer.map_err(|failure| match failure {
            Failure::Closed => Failure::ClosedAtOnce,
            failure => failure,
        });
        answer.inspect_err(|failure| self.note(&connection, failure))
    }

    fn link(&self) -> MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open_connection(&self) -> Option<Arc<Connection>> {
        match &*self.link() {
            Link::Connected(connection) if connection.is_open() => Some(connection.clone()),
            _ => None,
        }
    }

    /// The open connection, or a new one. Nobody waits for a broker that is known to be silent.
    async fn connection(self: &Arc<Self>, deadline: Instant) -> Result<Arc<Connection>, Failure> {
        if let Some(silence) = self.silence() {
            let link = self.clone();
            tokio::spawn(async move { link.connected(Instant::now() + PROBE_TIMEOUT).await.map(|_| ()) });
            return Err(silence);
        }
        self.connected(deadline).await
    }

    fn silence(&self) -> Option<Failure> {
        match &*self.link() {
            Link::Failed { failure, .. } if failure.is_silence() => Some(failure.clone()),
            _ => None,
        }
    }

    async fn connected(&self, deadline: Instant) -> Result<Arc<Connection>, Failure> {
        let waited = Instant::now();
        let gate = timeout_at(deadline, self.gate.lock()).await;
        let _gate = gate.map_err(|_| Failure::NoAnswer(waited.elapsed()))?;
        if let Some(connection) = self.open_connection() {
            return Ok(connection);
        }
        let attempts = self.attempts()?;
        match self.dialer.connect(&self.address, deadline).await {
            Ok(connection) => {
                let connection = Arc::new(connection);
                *self.link() = Link::Connected(connection.clone());
                Ok(connection)
            }
            Err(failure) => {
                *self.link() = failed(failure.clone(), attempts + 1);
                Err(failure)
            }
        }
    }

    /// How many attempts have failed, or why it is too early for another one.
    fn attempts(&self) -> Result<u32, Failure> {
        match &*self.link() {
            Link::Failed { failure, retry_at, .. } if *retry_at > Instant::now() => Err(failure.clone()),
            Link::Failed { attempts, .. } => Ok(*attempts),
            Link::NotTried | Link::Connected(_) => Ok(0),
        }
    }

    /// A connection that ended between two requests says nothing about the broker yet.
    fn lost(&self, connection: &Arc<Connection>) {
        let mut link = self.link();
        if matches!(&*link, Link::Connected(current) if Arc::ptr_eq(current, connection)) {
            *link = Link::NotTried;
        }
    }

    /// Remembers why a connection is of no use any more.
    fn note(&self, connection: &Arc<Connection>, failure: &Failure) {
        let mut link = self.link();
        let is_current = matches!(&*link, Link::Connected(current) if Arc::ptr_eq(current, connection));
        if is_current && !connection.is_open() {
            *link = failed(failure.clone(), 1);
        }
    }

    /// What is known of the broker now.
    pub(super) fn state(&self) -> ConnectionState {
        match &*self.link() {
            Link::NotTried => ConnectionState::NotTried,
            Link::Failed { failure, .. } if failure.is_silence() => ConnectionState::Silent,
            Link::Failed { failure, .. } => {
                ConnectionState::Refused(failure.at(&self.dialer.shown(&self.address)))
            }
            Link::Connected(connection) if !connection.is_open() => {
                ConnectionState::Refused(Failure::Closed.at(&self.dialer.shown(&self.address)))
            }
            Link::Connected(connection) => match connection.oldest_wait() {
                Some(wait) if wait >= SILENT_AFTER => ConnectionState::Silent,
                Some(wait) if wait >= SLOW_AFTER => ConnectionState::Slow,
                _ => ConnectionState::Connected,
            },
        }
    }
}

fn failed(failure: Failure, attempts: u32) -> Link {
    let pause = LONGEST_PAUSE.min(FIRST_PAUSE * 2_u32.pow(attempts.min(8)));
    Link::Failed { failure, attempts, retry_at: Instant::now() + pause }
}
