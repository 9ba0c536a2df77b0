//! Standard output and standard error.

use crate::cli::Failure;
use crate::config::{FileNote, properties_text};
use crate::report::clean;
use std::io::{Error, ErrorKind, Write, stderr, stdout};
use std::os::unix::fs::PermissionsExt;
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

/// The text of a file that the user named.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

/// The text of a properties file that the user named, which need not be UTF-8.
pub(super) fn read_properties(path: &Path) -> Result<String, Failure> {
    std::fs::read(path).map(properties_text).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &Error) -> Failure {
    let why = match error.kind() {
        ErrorKind::InvalidData => "it is not UTF-8 text".to_string(),
        ErrorKind::NotFound => "there is no such file".to_string(),
        kind => kind.to_string(),
    };
    Failure::usage(format!("cannot read {}: {why}", path.display()))
}
