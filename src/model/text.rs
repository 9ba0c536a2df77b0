//! Text in lines, by the columns that it takes on a screen.

use unicode_width::UnicodeWidthStr;

/// A text in lines of at most so many columns, broken at blanks; a continued line keeps the indent, and a longer
/// word has a line of its own.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    if text.width() <= columns {
        return vec![text.to_string()];
    }
    let indent = text.len() - text.trim_start().len();
    let indent = " ".repeat(indent.min(columns / 2));
    let mut lines = Vec::new();
    let mut line = indent.clone();
    for word in text.split_whitespace() {
        let begun = line.len() > indent.len();
        if begun && line.width() + 1 + word.width() > columns {
            lines.push(std::mem::replace(&mut line, indent.clone()));
        } else if begun {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn long_lines_break_at_blanks() {
        assert_eq!(wrap("short", 10), ["short"]);
        assert_eq!(wrap("  one two three", 9), ["  one two", "  three"]);
        assert_eq!(wrap("unbreakableword x", 5), ["unbreakableword", "x"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn wide_letters_take_two_columns() {
        assert_eq!(wrap("日本 語 x", 6), ["日本", "語 x"]);
    }
}
