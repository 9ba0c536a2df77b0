//! The command palette: every action, every knob, every topic, found by a few letters.

use crate::app::{Action, App, faults, fuzzy};
use crate::knobs::{self, Change, Knob};
use crate::scenario::Act;
use std::sync::Arc;

/// At most this many entries are listed.
const MAX_ENTRIES: usize = 200;

/// One thing to choose.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// Its name, as it is matched.
    pub name: String,
    pub doc: String,
    /// The keys that do it.
    pub keys: String,
    /// Why it cannot be done now.
    pub disabled: Option<&'static str>,
    pub run: Run,
}

/// What an entry does.
#[derive(Clone, PartialEq, Debug)]
pub enum Run {
    Action(Action),
    Set(Change),
    /// Goes to a knob's row.
    Knob(&'static Knob),
    Topic(Arc<str>),
    /// Does something to a cluster that runs here.
    Act(Act),
}

/// Entries for what was typed, the best first. `acks 1` offers to set the knob.
pub(super) fn entries(app: &App, typed: &str) -> Vec<Entry> {
    if let Some(wanted) = typed.strip_prefix(faults::PREFIX) {
        return menu(app, wanted.trim());
    }
    let typed = typed.trim();
    if let Some(entry) = setting(typed) {
        return vec![entry];
    }
    let (name, rest) = typed.split_once([' ', '=']).unwrap_or((typed, ""));
    let mut found: Vec<(i32, Entry)> = Vec::new();
    let mut add = |name: &str, entry: &dyn Fn() -> Entry| {
        if let Some(score) = fuzzy::score(typed, name) {
            found.push((score, entry()));
        }
    };
    for row in Action::offered() {
        add(row.name(), &|| action_entry(app, row));
    }
    for knob in knobs::ALL {
        add(knob.name, &|| knob_entry(app, knob));
    }
    if let Some(cluster) = app.cluster() {
        for topic in cluster.topics.iter().filter(|topic| !topic.internal) {
            add(&topic.name, &|| topic_entry(&topic.name));
        }
    }
    for fault in faults::entries(app) {
        add(&fault.name, &|| fault.clone());
    }
    if found.is_empty() && !rest.is_empty() {
        return knob_values(app, name);
    }
    found.sort_by(|(a, left), (b, right)| b.cmp(a).then_with(|| left.name.cmp(&right.name)));
    found.truncate(MAX_ENTRIES);
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// The fault menu: in its own order, or by what was typed behind the prefix.
fn menu(app: &App, typed: &str) -> Vec<Entry> {
    let scored = faults::entries(app).into_iter().filter_map(|entry| {
        let score = fuzzy::score(typed, entry.name.trim_start_matches(faults::PREFIX))?;
        Some((if typed.is_empty() { 0 } else { score }, entry))
    });
    let mut scored: Vec<(i32, Entry)> = scored.collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, entry)| entry).collect()
}

/// `acks 1`, `acks=1`, `topic:min.insync.replicas 2`.
fn setting(typed: &str) -> Option<Entry> {
    let (name, value) = typed.split_once([' ', '='])?;
    let change = Change::parse(&format!("{}={}", name.trim(), value.trim())).ok()?;
    Some(Entry {
        name: format!("{} = {}", change.knob.full_name(), change.value),
        doc: change.knob.doc.into(),
        keys: String::new(),
        disabled: None,
        run: Run::Set(change),
    })
}

/// The knobs that a mistyped setting may have meant.
fn knob_values(app: &App, name: &str) -> Vec<Entry> {
    let scored = knobs::ALL.iter().filter_map(|knob| Some((fuzzy::score(name, knob.name)?, *knob)));
    let mut scored: Vec<_> = scored.collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, knob)| knob_entry(app, knob)).collect()
}

fn action_entry(app: &App, action: Action) -> Entry {
    Entry {
        name: action.name().into(),
        doc: action.doc().into(),
        keys: app.keys_text(action),
        disabled: action.disabled(app),
        run: Run::Action(action),
    }
}

fn knob_entry(app: &App, knob: &'static Knob) -> Entry {
    let row = app.knob_rows().iter().find(|row| row.knob == knob);
    let now = row.map_or("?".into(), |row| row.now.as_ref().map_or("?".into(), |value| value.to_string()));
    Entry {
        name: knob.name.into(),
        doc: format!("{} = {now}; type a blank and a value: {}", knob.scope, knob.kind.allowed()),
        keys: String::new(),
        disabled: None,
        run: Run::Knob(knob),
    }
}

fn topic_entry(name: &Arc<str>) -> Entry {
    Entry {
        name: name.to_string(),
        doc: "study this topic".into(),
        keys: String::new(),
        disabled: None,
        run: Run::Topic(name.clone()),
    }
}
