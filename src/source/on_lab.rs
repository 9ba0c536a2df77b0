//! A lab on the screen: what the brokers say goes to the screen, and faults and knobs act on real processes.

use crate::app::{Command, Level};
use crate::kafka::{ConnectError, ConnectionSpec};
use crate::lab::{LabError, RunningCluster};
use crate::model::Cluster;
use crate::runtime::{Driver, Sink};
use crate::scenario::Act;
use crate::source::{Live, LiveSettings, SourceEvent, Watched};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Between two looks at the processes.
const TICK: Duration = Duration::from_millis(50);
/// How long the first whole snapshot is waited for.
const READING: Duration = Duration::from_secs(10);

/// A lab that is looked at and acted on. Dropping it ends the lab's processes and waits for that.
pub struct OnLab {
    watched: Watched,
    orders: Option<Sender<Act>>,
    hand: Option<JoinHandle<()>>,
    sink: Sink,
}

impl OnLab {
    /// Opens the stream of a lab and waits a while until it has read every part: what knobs are compared with
    /// is the first cluster on the screen.
    ///
    /// # Errors
    /// When the client library refuses.
    pub fn stream(living: &RunningCluster) -> Result<Live, ConnectError> {
        let live = Live::start(&ConnectionSpec::plaintext(&living.bootstrap())?, LiveSettings::brisk())?;
        let until = Instant::now() + READING;
        while let Ok(event) = live.events().recv_timeout(until.saturating_duration_since(Instant::now())) {
            if matches!(event, SourceEvent::Snapshot(cluster) if is_whole(&cluster)) {
                break;
            }
        }
        Ok(live)
    }

    /// Takes a lab over and sends what its stream tells to the screen.
    pub fn start(living: RunningCluster, live: Live, sink: Sink) -> OnLab {
        let (orders, inbox) = channel();
        let (watched, told) = (Watched::start(live, sink.clone()), sink.clone());
        let hand = thread::Builder::new().name("lab".into()).spawn(move || serve(living, &inbox, &told));
        OnLab { watched, orders: Some(orders), hand: hand.ok(), sink }
    }
}

impl Driver for OnLab {
    fn drive(&mut self, command: Command) {
        match (command, &self.orders) {
            (Command::Act(act), Some(orders)) => _ = orders.send(act),
            _ => _ = self.sink.notice(Level::Warn, "real time neither stands still nor goes back"),
        }
    }

    fn refresh(&mut self) {
        self.watched.refresh();
    }
}

impl Drop for OnLab {
    fn drop(&mut self) {
        self.orders = None;
        let _ = self.hand.take().map(JoinHandle::join);
    }
}

fn is_whole(cluster: &Cluster) -> bool {
    let topics = cluster.topics.iter().all(|topic| topic.config.get().is_some());
    topics
        && cluster.version.get().is_some()
        && cluster.brokers.iter().all(|broker| broker.rack.get().is_some())
}

/// Does what is told until nobody tells any more.
fn serve(mut living: RunningCluster, orders: &Receiver<Act>, sink: &Sink) {
    let say = |done: Result<(), LabError>| {
        if let Err(error) = done {
            sink.notice(Level::Warn, error.to_string());
        }
    };
    loop {
        match orders.recv_timeout(TICK) {
            Ok(act) => say(living.act(&act)),
            Err(RecvTimeoutError::Timeout) => say(living.look()),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
