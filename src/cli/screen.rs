//! The screen: on the embedded cluster, on a file, on a real cluster.

use crate::app::{self, Origin, Start};
use crate::cli::args::{EmbeddedArgs, OpenArgs, ScreenArgs};
use crate::cli::{Failure, output, source};
use crate::runtime::{self, Driver, Setup, Sink};
use crate::scenario::Scenario;
use crate::source::{Embedded, Still};
use crate::term::{Caps, TermError};
use crate::theme::Theme;
use std::process::ExitCode;
use std::sync::Arc;

/// `klever`: the reference cluster, or a scenario file.
pub(super) fn embedded(args: &EmbeddedArgs) -> Result<ExitCode, Failure> {
    let scenario = match &args.scenario {
        None => Scenario::reference(),
        Some(path) => {
            let text = output::read(path)?;
            let parsed = Scenario::parse(&path.display().to_string(), &text);
            parsed.map_err(|error| Failure::usage(error.to_string()))?
        }
    };
    let (origin, seed) = (Origin::Sim(scenario.id.clone()), args.seed);
    show(&args.screen, origin, move |sink| Box::new(Embedded::start(scenario, seed, None, sink)))
}

/// `klever open FILE`
pub(super) fn open(args: &OpenArgs) -> Result<ExitCode, Failure> {
    let mut cluster = source::from_file(&args.file)?;
    crate::cli::clients::adopt(&mut cluster, &args.clients)?;
    let name =
        args.file.file_name().map_or_else(|| "file".into(), |name| name.to_string_lossy().into_owned());
    show(&args.screen, Origin::File(name), move |sink| Box::new(Still::start(cluster, &sink)))
}

/// `klever live`
#[cfg(feature = "live")]
pub(super) fn live(args: &crate::cli::args::LiveArgs) -> Result<ExitCode, Failure> {
    let spec = super::live::spec(&args.connect)?
        .ok_or_else(|| Failure::usage("no cluster was named").hint("give -b HOST:PORT"))?;
    let mut nothing = source::nothing();
    super::clients::adopt(&mut nothing, &args.clients)?;
    let given = !args.clients.producer.is_empty() || !args.clients.consumer.is_empty();
    let settings = crate::source::LiveSettings {
        assumed: given.then(|| (*nothing.assumed).clone()),
        ..crate::source::LiveSettings::default()
    };
    let stream = crate::source::Live::start(&spec, settings).map_err(super::live::refused)?;
    let name = args.connect.bootstrap.clone().unwrap_or_else(|| "cluster".into());
    show(&args.screen, Origin::Live(name), move |sink| Box::new(crate::source::Watched::start(stream, sink)))
}

/// `klever lab up` in a terminal
#[cfg(feature = "lab")]
pub(super) fn lab(
    args: &ScreenArgs,
    name: String,
    living: crate::lab::RunningCluster,
) -> Result<ExitCode, Failure> {
    let stream = crate::source::OnLab::stream(&living).map_err(super::live::refused)?;
    let connect =
        move |sink| -> Box<dyn Driver> { Box::new(crate::source::OnLab::start(living, stream, sink)) };
    show(args, Origin::Lab(name), connect)
}

/// Runs the screen until it is left.
fn show(
    args: &ScreenArgs,
    origin: Origin,
    connect: impl FnOnce(Sink) -> Box<dyn Driver>,
) -> Result<ExitCode, Failure> {
    let caps = Caps::detect(args.color);
    let mut start = Start::new(origin);
    start.mouse = !args.no_mouse && (args.mouse || !caps.ssh);
    let files: Vec<(String, String)> = match &args.theme {
        Some(name) if name.ends_with(".toml") => vec![(name.clone(), output::read(name.as_ref())?)],
        _ => Vec::new(),
    };
    let shown = args.theme.clone().unwrap_or_else(|| "dark".into());
    start.themes = vec![shown.clone()];
    start.themes.extend(Theme::names().filter(|name| *name != shown).map(String::from));
    start.keys = match &args.keys {
        Some(path) => Some((path.display().to_string(), output::read(path)?)),
        None => None,
    };
    let judge: runtime::Judge = Arc::new(app::judge);
    let setup = Setup { start, caps, glyphs: args.glyphs, themes: files, log: args.log.clone(), judge };
    match runtime::run(setup, connect) {
        Ok(code) => Ok(ExitCode::from(u8::try_from(code).unwrap_or(1))),
        Err(runtime::RunError::Term(TermError::NotATerminal)) => {
            Err(Failure::usage("standard output is not a terminal")
                .hint("`klever check`, `assess` and `roll` write text and JSON"))
        }
        Err(error) => Err(Failure::usage(error.to_string())),
    }
}
