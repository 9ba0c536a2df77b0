//! `klever.recording/1`: what a live screen saw along time, a line that names the format and then a line of
//! `klever.snapshot/1` for each state.

use super::snapshot::{SnapshotError, read_snapshot};
use crate::model::{Cluster, Millis};
use serde::Deserialize;
use serde_json::json;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// The name of the format.
pub const RECORDING_SCHEMA: &str = "klever.recording/1";
/// Times that a clock can tell: what lies along a time line is subtracted.
const TIMES: RangeInclusive<Millis> = 0..=1 << 50;
/// What every version of it is called.
const FAMILY: &str = "klever.recording/";

#[derive(Deserialize)]
struct Head {
    schema: String,
}

/// A recording that was read back.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What was seen, the oldest first; at least one.
    pub states: Vec<Arc<Cluster>>,
    /// The line in whose middle the file ends, which is left out: whoever wrote it did not come to its end.
    pub cut_line: Option<usize>,
}

/// The first line. Each state follows as [`crate::report::write_snapshot`] writes it.
pub fn recording_head(began_at: Millis) -> String {
    let head = json!({
        "schema": RECORDING_SCHEMA,
        "klever": env!("CARGO_PKG_VERSION"),
        "began_at": began_at,
    });
    format!("{head}\n")
}

/// Whether a text is a recording, of whichever version.
pub fn is_recording(text: &str) -> bool {
    head_of(text).is_some_and(|schema| schema.starts_with(FAMILY))
}

fn head_of(text: &str) -> Option<String> {
    let first = text.lines().next()?;
    serde_json::from_str::<Head>(first).ok().map(|head| head.schema)
}

/// Reads a recording back. A last line without its end was cut and is left out.
///
/// # Errors
/// When it is another format or another version, when a line in it is no state, or when it holds none.
pub fn read_recording(text: &str) -> Result<Recording, SnapshotError> {
    let schema = head_of(text).unwrap_or_default();
    if schema != RECORDING_SCHEMA {
        let text = format!("the schema is `{}`, not `{RECORDING_SCHEMA}`", super::clean(&schema));
        return Err(SnapshotError { line: Some(1), text });
    }
    let lines: Vec<&str> = text.lines().collect();
    let is_cut = !text.ends_with('\n');
    let whole = lines.len() - usize::from(is_cut);
    let mut states = Vec::new();
    for (at, line) in lines[..whole].iter().enumerate().skip(1) {
        let state = read_snapshot(line);
        let state = state.map_err(|error| SnapshotError { line: Some(at + 1), text: error.text })?;
        if !TIMES.contains(&state.taken_at) {
            let text = "the time of the state is none".into();
            return Err(SnapshotError { line: Some(at + 1), text });
        }
        states.push(Arc::new(state));
    }
    if states.is_empty() {
        return Err(SnapshotError { line: None, text: "the recording holds no whole state".into() });
    }
    Ok(Recording { states, cut_line: is_cut.then_some(lines.len()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypothesis::reference;
    use crate::model::KafkaVersion;
    use crate::report::write_snapshot;

    fn recorded(times: &[Millis]) -> String {
        let state = |at: &Millis| {
            let mut cluster = reference(KafkaVersion::REFERENCE);
            cluster.taken_at = *at;
            write_snapshot(&cluster)
        };
        recording_head(5) + &times.iter().map(state).collect::<String>()
    }

    fn times(recording: &Recording) -> Vec<Millis> {
        recording.states.iter().map(|state| state.taken_at).collect()
    }

    #[test]
    fn what_was_written_is_read_back() {
        let text = recorded(&[10, 20]);
        assert!(is_recording(&text) && !is_recording(&write_snapshot(&reference(KafkaVersion::REFERENCE))));
        let read = read_recording(&text).unwrap();
        assert_eq!((times(&read), read.cut_line), (vec![10, 20], None));
    }

    #[test]
    fn one_that_ends_in_the_middle_of_a_line_is_read_to_its_last_whole_line() {
        let text = recorded(&[10, 20, 30]);
        let read = read_recording(&text[..text.len() - 100]).unwrap();
        assert_eq!((times(&read), read.cut_line), (vec![10, 20], Some(4)));
        let one = recorded(&[10]);
        let error = read_recording(&one[..one.len() - 100]).unwrap_err();
        assert_eq!(error.text, "the recording holds no whole state");
    }

    #[test]
    fn a_newer_one_and_a_broken_line_are_refused() {
        let newer = recorded(&[10]).replacen("recording/1", "recording/2", 1);
        assert!(is_recording(&newer));
        let error = read_recording(&newer).unwrap_err();
        assert_eq!(error.text, "the schema is `klever.recording/2`, not `klever.recording/1`");
        let mut lines: Vec<String> = recorded(&[10, 20, 30]).lines().map(String::from).collect();
        lines[2].truncate(200);
        let error = read_recording(&(lines.join("\n") + "\n")).unwrap_err();
        assert_eq!(error.line, Some(3));
    }
}
