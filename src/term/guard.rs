//! The terminal's modes: entered once, given back on every way out, panics and signals included.

use super::crash::{self, Modes};
use super::input::Tty;
use super::outlet::Outlet;
use rustix::fd::{AsFd, OwnedFd};
use std::fs::File;
use std::io;
use std::sync::{Mutex, Once, OnceLock, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// What was changed and has to be changed back.
struct Entered {
    by: ThreadId,
    stderr: Option<OwnedFd>,
}

static ENTERED: Mutex<Option<Entered>> = Mutex::new(None);

/// Alternate screen, bracketed paste, focus reports.
pub(super) const ENTER: &[u8] = b"\x1b[?1049h\x1b[2J\x1b[?2004h\x1b[?1004h";
/// Everything that klever may have switched on, off again, whether it was on or not; cursor shown.
const RESTORE: &[u8] =
    b"\x1b[?2026l\x1b[?1006l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[0m\x1b[2J\x1b[?1049l\x1b[?25h";

pub(super) const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
pub(super) const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// How long a terminal that takes nothing is waited for when it is given back.
const PATIENCE: Duration = Duration::from_millis(200);

/// Takes the terminal's modes over: raw mode, and standard error away from it, into `log` or nowhere.
pub(super) fn enter(log: Option<&File>) -> io::Result<()> {
    let mut entered = ENTERED.lock().unwrap_or_else(PoisonError::into_inner);
    if entered.is_some() {
        return Ok(());
    }
    let (output, input) = (Outlet::get()?, tty()?);
    let modes = Modes::of(input.as_fd())?;
    raw_mode()?;
    let stderr = redirect_stderr(log).unwrap_or_default();
    crash::arm((output.as_fd(), RESTORE), (input.as_fd(), &modes), stderr.as_ref());
    *entered = Some(Entered { by: thread::current().id(), stderr });
    Ok(())
}

/// The terminal that has the modes; it stays open.
fn tty() -> io::Result<&'static Tty> {
    static TTY: OnceLock<Tty> = OnceLock::new();
    match TTY.get() {
        Some(tty) => Ok(tty),
        None => {
            let tty = Tty::open()?;
            Ok(TTY.get_or_init(|| tty))
        }
    }
}

/// After a stop the shell may not have handed the terminal over yet; it takes a few milliseconds.
fn raw_mode() -> io::Result<()> {
    let mut result = crossterm::terminal::enable_raw_mode();
    for _ in 0..20 {
        if result.is_ok() {
            break;
        }
        thread::sleep(Duration::from_millis(10));
        result = crossterm::terminal::enable_raw_mode();
    }
    result
}

/// Gives the terminal back. Safe to call at any time, from any thread, any number of times.
pub(super) fn restore() {
    let mut entered = match ENTERED.try_lock() {
        Ok(entered) => entered,
        Err(std::sync::TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(std::sync::TryLockError::WouldBlock) => return restore_modes(),
    };
    if let Some(was) = entered.take() {
        restore_modes();
        if let Some(stderr) = &was.stderr {
            let _ = rustix::stdio::dup2_stderr(stderr);
        }
        crash::disarm();
    }
}

/// The bytes first: what a terminal shows matters more than how it echoes.
fn restore_modes() {
    let _ = Outlet::get().and_then(|outlet| outlet.write(RESTORE, PATIENCE));
    let _ = crossterm::terminal::disable_raw_mode();
}

/// Whether the terminal is klever's; while that changes it still is.
pub(super) fn is_entered() -> bool {
    ENTERED.try_lock().map_or(true, |entered| entered.is_some())
}

/// Whether this thread took the terminal; a panic elsewhere must not tear the screen down.
fn entered_by_this_thread() -> bool {
    match ENTERED.try_lock() {
        Ok(entered) => entered.as_ref().is_none_or(|entered| entered.by == thread::current().id()),
        Err(_) => true,
    }
}

/// Makes a panic give the terminal back before its message is printed. A panic of another thread than the
/// screen's leaves the screen alone: its message goes where standard error goes, and the screen reports it.
pub fn install_panic_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if entered_by_this_thread() {
                restore();
            }
            before(panic);
        }));
    });
}

/// Standard error into a file, or nowhere, so that no library writes on the screen. Yields the descriptor to
/// put back; nothing when it does not go to a terminal anyway.
fn redirect_stderr(log: Option<&File>) -> io::Result<Option<OwnedFd>> {
    let stderr = io::stderr();
    if !rustix::termios::isatty(stderr.as_fd()) {
        return Ok(None);
    }
    let saved = rustix::io::fcntl_dupfd_cloexec(stderr.as_fd(), 3)?;
    match log {
        Some(log) => rustix::stdio::dup2_stderr(log)?,
        None => rustix::stdio::dup2_stderr(File::options().write(true).open("/dev/null")?)?,
    }
    Ok(Some(saved))
}
