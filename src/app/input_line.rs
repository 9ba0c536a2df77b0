//! One line being typed.

/// A text and a place in it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct InputLine {
    text: String,
    /// A byte offset at the boundary of a character.
    cursor: usize,
}

/// Longer input is cut.
const MAX_BYTES: usize = 400;

impl InputLine {
    /// A line that begins with this text, ready to go on typing.
    pub fn new(text: impl Into<String>) -> InputLine {
        let text = text.into();
        InputLine { cursor: text.len(), text }
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What was typed up to the cursor.
    pub fn before_cursor(&self) -> &str {
        &self.text[..self.cursor]
    }

    /// Types text; control characters are left out. `false` when nothing of it was taken.
    pub fn insert(&mut self, text: &str) -> bool {
        let before = self.text.len();
        for letter in text.chars().filter(|letter| !letter.is_control()) {
            if self.text.len() + letter.len_utf8() > MAX_BYTES {
                break;
            }
            self.text.insert(self.cursor, letter);
            self.cursor += letter.len_utf8();
        }
        self.text.len() > before
    }

    /// Deletes the character before the cursor. `false` when there is none.
    pub fn delete_char_backward(&mut self) -> bool {
        let Some(last) = self.before_cursor().chars().next_back() else { return false };
        self.cursor -= last.len_utf8();
        self.text.remove(self.cursor);
        true
    }

    /// Deletes the word before the cursor.
    pub fn delete_word_backward(&mut self) {
        let kept = self.before_cursor().trim_end().rfind(' ').map_or(0, |blank| blank + 1);
        self.text.replace_range(kept..self.cursor, "");
        self.cursor = kept;
    }

    /// Deletes everything.
    pub fn clear(&mut self) {
        *self = InputLine::default();
    }

    /// Moves the cursor one character to the left.
    pub fn left(&mut self) {
        self.cursor -= self.before_cursor().chars().next_back().map_or(0, char::len_utf8);
    }

    /// Moves the cursor one character to the right.
    pub fn right(&mut self) {
        self.cursor += self.text[self.cursor..].chars().next().map_or(0, char::len_utf8);
    }

    /// Moves the cursor to the beginning.
    pub fn home(&mut self) {
        self.cursor = 0;
    }

    /// Moves the cursor to the end.
    pub fn end(&mut self) {
        self.cursor = self.text.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_keep_to_characters() {
        let mut line = InputLine::new("aä");
        line.left();
        line.insert("x\n");
        assert_eq!((line.text(), line.before_cursor()), ("axä", "ax"));
        line.right();
        line.right();
        assert!(line.delete_char_backward());
        assert_eq!(line.text(), "ax");
        line.home();
        assert!(!line.delete_char_backward());
        line.end();
        assert!(line.insert(" two three") && !line.insert("\n"));
        line.delete_word_backward();
        assert_eq!(line.text(), "ax two ");
    }

    #[test]
    fn a_full_line_takes_nothing_more() {
        let mut line = InputLine::default();
        assert!(line.insert(&"x".repeat(1 << 16)));
        assert_eq!(line.text().len(), MAX_BYTES);
        assert!(!line.insert("y"));
    }
}
