//! Text from outside without what could steer a terminal or disguise itself.

use serde_json::Value;

/// The text without control characters (C0, DEL, C1) and without marks that reorder or hide text. Line
/// breaks become blanks: a name never makes a line of its own.
pub fn clean(text: &str) -> String {
    let kept = text.chars().filter_map(|letter| match letter {
        '\n' | '\t' => Some(' '),
        _ if letter.is_control() || steers(letter) => None,
        _ => Some(letter),
    });
    kept.collect()
}

/// The same for a text of several lines, which stay lines.
pub fn clean_lines(text: &str) -> String {
    text.split('\n').map(clean).collect::<Vec<String>>().join("\n")
}

/// Bidirectional embeddings and isolates, and characters without width.
pub(super) fn steers(letter: char) -> bool {
    matches!(letter,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The same for every text in a JSON value, keys included.
pub(super) fn clean_value(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(clean(&text)),
        Value::Array(items) => items.into_iter().map(clean_value).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| (clean(&key), clean_value(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_direction_marks_are_gone() {
        assert_eq!(clean("a\u{1b}[31mb\u{7f}\u{9b}c"), "a[31mbc");
        assert_eq!(clean("x\u{202e}y\u{200b}z\r\nw"), "xyz w");
        assert_eq!(clean("gr\u{fc}n"), "gr\u{fc}n");
        let value = serde_json::json!({"a\u{7}": ["b\u{1b}", 1, null]});
        assert_eq!(clean_value(value).to_string(), r#"{"a":["b",1,null]}"#);
    }
}
