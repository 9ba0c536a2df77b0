//! `klever workshop challenge`: challenges listed, played on the screen, and files of acts judged headless.

use super::{keep_going, version};
use crate::app::{Origin, Start};
use crate::cli::args::{Format, ScreenArgs};
use crate::cli::failure::{FOUND, Failure};
use crate::cli::interrupt::INTERRUPTED;
use crate::cli::simulate::{affordable, text_of};
use crate::cli::{output, screen};
use crate::config::InputKind;
use crate::report::{challenges_json, challenges_text, played_challenge_json, played_challenge_text};
use crate::scenario::{Event, read_acts};
use crate::source::SimulatorDriver;
use crate::workshop::{CHALLENGES, Challenge, Outcome, PlayedChallenge, find_challenge, play_challenge};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args, Debug)]
pub(super) struct ChallengeArgs {
    /// The id of a challenge, or a challenge file; without it they are listed
    #[arg(value_name = "NAME|FILE")]
    challenge: Option<String>,
    /// Play it to its end without a screen; without acts, doing nothing
    #[arg(long, requires = "challenge")]
    headless: bool,
    /// Do what this file of [[act]]s says, each at its moment
    #[arg(long, value_name = "FILE", requires = "headless")]
    acts: Option<PathBuf>,
    /// Do what our best answer says
    #[arg(long, requires = "headless", conflicts_with = "acts")]
    answer: bool,
    /// How to write the list, or what came of it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Use this seed instead of the challenge's
    #[arg(long, value_name = "N", requires = "challenge")]
    seed: Option<u64>,
    /// Play it with this version of Kafka instead of the challenge's
    #[arg(long, value_name = "VERSION", requires = "challenge")]
    kafka_version: Option<String>,
    #[command(flatten)]
    screen: ScreenArgs,
}

/// Runs the command. A challenge that is not reached makes the exit code 1.
pub(super) fn run(args: &ChallengeArgs) -> Result<ExitCode, Failure> {
    match &args.challenge {
        None => list(args.format),
        Some(name) if args.headless => headless(args, &challenge(name)?),
        Some(_) if args.format == Format::Json => {
            Err(Failure::usage("--format json is for --headless, or for the list"))
        }
        Some(name) => on_screen(args, challenge(name)?),
    }
}

fn list(format: Format) -> Result<ExitCode, Failure> {
    let all: Vec<Challenge> = CHALLENGES.iter().map(|each| each.challenge()).collect();
    output::write(&match format {
        Format::Text => challenges_text(&all),
        Format::Json => challenges_json(&all),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn headless(args: &ChallengeArgs, challenge: &Challenge) -> Result<ExitCode, Failure> {
    let version = version(args.kafka_version.as_deref())?;
    affordable(challenge.scenario())?;
    let acts = acts(args, challenge)?;
    let played = play_challenge(challenge, &acts, (args.seed, version), &keep_going()?);
    let played = played.map_err(|why| Failure::usage(format!("--acts: {why}")))?;
    write(args.format, &played)?;
    Ok(match played.judgement.outcome {
        Outcome::Reached => ExitCode::SUCCESS,
        Outcome::NotReached => ExitCode::from(FOUND),
        Outcome::Open => ExitCode::from(INTERRUPTED),
    })
}

fn write(format: Format, played: &PlayedChallenge) -> Result<(), Failure> {
    output::write(&match format {
        Format::Text => played_challenge_text(played),
        Format::Json => played_challenge_json(played),
    })
}

fn acts(args: &ChallengeArgs, challenge: &Challenge) -> Result<Vec<Event>, Failure> {
    if args.answer {
        return Ok(challenge.spec().answer.clone());
    }
    let Some(path) = &args.acts else { return Ok(Vec::new()) };
    let text = output::read(path, InputKind::Scenario)?;
    let read = read_acts(&path.display().to_string(), &text, challenge.scenario());
    read.map_err(|error| Failure::usage(error.to_string()))
}

fn on_screen(args: &ChallengeArgs, challenge: Challenge) -> Result<ExitCode, Failure> {
    let version = version(args.kafka_version.as_deref())?;
    let (scenario, seed) = (challenge.scenario().clone(), args.seed);
    let mut start = Start::new(Origin::Sim(scenario.id.clone()));
    start.challenge = Some(challenge);
    screen::show_from(&args.screen, start, move |sink| {
        Box::new(SimulatorDriver::start(scenario, seed, version, sink))
    })
}

/// A built-in challenge by its id, or a file.
fn challenge(name: &str) -> Result<Challenge, Failure> {
    if let Some(known) = find_challenge(name) {
        return Ok(known.challenge());
    }
    let ids = CHALLENGES.iter().map(|each| each.id);
    let text = text_of(name, ("challenge", "klever workshop challenge"), ids)?;
    Challenge::parse(name, &text).map_err(|error| Failure::usage(error.to_string()))
}
