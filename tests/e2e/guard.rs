//! The terminal is given back on the ways out that are easy to forget: stop and continue, panic, a lost terminal.

use super::{PATIENCE, given_back, terminal};
use klever::term::{Options, Screen as Taken, install_panic_hook};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use termlens::{Key, Terminal};

const KLEVER: &str = env!("CARGO_BIN_EXE_klever");

/// klever under a shell with job control.
fn in_a_shell() -> Terminal {
    let mut shell = terminal(100, 30)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("PS1", "ready> ")
        .args(["--norc", "--noediting", "-i"])
        .spawn("bash")
        .unwrap();
    shell.wait_until(|screen| screen.contains("ready>")).unwrap();
    shell.send_str(&format!("{KLEVER} --no-mouse\n")).unwrap();
    shell.wait_until(|screen| screen.alternate_screen() && screen.contains("acks")).unwrap();
    shell
}

#[test]
fn it_stops_and_goes_on_again_and_again() {
    let mut shell = in_a_shell();
    for _ in 0..10 {
        shell.send(Key::Ctrl('z')).unwrap();
        shell.wait_until(|screen| !screen.alternate_screen() && screen.contains("Stopped")).unwrap();
        given_back(&shell.screen());
        shell.send_str("clear; fg\n").unwrap();
        shell.wait_until(|screen| screen.alternate_screen() && screen.contains("Brokers")).unwrap();
    }
    shell.send(Key::Char('q')).unwrap();
    shell.wait_until(|screen| !screen.alternate_screen() && screen.contains("ready>")).unwrap();
    shell.send_str("stty -a | tr ' ' '\\n' | grep -c '^-icanon'\n").unwrap();
    shell.wait_until(|screen| screen.text().lines().any(|line| line.trim() == "0")).unwrap();
    given_back(&shell.screen());
}

#[test]
fn without_a_shell_it_does_not_stop() {
    let mut alone = super::started(100, 30);
    alone.send(Key::Ctrl('z')).unwrap();
    alone.wait_until(|screen| screen.contains("no shell to go back to")).unwrap();
    alone.send(Key::Char('q')).unwrap();
    assert!(alone.wait_exit().unwrap().success());
}

/// The terminal goes, and with it the shell; klever is nobody's child then.
#[test]
fn a_lost_terminal_ends_it() {
    let shell = in_a_shell();
    let parent = shell.pid().unwrap();
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap();
    // A process that has ended and that nobody has asked about yet has no command line.
    let command = PathBuf::from(format!("/proc/{}/cmdline", children.trim()));
    let runs = || std::fs::read_to_string(&command).is_ok_and(|line| line.contains("klever"));
    assert!(runs());
    drop(shell);
    let started = Instant::now();
    while runs() && started.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(!runs(), "still there {:?} after its terminal went", started.elapsed());
}

#[test]
fn nothing_is_written_while_nothing_happens() {
    let mut alone = super::started(120, 40);
    alone.send(termlens::Key::Char(' ')).unwrap();
    alone.wait_until(|screen| screen.contains("paused")).unwrap();
    alone.wait_idle(Duration::from_millis(500)).unwrap();
    let before = cpu_ticks(alone.pid().unwrap());
    let repaints = alone.screen().repaints();
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(alone.screen().repaints(), repaints, "painted without a reason");
    assert!(cpu_ticks(alone.pid().unwrap()) - before <= 2, "works while nothing happens");
}

/// User and system time so far, in hundredths of a second.
fn cpu_ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// Not a test of its own: what the next test looks at from outside.
#[test]
#[ignore = "takes the terminal and panics; run by the test below"]
fn panicking_program() {
    install_panic_hook();
    let mut screen = Taken::enter(Options::default()).unwrap();
    screen.draw(|frame| frame.render_widget("on the screen", frame.area())).unwrap();
    eprintln!("must not be seen on the screen");
    std::thread::sleep(Duration::from_millis(300));
    panic!("the reason");
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_speaks() {
    let this = std::env::current_exe().unwrap();
    let mut program = terminal(100, 30)
        .args(["guard::panicking_program", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .spawn(this)
        .unwrap();
    program.wait_until(|screen| screen.contains("on the screen")).unwrap();
    assert!(!program.screen().contains("must not be seen"));
    program.wait_exit().unwrap();
    let screen = program.screen();
    given_back(&screen);
    assert!(screen.contains("the reason"), "{}", screen.text());
}
