//! The strip of a scene above the panes: what the speaker says and asks, and the counters to watch, drawn large.
//!
//! ```text
//! ─1. Not thinking about durability: acks=1 and the leader dies──────step 2 of 4─as it is─
//!  Broker 1 died while its followers were behind. The      acked
//!  new leader does not have those records.                  _   _  _  _
//!  Bet     How many records are gone?                       _||_| | ||_
//!  Ask     The producer has OK. Who has the records?       |_   | |_| _|
//! ```

use super::canvas::{Canvas, columns_of};
use super::code;
use crate::app::{App, Stage};
use crate::model::{human_count, wrap};
use crate::scenario::{Counter, ProducerCounter};
use crate::theme::Role;
use ratatui::layout::Rect;
use std::borrow::Cow;

/// Columns of the labels before a question or a fix.
const LABEL: u16 = 7;
/// Lines of a counter that is drawn large: its name and three of digits.
const LARGE: u16 = 4;
/// Lines from which on there is room between rows.
const SPACIOUS: u16 = 16;
/// What takes each of the choices of a quiz.
const CHOOSE: [&str; 4] = ["choose-a", "choose-b", "choose-c", "choose-d"];

/// A label, and what is asked or told beside it.
type AskedRow = (Cow<'static, str>, Role, String);

/// Draws the strip of the scene that is played, if there is one; with the code in place of the notes, if it is asked
/// for and has no room elsewhere.
pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect, has_code: bool) {
    let Some(stage) = app.stage.as_ref().filter(|_| area.height > 1) else { return };
    title(stage, canvas, area);
    let right = (area.width * 2 / 5).min(44);
    let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let left = Rect { width: body.width - right, ..body };
    if has_code {
        code::draw(app, canvas, left);
    } else {
        words(app, stage, canvas, left);
    }
    let watched: Vec<_> =
        stage.told().watch.iter().map(|counter| (counter, stage.counter(counter))).collect();
    counters(&watched, canvas, Rect { x: body.right() - right, width: right, ..body });
}

fn title(stage: &Stage, canvas: &mut Canvas<'_>, area: Rect) {
    canvas.rule(area.x, area.y, area.width, Role::BorderFocus);
    let (run, role) =
        if stage.is_with_fix() { ("with the fix", Role::Better) } else { ("as it is", Role::Strong) };
    let run = stage.then().map_or(run.to_string(), |version| format!("{run}, Kafka {version}"));
    let mut right = area.right().saturating_sub(columns_of(&run) + 1);
    canvas.put(right, area.y, columns_of(&run), &run, role);
    let step = match stage.runs_to() {
        Some(moment) => format!("runs to {moment}"),
        None if !stage.has_begun() => "begins".into(),
        None => format!("step {} of {}", stage.step() + 1, stage.scene().steps().len()),
    };
    right = right.saturating_sub(columns_of(&step) + 1);
    canvas.put(right, area.y, columns_of(&step), &step, Role::Notice);
    let chapter = stage.scene().chapter();
    let name = format!("{}. {}: {}", chapter.number(), chapter.title(), stage.scene().scenario().title);
    canvas.put(area.x + 1, area.y, right.saturating_sub(area.x + 2), &name, Role::TitleFocus);
}

/// What is asked and bet stands at the bottom and is never cut; the notes take what is left.
fn words(app: &App, stage: &Stage, canvas: &mut Canvas<'_>, area: Rect) {
    let notes: Vec<&str> = stage.told().notes.split_whitespace().collect();
    notes_over_rows(canvas, area, &notes.join(" "), &asked(app, stage));
}

/// Rows at the bottom, each with its label, and above them as much of the notes as there is room for.
pub(super) fn notes_over_rows(
    canvas: &mut Canvas<'_>,
    area: Rect,
    notes: &str,
    rows: &[(impl AsRef<str>, Role, String)],
) {
    let width = area.width.saturating_sub(2 + LABEL);
    // For a room there is a line between them, where the screen has it.
    let spacious = canvas.is_for_room && area.height >= SPACIOUS;
    let lines: Vec<(&str, Role, String)> = rows
        .iter()
        .flat_map(|(label, role, text)| {
            let label = label.as_ref();
            let lines = wrap(text, usize::from(width)).into_iter().enumerate();
            let gap = (spacious && !label.is_empty()).then(|| ("", Role::Text, String::new()));
            gap.into_iter()
                .chain(lines.map(move |(at, line)| (if at == 0 { label } else { "" }, *role, line)))
        })
        .collect();
    let below = (lines.len() as u16).min(area.height);
    let room = Rect { height: area.height - below, ..area };
    if room.height > 0 {
        canvas.paragraph(room, notes, Role::Text);
    }
    for ((label, role, line), y) in lines.iter().zip(room.bottom()..area.bottom()) {
        canvas.put(area.x + 1, y, LABEL, label, Role::Muted);
        canvas.put(area.x + 1 + LABEL, y, width, line, *role);
    }
}

fn asked(app: &App, stage: &Stage) -> Vec<AskedRow> {
    let step = stage.told();
    let mut rows = Vec::new();
    if !step.bet.is_empty() {
        rows.push(("Bet".into(), Role::Notice, step.bet.clone()));
    }
    if !step.question.is_empty() {
        rows.push(("Ask".into(), Role::Strong, step.question.clone()));
        rows.extend(choices(app, stage));
        let answer = if stage.shows_answer() {
            ("Answer".into(), Role::Ok, step.answer.clone())
        } else {
            ("Answer".into(), Role::Muted, format!("{} shows it", app.keys_text("scene-answer")))
        };
        rows.push(answer);
    }
    if stage.is_learning() && step.fix.is_empty() {
        rows.push(("Next".into(), Role::Muted, format!("{} goes on", app.keys_text("scene-next"))));
    }
    if !step.fix.is_empty() {
        let fix: Vec<String> = step.fix.iter().map(ToString::to_string).collect();
        let key = app.keys_text("scene-fix");
        rows.push(("Fix".into(), Role::Better, format!("{key} plays it again with {}", fix.join(", "))));
        if let Some(version) = stage.scene().spec().then_version {
            let key = app.keys_text("scene-then");
            rows.push(("Then".into(), Role::Notice, format!("{key} plays it as Kafka {version} did")));
        }
    }
    rows
}

/// The choices of a quiz, each with its key, and what became of the one that was chosen.
fn choices(app: &App, stage: &Stage) -> Vec<AskedRow> {
    let chosen = stage.chosen();
    let row = |(at, (text, action)): (usize, (&str, &str))| {
        let key = Cow::from(app.keys_text(action));
        match chosen {
            Some((_, right)) if at == right => (key, Role::Ok, format!("{text}: right")),
            Some((chosen, _)) if at == chosen => (key, Role::Bad, format!("{text}: wrong")),
            Some(_) => (key, Role::Muted, text.into()),
            None => (key, Role::Text, text.into()),
        }
    };
    stage.choices().into_iter().zip(CHOOSE).enumerate().map(row).collect()
}

/// As many large ones as there is room for, the first ones first; the others on a line each.
pub(super) fn counters(watched: &[(&Counter, Option<i64>)], canvas: &mut Canvas<'_>, area: Rect) {
    let rest = |large: u16| watched.len() as u16 - large;
    let fits = |large: &u16| large * LARGE + rest(*large) <= area.height;
    let large = (0..=watched.len() as u16).rev().find(fits).unwrap_or(0);
    let mut y = area.y;
    for ((counter, value), at) in watched.iter().copied().zip(0u16..) {
        let role = role_of(counter, value);
        let text = value.map_or("?".into(), human_count);
        let x = canvas.put(area.x + 1, y, area.width - 1, &label_of(counter), Role::Muted);
        if at < large {
            digits(
                canvas,
                Rect { x: area.x + 1, y: y + 1, width: area.width - 1, height: LARGE - 1 },
                &text,
                role,
            );
            y += LARGE;
        } else if y < area.bottom() {
            canvas.put(x + 1, y, area.right().saturating_sub(x + 1), &text, role);
            y += 1;
        }
    }
}

fn role_of(counter: &Counter, value: Option<i64>) -> Role {
    match (counter, value) {
        (_, None) => Role::Unknown,
        (Counter::LostAcked | Counter::Reordered, Some(1..)) => Role::Bad,
        (Counter::Failed | Counter::Duplicated, Some(1..)) => Role::Warn,
        _ => Role::Strong,
    }
}

/// What a counter counts, in words; of one producer, whose first.
pub(super) fn label_of(counter: &Counter) -> String {
    match counter {
        Counter::OfProducer(counter, name) => format!("{name}: {}", producer_label(*counter)),
        all => label_of_all(all).into(),
    }
}

fn producer_label(counter: ProducerCounter) -> &'static str {
    match counter {
        ProducerCounter::Sent => label_of_all(&Counter::Sent),
        ProducerCounter::Acked => label_of_all(&Counter::Acked),
        ProducerCounter::Failed => label_of_all(&Counter::Failed),
        ProducerCounter::AckP50Ms => label_of_all(&Counter::AckP50Ms),
        ProducerCounter::AckP99Ms => label_of_all(&Counter::AckP99Ms),
        ProducerCounter::ThrottleTimeMs => "throttled, ms",
    }
}

fn label_of_all(counter: &Counter) -> &'static str {
    match counter {
        Counter::Sent => "records sent",
        Counter::Acked => "records acknowledged",
        Counter::Failed => "records failed",
        Counter::LostAcked => "acknowledged records LOST",
        Counter::Duplicated => "copies too many",
        Counter::Reordered => "records out of order",
        Counter::WriteUnavailableMs => "writes down, ms",
        Counter::ReadUnavailableMs => "reads down, ms",
        Counter::FailoverMs => "longest fail-over, ms",
        Counter::AckP50Ms => "acknowledged after, median, ms",
        Counter::AckP99Ms => "acknowledged after, p99, ms",
        Counter::SchemasRefused => "schemas refused (a model)",
        Counter::Visible => "records that consumers can read",
        Counter::LogEnd => "records in the leaders' logs",
        _ => "known at the end of a run only",
    }
}

/// Seven segments of three lines a digit, in signs that every terminal has.
const SEGMENTS: [[&str; 3]; 10] = [
    [" _ ", "| |", "|_|"],
    ["   ", "  |", "  |"],
    [" _ ", " _|", "|_ "],
    [" _ ", " _|", " _|"],
    ["   ", "|_|", "  |"],
    [" _ ", "|_ ", " _|"],
    [" _ ", "|_ ", "|_|"],
    [" _ ", "  |", "  |"],
    [" _ ", "|_|", "|_|"],
    [" _ ", "|_|", " _|"],
];

fn digits(canvas: &mut Canvas<'_>, area: Rect, text: &str, role: Role) {
    for (line, y) in (0..3).zip(area.top()..area.bottom()) {
        let row: Vec<&str> = text.chars().map(|sign| segment(sign, line)).collect();
        canvas.put(area.x, y, area.width, &row.join(" "), role);
    }
}

fn segment(sign: char, line: usize) -> &'static str {
    match (sign.to_digit(10), sign, line) {
        (Some(digit), ..) => SEGMENTS[digit as usize][line],
        (None, '-', 1) => "_",
        (None, ',', 2) => ",",
        (None, '?', 2) => "?",
        (None, ..) => " ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_a_number_is_as_wide_as_the_others() {
        for text in ["0", "1,234,567,890", "-5", "?"] {
            let width = |line| text.chars().map(|sign| segment(sign, line).len()).sum::<usize>();
            assert!(width(0) == width(1) && width(1) == width(2), "{text}");
        }
    }
}
