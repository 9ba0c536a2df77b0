//! Signals as events; a program that does not react to a request to end is ended.

use super::{Event, guard};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;
use std::io;
use std::thread;
use std::time::Duration;

/// How long a request to end may take before the process ends itself.
const GRACE: Duration = Duration::from_secs(3);

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
                thread::spawn(move || {
                    thread::sleep(GRACE);
                    end(number);
                });
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

fn end(signal: i32) -> ! {
    guard::restore();
    std::process::exit(128 + signal)
}
