//! `klever live`: the screen on a real cluster, read-only.

use crate::app::Origin;
use crate::cli::args::{ClientArgs, ConnectArgs, ScreenArgs};
use crate::cli::{Failure, clients, screen, source};
use crate::source::{LiveDriver, LiveOptions, LiveStream};
use clap::Args;
use std::process::ExitCode;

#[derive(Args, Debug)]
pub struct LiveArgs {
    #[command(flatten)]
    pub connect: ConnectArgs,
    #[command(flatten)]
    pub clients: ClientArgs,
    #[command(flatten)]
    pub screen: ScreenArgs,
}

pub(super) fn run(args: &LiveArgs) -> Result<ExitCode, Failure> {
    let spec = source::connection(&args.connect)?.ok_or_else(source::no_address)?;
    let mut options = LiveOptions::default();
    if !args.clients.is_empty() {
        let mut nothing = source::nothing();
        clients::adopt(&mut nothing, &args.clients)?;
        options.assumed = Some((*nothing.assumed).clone());
    }
    // Before the screen comes up: a refused property is a plain line.
    let stream = LiveStream::start(&spec, options).map_err(source::refused)?;
    let name = args.connect.bootstrap.clone().unwrap_or_else(|| "cluster".into());
    screen::show(&args.screen, Origin::Live(name), move |sink| Box::new(LiveDriver::start(stream, sink)))
}
