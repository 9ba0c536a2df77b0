//! `klever explain`: a rule, a figure, a knob or a key of Kafka.

use crate::cli::{Failure, output};
use crate::report::{Listing, explain, list};
use clap::Args;
use std::process::ExitCode;

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct ExplainArgs {
    /// A rule (min-isr-one), a figure (durability.crash), or a knob or key (acks, topic:min.insync.replicas)
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    /// List every rule
    #[arg(long)]
    pub rules: bool,
    /// List every knob
    #[arg(long)]
    pub knobs: bool,
}

pub(super) fn run(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let text = match &args.id {
        Some(id) => explain(id).map_err(|near| unknown(id, near))?,
        None if args.rules => list(Listing::Rules),
        None => list(Listing::Knobs),
    };
    output::write(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn unknown(id: &str, near: Option<String>) -> Failure {
    let failure = Failure::usage(format!("there is no rule, figure, knob or Kafka key `{id}`"));
    match near {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure
            .hint("`klever explain --rules` and `--knobs` list the ids; Kafka's own keys are explained too"),
    }
}
