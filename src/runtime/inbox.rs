//! One queue for everything that comes in. Of snapshots only the newest is kept.

use crate::app::{Level, Msg, Snapshot, SourceError};
use crate::term::Event;
use crate::workshop::Scene;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// So many events may wait; more keys stay in the terminal until then.
const MOST_EVENTS: usize = 4096;

/// One thing that came in.
pub(super) enum Input {
    Event(Event),
    Msg(Msg),
}

enum Post {
    Input(Input),
    /// The slot has a snapshot.
    Snapshot(Slot, Option<u64>),
}

/// The newest snapshot of a source, until it is taken.
type Slot = Arc<Mutex<Option<Snapshot>>>;

pub(super) struct Inbox {
    sender: Sender<Post>,
    receiver: Receiver<Post>,
    slot: Slot,
    /// Events that were sent and not taken yet.
    events: Arc<AtomicUsize>,
}

impl Inbox {
    pub(super) fn new() -> Inbox {
        let (sender, receiver) = channel();
        Inbox { sender, receiver, slot: Arc::default(), events: Arc::default() }
    }

    /// Where a source sends to.
    pub(super) fn sink(&self) -> Sink {
        Sink { sender: self.sender.clone(), slot: self.slot.clone(), copy: None }
    }

    /// Where signals are sent to; sending never waits.
    pub(super) fn signals(&self) -> impl Fn(Event) -> bool + Send + 'static {
        let (sender, events) = (self.sender.clone(), self.events.clone());
        move |event| {
            events.fetch_add(1, Ordering::Relaxed);
            sender.send(Post::Input(Input::Event(event))).is_ok()
        }
    }

    /// Where the terminal sends to, which waits while too much is there: nobody types that fast.
    pub(super) fn keys(&self) -> impl Fn(Event) -> bool + Send + 'static {
        let (send, events) = (self.signals(), self.events.clone());
        move |event| {
            while events.load(Ordering::Relaxed) >= MOST_EVENTS {
                thread::sleep(Duration::from_millis(2));
            }
            send(event)
        }
    }

    /// The next input, if one comes in time.
    pub(super) fn wait(&self, timeout: Duration) -> Option<Input> {
        self.receiver.recv_timeout(timeout).ok().and_then(|post| self.open(post))
    }

    /// All that is there already.
    pub(super) fn ready(&self) -> impl Iterator<Item = Input> + '_ {
        self.receiver.try_iter().filter_map(|post| self.open(post))
    }

    fn open(&self, post: Post) -> Option<Input> {
        match post {
            Post::Input(Input::Event(event)) => {
                self.events.fetch_sub(1, Ordering::Relaxed);
                Some(Input::Event(event))
            }
            Post::Input(input) => Some(input),
            Post::Snapshot(slot, copy) => {
                let newest = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
                newest.map(|snapshot| Input::Msg(of_source(copy, Msg::Snapshot(snapshot))))
            }
        }
    }
}

/// What a source says, marked where the source is a copy.
fn of_source(copy: Option<u64>, msg: Msg) -> Msg {
    match copy {
        Some(number) => Msg::OfCopy(number, Box::new(msg)),
        None => msg,
    }
}

/// Where a source sends what it sees. Sending never waits; when the screen is gone it yields `false`.
#[derive(Clone)]
pub struct Sink {
    sender: Sender<Post>,
    slot: Slot,
    /// The number of the copy that sends here, where it is one.
    copy: Option<u64>,
}

impl Sink {
    /// Where a copy with this number sends to.
    pub(super) fn of_copy(&self, number: u64) -> Sink {
        Sink { sender: self.sender.clone(), slot: Slot::default(), copy: Some(number) }
    }

    /// A newer state; it replaces one that was not looked at yet.
    pub fn snapshot(&self, snapshot: Snapshot) -> bool {
        let waiting = self.slot.lock().unwrap_or_else(PoisonError::into_inner).replace(snapshot).is_some();
        waiting || self.sender.send(Post::Snapshot(self.slot.clone(), self.copy)).is_ok()
    }

    /// The source has trouble, or no longer.
    pub fn trouble(&self, trouble: Option<SourceError>) -> bool {
        self.msg(Msg::SourceError(trouble))
    }

    /// How many requests a second the source sends.
    pub fn request_rate(&self, per_s: u64) -> bool {
        self.msg(Msg::RequestRate(per_s))
    }

    /// Something to tell the user.
    pub fn notice(&self, level: Level, text: impl Into<String>) -> bool {
        self.msg(Msg::Notice(level, text.into()))
    }

    /// The file of the scene that is played has changed: what it is now, or what is wrong with it.
    pub fn scene(&self, scene: Result<Box<Scene>, String>) -> bool {
        self.msg(Msg::SceneFile(scene))
    }

    pub(super) fn msg(&self, msg: Msg) -> bool {
        self.sender.send(Post::Input(Input::Msg(of_source(self.copy, msg)))).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypothesis::reference;
    use crate::model::KafkaVersion;

    #[test]
    fn a_flood_of_keys_waits_outside() {
        let inbox = Inbox::new();
        let keys = inbox.keys();
        thread::spawn(move || while keys(Event::Resize) {});
        let mut taken = 0;
        while taken < 3 * MOST_EVENTS {
            assert!(inbox.events.load(Ordering::Relaxed) <= MOST_EVENTS);
            taken += usize::from(inbox.wait(Duration::from_secs(20)).is_some());
        }
    }

    #[test]
    fn what_a_copy_says_is_marked_and_takes_nothing_from_the_source() {
        let inbox = Inbox::new();
        let (source, copy) = (inbox.sink(), inbox.sink().of_copy(3));
        let state =
            || Snapshot { cluster: Arc::new(reference(KafkaVersion::REFERENCE)), clock: None, detail: None };
        assert!(source.snapshot(state()) && copy.snapshot(state()) && copy.notice(Level::Warn, "refused"));
        let seen: Vec<String> = inbox
            .ready()
            .map(|input| match input {
                Input::Msg(Msg::Snapshot(_)) => "source".into(),
                Input::Msg(Msg::OfCopy(number, msg)) => match *msg {
                    Msg::Snapshot(_) => format!("copy {number}"),
                    Msg::Notice(_, text) => format!("copy {number}: {text}"),
                    _ => "?".into(),
                },
                _ => "?".into(),
            })
            .collect();
        assert_eq!(seen, ["source", "copy 3", "copy 3: refused"]);
    }

    #[test]
    fn only_the_newest_snapshot_is_kept() {
        let inbox = Inbox::new();
        let sink = inbox.sink();
        for taken_at in 1..=3 {
            let mut cluster = reference(KafkaVersion::REFERENCE);
            cluster.taken_at = taken_at;
            assert!(sink.snapshot(Snapshot { cluster: Arc::new(cluster), clock: None, detail: None }));
        }
        assert!(sink.notice(Level::Notice, "later"));
        let seen: Vec<String> = inbox
            .ready()
            .map(|input| match input {
                Input::Msg(Msg::Snapshot(snapshot)) => snapshot.cluster.taken_at.to_string(),
                Input::Msg(Msg::Notice(_, text)) => text,
                _ => "?".into(),
            })
            .collect();
        assert_eq!(seen, ["3", "later"]);
    }
}
