//! A pseudo-terminal of the test's own, which reads only when it wants to and sees the modes that are left.

use super::PATIENCE;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsRawFd, OwnedFd};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcgetattr, tcsetwinsize};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) struct Pty {
    near: OwnedFd,
    far: OwnedFd,
    before: String,
    seen: Vec<u8>,
}

impl Pty {
    pub(crate) fn new() -> Pty {
        let near = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&near).unwrap();
        unlockpt(&near).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let far = rustix::fs::open(ptsname(&near, Vec::new()).unwrap(), flags, Mode::empty()).unwrap();
        tcsetwinsize(&far, Winsize { ws_row: 30, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let before = modes(&far);
        Pty { near, far, before, seen: Vec::new() }
    }

    /// Starts a program on it, which leaves no core file behind.
    pub(crate) fn spawn(&self, program: &Path, arguments: &[&str]) -> Child {
        // A shell that runs the tests in the background has them ignore QUIT, and whom they start; what has a handler here
        // is the default there.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGQUIT, Arc::default());
        let end = || self.far.try_clone().unwrap();
        Command::new("/bin/sh")
            .args(["-c", "ulimit -c 0; exec \"$0\" \"$@\""])
            .arg(program)
            .args(arguments)
            .env_clear()
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .env("HOME", std::env::temp_dir())
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .unwrap()
    }

    pub(crate) fn send(&self, keys: &str) {
        assert_eq!(rustix::io::write(&self.near, keys.as_bytes()).unwrap(), keys.len());
    }

    /// Reads until this was shown.
    pub(crate) fn read_until(&mut self, text: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.has_seen(text) {
            assert!(Instant::now() < until, "no {text:?} in\n{}", String::from_utf8_lossy(&self.seen));
            self.read();
        }
    }

    /// Reads all that was written so far; what was read before is forgotten.
    pub(crate) fn read_rest(&mut self) -> String {
        self.seen.clear();
        while self.read() {}
        String::from_utf8_lossy(&self.seen).into_owned()
    }

    pub(crate) fn has_seen(&self, text: &str) -> bool {
        self.seen.windows(text.len()).any(|part| part == text.as_bytes())
    }

    fn read(&mut self) -> bool {
        let soon = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
        let mut fds = [PollFd::new(&self.near, PollFlags::IN)];
        let mut buffer = [0; 4096];
        if poll(&mut fds, Some(&soon)).unwrap() == 0 {
            return false;
        }
        let count = rustix::io::read(&self.near, &mut buffer).unwrap();
        self.seen.extend_from_slice(&buffer[..count]);
        true
    }

    /// Writes on it, as somebody else, until it takes nothing more.
    pub(crate) fn fill(&self) {
        let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let path = format!("/proc/self/fd/{}", self.far.as_raw_fd());
        let other = rustix::fs::open(path, flags, Mode::empty()).unwrap();
        let full = Instant::now() + Duration::from_millis(300);
        while Instant::now() < full {
            if rustix::io::write(&other, &[b'.'; 512]).is_err() {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// The modes are those from before.
    pub(crate) fn is_as_before(&self) -> bool {
        modes(&self.far) == self.before
    }
}

fn modes(terminal: &OwnedFd) -> String {
    let modes = tcgetattr(terminal).unwrap();
    format!("{:?}", (modes.input_modes, modes.output_modes, modes.control_modes, modes.local_modes))
}

/// How the program ended, if it did in time; one that did not is killed.
pub(crate) fn end_of(mut child: Child) -> Option<ExitStatus> {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

/// Sends a signal by its name or number.
pub(crate) fn signal(child: &Child, signal: &str) {
    let pid = child.id().to_string();
    let sent = Command::new("/bin/sh").args(["-c", "kill -$0 $1", signal, &pid]).status().unwrap();
    assert!(sent.success(), "cannot send {signal}");
}
