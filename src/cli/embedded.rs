//! `klever` without a command: the screen on the embedded cluster.

use crate::app::Origin;
use crate::cli::args::ScreenArgs;
use crate::cli::{Failure, output, screen};
use crate::config::InputKind;
use crate::scenario::Scenario;
use crate::source::SimulatorDriver;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args, Debug, Default)]
pub struct EmbeddedArgs {
    /// Run this scenario file instead of the reference cluster
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// Seed of every random choice
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub screen: ScreenArgs,
}

pub(super) fn run(args: &EmbeddedArgs) -> Result<ExitCode, Failure> {
    let scenario = match &args.scenario {
        None => Scenario::reference(),
        Some(path) => {
            let text = output::read(path, InputKind::Scenario)?;
            let parsed = Scenario::parse(&path.display().to_string(), &text);
            parsed.map_err(|error| Failure::usage(error.to_string()))?
        }
    };
    let (origin, seed) = (Origin::Sim(scenario.id.clone()), args.seed);
    screen::show(&args.screen, origin, move |sink| {
        Box::new(SimulatorDriver::start(scenario, seed, None, sink))
    })
}
