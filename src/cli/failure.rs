//! A mistake of the user, or a cluster that cannot be seen: one plain line, a hint, an exit code.

use crate::cli::output;
use crate::report::clean;
use clap::error::ErrorKind;
use std::process::ExitCode;

/// Findings at or above the bar, or an unsafe verdict.
pub(super) const FOUND: u8 = 1;
/// Usage, or input that is wrong.
pub(super) const USAGE: u8 = 2;
/// The cluster, or a part that was needed, could not be seen.
pub(super) const BLIND: u8 = 3;

/// Why klever stops.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// What is wrong, in one line.
    pub line: String,
    /// What helps.
    pub hint: Option<String>,
}

impl Failure {
    /// Wrong usage or input.
    pub fn usage(line: impl Into<String>) -> Self {
        Failure { code: USAGE, line: line.into(), hint: None }
    }

    /// Something could not be seen.
    pub fn blind(line: impl Into<String>) -> Self {
        Failure { code: BLIND, line: line.into(), hint: None }
    }

    /// With what helps.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Failure { hint: Some(hint.into()), ..self }
    }

    /// Writes it to standard error.
    pub(super) fn report(&self) -> ExitCode {
        output::complain(&format!("klever: {}", clean(&self.line)));
        if let Some(hint) = &self.hint {
            output::complain(&format!("  hint: {}", clean(hint)));
        }
        ExitCode::from(self.code)
    }
}

/// Help and version are no failure; everything else becomes one line.
pub(super) fn of_clap(error: &clap::Error) -> Result<ExitCode, Failure> {
    let text = error.to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        output::write(&text)?;
        return Ok(ExitCode::SUCCESS);
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Err(Failure::usage("a command is missing").hint("`klever --help` lists the commands"));
    }
    let said = text.split("\n\n").next().unwrap_or(&text);
    let said: Vec<&str> = said.lines().map(str::trim).collect();
    let line = said.join(" ").trim_start_matches("error: ").to_string();
    let tip = text.lines().find_map(|line| line.trim().strip_prefix("tip: ")).map(str::to_string);
    let usage = text.lines().find_map(|line| line.strip_prefix("Usage: ")).map(str::to_string);
    let usage = usage.map(|usage| format!("usage: {usage}"));
    Err(Failure { code: USAGE, line, hint: tip.or(usage) })
}
