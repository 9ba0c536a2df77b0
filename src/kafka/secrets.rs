//! Values that must never be shown, and text without them.

use serde::{Deserialize, Serialize};

/// Secret values. No `Debug`: it would show them.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    pub(super) fn new(mut values: Vec<String>) -> Self {
        // The longest first: one may contain another.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Secrets(values)
    }

    /// Text without secrets and without control characters.
    pub(super) fn mask(&self, text: &str) -> String {
        // A secret of one or two letters would blot out half of every message and hide nothing.
        let secrets = self.0.iter().filter(|secret| secret.len() > 2);
        let text = secrets.fold(text.to_string(), |text, secret| text.replace(secret.as_str(), "***"));
        text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
    }
}
