//! The whole state of the screen. `update` takes a message and yields effects: synchronous, deterministic, quick.

mod action;
mod actions;
mod alarms;
mod assess;
mod assessment;
mod cell;
mod challenge;
mod conditions;
mod drill_down;
mod effect;
mod entry;
mod event_log;
mod explore;
mod faults;
mod filter;
mod finale;
mod fuzzy;
mod health;
mod help;
mod input_line;
mod item;
mod knob_rows;
mod level;
mod line;
mod list;
mod logs;
mod marks;
mod msg;
mod original;
mod outcome;
mod overlay;
mod page;
mod page_request;
mod palette;
mod panes;
mod pin;
mod places;
mod presenter;
mod prompt;
mod quiz;
mod refuted;
mod row_key;
mod rows;
mod settings_page;
mod shape;
mod side_by_side;
mod snapshot;
mod sort;
mod spoken;
mod start;
mod summary;
mod time_line;
mod tweak;
mod update;
mod user_keys;
mod workshop;

pub use crate::consequences::LagHistory;
pub use action::{Action, Group};
pub use assess::{assess, objections};
pub use assessment::{AssessmentView, Consequence, Warning, WarningDelta};
pub use cell::{Align, Cell, CellStyle, Column};
pub(crate) use challenge::Contest;
pub use effect::{AssessmentRequest, Command, Effect};
pub use entry::{PaletteEntry, PaletteRun};
pub use explore::{ExplorePage, PageLayout, explore};
pub use filter::{Field, Filter};
pub use health::Health;
pub use input_line::InputLine;
pub use item::Item;
pub use knob_rows::KnobRow;
pub use level::Level;
pub use list::List;
pub use marks::{mark_style, mark_text};
pub use msg::{Msg, Target};
pub use overlay::{Overlay, Toast};
pub use page::Page;
pub use page_request::{AxisLabel, ExploreKind, PageData, PageRequest, PageRow, Parameters, Plot};
pub use panes::{Foot, FootText, Height, Pane, PaneDeclaration, Picture, Place};
pub use pin::Pin;
pub use places::default_keymap;
pub(crate) use presenter::Presenter;
pub use prompt::{Prompt, PromptKind};
pub use settings_page::{SettingRow, SettingRows};
pub use side_by_side::Side;
pub use snapshot::{Clock, Origin, Snapshot, SourceError};
pub use sort::{Sort, SortOrder};
pub use spoken::Listener;
pub(crate) use start::Began;
pub use start::{Label, LabelColor, Start};
pub use summary::{BrokerRow, ClusterSummary, GroupRow};
pub use time_line::{Series, TimeWindow};
pub use user_keys::keymap_with;
pub(crate) use workshop::{CodeRow, Stage};

use filter::FieldTest;
use refuted::Refuted;
use row_key::RowKey;

use crate::hypothesis::Hypothesis;
use crate::keymap::{Key, Keymap, KeymapError};
use crate::model::{BrokerId, Cluster, Millis};
use crate::sim::SimView;
use std::sync::Arc;

/// The whole state of the screen.
pub struct App {
    pub(crate) origin: Origin,
    pub(crate) size: (u16, u16),
    pub(crate) now_ms: Millis,
    pub(crate) focus: Pane,
    /// The cluster pane or the knobs, whichever had the keys last: what a small screen shows.
    pub(crate) main: Pane,
    pub(crate) zoom: bool,
    pub(crate) clock: Option<Clock>,
    pub(crate) detail: Option<Arc<SimView>>,
    pub(crate) source_error: Option<SourceError>,
    pub(crate) request_rate: Option<u64>,
    pub(crate) summary: ClusterSummary,
    /// The engine's answer as it is shown: without what the run has refuted.
    pub(crate) assessment: Option<Arc<AssessmentView>>,
    /// The engine's answer as it came.
    answer: Option<Arc<AssessmentView>>,
    pub(crate) refuted: Refuted,
    pub(crate) overlay: Option<Overlay>,
    trail: drill_down::Trail,
    pub(crate) prompt: Option<Prompt>,
    pub(crate) toast: Option<Toast>,
    pub(crate) typed: Vec<Key>,
    pub(crate) selected_topic: Option<Arc<str>>,
    /// Whether partitions of Kafka's own topics are listed.
    pub(crate) shows_internal: bool,
    /// The logs of the selected partition.
    logs: logs::ShownLogs,
    /// Two runs beside each other, while they are shown.
    side_by_side: Option<side_by_side::SideBySide>,
    time_line: time_line::TimeLine,
    pub(crate) mouse: bool,
    /// What the user began with, and does not change.
    pub(crate) began: Began,
    pub(crate) stale_ms: Millis,
    /// While the view is frozen: since when, and the newest state that is not shown.
    pub(crate) frozen: Option<(Millis, Option<Snapshot>)>,
    /// The scene of the workshop that is played.
    pub(crate) stage: Option<Stage>,
    /// The challenge of the workshop that is played.
    pub(crate) contest: Option<Contest>,
    /// While it is shown to a room.
    pub(crate) presenter: Option<Presenter>,
    /// What the copy that is shown was made of.
    original: Option<Box<original::Original>>,
    keymap: Keymap<&'static Action>,
    themes: Vec<String>,
    theme: usize,
    hypothesis: Option<Hypothesis>,
    /// Brokers that are gone in the what-if, in the order in which they went.
    lost: Vec<BrokerId>,
    shown: Option<Arc<Cluster>>,
    moved: Vec<tweak::Moved>,
    undone: Vec<tweak::Moved>,
    /// Configurations that were kept to compare with, and how many there have ever been.
    pins: pin::Pins,
    /// The goals typed last.
    goals: String,
    knobs: Vec<KnobRow>,
    lags: LagHistory,
    filters: [Filter; Pane::COUNT],
    sorts: [Sort; Pane::COUNT],
    rows: [Vec<u32>; Pane::COUNT],
    lists: [List; Pane::COUNT],
    row_keys: [Option<RowKey>; Pane::COUNT],
    generation: u64,
    assessed: u64,
    /// What the engine was asked for last.
    asked: Option<update::Asked>,
    page_requests: u64,
    finale: Option<finale::Finale>,
}

impl App {
    /// An application without a cluster yet.
    ///
    /// # Errors
    /// When the user's keymap file has a mistake.
    pub fn new(start: Start) -> Result<App, KeymapError> {
        let (keymap, key_notes) = keymap_with(&start.keys)?;
        let (focus, sorts, began) = (start.first_pane(), start.sorts_of_panes(), start.began(key_notes));
        Ok(App {
            origin: start.origin,
            size: (0, 0),
            now_ms: 0,
            focus,
            main: focus,
            zoom: false,
            clock: None,
            detail: None,
            source_error: None,
            request_rate: None,
            summary: ClusterSummary::default(),
            assessment: None,
            answer: None,
            refuted: Refuted::default(),
            overlay: None,
            trail: drill_down::Trail::default(),
            prompt: None,
            toast: None,
            typed: Vec::new(),
            selected_topic: None,
            shows_internal: start.internal_topics,
            logs: logs::ShownLogs::default(),
            side_by_side: None,
            time_line: time_line::TimeLine::of(start.recorded),
            mouse: start.mouse,
            began,
            stale_ms: start.stale_ms,
            frozen: None,
            stage: start.scene.map(if start.learns { Stage::learning } else { Stage::new }),
            contest: start.challenge.map(Contest::new),
            presenter: start.presenter.then(Presenter::default),
            original: None,
            keymap,
            themes: start.themes,
            theme: 0,
            hypothesis: None,
            lost: Vec::new(),
            shown: None,
            moved: Vec::new(),
            undone: Vec::new(),
            pins: pin::Pins::default(),
            goals: String::new(),
            knobs: Vec::new(),
            lags: LagHistory::default(),
            filters: std::array::from_fn(|_| Filter::default()),
            sorts,
            rows: std::array::from_fn(|_| Vec::new()),
            lists: [List::default(); Pane::COUNT],
            row_keys: [const { None }; Pane::COUNT],
            generation: 0,
            assessed: 0,
            asked: None,
            page_requests: 0,
            finale: None,
        })
    }

    /// The cluster that is shown: with the knobs, without the brokers lost in the what-if.
    pub fn cluster(&self) -> Option<&Arc<Cluster>> {
        self.shown.as_ref()
    }

    /// Whether what is shown is not what is: knobs were turned that are a what-if.
    pub fn is_what_if(&self) -> bool {
        let turned = self.hypothesis.as_ref().is_some_and(|hypothesis| !hypothesis.changes().is_empty());
        turned || (!self.lost.is_empty() && !self.origin.acts())
    }

    /// The knobs with their values.
    pub fn knob_rows(&self) -> &[KnobRow] {
        &self.knobs
    }

    /// The assessment, if the engine has answered.
    pub fn assessment(&self) -> Option<&AssessmentView> {
        self.assessment.as_deref()
    }

    /// Whether the engine has not answered yet since something changed that it assesses.
    pub fn is_computing(&self) -> bool {
        self.asked.as_ref().is_some_and(|asked| self.assessed < asked.changed)
    }

    /// The selection of a pane.
    pub fn list(&self, pane: Pane) -> &List {
        &self.lists[pane as usize]
    }

    /// The pane that has the keys.
    pub fn focus(&self) -> Pane {
        self.focus
    }

    /// The filter of a pane.
    pub fn filter(&self, pane: Pane) -> &Filter {
        &self.filters[pane as usize]
    }

    /// The order of a pane.
    pub fn sort(&self, pane: Pane) -> Sort {
        self.sorts[pane as usize]
    }

    /// The theme to show.
    pub fn theme(&self) -> &str {
        self.themes.get(self.theme).map_or("dark", String::as_str)
    }

    /// How old the cluster on the screen is, where time is real.
    pub fn age_ms(&self) -> Option<Millis> {
        let real = self.clock.is_none() && !matches!(self.origin, Origin::File(_) | Origin::Sim(_));
        let taken_at = self.cluster()?.taken_at;
        real.then(|| (self.now_ms - taken_at).max(0))
    }

    /// Whether the cluster on the screen is old.
    pub fn is_stale(&self) -> bool {
        self.age_ms().is_some_and(|age| age > self.stale_ms)
    }

    /// When something on the screen changes by itself: an age grows, a message goes.
    pub fn next_tick_ms(&self) -> Option<Millis> {
        let second = self.now_ms + 1000;
        let counts = self.presenter.is_some()
            || self.source_error.is_some()
            || self.frozen.is_some()
            || self.is_stale();
        let ages = self
            .age_ms()
            .filter(|age| *age <= self.stale_ms)
            .map(|age| second - 1000 + self.stale_ms - age + 1);
        let toast = self.toast.as_ref().map(|toast| toast.until_ms);
        [counts.then_some(second), ages, toast].into_iter().flatten().min()
    }

    /// The selected broker, whichever pane has the keys.
    pub fn selected_broker(&self) -> Option<BrokerId> {
        let row = self.selected_item(Pane::Brokers)?;
        self.summary.brokers.get(row as usize).map(|broker| broker.id)
    }

    /// The selected knob, when the knobs have the keys.
    pub fn selected_knob(&self) -> Option<&KnobRow> {
        if self.focus != Pane::Knobs {
            return None;
        }
        self.knobs.get(self.selected_item(Pane::Knobs)? as usize)
    }

    /// The figure of the selected consequence, when the consequences have the keys.
    pub(crate) fn selected_figure(&self) -> Option<&'static str> {
        if self.focus != Pane::Consequences {
            return None;
        }
        let item = self.selected_item(Pane::Consequences)?;
        self.assessment()?.consequences.get(item as usize).map(|row| row.id)
    }

    pub(crate) fn can_undo(&self) -> bool {
        !self.moved.is_empty()
    }

    pub(crate) fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    pub(crate) fn is_pinned(&self) -> bool {
        !self.pins.is_empty()
    }

    /// The item behind the selected row of a pane.
    pub(crate) fn selected_item(&self, pane: Pane) -> Option<u32> {
        self.rows[pane as usize].get(self.list(pane).selected()?).copied()
    }

    /// The items behind the rows of a pane.
    pub(crate) fn items(&self, pane: Pane) -> &[u32] {
        &self.rows[pane as usize]
    }

    /// Shows a line for a few seconds.
    fn notify(&mut self, level: Level, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), level, until_ms: self.now_ms + 5_000 });
    }
}

#[cfg(test)]
mod tests;
