//! `klever live`: the screen on a real cluster, read-only.

use crate::app::{Label, LabelColor, Origin, Start};
use crate::cli::args::{ClientArgs, ConnectArgs, ScreenArgs};
use crate::cli::{Failure, clients, output, screen, source};
use crate::clock::now_ms;
use crate::config::settings::NamedCluster;
use crate::source::{LiveDriver, LiveOptions, LiveStream, MOST_BYTES, Recorder};
use clap::Args;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args, Debug)]
pub struct LiveArgs {
    #[command(flatten)]
    pub connect: ConnectArgs,
    #[command(flatten)]
    pub clients: ClientArgs,
    /// Write down what is seen, to be replayed with `klever open FILE`; a new file, which only you may read, of 256 MiB
    /// at the most
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
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
    let recorder = args.record.as_deref().map(recorder).transpose()?;
    let named = source::named_cluster(&args.connect)?;
    let address = args.connect.bootstrap.clone().unwrap_or_else(|| "cluster".into());
    let mut start = Start::new(Origin::Live(named.as_ref().map_or(address, |named| named.name.clone())));
    start.label = named.map(label).unwrap_or_default();
    screen::show_from(&args.screen, start, move |sink| Box::new(LiveDriver::recorded(stream, sink, recorder)))
}

/// Nothing that is there is written over: an older recording is not to be had again.
fn recorder(path: &Path) -> Result<Recorder, Failure> {
    let opened = output::writable().write(true).create_new(true).open(path);
    let file = opened.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::usage(format!("{} is there already", path.display()))
            .hint("--record writes a new file: give another name, or remove it"),
        _ => output::unwritable(path, &error),
    })?;
    Recorder::begin(path.into(), file, MOST_BYTES, now_ms()).map_err(|error| output::unwritable(path, &error))
}

/// How the screen marks a cluster of the user's settings.
fn label(named: NamedCluster) -> Label {
    let color = named.color.and_then(|color| match color {
        "red" => Some(LabelColor::Red),
        "yellow" => Some(LabelColor::Yellow),
        "cyan" => Some(LabelColor::Cyan),
        "violet" => Some(LabelColor::Violet),
        _ => None,
    });
    Label { text: named.label, color }
}
