//! The terminal given back by a signal that ends the program at once: only what a signal handler may call.
#![allow(unsafe_code)]

use libc::{c_int, c_void, sigaction, siginfo_t, termios};
use rustix::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::io;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

/// Signals whose default ends the program and that nothing else of klever takes. SIGPIPE is ignored by Rust.
const SIGNALS: [c_int; 14] = [
    libc::SIGQUIT,
    libc::SIGILL,
    libc::SIGTRAP,
    libc::SIGABRT,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGUSR1,
    libc::SIGSEGV,
    libc::SIGUSR2,
    libc::SIGALRM,
    libc::SIGXCPU,
    libc::SIGXFSZ,
    libc::SIGVTALRM,
    libc::SIGPROF,
];

/// Those that an instruction causes: it is run again when the handler returns.
const FAULTS: [c_int; 4] = [libc::SIGILL, libc::SIGBUS, libc::SIGFPE, libc::SIGSEGV];

/// How often, and how long each time, a terminal that takes nothing is waited for.
const TRIES: usize = 40;
const WAIT_MS: c_int = 10;

/// What has to be given back, and how.
struct Held {
    output: RawFd,
    bytes: &'static [u8],
    input: RawFd,
    modes: termios,
    /// Where standard error went before.
    stderr: Option<RawFd>,
}

/// Null while the terminal is not klever's.
static HELD: AtomicPtr<Held> = AtomicPtr::new(ptr::null_mut());

/// Whether a handler is giving the terminal back; another thread's must not end the process meanwhile.
static GIVING_BACK: AtomicBool = AtomicBool::new(false);

/// What the signals did before.
static BEFORE: OnceLock<Vec<(c_int, sigaction)>> = OnceLock::new();

/// The modes of the terminal as they are before klever changes them.
pub(super) struct Modes(termios);

impl Modes {
    /// # Errors
    /// When it is no terminal.
    pub(super) fn of(terminal: BorrowedFd<'_>) -> io::Result<Modes> {
        let mut modes = MaybeUninit::<termios>::uninit();
        // SAFETY: the descriptor is open and `modes` is writable; it is whole when the call succeeds.
        match unsafe { libc::tcgetattr(terminal.as_raw_fd(), modes.as_mut_ptr()) } {
            // SAFETY: the call has filled it.
            0 => Ok(Modes(unsafe { modes.assume_init() })),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

/// From now on a signal that ends the program gives the terminal back: `bytes` to `output`, `modes` to `input`, standard
/// error to `stderr`, which stays open until [`disarm`].
pub(super) fn arm(
    (output, bytes): (BorrowedFd<'static>, &'static [u8]),
    (input, modes): (BorrowedFd<'static>, &Modes),
    stderr: Option<&impl AsFd>,
) {
    let (output, input) = (output.as_raw_fd(), input.as_raw_fd());
    let stderr = stderr.map(|fd| fd.as_fd().as_raw_fd());
    let held = Held { output, bytes, input, modes: modes.0, stderr };
    // Never freed: a handler of another thread may be reading it. It is some bytes for each stop of the job.
    HELD.store(Box::into_raw(Box::new(held)), Ordering::Release);
    BEFORE.get_or_init(install);
}

/// The terminal has been given back.
pub(super) fn disarm() {
    HELD.store(ptr::null_mut(), Ordering::Release);
}

/// Takes the signals that nobody else has taken; yields what they did before.
fn install() -> Vec<(c_int, sigaction)> {
    alternate_stack();
    let mut before = Vec::new();
    for signal in SIGNALS.into_iter().chain(of_this_system()) {
        let mut old = MaybeUninit::<sigaction>::uninit();
        // SAFETY: asks only, into memory that is writable.
        if unsafe { libc::sigaction(signal, ptr::null(), old.as_mut_ptr()) } == 0 {
            // SAFETY: the call has filled it.
            before.push((signal, unsafe { old.assume_init() }));
        }
    }
    // Rust's own handlers tell an overflow of the stack; they come after ours.
    let is_rusts = |signal: c_int| signal == libc::SIGSEGV || signal == libc::SIGBUS;
    before.retain(|(signal, old)| match old.sa_sigaction {
        libc::SIG_DFL => true,
        libc::SIG_IGN => false,
        _ => is_rusts(*signal),
    });
    before.iter().for_each(|(signal, _)| take(*signal));
    before
}

/// Signals that end a program on Linux only.
#[cfg(target_os = "linux")]
fn of_this_system() -> Vec<c_int> {
    let real_time = libc::SIGRTMIN()..=libc::SIGRTMAX();
    [libc::SIGIO, libc::SIGPWR, libc::SIGSTKFLT, libc::SIGSYS].into_iter().chain(real_time).collect()
}

#[cfg(not(target_os = "linux"))]
fn of_this_system() -> Vec<c_int> {
    vec![libc::SIGSYS]
}

fn take(signal: c_int) {
    let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = on_signal;
    // SAFETY: all zeroes is a valid `sigaction`, `handler` has the signature that SA_SIGINFO asks for, and it calls
    // nothing but async-signal-safe functions. No other signal interrupts it.
    unsafe {
        let mut action: sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigfillset(&raw mut action.sa_mask);
        libc::sigaction(signal, &raw const action, ptr::null_mut());
    }
}

/// A stack for the handler of this thread when its own has overflowed. Rust gives its threads one; this is for others.
fn alternate_stack() {
    const BYTES: usize = 64 * 1024;
    // SAFETY: all zeroes is a valid `stack_t`; the first call asks only. The new stack is never freed.
    unsafe {
        let mut old: libc::stack_t = std::mem::zeroed();
        if libc::sigaltstack(ptr::null(), &raw mut old) == 0 && old.ss_flags & libc::SS_DISABLE != 0 {
            let stack = Box::leak(vec![0u8; BYTES].into_boxed_slice());
            let new = libc::stack_t { ss_sp: stack.as_mut_ptr().cast(), ss_flags: 0, ss_size: BYTES };
            libc::sigaltstack(&raw const new, ptr::null_mut());
        }
    }
}

extern "C" fn on_signal(signal: c_int, info: *mut siginfo_t, _: *mut c_void) {
    give_back();
    // SAFETY: with SA_SIGINFO the kernel passes a whole `siginfo_t`.
    let code = unsafe { (*info).si_code };
    // The codes of `kill`, `raise` and timers are 0, negative, or (on macOS) from 0x10001 on.
    let is_fault = FAULTS.contains(&signal) && (1..0x10000).contains(&code);
    let before = BEFORE.get().and_then(|all| all.iter().find(|(of, _)| *of == signal));
    // SAFETY: `sigaction`, `signal` and `raise` are async-signal-safe. A fault comes again when this returns and meets
    // what was there before klever; any other signal is raised again, to take effect when this returns.
    unsafe {
        match before.filter(|_| is_fault) {
            Some((_, action)) => {
                libc::sigaction(signal, action, ptr::null_mut());
            }
            None => {
                libc::signal(signal, libc::SIG_DFL);
                libc::raise(signal);
            }
        }
    }
}

/// Once, whichever thread comes first; the others wait until it is done.
fn give_back() {
    if GIVING_BACK.swap(true, Ordering::AcqRel) {
        (0..TRIES).take_while(|_| GIVING_BACK.load(Ordering::Acquire)).for_each(|_| pause());
        return;
    }
    let held = HELD.swap(ptr::null_mut(), Ordering::AcqRel);
    // SAFETY: what is not null came from `Box::into_raw` and is never freed.
    if let Some(held) = unsafe { held.as_ref() } {
        write(held.output, held.bytes);
        restore_modes(held);
        if let Some(stderr) = held.stderr {
            // SAFETY: `dup2` is async-signal-safe, and takes any numbers.
            unsafe { libc::dup2(stderr, libc::STDERR_FILENO) };
        }
    }
    GIVING_BACK.store(false, Ordering::Release);
}

/// Never waits for a terminal that takes nothing, whoever else uses the descriptor.
fn write(output: RawFd, mut bytes: &[u8]) {
    // SAFETY: `fcntl`, `write` and `poll` are async-signal-safe; the pointers are into `bytes` and `ready`.
    unsafe {
        let flags = libc::fcntl(output, libc::F_GETFL);
        libc::fcntl(output, libc::F_SETFL, flags | libc::O_NONBLOCK);
        for _ in 0..TRIES {
            let mut ready = libc::pollfd { fd: output, events: libc::POLLOUT, revents: 0 };
            libc::poll(&raw mut ready, 1, WAIT_MS);
            let count = libc::write(output, bytes.as_ptr().cast(), bytes.len());
            let taken = usize::try_from(count).unwrap_or(0);
            bytes = bytes.get(taken..).unwrap_or_default();
            if bytes.is_empty() {
                break;
            }
        }
        libc::fcntl(output, libc::F_SETFL, flags);
    }
}

/// Unless the terminal is another job's by now: then its modes are that job's.
fn restore_modes(held: &Held) {
    // SAFETY: the three are async-signal-safe, and `modes` is a whole `termios`. SIGTTOU is blocked meanwhile.
    unsafe {
        let foreground = libc::tcgetpgrp(held.input);
        if foreground <= 0 || foreground == libc::getpgrp() {
            libc::tcsetattr(held.input, libc::TCSANOW, &raw const held.modes);
        }
    }
}

fn pause() {
    // SAFETY: `poll` is async-signal-safe, and looks at no descriptor here.
    unsafe { libc::poll(ptr::null_mut(), 0, WAIT_MS) };
}
