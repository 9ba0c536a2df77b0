//! The thread that judges settings: the latest question wins, older ones are never begun.

use super::Sink;
use crate::app::{Judgement, Level, Msg, Question};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

/// What answers a question.
pub type Judge = Arc<dyn Fn(&Question) -> Judgement + Send + Sync>;

type Slot = (Mutex<Option<Question>>, Condvar);

/// The asking end.
pub(super) struct Worker {
    slot: Arc<Slot>,
}

impl Worker {
    pub(super) fn start(judge: Judge, sink: Sink) -> io::Result<Worker> {
        let slot: Arc<Slot> = Arc::default();
        let theirs = slot.clone();
        let run = move || {
            loop {
                let question = next(&theirs);
                if !sink.msg(answer(&judge, &question)) {
                    return;
                }
            }
        };
        thread::Builder::new().name("engine".into()).spawn(run)?;
        Ok(Worker { slot })
    }

    /// Asks; a question that was not begun yet is forgotten.
    pub(super) fn ask(&self, question: Question) {
        let (slot, bell) = &*self.slot;
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(question);
        bell.notify_one();
    }
}

fn next((slot, bell): &Slot) -> Question {
    let mut waiting = slot.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        match waiting.take() {
            Some(question) => return question,
            None => waiting = bell.wait(waiting).unwrap_or_else(PoisonError::into_inner),
        }
    }
}

/// A bug in the engine must not take the screen down.
fn answer(judge: &Judge, question: &Question) -> Msg {
    match catch_unwind(AssertUnwindSafe(|| judge(question))) {
        Ok(judgement) => Msg::Assessed(question.generation, Arc::new(judgement)),
        Err(_) => Msg::Notice(Level::Bad, "klever failed to judge this setting: a bug".into()),
    }
}
