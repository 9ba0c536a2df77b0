//! Every scene shows what it promises, and what is no scene is refused with its line.

use super::*;
use std::collections::BTreeSet;
use std::path::Path;

/// What a scene promises and does not show, a line each.
fn unmet(scene: &Scene) -> Vec<String> {
    let played = play(scene, None, None);
    let id = &scene.scenario().id;
    let mut wrong = Vec::new();
    for (run, outcome) in [("as it is", Some(&played.before)), ("with the fix", played.after.as_ref())] {
        let verdicts = outcome.into_iter().flat_map(|outcome| &outcome.report.expectations);
        let unmet = verdicts.filter(|verdict| !verdict.met);
        wrong.extend(
            unmet.map(|verdict| {
                format!("{id} {run}: expected {}, found {:?}", verdict.expected, verdict.found)
            }),
        );
    }
    let rules = played.rules.iter().filter(|rule| !rule.found_before || rule.silent_after == Some(false));
    wrong.extend(
        rules.map(|rule| format!("{id}: {} {} {:?}", rule.rule.id, rule.found_before, rule.silent_after)),
    );
    let figures = played.figures.iter().filter(|figure| figure.is_better == Some(false));
    wrong.extend(figures.map(|figure| format!("{id}: {figure:?}")));
    if let Some(after) = &played.after
        && after.report.counters.lost_acked > 0
    {
        wrong.push(format!("{id}: {} records are lost with the fix", after.report.counters.lost_acked));
    }
    assert_eq!(wrong.is_empty(), played.is_met(), "{wrong:?}");
    wrong
}

#[test]
fn every_scene_shows_what_it_promises() {
    let wrong: Vec<String> = ALL.iter().flat_map(|each| unmet(&each.scene())).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The fix must act: without it the same expectations would have to be met by the run as it is.
#[test]
fn no_scene_is_mended_without_its_fix() {
    for scene in ALL.iter().map(|each| each.scene()).filter(|scene| !scene.fix().is_empty()) {
        let mut as_it_is = scene.scenario().clone();
        as_it_is.expectations = scene.fixed().expectations;
        let report = crate::sim::run(&as_it_is, as_it_is.seed, None);
        let shows = report.expectations.iter().any(|verdict| !verdict.met)
            || !scene.spec().rules.is_empty()
            || !scene.spec().figures.is_empty();
        assert!(shows, "{} shows no difference", as_it_is.id);
    }
}

#[test]
fn the_scenes_are_the_files_and_fit_in_the_talk() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/workshop");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    let known: BTreeSet<String> = ALL.iter().map(|each| format!("{}.toml", each.id)).collect();
    assert_eq!(files, known);
    let mut minutes = 0;
    for each in ALL {
        let scene = each.scene();
        assert_eq!(scene.scenario().id, each.id);
        assert!(!scene.scenario().expectations.is_empty(), "{} expects nothing", each.id);
        minutes += scene.spec().minutes;
    }
    assert!(minutes <= TALK_MINUTES, "{minutes} minutes");
}

#[test]
fn the_template_is_a_scene_that_shows_what_it_promises() {
    let scene = Scene::parse("template", TEMPLATE).unwrap();
    assert!(unmet(&scene).is_empty(), "{:?}", unmet(&scene));
    assert_eq!(scene.moment(2), scene.moment(1), "a step without a moment has that of the one before");
}

/// The template with one text for another is refused: the line, and a part of what is said.
#[test]
fn what_is_no_scene_is_refused_with_its_line() {
    let line_of = |text: &str, part: &str| {
        text.lines().position(|line| line.trim_start().starts_with(part)).unwrap() + 1
    };
    let wrong = [
        ("chapter = 1", "chapter = 17", "[scene]", "chapter is from 1 to 16"),
        ("minutes = 5", "minutes = 0", "[scene]", "minutes is from 1"),
        ("minutes = 5", "minutes = 5\nmood = \"good\"", "mood", "unknown field `mood`"),
        ("\"acks-one\"", "\"acks-ones\"", "[scene]", "did you mean `acks-one`?"),
        ("rules = [", "figures = [\"durability.crush\"]\nrules = [", "[scene]", "no figure"),
        ("at = \"25s\"", "at = \"4s\"", "at = \"4s\"", "is before the step above"),
        ("at = \"25s\"", "at = \"31s\"", "at = \"31s\"", "after the end of the run"),
        ("answer =", "# answer =", "at = \"25s\"", "question and answer belong together"),
        ("\"acked\", \"ack_p99_ms\"", "\"isr\"", "at = \"5s\"", "at the end of a run only"),
        ("producer:acks=all", "producer:ack=all", "fix = [", "did you mean"),
        ("[\"send\", \"blocked\"]", "[\"sends\"]", "{ text = \"    producer", "expected one of `send`"),
        ("[\"send\", \"blocked\"]", "[\"poll\"]", "[[scene.code]]", "producer/app never does `poll`"),
        ("of = \"producer/app\"", "of = \"producer/apps\"", "[[scene.code]]", "there is no producer/apps"),
        ("of = \"producer/app\"", "of = \"broker/1\"", "[[scene.code]]", "of is producer/NAME or group/NAME"),
        ("while True:", "while True: # for ever and a day and then another", "[[scene.code]]", "at most 42"),
        ("producer:acks=all", "producer/nobody:acks=all", "# With all changes", "no place for"),
    ];
    for (text, instead, at, said) in wrong {
        assert!(TEMPLATE.contains(text), "{text}");
        let file = TEMPLATE.replacen(text, instead, 1);
        let error = Scene::parse("s.toml", &file).unwrap_err().to_string();
        assert!(error.contains(said), "{instead}: {error}");
        // What the whole file shows is told of its table, which begins at most three lines above.
        let line: usize = error.split(':').nth(1).unwrap().parse().unwrap();
        let near = line_of(&file, at);
        assert!(
            (near.saturating_sub(3)..=near).contains(&line),
            "{instead}: line {line} for {near}: {error}"
        );
    }
}

#[test]
fn steps_without_a_scene_and_scenarios_without_steps_are_no_scenes() {
    let reference = include_str!("../../assets/scenarios/reference.toml");
    let error = Scene::parse("r.toml", reference).unwrap_err().to_string();
    assert!(error.contains("no table [scene]"), "{error}");
    let stray = format!("{reference}\n[[step]]\nnotes = \"a\"\n");
    let error = Scene::parse("r.toml", &stray).unwrap_err().to_string();
    assert!(error.contains("steps belong to a scene"), "{error}");
}

#[test]
fn what_a_scene_does_not_show_is_no_success() {
    let file = TEMPLATE.replace("min = 1\n", "min = 1000000\n");
    let scene = Scene::parse("s.toml", &file).unwrap();
    assert!(!play(&scene, None, None).is_met());
    let silent = TEMPLATE.replace("[\"producer:acks=all\"]", "[\"producer:linger.ms=10\"]");
    assert!(!play(&Scene::parse("s.toml", &silent).unwrap(), None, None).is_met(), "acks-one is not silent");
}

#[test]
fn a_scene_is_written_as_it_is_read() {
    let scene = Scene::parse("template", TEMPLATE).unwrap();
    let again = crate::scenario::Scenario::parse("again", &scene.scenario().to_toml()).unwrap();
    assert_eq!(&again, scene.scenario());
}

/// What is said of an older version is so there, and is not so today.
#[test]
fn a_scene_ends_as_it_says_under_the_older_version_that_it_names() {
    let mut named = 0;
    for scene in ALL.iter().map(|each| each.scene()) {
        let Some(then) = play_then(&scene, &|| true) else { continue };
        named += 1;
        assert!(then.is_met(), "{}: {then:?}", scene.scenario().id);
    }
    assert!(named >= 6, "{named}");
}

#[test]
fn what_is_said_of_an_older_version_and_is_not_so_is_told() {
    let of = |then: &str| {
        let named = "then_version = \"2.8\"\nthen = \"More is lost.\"\nrules = [";
        Scene::parse("s.toml", &format!("{}{then}", TEMPLATE.replacen("rules = [", named, 1)))
    };
    let expected = |table: &str, bound: &str| format!("\n[[{table}]]\ncounter = \"lost_acked\"\n{bound}\n");
    let met = |table: &str, bound: &str| {
        play_then(&of(&expected(table, bound)).unwrap(), &|| true).unwrap().is_met()
    };
    assert!(!met("expect_then", "min = 1"), "it is so today, too");
    assert!(!met("expect_then_with_fix", "min = 1"), "acks=all loses nothing there either");
    let ended = play_then(&of(&expected("expect_then", "min = 1")).unwrap(), &|| false).unwrap();
    assert!(!ended.is_over && !ended.is_met());
    let said = |then: &str| of(then).unwrap_err().to_string();
    assert!(said("").contains("give the counters that show it"), "{}", said(""));
    let unknown = said("\n[[expect_then]]\ncounter = \"isr\"\npartition = \"nowhere-0\"\neq = 1\n");
    assert!(unknown.contains("nowhere-0") && !unknown.contains("s.toml:0"), "{unknown}");
    let stray = format!("{TEMPLATE}{}", expected("expect_then", "min = 1"));
    let stray = Scene::parse("s.toml", &stray).unwrap_err().to_string();
    assert!(stray.contains("name it as then_version"), "{stray}");
}

#[test]
fn a_scene_that_is_ended_early_is_not_judged() {
    let played = play_while(&ALL[0].scene(), (None, None), &|| false);
    assert!(!played.is_over() && !played.is_met() && played.after.is_none());
    assert!(played.before.report.expectations.is_empty());
}

/// Every line of pseudocode that names what its client does runs at some moment of each run that has it.
#[test]
fn every_line_of_code_that_can_run_does_run() {
    let (mut with_code, mut idle) = (0, Vec::new());
    for scene in ALL.iter().map(|each| each.scene()).filter(|scene| !scene.spec().code.is_empty()) {
        with_code += 1;
        for (with_fix, scenario) in [(false, scene.scenario().clone()), (true, scene.fixed())] {
            let lines = scene.spec().code.iter().flat_map(|code| code.shown(with_fix));
            let mut left: Vec<_> = lines.filter(|line| !line.does.is_empty()).collect();
            if with_fix && scene.fix().is_empty() {
                continue;
            }
            let mut simulator = crate::sim::Simulator::new(&scenario, scenario.seed, None);
            simulator.keep_no_checkpoints();
            let first = scenario.events.iter().filter_map(|event| event.at).min();
            let first = first.map_or(0, |at| at.0.saturating_sub(100_000_000));
            while !left.is_empty() && simulator.now() < scenario.duration.0 {
                let calm = simulator.now() > 1_500_000_000 && simulator.now() < first;
                let step = if calm { first - simulator.now() } else { 1_000_000 };
                simulator.run_until(simulator.now() + step);
                let doing = simulator.snapshot().1.doing.clone();
                left.retain(|line| {
                    !doing.iter().any(|one| one.steps.iter().any(|step| line.does.contains(step)))
                });
            }
            idle.extend(left.iter().map(|line| format!("{}: `{}` never runs", scenario.id, line.text)));
        }
    }
    assert!(idle.is_empty(), "{}", idle.join("\n"));
    assert!(with_code >= 6, "{with_code}");
}
