//! The loops of a scene's clients as pseudocode: which of their lines run just now, and who runs them.

use super::Stage;
use crate::app::App;
use crate::model::ClientStep;
use crate::scenario::{CodeLine, CodeSpec, Endpoint, Process};
use crate::sim::{ClientDoing, ClientState};

/// A row of the code as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum CodeRow {
    /// Whose loop follows.
    Heading(String),
    /// A line, and who runs it now: the numbers of a group's members, or nothing to tell apart. `None`: nobody does.
    Line(String, Option<String>),
    /// What no line stands for, said in words.
    Note(String),
}

impl Stage {
    /// The loops that are shown, and how their clients stand to them. Without a word of the clients no line runs, and
    /// that is said.
    pub(crate) fn code_rows(&self, doing: &[ClientDoing]) -> Vec<CodeRow> {
        self.scene().spec().code.iter().flat_map(|code| rows(code, self.is_with_fix(), doing)).collect()
    }
}

impl App {
    /// The pseudocode of the scene that is played; nothing where it has none.
    pub(crate) fn code_rows(&self) -> Vec<CodeRow> {
        let doing = self.detail.as_ref().map_or(&[][..], |detail| &detail.doing);
        self.stage.as_ref().map_or_else(Vec::new, |stage| stage.code_rows(doing))
    }

    /// Whether the code is shown, on a screen that has room for it beside the picture or has not.
    pub(crate) fn shows_code(&self, has_room: bool) -> bool {
        self.stage.as_ref().is_some_and(|stage| stage.turns_code != has_room)
    }

    /// Shows the code, or puts it away.
    pub(in crate::app) fn toggle_code(&mut self) {
        if let Some(stage) = &mut self.stage {
            stage.turns_code = !stage.turns_code;
        }
    }
}

fn rows(code: &CodeSpec, with_fix: bool, doing: &[ClientDoing]) -> Vec<CodeRow> {
    let mine: Vec<&ClientDoing> = doing.iter().filter(|one| is_of(&one.client, &code.of)).collect();
    let mut rows = vec![CodeRow::Heading(code.of.to_string())];
    for line in code.shown(with_fix) {
        let runs = |one: &&ClientDoing| one.steps.iter().any(|step| line.does.contains(step));
        rows.push(CodeRow::Line(line.text.clone(), named(&mine, runs)));
    }
    let lines: Vec<&CodeLine> = code.shown(with_fix).collect();
    let notes = mine.iter().filter_map(|one| {
        let said = note(one, &lines)?;
        Some(CodeRow::Note(if mine.len() > 1 { format!("{} {said}", number(&one.client)) } else { said }))
    });
    rows.extend(notes);
    if mine.is_empty() {
        rows.push(CodeRow::Note("what it does is not known".into()));
    }
    rows
}

fn is_of(client: &Process, of: &Endpoint) -> bool {
    match (client, of) {
        (Process::Producer(name), Endpoint::Producer(other)) => name == other,
        (Process::Member(group, _), Endpoint::Group(other)) => group == other,
        _ => false,
    }
}

/// The clients that are meant, by number where there are several; `None` where there is none.
fn named(mine: &[&ClientDoing], meant: impl Fn(&&ClientDoing) -> bool) -> Option<String> {
    let numbers: Vec<String> = mine.iter().copied().filter(meant).map(|one| number(&one.client)).collect();
    let is_one_of_several = mine.len() > 1;
    (!numbers.is_empty()).then(|| if is_one_of_several { numbers.join(" ") } else { String::new() })
}

fn number(client: &Process) -> String {
    match client {
        Process::Member(_, nth) => nth.to_string(),
        Process::Producer(_) | Process::Broker(_) => String::new(),
    }
}

/// What a client does that no line stands for.
fn note(one: &ClientDoing, lines: &[&CodeLine]) -> Option<String> {
    let stands = |step: &ClientStep| lines.iter().any(|line| line.does.contains(step));
    match one.state {
        ClientState::Ended => Some("does not run".into()),
        ClientState::Paused => Some("is paused".into()),
        ClientState::Up if one.steps.iter().any(stands) => None,
        ClientState::Up => {
            let said: Vec<&str> = one.steps.iter().map(|step| step.said()).collect();
            Some(if said.is_empty() { "waits".into() } else { said.join(", ") })
        }
    }
}
