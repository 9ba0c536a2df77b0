//! What colour the terminal's background has: the question, its answer, and what is left of an answer that came in pieces.

/// OSC 11 asks for the background; what every terminal answers, DA1, ends the wait for those that do not know it.
pub(super) const ASK: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";

/// How the two answers begin, behind their escape.
const BEGIN: [&[u8]; 2] = [b"]11;", b"[?"];

/// No answer is longer.
const LONGEST: usize = 40;

/// Whether a background is light, from what stands between `ESC ]` and the end of an answer:
/// `11;rgb:ffff/ffff/ffff`, with one to four digits each, or `rgba:`.
pub(super) fn is_light(answer: &str) -> Option<bool> {
    let color = answer.strip_prefix("11;")?;
    let color = color.strip_prefix("rgb:").or_else(|| color.strip_prefix("rgba:"))?;
    let share = |digits: &str| {
        let most = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)?.checked_sub(1)?;
        let value = u32::from_str_radix(digits, 16).ok()?;
        (most > 0).then(|| f64::from(value) / f64::from(most))
    };
    let mut parts = color.split('/').map(share);
    let (red, green, blue) = (parts.next()??, parts.next()??, parts.next()??);
    // The weights of ITU-R BT.709: green looks brightest.
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5)
}

/// An answer of which a part came, and then nothing for a while.
#[derive(Default, Debug)]
pub(super) struct TornAnswer {
    /// While the rest of it is to be swallowed: how many bytes of it at most.
    left: usize,
    /// Whether its escape came alone and was taken for the key.
    after_escape: bool,
}

/// What bytes are to an answer of which a part came before.
pub(super) enum Rest {
    /// Nothing.
    None,
    /// So many bytes of it.
    Part(usize),
    /// More bytes are needed to tell.
    More,
}

impl TornAnswer {
    /// Whether something of it may still come.
    pub(super) fn is_open(&self) -> bool {
        self.left > 0 || self.after_escape
    }

    /// Whether what comes is taken for the rest of it.
    pub(super) fn is_swallowing(&self) -> bool {
        self.left > 0
    }

    /// Notes what was given up when nothing more came.
    pub(super) fn note(&mut self, given_up: &[u8]) {
        match given_up {
            [0x1b] => self.after_escape = true,
            [0x1b, rest @ ..] if may_begin(rest) || has_begun(rest) => self.left = LONGEST,
            _ => {}
        }
    }

    /// What these bytes, which follow, are to it.
    pub(super) fn rest(&mut self, bytes: &[u8]) -> Rest {
        if self.left > 0 {
            return self.swallow(bytes);
        }
        if !self.after_escape || bytes.is_empty() {
            return Rest::None;
        }
        if has_begun(bytes) {
            (self.after_escape, self.left) = (false, LONGEST);
            return self.swallow(bytes);
        }
        if may_begin(bytes) {
            return Rest::More;
        }
        self.after_escape = false;
        Rest::None
    }

    /// Up to its end, which is BEL or `ESC \`, or to what cannot be of it.
    fn swallow(&mut self, bytes: &[u8]) -> Rest {
        let is_of_it = |byte: &u8| byte.is_ascii_hexdigit() || b"]11;rgba:/[?".contains(byte);
        let count = bytes.iter().take(self.left).take_while(|byte| is_of_it(byte)).count();
        self.left -= count;
        match bytes[count..] {
            [7, ..] => self.ends(count + 1),
            [0x1b, b'\\', ..] => self.ends(count + 2),
            [b'\\', ..] if count == 0 => self.ends(1),
            [0x1b] | [] if count == 0 => Rest::More,
            [] | [0x1b] => Rest::Part(count),
            _ => self.ends(count),
        }
    }

    fn ends(&mut self, count: usize) -> Rest {
        self.left = 0;
        if count > 0 { Rest::Part(count) } else { Rest::None }
    }
}

fn has_begun(bytes: &[u8]) -> bool {
    BEGIN.iter().any(|begin| bytes.starts_with(begin))
}

/// Whether an answer may begin with these bytes, as far as they go.
fn may_begin(bytes: &[u8]) -> bool {
    BEGIN.iter().any(|begin| begin.starts_with(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_how_light_the_background_is() {
        assert_eq!(is_light("11;rgb:1c1c/1c1c/1c1c"), Some(false));
        assert_eq!(is_light("11;rgb:ff/ff/f0"), Some(true));
        assert_eq!(is_light("11;rgba:f/f/f/f"), Some(true));
        assert_eq!(is_light("11;rgb:0000/2b2b/3636"), Some(false));
        assert_eq!(is_light("11;rgb:fdfd/f6f6/e3e3"), Some(true));
    }

    #[test]
    fn what_is_no_answer_says_nothing() {
        for text in
            ["", "11;", "11;?", "11;rgb:", "11;rgb:ff/ff", "11;rgb://", "11;rgb:gg/00/00", "10;rgb:f/f/f"]
        {
            assert_eq!(is_light(text), None, "{text}");
        }
        assert_eq!(is_light("11;rgb:ffffffffffffffff/0/0"), None);
    }
}
