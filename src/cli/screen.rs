//! Modes with a screen: the embedded cluster, a real one, a file.

use crate::app::{Origin, Start, judge};
use crate::cli::Failure;
use crate::cli::args::{EmbeddedArgs, OpenArgs, ScreenArgs};
use crate::runtime::{self, Driver, RunError, Setup, Sink};
use crate::scenario::Scenario;
use crate::source::{Embedded, Still};
use crate::term::Caps;
use crate::theme::Theme;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// `klever open`
pub(super) fn open(args: &OpenArgs) -> Result<ExitCode, Failure> {
    let cluster = super::source::from_file(&args.file)?;
    let name = args.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    show(Origin::File(name), &args.screen, |sink| Box::new(Still::start(cluster, &sink)))
}

/// `klever live`
#[cfg(feature = "live")]
pub(super) fn live(args: &super::args::LiveArgs) -> Result<ExitCode, Failure> {
    use crate::source::{Live, LiveSettings, Watched};
    let spec = super::live::spec(&args.connect)?
        .ok_or_else(|| Failure::usage("no cluster was named").hint("give -b HOST:PORT"))?;
    let name = args.name.clone().unwrap_or_else(|| spec.bootstrap().join(","));
    let live = Live::start(&spec, LiveSettings::default())
        .map_err(|error| Failure { hint: error.hint, ..Failure::usage(error.message) })?;
    show(Origin::Live(crate::report::clean(&name)), &args.screen, |sink| Box::new(Watched::start(live, sink)))
}

/// `klever` alone: the reference cluster, or a scenario file.
pub(super) fn embedded(args: &EmbeddedArgs) -> Result<ExitCode, Failure> {
    let scenario = match &args.scenario {
        None => Scenario::reference(),
        Some(path) => scenario(path)?,
    };
    let (origin, seed) = (Origin::Sim(scenario.id.clone()), args.seed);
    show(origin, &args.screen, |sink| Box::new(Embedded::start(scenario, seed, None, sink)))
}

/// A scenario file.
pub(super) fn scenario(path: &Path) -> Result<Scenario, Failure> {
    let text = super::output::read(path)?;
    Scenario::parse(&path.display().to_string(), &text).map_err(|error| Failure::usage(error.to_string()))
}

/// Runs the screen on a source until the user leaves.
pub(super) fn show(
    origin: Origin,
    args: &ScreenArgs,
    connect: impl FnOnce(Sink) -> Box<dyn Driver>,
) -> Result<ExitCode, Failure> {
    let caps = Caps::detect(args.color);
    let setup = Setup {
        start: Start { themes: themes(&args.theme)?, mouse: !caps.ssh, ..Start::new(origin) },
        caps,
        glyphs: args.glyphs,
        themes: Vec::new(),
        log: None,
        judge: Arc::new(judge),
    };
    match runtime::run(setup, connect) {
        Ok(code) => Ok(ExitCode::from(u8::try_from(code).unwrap_or(1))),
        Err(RunError::Term(error)) => Err(Failure::usage(error.to_string())
            .hint("run it in a terminal; `klever assess` and `klever check` need none")),
        Err(RunError::Input(line)) => Err(Failure::usage(line)),
    }
}

/// The theme to begin with, then the others.
fn themes(first: &Option<String>) -> Result<Vec<String>, Failure> {
    let known: Vec<String> = Theme::names().map(String::from).collect();
    let Some(first) = first else { return Ok(known) };
    if !known.contains(first) {
        return Err(Failure::usage(format!("there is no theme `{first}`")).hint(known.join(", ")));
    }
    let rest = known.iter().filter(|name| *name != first);
    Ok(std::iter::once(first).chain(rest).cloned().collect())
}
