//! What the client library said, kept in a bounded ring and cleaned of secrets; nothing goes to the screen.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Entries that are kept; older ones fall out.
const CAPACITY: usize = 200;

/// How bad an entry is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    Info,
    Warning,
    /// Something does not work.
    Error,
}

/// One thing that the client library said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Counts from 1 over the client's life.
    pub sequence: u64,
    /// How bad it is.
    pub severity: Severity,
    /// Its words, without secrets and control characters.
    pub message: String,
}

#[derive(Default)]
struct State {
    entries: VecDeque<Entry>,
    last_sequence: u64,
    last_error: Option<String>,
    all_down: bool,
}

/// The ring, and whether any broker can be reached.
pub struct Journal {
    state: Mutex<State>,
    secrets: Vec<String>,
    changed: Notify,
}

impl Journal {
    /// An empty one that blots these secrets out of everything.
    pub fn new(secrets: Vec<String>) -> Self {
        Journal { state: Mutex::default(), secrets, changed: Notify::new() }
    }

    /// Text without secrets and without control characters.
    pub fn scrub(&self, text: &str) -> String {
        let clean = |text: String, secret: &String| text.replace(secret.as_str(), "***");
        let text = self.secrets.iter().filter(|secret| secret.len() > 2).fold(text.to_string(), clean);
        text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
    }

    /// Notes a log line.
    pub fn log(&self, severity: Severity, message: &str) {
        let message = self.scrub(message);
        push(&mut self.state(), severity, message);
    }

    /// Notes an error; `all_down` says that no broker can be reached any more.
    pub fn error(&self, message: &str, all_down: bool) {
        let message = plain(&self.scrub(message));
        let mut state = self.state();
        if all_down {
            state.all_down = true;
        } else {
            state.last_error = Some(message.clone());
        }
        push(&mut state, Severity::Error, message);
        drop(state);
        self.changed.notify_waiters();
    }

    /// A broker answered: earlier complaints are history.
    pub fn recovered(&self) {
        let mut state = self.state();
        state.all_down = false;
        state.last_error = None;
    }

    /// Whether no broker can be reached.
    pub fn all_down(&self) -> bool {
        self.state().all_down
    }

    /// The last error since a broker answered.
    pub fn last_error(&self) -> Option<String> {
        self.state().last_error.clone()
    }

    /// Entries after this sequence number, oldest first.
    pub fn since(&self, sequence: u64) -> Vec<Entry> {
        self.state().entries.iter().filter(|entry| entry.sequence > sequence).cloned().collect()
    }

    /// Resolves when no broker can be reached.
    pub async fn gave_up(&self) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.all_down() {
                return;
            }
            changed.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn push(state: &mut State, severity: Severity, message: String) {
    state.last_sequence += 1;
    let sequence = state.last_sequence;
    state.entries.push_back(Entry { sequence, severity, message });
    if state.entries.len() > CAPACITY {
        state.entries.pop_front();
    }
}

/// librdkafka puts `[thrd:...]:` in front and a timing in parentheses behind; neither helps a reader.
fn plain(message: &str) -> String {
    let body = message.rsplit_once("]: ").map_or(message, |(_, body)| body);
    body.split(" (after ").next().unwrap_or(body).trim().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_control_characters_never_get_in() {
        let journal = Journal::new(vec!["hunter2".into()]);
        journal.log(Severity::Warning, "SASL said \x1b[31mhunter2\x1b[0m");
        assert_eq!(journal.since(0)[0].message, "SASL said  [31m*** [0m");
    }

    #[test]
    fn the_ring_forgets_the_oldest() {
        let journal = Journal::new(Vec::new());
        (0..CAPACITY + 5).for_each(|n| journal.log(Severity::Info, &n.to_string()));
        let kept = journal.since(0);
        assert_eq!((kept.len(), kept[0].message.as_str(), kept[0].sequence), (CAPACITY, "5", 6));
        assert_eq!(journal.since(CAPACITY as u64 + 4).len(), 1);
    }

    #[test]
    fn an_answer_clears_the_trouble() {
        let journal = Journal::new(Vec::new());
        journal
            .error("[thrd:a:1/bootstrap]: a:1/bootstrap: Connect failed (after 1ms in state CONNECT)", false);
        journal.error("1/1 brokers are down", true);
        assert_eq!(journal.last_error().as_deref(), Some("a:1/bootstrap: Connect failed"));
        assert!(journal.all_down());
        journal.recovered();
        assert!(!journal.all_down() && journal.last_error().is_none());
    }
}
