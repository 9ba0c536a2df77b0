//! From arguments to a command; help, the version, or one plain line for a mistake.

use crate::cli::failure::USAGE;
use crate::cli::{Failure, output};
use clap::Parser;
use clap::error::ErrorKind;
use std::ffi::OsString;
use std::process::ExitCode;

/// The arguments, or the exit code of what was answered instead of running a command.
pub(super) fn parse<A: Parser>(
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<A, Result<ExitCode, Failure>> {
    A::try_parse_from(arguments).map_err(|error| answer(&error))
}

/// Help and version are no failure; everything else becomes one line.
fn answer(error: &clap::Error) -> Result<ExitCode, Failure> {
    let text = error.to_string();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            output::write(&text)?;
            Ok(ExitCode::SUCCESS)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Err(Failure::usage("a command is missing").hint("`klever --help` lists the commands"))
        }
        _ => Err(one_line(&text)),
    }
}

fn one_line(text: &str) -> Failure {
    let message = text.split("\n\n").next().unwrap_or(text);
    let message: Vec<&str> = message.lines().map(str::trim).collect();
    let line = message.join(" ").trim_start_matches("error: ").to_string();
    let tip = text.lines().find_map(|line| line.trim().strip_prefix("tip: ")).map(str::to_string);
    let usage = text.lines().find_map(|line| line.strip_prefix("Usage: "));
    let usage = usage.map(|usage| format!("usage: {usage}"));
    Failure { code: USAGE, line, hint: tip.or(usage) }
}
