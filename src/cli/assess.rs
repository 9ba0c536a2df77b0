//! `klever assess`: what a setting means, as it is and as it would be.

use crate::cli::args::{AssessArgs, Format, Tool};
use crate::cli::{Failure, clients, output, roll, source};
use crate::consequences::{Subject, assess, lose, restart};
use crate::hypothesis::{apply, reference};
use crate::knobs::{Change, Scope, nearest_of};
use crate::model::{BrokerId, Cluster, KafkaVersion, TopicIx};
use crate::report::export::export;
use crate::report::{AssessmentReport, assessment_json, assessment_text};
use std::process::ExitCode;

/// Runs the command.
pub(super) fn run(args: &AssessArgs) -> Result<ExitCode, Failure> {
    let mut base = match source::named(&args.source)? {
        Some(cluster) => cluster,
        None => reference(KafkaVersion::REFERENCE),
    };
    clients::adopt(&mut base, &args.clients)?;
    let topic = args.topic.as_deref().map(|name| topic_named(&base, name)).transpose()?;
    let changed = changed(&base, &args.set)?;
    clients::must_start(&changed)?;
    let lost = lost(&changed, &args.lose)?;
    let now = lose(&changed, &lost);
    let stopping = args.restart.as_deref().map(|text| broker_of(&now, text, "--restart")).transpose()?;
    if let Some(tool) = args.export {
        return exported(&changed, topic, tool);
    }
    let subject = topic.map_or(Subject::Cluster, Subject::Topic);
    let was = (!args.set.is_empty() || !lost.is_empty()).then(|| assess(&base, subject));
    let report = AssessmentReport {
        cluster: &now,
        now: assess(&now, subject),
        was,
        changes: args
            .set
            .iter()
            .filter_map(|text| Change::parse(text).ok())
            .map(|change| change.to_string())
            .collect(),
        lost,
        restart: stopping.map(|broker| restart(&now, broker)),
    };
    output::write(&match args.format {
        Format::Text => assessment_text(&report),
        Format::Json => assessment_json(&report),
    })?;
    report.restart.map_or(Ok(ExitCode::SUCCESS), |restart| roll::code_of(restart.verdict))
}

/// The setting for another tool: of the topic that was named, or of the only one.
fn exported(cluster: &Cluster, topic: Option<TopicIx>, tool: Tool) -> Result<ExitCode, Failure> {
    let only = || (cluster.topics.len() == 1).then_some(TopicIx(0));
    let topic = topic.or_else(only).ok_or_else(|| {
        Failure::usage("--export writes the setting of one topic").hint("name it with --topic")
    })?;
    output::write(&export(cluster, topic, tool.into()))?;
    Ok(ExitCode::SUCCESS)
}

fn topic_named(cluster: &Cluster, name: &str) -> Result<TopicIx, Failure> {
    if let Some((ix, _)) = cluster.topic_named(name) {
        return Ok(ix);
    }
    let failure = Failure::usage(format!("there is no topic `{name}`"));
    match nearest_of(name, cluster.topics.iter().map(|topic| &*topic.name)) {
        Some(near) => Err(failure.hint(format!("did you mean `{near}`?"))),
        None => Err(failure),
    }
}

/// The cluster as it would be.
fn changed(base: &Cluster, set: &[String]) -> Result<Cluster, Failure> {
    let changes: Result<Vec<Change>, Failure> = set.iter().map(|text| change(base, text)).collect();
    apply(base, &changes?).map_err(|error| Failure::usage(format!("--set {}: {error}", set[error.at])))
}

fn change(base: &Cluster, text: &str) -> Result<Change, Failure> {
    let change = Change::parse(text).map_err(|error| {
        Failure::usage(format!("--set {text}: {error}"))
            .hint("`klever explain --knobs` lists what can be set")
    })?;
    if let (Scope::Topic, Some(name)) = (change.knob.scope, &change.subject) {
        topic_named(base, name)?;
    }
    Ok(change)
}

/// The brokers that `--lose` names, in its order.
fn lost(cluster: &Cluster, lose: &[String]) -> Result<Vec<BrokerId>, Failure> {
    let mut lost = Vec::new();
    for text in lose {
        match text.split_once('=') {
            Some(("rack", rack)) => {
                let of_rack = |id: &BrokerId| cluster.rack_of(*id).is_some_and(|name| **name == *rack);
                let brokers: Vec<BrokerId> =
                    cluster.brokers.iter().map(|broker| broker.id).filter(of_rack).collect();
                if brokers.is_empty() {
                    return Err(Failure::usage(format!(
                        "--lose {text}: no broker is known to be in that rack"
                    ))
                    .hint(racks_hint(cluster)));
                }
                lost.extend(brokers);
            }
            _ => lost.push(broker_of(cluster, text, "--lose")?),
        }
    }
    let mut seen = Vec::new();
    lost.retain(|id| {
        !seen.contains(id) && {
            seen.push(*id);
            true
        }
    });
    Ok(lost)
}

fn racks_hint(cluster: &Cluster) -> String {
    let mut racks: Vec<&str> =
        cluster.brokers.iter().filter_map(|broker| Some(&**broker.rack.get()?.as_ref()?)).collect();
    racks.sort_unstable();
    racks.dedup();
    if racks.is_empty() {
        "no broker says its rack".into()
    } else {
        format!("racks are {}", racks.join(", "))
    }
}

fn broker_of(cluster: &Cluster, text: &str, option: &str) -> Result<BrokerId, Failure> {
    let number = text.strip_prefix("broker=").and_then(|number| number.parse().ok());
    let id = BrokerId(number.ok_or_else(|| {
        let forms = if option == "--lose" { "broker=N or rack=R" } else { "broker=N" };
        Failure::usage(format!("{option} {text}: write {forms}"))
    })?);
    if cluster.broker(id).is_some() {
        return Ok(id);
    }
    let ids: Vec<String> = cluster.brokers.iter().take(20).map(|broker| broker.id.to_string()).collect();
    Err(Failure::usage(format!("{option} {text}: there is no such broker"))
        .hint(format!("brokers are {}", ids.join(", "))))
}
