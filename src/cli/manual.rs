//! `klever completions` and `klever man`, from the declaration of the arguments.

use crate::cli::{Failure, output};
use clap::{Args, CommandFactory};
use std::process::ExitCode;

#[derive(Args, Debug)]
pub struct CompletionsArgs {
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

pub(super) fn completions<A: CommandFactory>(args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut A::command(), "klever", &mut script);
    output::write(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}

/// The manual page, each command's options included.
pub(super) fn man<A: CommandFactory>() -> Result<ExitCode, Failure> {
    let mut page = Vec::new();
    let mut command = A::command();
    command.build();
    let failed = |error: std::io::Error| Failure::usage(format!("cannot write the manual: {}", error.kind()));
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(failed)?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let man = clap_mangen::Man::new(sub.clone());
        let parts = [clap_mangen::Man::render_synopsis_section, clap_mangen::Man::render_options_section];
        page.extend_from_slice(format!(".SH KLEVER {}\n", sub.get_name().to_uppercase()).as_bytes());
        let mut own = Vec::new();
        for part in parts {
            part(&man, &mut own).map_err(failed)?;
        }
        page.extend_from_slice(String::from_utf8_lossy(&own).replace(".SH ", ".SS ").as_bytes());
    }
    output::write(&String::from_utf8_lossy(&page))?;
    Ok(ExitCode::SUCCESS)
}
