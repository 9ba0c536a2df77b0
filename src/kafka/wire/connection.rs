//! One connection to one broker over any stream: requests go out at once, answers find theirs by correlation id.

use super::api::{Api, ReadRequest};
use super::exchange::Stream;
use super::failure::Failure;
use super::frame::{answer_of, next_frame, request_frame};
use super::messages::{ApiVersions, BrokerVersions, Coded};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncWriteExt, split};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

/// ApiVersions since Kafka 2.4; older brokers answer with code 35 and what they speak.
const FLEXIBLE_API_VERSIONS: i16 = 3;
/// `Errors.UNSUPPORTED_VERSION`.
const UNSUPPORTED_VERSION: i16 = 35;

/// A request that has no answer yet.
struct Waiting {
    sender: oneshot::Sender<Result<Vec<u8>, Failure>>,
    since: Instant,
}

#[derive(Default)]
struct Traffic {
    last_id: i32,
    waiting: BTreeMap<i32, Waiting>,
    /// When a whole answer last came.
    last_answer: Option<Instant>,
    /// Why there will be no answer any more.
    ended: Option<Failure>,
}

#[derive(Default)]
struct Shared(Mutex<Traffic>);

impl Shared {
    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody waits for an answer that cannot come.
    fn end(&self, failure: &Failure) {
        let waiting = {
            let mut traffic = self.traffic();
            traffic.ended.get_or_insert_with(|| failure.clone());
            std::mem::take(&mut traffic.waiting)
        };
        for one in waiting.into_values() {
            let _ = one.sender.send(Err(failure.clone()));
        }
    }
}

/// The connection. Dropping it closes it.
pub(super) struct Connection {
    shared: Arc<Shared>,
    outgoing: UnboundedSender<Vec<u8>>,
    task: JoinHandle<()>,
    /// Counts the requests of all connections of one reader.
    sent: Arc<AtomicU64>,
    versions: BrokerVersions,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Connection {
    /// Takes a stream into use and asks the broker which versions it speaks.
    ///
    /// # Errors
    /// When what is at the other end does not answer so by the deadline.
    pub(super) async fn start(
        stream: impl Stream + 'static,
        sent: Arc<AtomicU64>,
        deadline: Instant,
    ) -> Result<Connection, Failure> {
        let shared = Arc::new(Shared::default());
        let (outgoing, frames) = unbounded_channel();
        let task = tokio::spawn(run(stream, frames, shared.clone()));
        let mut connection = Connection { shared, outgoing, task, sent, versions: BrokerVersions::default() };
        connection.versions = match connection.negotiate(deadline).await {
            Ok(versions) => versions,
            Err(Failure::Closed) => return Err(Failure::ClosedAtOnce),
            Err(failure) => return Err(failure),
        };
        Ok(connection)
    }

    async fn negotiate(&self, deadline: Instant) -> Result<BrokerVersions, Failure> {
        let body = self.exchange(&ApiVersions, FLEXIBLE_API_VERSIONS, deadline).await?;
        let refused = body.starts_with(&UNSUPPORTED_VERSION.to_be_bytes());
        let answer = if refused {
            let body = self.exchange(&ApiVersions, 0, deadline).await?;
            decoded::<ApiVersions>(&body, 0)?
        } else {
            decoded::<ApiVersions>(&body, FLEXIBLE_API_VERSIONS)?
        };
        answer.map_err(|code| Failure::Kafka(Api::ApiVersions, code))
    }

    /// The version in which a request can be sent; `None` when there is none that both sides know.
    pub(super) fn version_of<R: ReadRequest>(&self) -> Option<i16> {
        let (first, last) = *self.versions.ranges.get(&R::API.key())?;
        let version = last.min(R::VERSIONS.1);
        (version >= first.max(R::VERSIONS.0)).then_some(version)
    }

    /// Sends a request and waits for its answer.
    pub(super) async fn call<R: ReadRequest>(
        &self,
        request: &R,
        deadline: Instant,
    ) -> Result<R::Answer, Failure> {
        let version = self.version_of::<R>().ok_or(Failure::Unsupported(R::API))?;
        let body = self.exchange(request, version, deadline).await?;
        decoded::<R>(&body, version)
    }

    async fn exchange<R: ReadRequest>(
        &self,
        request: &R,
        version: i16,
        deadline: Instant,
    ) -> Result<Vec<u8>, Failure> {
        let (sender, receiver) = oneshot::channel();
        let since = Instant::now();
        let frame = self.admit(sender, since, |id| request_frame(request, version, id))?;
        // The task ends the traffic before it goes: whoever waits is told.
        let _ = self.outgoing.send(frame);
        self.sent.fetch_add(1, Ordering::Relaxed);
        match timeout_at(deadline, receiver).await {
            Ok(answer) => answer.unwrap_or(Err(Failure::Closed)),
            Err(_) => Err(self.gave_up(since)),
        }
    }

    fn admit(
        &self,
        sender: oneshot::Sender<Result<Vec<u8>, Failure>>,
        since: Instant,
        frame: impl FnOnce(i32) -> Vec<u8>,
    ) -> Result<Vec<u8>, Failure> {
        let mut traffic = self.shared.traffic();
        if let Some(failure) = &traffic.ended {
            return Err(failure.clone());
        }
        traffic.last_id = traffic.last_id.wrapping_add(1);
        let id = traffic.last_id;
        traffic.waiting.insert(id, Waiting { sender, since });
        Ok(frame(id))
    }

    /// A connection on which nothing came since the request is of no use any more; a late answer on one that lives
    /// goes nowhere.
    fn gave_up(&self, since: Instant) -> Failure {
        let failure = Failure::NoAnswer(since.elapsed());
        let is_silent = self.shared.traffic().last_answer.is_none_or(|at| at < since);
        if is_silent {
            self.shared.end(&failure);
            self.task.abort();
        }
        failure
    }

    pub(super) fn is_open(&self) -> bool {
        self.shared.traffic().ended.is_none()
    }

    /// How long the oldest request has waited for its answer.
    pub(super) fn oldest_wait(&self) -> Option<Duration> {
        let traffic = self.shared.traffic();
        let oldest = traffic.waiting.values().map(|one| one.since).min()?;
        Some(oldest.elapsed())
    }
}

fn decoded<R: ReadRequest>(body: &[u8], version: i16) -> Result<R::Answer, Failure> {
    answer_of::<R>(body, version).map_err(|why| Failure::Malformed(R::API, why))
}

/// The value of an answer, or the failure that its code is.
pub(super) fn uncoded<T>(api: Api, answer: Coded<T>) -> Result<T, Failure> {
    answer.map_err(|code| Failure::Kafka(api, code))
}

async fn run(stream: impl Stream, mut frames: UnboundedReceiver<Vec<u8>>, shared: Arc<Shared>) {
    let (mut incoming, mut outgoing) = split(stream);
    let writing = async {
        while let Some(frame) = frames.recv().await {
            outgoing.write_all(&frame).await?;
            outgoing.flush().await?;
        }
        Err::<(), Failure>(Failure::Closed)
    };
    let reading = async {
        loop {
            let (id, body) = next_frame(&mut incoming).await?;
            hand_over(&shared, id, body)?;
        }
    };
    let ended: Result<(), Failure> = tokio::select! {
        ended = reading => ended,
        ended = writing => ended,
    };
    shared.end(&ended.err().unwrap_or(Failure::Closed));
}

/// To the one who waits for it; an answer that nobody asked for does not come from Kafka.
fn hand_over(shared: &Shared, id: i32, body: Vec<u8>) -> Result<(), Failure> {
    let mut traffic = shared.traffic();
    let waiting = traffic.waiting.remove(&id).ok_or(Failure::NotKafka)?;
    traffic.last_answer = Some(Instant::now());
    let _ = waiting.sender.send(Ok(body));
    Ok(())
}
