//! What librdkafka reports of its connections: the last error, and whether any broker can be reached.

use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

#[derive(Default)]
struct State {
    last_error: Option<String>,
    all_brokers_down: bool,
}

pub(super) struct ConnectionHealth {
    state: Mutex<State>,
    secrets: Vec<String>,
    changed: Notify,
}

impl ConnectionHealth {
    /// Nothing reported yet. The secrets never get into a message.
    pub(super) fn new(secrets: Vec<String>) -> Self {
        ConnectionHealth { state: Mutex::default(), secrets, changed: Notify::new() }
    }

    /// Text without secrets and without control characters.
    pub(super) fn scrub(&self, text: &str) -> String {
        // A secret of one or two letters would blot out half of every message and hide nothing.
        let secrets = self.secrets.iter().filter(|secret| secret.len() > 2);
        let text = secrets.fold(text.to_string(), |text, secret| text.replace(secret.as_str(), "***"));
        text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
    }

    pub(super) fn error(&self, message: &str) {
        let message = plain(&self.scrub(message));
        self.state().last_error = Some(message);
    }

    /// librdkafka reports this once, when the last connection has gone.
    pub(super) fn all_brokers_went_down(&self) {
        self.state().all_brokers_down = true;
        self.changed.notify_waiters();
    }

    /// A broker answered: earlier errors no longer explain anything.
    pub(super) fn recovered(&self) {
        *self.state() = State::default();
    }

    pub(super) fn all_brokers_down(&self) -> bool {
        self.state().all_brokers_down
    }

    /// The last error since a broker answered.
    pub(super) fn last_error(&self) -> Option<String> {
        self.state().last_error.clone()
    }

    /// Resolves when no broker can be reached.
    pub(super) async fn until_all_brokers_down(&self) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.all_brokers_down() {
                return;
            }
            changed.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
        let health = ConnectionHealth::new(vec!["hunter2".into()]);
        health.error("SASL said \x1b[31mhunter2\x1b[0m");
        assert_eq!(health.last_error().as_deref(), Some("SASL said  [31m*** [0m"));
    }

    #[test]
    fn an_answer_clears_earlier_errors() {
        let health = ConnectionHealth::new(Vec::new());
        health.error("[thrd:a:1/bootstrap]: a:1/bootstrap: Connect failed (after 1ms in state CONNECT)");
        health.all_brokers_went_down();
        assert_eq!(health.last_error().as_deref(), Some("a:1/bootstrap: Connect failed"));
        assert!(health.all_brokers_down());
        health.recovered();
        assert!(!health.all_brokers_down() && health.last_error().is_none());
    }
}
