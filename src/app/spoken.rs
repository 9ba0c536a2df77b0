//! The screen in words, a line each, for those who listen to it: the state, the rows of a pane, what came of a command and what changed by itself.

use crate::app::{App, Cell, CellStyle, Column, ExplorePage, Health, Level, Overlay, Pane, Toast, mark_text};
use crate::model::{Mark, Millis, human_count, plural};

/// So many rows of a list are told at once.
const MOST_ROWS: usize = 40;
/// So many warnings that came or went are told at once.
const MOST_NEWS: usize = 10;
/// What happens of one kind within a second is one mark, so that a mark is told when its second is over.
const MARK_MS: Millis = 1_000;

impl App {
    /// What is looked at, how it is, and what it means.
    pub fn state_lines(&self) -> Vec<String> {
        let mut lines = vec![self.title_line()];
        if self.cluster().is_none() {
            return lines;
        }
        lines.push("Brokers:".into());
        lines.extend(self.row_lines(Pane::Brokers));
        lines.push(self.partitions_line());
        lines.extend(self.troubled_lines());
        lines.push("Groups:".into());
        lines.extend(self.row_lines(Pane::Groups));
        if let Some(next) = self.assessment().and_then(|assessment| assessment.next_break.as_ref()) {
            lines.push(format!("First to break: {next}"));
        }
        lines.push(format!("Warnings: {}.", self.warnings_line()));
        lines.extend(self.row_lines(Pane::Warnings));
        lines
    }

    /// The rows of a pane, each with the headings of its columns.
    pub fn row_lines(&self, pane: Pane) -> Vec<String> {
        let declared = pane.declaration();
        if let Some(cell) = (declared.placeholder)(self) {
            return vec![cell.text];
        }
        let row = |item: &u32| spoken_row(declared.columns, &(declared.cells)(self, *item));
        let items = self.items(pane);
        let mut lines: Vec<String> = items.iter().take(MOST_ROWS).map(row).collect();
        if let Some(more) = items.len().checked_sub(MOST_ROWS).filter(|more| *more > 0) {
            lines.push(format!("and {}; `filter` shows fewer", plural(more, "more row")));
        }
        if lines.is_empty() {
            lines.push("no rows".into());
        }
        lines
    }

    fn title_line(&self) -> String {
        let mut parts = vec![format!("{} {}", self.origin.badge(), self.origin.name())];
        parts.extend(self.cluster().map(|cluster| match cluster.version.get() {
            Some(version) => format!("Kafka {version}"),
            None => "Kafka of unknown version".into(),
        }));
        if let Some(clock) = self.clock {
            let paused = if clock.paused { ", paused" } else { "" };
            parts.push(format!("{} s{paused}", clock.at_ms / 1000));
        }
        if let Some(detail) = &self.detail {
            parts.push(format!("{} acknowledged", human_count(detail.counters.acked as i64)));
        }
        if self.is_what_if() {
            parts.push("a what-if: nothing is sent".into());
        }
        parts.extend(self.alarms().into_iter().map(|(_, text)| text));
        parts.join(", ")
    }

    /// How many partitions are how.
    fn partitions_line(&self) -> String {
        let some = Health::ALL.into_iter().map(|health| (self.summary.count(health), health.word()));
        let counts: Vec<String> =
            some.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        format!("Partitions: {}.", if counts.is_empty() { "none".into() } else { counts.join(", ") })
    }

    /// Partitions that are not as they should be.
    fn troubled_lines(&self) -> Vec<String> {
        let Some(cluster) = self.cluster() else { return Vec::new() };
        let declared = Pane::Partitions.declaration();
        let troubled = (0..(declared.count)(self) as u32).filter(|item| {
            self.summary.health_of(cluster, crate::model::PartitionIx(*item)).level() >= Level::Unknown
        });
        let row = |item| spoken_row(declared.columns, &(declared.cells)(self, item));
        troubled.take(MOST_ROWS).map(row).collect()
    }

    fn warnings_line(&self) -> String {
        let Some(assessment) = self.assessment() else { return "not assessed yet".into() };
        let counts =
            ["critical", "high", "medium", "low", "unknown"].map(|word| (assessment.count(word), word));
        let some = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = some.map(|(count, word)| format!("{count} {word}")).collect();
        if counts.is_empty() { "none".into() } else { counts.join(", ") }
    }
}

/// `rack a, broker 1, leaders 5, state OK`
fn spoken_row(columns: &[Column], cells: &[Cell]) -> String {
    let told = columns.iter().zip(cells).filter(|(_, cell)| !cell.text.trim().is_empty());
    let parts: Vec<String> = told.map(|(column, cell)| spoken_cell(column, cell)).collect();
    format!("  {}", parts.join(", "))
}

/// A label that only a mark and a colour judge gets the judgement as a word.
fn spoken_cell(column: &Column, cell: &Cell) -> String {
    let word = match cell.style {
        CellStyle::Status(Level::Bad) if column.title.is_empty() => "BAD: ",
        CellStyle::Status(Level::Warn) if column.title.is_empty() => "AT RISK: ",
        CellStyle::Status(Level::Unknown) if column.title.is_empty() => "UNKNOWN: ",
        _ => "",
    };
    format!("{} {word}{}", column.title, cell.text.trim()).trim().to_string()
}

fn page_lines(page: &ExplorePage) -> Vec<String> {
    let Some(data) = &page.data else { return Vec::new() };
    let mut lines: Vec<String> = data.intro.iter().map(|(_, text)| text.clone()).collect();
    for row in &data.rows {
        let cells = data.headings.iter().zip(&row.cells);
        let told = cells.filter(|(_, cell)| !cell.text.trim().is_empty());
        let parts: Vec<String> = told
            .map(|(heading, cell)| format!("{heading} {}", cell.text.trim()).trim().to_string())
            .collect();
        lines.push(format!("  {}", parts.join(", ")));
    }
    lines
}

/// What somebody who listens has been told.
#[derive(Default)]
pub struct Listener {
    has_state: bool,
    marks_until_ms: Millis,
    /// Marks whose second was not over, told because time stood still.
    marks_so_far: Vec<Mark>,
    lost: u64,
    trouble: Option<String>,
    warnings: Vec<(String, String)>,
    next_break: Option<String>,
    partitions: String,
    toast: Option<Toast>,
    overlay: Vec<String>,
    prompt: Option<String>,
    focus: Option<Pane>,
}

impl Listener {
    /// What is new, a line each. The first time the whole state is.
    pub fn hear(&mut self, app: &App) -> Vec<String> {
        let mut lines = self.answers(app);
        lines.extend(self.source(app));
        if app.cluster().is_none() || app.assessment().is_none() {
            return lines;
        }
        let news = [self.marks(app), self.losses(app), self.partitions(app), self.findings(app)].concat();
        if self.has_state {
            lines.extend(news);
        } else {
            self.has_state = true;
            lines.extend(app.state_lines());
        }
        lines
    }

    /// What came of a command: a message, a page, a question, another pane.
    fn answers(&mut self, app: &App) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(toast) = app.toast.as_ref().filter(|toast| self.toast.as_ref() != Some(*toast)) {
            lines.push(toast.text.clone());
        }
        self.toast.clone_from(&app.toast);
        let overlay = overlay_lines(app);
        if overlay != self.overlay {
            lines.extend(overlay.iter().cloned());
            self.overlay = overlay;
        }
        let prompt = app.prompt.as_ref().map(|prompt| {
            let error = prompt.error.as_ref().map_or(String::new(), |error| format!("; {error}"));
            format!("{} ({}){error}", prompt.label(), prompt.help())
        });
        if prompt != self.prompt {
            lines.extend(prompt.clone());
            self.prompt = prompt;
        }
        if self.focus.replace(app.focus).is_some_and(|focus| focus != app.focus) {
            lines.push(format!("{}:", app.focus.title()));
            lines.extend(app.row_lines(app.focus));
        }
        lines
    }

    fn source(&mut self, app: &App) -> Vec<String> {
        let trouble = app.source_error.as_ref().map(|trouble| trouble.what.clone());
        if trouble == self.trouble {
            return Vec::new();
        }
        let line = match &trouble {
            Some(what) => format!("STALE: what was told is old; {what}"),
            None => "the cluster answers again".into(),
        };
        self.trouble = trouble;
        vec![line]
    }

    fn marks(&mut self, app: &App) -> Vec<String> {
        let now = app.clock.map_or(app.now_ms, |clock| clock.at_ms);
        // Time went back: what was told of later has not happened.
        let from = self.marks_until_ms.min(now);
        self.marks_until_ms = now - MARK_MS;
        let until = if app.clock.is_some_and(|clock| clock.paused) { now } else { self.marks_until_ms };
        let marks = app.time_marks();
        let is_new = |mark: &&&Mark| mark.at_ms > from && mark.at_ms <= until;
        // One that was told so far and has grown since is told again.
        let new: Vec<&Mark> =
            marks.iter().filter(is_new).copied().filter(|mark| !self.marks_so_far.contains(mark)).collect();
        let told = |at_ms: Millis| match app.clock {
            Some(_) => format!("at {:.1} s: ", at_ms as f64 / 1000.0),
            None => String::new(),
        };
        let lines = new.iter().map(|mark| format!("{}{}", told(mark.at_ms), mark_text(mark))).collect();
        self.marks_so_far.extend(new.into_iter().cloned());
        self.marks_so_far.retain(|mark| mark.at_ms > self.marks_until_ms && mark.at_ms <= now);
        lines
    }

    fn losses(&mut self, app: &App) -> Vec<String> {
        let before = std::mem::replace(&mut self.lost, app.refuted.lost);
        if app.refuted.lost <= before {
            return Vec::new();
        }
        vec![format!("LOST {} by now", plural(app.refuted.lost as usize, "acknowledged record"))]
    }

    fn partitions(&mut self, app: &App) -> Vec<String> {
        let now = app.partitions_line();
        let before = std::mem::replace(&mut self.partitions, now.clone());
        if before == now { Vec::new() } else { vec![now] }
    }

    /// Warnings that came and went, and what breaks next.
    fn findings(&mut self, app: &App) -> Vec<String> {
        let Some(assessment) = app.assessment().filter(|_| !app.is_computing()) else { return Vec::new() };
        let here =
            assessment.warnings.iter().filter(|warning| warning.delta != crate::app::WarningDelta::Resolved);
        let now: Vec<(String, String)> = here
            .map(|warning| {
                let what = format!("{} {}, {}", warning.word, warning.rule, warning.subject);
                (what, warning.evidence.clone())
            })
            .collect();
        let has = |list: &[(String, String)], what: &str| list.iter().any(|(known, _)| known == what);
        let came = now.iter().filter(|(what, _)| !has(&self.warnings, what));
        let mut lines: Vec<String> =
            came.map(|(what, evidence)| format!("new warning: {what}: {evidence}")).collect();
        let went = self.warnings.iter().filter(|(what, _)| !has(&now, what));
        lines.extend(went.map(|(what, _)| format!("no longer: {what}")));
        let more = lines.len().saturating_sub(MOST_NEWS);
        lines.truncate(MOST_NEWS);
        if more > 0 {
            lines.push(format!("and {}; `pane-warnings` tells all", plural(more, "more change")));
        }
        if assessment.next_break != self.next_break {
            lines.extend(assessment.next_break.iter().map(|next| format!("First to break: {next}")));
            self.next_break.clone_from(&assessment.next_break);
        }
        self.warnings = now;
        lines
    }
}

/// A page that does not end at the width of a screen.
const PAGE_COLUMNS: u16 = 400;

fn overlay_lines(app: &App) -> Vec<String> {
    match &app.overlay {
        None => Vec::new(),
        Some(Overlay::Page(page, _)) => {
            let lines = page.lines(PAGE_COLUMNS).into_iter().map(|(_, line)| line);
            [page.title.clone()].into_iter().chain(lines).filter(|line| !line.is_empty()).collect()
        }
        Some(Overlay::Explore(page)) if page.is_computing() => Vec::new(),
        Some(Overlay::Explore(page)) => page_lines(page),
        Some(Overlay::Ask { text, .. }) => {
            text.iter().cloned().chain(["Answer `yes` or `no`.".to_string()]).collect()
        }
    }
}
