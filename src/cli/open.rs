//! `klever open`: the screen on a cluster that was written to a file, or on a recording of one.

use crate::app::{Origin, Start};
use crate::cli::args::{ClientArgs, ScreenArgs};
use crate::cli::{Failure, clients, output, screen, source};
use crate::config::InputKind;
use crate::model::plural;
use crate::report::{is_recording, read_recording};
use crate::source::{RecordingDriver, SnapshotFileDriver};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Args, Debug)]
pub struct OpenArgs {
    /// A file that `klever snapshot` or `klever live --record` wrote
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub clients: ClientArgs,
    #[command(flatten)]
    pub screen: ScreenArgs,
}

pub(super) fn run(args: &OpenArgs) -> Result<ExitCode, Failure> {
    let name = args.file.file_name().map_or("file".into(), |name| name.to_string_lossy().into_owned());
    let text = output::read(&args.file, InputKind::Snapshot)?;
    if is_recording(&text) {
        return replay(args, name, &text);
    }
    let mut cluster = source::read_cluster(&args.file, &text)?;
    clients::adopt(&mut cluster, &args.clients)?;
    screen::show(&args.screen, Origin::File(name), move |sink| {
        Box::new(SnapshotFileDriver::start(cluster, &sink))
    })
}

/// Along the time line of the screen.
fn replay(args: &OpenArgs, name: String, text: &str) -> Result<ExitCode, Failure> {
    let read = read_recording(text).map_err(|error| {
        let hint = "give a file that `klever live --record` of this version wrote";
        source::broken(&args.file, &error).hint(hint)
    })?;
    if let Some(line) = read.cut_line {
        let states = plural(read.states.len(), "whole state");
        let path = args.file.display();
        output::write_error(&format!(
            "klever: note: {path}:{line}: it ends in the middle of a line; {states} before it"
        ));
    }
    let mut states = Vec::with_capacity(read.states.len());
    for state in read.states {
        let mut cluster = Arc::unwrap_or_clone(state);
        clients::adopt(&mut cluster, &args.clients)?;
        states.push(Arc::new(cluster));
    }
    let mut start = Start::new(Origin::File(name));
    start.recorded = states.clone();
    screen::show_from(&args.screen, start, move |sink| Box::new(RecordingDriver::start(states, sink)))
}
