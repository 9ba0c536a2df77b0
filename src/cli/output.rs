//! Standard output and standard error.

use crate::cli::Failure;
use crate::config::{FileNote, InputKind, properties_text, read_input};
use crate::report::clean;
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::fs::OpenOptions;
use std::io::{Error, ErrorKind, Write, stderr, stdout};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::process::ExitCode;

/// Writes a report. A reader that has seen enough (`| head`) is no failure.
pub(super) fn write(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::usage(format!("cannot write to standard output: {}", error.kind())))
        }
        _ => Ok(()),
    }
}

/// Writes what will be followed by more. Says whether anybody still reads.
pub(super) fn write_on(text: &str) -> Result<bool, Failure> {
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::usage(format!("cannot write to standard output: {}", error.kind()))),
    }
}

/// Writes a failure to standard error.
pub(super) fn report(failure: &Failure) -> ExitCode {
    write_error(&format!("klever: {}", clean(&failure.line)));
    if let Some(hint) = &failure.hint {
        write_error(&format!("  hint: {}", clean(hint)));
    }
    ExitCode::from(failure.code)
}

/// Writes a line to standard error. When that fails there is nowhere left to say so.
pub(super) fn write_error(line: &str) {
    let _ = writeln!(stderr().lock(), "{line}");
}

/// Writes a line to standard error, which is a terminal, in place of the one that this wrote before.
pub(super) fn write_over(line: &str) {
    let mut err = stderr().lock();
    let _ = write!(err, "\r\x1b[K{line}").and_then(|()| err.flush());
}

/// Writes what is worth a word about a file to standard error.
pub(super) fn note(note: &FileNote) {
    write_error(&format!("klever: note: {}", clean(&note.to_string())));
}

/// Says that everybody on this machine may read a file that holds secrets, if it is so.
pub(super) fn warn_of_readers(path: &Path) {
    let mode =
        std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|file| file.permissions().mode());
    if mode.is_some_and(|mode| mode & 0o004 != 0) {
        let text = "it holds secrets, and every user of this machine may read it: chmod 600".to_string();
        note(&FileNote { file: path.display().to_string(), line: None, text });
    }
}

/// Opens a file to be written, which only its owner may read; never waits for a pipe that nobody reads.
pub(super) fn writable() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).mode(0o600).custom_flags(OFlags::NONBLOCK.bits() as i32);
    options
}

/// Why a file that the user named cannot be written.
pub(super) fn unwritable(path: &Path, error: &Error) -> Failure {
    let why = match Errno::from_io_error(error) {
        Some(Errno::NXIO) => "nobody reads this pipe".to_string(),
        Some(Errno::NOENT) => "there is no such folder".to_string(),
        _ => error.kind().to_string(),
    };
    Failure::usage(format!("cannot write {}: {why}", path.display()))
}

/// The bytes of a file that the user named.
pub(super) fn read_bytes(path: &Path, kind: InputKind) -> Result<Vec<u8>, Failure> {
    read_input(path, kind).map_err(|why| Failure::usage(why.to_string()))
}

/// The text of a file that the user named.
pub(super) fn read(path: &Path, kind: InputKind) -> Result<String, Failure> {
    String::from_utf8(read_bytes(path, kind)?)
        .map_err(|_| Failure::usage(format!("cannot read {}: it is not UTF-8 text", path.display())))
}

/// The text of a properties file that the user named, which need not be UTF-8.
pub(super) fn read_properties(path: &Path) -> Result<String, Failure> {
    read_bytes(path, InputKind::Properties).map(properties_text)
}
