//! A scene that was played as a Markdown hand-out: the notes, the questions and answers, the numbers, the pictures.

use crate::model::human_duration_ms;
use crate::report::markdown::cell;
use crate::report::workshop::code_text;
use crate::report::{clean, counter_rows};
use crate::scenario::StepSpec;
use crate::workshop::{Played, RunOutcome, Scene};

/// The logs of a partition as the screen drew them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogPicture {
    /// Which run and moment: `As it is, at 40s`.
    pub title: String,
    /// Its lines.
    pub lines: Vec<String>,
}

/// The hand-out of a scene that was played.
pub fn handout_markdown(played: &Played, pictures: &[LogPicture]) -> String {
    let (scene, report) = (&played.scene, &played.before.report);
    let chapter = scene.chapter();
    let mut out = format!("# {}\n\n", text(&scene.scenario().title));
    out.push_str(&format!("Chapter {}. {}\n\n", chapter.number(), chapter.title()));
    out.push_str(&format!("{}\n\n", text(&scene.spec().one_line)));
    let time = human_duration_ms(report.duration_ms as i64);
    out.push_str(&format!(
        "Kafka {}, seed {}, {time} of virtual time. `klever workshop play {} --seed {} --kafka-version {}` plays it again.\n",
        report.kafka_version,
        report.seed,
        text(&scene.scenario().id),
        report.seed,
        report.kafka_version
    ));
    out.push_str("\n## What happens\n");
    for (at, step) in scene.steps().iter().enumerate() {
        push_step(&mut out, &format!("At {}", scene.moment(at)), step);
    }
    push_code(&mut out, scene);
    push_numbers(&mut out, played);
    push_pictures(&mut out, pictures);
    push_context(&mut out, scene);
    out.push_str(&format!("\n{}\n", verdict(played)));
    out
}

fn push_step(out: &mut String, title: &str, step: &StepSpec) {
    out.push_str(&format!("\n**{title}.** {}\n", text(&step.notes)));
    if !step.bet.is_empty() {
        out.push_str(&format!("\n*Bet:* {}\n", text(&step.bet)));
    }
    if !step.question.is_empty() {
        out.push_str(&format!(
            "\n*Question:* {}\n\n*Answer:* {}\n",
            text(&step.question),
            text(&step.answer)
        ));
    }
}

fn push_code(out: &mut String, scene: &Scene) {
    let parts = code_text(scene);
    if !parts.is_empty() {
        out.push_str(&format!("\n## The code\n\n```text\n{}```\n", parts.join("\n")));
    }
}

fn push_numbers(out: &mut String, played: &Played) {
    let fix: Vec<String> = played.scene.fix().iter().map(|fix| format!("`{fix}`")).collect();
    if !fix.is_empty() {
        out.push_str(&format!("\n## The fix\n\n{}\n", fix.join(", ")));
    }
    out.push_str("\n## Numbers\n\n");
    let after = played.after.as_ref().map(|after| counter_rows(&after.report.counters));
    out.push_str(if after.is_some() {
        "| | as it is | with the fix |\n|---|---:|---:|\n"
    } else {
        "| | as it is |\n|---|---:|\n"
    });
    for (at, (label, before)) in counter_rows(&played.before.report.counters).into_iter().enumerate() {
        let after = after.as_ref().map_or(String::new(), |rows| format!(" {} |", rows[at].1));
        out.push_str(&format!("| {label} | {before} |{after}\n"));
    }
    for figure in &played.figures {
        let after = figure.after.as_ref().map_or(String::new(), |after| format!(" {} |", cell(after)));
        out.push_str(&format!("| {} | {} |{after}\n", cell(&figure.label), cell(&figure.before)));
    }
}

fn push_pictures(out: &mut String, pictures: &[LogPicture]) {
    if !pictures.is_empty() {
        out.push_str("\n## The logs\n");
    }
    for picture in pictures {
        out.push_str(&format!("\n{}\n\n```text\n{}\n```\n", picture.title, picture.lines.join("\n")));
    }
}

fn push_context(out: &mut String, scene: &Scene) {
    let spec = scene.spec();
    for (title, said) in [("Then and now", &spec.then_and_now), ("Not shown", &spec.limits)] {
        if !said.is_empty() {
            out.push_str(&format!("\n## {title}\n\n{}\n", text(said)));
        }
    }
    if !spec.rules.is_empty() {
        let rules: Vec<String> = spec.rules.iter().map(|rule| format!("`klever explain {rule}`")).collect();
        out.push_str(&format!("\n## To read on\n\n{}\n", rules.join(", ")));
    }
}

/// What the run showed: a hand-out of a run that shows something else says so.
fn verdict(played: &Played) -> String {
    let unmet = |run: &RunOutcome| run.report.expectations.iter().filter(|verdict| !verdict.met).count();
    if played.is_met() {
        return "This run shows what the scene promises.".into();
    }
    let unmet = unmet(&played.before) + played.after.as_ref().map_or(0, unmet);
    format!("**This run does not show what the scene promises**: {unmet} of its expectations are not met.")
}

/// A text of a scene in one line, which cannot begin a heading, a list or a code block by itself.
fn text(said: &str) -> String {
    let words: Vec<&str> = said.split_whitespace().collect();
    clean(&words.join(" ")).replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workshop::{find, play};

    #[test]
    fn a_hand_out_has_the_notes_the_answer_the_numbers_and_the_seed() {
        let played = play(&find("acks-one").unwrap().scene(), Some(7), None);
        let picture = LogPicture { title: "As it is, at 40s".into(), lines: vec!["leader".into()] };
        let text = handout_markdown(&played, &[picture]);
        for part in [
            "# acks=1: the leader dies",
            "seed 7",
            "*Question:* Which of the records",
            "*Answer:* Those that were on the dead leader only",
            "`producer:acks=all`",
            "| Lost, acked |",
            "```text\nleader\n```",
            "## Then and now",
        ] {
            assert!(text.contains(part), "no {part}:\n{text}");
        }
        let row = text.lines().find(|line| line.starts_with("| Lost, acked")).unwrap();
        assert!(row.ends_with("| 0 |") && !row.contains("| 0 | 0"), "{row}");
    }

    #[test]
    fn a_hand_out_of_a_run_that_shows_something_else_says_so() {
        let text = crate::workshop::TEMPLATE.replace("min = 1\n", "min = 1000000\n");
        let played = play(&crate::workshop::Scene::parse("s.toml", &text).unwrap(), None, None);
        assert!(handout_markdown(&played, &[]).contains("does not show what the scene promises"));
    }
}
