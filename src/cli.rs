//! The command line: arguments, commands, exit codes. Thin: it reads files, asks the core and writes what [`crate::report`] says.
//!
//! Exit codes: 0 fine; 1 findings at or above `--fail-on`, or a verdict `unsafe`; 2 usage or bad input;
//! 3 could not look. An error is one plain line and a hint on standard error.

mod args;
mod assess;
mod check;
mod clients;
mod doctor;
mod explain;
mod failure;
#[cfg(feature = "lab")]
mod lab;
#[cfg(feature = "live")]
mod live;
mod manual;
mod output;
mod roll;
mod screen;
mod simulate;
mod source;

pub use args::Args;
pub use failure::Failure;

use args::Command;
use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs klever with these arguments, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let done = match Args::try_parse_from(arguments) {
        Ok(args) => dispatch(args),
        Err(error) => failure::of_clap(&error),
    };
    match done {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn dispatch(args: Args) -> Result<ExitCode, Failure> {
    let Some(command) = args.command else { return screen::embedded(&args.embedded) };
    match command {
        #[cfg(feature = "live")]
        Command::Live(args) => screen::live(&args),
        Command::Open(args) => screen::open(&args),
        Command::Check(args) => check::run(&args),
        Command::Assess(args) => assess::run(&args),
        Command::Roll(args) => roll::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Explain(args) => explain::run(&args),
        #[cfg(feature = "live")]
        Command::Snapshot(args) => live::snapshot(&args),
        #[cfg(feature = "live")]
        Command::Acl(args) => live::acl(&args),
        #[cfg(feature = "lab")]
        Command::Lab(args) => lab::run(&args),
        Command::Completions(args) => manual::completions(&args),
        Command::Man => manual::man(),
        Command::Doctor => doctor::run(),
    }
}
