//! One key as people write it: `a`, `G`, `ctrl-x`, `shift-tab`, `F5`, `space`; several of them: `g g`.

use std::fmt;
use std::str::FromStr;

/// A key without its modifiers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Code {
    /// A character as typed: `g`, `G`, `?`.
    Char(char),
    F(u8),
    Enter,
    Tab,
    /// Deletes to the left.
    Backspace,
    Esc,
    Left,
    Right,
    Up,
    Down,
    /// First column or row.
    Home,
    /// Last column or row.
    End,
    PageUp,
    PageDown,
    /// Deletes to the right.
    Delete,
    Insert,
}

/// Names of the keys that are not characters; the first name of a key is the one printed.
const NAMES: [(&str, Code); 20] = [
    ("enter", Code::Enter),
    ("return", Code::Enter),
    ("tab", Code::Tab),
    ("backspace", Code::Backspace),
    ("esc", Code::Esc),
    ("escape", Code::Esc),
    ("left", Code::Left),
    ("right", Code::Right),
    ("up", Code::Up),
    ("down", Code::Down),
    ("home", Code::Home),
    ("end", Code::End),
    ("pageup", Code::PageUp),
    ("pagedown", Code::PageDown),
    ("delete", Code::Delete),
    ("del", Code::Delete),
    ("insert", Code::Insert),
    ("space", Code::Char(' ')),
    ("minus", Code::Char('-')),
    ("plus", Code::Char('+')),
];

/// A key with its modifiers. Shift is part of a character (`G`), and a modifier of other keys only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    pub code: Code,
    pub ctrl: bool,
    pub alt: bool,
    pub shift: bool,
}

impl Key {
    /// A key with modifiers, in the one way to say it: control makes letters small, shift belongs to characters.
    pub fn new(code: Code, ctrl: bool, alt: bool, shift: bool) -> Key {
        match code {
            Code::Char(letter) if ctrl => {
                Key { code: Code::Char(letter.to_ascii_lowercase()), ctrl, alt, shift: false }
            }
            Code::Char(_) => Key { code, ctrl, alt, shift: false },
            _ => Key { code, ctrl, alt, shift },
        }
    }

    /// A key without modifiers.
    pub fn plain(code: Code) -> Key {
        Key::new(code, false, false, false)
    }

    /// The character that the key types, if it types one.
    pub fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(letter) if !self.ctrl && !self.alt => Some(letter),
            _ => None,
        }
    }
}

impl From<char> for Key {
    fn from(letter: char) -> Key {
        Key::plain(Code::Char(letter))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modifiers = [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")];
        for (_, name) in modifiers.iter().filter(|(on, _)| *on) {
            f.write_str(name)?;
        }
        let alone = !(self.ctrl || self.alt);
        match self.code {
            Code::Char(letter @ ('-' | '+')) if alone => write!(f, "{letter}"),
            Code::F(number) => write!(f, "F{number}"),
            code => match NAMES.iter().find(|(_, named)| *named == code) {
                Some((name, _)) => f.write_str(name),
                None => match code {
                    Code::Char(letter) => write!(f, "{letter}"),
                    _ => Ok(()),
                },
            },
        }
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Key, String> {
        let (mut rest, mut ctrl, mut alt, mut shift) = (text, false, false, false);
        loop {
            let modifier = [("ctrl-", &mut ctrl), ("alt-", &mut alt), ("shift-", &mut shift)];
            let Some((after, flag)) =
                modifier.into_iter().find_map(|(name, flag)| Some((rest.strip_prefix(name)?, flag)))
            else {
                break;
            };
            *flag = true;
            rest = after;
        }
        let code = code(rest).ok_or_else(|| {
            format!("`{text}` is not a key such as `a`, `G`, `ctrl-x`, `shift-tab`, `F5` or `space`")
        })?;
        if shift && matches!(code, Code::Char(_)) {
            return Err(format!("`{text}`: write the character that shift makes, such as `G`"));
        }
        Ok(Key::new(code, ctrl, alt, shift))
    }
}

fn code(text: &str) -> Option<Code> {
    let mut letters = text.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return (!letter.is_control() && letter != ' ').then_some(Code::Char(letter));
    }
    if let Some(number) = text.strip_prefix(['F', 'f']).and_then(|number| number.parse::<u8>().ok()) {
        return (1..=24).contains(&number).then_some(Code::F(number));
    }
    NAMES.iter().find(|(name, _)| *name == text).map(|(_, code)| *code)
}

/// A sequence of keys, written with blanks between them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Keys(pub Vec<Key>);

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, key) in self.0.iter().enumerate() {
            write!(f, "{}{key}", if at > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

impl FromStr for Keys {
    type Err = String;

    fn from_str(text: &str) -> Result<Keys, String> {
        let keys: Vec<Key> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err("a key is missing".into()) } else { Ok(Keys(keys)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_back() {
        for text in
            ["a", "G", "?", "ctrl-x", "shift-tab", "F5", "g g", "space", "-", "+", "ctrl-minus", "alt-left"]
        {
            let keys: Keys = text.parse().unwrap();
            assert_eq!(keys.to_string(), text);
        }
    }

    #[test]
    fn one_key_has_one_value() {
        assert_eq!("ctrl-X".parse::<Key>(), "ctrl-x".parse());
        assert_eq!("escape".parse::<Key>(), "esc".parse());
        assert_eq!(Key::new(Code::Char('G'), false, false, true), Key::from('G'));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "F99", "hyper-x", "shift-g", "ctrl-", "ab"] {
            assert!(text.parse::<Keys>().is_err(), "{text}");
        }
    }
}
