//! Every challenge is reached by our best answer and not by doing nothing, and the referee counts what was done.

use super::*;
use crate::scenario::{Act, ActKind, acts_text, read_acts};
use crate::sim::{Attempt, DoneAct};
use std::collections::BTreeSet;
use std::path::Path;

fn played(id: &str, acts: &str) -> PlayedChallenge {
    let challenge = find_challenge(id).unwrap().challenge();
    let acts = read_acts("acts.toml", acts, challenge.scenario()).unwrap();
    play_challenge(&challenge, &acts, (None, None), &|| true).unwrap()
}

#[test]
fn our_best_answer_reaches_each_challenge_and_doing_nothing_does_not() {
    for each in CHALLENGES {
        let challenge = each.challenge();
        let play = |acts| play_challenge(&challenge, acts, (None, None), &|| true).unwrap();
        let answer = play(&challenge.spec().answer);
        assert_eq!(answer.judgement.outcome, Outcome::Reached, "{}: {:#?}", each.id, answer.judgement);
        assert!(answer.attempt.acts.iter().all(|act| !act.is_refused), "{}: {:?}", each.id, answer.attempt);
        let nothing = play(&[]);
        assert_eq!(nothing.judgement.outcome, Outcome::NotReached, "{}: {:#?}", each.id, nothing.judgement);
    }
}

#[test]
fn the_challenges_are_the_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/challenges");
    let entries = std::fs::read_dir(folder).unwrap();
    let files: BTreeSet<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(files, CHALLENGES.iter().map(|each| format!("{}.toml", each.id)).collect());
    let mut before = 0;
    for each in CHALLENGES {
        let challenge = each.challenge();
        assert_eq!(challenge.scenario().id, each.id);
        assert!(challenge.spec().chapter >= before, "{} is out of order", each.id);
        assert!(find(each.id).is_none(), "{} is a scene, too", each.id);
        before = challenge.spec().chapter;
    }
}

#[test]
fn more_than_is_allowed_does_not_reach_it() {
    let kill = |at, broker| format!("[[act]]\nat = \"{at}s\"\ndo = \"kill\"\ntarget = \"broker/{broker}\"\n");
    let slow = "[[act]]\nat = \"5s\"\ndo = \"slow_link\"\ntarget = \"broker/1\"\nto = \"brokers\"\nextra = \"100ms\"\n";
    let two = format!("{slow}{}", kill(10, 1));
    assert_eq!(played("lose-a-record", &two).judgement.outcome, Outcome::Reached);
    let three = played("lose-a-record", &format!("{two}{}", kill(38, 2)));
    assert_eq!(three.judgement.over, [ActKind::Fault]);
    assert_eq!(three.judgement.outcome, Outcome::NotReached);
    assert!(three.judgement.verdicts.iter().all(|verdict| verdict.met), "only the limit is broken");
    let refused = played("lose-a-record", &format!("{two}{}", kill(38, 1)));
    assert!(refused.attempt.acts[2].is_refused, "it is dead already");
    assert_eq!(refused.judgement.used.count(ActKind::Fault), 2, "what was not done is not counted");
    assert_eq!(refused.judgement.outcome, Outcome::Reached);
}

#[test]
fn what_must_be_done_is_missed() {
    let one = "[[act]]\nat = \"5s\"\ndo = \"restart\"\ntarget = \"broker/1\"\n";
    let played = played("restart-all", one);
    assert_eq!(played.judgement.missing.len(), 2);
    assert_eq!(played.judgement.outcome, Outcome::NotReached);
}

#[test]
fn all_brokers_at_once_refuse_writes() {
    let restart = |broker| format!("[[act]]\nat = \"5s\"\ndo = \"restart\"\ntarget = \"broker/{broker}\"\n");
    let played = played("restart-all", &format!("{}{}{}", restart(1), restart(2), restart(3)));
    assert!(played.judgement.missing.is_empty());
    assert_eq!(played.judgement.outcome, Outcome::NotReached);
}

#[test]
fn a_run_that_was_ended_is_open() {
    let challenge = find_challenge("lose-a-record").unwrap().challenge();
    let played = play_challenge(&challenge, &[], (None, None), &|| false).unwrap();
    assert_eq!(played.judgement.outcome, Outcome::Open);
}

#[test]
fn a_knob_that_is_turned_twice_is_counted_once() {
    let set = |to: &str| Act::Set(crate::knobs::Change::parse(to).unwrap());
    let done = |act| DoneAct { at: 0, act, is_refused: false };
    let acts = [set("topic/orders:min.insync.replicas=2"), set("topic/orders:min.insync.replicas=1")];
    let attempt = Attempt { acts: acts.map(done).to_vec(), verdicts: None };
    assert_eq!(Used::of(&attempt).count(ActKind::Setting), 1);
    let challenge = find_challenge("save-the-records").unwrap().challenge();
    assert_eq!(challenge.objection(&attempt, &set("topic/orders:min.insync.replicas=3")), None);
    let other = challenge.objection(&attempt, &set("producer:acks=1")).unwrap();
    assert!(other.contains("allows 1 setting, and they are used"), "{other}");
    let kill = Act::Kill("broker/1".parse().unwrap());
    assert!(challenge.objection(&attempt, &kill).unwrap().contains("allows no fault"));
}

#[test]
fn a_setting_that_needs_a_new_cluster_is_refused() {
    let challenge = find_challenge("catch-up").unwrap().challenge();
    let text = "[[act]]\nat = \"0s\"\ndo = \"set\"\nset = \"load:consumers=12\"\n";
    let acts = read_acts("a.toml", text, challenge.scenario()).unwrap();
    let error = play_challenge(&challenge, &acts, (None, None), &|| true).unwrap_err();
    assert!(error.contains("needs a new cluster"), "{error}");
}

#[test]
fn acts_are_written_as_they_are_read() {
    let challenge = find_challenge("lose-despite-acks-all").unwrap().challenge();
    let answer = &challenge.spec().answer;
    let text = acts_text(answer);
    assert_eq!(&read_acts("again", &text, challenge.scenario()).unwrap(), answer);
    let played = play_challenge(&challenge, answer, (None, None), &|| true).unwrap();
    let done: Vec<_> = played.attempt.acts.iter().map(DoneAct::event).collect();
    assert_eq!(&done, answer, "the attempt is the acts");
}

/// A challenge with one text for another is refused: a part of what is said.
#[test]
fn what_is_no_challenge_is_refused_with_its_line() {
    let file = include_str!("../../assets/challenges/lose-a-record.toml");
    let wrong = [
        ("chapter = 1", "chapter = 17", "chapter is from 1 to 16"),
        ("faults = 2", "faultz = 2", "unknown field `faultz`"),
        ("[[expect]]\ncounter = \"lost_acked\"\nmin = 1\n", "", "what is to be reached is missing"),
        ("at = \"10s\"\n", "at = \"4s\"\n", "is before the act above"),
        ("at = \"10s\"\n", "at = \"41s\"\n", "after the end of the run"),
        ("at = \"10s\"\n", "", "an act has its moment"),
        (
            "do = \"kill\"\ntarget = \"broker/1\"",
            "do = \"kill\"\ntarget = \"broker/9\"",
            "there is no broker/9",
        ),
    ];
    for (text, instead, said) in wrong {
        assert!(file.contains(text), "{text}");
        let error = Challenge::parse("c.toml", &file.replacen(text, instead, 1)).unwrap_err();
        assert!(error.to_string().contains(said) && error.line > 0, "{instead}: {error}");
    }
    let scene = Challenge::parse("s.toml", TEMPLATE).unwrap_err().to_string();
    assert!(scene.contains("no table [challenge]"), "{scene}");
    let scenario = find_challenge("lose-a-record").unwrap().challenge().scenario().clone();
    let bad = "[[act]]\nat = \"5s\"\ndo = \"kill\"\ntarget = \"broker/7\"\n";
    let error = read_acts("acts.toml", bad, &scenario).unwrap_err().to_string();
    assert_eq!(error, "acts.toml:1: there is no broker/7");
}
