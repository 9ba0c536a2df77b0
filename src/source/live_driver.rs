//! A real cluster on the screen: what the stream tells goes to the screen, and nothing goes back but "read again".

use crate::app::{Command, Snapshot, SourceError};
use crate::runtime::{Driver, Sink};
use crate::source::live::Refresh;
use crate::source::{Live, SourceEvent};
use std::thread;

/// A cluster that is looked at. It cannot be told to do anything.
pub struct Watched {
    refresh: Refresh,
}

impl Watched {
    /// Sends everything that the stream tells to the screen, until one of the two ends.
    pub fn start(live: Live, sink: Sink) -> Watched {
        let refresh = live.refresher();
        let forward = move || while live.events().recv().is_ok_and(|event| tell(&sink, event)) {};
        let spawned = thread::Builder::new().name("watched".into()).spawn(forward);
        debug_assert!(spawned.is_ok(), "a thread can be had");
        Watched { refresh }
    }
}

impl Driver for Watched {
    /// Knobs and faults are a hypothesis here: nothing is ever sent.
    fn drive(&mut self, _: Command) {}

    fn refresh(&mut self) {
        self.refresh.now();
    }
}

fn tell(sink: &Sink, event: SourceEvent) -> bool {
    match event {
        SourceEvent::Snapshot(cluster) => {
            sink.trouble(None) && sink.snapshot(Snapshot { cluster, clock: None, detail: None })
        }
        SourceEvent::SourceError { since, message, hint, retry_in_ms } => {
            let what = hint.map_or(message.clone(), |hint| format!("{message} ({hint})"));
            let retry_ms = i64::try_from(retry_in_ms).ok().map(|wait| crate::clock::now_ms() + wait);
            sink.trouble(Some(SourceError { what, since_ms: since, retry_ms }))
        }
    }
}
