//! `klever workshop finale`: the same faults under four presets, and the scoreboard.

use super::keep_going;
use crate::cli::args::Format;
use crate::cli::failure::Failure;
use crate::cli::interrupt::INTERRUPTED;
use crate::cli::output;
use crate::report::{finale_json, finale_text};
use crate::workshop::play_finale;
use clap::Args;
use std::process::ExitCode;

#[derive(Args, Debug)]
pub(super) struct FinaleArgs {
    /// How to write the scoreboard
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Use this seed instead of the finale's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// Runs the command.
pub(super) fn run(args: &FinaleArgs) -> Result<ExitCode, Failure> {
    let runs = play_finale(args.seed, &keep_going()?);
    output::write(&match args.format {
        Format::Text => finale_text(&runs),
        Format::Json => finale_json(&runs),
    })?;
    let is_over = runs.iter().all(|run| run.is_over);
    Ok(if is_over { ExitCode::SUCCESS } else { ExitCode::from(INTERRUPTED) })
}
