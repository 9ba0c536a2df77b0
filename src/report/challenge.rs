//! Challenges outside the screen: their list, and what the referee says of what was done.

use crate::model::{human_count, human_duration_ms, plural};
use crate::report::clean;
use crate::report::json::document;
use crate::report::layout::labelled;
use crate::scenario::{ActKind, Event, Time, acts_text};
use crate::sim::DoneAct;
use crate::workshop::{Challenge, Judgement, Outcome, PlayedChallenge};
use serde_json::{Value, json};

const LABEL: usize = 13;

/// The challenges in the order of the chapters.
pub fn challenges_text(challenges: &[Challenge]) -> String {
    let mut out = format!("{}, in the order of the chapters\n", plural(challenges.len(), "challenge"));
    let mut chapter = None;
    for challenge in challenges {
        if chapter.replace(challenge.chapter()) != Some(challenge.chapter()) {
            out.push_str(&format!("\n{}. {}\n", challenge.chapter().number(), challenge.chapter().title()));
        }
        let text = format!("{} ({})", clean(&challenge.scenario().title), challenge.limits_text());
        labelled(&mut out, 2, &challenge.scenario().id, 24, &text);
    }
    out.push_str(
        "\n`klever workshop challenge NAME` plays one; `--headless --acts FILE` has a file of acts judged.\n",
    );
    out
}

/// The same as `klever.challenges/1`.
pub fn challenges_json(challenges: &[Challenge]) -> String {
    let one = |challenge: &Challenge| {
        json!({
            "id": challenge.scenario().id,
            "title": challenge.scenario().title,
            "chapter": challenge.chapter(),
            "task": one_line(&challenge.spec().task),
            "limits": limits(challenge),
        })
    };
    document(json!({
        "schema": "klever.challenges/1",
        "challenges": challenges.iter().map(one).collect::<Vec<Value>>(),
    }))
}

/// What came of a challenge, for people.
pub fn played_challenge_text(played: &PlayedChallenge) -> String {
    let (challenge, report) = (&played.challenge, &played.report);
    let mut out = format!("{}: {}\n", clean(&challenge.scenario().id), clean(&challenge.scenario().title));
    let time = human_duration_ms(report.duration_ms as i64);
    let run = format!("Kafka {}, seed {}, {time} of virtual time", report.kafka_version, report.seed);
    labelled(&mut out, 0, "Run", LABEL, &run);
    labelled(&mut out, 0, "Task", LABEL, &clean(&one_line(&challenge.spec().task)));
    for kind in ActKind::ALL {
        let (used, limit) = (played.judgement.used.count(kind), challenge.spec().limit(kind));
        if used + limit > 0 {
            let over = if used > limit { ": TOO MANY" } else { "" };
            let label = format!("{}{}s", kind.word()[..1].to_uppercase(), &kind.word()[1..]);
            labelled(&mut out, 0, &label, LABEL, &format!("{used} of {limit}{over}"));
        }
    }
    push_acts(&mut out, &played.attempt.acts);
    push_goal(&mut out, &played.judgement);
    out.push_str(&format!("\n{}\n", outcome_text(played.judgement.outcome)));
    out
}

fn push_acts(out: &mut String, acts: &[DoneAct]) {
    out.push_str(if acts.is_empty() { "\nNothing was done\n" } else { "\nDone\n" });
    for done in acts {
        let refused = if done.is_refused { ": REFUSED, not counted" } else { "" };
        labelled(
            out,
            2,
            &Time(done.at).to_string(),
            LABEL - 2,
            &format!("{}{refused}", act_text(&done.event())),
        );
    }
}

fn push_goal(out: &mut String, judgement: &Judgement) {
    out.push_str("\nGoal\n");
    for verdict in &judgement.verdicts {
        let word = if verdict.met { "met" } else { "NOT MET" };
        let found = verdict.found.map_or("?".into(), human_count);
        labelled(out, 2, word, LABEL - 2, &format!("{}: found {found}", clean(&verdict.expected)));
    }
    for act in &judgement.missing {
        let event = Event { at: None, when: None, after: None, act: act.clone() };
        labelled(out, 2, "NOT DONE", LABEL - 2, &act_text(&event));
    }
    if judgement.outcome == Outcome::Open {
        labelled(out, 2, "?", LABEL - 2, "the run did not come to its end");
    }
}

/// What the referee says, in a sentence.
pub fn outcome_text(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Open => "Not judged: the run did not come to its end.",
        Outcome::Reached => "Reached.",
        Outcome::NotReached => "NOT REACHED.",
    }
}

/// `kill broker/1`, `set topic/orders:min.insync.replicas=2`: an act in the words of a scenario.
pub fn act_text(event: &Event) -> String {
    let bare = Event { at: None, when: None, after: None, act: event.act.clone() };
    let file = acts_text(&[bare]);
    // What a fault leaves as it is says nothing; at its end the zeros are what is said.
    let says = |value: &str| event.act.kind() != ActKind::Fault || !matches!(value, "0" | "\"0s\"" | "false");
    let values = file.lines().filter_map(|line| line.split_once(" = ")).filter(|&(_, value)| says(value));
    let words: Vec<String> = values
        .map(|(key, value)| match (key, value.trim_matches('"')) {
            ("do", value) => value.replace('_', " "),
            ("target" | "set", value) => value.into(),
            (key, value) => format!("{} {value}", key.replace('_', " ")),
        })
        .collect();
    clean(&words.join(" "))
}

/// The same as `klever.challenge/1`.
pub fn played_challenge_json(played: &PlayedChallenge) -> String {
    let (challenge, judgement) = (&played.challenge, &played.judgement);
    let done = |done: &DoneAct| {
        json!({
            "at": Time(done.at), "act": act_text(&done.event()), "kind": done.act.kind(), "refused": done.is_refused,
        })
    };
    let missing =
        |act: &crate::scenario::Act| act_text(&Event { at: None, when: None, after: None, act: act.clone() });
    let reached = match judgement.outcome {
        Outcome::Open => Value::Null,
        Outcome::Reached => true.into(),
        Outcome::NotReached => false.into(),
    };
    let used = ActKind::ALL.map(|kind| (format!("{kind}s"), Value::from(judgement.used.count(kind))));
    document(json!({
        "schema": "klever.challenge/1",
        "challenge": challenge.scenario().id,
        "title": challenge.scenario().title,
        "chapter": challenge.chapter(),
        "task": one_line(&challenge.spec().task),
        "seed": played.report.seed,
        "kafka_version": played.report.kafka_version,
        "limits": limits(challenge),
        "used": Value::Object(used.into_iter().collect()),
        "acts": played.attempt.acts.iter().map(done).collect::<Vec<Value>>(),
        "goal": judgement.verdicts,
        "not_done": judgement.missing.iter().map(missing).collect::<Vec<String>>(),
        "reached": reached,
        "run": played.report,
    }))
}

fn limits(challenge: &Challenge) -> Value {
    let one = |kind: ActKind| (format!("{kind}s"), Value::from(challenge.spec().limit(kind)));
    Value::Object(ActKind::ALL.map(one).into_iter().collect())
}

/// A text of a file in one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workshop::find_challenge;

    #[test]
    fn acts_are_told_in_the_words_of_a_scenario() {
        let told = |id: &str| -> Vec<String> {
            find_challenge(id).unwrap().challenge().spec().answer.iter().map(act_text).collect()
        };
        assert_eq!(told("lose-a-record"), ["slow link broker/1 to brokers extra 100ms", "kill broker/1"]);
        assert_eq!(told("save-the-records"), ["set topic/orders:min.insync.replicas=2"]);
        assert_eq!(told("stop-the-writes"), ["controller loss count 2", "kill broker/1"]);
    }
}
