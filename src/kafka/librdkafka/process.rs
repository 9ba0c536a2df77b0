//! The librdkafka process as klever holds it: started, asked, watched, and started again when it ends.

use super::frames::{FrameError, RELEASE, Reply, Request, encode, receive};
use super::program::Program;
use super::restarts::Restarts;
use super::stderr::Told;
use crate::kafka::reads::{CallResult, ReadAnswer, ReadKind, ReadTargets};
use crate::kafka::secrets::Secrets;
use crate::kafka::wire::java_stores;
use crate::kafka::{CallError, ConnectError, ConnectionSpec};
use rustix::process::{Pid, Signal, kill_process};
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdout, ExitStatus};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::{oneshot, watch};

/// How long klever waits for its process.
#[derive(Clone, Copy)]
struct Patience {
    /// Until it has taken its properties.
    opening: Duration,
    /// Between two looks at whether it still says something.
    look: Duration,
    /// Looks in a row without a sign of life after which it is ended. Looks are counted, and not time, since klever may
    /// have been stopped meanwhile.
    silent_looks: u32,
    /// Looks after which a read that does not end ends the process: it says that it lives, and gets nowhere.
    read_looks: u32,
}

const PATIENCE: Patience = Patience {
    opening: Duration::from_secs(10),
    look: Duration::from_secs(1),
    silent_looks: 10,
    read_looks: 600,
};
/// A read waits this long for a process that is being started.
const START_WITHIN: Duration = Duration::from_secs(2);
/// How long the last words of a process that ended are waited for.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A process that runs.
struct Running {
    pid: Pid,
    requests: Sender<Vec<u8>>,
}

type Waiting = oneshot::Sender<CallResult<ReadAnswer>>;

#[derive(Default)]
struct State {
    running: Option<Running>,
    /// Reads that are not answered yet, by id.
    waiting: HashMap<u64, Waiting>,
    /// Why klever ended it itself.
    ended_for: Option<String>,
    /// Why the last one ended.
    last_end: Option<String>,
    closed: bool,
}

struct Shared {
    program: Program,
    open: Vec<u8>,
    secrets: Secrets,
    patience: Patience,
    state: Mutex<State>,
    /// Grows with every message of the process.
    heard: AtomicU64,
    next_id: AtomicU64,
    up: watch::Sender<bool>,
    ends: watch::Sender<Option<String>>,
}

/// The process. Dropping it ends it, without waiting.
pub(in crate::kafka) struct Process {
    shared: Arc<Shared>,
    /// Disconnected when this is dropped, which ends the pause before a start.
    _open: Sender<()>,
}

/// What librdkafka is configured with, Java's stores among it.
fn properties_of(spec: &ConnectionSpec) -> Result<Vec<(String, String)>, ConnectError> {
    let mut properties = spec.librdkafka_properties()?;
    properties.extend(java_stores(spec).map_err(|error| spec.placed(error).of_properties())?);
    Ok(properties)
}

impl Process {
    /// Starts the process and hands it the properties; nothing is sent to the cluster yet.
    ///
    /// # Errors
    /// When it cannot be started, or librdkafka refuses a property.
    pub(in crate::kafka) fn open(spec: &ConnectionSpec) -> Result<Process, ConnectError> {
        let program = Program::klever().map_err(|error| not_started(&error.to_string()))?;
        Process::open_with(program, spec, PATIENCE)
    }

    fn open_with(
        program: Program,
        spec: &ConnectionSpec,
        patience: Patience,
    ) -> Result<Process, ConnectError> {
        let (properties, secrets) = (properties_of(spec)?, spec.secrets());
        let open = Request::Open { release: RELEASE.into(), properties, secrets: secrets.clone() };
        let shared = Arc::new(Shared {
            program,
            open: encode(&open).ok_or_else(|| not_started("the properties are too long"))?,
            secrets,
            patience,
            state: Mutex::default(),
            heard: AtomicU64::new(0),
            next_id: AtomicU64::new(0),
            up: watch::Sender::new(false),
            ends: watch::Sender::new(None),
        });
        let (sender, opened) = channel();
        let (open, closing) = channel();
        let seen = shared.clone();
        let work = move || supervise(&seen, &sender, &closing);
        let thread = thread::Builder::new().name("kafka-process".into()).spawn(work);
        thread.map_err(|error| not_started(&error.to_string()))?;
        let process = Process { shared, _open: open };
        let told = opened.recv_timeout(patience.opening);
        told.unwrap_or_else(|_| Err(not_started("it does not answer")))
            .map_err(|error| spec.placed(error))?;
        Ok(process)
    }

    /// Why a process ended, each time that one does.
    pub(in crate::kafka) fn ends(&self) -> watch::Receiver<Option<String>> {
        self.shared.ends.subscribe()
    }

    /// Reads one kind of state; `timeout` bounds each call that it takes.
    ///
    /// # Errors
    /// When the process ends before the answer, or none runs.
    pub(in crate::kafka) async fn read(
        &self,
        kind: ReadKind,
        targets: &ReadTargets,
        timeout: Duration,
    ) -> CallResult<ReadAnswer> {
        let mut up = self.shared.up.subscribe();
        let _ = tokio::time::timeout(START_WITHIN, up.wait_for(|up| *up)).await;
        let mut answer = self.shared.ask(kind, targets, timeout)?;
        let patience = self.shared.patience;
        let (mut silent, mut heard) = (0, self.shared.heard.load(Ordering::Relaxed));
        for look in 1_u32.. {
            if let Ok(answer) = tokio::time::timeout(patience.look, &mut answer).await {
                return answer.unwrap_or_else(|_| Err(CallError::closed()));
            }
            let now = self.shared.heard.load(Ordering::Relaxed);
            silent = if now == heard { silent + 1 } else { 0 };
            heard = now;
            if silent == patience.silent_looks || look == patience.read_looks {
                self.shared.kill(Some("it no longer answered"));
            }
            // Not even SIGKILL ends a process that hangs in the kernel.
            if silent > 2 * patience.silent_looks || look > patience.read_looks + patience.silent_looks {
                break;
            }
        }
        Err(CallError::process_ended("the librdkafka process hangs and cannot be ended".into()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.shared.state().closed = true;
        self.shared.kill(None);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(
        &self,
        kind: ReadKind,
        targets: &ReadTargets,
        timeout: Duration,
    ) -> CallResult<oneshot::Receiver<CallResult<ReadAnswer>>> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let request = encode(&Request::Read { id, kind, targets: targets.clone(), timeout });
        let request = request.ok_or_else(|| CallError::new("the cluster is too large for one message"))?;
        let mut state = self.state();
        let Some(running) = &state.running else {
            let why = state.last_end.clone();
            return Err(CallError::process_ended(why.unwrap_or("the librdkafka process starts".into())));
        };
        // The process may have ended a moment ago; whoever takes note of that answers.
        let _ = running.requests.send(request);
        let (sender, answer) = oneshot::channel();
        state.waiting.insert(id, sender);
        Ok(answer)
    }

    /// Ends the process that runs, for a reason that is told.
    fn kill(&self, why: Option<&str>) {
        let mut state = self.state();
        let Some(running) = &state.running else { return };
        // Its pid is its own as long as it stands here: it is waited for only afterwards.
        let _ = kill_process(running.pid, Signal::KILL);
        state.ended_for = why.map(str::to_string).or(state.ended_for.take());
    }

    fn answer(&self, id: u64, answer: ReadAnswer) {
        let waiting = self.state().waiting.remove(&id);
        // Nobody waits any more where a read was given up.
        let _ = waiting.map(|waiting| waiting.send(Ok(answer)));
    }

    /// Takes note of an end; `false` when no other process is wanted.
    fn ended(&self, why: &str, pause: Duration) -> bool {
        let next = match pause.as_millis() {
            0 => "another is started".to_string(),
            _ => format!("the next starts in {:.1} s", pause.as_secs_f64()),
        };
        let message = format!("the librdkafka process {why}; {next}");
        let mut state = self.state();
        state.last_end = Some(message.clone());
        let waiting = std::mem::take(&mut state.waiting);
        let closed = state.closed;
        drop(state);
        for waiting in waiting.into_values() {
            let error = if closed { CallError::closed() } else { CallError::process_ended(message.clone()) };
            let _ = waiting.send(Err(error));
        }
        if !closed {
            self.ends.send_replace(Some(message));
        }
        !closed
    }
}

fn not_started(why: &str) -> ConnectError {
    ConnectError::new(format!("the librdkafka process cannot be started: {why}"))
}

type Opened = Result<(), ConnectError>;

/// Runs one process after the other, until nobody wants one.
fn supervise(shared: &Shared, opened: &Sender<Opened>, closing: &Receiver<()>) {
    let mut restarts = Restarts::default();
    loop {
        let started = Instant::now();
        let why = run(shared, opened);
        let pause = restarts.pause_after(started.elapsed());
        // Only the first start is waited for.
        let _ = opened.send(Err(ConnectError::new(format!("the librdkafka process {why}"))));
        if !shared.ended(&why, pause) {
            return;
        }
        if closing.recv_timeout(pause) == Err(std::sync::mpsc::RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

/// Runs one process to its end, and tells why it ended.
fn run(shared: &Shared, opened: &Sender<Opened>) -> String {
    let mut child = match shared.program.command().spawn() {
        Ok(child) => child,
        Err(error) => return format!("cannot be started: {error}"),
    };
    let said = match attend(shared, &mut child) {
        Ok((told, replies)) => Some((told, take_replies(shared, replies, opened))),
        Err(error) => {
            shared.state().ended_for = Some(format!("it cannot be attended to: {error}"));
            None
        }
    };
    shared.up.send_replace(false);
    let ours = {
        let mut state = shared.state();
        state.running = None;
        state.ended_for.take()
    };
    // Where it has ended by itself, this changes nothing.
    let _ = child.kill();
    let status = child.wait();
    let (told, nonsense) = said.unzip();
    match ours.or(nonsense.flatten()) {
        Some(why) => format!("was ended: {why}"),
        None => how_it_ended(status, told.and_then(|told| told.reason(LAST_WORDS, &shared.secrets))),
    }
}

/// Starts the threads beside a process, and hands it the properties.
fn attend(shared: &Shared, child: &mut Child) -> io::Result<(Told, ChildStdout)> {
    let missing = || io::Error::other("a pipe is missing");
    let (mut pipe, replies) =
        (child.stdin.take().ok_or_else(missing)?, child.stdout.take().ok_or_else(missing)?);
    let told = Told::from(child.stderr.take().ok_or_else(missing)?)?;
    let (requests, outgoing) = channel::<Vec<u8>>();
    // Dropping the sender ends the thread and closes the pipe, which ends the process.
    let write = move || outgoing.iter().all(|request| pipe.write_all(&request).is_ok());
    thread::Builder::new().name("kafka-requests".into()).spawn(write)?;
    let _ = requests.send(shared.open.clone());
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or_else(missing)?;
    let mut state = shared.state();
    state.running = Some(Running { pid, requests });
    if state.closed {
        let _ = kill_process(pid, Signal::KILL);
    }
    drop(state);
    shared.up.send_replace(true);
    Ok((told, replies))
}

/// Takes what the process says until it ends; what it said instead, if that was no answer.
fn take_replies(shared: &Shared, mut replies: impl Read, opened: &Sender<Opened>) -> Option<String> {
    loop {
        let reply = receive(&mut replies);
        shared.heard.fetch_add(1, Ordering::Relaxed);
        match reply {
            Ok(Reply::Alive) => {}
            Ok(Reply::Answer { id, answer }) => shared.answer(id, answer),
            Ok(Reply::Opened(Ok(()))) => _ = opened.send(Ok(())),
            Ok(Reply::Opened(Err(error))) => {
                let why = error.message.clone();
                let _ = opened.send(Err(error));
                return Some(why);
            }
            Err(FrameError::Closed) => return None,
            Err(FrameError::TooLong(length)) => return Some(format!("it announced {length} bytes")),
            Err(FrameError::Malformed) => return Some("it said what klever does not understand".into()),
        }
    }
}

fn how_it_ended(status: io::Result<ExitStatus>, told: Option<String>) -> String {
    let signal = status.as_ref().ok().and_then(ExitStatusExt::signal);
    let code = status.as_ref().ok().and_then(ExitStatus::code);
    let how = match (signal, code) {
        (Some(signal), _) => format!("signal {signal}"),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => "nobody knows how".into(),
    };
    match told {
        Some(told) => format!("ended ({how}: {told})"),
        None => format!("ended ({how})"),
    }
}

#[cfg(test)]
mod tests;
