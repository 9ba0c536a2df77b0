//! The terminal is asked for its background, and nobody waits for the answer.

use crate::pty::{Pty, end_of};
use std::path::Path;
use std::time::Duration;

const ASKED: &str = "\x1b]11;?\x1b\\";

#[test]
fn an_answer_in_pieces_chooses_the_theme_and_types_nothing() {
    let mut pty = Pty::new();
    let child = pty.spawn(Path::new(env!("CARGO_BIN_EXE_klever")), &[]);
    pty.read_until(ASKED);
    pty.read_until("acks");
    for piece in ["\x1b]11;rgb:ff", "ff/ffff/ffff", "\x1b\\\x1b[?62", ";22c"] {
        pty.send(piece);
        std::thread::sleep(Duration::from_millis(60));
    }
    // Behind the light theme, which is the first one now, comes the dark one.
    pty.send("t");
    pty.read_until("theme dark");
    pty.send("q");
    assert!(end_of(child).is_some_and(|status| status.success()));
    assert!(pty.is_as_before());
}

#[test]
fn whoever_names_a_theme_or_wants_no_colours_is_not_asked() {
    for arguments in [["--theme", "dark"], ["--color", "none"]] {
        let mut pty = Pty::new();
        let child = pty.spawn(Path::new(env!("CARGO_BIN_EXE_klever")), &arguments);
        pty.read_until("acks");
        assert!(!pty.has_seen(ASKED), "{arguments:?}");
        pty.send("q");
        assert!(end_of(child).is_some_and(|status| status.success()), "{arguments:?}");
    }
}
