//! `klever explain`: a rule, a knob, a key.

use crate::cli::args::ExplainArgs;
use crate::cli::{Failure, output};
use crate::report::{Topics, explain, list};
use std::process::ExitCode;

pub(super) fn run(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let text = match &args.id {
        Some(id) => explain(id).map_err(|near| unknown(id, near))?,
        None if args.rules => list(Topics::Rules),
        None => list(Topics::Knobs),
    };
    output::write(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn unknown(id: &str, near: Option<String>) -> Failure {
    let failure = Failure::usage(format!("nothing is called `{id}`"));
    match near {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure
            .hint("`klever explain --rules` and `--knobs` list what there is, besides Kafka's own keys"),
    }
}
