//! `klever explain`: a rule, a figure, an error, a knob or a key of Kafka; or what a log says of Kafka's errors.

mod given;
mod log;

use crate::cli::args::{ClientArgs, Format};
use crate::cli::{Failure, output};
use crate::model::KafkaVersion;
use crate::report::{GivenClient, Listing, explain, explain_json, list, list_json};
use clap::{ArgGroup, Args};
use std::process::ExitCode;

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("what").required(true)))]
pub struct ExplainArgs {
    /// A rule (min-isr-one), a figure (durability.crash), an error (NOT_ENOUGH_REPLICAS, 19, its exception), a knob or key
    /// (acks, topic:min.insync.replicas, KAFKA_LOG_DIRS); or `-`: a log on standard input, in which Kafka's errors are found
    #[arg(value_name = "ID|-", group = "what", allow_negative_numbers = true)]
    pub id: Option<String>,
    /// List every rule
    #[arg(long, group = "what")]
    pub rules: bool,
    /// List every knob
    #[arg(long, group = "what")]
    pub knobs: bool,
    /// List every error
    #[arg(long, group = "what")]
    pub errors: bool,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    #[command(flatten)]
    pub clients: ClientArgs,
    /// What the clients of these files run
    #[arg(long, value_name = "VERSION", help_heading = "Clients")]
    pub client_version: Option<KafkaVersion>,
}

/// Runs the command. A log that was not read to its end makes the exit code 3.
pub(super) fn run(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let given = given::read(&args.clients, args.client_version)?;
    let text = match args.id.as_deref() {
        Some("-") => return log::run(args.format, &given),
        Some(id) => answer(id, args.format, &given)?,
        None => listing(args),
    };
    output::write(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn answer(id: &str, format: Format, given: &[GivenClient]) -> Result<String, Failure> {
    let told = match format {
        Format::Text => explain(id, given),
        Format::Json => explain_json(id, given),
    };
    told.map_err(|near| unknown(id, near))
}

fn listing(args: &ExplainArgs) -> String {
    let topics = if args.rules {
        Listing::Rules
    } else if args.errors {
        Listing::Errors
    } else {
        Listing::Knobs
    };
    match args.format {
        Format::Text => list(topics),
        Format::Json => list_json(topics),
    }
}

fn unknown(id: &str, near: Option<String>) -> Failure {
    let failure = Failure::usage(format!("there is no rule, figure, error, knob or Kafka key `{id}`"));
    match near {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(
            "`klever explain --rules`, `--errors` and `--knobs` list the ids; Kafka's own keys are explained too",
        ),
    }
}
