//! The note of a running `klever lab up`: another klever finds the lab by it, and ends it.

use super::LabError;
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What is known of a lab that runs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    /// The klever that started it, and whose end is its end.
    pub pid: i32,
    /// Where its brokers are reached.
    pub bootstrap: String,
    pub version: String,
    pub folder: PathBuf,
}

/// The note, locked as long as its writer lives: the kernel takes the lock back however klever ends.
pub(crate) struct Note {
    path: PathBuf,
    _locked: File,
}

/// Where the note lies: in the user's own run-time folder.
pub(crate) fn default_path() -> PathBuf {
    let own = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_dir());
    let named =
        || std::env::temp_dir().join(format!("klever-lab-{}.json", rustix::process::getuid().as_raw()));
    own.map_or_else(named, |folder| folder.join("klever-lab.json"))
}

impl Note {
    /// Writes the note.
    ///
    /// # Errors
    /// When a lab runs already, or the note cannot be written.
    pub(crate) fn write(path: &Path, session: &Session) -> Result<Note, LabError> {
        let failed = |error: std::io::Error| LabError::io("write the lab's note", &error);
        let mut file = File::options().create(true).truncate(false).write(true).open(path).map_err(failed)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(LabError::new("a lab runs already").with_hint("`klever lab down` ends it"));
        }
        file.set_len(0).map_err(failed)?;
        let text = serde_json::to_string(session).unwrap_or_default();
        file.write_all(text.as_bytes()).map_err(failed)?;
        Ok(Note { path: path.into(), _locked: file })
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The lab that runs, if one does. A note whose writer is gone counts for nothing.
pub(crate) fn running(path: &Path) -> Option<Session> {
    let file = File::open(path).ok()?;
    if flock(&file, FlockOperation::NonBlockingLockShared).is_ok() {
        return None;
    }
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

/// Ends the lab that runs and waits for its end.
///
/// # Errors
/// When none runs or it does not end.
pub(crate) fn end(path: &Path) -> Result<Session, LabError> {
    let session = running(path).ok_or_else(|| LabError::new("no lab runs"))?;
    let pid = Pid::from_raw(session.pid).ok_or_else(|| LabError::new("the lab's note has no pid"))?;
    kill_process(pid, Signal::TERM).map_err(|error| LabError::io("end the lab", &error.into()))?;
    let until = Instant::now() + Duration::from_secs(30);
    while running(path).is_some() {
        if Instant::now() > until {
            return Err(LabError::new(format!("the lab (klever {}) did not end", session.pid)));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(session)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_believed_only_while_its_writer_lives() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.json");
        let session = Session {
            pid: 1,
            bootstrap: "127.0.0.1:1".into(),
            version: "4.1.0".into(),
            folder: folder.path().into(),
        };
        assert_eq!(running(&path), None);
        let note = Note::write(&path, &session).unwrap();
        assert_eq!(running(&path), Some(session.clone()));
        assert!(Note::write(&path, &session).is_err());
        drop(note);
        fs::write(&path, serde_json::to_string(&session).unwrap()).unwrap();
        assert_eq!(running(&path), None);
        assert!(end(&path).is_err());
    }
}
