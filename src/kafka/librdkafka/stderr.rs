//! What the process says on standard error: the line that tells why it ends, short and without secrets.

use crate::kafka::secrets::Secrets;
use std::io::Read;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// A line is cut after this many bytes.
const LONGEST_LINE: usize = 4096;
/// What of a line is shown.
const SHOWN: usize = 200;
/// Lines with one of these tell more than the last one: librdkafka prints its state after an assertion.
const TELLING: [&str; 4] = ["***", "ssertion", "assert:", "panicked at"];

/// Takes standard error to its end, on a thread of its own, and keeps one line of it.
pub(super) struct Told {
    best: Arc<Mutex<String>>,
    /// Nothing is sent; it is disconnected at the end.
    end: Receiver<()>,
}

impl Told {
    /// # Errors
    /// When no thread can be started.
    pub(super) fn from(source: impl Read + Send + 'static) -> std::io::Result<Told> {
        let (open, end) = channel();
        let best = Arc::<Mutex<String>>::default();
        let kept = best.clone();
        let work = move || {
            each_line(source, |line| keep_the_better(&kept, line));
            drop(open);
        };
        thread::Builder::new().name("kafka-stderr".into()).spawn(work)?;
        Ok(Told { best, end })
    }

    /// The line that tells most, if there is any. Waits until standard error has ended, but not longer than `patience`:
    /// a program that the process started may still hold it.
    pub(super) fn reason(self, patience: Duration, secrets: &Secrets) -> Option<String> {
        let _ = self.end.recv_timeout(patience);
        let best = lock(&self.best);
        let shown: String = secrets.mask(&best).trim().chars().take(SHOWN).collect();
        (!shown.is_empty()).then_some(shown)
    }
}

fn keep_the_better(best: &Mutex<String>, line: String) {
    let mut best = lock(best);
    if is_telling(&line) || !is_telling(&best) {
        *best = line;
    }
}

fn lock(best: &Mutex<String>) -> MutexGuard<'_, String> {
    best.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_telling(line: &str) -> bool {
    TELLING.iter().any(|word| line.contains(word))
}

/// Each line that is not empty, its end cut off where it is too long.
fn each_line(mut source: impl Read, each: impl Fn(String)) {
    let (mut line, mut part) = (Vec::new(), [0; 1024]);
    loop {
        let count = source.read(&mut part).unwrap_or(0);
        for byte in &part[..count] {
            if *byte == b'\n' {
                hand_on(&mut line, &each);
            } else if line.len() < LONGEST_LINE {
                line.push(*byte);
            }
        }
        if count == 0 {
            return hand_on(&mut line, &each);
        }
    }
}

fn hand_on(line: &mut Vec<u8>, each: &impl Fn(String)) {
    let text = String::from_utf8_lossy(&std::mem::take(line)).into_owned();
    if !text.trim().is_empty() {
        each(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(said: &'static str) -> Option<String> {
        let secrets = Secrets::new(vec!["hunter2".into()]);
        Told::from(said.as_bytes()).unwrap().reason(Duration::from_secs(20), &secrets)
    }

    #[test]
    fn an_assertion_beats_what_comes_after_it_and_the_last_line_what_came_before() {
        let crash = "starting\n*** rdkafka_queue.c:1:f: assert: rkq->len ***\nrd_kafka_t 0x1: klever\n";
        assert_eq!(reason(crash).as_deref(), Some("*** rdkafka_queue.c:1:f: assert: rkq->len ***"));
        assert_eq!(reason("one\n\n two \n \n").as_deref(), Some("two"));
        assert_eq!(reason("\n"), None);
    }

    #[test]
    fn secrets_control_characters_and_endless_lines_do_not_get_through() {
        assert_eq!(reason("\x1b[31mhunter2 failed").as_deref(), Some("[31m*** failed"));
        let long: &'static str = Box::leak("x".repeat(1 << 20).into_boxed_str());
        assert_eq!(reason(long).map(|line| line.len()), Some(SHOWN));
    }
}
