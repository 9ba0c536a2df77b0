//! A client's loop as pseudocode beside a scene, each line with what the client does while it runs.

use crate::model::ClientStep;
use crate::scenario::error::{Checked, mistake};
use crate::scenario::{Endpoint, Scenario};
use serde::{Deserialize, Serialize};

/// Lines of all loops of a scene together, and columns of each: they stand beside the picture.
const MOST_LINES: usize = 12;
const MOST_COLUMNS: usize = 42;

/// `[[scene.code]]`: the loop of one client.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeSpec {
    /// Whose it is: `producer/app`, or `group/billing` for each member of a group.
    pub of: Endpoint,
    pub lines: Vec<CodeLine>,
}

/// One line of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeLine {
    pub text: String,
    /// It runs while the client does one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub does: Vec<ClientStep>,
    /// It is only there with the fix, or only without it; left out, it always is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_fix: Option<bool>,
}

impl CodeSpec {
    /// The lines that are there as it is, or with the fix.
    pub fn shown(&self, with_fix: bool) -> impl Iterator<Item = &CodeLine> + Clone {
        self.lines.iter().filter(move |line| line.with_fix.is_none_or(|only| only == with_fix))
    }

    /// Whether the fix changes a line of it.
    pub fn is_mended(&self) -> bool {
        self.lines.iter().any(|line| line.with_fix.is_some())
    }
}

/// That each loop is one of a client of the scenario, and its lines are what such a client does.
pub(super) fn check(scenario: &Scenario, loops: &[CodeSpec]) -> Checked {
    for (at, code) in loops.iter().enumerate() {
        client(scenario, at, code)?;
        code.lines.iter().try_for_each(|line| check_line(at, code, line))?;
        if !code.lines.iter().any(|line| !line.does.is_empty()) {
            return mistake(TABLE, at, "no line says what its client does there: give one a `does`");
        }
    }
    let shown = |with_fix| loops.iter().map(|code| code.shown(with_fix).count()).sum::<usize>();
    let most = shown(false).max(shown(true));
    if most > MOST_LINES {
        return mistake(TABLE, 0, format!("all code together is {most} lines: at most {MOST_LINES}"));
    }
    Ok(())
}

const TABLE: &str = "[[scene.code]]";

fn client(scenario: &Scenario, at: usize, code: &CodeSpec) -> Checked {
    let is_there = match &code.of {
        Endpoint::Producer(name) => scenario.producers.iter().any(|spec| spec.name == *name),
        Endpoint::Group(name) => scenario.groups.iter().any(|spec| spec.name == *name),
        _ => return mistake(TABLE, at, "of is producer/NAME or group/NAME"),
    };
    if is_there { Ok(()) } else { mistake(TABLE, at, format!("of: there is no {}", code.of)) }
}

fn check_line(at: usize, code: &CodeSpec, line: &CodeLine) -> Checked {
    let columns = line.text.chars().count();
    if columns > MOST_COLUMNS || line.text.chars().any(char::is_control) {
        let what = format!("`{}` is one line of at most {MOST_COLUMNS} letters", line.text.trim());
        return mistake(TABLE, at, what);
    }
    let is_producer = matches!(code.of, Endpoint::Producer(_));
    let can = |step: &ClientStep| if is_producer { step.is_of_producer() } else { step.is_of_consumer() };
    match line.does.iter().find(|step| !can(step)) {
        Some(step) => {
            let able: Vec<&str> =
                ClientStep::ALL.iter().filter(|step| can(step)).map(|step| step.word()).collect();
            let what = format!("{} never does `{}`: it does {}", code.of, step.word(), able.join(", "));
            mistake(TABLE, at, what)
        }
        None => Ok(()),
    }
}
