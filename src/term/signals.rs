//! Signals as events; a program that does not react to a request to end is ended.

use super::{Event, guard};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// How long the loop may take to give the terminal back after a request to end, and then to tidy up, before the process
/// ends itself.
const GIVE_BACK: Duration = Duration::from_millis(500);
const TIDY_UP: Duration = Duration::from_secs(3);

/// How long giving the terminal back may take when the process ends itself.
const LAST: Duration = Duration::from_millis(400);

/// Passes signals on as events until `send` says that nobody wants to know any more.
///
/// # Errors
/// When the handlers or the thread cannot be set up.
pub fn watch(send: impl Fn(Event) -> bool + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGCONT, SIGWINCH])?;
    let run = move || {
        let mut ending = false;
        for signal in signals.forever() {
            let event = event_of(signal);
            if let Event::Terminate(number) = event {
                if ending {
                    end(number);
                }
                ending = true;
                thread::spawn(move || end_in_time(number));
            }
            if !send(event) {
                return;
            }
        }
    };
    thread::Builder::new().name("signals".into()).spawn(run).map(drop)
}

fn event_of(signal: i32) -> Event {
    match signal {
        SIGTSTP => Event::Suspend,
        SIGCONT => Event::Continued,
        SIGWINCH => Event::Resize,
        number => Event::Terminate(number),
    }
}

fn end_in_time(signal: i32) {
    thread::sleep(GIVE_BACK);
    if !guard::is_entered() {
        thread::sleep(TIDY_UP);
    }
    end(signal)
}

/// Ends the process, whatever holds the terminal.
fn end(signal: i32) -> ! {
    let giving_back = thread::spawn(guard::restore);
    let until = Instant::now() + LAST;
    while !giving_back.is_finished() && Instant::now() < until {
        thread::sleep(Duration::from_millis(5));
    }
    std::process::exit(128 + signal)
}
