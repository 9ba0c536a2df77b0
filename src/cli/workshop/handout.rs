//! `klever workshop handout`: a scene that is played as a Markdown page, with pictures of its logs.

use super::{affordable_scene, exit_code, keep_going, scene, version};
use crate::app::{Action, App, Clock, Msg, Origin, Snapshot, Start, Target};
use crate::cli::{Failure, output};
use crate::model::KafkaVersion;
use crate::report::{LogPicture, handout_markdown};
use crate::scenario::Scenario;
use crate::sim::Simulator;
use crate::theme::{Depth, Glyphs, Theme};
use crate::ui::{self, HitMap};
use crate::workshop::{Scene, play_while};
use clap::Args;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Columns and rows of the screen that the pictures are of.
const SCREEN: (u16, u16) = (100, 30);

#[derive(Args, Debug)]
pub(super) struct HandoutArgs {
    /// The id of a scene, or a scene file
    #[arg(value_name = "SCENE|FILE")]
    scene: String,
    /// The file to write; without it, standard output
    #[arg(short, long, value_name = "FILE.md")]
    output: Option<PathBuf>,
    /// Use this seed instead of the scene's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Play it with this version of Kafka instead of the scene's
    #[arg(long, value_name = "VERSION")]
    kafka_version: Option<String>,
}

/// Runs the command. A run that does not show what the scene promises makes the exit code 1, and the page says so.
pub(super) fn run(args: &HandoutArgs) -> Result<ExitCode, Failure> {
    let version = version(args.kafka_version.as_deref())?;
    let scene = scene(&args.scene)?;
    affordable_scene(&scene)?;
    let played = play_while(&scene, (args.seed, version), &keep_going()?);
    let code = exit_code(&played);
    if !played.is_over() {
        output::write_error("klever: interrupted; no hand-out was written");
        return Ok(code);
    }
    let page = handout_markdown(&played, &pictures(&scene, args.seed, version)?);
    match &args.output {
        None => output::write(&page)?,
        Some(path) => {
            let opened = output::writable().write(true).truncate(true).open(path);
            let written = opened.and_then(|mut file| file.write_all(page.as_bytes()));
            written.map_err(|error| output::unwritable(path, &error))?;
            output::write(&format!("{} is the hand-out of {}\n", path.display(), scene.scenario().id))?;
        }
    }
    Ok(code)
}

/// The logs at the end of the run as it is, and with the fix.
fn pictures(
    scene: &Scene,
    seed: Option<u64>,
    version: Option<KafkaVersion>,
) -> Result<Vec<LogPicture>, Failure> {
    let mut runs = vec![("As it is", scene.scenario().clone())];
    if !scene.fix().is_empty() {
        runs.push(("With the fix", scene.fixed()));
    }
    let mut pictures = Vec::new();
    for (title, scenario) in runs {
        let lines = picture(&scenario, seed.unwrap_or(scenario.seed), version)?;
        pictures.push(LogPicture { title: format!("{title}, at {}:", scenario.duration), lines });
    }
    Ok(pictures)
}

/// What the screen shows of the logs of a partition: of the first one that has lost records, if any has.
fn picture(scenario: &Scenario, seed: u64, version: Option<KafkaVersion>) -> Result<Vec<String>, Failure> {
    let wrong = |why: String| Failure::usage(format!("cannot draw the logs: {why}"));
    let mut app =
        App::new(Start::new(Origin::Sim(scenario.id.clone()))).map_err(|why| wrong(why.to_string()))?;
    let theme = Theme::built_in("mono", Depth::None, Glyphs::UNICODE);
    let theme = theme.map_err(|why| wrong(why.to_string()))?;
    let mut simulator = Simulator::new(scenario, seed, version);
    simulator.keep_no_checkpoints();
    simulator.run_until(scenario.duration.0);
    let mut terminal =
        Terminal::new(TestBackend::new(SCREEN.0, SCREEN.1)).map_err(|why| wrong(why.to_string()))?;
    drop(app.update(Msg::Resize(SCREEN.0, SCREEN.1)));
    show(&mut app, &mut simulator);
    for action in ["pane-log", "zoom"] {
        if let Some(action) = Action::named(action) {
            drop(app.update(Msg::Click(Target::Action(action))));
        }
    }
    // The second frame knows how many rows the pane has.
    for _ in 0..2 {
        show(&mut app, &mut simulator);
        let mut hits = HitMap::default();
        terminal
            .draw(|frame| hits = ui::render(&app, &theme, frame))
            .map_err(|why| wrong(why.to_string()))?;
        for (pane, rows) in hits.shown().to_vec() {
            drop(app.update(Msg::Shown(pane, rows)));
        }
    }
    Ok(lines(terminal.backend().buffer()))
}

fn show(app: &mut App, simulator: &mut Simulator) {
    let (cluster, detail) = simulator.snapshot();
    let clock = Clock { at_ms: detail.at_ms, pace: 1.0, paused: true, seed: simulator.seed() };
    drop(app.update(Msg::Snapshot(Snapshot { cluster, clock: Some(clock), detail: Some(detail) })));
}

/// The body of a screen, without the first line and the last one, and without what is blank below.
fn lines(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    let row = |y: u16| -> String { (area.left()..area.right()).map(|x| buffer[(x, y)].symbol()).collect() };
    let mut lines: Vec<String> =
        (area.top() + 1..area.bottom() - 1).map(|y| row(y).trim_end().to_string()).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}
