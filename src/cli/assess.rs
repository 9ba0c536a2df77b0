//! `klever assess`: what a cluster tolerates and delivers, as it is and as it would be.

use crate::app::objections;
use crate::cli::args::{ClientArgs, SourceArgs};
use crate::cli::failure::FOUND;
use crate::cli::{Failure, clients, output, roll, source};
use crate::consequences::{
    Assessment, Comparison, OBJECTIVES, Objective, RestartSafety, Subject, advise, assess, compare,
    figure_of, frontier_table, lose, loss_verdict, parse_goals, plan, preset, restart_together, stopped,
};
use crate::hypothesis::{apply_together, reference};
use crate::knobs::{Change, Scope, nearest_of};
use crate::model::{BrokerId, Cluster, KafkaVersion, TopicIx};
use crate::report::export::export;
use crate::report::{
    AdviceReport, AssessmentReport, GoalReport, assessment_json, assessment_markdown, assessment_text,
};
use crate::rules::examine;
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use std::process::ExitCode;

#[derive(Args, Debug)]
#[command(
    after_help = "Without a cluster the reference cluster is judged: 3 brokers in 3 racks, topic `orders` \
                        of 12 partitions with 3 replicas, everything else at its default."
)]
pub struct AssessArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub clients: ClientArgs,
    /// Judge this topic only
    #[arg(long, value_name = "NAME")]
    pub topic: Option<String>,
    /// Judge the cluster as if a knob had this value, several in any order; nothing is sent
    #[arg(long, value_name = "[SCOPE[/NAME]:]KEY=VALUE")]
    pub set: Vec<String>,
    /// Judge the cluster as if this broker or rack had crashed; exit with 1 when the controllers, a leader or writes go
    /// with it, with 3 when that is not known
    #[arg(long, value_name = "broker=N|rack=R")]
    pub lose: Vec<String>,
    /// Show whether this broker is safe to restart now; several: all at once
    #[arg(long, value_name = "broker=N")]
    pub restart: Vec<String>,
    /// Compare with a preset: throughput, latency, durability, availability or sane
    #[arg(long, value_name = "PRESET", value_delimiter = ',', value_parser = presets(), hide_possible_values = true)]
    pub compare: Vec<String>,
    /// Show which changes reach a goal such as `survive rack, ack_p99_ms < 20`; exit with 1 when it is not met now
    #[arg(long, value_name = "GOALS")]
    pub goal: Option<String>,
    /// List the changes that improve this most: durability, latency, throughput, availability, cost
    /// or a figure such as `writes.crash`
    #[arg(long, value_name = "OBJECTIVE|FIGURE")]
    pub advise: Option<String>,
    /// List the best trade-offs between two of durability, latency, throughput, availability, end-to-end,
    /// cost and fail-over
    #[arg(long, value_name = "OBJECTIVE,OBJECTIVE", num_args = 0..=1, default_missing_value = "durability,latency")]
    pub frontier: Option<String>,
    /// Write the configuration for another tool, and judge nothing
    #[arg(long, value_enum, value_name = "TOOL", conflicts_with_all = ["format", "lose", "restart", "compare", "goal", "advise", "frontier"])]
    pub export: Option<Tool>,
    /// How to write the assessment
    #[arg(long, value_enum, default_value_t = AssessFormat::Text)]
    pub format: AssessFormat,
}

/// The presets by name.
fn presets() -> PossibleValuesParser {
    PossibleValuesParser::new(crate::consequences::PRESETS.iter().map(|preset| preset.id))
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum AssessFormat {
    /// For people
    Text,
    /// klever.assessment/1
    Json,
    /// Tables for a comment
    Markdown,
}

/// The tool that a configuration is written for.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tool {
    /// Java properties
    Properties,
    /// Kafka's own scripts
    KafkaCli,
    /// The kafka_topic resource of Terraform
    Terraform,
    /// Strimzi's KafkaTopic
    Strimzi,
    /// application.yaml of Spring Boot
    Spring,
}

impl From<Tool> for crate::report::export::ExportFormat {
    fn from(tool: Tool) -> Self {
        match tool {
            Tool::Properties => Self::Properties,
            Tool::KafkaCli => Self::KafkaCli,
            Tool::Terraform => Self::Terraform,
            Tool::Strimzi => Self::Strimzi,
            Tool::Spring => Self::Spring,
        }
    }
}

pub(super) fn run(args: &AssessArgs) -> Result<ExitCode, Failure> {
    let mut base = match source::named(&args.source)? {
        Some(cluster) => cluster,
        None => reference(KafkaVersion::REFERENCE),
    };
    let unread = clients::adopt(&mut base, &args.clients)?;
    let topic = args.topic.as_deref().map(|name| topic_named(&base, name)).transpose()?;
    let changed = changed(&base, &args.set)?;
    clients::must_start(&changed)?;
    let lost = lost(&changed, &args.lose)?;
    let now = lose(&changed, &lost);
    let stopping: Result<Vec<BrokerId>, Failure> =
        args.restart.iter().map(|text| broker_of(&now, text, "--restart")).collect();
    let stopping = once_each(stopping?);
    let goals = args.goal.as_deref().map(parse_goals).transpose();
    let goals = goals.map_err(|why| Failure::usage(format!("--goal: {why}")))?;
    let axes = args.frontier.as_deref().map(axes).transpose()?;
    if let Some(tool) = args.export {
        return exported(&changed, topic, tool);
    }
    let subject = topic.map_or(Subject::Cluster, Subject::Topic);
    let is_changed = !args.set.is_empty() || !lost.is_empty();
    let assessment = assess(&now, subject);
    let parsed = args.set.iter().filter_map(|text| Change::parse(text).ok());
    let report = AssessmentReport {
        cluster: &now,
        was: is_changed.then(|| assess(&base, subject)),
        changes: parsed.map(|change| change.to_string()).collect(),
        findings: is_changed.then(|| (examine(&now), examine(&base))),
        loss: (!lost.is_empty()).then(|| loss_verdict(&now, &assessment)),
        lost,
        restart: restart_together(&now, &stopping),
        compared: compared(&now, topic, &args.compare),
        advice: args.advise.as_deref().map(|name| advice(&now, subject, &assessment, name)).transpose()?,
        frontier: axes.map(|axes| frontier_table(&now, subject, axes, &|| true)),
        goal: goals
            .map(|goals| GoalReport { plan: plan(&now, subject, &goals, &objections, &|| true), goals }),
        now: assessment,
    };
    output::write(&match args.format {
        AssessFormat::Text => assessment_text(&report),
        AssessFormat::Json => assessment_json(&report),
        AssessFormat::Markdown => assessment_markdown(&report),
    })?;
    unread.or(code_of(&report)?)
}

/// What is certain decides first. A cluster that elects nobody, a partition without a leader or without writes, as it is
/// or with what was asked for, an unsafe stop, a goal that is missed: 1. A verdict that is unknown: 3.
fn code_of(report: &AssessmentReport<'_>) -> Result<ExitCode, Failure> {
    let restart = report.restart.as_ref();
    let stop = restart.map(|restart| restart.verdict);
    let met = report.goal.as_ref().map(|goal| goal.is_met(&report.now));
    let stopped = !stopped(report.cluster, &report.now).is_empty();
    if stopped || stop == Some(RestartSafety::Unsafe) || met == Some(Some(false)) {
        return Ok(ExitCode::from(FOUND));
    }
    if let Some(loss) = report.loss.as_ref().filter(|loss| loss.verdict == RestartSafety::Unknown) {
        return Err(Failure::blind(loss.headline()).hint(roll::ACLS));
    }
    if let Some(unknown) = restart.filter(|restart| restart.verdict == RestartSafety::Unknown) {
        return Err(roll::unknown(unknown));
    }
    match report.goal.as_ref().filter(|_| met == Some(None)) {
        Some(goal) => Err(unknown_goal(goal, &report.now)),
        None => Ok(ExitCode::SUCCESS),
    }
}

fn unknown_goal(goal: &GoalReport, now: &Assessment) -> Failure {
    let doubts = goal.doubts(now);
    let why = if doubts.is_empty() {
        "because a figure that it needs is unknown".to_string()
    } else {
        format!("although what was seen meets it: {}", doubts.join("; "))
    };
    Failure::blind(format!("whether the goal is met is unknown, {why}"))
        .hint("`Assumed` lists what is not known")
}

/// The presets that were named, on this cluster; one that it cannot have says why.
fn compared(
    cluster: &Cluster,
    topic: Option<TopicIx>,
    names: &[String],
) -> Vec<(String, Result<Comparison, String>)> {
    let subject = topic.map_or(Subject::Cluster, Subject::Topic);
    let presets = names.iter().filter_map(|name| preset(name));
    let settings: Vec<(String, Vec<Change>)> =
        presets.map(|preset| (preset.id.to_string(), preset.changes_on(cluster, topic))).collect();
    let tried = compare(cluster, subject, &settings).into_iter();
    let tried = tried.map(|result| result.map_err(|error| error.to_string()));
    settings.into_iter().map(|(name, _)| name).zip(tried).collect()
}

fn advice(
    cluster: &Cluster,
    subject: Subject,
    now: &Assessment,
    name: &str,
) -> Result<AdviceReport, Failure> {
    let Some(figure) = figure_of(now, name) else {
        let objectives = OBJECTIVES.iter().map(|objective| objective.id);
        let known = objectives.clone().chain(now.figures().into_iter().map(|figure| figure.id));
        let near = nearest_of(name, known).map(|near| format!("did you mean `{near}`?"));
        let objectives: Vec<&str> = objectives.collect();
        return Err(Failure::usage(format!(
            "--advise {name}: it takes {} or a figure's id",
            objectives.join(", ")
        ))
        .hint(near.unwrap_or_else(|| "the ids are in the JSON of `assess`, under `reasons`".into())));
    };
    Ok(AdviceReport { figure, advice: advise(cluster, subject, figure, &objections, &|| true) })
}

/// The two objectives of a frontier.
fn axes(text: &str) -> Result<(&'static Objective, &'static Objective), Failure> {
    let objective = |name: &str| OBJECTIVES.iter().find(|objective| objective.id == name.trim());
    match text.split_once(',').and_then(|(x, y)| objective(x).zip(objective(y))) {
        Some((x, y)) if x != y => Ok((x, y)),
        _ => {
            let ids: Vec<&str> = OBJECTIVES.iter().map(|objective| objective.id).collect();
            Err(Failure::usage(format!("--frontier {text}: it takes two of {}", ids.join(", ")))
                .hint("for example --frontier durability,latency"))
        }
    }
}

/// The configuration for another tool: of the topic that was named, or of the only one.
fn exported(cluster: &Cluster, topic: Option<TopicIx>, tool: Tool) -> Result<ExitCode, Failure> {
    let only = || (cluster.topics.len() == 1).then_some(TopicIx(0));
    let topic = topic.or_else(only).ok_or_else(|| {
        Failure::usage("--export writes the configuration of one topic").hint("name it with --topic")
    })?;
    output::write(&export(cluster, topic, tool.into()).map_err(Failure::usage)?)?;
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
pub(super) fn changed(base: &Cluster, set: &[String]) -> Result<Cluster, Failure> {
    let changes: Result<Vec<Change>, Failure> = set.iter().map(|text| change(base, text)).collect();
    apply_together(base, &changes?)
        .map_err(|error| Failure::usage(format!("--set {}: {error}", set[error.at])))
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
    Ok(once_each(lost))
}

/// In the order in which they were first named.
fn once_each(ids: Vec<BrokerId>) -> Vec<BrokerId> {
    let mut kept = Vec::new();
    for id in ids {
        if !kept.contains(&id) {
            kept.push(id);
        }
    }
    kept
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
