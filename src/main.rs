//! The klever binary: arguments, a mode, an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Only a bug of klever itself gets as far as a report.
    let _ = color_eyre::install();
    klever::cli::run(std::env::args_os())
}
