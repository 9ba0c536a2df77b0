//! `klever open`: the screen on a cluster that was written to a file.

use crate::app::Origin;
use crate::cli::args::{ClientArgs, ScreenArgs};
use crate::cli::{Failure, clients, screen, source};
use crate::source::SnapshotFileDriver;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args, Debug)]
pub struct OpenArgs {
    /// A file that `klever snapshot` wrote
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub clients: ClientArgs,
    #[command(flatten)]
    pub screen: ScreenArgs,
}

pub(super) fn run(args: &OpenArgs) -> Result<ExitCode, Failure> {
    let mut cluster = source::from_file(&args.file)?;
    clients::adopt(&mut cluster, &args.clients)?;
    let name = args.file.file_name().map_or("file".into(), |name| name.to_string_lossy().into_owned());
    screen::show(&args.screen, Origin::File(name), move |sink| {
        Box::new(SnapshotFileDriver::start(cluster, &sink))
    })
}
