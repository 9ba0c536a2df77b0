//! `--waivers` and `--baseline`: findings that do not fail the check, and when they do again.

use super::CheckArgs;
use crate::cli::{Failure, output};
use crate::clock::{day_of, now_ms};
use crate::config::{FileNote, InputKind};
use crate::model::plural;
use crate::report::{read_baseline, write_baseline};
use crate::rules::{Findings, parse_waivers};
use std::io::Write;
use std::path::Path;

/// Waives what the files of the arguments accept; what is odd about them goes to standard error.
pub(super) fn accept(args: &CheckArgs, findings: &mut Findings) -> Result<(), Failure> {
    if let Some(path) = &args.waivers {
        waive(path, findings)?;
    }
    if let Some(path) = &args.baseline {
        let (known, day) =
            read_baseline(&output::read(path, InputKind::Baseline)?).map_err(|why| refused(path, 0, &why))?;
        let gone = findings.waive_known(&known, &format!("known since the baseline of {day}")).len();
        if gone > 0 {
            let text = format!(
                "{} of it not found any more: --write-baseline leaves them out",
                plural(gone, "finding")
            );
            note(path, None, text);
        }
    }
    Ok(())
}

fn waive(path: &Path, findings: &mut Findings) -> Result<(), Failure> {
    let text = output::read(path, InputKind::Waivers)?;
    let waivers = parse_waivers(&text).map_err(|error| refused(path, error.line, &error.what))?;
    for unused in findings.waive(&waivers, &day_of(now_ms())) {
        let of = unused.subject.as_ref().map_or(String::new(), |subject| format!(" of {subject}"));
        note(path, Some(unused.line), format!("no finding of {}{of}: the waiver can go", unused.rule));
    }
    Ok(())
}

/// Writes the findings of today for `--baseline`.
pub(super) fn write(path: &Path, findings: &Findings) -> Result<(), Failure> {
    let known = findings.known();
    let text = write_baseline(&known, &day_of(now_ms()));
    let mut file = output::writable()
        .write(true)
        .truncate(true)
        .open(path)
        .map_err(|error| output::unwritable(path, &error))?;
    file.write_all(text.as_bytes()).map_err(|error| output::unwritable(path, &error))?;
    note(
        path,
        None,
        format!("{} written: --baseline accepts them from now on", plural(known.len(), "finding")),
    );
    Ok(())
}

fn note(path: &Path, line: Option<usize>, text: String) {
    output::note(&FileNote { file: path.display().to_string(), line, text });
}

fn refused(path: &Path, line: usize, why: &str) -> Failure {
    let place = if line == 0 { path.display().to_string() } else { format!("{}:{line}", path.display()) };
    Failure::usage(format!("{place}: {why}"))
}
