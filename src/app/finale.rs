//! The finale on the screen: the scoreboard of the presets, which fills while they are played on another thread.

use crate::app::{App, CellStyle, Effect, Level, Overlay, Page};
use crate::report::{finale_head, finale_row};
use crate::workshop::{FinaleNews, FinaleRun, finale_presets};

/// How far it is, since it was asked for first.
#[derive(Clone, Debug, Default)]
pub(super) struct Finale {
    runs: Vec<FinaleRun>,
    /// The preset that is played, and how many of a hundred parts have passed.
    playing: Option<(&'static str, u32)>,
}

impl App {
    /// Shows the scoreboard. The first time it is played for that; it goes on when the page is closed, and is not played
    /// again: the same seed has the same numbers.
    pub(super) fn open_finale(&mut self) -> Vec<Effect> {
        let is_new = self.finale.is_none();
        let page = page(self.finale.get_or_insert_default());
        self.overlay = Some(Overlay::Page(page, 0));
        if is_new { vec![Effect::PlayFinale] } else { Vec::new() }
    }

    /// Takes what has come of it, and shows it where the scoreboard is open.
    pub(super) fn take_finale(&mut self, news: FinaleNews) {
        let finale = self.finale.get_or_insert_default();
        match news {
            FinaleNews::Playing(preset, percent) => finale.playing = Some((preset.id, percent)),
            FinaleNews::Played(run) => {
                finale.playing = None;
                finale.runs.push(*run);
            }
            FinaleNews::Failed => finale.playing = None,
        }
        if let Some(Overlay::Page(shown, _)) = self.overlay.as_mut().filter(is_scoreboard) {
            *shown = page(finale);
        }
    }
}

const TITLE: &str = "Four presets, the same faults";

fn is_scoreboard(overlay: &&mut Overlay) -> bool {
    matches!(overlay, Overlay::Page(page, _) if page.title == TITLE)
}

fn page(finale: &Finale) -> Page {
    let mut page = Page::new(TITLE);
    page.add(CellStyle::Heading, finale_head());
    let is_whole = finale_presets().count() == finale.runs.len();
    for preset in finale_presets() {
        match finale.runs.iter().find(|run| run.preset.id == preset.id) {
            // Nothing is the best before all are there.
            Some(run) => {
                page.add(CellStyle::Strong, finale_row(run, if is_whole { &finale.runs } else { &[] }))
            }
            None => page.add(CellStyle::Level(Level::Unknown), waiting(preset.id, finale.playing)),
        }
    }
    page.gap();
    if is_whole {
        page.add(CellStyle::Plain, "* the best of its column");
    }
    for preset in finale_presets() {
        page.section(preset.id, [preset.doc.to_string()].into_iter().chain(not_simulated(finale, preset.id)));
    }
    page
}

fn waiting(id: &str, playing: Option<(&str, u32)>) -> String {
    match playing {
        Some((other, percent)) if other == id => format!("{id:<13}is played: {percent} %"),
        _ => format!("{id:<13}not played yet"),
    }
}

fn not_simulated(finale: &Finale, id: &str) -> Option<String> {
    let run = finale.runs.iter().find(|run| run.preset.id == id && !run.left.is_empty())?;
    let left: Vec<String> = run.left.iter().map(ToString::to_string).collect();
    Some(format!("not simulated: {}", left.join(", ")))
}
