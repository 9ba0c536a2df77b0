//! A real cluster on the screen: what the stream reports goes to the screen, and nothing goes back but "read again".

use crate::app::{Command, Level, Snapshot, SourceError};
use crate::clock::now_ms;
use crate::model::Millis;
use crate::runtime::{Driver, Sink};
use crate::source::{LiveStream, Recorder, RefreshHandle, SourceEvent};
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::Duration;

/// The newest state is recorded when nothing has come for so long.
const SETTLED_AFTER: Duration = Duration::from_secs(1);

/// Read-only: nothing can be done to the cluster.
pub struct LiveDriver {
    refresh: RefreshHandle,
}

impl LiveDriver {
    /// Passes everything that the stream reports on to the screen, until one of the two ends.
    pub fn start(stream: LiveStream, sink: Sink) -> LiveDriver {
        LiveDriver::recorded(stream, sink, None)
    }

    /// The same, and writes down what it passes on.
    pub fn recorded(stream: LiveStream, sink: Sink, recorder: Option<Recorder>) -> LiveDriver {
        let refresh = stream.refresh_handle();
        let forward = move || forward(&stream, &sink, recorder);
        let spawned = thread::Builder::new().name("live-driver".into()).spawn(forward);
        debug_assert!(spawned.is_ok(), "a thread can be had");
        LiveDriver { refresh }
    }
}

impl Driver for LiveDriver {
    /// Knobs and faults are a what-if here: nothing is ever sent.
    fn drive(&mut self, _: Command) {}

    fn refresh(&mut self) {
        self.refresh.now();
    }
}

/// Until the screen or the stream is gone.
fn forward(stream: &LiveStream, sink: &Sink, mut recorder: Option<Recorder>) {
    loop {
        let event = match stream.events().recv_timeout(SETTLED_AFTER) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => {
                let told = recorder.as_mut().and_then(|recorder| recorder.settle(now_ms()));
                told.into_iter().for_each(|line| _ = sink.notice(Level::Warn, line));
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        if let (Some(recorder), SourceEvent::Snapshot(cluster) | SourceEvent::Stale(cluster)) =
            (&mut recorder, &event)
        {
            recorder.note(cluster).into_iter().for_each(|line| _ = sink.notice(Level::Warn, line));
        }
        if !publish(sink, event) {
            return;
        }
    }
}

/// `false` when the screen is gone.
fn publish(sink: &Sink, event: SourceEvent) -> bool {
    match event {
        SourceEvent::Snapshot(cluster) => {
            sink.trouble(None) && sink.snapshot(Snapshot { cluster, clock: None, detail: None })
        }
        SourceEvent::Stale(cluster) => sink.snapshot(Snapshot { cluster, clock: None, detail: None }),
        SourceEvent::RequestRate(per_s) => sink.request_rate(per_s),
        SourceEvent::ProcessEnded(why) => sink.notice(Level::Warn, why),
        SourceEvent::Unreachable { since, message, hint, retry_in_ms } => {
            let what = hint.map_or(message.clone(), |hint| format!("{message} ({hint})"));
            let retry_ms = Millis::try_from(retry_in_ms).ok().map(|wait| now_ms() + wait);
            sink.trouble(Some(SourceError { what, since_ms: since, retry_ms }))
        }
    }
}
