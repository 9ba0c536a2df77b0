//! A hostile day: mutated files and random command lines end in an answer or in a plain refusal.
//!
//! Some of each in a normal run, always other ones; thousands with `KLEVER_FULL=1`. A failure names the seed:
//! `KLEVER_SEED` runs it again. `fuzz/` drives the same readers with cargo-fuzz.

#[path = "../hostile/command_line.rs"]
mod command_line;
#[path = "../hostile/mutant.rs"]
mod mutant;
#[path = "../hostile/readers.rs"]
mod readers;

use clap::CommandFactory;
use command_line::{Ended, command, command_line, run_bounded};
use mutant::Draw;
use readers::READERS;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{SystemTime, UNIX_EPOCH};

/// How often, in a normal run and in a full one.
fn times(normal: u64, full: u64) -> u64 {
    if std::env::var("KLEVER_FULL").is_ok_and(|full| full == "1") { full } else { normal }
}

/// The seeds of this run: new ones each time, or the one that is asked for.
fn seeds(times: u64) -> Vec<u64> {
    if let Some(seed) = std::env::var("KLEVER_SEED").ok().and_then(|seed| seed.parse().ok()) {
        return vec![seed];
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64);
    (0..times).map(|at| now.wrapping_add(at)).collect()
}

#[test]
fn no_reader_panics_over_a_mutated_file() {
    for reader in &READERS {
        let samples = (reader.samples)();
        for sample in &samples {
            let text = String::from_utf8_lossy(sample);
            assert!((reader.read)(sample), "{}: a good sample is refused:\n{text}", reader.name);
        }
        for seed in seeds(times(60, 20_000)) {
            let bytes = Draw::new(seed).mutant(&samples);
            let read = catch_unwind(AssertUnwindSafe(|| (reader.read)(&bytes)));
            assert!(read.is_ok(), "{}: KLEVER_SEED={seed}\n{}", reader.name, String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn subcommands_are_drawn_with_their_arguments() {
    let root = klever::cli::Args::command();
    let mut drawn = BTreeSet::new();
    for seed in 0..2_000 {
        let (words, command) = command(&mut Draw::new(seed), &root);
        assert_eq!(words.last().map(String::as_str), Some(command.get_name()));
        drawn.insert(words.join(" "));
    }
    for one in ["workshop check", "workshop notes", "check"] {
        assert!(drawn.contains(one), "{one} is not among {drawn:?}");
    }
}

#[test]
fn no_command_line_panics_hangs_or_writes_control_characters() {
    for seed in seeds(times(60, 3_500)) {
        let mut draw = Draw::new(seed);
        let outside = tempfile::tempdir().unwrap();
        // A new file at `../../x` stays in the temporary folder too.
        let folder = outside.path().join("a/b");
        std::fs::create_dir_all(&folder).unwrap();
        let line = command_line(&mut draw, &folder);
        let told = match run_bounded(&line, &folder) {
            // 130: a long simulation that was asked to end.
            Ended::With(code, told) if (0..=3).contains(&code) || code == 130 => told,
            other => panic!("KLEVER_SEED={seed} {line:?}: {other:?}"),
        };
        assert!(!told.contains("panicked"), "KLEVER_SEED={seed} {line:?}\n{told}");
        let is_control = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
        assert!(!told.contains(is_control), "KLEVER_SEED={seed} {line:?}\n{told:?}");
    }
}
