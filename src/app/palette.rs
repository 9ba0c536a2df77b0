//! The command palette: every action, every knob, every topic, found by a few letters.

use crate::app::fuzzy::Search;
use crate::app::{Action, App, PaletteEntry, PaletteRun, challenge, faults};
use crate::knobs::{self, Change, Knob};
use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

/// At most this many entries are listed.
const MAX_ENTRIES: usize = 200;

/// Entries for what was typed, the best first. `acks 1` offers to set the knob.
pub(super) fn entries(app: &App, typed: &str) -> Vec<PaletteEntry> {
    if let Some(wanted) = typed.strip_prefix(faults::PREFIX) {
        return menu(faults::entries(app), faults::PREFIX, wanted.trim());
    }
    if let Some(wanted) = typed.strip_prefix(challenge::PREFIX) {
        return menu(challenge::entries(app), challenge::PREFIX, wanted.trim());
    }
    let typed = typed.trim();
    if let Some(entry) = setting(typed) {
        return vec![entry];
    }
    let (name, rest) = typed.split_once([' ', '=']).unwrap_or((typed, ""));
    let faults = faults::entries(app);
    let mut found = matching(app, &faults, typed);
    if found.is_empty() && !rest.is_empty() {
        return knob_values(app, name);
    }
    // Only what is listed needs an order.
    if found.len() > MAX_ENTRIES {
        found.select_nth_unstable_by(MAX_ENTRIES, better_first);
        found.truncate(MAX_ENTRIES);
    }
    found.sort_by(better_first);
    found.into_iter().map(|(_, found)| found.entry(app)).collect()
}

fn better_first((a, left): &(i32, Found<'_>), (b, right): &(i32, Found<'_>)) -> Ordering {
    b.cmp(a).then_with(|| left.name().cmp(right.name()))
}

/// Something that the palette lists, before its entry is written: there may be many more than are shown.
enum Found<'a> {
    Action(&'static Action),
    Knob(&'static Knob),
    Topic(&'a Arc<str>),
    Fault(&'a PaletteEntry),
}

impl Found<'_> {
    fn name(&self) -> &str {
        match self {
            Found::Action(action) => action.name,
            Found::Knob(knob) => knob.name,
            Found::Topic(name) => name,
            Found::Fault(entry) => &entry.name,
        }
    }

    fn entry(self, app: &App) -> PaletteEntry {
        match self {
            Found::Action(action) => action_entry(app, action),
            Found::Knob(knob) => knob_entry(app, knob),
            Found::Topic(name) => topic_entry(name),
            Found::Fault(entry) => entry.clone(),
        }
    }
}

/// Everything whose name has the letters, with how well it fits.
fn matching<'a>(app: &'a App, faults: &'a [PaletteEntry], typed: &str) -> Vec<(i32, Found<'a>)> {
    let topics = app.cluster().map_or(&[][..], |cluster| &cluster.topics);
    let topics = topics.iter().filter(|topic| !topic.internal).map(|topic| Found::Topic(&topic.name));
    let all = Action::offered().map(Found::Action);
    let all = all.chain(knobs::ALL.iter().map(|knob| Found::Knob(knob))).chain(topics);
    let all = all.chain(faults.iter().map(Found::Fault));
    let mut search = Search::new(typed);
    all.filter_map(|found| Some((search.score(found.name())?, found))).collect()
}

/// A menu of entries whose names have a prefix: in their own order, or by what was typed behind the prefix.
fn menu(entries: Vec<PaletteEntry>, prefix: &str, typed: &str) -> Vec<PaletteEntry> {
    let mut search = Search::new(typed);
    let scored = entries.into_iter().filter_map(|entry| {
        let score = search.score(entry.name.trim_start_matches(prefix))?;
        Some((if typed.is_empty() { 0 } else { score }, entry))
    });
    let mut scored: Vec<(i32, PaletteEntry)> = scored.collect();
    scored.sort_by_key(|(score, _)| Reverse(*score));
    scored.into_iter().map(|(_, entry)| entry).collect()
}

/// `acks 1`, `acks=1`, `topic:min.insync.replicas 2`.
fn setting(typed: &str) -> Option<PaletteEntry> {
    let (name, value) = typed.split_once([' ', '='])?;
    let change = Change::parse(&format!("{}={}", name.trim(), value.trim())).ok()?;
    let name = format!("{} = {}", change.knob.full_name(), change.value);
    Some(PaletteEntry::new(name, change.knob.doc, PaletteRun::Set(change)))
}

/// The knobs that a mistyped setting may have meant.
fn knob_values(app: &App, name: &str) -> Vec<PaletteEntry> {
    let mut search = Search::new(name);
    let scored = knobs::ALL.iter().filter_map(|knob| Some((search.score(knob.name)?, *knob)));
    let mut scored: Vec<_> = scored.collect();
    scored.sort_by_key(|(score, _)| Reverse(*score));
    scored.into_iter().map(|(_, knob)| knob_entry(app, knob)).collect()
}

fn action_entry(app: &App, action: &'static Action) -> PaletteEntry {
    PaletteEntry {
        keys: app.keys_of(action),
        disabled: action.disabled(app),
        ..PaletteEntry::new(action.name, action.doc, PaletteRun::Action(action))
    }
}

fn knob_entry(app: &App, knob: &'static Knob) -> PaletteEntry {
    let row = app.knob_rows().iter().find(|row| row.knob == knob);
    let now = row.map_or("?".into(), |row| row.now.as_ref().map_or("?".into(), |value| value.to_string()));
    let doc = format!("{} = {now}; set it as `{} VALUE`: {}", knob.scope, knob.name, knob.kind.allowed());
    PaletteEntry::new(knob.name, doc, PaletteRun::Knob(knob))
}

fn topic_entry(name: &Arc<str>) -> PaletteEntry {
    PaletteEntry::new(&**name, "show figures and knobs of this topic", PaletteRun::Topic(name.clone()))
}
