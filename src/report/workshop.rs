//! The workshop outside the screen: its list, a speaker's notes, and what came of a scene that was played.

use crate::knobs::Change;
use crate::model::{human_count, human_duration_ms, plural};
use crate::report::clean;
use crate::report::json::{document, finding};
use crate::report::layout::labelled;
use crate::rules::{Chapter, Finding, FindingStatus};
use crate::scenario::{CodeSpec, StepSpec, Verdict};
use crate::sim::{Counters, GroupReport, RunReport};
use crate::workshop::{FigureOutcome, Played, RuleOutcome, RunOutcome, Scene, Then};
use serde_json::{Value, json};

const LABEL: usize = 18;

/// The scenes in the order of the talk, and the chapters that none of them shows.
pub fn scenes_text(scenes: &[Scene], missing: &[Chapter], (own, refused): (&[Scene], &[String])) -> String {
    let minutes: u32 = scenes.iter().map(|scene| scene.spec().minutes).sum();
    let mut out = format!("{}, {minutes} minutes, in the order of the talk\n", plural(scenes.len(), "scene"));
    let width = scenes.iter().map(|scene| scene.scenario().id.len()).max().unwrap_or(0) + 2;
    let mut chapter = None;
    for scene in scenes {
        if chapter.replace(scene.chapter()) != Some(scene.chapter()) {
            out.push_str(&format!("\n{}. {}\n", scene.chapter().number(), scene.chapter().title()));
        }
        let text = format!("{} ({} min)", clean(&scene.spec().one_line), scene.spec().minutes);
        labelled(&mut out, 2, &scene.scenario().id, width, &text);
    }
    if !missing.is_empty() {
        out.push_str("\nNo scene yet\n");
    }
    for chapter in missing {
        out.push_str(&format!("  {}. {}\n", chapter.number(), chapter.title()));
    }
    push_own(&mut out, own, refused);
    out.push_str(
        "\n`klever workshop play SCENE` opens one, `klever workshop notes SCENE` prints its script.\n",
    );
    out
}

/// Scenes of the user's own folder, and what is wrong with those that cannot be played.
fn push_own(out: &mut String, own: &[Scene], refused: &[String]) {
    if !own.is_empty() || !refused.is_empty() {
        out.push_str("\nYour own\n");
    }
    for scene in own {
        let text = format!("{} ({} min)", clean(&scene.spec().one_line), scene.spec().minutes);
        labelled(out, 2, &clean(&scene.scenario().id), 24, &text);
    }
    for line in refused {
        labelled(out, 2, "REFUSED", 9, &clean(line));
    }
}

/// The same as `klever.scenes/1`.
pub fn scenes_json(scenes: &[Scene], missing: &[Chapter], (own, refused): (&[Scene], &[String])) -> String {
    let one = |scene: &Scene| {
        json!({
            "id": scene.scenario().id,
            "title": scene.scenario().title,
            "chapter": scene.chapter(),
            "one_line": scene.spec().one_line,
            "minutes": scene.spec().minutes,
        })
    };
    document(json!({
        "schema": "klever.scenes/1",
        "scenes": scenes.iter().map(one).collect::<Vec<Value>>(),
        "chapters_without_scene": missing,
        "own": own.iter().map(one).collect::<Vec<Value>>(),
        "refused": refused,
    }))
}

/// The speaker's script of a scene.
pub fn scene_notes(scene: &Scene) -> String {
    let (scenario, spec) = (scene.scenario(), scene.spec());
    let mut out = format!("{}: {}\n", clean(&scenario.id), clean(&scenario.title));
    let chapter = format!("{}. {}", scene.chapter().number(), scene.chapter().title());
    labelled(&mut out, 0, "Chapter", LABEL, &chapter);
    labelled(&mut out, 0, "Takes", LABEL, &format!("{} minutes", spec.minutes));
    labelled(&mut out, 0, "The room sees", LABEL, &clean(&spec.one_line));
    for (label, text) in [("Then and now", &spec.then_and_now), ("Not shown", &spec.limits)] {
        if !text.is_empty() {
            labelled(&mut out, 0, label, LABEL, &clean(text));
        }
    }
    for part in code_text(scene) {
        out.push_str(&format!("\n{part}"));
    }
    for (at, step) in scene.steps().iter().enumerate() {
        let of = scene.steps().len();
        out.push_str(&format!("\nStep {} of {of}, at {}\n", at + 1, scene.moment(at)));
        push_step(&mut out, step);
    }
    out
}

/// The loops of the scene's clients, each as it is and, where that is another one, with the fix.
pub(super) fn code_text(scene: &Scene) -> Vec<String> {
    let runs = |code: &CodeSpec| -> &[(bool, &str)] {
        if code.is_mended() { &[(false, ", as it is"), (true, ", with the fix")] } else { &[(false, "")] }
    };
    let one = |code: &CodeSpec, with_fix: bool, run: &str| {
        let lines: String = code.shown(with_fix).map(|line| format!("  {}\n", clean(&line.text))).collect();
        format!("Code of {}{run}\n{lines}", clean(&code.of.to_string()))
    };
    let codes = scene.spec().code.iter();
    codes.flat_map(|code| runs(code).iter().map(move |(with_fix, run)| one(code, *with_fix, run))).collect()
}

fn push_step(out: &mut String, step: &StepSpec) {
    let watch: Vec<String> = step.watch.iter().map(ToString::to_string).collect();
    let fix: Vec<String> = step.fix.iter().map(ToString::to_string).collect();
    let rows = [
        ("Say", step.notes.clone()),
        ("Bet", step.bet.clone()),
        ("Ask", step.question.clone()),
        ("Answer", step.answer.clone()),
        ("Watch", watch.join(", ")),
        ("Fix", fix.join(", ")),
    ];
    for (label, text) in rows.iter().filter(|(_, text)| !text.is_empty()) {
        let words: Vec<&str> = text.split_whitespace().collect();
        labelled(out, 2, label, 8, &clean(&words.join(" ")));
    }
}

/// What came of a scene, as it is and with its fix, for people.
pub fn played_text(played: &Played) -> String {
    let (scenario, report) = (played.scene.scenario(), &played.before.report);
    let mut out = format!("{}: {}\n", clean(&scenario.id), clean(&scenario.title));
    let chapter = played.scene.chapter();
    out.push_str(&format!("Chapter {}. {}\n", chapter.number(), chapter.title()));
    let time = human_duration_ms(report.duration_ms as i64);
    out.push_str(&format!(
        "Kafka {}, seed {}, {time} of virtual time; the same seed and faults both times\n",
        report.kafka_version, report.seed
    ));
    let fix: Vec<String> = played.scene.fix().iter().map(ToString::to_string).collect();
    let fix = if fix.is_empty() { "none: this scene only shows".into() } else { fix.join(", ") };
    labelled(&mut out, 0, "Fix", 5, &fix);
    push_counters(&mut out, report, played.after.as_ref().map(|after| &after.report));
    for figure in &played.figures {
        out.push_str(&figure_line(figure));
    }
    push_findings(&mut out, played);
    push_verdicts(&mut out, "Expected as it is", &played.before.report.expectations);
    if let Some(after) = &played.after {
        push_verdicts(&mut out, "Expected with the fix", &after.report.expectations);
    }
    if played.after.as_ref().is_some_and(|after| !after.is_whole) {
        out.push_str("\nThe fix cannot be made on the cluster that is judged.\n");
    }
    if !played.is_over() {
        out.push_str(&ended_early(played));
        return out;
    }
    let word = if played.is_met() { "The scene shows what it promises." } else { "NOT MET: see above." };
    out.push_str(&format!("\n{word}\n"));
    out
}

/// Of a scene that was ended before its end nothing is judged.
fn ended_early(played: &Played) -> String {
    let of = human_duration_ms(played.scene.scenario().duration.millis() as i64);
    let reached = |run: &RunOutcome| human_duration_ms(run.report.duration_ms as i64);
    let before = reached(&played.before);
    let after = played.after.as_ref().map_or("not begun".into(), reached);
    let after = if played.scene.fix().is_empty() { String::new() } else { format!(", with the fix {after}") };
    format!("\nINTERRUPTED: played {before} of {of} as it is{after}; nothing is judged\n")
}

/// The counters of a run with their labels, as they are shown side by side.
pub fn counter_rows(counters: &Counters) -> Vec<(String, String)> {
    let count = |number: u64| human_count(number as i64);
    let ms = |ms: u64| if ms == 0 { "0".into() } else { human_duration_ms(ms as i64) };
    let tenths = |ms: Option<f64>| ms.map_or("?".into(), |ms| format!("{ms:.1} ms"));
    let of_all = [
        ("Sent", counters.sent.map_or("?".into(), count)),
        ("Acknowledged", count(counters.acked)),
        ("Failed", count(counters.failed)),
        ("Lost, acked", count(counters.lost_acked)),
        ("Duplicated", count(counters.duplicated)),
        ("Reordered", count(counters.reordered)),
        ("Readable", count(counters.visible)),
        ("Writes down", ms(counters.write_unavailable_ms)),
        ("Reads down", ms(counters.read_unavailable_ms)),
        ("Fail-over", ms(counters.failover_ms)),
        ("Ack p50", tenths(counters.ack_latency_ms.p50)),
        ("Ack p99", tenths(counters.ack_latency_ms.p99)),
    ];
    let of_each = counters.producers.iter().filter(|_| counters.producers.len() > 1).flat_map(|one| {
        let row = |what: &str, text: String| (format!("{} {what}", clean(&one.producer)), text);
        [
            row("acked", count(one.acked)),
            row("p99", tenths(one.ack_latency_ms.p99)),
            row("throttled", ms(one.throttle_time_ms)),
        ]
    });
    of_all.into_iter().map(|(label, text)| (label.to_string(), text)).chain(of_each).collect()
}

/// What came of a scene on real brokers, as it is and with its fix, for people.
pub fn scene_on_brokers_text(scene: &Scene, runs: &[RunReport]) -> String {
    let mut out = format!("{}: {}\n", clean(&scene.scenario().id), clean(&scene.scenario().title));
    let Some(before) = runs.first() else { return out };
    out.push_str(&format!("Real brokers of Kafka {}, started for this\n", before.kafka_version));
    let changes =
        |changes: Vec<Change>| changes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    labelled(&mut out, 0, "Fix", 5, &changes(scene.fix()));
    if !scene.what_ifs().is_empty() {
        labelled(&mut out, 0, "Not turned", 12, &changes(scene.what_ifs()));
    }
    push_counters(&mut out, before, runs.get(1));
    push_verdicts(&mut out, "Expected as it is", &before.expectations);
    if let Some(after) = runs.get(1) {
        push_verdicts(&mut out, "Expected with the fix", &after.expectations);
    }
    out
}

/// The same as `klever.play-on-brokers/1`.
pub fn scene_on_brokers_json(scene: &Scene, runs: &[RunReport]) -> String {
    let texts = |changes: Vec<Change>| changes.iter().map(ToString::to_string).collect::<Vec<_>>();
    let unseen = |verdict: &Verdict| verdict.found.is_none();
    let verdicts: Vec<&Verdict> = runs.iter().flat_map(|run| &run.expectations).collect();
    let is_unmet = verdicts.iter().any(|verdict| !verdict.met && !unseen(verdict));
    let met = if is_unmet { Some(false) } else { verdicts.iter().all(|verdict| verdict.met).then_some(true) };
    document(json!({
        "schema": "klever.play-on-brokers/1",
        "scene": scene.scenario().id,
        "title": scene.scenario().title,
        "chapter": scene.chapter(),
        "kafka_version": runs.first().map(|run| run.kafka_version),
        "fix": texts(scene.fix()),
        "not_turned": texts(scene.what_ifs()),
        "before": runs.first(),
        "after": runs.get(1),
        "met": met,
    }))
}

fn push_counters(out: &mut String, before: &RunReport, after: Option<&RunReport>) {
    out.push_str(&format!("\n{:<LABEL$}{:>14}{:>16}\n", "", "as it is", "with the fix"));
    let rows = after.map(|after| counter_rows(&after.counters));
    for (at, (label, before)) in counter_rows(&before.counters).into_iter().enumerate() {
        let now = rows.as_ref().map_or("-", |after| after[at].1.as_str());
        out.push_str(&format!("{label:<LABEL$}{before:>14}{now:>16}\n"));
    }
    for (at, group) in before.groups.iter().enumerate() {
        let after = after.and_then(|after| after.groups.get(at));
        let name = clean(&group.group);
        let after = after.map(counts_of);
        for (row, (what, before)) in counts_of(group).into_iter().enumerate() {
            let shown = |count: Option<u64>| count.map_or("?".into(), |count| human_count(count as i64));
            let now = after.map_or("-".into(), |after| shown(after[row].1));
            let before = shown(before);
            out.push_str(&format!("{:<LABEL$}{before:>14}{now:>16}\n", format!("{name} {what}")));
        }
    }
    let errors = |run: &RunReport| run.errors.values().sum::<u64>();
    let now = after.map_or("-".into(), |after| human_count(errors(after) as i64));
    let before = human_count(errors(before) as i64);
    out.push_str(&format!("{:<LABEL$}{before:>14}{now:>16}\n", "Refused batches"));
}

/// What is shown of a group.
fn counts_of(group: &GroupReport) -> [(&'static str, Option<u64>); 3] {
    [("read", Some(group.read)), ("read again", Some(group.read_again)), ("lag", group.lag)]
}

fn figure_line(figure: &FigureOutcome) -> String {
    let after = figure.after.as_deref().unwrap_or("-");
    let word = if figure.is_better == Some(false) { "  NOT BETTER" } else { "" };
    format!("{:<LABEL$}{:>14}{after:>16}{word}\n", clean(&figure.label), figure.before)
}

fn push_findings(out: &mut String, played: &Played) {
    if !played.rules.is_empty() {
        out.push_str("\nRules of the scene\n");
    }
    for RuleOutcome { rule, found_before, silent_after } in &played.rules {
        let before = if *found_before { "found" } else { "NOT FOUND" };
        let after = match silent_after {
            Some(true) => "silent with the fix",
            Some(false) => "NOT SILENT with the fix",
            None => "no fix",
        };
        labelled(out, 2, rule.id, 28, &format!("{before} as it is, {after}"));
    }
    out.push_str("\nAll rules\n");
    labelled(out, 2, "as it is", 14, &severities(&played.before));
    if let Some(after) = &played.after {
        labelled(out, 2, "with the fix", 14, &severities(after));
    }
}

/// `1 critical, 2 high, 3 medium, 1 unknown`
fn severities(run: &RunOutcome) -> String {
    let summary = run.findings.summary();
    format!(
        "{} critical, {} high, {} medium, {} unknown",
        summary.critical, summary.high, summary.medium, summary.unknown
    )
}

fn push_verdicts(out: &mut String, title: &str, verdicts: &[Verdict]) {
    if !verdicts.is_empty() {
        out.push_str(&format!("\n{title}\n"));
    }
    for verdict in verdicts {
        let word = if verdict.met { "met" } else { "NOT MET" };
        let found = verdict.found.map_or("?".into(), human_count);
        labelled(out, 2, word, 9, &format!("{}: found {found}", clean(&verdict.expected)));
    }
}

/// What a scene says of an older version and does not show, for people.
pub fn then_text(then: &Then) -> String {
    let mut out = format!("Kafka {}\n", then.version);
    push_verdicts(&mut out, "Expected under it", &then.verdicts);
    if !then.is_over {
        out.push_str("\nINTERRUPTED: not every run came to its end; nothing is judged\n");
    } else if then.verdicts.iter().all(|verdict| verdict.met) {
        out.push_str("\nNOT MET: all of it comes today, too, so the older version makes no difference\n");
    } else {
        out.push_str("\nNOT MET: see above.\n");
    }
    out
}

/// The same as `klever.play/1`: two whole runs, their findings, and whether the scene shows what it promises.
pub fn played_json(played: &Played) -> String {
    let scene = &played.scene;
    let fix: Vec<String> = scene.fix().iter().map(ToString::to_string).collect();
    let rule = |one: &RuleOutcome| json!({"rule": one.rule.id, "found_before": one.found_before, "silent_after": one.silent_after});
    let figure = |one: &FigureOutcome| {
        json!({
            "id": one.id, "label": one.label, "before": one.before, "after": one.after, "better": one.is_better,
        })
    };
    document(json!({
        "schema": "klever.play/1",
        "scene": scene.scenario().id,
        "title": scene.scenario().title,
        "chapter": scene.chapter(),
        "seed": played.before.report.seed,
        "kafka_version": played.before.report.kafka_version,
        "fix": fix,
        "before": run_value(&played.before),
        "after": played.after.as_ref().map(run_value),
        "rules": played.rules.iter().map(rule).collect::<Vec<Value>>(),
        "figures": played.figures.iter().map(figure).collect::<Vec<Value>>(),
        "ended_early": !played.is_over(),
        "met": if played.is_over() { Value::from(played.is_met()) } else { Value::Null },
    }))
}

fn run_value(run: &RunOutcome) -> Value {
    let is_told = |one: &&Finding| one.status != FindingStatus::Waived;
    let findings: Vec<Value> = run.findings.findings.iter().filter(is_told).map(finding).collect();
    json!({"run": run.report, "findings": findings})
}
