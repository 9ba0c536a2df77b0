//! Files that the user names: read up to the most that such a file can be, and never waited for without end.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

/// What a file is read as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InputKind {
    /// Java properties of a client.
    Properties,
    /// `klever.scenario/1`
    Scenario,
    /// `klever.snapshot/1`
    Snapshot,
    Theme,
    Keymap,
    /// klever's own settings
    Settings,
    /// `[[waiver]]` tables of TOML.
    Waivers,
    /// `klever.baseline/1`
    Baseline,
}

impl InputKind {
    /// As it is called in an error.
    fn word(self) -> &'static str {
        match self {
            InputKind::Properties => "properties file",
            InputKind::Scenario => "scenario",
            InputKind::Snapshot => "snapshot",
            InputKind::Theme => "theme",
            InputKind::Keymap => "keymap",
            InputKind::Settings => "file of settings",
            InputKind::Waivers => "file of waivers",
            InputKind::Baseline => "baseline",
        }
    }

    /// The most that it can be, in KiB: many times the largest that anybody has, and quickly read. A snapshot of 200,000
    /// partitions and 10,000 groups has about 60 MiB.
    fn most_kib(self) -> usize {
        match self {
            InputKind::Properties | InputKind::Scenario | InputKind::Settings | InputKind::Waivers => 1024,
            InputKind::Baseline => 16 * 1024,
            InputKind::Snapshot => 256 * 1024,
            InputKind::Theme | InputKind::Keymap => 64,
        }
    }

    /// Whether this can be the beginning of such a file; the reader of the format says what is wrong with it.
    fn can_begin_with(self, bytes: &[u8]) -> bool {
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        self != InputKind::Snapshot || first.is_none_or(|byte| *byte == b'{')
    }
}

/// Why a file was not read, in one line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputError {
    /// The file as it was named.
    pub file: String,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read {}: {}", self.file, self.why)
    }
}

impl std::error::Error for InputError {}

/// How long the writer of a pipe may be silent: what is behind `<(ssh host cat FILE)` takes a while.
const PIPE_WAIT: Duration = Duration::from_secs(10);

/// How much is read at once.
const CHUNK: usize = 64 * 1024;

/// Reads a whole file, or a pipe to its end.
///
/// # Errors
/// When it cannot be read, is longer than a file of its kind can be, or gives nothing.
pub fn read_input(path: &Path, kind: InputKind) -> Result<Vec<u8>, InputError> {
    read(path, kind, PIPE_WAIT).map_err(|why| InputError { file: path.display().to_string(), why })
}

fn read(path: &Path, kind: InputKind, wait: Duration) -> Result<Vec<u8>, String> {
    // A pipe that nobody writes into opens at once this way, and is at its end.
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let mut options = File::options();
    let opened = options.read(true).custom_flags(flags.bits() as i32).open(path);
    let mut file = opened.map_err(|error| words(&error))?;
    let is_pipe = file.metadata().is_ok_and(|about| about.file_type().is_fifo());
    let wait = if is_pipe { wait } else { Duration::ZERO };
    let mut bytes = Vec::new();
    let mut chunk = vec![0; CHUNK];
    while kind.can_begin_with(&bytes) {
        match file.read(&mut chunk) {
            Ok(0) if is_pipe && bytes.is_empty() => return Err("nothing was written into this pipe".into()),
            Ok(0) => break,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => gives_more(&file, wait)?,
            Err(error) => return Err(words(&error)),
        }
        if bytes.len() > kind.most_kib() * 1024 {
            return Err(format!("it is longer than a {} can be: {}", kind.word(), size(kind.most_kib())));
        }
    }
    Ok(bytes)
}

/// Waits for more.
fn gives_more(file: &File, wait: Duration) -> Result<(), String> {
    let timeout = Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: i64::from(wait.subsec_nanos()) };
    let mut fds = [PollFd::new(file, PollFlags::IN)];
    match poll(&mut fds, Some(&timeout)) {
        Ok(0) if wait.is_zero() => Err("it gives nothing to read".into()),
        Ok(0) => Err(format!("nothing came through this pipe for {} s", wait.as_secs())),
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(words(&error.into())),
    }
}

fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_string(),
        kind => kind.to_string(),
    }
}

fn size(kib: usize) -> String {
    if kib.is_multiple_of(1024) { format!("{} MiB", kib / 1024) } else { format!("{kib} KiB") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(path: &Path, kind: InputKind) -> String {
        read(path, kind, Duration::from_millis(50)).unwrap_err()
    }

    #[test]
    fn a_file_has_a_most_that_its_kind_can_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let write = |bytes: usize| std::fs::write(&path, vec![b'a'; bytes]).unwrap();
        write(64 * 1024);
        assert_eq!(read_input(&path, InputKind::Theme).unwrap().len(), 64 * 1024);
        write(64 * 1024 + 1);
        assert_eq!(why(&path, InputKind::Keymap), "it is longer than a keymap can be: 64 KiB");
        write(1024 * 1024 + 1);
        assert_eq!(why(&path, InputKind::Properties), "it is longer than a properties file can be: 1 MiB");
        assert_eq!(read_input(&path, InputKind::Snapshot).unwrap().len(), CHUNK, "no JSON: not read on");
        assert_eq!(why(folder.path(), InputKind::Scenario), "is a directory");
        assert_eq!(why(&folder.path().join("none"), InputKind::Scenario), "there is no such file");
    }

    #[test]
    fn a_pipe_is_read_to_its_end_and_not_waited_for_without_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, 0o600.into()).unwrap();
        assert_eq!(why(&path, InputKind::Scenario), "nothing was written into this pipe");
        let writer = File::options().read(true).write(true).open(&path).unwrap();
        assert_eq!(why(&path, InputKind::Scenario), "nothing came through this pipe for 0 s");
        io::Write::write_all(&mut &writer, b"acks=1").unwrap();
        assert_eq!(why(&path, InputKind::Scenario), "nothing came through this pipe for 0 s", "no end yet");
        let reader = std::thread::spawn({
            let path = path.clone();
            move || read_input(&path, InputKind::Scenario)
        });
        io::Write::write_all(&mut &writer, b"acks=all").unwrap();
        std::thread::sleep(Duration::from_millis(100));
        drop(writer);
        assert_eq!(reader.join().unwrap().unwrap(), b"acks=all");
    }
}
