//! Whatever ends the program gives the terminal back: every signal but KILL, a stack that overflows, and all of that
//! also while nobody reads the terminal.

use super::pty::{Pty, end_of, signal};
use klever::term::{Options, Screen as Taken};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Child;
use std::time::Duration;

const KLEVER: &str = env!("CARGO_BIN_EXE_klever");

/// What leaves the mouse, bracketed paste, focus reports and the alternate screen, and shows the cursor.
const GIVEN_BACK: [&str; 6] =
    ["\x1b[?1006l", "\x1b[?1000l", "\x1b[?2004l", "\x1b[?1004l", "\x1b[?1049l", "\x1b[?25h"];

fn started(pty: &mut Pty) -> Child {
    let child = pty.spawn(Path::new(KLEVER), &["--mouse"]);
    pty.read_until("acks");
    assert!(!pty.is_as_before(), "not in raw mode");
    child
}

fn given_back(pty: &mut Pty, what: &str) {
    let written = pty.read_rest();
    for sequence in GIVEN_BACK {
        assert!(written.contains(sequence), "{what}: no {sequence:?} in {written:?}");
    }
    assert!(pty.is_as_before(), "{what}: the modes of the terminal were left changed");
}

/// Signals that end a program at once: what a shell sees is what has happened.
#[test]
fn a_signal_that_ends_it_at_once_gives_the_terminal_back() {
    let mut signals = vec![
        ("QUIT", 3),
        ("ILL", 4),
        ("TRAP", 5),
        ("ABRT", 6),
        ("FPE", 8),
        ("SEGV", 11),
        ("ALRM", 14),
        ("XCPU", 24),
        ("XFSZ", 25),
        ("VTALRM", 26),
        ("PROF", 27),
    ];
    if cfg!(target_os = "linux") {
        signals.extend([("BUS", 7), ("USR1", 10), ("USR2", 12), ("SYS", 31), ("40", 40)]);
    }
    for (name, number) in signals {
        let mut pty = Pty::new();
        let child = started(&mut pty);
        signal(&child, name);
        let status = end_of(child).unwrap_or_else(|| panic!("{name} did not end it"));
        assert_eq!(status.signal(), Some(number), "{name}: {status}");
        given_back(&mut pty, name);
    }
}

#[test]
fn a_request_to_end_gives_the_terminal_back_and_says_which_it_was() {
    for (name, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let mut pty = Pty::new();
        let child = started(&mut pty);
        signal(&child, name);
        let status = end_of(child).unwrap_or_else(|| panic!("{name} did not end it"));
        assert_eq!(status.code(), Some(code), "{name}: {status}");
        given_back(&mut pty, name);
    }
}

/// Nothing can be written then, but the modes are given back, and the program does not stay.
#[test]
fn a_terminal_that_nobody_reads_holds_nothing_up() {
    for (name, end) in [("TERM", Ok(143)), ("HUP", Ok(129)), ("INT", Ok(130)), ("ABRT", Err(6))] {
        let mut pty = Pty::new();
        let child = started(&mut pty);
        pty.fill();
        signal(&child, name);
        let status = end_of(child).unwrap_or_else(|| panic!("{name} did not end it"));
        assert_eq!(status.code().ok_or(status.signal().unwrap_or(0)), end, "{name}");
        assert!(pty.is_as_before(), "{name}: the modes of the terminal were left changed");
    }
}

#[test]
fn keys_are_heard_while_nobody_reads_the_terminal() {
    let mut pty = Pty::new();
    let child = started(&mut pty);
    pty.fill();
    pty.send("q");
    let status = end_of(child).expect("q did not end it");
    assert_eq!(status.code(), Some(0));
    assert!(pty.is_as_before());
}

#[test]
fn a_terminal_that_is_read_again_gets_what_it_has_missed() {
    let mut pty = Pty::new();
    let child = started(&mut pty);
    pty.fill();
    pty.send(" ");
    std::thread::sleep(Duration::from_millis(500));
    pty.read_until("paused");
    pty.send("q");
    assert_eq!(end_of(child).expect("q did not end it").code(), Some(0));
    given_back(&mut pty, "q");
}

/// Not a test of its own: what the next test looks at from outside.
#[test]
#[ignore = "takes the terminal and overflows its stack; run by the test below"]
fn overflowing_program() {
    let _screen = Taken::enter(Options::default()).unwrap();
    println!("{}", deep(1));
}

fn deep(number: u64) -> u64 {
    let kept = std::hint::black_box([number; 64]);
    if number == 0 { kept[0] } else { deep(number + 1) + kept[1] }
}

#[test]
fn a_stack_that_overflows_gives_the_terminal_back_before_it_is_told() {
    let mut pty = Pty::new();
    let this = std::env::current_exe().unwrap();
    let arguments =
        ["signals::overflowing_program", "--exact", "--ignored", "--nocapture", "--test-threads=1"];
    let status = end_of(pty.spawn(&this, &arguments)).expect("it did not end");
    assert_eq!(status.signal(), Some(6), "{status}");
    let written = pty.read_rest();
    let (before, after) = written.rsplit_once("\x1b[?1049l").expect("the alternate screen was left on");
    assert!(after.contains("overflowed its stack") && !before.contains("overflowed"), "{written:?}");
    assert!(pty.is_as_before(), "the modes of the terminal were left changed");
}
