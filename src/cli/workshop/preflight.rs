//! `klever workshop preflight`: whether the terminal and the machine are ready to show scenes to a room.

use super::{affordable_scene, keep_going, scene};
use crate::cli::failure::{FOUND, Failure};
use crate::cli::interrupt::INTERRUPTED;
use crate::cli::output;
use crate::report::clean;
use crate::term::Caps;
use crate::theme::{ColorChoice, Depth};
use crate::workshop::{ALL, Scene, play_while};
use clap::Args;
use std::io::{IsTerminal, stdout};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Columns and rows that scenes are made for.
const SIZE: (u16, u16) = (80, 24);
/// The run with the fix passes this much faster than real time, so the machine must simulate at least so fast.
const PACE: u32 = 4;

#[derive(Args, Debug)]
pub(super) struct PreflightArgs {
    /// The id of a scene, or a scene file; without it, all scenes of the talk
    #[arg(value_name = "SCENE|FILE")]
    scene: Option<String>,
}

/// One thing that was looked at.
struct Look {
    is_ready: bool,
    what: String,
    found: String,
}

impl Look {
    fn write(&self) -> Result<(), Failure> {
        let word = if self.is_ready { "ready" } else { "NOT READY" };
        output::write(&format!("{word:<10} {:<22} {}\n", clean(&self.what), clean(&self.found)))
    }
}

/// Runs the command. What is not ready makes the exit code 1.
pub(super) fn run(args: &PreflightArgs) -> Result<ExitCode, Failure> {
    let scenes: Vec<Scene> = match &args.scene {
        Some(name) => vec![scene(name)?],
        None => ALL.iter().map(|each| each.scene()).collect(),
    };
    scenes.iter().try_for_each(affordable_scene)?;
    let keep_going = keep_going()?;
    let mut is_ready = true;
    for look in terminal() {
        look.write()?;
        is_ready &= look.is_ready;
    }
    for scene in &scenes {
        let Some(look) = played(scene, &keep_going) else {
            output::write_error("klever: interrupted; not all scenes were played");
            return Ok(ExitCode::from(INTERRUPTED));
        };
        look.write()?;
        is_ready &= look.is_ready;
    }
    Ok(if is_ready { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

fn terminal() -> Vec<Look> {
    let look = |is_ready, what: &str, found: String| Look { is_ready, what: what.into(), found };
    if !stdout().is_terminal() {
        return vec![look(
            false,
            "terminal",
            "standard output is not a terminal: size and colours are unknown".into(),
        )];
    }
    let caps = Caps::detect(ColorChoice::Auto);
    let size = match crossterm::terminal::size() {
        Ok((columns, rows)) => {
            let fits = columns >= SIZE.0 && rows >= SIZE.1;
            look(fits, "terminal size", format!("{columns}x{rows}, at least {}x{}", SIZE.0, SIZE.1))
        }
        Err(error) => look(false, "terminal size", format!("unknown: {}", error.kind())),
    };
    let colours = caps.depth >= Depth::C16;
    let signs = if caps.unicode { "Unicode" } else { "ASCII only: logs and lines are drawn with letters" };
    vec![
        size,
        look(colours, "colours", if colours { caps.depth.name().into() } else { "none".into() }),
        look(true, "signs", signs.into()),
    ]
}

/// Plays a scene as it is and with its fix; `None` when it was ended before.
fn played(scene: &Scene, keep_going: &dyn Fn() -> bool) -> Option<Look> {
    let began = Instant::now();
    let played = play_while(scene, (None, None), keep_going);
    if !played.is_over() {
        return None;
    }
    let runs = 1 + u32::from(played.after.is_some());
    let allowed = Duration::from_nanos(scene.scenario().duration.0) * runs / PACE;
    let took = began.elapsed();
    let shows = if played.is_met() { "" } else { "; it does not show what it promises" };
    Some(Look {
        is_ready: took <= allowed && played.is_met(),
        what: scene.scenario().id.clone(),
        found: format!("{:.1} s of at most {:.1} s{shows}", took.as_secs_f64(), allowed.as_secs_f64()),
    })
}
