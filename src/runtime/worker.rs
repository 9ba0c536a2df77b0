//! Threads that ask the engine: the latest question wins, older ones are never begun or are given up.

use super::Sink;
use crate::app::{AssessmentRequest, AssessmentView, Level, Msg, PageRequest, explore};
use crate::workshop::{FinaleNews, tell_finale};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

/// What answers a question.
pub type Assess = Arc<dyn Fn(&AssessmentRequest) -> AssessmentView + Send + Sync>;

type Slot<Q> = (Mutex<Option<Q>>, Condvar);

pub(super) struct Worker<Q> {
    slot: Arc<Slot<Q>>,
}

impl Worker<AssessmentRequest> {
    /// The thread that assesses.
    pub(super) fn assessing(assess: Assess, sink: Sink) -> io::Result<Self> {
        Worker::start("engine", sink, move |request: &AssessmentRequest, _| {
            Msg::Assessed(request.generation, Arc::new(assess(request)))
        })
    }
}

impl Worker<PageRequest> {
    /// The thread that finds out what the pages of exploring show.
    pub(super) fn exploring(sink: Sink) -> io::Result<Self> {
        Worker::start("explorer", sink, |request: &PageRequest, keep_going| {
            Msg::Explored(request.generation, Arc::new(explore(request, keep_going)))
        })
    }
}

/// Plays the finale on a thread of its own, until it is over or the screen is gone.
pub(super) fn play_finale(sink: Sink) {
    let run = move || {
        let tell = |news| sink.msg(Msg::Finale(news));
        if catch_unwind(AssertUnwindSafe(|| tell_finale(&|| true, &tell))).is_err() {
            tell(FinaleNews::Failed);
            let why = "klever could not play the finale to its end; this is a bug in klever";
            sink.msg(Msg::Notice(Level::Bad, why.into()));
        }
    };
    let spawned = thread::Builder::new().name("finale".into()).spawn(run);
    debug_assert!(spawned.is_ok(), "a thread can be had");
}

impl<Q: Send + 'static> Worker<Q> {
    fn start(
        name: &str,
        sink: Sink,
        answer: impl Fn(&Q, &dyn Fn() -> bool) -> Msg + Send + 'static,
    ) -> io::Result<Self> {
        let slot: Arc<Slot<Q>> = Arc::new((Mutex::new(None), Condvar::new()));
        let theirs = slot.clone();
        let run = move || {
            loop {
                let request = next(&theirs);
                let wanted = || lock(&theirs.0).is_none();
                let answer = guarded(|| answer(&request, &wanted));
                if wanted() && !sink.msg(answer) {
                    return;
                }
            }
        };
        thread::Builder::new().name(name.into()).spawn(run)?;
        Ok(Worker { slot })
    }

    /// Asks; a question that was not begun yet is forgotten.
    pub(super) fn ask(&self, request: Q) {
        let (slot, bell) = &*self.slot;
        *lock(slot) = Some(request);
        bell.notify_one();
    }
}

fn lock<T>(slot: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

fn next<Q>((slot, bell): &Slot<Q>) -> Q {
    let mut waiting = lock(slot);
    loop {
        match waiting.take() {
            Some(request) => return request,
            None => waiting = bell.wait(waiting).unwrap_or_else(PoisonError::into_inner),
        }
    }
}

/// A bug in the engine must not take the screen down.
fn guarded(answer: impl FnOnce() -> Msg) -> Msg {
    let failed = |_| {
        Msg::Notice(Level::Bad, "klever could not assess this configuration; this is a bug in klever".into())
    };
    catch_unwind(AssertUnwindSafe(answer)).unwrap_or_else(failed)
}
