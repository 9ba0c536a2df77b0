//! The screen of every command that opens one, with the options that they share.

use crate::app::{self, Origin, Start};
use crate::cli::args::ScreenArgs;
use crate::cli::{Failure, output, user_settings};
use crate::config::InputKind;
use crate::config::settings::{self, Setting, Settings};
use crate::runtime::{self, Driver, RunError, Setup, Sink};
use crate::source::SimulatorDriver;
use crate::term::{Caps, TermError};
use crate::theme::{Glyphs, Graphs, Theme};
use std::fs::File;
use std::io::{IsTerminal, stdout};
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;

/// Runs the screen until the user leaves it. `connect` starts the source of the cluster.
pub(super) fn show(
    args: &ScreenArgs,
    origin: Origin,
    connect: impl FnOnce(Sink) -> Box<dyn Driver>,
) -> Result<ExitCode, Failure> {
    show_from(args, Start::new(origin), connect)
}

/// The same, with more said about how it starts.
pub(super) fn show_from(
    args: &ScreenArgs,
    start: Start,
    connect: impl FnOnce(Sink) -> Box<dyn Driver>,
) -> Result<ExitCode, Failure> {
    let (setup, is_plain) = setup(args, start)?;
    let ended = if is_plain {
        runtime::run_plain(setup.start, setup.assess, setup.simulate, connect)
    } else {
        runtime::run(setup, connect)
    };
    match ended {
        Ok(code) => Ok(ExitCode::from(u8::try_from(code).unwrap_or(1))),
        Err(RunError::Term(TermError::NotATerminal)) => {
            Err(Failure::usage("standard output is not a terminal")
                .hint("`klever check`, `assess` and `roll` write text and JSON; --plain writes lines"))
        }
        Err(error) => Err(Failure::usage(error.to_string())),
    }
}

/// What the loop needs, and whether it is to do without a screen.
fn setup(args: &ScreenArgs, mut start: Start) -> Result<(Setup, bool), Failure> {
    let settings = user_settings::of(args)?;
    let caps = Caps::detect(parsed(&settings, &settings::COLOR));
    start.presenter = args.presenter;
    let theme = theme(&settings, caps, args.presenter);
    let asks_background = is_guessed(&settings, args.presenter) && caps.asks_background;
    start.follows_background = asks_background;
    let mut themes = Vec::new();
    if theme.ends_with(".toml") {
        themes.push((theme.clone(), output::read(theme.as_ref(), InputKind::Theme)?));
    }
    start.mouse = settings.is_on(&settings::MOUSE, !caps.ssh);
    start.themes = vec![theme.clone()];
    start.themes.extend(Theme::names().filter(|name| *name != theme).map(String::from));
    start.keys = user_settings::keys(&settings)?;
    start.sorts = user_settings::sorts(&settings);
    start.internal_topics = settings.get(&settings::INTERNAL_TOPICS) == "show";
    start.stale_ms = settings.get(&settings::STALE_AFTER_S).parse().map_or(start.stale_ms, |s: i64| s * 1000);
    start.settings = user_settings::rows(&settings);
    let glyphs = parsed(&settings, &settings::GLYPHS);
    let graphs = Graphs::choose(settings.get(&settings::GRAPHS), Glyphs::choose(glyphs, caps.unicode));
    let is_plain = settings.is_on(&settings::PLAIN, has_lines_only());
    let setup = Setup {
        start,
        caps,
        glyphs,
        graphs,
        asks_background,
        low_bandwidth: settings.is_on(&settings::LOW_BANDWIDTH, caps.ssh),
        themes,
        log: log(&settings)?,
        assess: Arc::new(app::assess),
        simulate: Arc::new(|scenario, sink| Box::new(SimulatorDriver::start(scenario, None, None, sink))),
    };
    Ok((setup, is_plain))
}

/// A terminal that has nothing but lines.
fn has_lines_only() -> bool {
    std::env::var("TERM").is_ok_and(|term| term == "dumb") && stdout().is_terminal()
}

/// A word that was accepted, as what it means.
fn parsed<T: FromStr + Default>(settings: &Settings, setting: &Setting) -> T {
    settings.get(setting).parse().unwrap_or_default()
}

fn theme(settings: &Settings, caps: Caps, presenter: bool) -> String {
    match settings.get(&settings::THEME) {
        "auto" if presenter => "projector".into(),
        "auto" if caps.light => "light".into(),
        "auto" => "dark".into(),
        theme => theme.into(),
    }
}

/// Whether the theme depends on the background, which only the terminal knows.
fn is_guessed(settings: &Settings, presenter: bool) -> bool {
    settings.get(&settings::THEME) == "auto" && !presenter
}

/// The file for standard error, opened before anything else is done.
fn log(settings: &Settings) -> Result<Option<File>, Failure> {
    let Some(path) = settings.path(&settings::LOG) else { return Ok(None) };
    let opened = output::writable().append(true).open(&path);
    let file = opened.map_err(|error| output::unwritable(&path, &error))?;
    Ok(Some(file))
}
