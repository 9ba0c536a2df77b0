//! The real binary in a pseudo-terminal: what a user sees, and that the terminal is always given back.

#![allow(clippy::unwrap_used)]

#[path = "e2e/background.rs"]
mod background;
#[path = "e2e/guard.rs"]
mod guard;
#[path = "e2e/long_run.rs"]
mod long_run;
#[cfg(feature = "librdkafka")]
#[path = "e2e/process.rs"]
mod process;
#[path = "e2e/pty.rs"]
mod pty;
#[path = "e2e/signals.rs"]
mod signals;
#[path = "e2e/workshop.rs"]
mod workshop;

use std::process::{Command, Stdio};
use std::time::Duration;
use termlens::{Key, Screen, Signal, Terminal, TerminalBuilder};

const PATIENCE: Duration = Duration::from_secs(20);

fn terminal(columns: u16, rows: u16) -> TerminalBuilder {
    Terminal::builder()
        .size(columns, rows)
        .env_clear()
        .env("TERM", "xterm-256color")
        .env("LANG", "C.UTF-8")
        .env("HOME", std::env::temp_dir())
        .timeout(PATIENCE)
}

fn started(columns: u16, rows: u16) -> Terminal {
    let mut terminal = terminal(columns, rows).spawn(env!("CARGO_BIN_EXE_klever")).unwrap();
    // A whole frame: what a reader has seen so far may end in the middle of one.
    terminal.wait_frame(|screen| screen.contains("SIM") && screen.contains("acks")).unwrap();
    terminal
}

fn given_back(screen: &Screen) {
    assert!(!screen.alternate_screen(), "the alternate screen was left on");
    assert!(screen.cursor_visible(), "the cursor was left hidden");
    assert!(!screen.bracketed_paste(), "bracketed paste was left on");
    assert!(screen.mouse_modes().is_empty(), "the mouse was left on");
}

#[test]
fn starts_on_an_embedded_cluster_and_leaves_with_q() {
    let mut terminal = started(120, 40);
    let screen = terminal.screen();
    for pane in ["Brokers", "Partitions", "Groups", "Knobs", "Consequences", "Warnings"] {
        assert!(screen.contains(pane), "no {pane} pane:\n{}", screen.text());
    }
    assert!(screen.alternate_screen());
    terminal.send(Key::Char('q')).unwrap();
    assert!(terminal.wait_exit().unwrap().success());
    given_back(&terminal.screen());
}

#[test]
fn is_whole_at_80_by_24() {
    let screen = started(80, 24).screen();
    assert!(screen.contains("Knobs") || screen.contains("Consequences"), "{}", screen.text());
}

#[test]
fn a_knob_moves_the_consequences() {
    let mut terminal = started(120, 40);
    terminal.send(Key::Char(':')).unwrap();
    terminal.send_str("acks 1").unwrap();
    terminal.send(Key::Enter).unwrap();
    terminal.wait_until(|screen| screen.contains("acks-one")).unwrap();
    terminal.send(Key::Char('u')).unwrap();
    terminal.wait_until(|screen| !screen.contains("acks-one")).unwrap();
}

/// What was typed together is looked up together, and what comes behind it is heard.
#[test]
fn a_flood_of_letters_is_taken_and_the_next_key_is_heard() {
    let mut terminal = started(120, 40);
    terminal.send(Key::Char(':')).unwrap();
    terminal.send_str(&"a".repeat(3000)).unwrap();
    // Out of the line, and then out of the program.
    terminal.send_str("\x03\x03").unwrap();
    assert!(terminal.wait_exit().unwrap().success());
    given_back(&terminal.screen());
}

#[test]
fn a_paste_without_an_end_gives_the_keyboard_back() {
    let mut terminal = started(120, 40);
    terminal.send_str("\x1b[200~abc").unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    terminal.send(Key::Char('q')).unwrap();
    assert!(terminal.wait_exit().unwrap().success());
}

#[test]
fn a_page_is_computed_beside_the_screen_and_follows_a_preset() {
    let mut terminal = started(120, 40);
    terminal.send(Key::Char('c')).unwrap();
    terminal.wait_until(|screen| screen.contains("Compare") && screen.contains("start")).unwrap();
    terminal.send_str("pl").unwrap();
    terminal.wait_until(|screen| screen.contains("changed") && screen.contains("+ better")).unwrap();
    terminal.send(Key::Char('F')).unwrap();
    terminal.wait_until(|screen| screen.contains("settings tried") && screen.contains("@")).unwrap();
    terminal.send(Key::Esc).unwrap();
    terminal.wait_until(|screen| screen.contains("Brokers")).unwrap();
    terminal.send(Key::Char('q')).unwrap();
    assert!(terminal.wait_exit().unwrap().success());
}

#[test]
fn too_small_says_so_and_recovers() {
    let mut terminal = started(120, 40);
    for (columns, rows) in [(40, 10), (20, 5), (2, 2), (250, 70), (120, 40)] {
        terminal.resize(columns, rows).unwrap();
        terminal.wait_idle(Duration::from_millis(150)).ok();
    }
    terminal.wait_until(|screen| screen.contains("Brokers")).unwrap();
    terminal.send(Key::Char('q')).unwrap();
    assert!(terminal.wait_exit().unwrap().success());
}

#[test]
fn signals_end_it_in_order() {
    for signal in [Signal::Term, Signal::Hup, Signal::Int] {
        let mut terminal = started(100, 30);
        terminal.signal(signal).unwrap();
        terminal.wait_exit().unwrap();
        given_back(&terminal.screen());
    }
}

#[test]
fn no_color_keeps_the_selection_visible() {
    let mut terminal = terminal(100, 30).env("NO_COLOR", "1").spawn(env!("CARGO_BIN_EXE_klever")).unwrap();
    terminal.wait_until(|screen| screen.contains("SIM")).unwrap();
    let screen = terminal.screen().with_styles().to_string();
    assert!(!screen.contains("fg="), "colours in spite of NO_COLOR:\n{screen}");
    assert!(screen.contains("reverse") || screen.contains("bold"), "nothing stands out:\n{screen}");
}

#[test]
fn without_a_terminal_it_says_so() {
    let output = Command::new(env!("CARGO_BIN_EXE_klever")).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("terminal") && !error.contains("panicked"), "{error}");
    assert!(output.stdout.is_empty());
}

/// A cluster that cannot be reached is a state on the screen, and nothing but klever writes there.
#[cfg(feature = "librdkafka")]
#[test]
fn an_unreachable_cluster_is_a_state_not_an_end() {
    let mut terminal =
        terminal(100, 30).args(["live", "-b", "127.0.0.1:1"]).spawn(env!("CARGO_BIN_EXE_klever")).unwrap();
    terminal.wait_until(|screen| screen.contains("READ-ONLY")).unwrap();
    terminal.wait_until(|screen| screen.contains("retry")).unwrap();
    assert!(!terminal.screen().contains("%3|"), "librdkafka wrote on the screen");
    terminal.send(Key::Char('?')).unwrap();
    terminal.wait_until(|screen| screen.contains("quit")).unwrap();
    terminal.signal(Signal::Term).unwrap();
    terminal.wait_exit().unwrap();
    given_back(&terminal.screen());
}
