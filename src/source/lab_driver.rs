//! A lab on the screen: real brokers are read like any cluster, and faults and knobs act on their processes.

use crate::app::{Command, Level};
use crate::kafka::{ConnectError, ConnectionSpec};
use crate::lab::{LabError, RunningCluster};
use crate::model::Cluster;
use crate::runtime::{Driver, Sink};
use crate::scenario::Act;
use crate::source::{LiveDriver, LiveOptions, LiveStream, SourceEvent};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Between two looks at the processes.
const TICK: Duration = Duration::from_millis(50);
/// How long the first whole snapshot is waited for.
const READING: Duration = Duration::from_secs(10);

/// A running lab. Dropping it ends the lab's processes and waits for that.
pub struct LabDriver {
    live: LiveDriver,
    acts: Option<Sender<Act>>,
    worker: Option<JoinHandle<()>>,
    sink: Sink,
}

impl LabDriver {
    /// Opens the stream of a lab and waits a while until it has read every part: what knobs are compared with
    /// is the first cluster on the screen.
    ///
    /// # Errors
    /// When the client library refuses.
    pub fn stream(cluster: &RunningCluster) -> Result<LiveStream, ConnectError> {
        let stream =
            LiveStream::start(&ConnectionSpec::plaintext(&cluster.bootstrap())?, LiveOptions::for_lab())?;
        let until = Instant::now() + READING;
        while let Ok(event) = stream.events().recv_timeout(until.saturating_duration_since(Instant::now())) {
            if matches!(event, SourceEvent::Snapshot(cluster) if is_whole(&cluster)) {
                break;
            }
        }
        Ok(stream)
    }

    /// Takes a lab over and passes what its stream reports on to the screen.
    pub fn start(cluster: RunningCluster, stream: LiveStream, sink: Sink) -> LabDriver {
        let (acts, inbox) = channel();
        let live = LiveDriver::start(stream, sink.clone());
        let notices = sink.clone();
        let worker =
            thread::Builder::new().name("lab".into()).spawn(move || serve(cluster, &inbox, &notices));
        LabDriver { live, acts: Some(acts), worker: worker.ok(), sink }
    }
}

impl Driver for LabDriver {
    fn drive(&mut self, command: Command) {
        match (command, &self.acts) {
            (Command::Act(act), Some(acts)) => _ = acts.send(act),
            _ => _ = self.sink.notice(Level::Warn, "a lab runs in real time: it cannot be paused or rewound"),
        }
    }

    fn refresh(&mut self) {
        self.live.refresh();
    }
}

impl Drop for LabDriver {
    fn drop(&mut self) {
        self.acts = None;
        let _ = self.worker.take().map(JoinHandle::join);
    }
}

fn is_whole(cluster: &Cluster) -> bool {
    let topics = cluster.topics.iter().all(|topic| topic.config.get().is_some());
    topics
        && cluster.version.get().is_some()
        && cluster.brokers.iter().all(|broker| broker.rack.get().is_some())
}

/// Acts on the processes, and looks after them in between, until the driver is dropped.
fn serve(mut cluster: RunningCluster, acts: &Receiver<Act>, sink: &Sink) {
    let warn = |done: Result<(), LabError>| {
        if let Err(error) = done {
            sink.notice(Level::Warn, error.to_string());
        }
    };
    loop {
        match acts.recv_timeout(TICK) {
            Ok(act) => warn(cluster.act(&act)),
            Err(RecvTimeoutError::Timeout) => warn(cluster.look()),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
