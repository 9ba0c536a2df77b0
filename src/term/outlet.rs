//! The way to the terminal, which never waits long for a terminal that takes nothing.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long one write may hold the loop.
const PATIENCE: Duration = Duration::from_millis(100);

/// How much is written at once where a write may wait: a terminal that says that it takes something takes this.
const PIECE: usize = 64;

/// The terminal behind standard output.
#[derive(Debug)]
pub(super) struct Outlet {
    fd: OwnedFd,
    /// The descriptor is standard output's, which the shell uses too: it cannot be told not to wait.
    is_shared: bool,
}

impl Outlet {
    /// Opened once; it stays open.
    pub(super) fn get() -> io::Result<&'static Outlet> {
        static OUTLET: OnceLock<Outlet> = OnceLock::new();
        match OUTLET.get() {
            Some(outlet) => Ok(outlet),
            None => {
                let outlet = open()?;
                Ok(OUTLET.get_or_init(|| outlet))
            }
        }
    }

    /// Writes what the terminal takes in that time; yields how much that was.
    pub(super) fn write(&self, bytes: &[u8], patience: Duration) -> io::Result<usize> {
        let until = Instant::now() + patience;
        let mut taken = 0;
        while taken < bytes.len() && self.is_ready(until)? {
            let most = if self.is_shared { PIECE } else { usize::MAX };
            let piece = &bytes[taken..bytes.len().min(taken.saturating_add(most))];
            match rustix::io::write(&self.fd, piece) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => taken += count,
                // Another writer has the terminal: it is ready, but not for us.
                Err(Errno::AGAIN) => std::thread::sleep(Duration::from_millis(1)),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(taken)
    }

    /// Whether the terminal takes something before then; a terminal that is gone is ready to say so.
    fn is_ready(&self, until: Instant) -> io::Result<bool> {
        let left = until.saturating_duration_since(Instant::now());
        let timeout = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) };
        let mut fds = [PollFd::new(&self.fd, PollFlags::OUT)];
        match poll(&mut fds, Some(&timeout)) {
            Ok(count) => Ok(count > 0),
            Err(Errno::INTR) => Ok(!left.is_zero()),
            Err(error) => Err(error.into()),
        }
    }
}

impl AsFd for Outlet {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// A description of klever's own, since the shell shares standard output's: whether writes wait is a setting of the
/// description. `/dev/tty` opens where another user owns the terminal, as after `su`.
fn open() -> io::Result<Outlet> {
    let stdout = io::stdout();
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let own = rustix::fs::open(format!("/proc/self/fd/{}", stdout.as_raw_fd()), flags, Mode::empty());
    let controlling = || {
        rustix::termios::tcgetpgrp(stdout.as_fd())?;
        rustix::fs::open("/dev/tty", flags, Mode::empty())
    };
    match own.or_else(|_| controlling()) {
        Ok(fd) => Ok(Outlet { fd, is_shared: false }),
        Err(_) => Ok(Outlet { fd: rustix::io::fcntl_dupfd_cloexec(stdout.as_fd(), 3)?, is_shared: true }),
    }
}

/// Takes every write at once and hands it on as the terminal takes it.
#[derive(Debug)]
pub(super) struct Backlog {
    outlet: &'static Outlet,
    waiting: Vec<u8>,
}

impl Backlog {
    pub(super) fn new(outlet: &'static Outlet) -> Backlog {
        Backlog { outlet, waiting: Vec::new() }
    }

    /// Whether the terminal has not taken everything yet.
    pub(super) fn is_behind(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Hands on what waits, for a moment.
    pub(super) fn catch_up(&mut self) -> io::Result<()> {
        let taken = self.outlet.write(&self.waiting, PATIENCE)?;
        self.waiting.drain(..taken);
        Ok(())
    }

    /// What waits is not wanted any more.
    pub(super) fn forget(&mut self) {
        self.waiting.clear();
    }
}

impl Write for Backlog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        self.catch_up()?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
