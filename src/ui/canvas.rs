//! Where text is painted: by role, clipped, and free of characters that would break the screen.

use crate::model::wrap;
use crate::theme::{Role, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A buffer and a theme.
pub(super) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    pub(super) theme: &'a Theme,
    /// Whether a room looks at it: nothing is dim, and there is room between lines.
    pub(super) is_for_room: bool,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, theme: &'a Theme) -> Self {
        Canvas { buffer, theme, is_for_room: false }
    }

    fn style(&self, role: Role) -> Style {
        let is_dim = matches!(role, Role::Muted | Role::Hint);
        self.theme.style(if is_dim && self.is_for_room { Role::Text } else { role })
    }

    /// Paints an area empty. Blanks get no colour of text, so that those on the terminal's own background need
    /// not be written.
    pub(super) fn fill(&mut self, area: Rect, role: Role) {
        let style = self.style(role);
        let style = Style { fg: style.bg.and(style.fg), ..style };
        for position in area.intersection(self.buffer.area).positions() {
            if let Some(cell) = self.buffer.cell_mut(position) {
                cell.reset();
                cell.set_style(style);
            }
        }
    }

    /// Paints an area's text in a role's look.
    pub(super) fn restyle(&mut self, area: Rect, role: Role) {
        let style = self.style(role);
        for position in area.intersection(self.buffer.area).positions() {
            if let Some(cell) = self.buffer.cell_mut(position) {
                cell.modifier = ratatui::style::Modifier::empty();
                cell.fg = ratatui::style::Color::Reset;
                cell.set_style(style);
            }
        }
    }

    /// Paints a text of at most so many columns, cut with an ellipsis. Yields the column after it.
    pub(super) fn put(&mut self, x: u16, y: u16, columns: u16, text: &str, role: Role) -> u16 {
        let area = self.buffer.area;
        if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() || columns == 0 {
            return x;
        }
        let text = clean(text);
        let text = cut(&text, usize::from(columns), self.theme.glyphs().ellipsis);
        let style = self.style(role);
        self.buffer.set_stringn(x, y, text, usize::from(columns), style).0
    }

    /// The same, lined up on the right.
    pub(super) fn put_right(&mut self, x: u16, y: u16, columns: u16, text: &str, role: Role) {
        let width = (clean(text).width() as u16).min(columns);
        self.put(x + columns - width, y, width, text, role);
    }

    /// A text over as many lines as the area has, broken at blanks, the last one cut.
    pub(super) fn paragraph(&mut self, area: Rect, text: &str, role: Role) {
        let width = area.width.saturating_sub(2);
        let mut lines = wrap(&clean(text), usize::from(width));
        let last = usize::from(area.height).saturating_sub(1).min(lines.len());
        let rest = lines.split_off(last).join(" ");
        for (line, y) in lines.iter().chain([&rest]).zip(area.top()..area.bottom()) {
            self.put(area.x + 1, y, width, line, role);
        }
    }

    pub(super) fn rule(&mut self, x: u16, y: u16, columns: u16, role: Role) {
        let line = self.theme.glyphs().frame.horizontal.repeat(usize::from(columns));
        self.put(x, y, columns, &line, role);
    }

    /// What is painted at a place.
    pub(super) fn symbol(&self, x: u16, y: u16) -> &str {
        self.buffer.cell((x, y)).map_or("", |cell| cell.symbol())
    }

    pub(super) fn mark(&mut self, x: u16, y: u16, mark: &str, role: Role) {
        self.put(x, y, 1, mark, role);
    }
}

/// How many columns a text takes.
pub(super) fn columns_of(text: &str) -> u16 {
    clean(text).width().min(usize::from(u16::MAX)) as u16
}

/// Without control characters and those that turn or hide text: names come from outside.
fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_harmful) {
        Cow::Owned(text.chars().filter(|letter| !is_harmful(*letter)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

fn is_harmful(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(letter, '\u{fe00}'..='\u{fe0f}')
}

fn cut<'t>(text: &'t str, columns: usize, ellipsis: &str) -> Cow<'t, str> {
    if text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    let mut used = 0;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used + 1 > columns {
            break;
        }
        kept.push(letter);
    }
    let rest = &text[kept.len()..];
    kept.truncate(kept.len() - part_of_number(kept.chars().rev(), rest.chars()));
    kept.push_str(ellipsis);
    Cow::Owned(kept)
}

/// How many of the letters before a cut, the nearest first, are of a number that goes on behind it: what is left of a
/// number reads as another number.
fn part_of_number(before: impl Iterator<Item = char>, mut behind: impl Iterator<Item = char>) -> usize {
    let is_point = |letter: &char| matches!(letter, '.' | ',');
    let goes_on = match behind.next() {
        Some(letter) if letter.is_ascii_digit() => true,
        Some(letter) if is_point(&letter) => behind.next().is_some_and(|letter| letter.is_ascii_digit()),
        _ => false,
    };
    if !goes_on {
        return 0;
    }
    before.take_while(|letter| letter.is_ascii_digit() || is_point(letter)).count()
}

/// A name cut in its middle, because beginning and end both tell.
pub(super) fn cut_middle(name: &str, columns: u16, ellipsis: &str) -> String {
    let letters: Vec<char> = clean(name).chars().collect();
    let columns = usize::from(columns);
    if letters.iter().map(|letter| letter.width().unwrap_or(0)).sum::<usize>() <= columns || columns < 5 {
        return letters.into_iter().collect();
    }
    let (mut front, mut back) = (Vec::new(), Vec::new());
    let (mut from, mut to, mut used) = (0, letters.len(), 1);
    while from < to {
        let take_front = front.len() <= back.len();
        let letter = if take_front { letters[from] } else { letters[to - 1] };
        used += letter.width().unwrap_or(0);
        if used > columns {
            break;
        }
        if take_front {
            front.push(letter);
            from += 1;
        } else {
            back.push(letter);
            to -= 1;
        }
    }
    keep_numbers_whole(&letters, &mut front, &mut back);
    front.into_iter().chain(ellipsis.chars()).chain(back.into_iter().rev()).collect()
}

/// Gives the number that was cut at the end of a name the room of its beginning, such as that of a partition; where
/// there is none, and at the beginning, what was left of it goes.
fn keep_numbers_whole(letters: &[char], front: &mut Vec<char>, back: &mut Vec<char>) {
    let is_digit = |letter: &&char| letter.is_ascii_digit();
    let at = letters.len() - back.len();
    if back.last().is_some_and(char::is_ascii_digit) {
        let missing = letters[..at].iter().rev().take_while(is_digit).count();
        if missing > 0 && missing < front.len() && missing < at {
            front.truncate(front.len() - missing);
            back.extend(letters[at - missing..at].iter().rev());
        } else if missing > 0 {
            back.truncate(back.len() - back.iter().rev().take_while(is_digit).count());
        }
    }
    let behind = letters[front.len()..].iter().copied();
    front.truncate(front.len() - part_of_number(front.iter().rev().copied(), behind));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_left_out_rather_than_cut() {
        let told = |text: &str, columns: usize| cut(text, columns, "~").into_owned();
        assert_eq!(told("0 to 11,000 records", 8), "0 to ~");
        assert_eq!(told("604800000", 5), "~");
        assert_eq!(told("2.1 / 8.0 ms", 8), "2.1 / ~");
        assert_eq!(told("2.1 / 8.0 ms", 10), "2.1 / 8.0~");
        assert_eq!(told("12 partitions", 7), "12 par~");
        assert_eq!(told("in 2025, or later", 9), "in 2025,~");
    }

    #[test]
    fn a_number_at_the_end_of_a_name_keeps_its_digits() {
        assert_eq!(cut_middle("orders-1234567", 10, "~"), "or~1234567");
        assert_eq!(cut_middle("clicks-2024-12", 10, "~"), "cl~2024-12");
        assert_eq!(cut_middle("123456789012345", 9, "~"), "~");
    }

    #[test]
    fn names_keep_both_ends() {
        assert_eq!(cut_middle("orders-12", 20, "~"), "orders-12");
        assert_eq!(cut_middle("payments.eu.settlement-events-117", 16, "~"), "payments~nts-117");
    }

    #[test]
    fn nothing_harmful_is_painted() {
        assert_eq!(clean("a\x1b[31m\u{202e}b\u{200b}"), "a[31mb");
        assert_eq!(columns_of("日本\n"), 4);
    }
}
