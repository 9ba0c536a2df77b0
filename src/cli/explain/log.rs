//! `klever explain - < app.log`: Kafka's errors in a log, read line by line up to a bound.

use crate::cli::args::Format;
use crate::cli::failure::BLIND;
use crate::cli::{Failure, output};
use crate::report::{GivenClient, LogErrors, LogScan, log_json, log_text};
use std::io::{BufRead, ErrorKind, IsTerminal, Read, stdin};
use std::process::ExitCode;

/// The most that is read, and the most of one line that is looked at.
const MOST_BYTES: u64 = 1024 * 1024 * 1024;
const LONGEST_LINE: usize = 64 * 1024;

pub(super) fn run(format: Format, given: &[GivenClient]) -> Result<ExitCode, Failure> {
    if stdin().is_terminal() {
        let line = "`-` reads a log from standard input, and that is this terminal";
        return Err(Failure::usage(line).hint("klever explain - < app.log"));
    }
    let log = scanned(stdin().lock(), MOST_BYTES).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => {
            Failure::usage("standard input is no text").hint("unpack it, or bring it into UTF-8")
        }
        kind => Failure::usage(format!("cannot read standard input: {kind}")),
    })?;
    if log.lines == 0 {
        return Err(Failure::usage("nothing came from standard input").hint("klever explain - < app.log"));
    }
    output::write(&match format {
        Format::Text => log_text(&log, given),
        Format::Json => log_json(&log, given),
    })?;
    Ok(if log.is_whole && log.cut_lines == 0 { ExitCode::SUCCESS } else { ExitCode::from(BLIND) })
}

/// Reads a log to its end, or as much of it as is read at most.
///
/// # Errors
/// Those of reading, and `InvalidData` for what is no text: in what is packed, or in UTF-16, no error would be found.
fn scanned(input: impl BufRead, most: u64) -> std::io::Result<LogErrors> {
    let mut input = input.take(most);
    let (mut scan, mut line) = (LogScan::default(), Vec::new());
    loop {
        line.clear();
        let read = (&mut input).take(LONGEST_LINE as u64).read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        if line.contains(&0) {
            return Err(ErrorKind::InvalidData.into());
        }
        let is_cut = line.last() != Some(&b'\n') && read == LONGEST_LINE && skip_line(&mut input)?;
        scan.line(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']), is_cut);
    }
    let is_whole = input.limit() > 0 || input.into_inner().fill_buf()?.is_empty();
    Ok(scan.finish(is_whole))
}

/// Goes to the beginning of the next line. Whether anything of this one was left out.
fn skip_line(input: &mut impl BufRead) -> std::io::Result<bool> {
    let mut is_cut = false;
    loop {
        let buffer = input.fill_buf()?;
        let (end, length) = (buffer.iter().position(|byte| *byte == b'\n'), buffer.len());
        let used = end.map_or(length, |at| at + 1);
        is_cut |= end.unwrap_or(length) > 0;
        input.consume(used);
        if end.is_some() || length == 0 {
            return Ok(is_cut);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], most: u64) -> LogErrors {
        scanned(text, most).unwrap()
    }

    #[test]
    fn a_log_is_read_to_its_end_or_said_to_be_cut() {
        let text = b"Error: NOT_ENOUGH_REPLICAS\nError: NOT_ENOUGH_REPLICAS\n\xff\xfe\n";
        let whole = read(text, 1000);
        assert_eq!((whole.lines, whole.is_whole, whole.seen[0].times), (3, true, 2));
        let exact = read(text, text.len() as u64);
        assert!(exact.is_whole, "nothing is behind it");
        let cut = read(text, 30);
        assert_eq!((cut.is_whole, cut.seen[0].times), (false, 1));
    }

    #[test]
    fn what_is_packed_or_of_two_bytes_a_letter_is_no_log() {
        for text in [&b"\x1f\x8b\x08\x00\x00"[..], b"E\x00r\x00r\x00o\x00r\x00\n\x00"] {
            assert_eq!(scanned(text, 1000).unwrap_err().kind(), ErrorKind::InvalidData);
        }
    }

    #[test]
    fn a_line_without_end_is_cut_and_the_next_one_is_read() {
        let mut text = vec![b'a'; 3 * LONGEST_LINE];
        text.extend(b" NOT_ENOUGH_REPLICAS\nError: NOT_ENOUGH_REPLICAS\n");
        let log = read(&text, 1 << 30);
        assert_eq!((log.lines, log.cut_lines, log.seen[0].first_line), (2, 1, 2));
    }
}
