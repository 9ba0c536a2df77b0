//! klever as the librdkafka process: takes reads from a pipe, answers them, and ends with the klever that started it.

use super::connections::Connections;
use super::frames::{RELEASE, Reply, Request, encode, receive};
use crate::kafka::reads::{ReadAnswer, ReadKind, ReadTargets};
use crate::kafka::{CallError, ConnectError};
use rustix::process::{Resource, Rlimit, Signal, getpid, kill_process, setrlimit};
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

/// How often the process says that it lives, while it reads.
const ALIVE: Duration = Duration::from_secs(1);

/// Serves reads until standard input ends.
pub fn serve() -> ExitCode {
    if io::stdin().is_terminal() {
        let _ = writeln!(io::stderr(), "klever runs this itself; it is of no use on a terminal");
        return ExitCode::from(2);
    }
    match serve_pipes() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve_pipes() -> io::Result<()> {
    leave_no_core();
    let (mut requests, mut replies) = private_pipes()?;
    let Ok(Request::Open { release, properties, secrets }) = receive(&mut requests) else { return Ok(()) };
    let opened = if release == RELEASE { Connections::open(properties, secrets) } else { Err(replaced()) };
    let (connections, told) = match opened {
        Ok(connections) => (Some(connections), Ok(())),
        Err(error) => (None, Err(error)),
    };
    replies.write_all(&frame(&Reply::Opened(told)))?;
    let Some(connections) = connections else { return Ok(()) };
    let (sender, asked) = unbounded_channel();
    thread::Builder::new().name("requests".into()).spawn(move || take_requests(requests, &sender))?;
    let (outgoing, frames) = channel();
    thread::Builder::new().name("replies".into()).spawn(move || send_replies(replies, &frames))?;
    Builder::new_current_thread().enable_time().build()?.block_on(answer(&connections, asked, &outgoing));
    Ok(())
}

fn replaced() -> ConnectError {
    ConnectError::new("klever's program was replaced by another release while it ran")
        .with_hint("end klever and start it again")
}

/// A core would hold passwords, and would lie in the user's folder.
fn leave_no_core() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
    // Also where the system hands cores to a program, which asks for no limit.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// The pipes under descriptors that nothing else knows: what a library prints, or a program that it starts reads, does
/// not get between the messages.
fn private_pipes() -> io::Result<(File, File)> {
    let requests = rustix::io::fcntl_dupfd_cloexec(io::stdin(), 3)?;
    let replies = rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3)?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok((requests.into(), replies.into()))
}

fn take_requests(mut requests: File, sender: &UnboundedSender<Request>) {
    while let Ok(request) = receive(&mut requests) {
        if sender.send(request).is_err() {
            break;
        }
    }
    // The klever that asks has ended. Nothing is worth an orderly end, in which librdkafka may hang.
    let _ = kill_process(getpid(), Signal::KILL);
}

fn send_replies(mut replies: File, frames: &Receiver<Vec<u8>>) {
    while let Ok(frame) = frames.recv() {
        if replies.write_all(&frame).is_err() {
            return;
        }
    }
}

/// Answers until a read panics: that ends the process, and klever starts another.
async fn answer(
    connections: &Connections,
    mut asked: UnboundedReceiver<Request>,
    outgoing: &Sender<Vec<u8>>,
) {
    let mut running = JoinSet::new();
    let mut alive = interval(ALIVE);
    alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let sent = tokio::select! {
            request = asked.recv() => match request {
                Some(Request::Read { id, kind, targets, timeout }) => {
                    running.spawn(read(connections.clone(), id, kind, targets, timeout));
                    continue;
                }
                Some(Request::Open { .. }) => continue,
                None => return,
            },
            Some(done) = running.join_next(), if !running.is_empty() => match done {
                Ok(frame) => outgoing.send(frame),
                Err(_) => return,
            },
            _ = alive.tick(), if !running.is_empty() => outgoing.send(frame(&Reply::Alive)),
        };
        if sent.is_err() {
            return;
        }
    }
}

async fn read(
    connections: Connections,
    id: u64,
    kind: ReadKind,
    targets: ReadTargets,
    timeout: Duration,
) -> Vec<u8> {
    let failed = |why: &str| ReadAnswer::failed(kind, &targets, &CallError::new(why));
    let answer = connections.read(kind, &targets, timeout).await;
    let answer = answer.unwrap_or_else(|| failed("librdkafka cannot read that"));
    encode(&Reply::Answer { id, answer }).unwrap_or_else(|| {
        frame(&Reply::Answer { id, answer: failed("the answer is too long for one message") })
    })
}

/// A reply that is short enough for sure.
fn frame(reply: &Reply) -> Vec<u8> {
    encode(reply).unwrap_or_default()
}
