//! What a token looks like.

use crate::kafka::wire::secret::Secret;

/// The letters that brokers take (`OAuthBearerClientInitialResponse`).
pub(super) fn token(text: &str) -> Option<Secret> {
    let token = text.trim();
    let is_token = |letter: char| letter.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&letter);
    (!token.is_empty() && token.chars().all(is_token)).then(|| Secret::new(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_brokers_take_is_a_token() {
        assert_eq!(token(" aZ9-_.\n"), Some(Secret::new("aZ9-_.")));
        for wrong in ["", "\n", "a b", "a\u{1}b", "a=b", "\u{fc}"] {
            assert_eq!(token(wrong), None, "{wrong:?}");
        }
    }
}
