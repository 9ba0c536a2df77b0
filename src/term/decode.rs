//! Bytes of the terminal -> keys, pastes, mouse. What the terminal answers late, or what nobody knows, is swallowed.

use super::{Event, MouseKind};
use crate::keymap::{Code, Key};

/// A paste longer than this is cut.
const MAX_PASTE: usize = 1 << 20;

const PASTE_END: &[u8] = b"\x1b[201~";

/// Takes bytes as they come and yields events.
#[derive(Default, Debug)]
pub struct Decoder {
    bytes: Vec<u8>,
    pasting: bool,
}

/// How far the bytes reach.
enum Step {
    /// So many bytes make an event, or nothing worth one.
    Took(usize, Option<Event>),
    /// More bytes are needed to tell.
    More,
}

impl Decoder {
    /// Takes bytes; complete events go to `out`.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Event>) {
        self.bytes.extend_from_slice(bytes);
        loop {
            let step = if self.pasting { self.paste() } else { next(&self.bytes) };
            let Step::Took(count, event) = step else { return };
            let begins_paste = self.bytes.starts_with(b"\x1b[200~") && !self.pasting;
            self.pasting = begins_paste;
            self.bytes.drain(..count);
            out.extend(event);
        }
    }

    /// Whether bytes wait for more.
    pub fn is_waiting(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// No more bytes came for a while: a lone escape is the key, escape and a character is alt, all else is noise.
    pub fn idle(&mut self, out: &mut Vec<Event>) {
        if self.pasting {
            return;
        }
        match self.bytes.as_slice() {
            [0x1b] => out.push(Event::Key(Key::plain(Code::Esc))),
            [0x1b, byte] if byte.is_ascii_graphic() => {
                out.push(Event::Key(Key::new(Code::Char(*byte as char), false, true, false)))
            }
            _ => {}
        }
        self.bytes.clear();
    }

    fn paste(&self) -> Step {
        let end = self.bytes.windows(PASTE_END.len()).position(|part| part == PASTE_END);
        match end {
            Some(end) => {
                let text = String::from_utf8_lossy(&self.bytes[..end.min(MAX_PASTE)]).replace('\r', "\n");
                Step::Took(end + PASTE_END.len(), Some(Event::Paste(text)))
            }
            None => Step::More,
        }
    }
}

fn next(bytes: &[u8]) -> Step {
    match bytes {
        [] | [0x1b] => Step::More,
        [0x1b, 0x1b, ..] => Step::Took(1, Some(Event::Key(Key::plain(Code::Esc)))),
        [0x1b, b'[', b'[', rest @ ..] => linux_function_key(rest),
        [0x1b, b'[', rest @ ..] => csi(rest),
        [0x1b, b'O', rest @ ..] => match rest {
            [] => Step::More,
            [last, ..] => Step::Took(3, letter_key(*last).map(|code| Event::Key(Key::plain(code)))),
        },
        [0x1b, b']' | b'P' | b'_' | b'^' | b'X', rest @ ..] => string(rest),
        [0x1b, rest @ ..] => match plain(rest) {
            Step::Took(count, Some(Event::Key(key))) => {
                Step::Took(count + 1, Some(Event::Key(Key { alt: true, ..key })))
            }
            Step::Took(count, event) => Step::Took(count + 1, event),
            Step::More => Step::More,
        },
        _ => plain(bytes),
    }
}

/// One character, or a control code.
fn plain(bytes: &[u8]) -> Step {
    let key = |code| Some(Event::Key(Key::plain(code)));
    let ctrl = |letter: u8| Some(Event::Key(Key::new(Code::Char(letter as char), true, false, false)));
    match bytes[0] {
        b'\r' | b'\n' => Step::Took(1, key(Code::Enter)),
        b'\t' => Step::Took(1, key(Code::Tab)),
        0x7f | 0x08 => Step::Took(1, key(Code::Backspace)),
        0 => Step::Took(1, ctrl(b' ')),
        byte @ 1..=0x1a => Step::Took(1, ctrl(byte - 1 + b'a')),
        byte @ 0x1c..=0x1f => Step::Took(1, ctrl(byte - 0x1c + b'4')),
        byte @ 0x20..0x7f => Step::Took(1, key(Code::Char(byte as char))),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Step {
    let length = match bytes[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Step::Took(1, None),
    };
    if bytes.len() < length {
        return Step::More;
    }
    match std::str::from_utf8(&bytes[..length]).ok().and_then(|text| text.chars().next()) {
        Some(letter) => Step::Took(length, Some(Event::Key(Key::from(letter)))),
        None => Step::Took(1, None),
    }
}

/// `ESC [ parameters final`.
fn csi(rest: &[u8]) -> Step {
    let Some(end) = rest.iter().position(|byte| !(0x20..=0x3f).contains(byte)) else { return Step::More };
    let count = 2 + end + 1;
    if rest[end] == 0x1b {
        return Step::Took(count - 1, None);
    }
    let text = std::str::from_utf8(&rest[..end]).unwrap_or_default();
    Step::Took(count, csi_event(text, rest[end]))
}

fn csi_event(text: &str, last: u8) -> Option<Event> {
    if let Some(mouse) = text.strip_prefix('<') {
        return mouse_event(mouse, last);
    }
    let mut numbers = text.split(';').map(|number| number.parse::<u16>().ok());
    let first = numbers.next().flatten();
    let modifiers = numbers.next().flatten().unwrap_or(1).saturating_sub(1);
    let with = |code| {
        let key = Key::new(code, modifiers & 4 != 0, modifiers & 2 != 0, modifiers & 1 != 0);
        Some(Event::Key(key))
    };
    match (last, first) {
        (b'I', None) => Some(Event::Focus(true)),
        (b'O', None) => Some(Event::Focus(false)),
        (b'Z', _) => Some(Event::Key(Key::new(Code::Tab, false, false, true))),
        (b'~', Some(number)) => with(tilde_key(number)?),
        (b'A'..=b'S', None | Some(1)) => with(letter_key(last)?),
        _ => None,
    }
}

fn tilde_key(number: u16) -> Option<Code> {
    Some(match number {
        1 | 7 => Code::Home,
        2 => Code::Insert,
        3 => Code::Delete,
        4 | 8 => Code::End,
        5 => Code::PageUp,
        6 => Code::PageDown,
        11..=15 => Code::F((number - 10) as u8),
        17..=21 => Code::F((number - 11) as u8),
        23 | 24 => Code::F((number - 12) as u8),
        _ => return None,
    })
}

fn letter_key(last: u8) -> Option<Code> {
    Some(match last {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'F' => Code::End,
        b'H' => Code::Home,
        b'M' => Code::Enter,
        b'P'..=b'S' => Code::F(last - b'P' + 1),
        _ => return None,
    })
}

/// `ESC [ [ A` to `E`: F1 to F5 of the Linux console.
fn linux_function_key(rest: &[u8]) -> Step {
    match rest.first() {
        None => Step::More,
        Some(last @ b'A'..=b'E') => Step::Took(4, Some(Event::Key(Key::plain(Code::F(last - b'A' + 1))))),
        Some(_) => Step::Took(3, None),
    }
}

/// `button;column;row` with `M` for press; the wheel is buttons 64 and 65.
fn mouse_event(text: &str, last: u8) -> Option<Event> {
    let mut numbers = text.split(';').map(|number| number.parse::<u16>().ok());
    let (button, x, y) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let kind = match (button, last) {
        (0, b'M') => MouseKind::Press,
        (64, b'M') => MouseKind::WheelUp,
        (65, b'M') => MouseKind::WheelDown,
        _ => return None,
    };
    Some(Event::Mouse(kind, x.saturating_sub(1), y.saturating_sub(1)))
}

/// An answer of the terminal, up to BEL or ST: swallowed.
fn string(rest: &[u8]) -> Step {
    let bell = rest.iter().position(|byte| *byte == 7).map(|at| at + 1);
    let st = rest.windows(2).position(|part| part == b"\x1b\\").map(|at| at + 2);
    match bell.into_iter().chain(st).min() {
        Some(end) => Step::Took(2 + end, None),
        None => Step::More,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(bytes: &[u8]) -> String {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        decoder.feed(bytes, &mut events);
        decoder.idle(&mut events);
        let shown = events.iter().map(|event| match event {
            Event::Key(key) => key.to_string(),
            other => format!("{other:?}"),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn keys() {
        assert_eq!(decode(b"aG ?\r\t\x7f\x03"), "a G space ? enter tab backspace ctrl-c");
        assert_eq!(decode(b"\x1b[A\x1bOB\x1b[1;5C\x1b[Z"), "up down ctrl-right shift-tab");
        assert_eq!(decode(b"\x1b[5~\x1b[3~\x1b[15~\x1bOP\x1b[24~\x1b[[B"), "pageup delete F5 F1 F12 F2");
        assert_eq!(decode("ä→".as_bytes()), "ä →");
    }

    #[test]
    fn escape_alone_and_alt() {
        assert_eq!(decode(b"\x1b"), "esc");
        assert_eq!(decode(b"\x1bx"), "alt-x");
        assert_eq!(decode(b"\x1b\x1b"), "esc esc");
        assert_eq!(decode(b"\x1b]"), "alt-]");
    }

    #[test]
    fn late_answers_are_swallowed() {
        assert_eq!(decode(b"\x1b]11;rgb:1c1c/1c1c/1c1c\x1b\\a"), "a");
        assert_eq!(decode(b"\x1b[?62;22c\x1b[24;80Rb"), "b");
        assert_eq!(decode(b"\x1bP>|xterm\x1b\\c"), "c");
    }

    #[test]
    fn pastes_and_mouse() {
        assert_eq!(decode(b"\x1b[200~q\rx\x1b[201~q"), "Paste(\"q\\nx\") q");
        assert_eq!(
            decode(b"\x1b[<0;10;5M\x1b[<0;10;5m\x1b[<65;1;1M"),
            "Mouse(Press, 9, 4) Mouse(WheelDown, 0, 0)"
        );
        assert_eq!(decode(b"\x1b[I\x1b[O"), "Focus(true) Focus(false)");
    }

    #[test]
    fn sequences_may_come_in_pieces() {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        for byte in "\x1b[1;5Cä".bytes() {
            decoder.feed(&[byte], &mut events);
        }
        assert_eq!(events.len(), 2);
        assert!(!decoder.is_waiting());
    }

    proptest! {
        #[test]
        fn nothing_panics_and_idle_always_ends_waiting(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut decoder = Decoder::default();
            let mut events = Vec::new();
            decoder.feed(&bytes, &mut events);
            decoder.idle(&mut events);
            prop_assert!(!decoder.is_waiting() || decoder.pasting);
        }
    }
}
