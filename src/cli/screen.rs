//! The screen of every command that opens one, with the options that they share.

use crate::app::{self, Origin, Start};
use crate::cli::args::ScreenArgs;
use crate::cli::{Failure, output};
use crate::config::InputKind;
use crate::runtime::{self, Assess, Driver, RunError, Setup, Sink};
use crate::term::{Caps, TermError};
use crate::theme::Theme;
use std::fs::File;
use std::process::ExitCode;
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
    let setup = setup(args, start)?;
    match runtime::run(setup, connect) {
        Ok(code) => Ok(ExitCode::from(u8::try_from(code).unwrap_or(1))),
        Err(RunError::Term(TermError::NotATerminal)) => {
            Err(Failure::usage("standard output is not a terminal")
                .hint("`klever check`, `assess` and `roll` write text and JSON"))
        }
        Err(error) => Err(Failure::usage(error.to_string())),
    }
}

fn setup(args: &ScreenArgs, mut start: Start) -> Result<Setup, Failure> {
    let caps = Caps::detect(args.color);
    let usual = if args.presenter { "projector" } else { "dark" };
    let theme = args.theme.clone().unwrap_or_else(|| usual.into());
    start.presenter = args.presenter;
    let mut themes = Vec::new();
    if theme.ends_with(".toml") {
        themes.push((theme.clone(), output::read(theme.as_ref(), InputKind::Theme)?));
    }
    start.mouse = !args.no_mouse && (args.mouse || !caps.ssh);
    start.themes = vec![theme.clone()];
    start.themes.extend(Theme::names().filter(|name| *name != theme).map(String::from));
    if let Some(path) = &args.keys {
        start.keys = Some((path.display().to_string(), output::read(path, InputKind::Keymap)?));
    }
    let assess: Assess = Arc::new(app::assess);
    Ok(Setup { start, caps, glyphs: args.glyphs, themes, log: log(args)?, assess })
}

/// The file of `--log`, opened before anything else is done.
fn log(args: &ScreenArgs) -> Result<Option<File>, Failure> {
    let Some(path) = &args.log else { return Ok(None) };
    let opened = output::writable().append(true).open(path);
    let file = opened.map_err(|error| output::unwritable(path, &error))?;
    Ok(Some(file))
}
