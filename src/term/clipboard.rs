//! The clipboard of the user's own machine, reached through the terminal with OSC 52.

use crate::report::clean_lines;
use crossterm::Command;
use crossterm::clipboard::CopyToClipboard;
use std::fmt;

/// What terminals accept at most, encoded.
const MAX_ENCODED: usize = 74_994;

/// Why a text was not copied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotCopied {
    /// It does not fit into one OSC 52 sequence.
    TooLong,
    /// The terminal has not taken what was sent before.
    Behind,
}

impl fmt::Display for NotCopied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotCopied::TooLong => "too long to copy through the terminal",
            NotCopied::Behind => "not copied: the terminal is behind",
        })
    }
}

impl std::error::Error for NotCopied {}

/// The sequence that copies a text. Within tmux it is sent twice: for tmux itself, and wrapped for the terminal
/// around it, since either may be set to ignore it. What a paste into a shell could act on or hide is left out.
pub(super) fn sequence(text: &str, tmux: bool) -> Result<String, NotCopied> {
    // Before the text is encoded, so that no name from a cluster can make this costly.
    if text.len() > MAX_ENCODED {
        return Err(NotCopied::TooLong);
    }
    let mut plain = String::new();
    CopyToClipboard::to_clipboard_from(clean_lines(text))
        .write_ansi(&mut plain)
        .map_err(|_| NotCopied::TooLong)?;
    if plain.len() > MAX_ENCODED {
        return Err(NotCopied::TooLong);
    }
    if !tmux {
        return Ok(plain);
    }
    let wrapped = plain.replace('\x1b', "\x1b\x1b");
    Ok(format!("{plain}\x1bPtmux;{wrapped}\x1b\\"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_encoded_and_wrapped_for_tmux() {
        assert_eq!(sequence("orders-3", false).unwrap(), "\x1b]52;c;b3JkZXJzLTM=\x1b\\");
        let both = sequence("a", true).unwrap();
        assert!(both.ends_with("\x1bPtmux;\x1b\x1b]52;c;YQ==\x1b\x1b\\\x1b\\"), "{both:?}");
        assert_eq!(sequence(&"x".repeat(80_000), false), Err(NotCopied::TooLong));
        let dirty = sequence("a\u{1b}]52;c;eA==\u{7}\u{202e}\r\nb", false).unwrap();
        assert_eq!(dirty, sequence("a]52;c;eA==\nb", false).unwrap());
    }
}
