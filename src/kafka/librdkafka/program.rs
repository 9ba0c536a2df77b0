//! The program that is run again to be the librdkafka process.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The only argument of klever as the librdkafka process; not for people.
pub const ARGUMENT: &str = "librdkafka-process";

static OTHER: OnceLock<PathBuf> = OnceLock::new();

/// Names klever's program, for a program that has klever as its library (tests): it cannot run itself again. The first
/// name counts.
pub fn run_as(klever: impl Into<PathBuf>) {
    let _ = OTHER.set(klever.into());
}

/// A program with its arguments.
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) arguments: Vec<OsString>,
}

impl Program {
    /// klever, as the librdkafka process.
    ///
    /// # Errors
    /// When the system does not tell which program this is.
    pub(super) fn klever() -> io::Result<Program> {
        let path = match OTHER.get() {
            Some(path) => path.clone(),
            None => this()?,
        };
        Ok(Program { path, arguments: vec![ARGUMENT.into()] })
    }

    /// With pipes for everything, and in a process group of its own: the terminal's Ctrl-C is not for it.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// This program, also after its file was replaced by that of another release.
fn this() -> io::Result<PathBuf> {
    let path = std::env::current_exe()?;
    let replaced = PathBuf::from("/proc/self/exe");
    Ok(if !path.exists() && replaced.exists() { replaced } else { path })
}
