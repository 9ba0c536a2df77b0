//! Bytes of the terminal -> keys, pastes, mouse. What the terminal answers late, or what nobody knows, is swallowed.

use super::background::{Rest, TornAnswer, is_light};
use super::{Event, MouseKind};
use crate::keymap::{Code, Key};
use std::time::Duration;

/// A paste longer than this is cut.
const MAX_PASTE: usize = 1 << 16;

/// No key and no answer that klever asks for is longer than this.
const MAX_SEQUENCE: usize = 1 << 12;

const PASTE_BEGIN: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

/// How long an escape may be the beginning of a key.
const ESCAPE_WAIT: Duration = Duration::from_millis(30);
/// The same while an answer is on its way, which comes in pieces over a slow line.
const ANSWER_WAIT: Duration = Duration::from_millis(300);
/// How long the rest of an answer may be waited for that was given up; keys are taken meanwhile.
const TORN_WAIT: Duration = Duration::from_secs(1);
/// How long a paste may pause before what follows comes from the keyboard again, although nothing ended it.
const PASTE_WAIT: Duration = Duration::from_secs(1);

/// Takes bytes as they come and yields events. What it keeps is bounded, whatever comes.
#[derive(Default, Debug)]
pub struct Decoder {
    bytes: Vec<u8>,
    paste: Option<Paste>,
    /// Within an answer without end: all is swallowed until nothing comes for a while.
    swallows: bool,
    /// Whether the terminal was asked something and has not answered all of it.
    expects: bool,
    /// An answer of which only a part has come.
    torn: TornAnswer,
}

/// A paste that has begun.
#[derive(Default, Debug)]
struct Paste {
    text: Vec<u8>,
    /// How many bytes of its end were seen.
    matched: usize,
}

/// How far the bytes reach.
enum Step {
    /// So many bytes make an event, or nothing worth one.
    Took(usize, Option<Event>),
    /// More bytes are needed to tell.
    More,
}

impl Decoder {
    /// One that waits for what the terminal was asked at the start.
    pub fn expecting() -> Decoder {
        Decoder { expects: true, ..Decoder::default() }
    }

    /// Whether an answer is still waited for.
    pub fn is_expecting(&self) -> bool {
        self.expects
    }

    /// No answer is waited for any more.
    pub fn expect_nothing(&mut self) {
        (self.expects, self.torn) = (false, TornAnswer::default());
    }

    /// Takes bytes; complete events go to `out`.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Event>) {
        if self.swallows {
            return;
        }
        self.bytes.extend_from_slice(bytes);
        while let Step::Took(count, event) = self.step() {
            self.bytes.drain(..count);
            out.extend(event);
        }
        if self.bytes.len() > MAX_SEQUENCE {
            self.bytes.clear();
            self.swallows = true;
        }
    }

    fn step(&mut self) -> Step {
        if let Some(paste) = &mut self.paste {
            let step = paste.step(&self.bytes);
            if matches!(step, Step::Took(_, Some(_))) {
                self.paste = None;
            }
            return step;
        }
        match self.torn.rest(&self.bytes) {
            Rest::None => {}
            Rest::Part(count) => return Step::Took(count, None),
            Rest::More => return Step::More,
        }
        let step = next(&self.bytes);
        if let Step::Took(count, _) = &step
            && is_last_answer(&self.bytes[..*count])
        {
            self.expect_nothing();
        }
        if matches!(step, Step::Took(..)) && self.bytes.starts_with(PASTE_BEGIN) {
            self.paste = Some(Paste::default());
        }
        step
    }

    /// How long to wait for more bytes before [`Decoder::idle`]; `None` when none are missing.
    pub fn patience(&self) -> Option<Duration> {
        match &self.paste {
            Some(_) => Some(PASTE_WAIT),
            None if !self.swallows && self.bytes.is_empty() => self.torn.is_open().then_some(TORN_WAIT),
            None => Some(if self.expects { ANSWER_WAIT } else { ESCAPE_WAIT }),
        }
    }

    /// No more bytes came for a while: a lone escape is the key, escape and a character is alt, a paste ends, all else
    /// is noise.
    pub fn idle(&mut self, out: &mut Vec<Event>) {
        self.swallows = false;
        out.extend(self.paste.take().map(|paste| paste.event()));
        let was_torn = std::mem::take(&mut self.torn);
        if self.expects {
            self.torn.note(&self.bytes);
        }
        match self.bytes.as_slice() {
            // Its end, of which only the escape has come.
            [0x1b] if was_torn.is_swallowing() => self.torn = was_torn,
            // An answer began like this, but it was keys.
            bytes if was_torn.is_open() && bytes.iter().all(u8::is_ascii_graphic) => {
                out.extend(bytes.iter().map(|byte| Event::Key(Key::from(*byte as char))));
            }
            [0x1b] => out.push(Event::Key(Key::plain(Code::Esc))),
            [0x1b, byte] if byte.is_ascii_graphic() => {
                out.push(Event::Key(Key::new(Code::Char(*byte as char), false, true, false)))
            }
            _ => {}
        }
        self.bytes.clear();
    }
}

impl Paste {
    fn step(&mut self, bytes: &[u8]) -> Step {
        if bytes.is_empty() {
            return Step::More;
        }
        match bytes.iter().position(|byte| self.ends_with(*byte)) {
            Some(last) => Step::Took(last + 1, Some(std::mem::take(self).event())),
            None => Step::Took(bytes.len(), None),
        }
    }

    /// Takes a byte; whether it was the last one. The end begins with a byte that is nowhere else in it.
    fn ends_with(&mut self, byte: u8) -> bool {
        if byte == PASTE_END[self.matched] {
            self.matched += 1;
            return self.matched == PASTE_END.len();
        }
        self.keep(&PASTE_END[..self.matched]);
        self.matched = usize::from(byte == PASTE_END[0]);
        if self.matched == 0 {
            self.keep(&[byte]);
        }
        false
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = MAX_PASTE - self.text.len();
        self.text.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn event(self) -> Event {
        Event::Paste(String::from_utf8_lossy(&self.text).replace('\r', "\n"))
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

/// Whether it is the answer to DA1, which comes after all others.
fn is_last_answer(sequence: &[u8]) -> bool {
    sequence.starts_with(b"\x1b[?") && sequence.ends_with(b"c")
}

/// An answer of the terminal, up to BEL or ST: all but that about its background are swallowed.
fn string(rest: &[u8]) -> Step {
    let bell = rest.iter().position(|byte| *byte == 7).map(|at| at + 1);
    let st = rest.windows(2).position(|part| part == b"\x1b\\").map(|at| at + 2);
    match bell.into_iter().chain(st).min() {
        Some(end) => {
            let text = std::str::from_utf8(&rest[..end]).unwrap_or_default();
            let light = is_light(text.trim_end_matches(['\x07', '\\', '\x1b']));
            Step::Took(2 + end, light.map(|is_light| Event::Background { is_light }))
        }
        None => Step::More,
    }
}

#[cfg(test)]
mod tests;
