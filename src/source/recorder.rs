//! What a live screen sees, written to a file as it comes: `klever.recording/1`.

use crate::model::{Cluster, Millis};
use crate::report::{recording_head, write_snapshot};
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// So large gets a recording, which `klever open` can still read.
pub const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// A state that lasts less is left out.
const SHORTEST_MS: Millis = 1_000;

/// Writes states that last a second or longer, until there is no room for the next one.
pub struct Recorder {
    path: PathBuf,
    /// `None` once nothing more is written.
    file: Option<File>,
    room: u64,
    /// The newest state, which may not last.
    newest: Option<Arc<Cluster>>,
    written_at: Option<Millis>,
}

impl Recorder {
    /// A recording in a new file, with room for so many bytes.
    ///
    /// # Errors
    /// When its first line cannot be written.
    pub fn begin(path: PathBuf, file: File, most_bytes: u64, now: Millis) -> io::Result<Recorder> {
        let mut recorder =
            Recorder { path, file: Some(file), room: most_bytes, newest: None, written_at: None };
        recorder.put(&recording_head(now))?;
        Ok(recorder)
    }

    /// Takes a newer state. Yields a line for the user where nothing is written from now on.
    pub fn note(&mut self, cluster: &Arc<Cluster>) -> Option<String> {
        let told = self.settle(cluster.taken_at);
        self.newest = Some(cluster.clone());
        told
    }

    /// Writes the newest state if it has lasted by now.
    pub fn settle(&mut self, now: Millis) -> Option<String> {
        let newest = self.newest.take()?;
        let is_spaced = self.written_at.is_none_or(|at| newest.taken_at - at >= SHORTEST_MS);
        if !is_spaced && now - newest.taken_at < SHORTEST_MS {
            self.newest = Some(newest);
            return None;
        }
        self.file.as_ref()?;
        self.written_at = Some(newest.taken_at);
        let line = write_snapshot(&newest);
        if line.len() as u64 > self.room {
            self.file = None;
            let path = self.path.display();
            return Some(format!("the recording {path} is full: nothing more is written to it"));
        }
        let failed = self.put(&line).err()?;
        self.file = None;
        Some(format!("the recording {} ends here: {}", self.path.display(), failed.kind()))
    }

    fn put(&mut self, line: &str) -> io::Result<()> {
        self.room = self.room.saturating_sub(line.len() as u64);
        match &mut self.file {
            Some(file) => file.write_all(line.as_bytes()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypothesis::reference;
    use crate::model::KafkaVersion;
    use crate::report::read_recording;

    fn state(at: Millis) -> Arc<Cluster> {
        let mut cluster = reference(KafkaVersion::REFERENCE);
        cluster.taken_at = at;
        Arc::new(cluster)
    }

    fn recorded(room: u64, work: impl FnOnce(&mut Recorder)) -> Vec<Millis> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.jsonl");
        let mut recorder = Recorder::begin(path.clone(), File::create(&path).unwrap(), room, 0).unwrap();
        work(&mut recorder);
        let read = read_recording(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(read.cut_line, None);
        read.states.iter().map(|state| state.taken_at).collect()
    }

    #[test]
    fn states_that_last_a_second_are_kept() {
        let times = recorded(MOST_BYTES, |recorder| {
            for at in [0, 300, 600, 5_000, 5_100, 9_000] {
                assert_eq!(recorder.note(&state(at)), None);
            }
            assert_eq!(recorder.settle(10_500), None);
        });
        assert_eq!(times, [0, 600, 5_000, 5_100, 9_000]);
    }

    #[test]
    fn a_full_one_says_so_once_and_stays_readable() {
        let line = write_snapshot(&state(1)).len() as u64;
        let mut told = Vec::new();
        let times = recorded(line * 2 + line / 2, |recorder| {
            for second in 0..6 {
                told.extend(recorder.note(&state(second * 2_000)));
            }
        });
        assert_eq!(times, [0, 2_000]);
        assert!(told.len() == 1 && told[0].contains("is full"), "{told:?}");
    }
}
