//! `klever workshop`: scenes that show an anti-pattern and mend it, on the screen, headless, as text and as a template.

use crate::app::{Origin, Start};
use crate::cli::args::{Format, ScreenArgs};
use crate::cli::failure::{FOUND, Failure};
use crate::cli::interrupt::{INTERRUPTED, interrupts};
use crate::cli::simulate::affordable;
use crate::cli::{output, screen};
use crate::model::KafkaVersion;
use crate::report::{played_json, played_text, scene_notes, scenes_json, scenes_text, then_text};
use crate::source::SimulatorDriver;
use crate::workshop::{ALL, Played, Scene, TEMPLATE, chapters_without_scene, play_then, play_while};
use clap::{Args, Subcommand};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;

mod challenge;
mod finale;
mod handout;
#[cfg(feature = "lab")]
mod lab;
mod preflight;
mod scene_files;

#[derive(Args, Debug)]
pub struct WorkshopArgs {
    #[command(subcommand)]
    command: Option<WorkshopCommand>,
}

#[derive(Subcommand, Debug)]
enum WorkshopCommand {
    /// List the scenes in the order of the talk, and the chapters without one
    List(ListArgs),
    /// Play a scene on the screen, or headless as it is and with its fix
    Play(PlayArgs),
    /// Go through a scene alone: the speaker's part to read, its questions as a quiz
    Learn(LearnArgs),
    /// Print the speaker's script of a scene
    Notes(SceneArgs),
    /// Write a scene to begin with into a new file
    New(NewArgs),
    /// Play a scene headless, and say only whether it shows what it promises
    Check(SceneArgs),
    /// Play a scene headless, and write a Markdown page of it: notes, answers, numbers, pictures
    Handout(handout::HandoutArgs),
    /// Play the same faults under four presets, and write the scoreboard
    Finale(finale::FinaleArgs),
    /// Look whether this machine and this terminal are ready for a room
    Preflight(preflight::PreflightArgs),
    /// Reach something with few faults or knobs: the simulator is the referee
    Challenge(challenge::ChallengeArgs),
}

#[derive(Args, Debug)]
struct ListArgs {
    /// How to write the list
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Args, Debug)]
struct SceneArgs {
    /// The id of a scene, or a scene file
    #[arg(value_name = "SCENE|FILE")]
    scene: String,
}

#[derive(Args, Debug)]
struct NewArgs {
    /// The file to write; it must not exist
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Args, Debug)]
struct LearnArgs {
    #[command(flatten)]
    scene: SceneArgs,
    #[command(flatten)]
    screen: ScreenArgs,
}

#[derive(Args, Debug)]
struct PlayArgs {
    #[command(flatten)]
    scene: SceneArgs,
    /// Play it to its end without a screen, as it is and with its fix
    #[arg(long)]
    headless: bool,
    /// How to write what came of it
    #[arg(long, value_enum, default_value_t = Format::Text, requires = "headless")]
    format: Format,
    /// Play it on real brokers, which are started for it; faults and counters are the same
    #[cfg(feature = "lab")]
    #[arg(long, requires = "headless", conflicts_with = "seed")]
    lab: bool,
    /// Use this seed instead of the scene's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Play it with this version of Kafka instead of the scene's
    #[arg(long, value_name = "VERSION")]
    kafka_version: Option<String>,
    #[command(flatten)]
    screen: ScreenArgs,
}

/// Runs the command. A scene that does not show what it promises makes the exit code 1.
pub(super) fn run(args: &WorkshopArgs) -> Result<ExitCode, Failure> {
    match &args.command {
        None => list(Format::Text),
        Some(WorkshopCommand::List(args)) => list(args.format),
        Some(WorkshopCommand::Play(args)) if args.headless => headless(args),
        Some(WorkshopCommand::Play(args)) => on_screen(args),
        Some(WorkshopCommand::Learn(args)) => learn(args),
        Some(WorkshopCommand::Notes(args)) => {
            output::write(&scene_notes(&scene(&args.scene)?))?;
            Ok(ExitCode::SUCCESS)
        }
        Some(WorkshopCommand::New(args)) => new(&args.file),
        Some(WorkshopCommand::Check(args)) => check(&args.scene),
        Some(WorkshopCommand::Handout(args)) => handout::run(args),
        Some(WorkshopCommand::Finale(args)) => finale::run(args),
        Some(WorkshopCommand::Preflight(args)) => preflight::run(args),
        Some(WorkshopCommand::Challenge(args)) => challenge::run(args),
    }
}

fn list(format: Format) -> Result<ExitCode, Failure> {
    let scenes: Vec<Scene> = ALL.iter().map(|each| each.scene()).collect();
    let missing = chapters_without_scene();
    let own = scene_files::own_scenes();
    output::write(&match format {
        Format::Text => scenes_text(&scenes, &missing, (&own.scenes, &own.refused)),
        Format::Json => scenes_json(&scenes, &missing, (&own.scenes, &own.refused)),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn headless(args: &PlayArgs) -> Result<ExitCode, Failure> {
    let version = version(args.kafka_version.as_deref())?;
    let scene = scene(&args.scene.scene)?;
    #[cfg(feature = "lab")]
    if args.lab {
        return lab::play(&scene, version, args.format);
    }
    affordable_scene(&scene)?;
    let played = play_while(&scene, (args.seed, version), &keep_going()?);
    output::write(&match args.format {
        Format::Text => played_text(&played),
        Format::Json => played_json(&played),
    })?;
    Ok(exit_code(&played))
}

/// Until the first Ctrl-C.
fn keep_going() -> Result<impl Fn() -> bool, Failure> {
    let interrupted = interrupts()?;
    Ok(move || !interrupted.load(Ordering::Relaxed))
}

fn exit_code(played: &Played) -> ExitCode {
    match (played.is_over(), played.is_met()) {
        (false, _) => ExitCode::from(INTERRUPTED),
        (true, true) => ExitCode::SUCCESS,
        (true, false) => ExitCode::from(FOUND),
    }
}

fn check(name: &str) -> Result<ExitCode, Failure> {
    let scene = scene(name)?;
    affordable_scene(&scene)?;
    let keep_going = keep_going()?;
    let played = play_while(&scene, (None, None), &keep_going);
    let then = if played.is_met() { play_then(&scene, &keep_going) } else { None };
    if let Some(then) = then.as_ref().filter(|then| !then.is_met()) {
        output::write(&then_text(then))?;
        return Ok(ExitCode::from(if then.is_over { FOUND } else { INTERRUPTED }));
    }
    if played.is_met() {
        output::write(&format!("{}: it shows what it promises\n", scene.scenario().id))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::write(&played_text(&played))?;
    Ok(exit_code(&played))
}

fn on_screen(args: &PlayArgs) -> Result<ExitCode, Failure> {
    let version = version(args.kafka_version.as_deref())?;
    show(&args.scene.scene, &args.screen, (args.seed, version), false)
}

/// Opens the screen on a scene. One from a file is begun again when the file changes.
fn show(
    name: &str,
    screen: &ScreenArgs,
    (seed, version): (Option<u64>, Option<KafkaVersion>),
    learns: bool,
) -> Result<ExitCode, Failure> {
    let (scene, file) = scene_files::scene(name)?;
    let scenario = scene.scenario().clone();
    let mut start = Start::new(Origin::Sim(scenario.id.clone()));
    (start.scene, start.learns) = (Some(scene), learns);
    screen::show_from(screen, start, move |sink| {
        if let Some(file) = file {
            scene_files::watch(file, sink.clone());
        }
        Box::new(SimulatorDriver::start(scenario, seed, version, sink))
    })
}

fn learn(args: &LearnArgs) -> Result<ExitCode, Failure> {
    show(&args.scene.scene, &args.screen, (None, None), true)
}

/// That both runs will end.
fn affordable_scene(scene: &Scene) -> Result<(), Failure> {
    affordable(scene.scenario())?;
    affordable(&scene.fixed())
}

fn version(text: Option<&str>) -> Result<Option<KafkaVersion>, Failure> {
    let parsed =
        text.map(|text| text.parse().map_err(|why| Failure::usage(format!("--kafka-version {text}: {why}"))));
    parsed.transpose()
}

/// A built-in scene by its id, a file, or one of the user's own.
fn scene(name: &str) -> Result<Scene, Failure> {
    scene_files::scene(name).map(|(scene, _)| scene)
}

/// Writes the template where nothing is yet.
fn new(file: &Path) -> Result<ExitCode, Failure> {
    let opened = output::writable().write(true).create_new(true).open(file);
    let written = opened.and_then(|mut file| file.write_all(TEMPLATE.as_bytes()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::usage(format!("{} exists already", file.display())).hint("give the name of a new file")
        }
        _ => output::unwritable(file, &error),
    })?;
    output::write(&format!(
        "{file} is a scene: `klever workshop check {file}` plays it, `klever workshop play {file}` opens it\n",
        file = file.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}
