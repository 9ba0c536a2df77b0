//! The thread that listens to the terminal. It notices a lost terminal instead of spinning on it.

use super::{Decoder, Event};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// The terminal that keys come from.
#[derive(Debug)]
pub struct Tty(OwnedFd);

impl Tty {
    /// Standard input, or the controlling terminal when that is not one.
    ///
    /// # Errors
    /// When there is no terminal at all.
    pub fn open() -> io::Result<Tty> {
        let stdin = io::stdin();
        if rustix::termios::isatty(stdin.as_fd()) {
            return Ok(Tty(rustix::io::fcntl_dupfd_cloexec(stdin.as_fd(), 3)?));
        }
        Ok(Tty(rustix::fs::open("/dev/tty", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?))
    }

    /// Whether the terminal is gone.
    pub fn is_gone(&self) -> bool {
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        matches!(self.wait(Some(&now)), Wait::Gone)
    }

    fn wait(&self, timeout: Option<&Timespec>) -> Wait {
        let mut fds = [PollFd::new(&self.0, PollFlags::IN)];
        match poll(&mut fds, timeout) {
            Ok(0) => Wait::Idle,
            Err(Errno::INTR) => Wait::Again,
            Err(_) => Wait::Gone,
            Ok(_) if fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) => {
                Wait::Gone
            }
            Ok(_) => Wait::Ready,
        }
    }
}

impl AsFd for Tty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

enum Wait {
    Ready,
    Idle,
    Again,
    Gone,
}

/// How long answers of the terminal are waited for.
const ANSWERS: Duration = Duration::from_secs(5);

/// Listens until the terminal is gone or `send` says that nobody wants to know any more. `decoder` is one that expects
/// what the terminal was asked.
///
/// # Errors
/// When the thread cannot be started.
pub fn listen(tty: Tty, decoder: Decoder, send: impl Fn(Event) -> bool + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name("input".into()).spawn(move || run(&tty, decoder, &send)).map(drop)
}

fn run(tty: &Tty, mut decoder: Decoder, send: &impl Fn(Event) -> bool) {
    let answers = Instant::now() + ANSWERS;
    let mut buffer = [0u8; 4096];
    let mut events = Vec::new();
    loop {
        let timeout = decoder
            .patience()
            .map(|wait| Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: i64::from(wait.subsec_nanos()) });
        let came = tty.wait(timeout.as_ref());
        if decoder.is_expecting() && Instant::now() > answers {
            decoder.expect_nothing();
        }
        match came {
            Wait::Again => continue,
            Wait::Idle => decoder.idle(&mut events),
            Wait::Gone => break,
            Wait::Ready => match rustix::io::read(&tty.0, &mut buffer) {
                Ok(0) => break,
                Ok(count) => decoder.feed(&buffer[..count], &mut events),
                Err(Errno::INTR | Errno::AGAIN) => continue,
                Err(_) => break,
            },
        }
        if !events.drain(..).all(send) {
            return;
        }
    }
    send(Event::HangUp);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_closed_far_end_is_a_hang_up_not_a_spin() {
        let (near, far) = std::os::unix::net::UnixStream::pair().unwrap();
        let (sender, receiver) = mpsc::channel();
        listen(Tty(near.into()), Decoder::default(), move |event| sender.send(event).is_ok()).unwrap();
        io::Write::write_all(&mut &far, b"q\x1b").unwrap();
        assert_eq!(receiver.recv().unwrap(), Event::Key('q'.into()));
        drop(far);
        assert!(receiver.iter().any(|event| event == Event::HangUp));
        assert!(receiver.recv().is_err(), "the thread has ended");
    }
}
