//! The files of a folder: bounded, links not followed, hidden ones left out and said.

use crate::model::plural;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

const MOST_FILES: usize = 5_000;
const MOST_DEEP: usize = 16;

/// So many names stand in a note before it only counts.
const NAMED: usize = 5;

/// So much of the beginning of a file tells whether it is text.
const HEAD_BYTES: u64 = 8 * 1024;

#[derive(Default)]
pub(super) struct Walked {
    pub files: Vec<PathBuf>,
    hidden: Vec<String>,
    /// What was not looked at because there is too much of it, or because it cannot be seen.
    pub cut: Vec<String>,
}

impl Walked {
    fn cut(&mut self, what: String) {
        if !self.cut.contains(&what) {
            self.cut.push(what);
        }
    }

    /// What was left out, in a line each.
    pub(super) fn notes(&self, others: &[String]) -> Vec<String> {
        let lists = [
            (&self.hidden[..], "hidden or linked", "entry", "entries"),
            (others, "without configuration of Kafka", "file", "files"),
        ];
        let mut notes = Vec::new();
        for (names, what, one, many) in lists.into_iter().filter(|(names, ..)| !names.is_empty()) {
            let word = if names.len() == 1 { one } else { many };
            let more = if names.len() > NAMED { ", ..." } else { "" };
            let listed: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
            notes.push(format!("left out: {} {word} {what}: {}{more}", names.len(), listed.join(", ")));
        }
        notes
    }
}

/// Every plain file below a folder, in the order of their names.
pub(super) fn walk(folder: &Path) -> Walked {
    let mut walked = Walked::default();
    enter(folder, 0, &mut walked);
    walked
}

fn enter(folder: &Path, depth: usize, walked: &mut Walked) {
    let Ok(entries) = fs::read_dir(folder) else {
        walked.cut(format!("{} cannot be listed", folder.display()));
        return;
    };
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => paths.push(entry.path()),
            Err(_) => walked.cut(format!("{} cannot be listed whole", folder.display())),
        }
    }
    paths.sort();
    for path in paths {
        let Ok(about) = fs::symlink_metadata(&path) else {
            walked.cut(format!("{} cannot be looked at", path.display()));
            continue;
        };
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if is_hidden || about.is_symlink() {
            walked.hidden.push(path.display().to_string());
        } else if about.is_dir() && depth < MOST_DEEP {
            enter(&path, depth + 1, walked);
        } else if about.is_dir() {
            walked.cut(format!("what lies more than {MOST_DEEP} folders deep was not looked at"));
        } else if about.is_file() && walked.files.len() < MOST_FILES {
            walked.files.push(path);
        } else if about.is_file() {
            walked.cut(format!("only its first {} were looked at", plural(MOST_FILES, "file")));
            return;
        }
    }
}

/// Whether a file begins as archives and key stores do, with a byte that no text has.
pub(super) fn is_binary(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head));
    read.is_ok() && head.contains(&0)
}
