//! Pages to read over the panes: help, and everything about one row.

use crate::app::explore::level_of;
use crate::app::{Action, App, CellStyle, Group, Level, Pane, cells};
use crate::consequences::{Input, restart};
use crate::keymap::Context;
use crate::model::{Lag, PartitionIx, human_count};
use unicode_width::UnicodeWidthChar;

/// A title and paragraphs.
#[derive(Clone, PartialEq, Debug)]
pub struct Page {
    pub title: String,
    /// Whether it is the page of keys.
    pub is_help: bool,
    /// Whether it is the story of a run, which goes on.
    pub is_event_log: bool,
    paragraphs: Vec<(CellStyle, String)>,
}

/// Widest text that is pleasant to read.
const MAX_WIDTH: u16 = 84;

impl Page {
    fn new(title: impl Into<String>) -> Page {
        Page { title: title.into(), is_help: false, is_event_log: false, paragraphs: Vec::new() }
    }

    fn add(&mut self, style: CellStyle, text: impl Into<String>) {
        self.paragraphs.push((style, text.into()));
    }

    fn gap(&mut self) {
        self.add(CellStyle::Plain, "");
    }

    /// A heading and its paragraphs, indented; nothing where there are none.
    fn section(&mut self, title: &str, paragraphs: impl IntoIterator<Item = String>) {
        let mut paragraphs = paragraphs.into_iter().filter(|text| !text.is_empty()).peekable();
        if paragraphs.peek().is_some() {
            self.gap();
            self.add(CellStyle::Heading, title);
        }
        paragraphs.for_each(|text| self.add(CellStyle::Plain, format!("  {text}")));
    }

    /// Columns and rows of text that a screen of this size has for a page.
    pub fn room(screen: (u16, u16)) -> (u16, u16) {
        (screen.0.saturating_sub(6).clamp(1, MAX_WIDTH), screen.1.saturating_sub(6).max(1))
    }

    /// Its lines, none wider than this.
    pub fn lines(&self, width: u16) -> Vec<(CellStyle, String)> {
        wrapped(&self.paragraphs, width)
    }

    /// All keys, those of the present pane first.
    pub(super) fn help(app: &App) -> Page {
        let mut page = Page { is_help: true, ..Page::new("Keys") };
        let mut contexts = vec![app.focus.context(), Context::List, Context::Global];
        contexts.dedup();
        for group in Group::ALL {
            let context: &[Context] = match group {
                Group::Typing => &[Context::Palette, Context::Input],
                Group::Exploring => &[Context::Explore, Context::List, Context::Global],
                _ => &contexts,
            };
            page.add(CellStyle::Strong, group.title());
            for action in Action::ALL.iter().filter(|action| action.group() == group) {
                let style = if action.disabled(app).is_some() { CellStyle::Muted } else { CellStyle::Plain };
                page.add(style, format!("  {:<18} {}", keys_in(app, context, *action), action.doc()));
            }
            page.gap();
        }
        page.add(CellStyle::Muted, "`x (1)` is a key of pane 1. What has no key is in the palette.");
        page
    }

    /// What happened in a run, the newest first, each with what led to it.
    pub(super) fn story(app: &App) -> Page {
        let mut page = Page { is_event_log: true, ..Page::new("What happened, the newest first") };
        let Some(detail) = &app.detail else { return page };
        let counters = &detail.counters;
        page.add(
            if counters.lost_acked > 0 { CellStyle::Level(Level::Bad) } else { CellStyle::Strong },
            format!(
                "acknowledged {}  failed {}  lost {}  duplicated {}  reordered {}",
                human_count(counters.acked as i64),
                human_count(counters.failed as i64),
                human_count(counters.lost_acked as i64),
                human_count(counters.duplicated as i64),
                human_count(counters.reordered as i64)
            ),
        );
        page.gap();
        for line in detail.lines.iter().rev() {
            let seconds = line.at_ms as f64 / 1000.0;
            let because = line.cause.map_or(String::new(), |cause| format!("  [from {cause}]"));
            page.add(CellStyle::Plain, format!("{seconds:>9.3}  {:>5}  {}{because}", line.seq, line.text));
        }
        page
    }

    /// Everything about the selected row.
    pub(super) fn of_selection(app: &App) -> Option<Page> {
        Page::of_row(app, app.focus, app.selected_item(app.focus)?)
    }

    /// Everything about a row of a pane.
    pub(super) fn of_row(app: &App, pane: Pane, item: u32) -> Option<Page> {
        match pane {
            Pane::Topology => broker(app, item),
            Pane::Partitions => partition(app, PartitionIx(item)),
            Pane::Groups => group(app, item),
            Pane::Knobs => knob(app, item),
            Pane::Consequences => consequence(app, item),
            Pane::Warnings => warning(app, item),
        }
    }

    /// One line for each column of a row.
    fn add_cells(&mut self, app: &App, pane: Pane, item: u32) {
        for (column, cell) in cells::columns(pane).iter().zip(cells::cells(app, pane, item)) {
            self.add(cell.style, format!("{:<11} {}", column.title, cell.text));
        }
    }
}

/// The keys of an action here, else in the first pane that has one.
fn keys_in(app: &App, contexts: &[Context], action: Action) -> String {
    let here: Vec<String> = app.keymap.keys_of(contexts, action).iter().map(ToString::to_string).collect();
    let elsewhere = |pane: Pane| {
        let keys = app.keymap.keys_of(&[pane.context(), Context::List, Context::Global], action);
        keys.first().map(|keys| format!("{keys} ({})", pane.digit()))
    };
    match here.is_empty() {
        true => Pane::ALL.into_iter().find_map(elsewhere).unwrap_or_default(),
        false => here.join(", "),
    }
}

fn broker(app: &App, item: u32) -> Option<Page> {
    let (row, cluster) = (app.summary.brokers.get(item as usize)?, app.cluster()?);
    let broker = cluster.broker(row.id)?;
    let mut page = Page::new(format!("Broker {}", row.id));
    page.add_cells(app, Pane::Topology, item);
    page.add(CellStyle::Plain, format!("{:<11} {}:{}", "address", broker.host, broker.port));
    page.gap();
    if cluster.is_up(row.id) {
        let verdict = restart(cluster, row.id);
        let (level, word) = level_of(verdict.verdict);
        page.add(CellStyle::Strong, "If it is restarted");
        page.add(CellStyle::Level(level), format!("{word}: {}", verdict.headline()));
        page.gap();
    }
    match broker.config.reason() {
        Some(reason) => page.add(CellStyle::Unknown, format!("configuration: {reason}")),
        None => {
            page.add(CellStyle::Strong, "Configuration that differs from the default");
            let config = broker.config.get()?;
            let set = config.iter().filter(|(_, entry)| entry.source != crate::model::ConfigSource::Default);
            set.for_each(|(key, entry)| {
                page.add(
                    CellStyle::Plain,
                    format!("{key} = {}", entry.value.as_deref().unwrap_or("(not shown)")),
                );
            });
        }
    }
    Some(page)
}

fn partition(app: &App, ix: PartitionIx) -> Option<Page> {
    let cluster = app.cluster()?;
    let view = cluster.partitions.view(ix);
    let mut page = Page::new(format!("Partition {}", cluster.partition_name(ix)));
    page.add_cells(app, Pane::Partitions, ix.0);
    let list = |ids: Vec<String>| if ids.is_empty() { "none".to_string() } else { ids.join(" ") };
    let ids =
        |ids: &mut dyn Iterator<Item = crate::model::BrokerId>| list(ids.map(|id| id.to_string()).collect());
    page.gap();
    page.add(CellStyle::Plain, format!("replicas       {}", ids(&mut view.replicas().iter().copied())));
    page.add(CellStyle::Plain, format!("in sync        {}", ids(&mut view.isr())));
    match cluster.partitions.elr.reason() {
        Some(reason) => page.add(CellStyle::Unknown, format!("eligible       {reason}")),
        None => page.add(CellStyle::Plain, format!("eligible       {}", ids(&mut view.elr()))),
    }
    let number = |value: Option<i64>| value.map_or("?".into(), human_count);
    page.add(CellStyle::Plain, format!("leader epoch   {}", number(view.leader_epoch().map(i64::from))));
    page.add(CellStyle::Plain, format!("log start      {}", number(view.log_start())));
    page.add(CellStyle::Plain, format!("high watermark {}", number(view.high_watermark())));
    page.add(CellStyle::Plain, format!("log end        {}", number(view.log_end())));
    marks(app, &mut page, ix);
    Some(page)
}

/// The replicas' own marks, which only a simulator sees.
fn marks(app: &App, page: &mut Page, ix: PartitionIx) {
    let Some(replicas) = app.detail.as_ref().and_then(|detail| detail.replicas.get(ix.at())) else { return };
    page.gap();
    page.add(CellStyle::Strong, "replica   log end  high watermark     flushed   epoch");
    for replica in replicas {
        let style = if replica.runs { CellStyle::Plain } else { CellStyle::Muted };
        let text = format!(
            "{:>7} {:>9} {:>15} {:>11} {:>7}{}",
            replica.broker.0,
            human_count(replica.log_end),
            human_count(replica.high_watermark),
            human_count(replica.flushed),
            replica.leader_epoch,
            if replica.runs { "" } else { "  not running" }
        );
        page.add(style, text);
    }
}

fn group(app: &App, item: u32) -> Option<Page> {
    let (row, cluster) = (app.summary.groups.get(item as usize)?, app.cluster()?);
    let group = cluster.groups.get()?.iter().find(|group| group.id == row.id)?;
    let mut page = Page::new(format!("Group {}", row.id));
    page.add_cells(app, Pane::Groups, item);
    page.gap();
    match group.offsets.reason() {
        Some(reason) => page.add(CellStyle::Unknown, format!("offsets: {reason}")),
        None => {
            page.add(CellStyle::Strong, "Lag by partition");
            for offset in group.offsets.get()?.iter() {
                let lag = match cluster.lag_of(offset) {
                    Lag::Records(records) => human_count(records),
                    Lag::NoCommit => "no commit".into(),
                    Lag::Unknown => "?".into(),
                };
                page.add(
                    CellStyle::Plain,
                    format!("{lag:>12}  {}", cluster.partition_name(offset.partition)),
                );
            }
        }
    }
    Some(page)
}

fn knob(app: &App, item: u32) -> Option<Page> {
    let row = app.knob_rows().get(item as usize)?;
    let mut page = Page::new(row.knob.full_name());
    page.add(CellStyle::Plain, row.knob.doc);
    page.gap();
    let value = |value: &Result<crate::knobs::Value, String>| match value {
        Ok(value) => value.to_string(),
        Err(why) => format!("? ({why})"),
    };
    page.add(CellStyle::Strong, format!("now   {}", value(&row.now)));
    page.add(CellStyle::Was, format!("was   {}", value(&row.was)));
    page.add(CellStyle::Plain, format!("takes {}", row.knob.kind.allowed()));
    page.gap();
    for (axis, how) in row.knob.moves {
        page.add(CellStyle::Plain, format!("{}: {how}", axis.word()));
    }
    Some(page)
}

/// The derivation: what it is now and was, the rule, what went in and from where, what has to hold, and what
/// would change it most.
fn consequence(app: &App, item: u32) -> Option<Page> {
    let row = app.assessment()?.consequences.get(item as usize)?;
    let mut page = Page::new(row.label.clone());
    page.add(CellStyle::Strong, row.headline.clone());
    page.gap();
    page.add(CellStyle::Status(row.level), format!("now   {}", row.now));
    if let Some(was) = &row.was {
        let (style, word) = match row.change {
            std::cmp::Ordering::Greater => (CellStyle::Better, "  + better now"),
            std::cmp::Ordering::Less => (CellStyle::Worse, "  - worse now"),
            std::cmp::Ordering::Equal => (CellStyle::Was, ""),
        };
        page.add(style, format!("was   {was}{word}"));
    }
    if let Some(affected) = &row.affected {
        let (count, of) = (affected.partitions, affected.of);
        let (count, of) = (human_count(i64::from(count)), human_count(i64::from(of)));
        page.add(
            CellStyle::Plain,
            format!("so for {count} of {of} partitions, such as {}", affected.example),
        );
    }
    let why = &row.why;
    page.section("Formula", [why.formula.clone()]);
    page.section("What went in", inputs(&why.inputs));
    page.section("What has to hold", why.assumptions.iter().cloned());
    page.section("What would change it most", why.knob.iter().cloned());
    page.gap();
    page.add(
        CellStyle::Muted,
        format!("{}: single knobs that improve it, each with its price.", app.keys_text(Action::Advice)),
    );
    Some(page)
}

/// Names in one column, values in the next, each with its source.
fn inputs(inputs: &[Input]) -> Vec<String> {
    let widest = |of: fn(&Input) -> &str, most: usize| {
        inputs.iter().map(|input| of(input).chars().count()).max().unwrap_or(0).min(most)
    };
    let (names, values) = (widest(|input| &input.name, 34), widest(|input| &input.value, 16));
    let line = |input: &Input| format!("{:<names$}  {:<values$}  {}", input.name, input.value, input.source);
    inputs.iter().map(line).collect()
}

fn warning(app: &App, item: u32) -> Option<Page> {
    let row = app.assessment()?.warnings.get(item as usize)?;
    let mut page = Page::new(row.rule);
    page.add(CellStyle::Strong, row.title);
    page.add(CellStyle::Status(row.level), format!("{}  {}", row.word, row.subject));
    page.gap();
    page.add(CellStyle::Plain, row.evidence.clone());
    page.gap();
    page.add(CellStyle::Plain, row.why.clone());
    page.gap();
    page.add(CellStyle::Plain, format!("Fix: {}", row.fix));
    Some(page)
}

/// Paragraphs in lines of at most so many columns.
pub(super) fn wrapped(paragraphs: &[(CellStyle, String)], width: u16) -> Vec<(CellStyle, String)> {
    let lines = |(style, text): &(CellStyle, String)| {
        wrap(text, usize::from(width)).into_iter().map(|line| (*style, line)).collect::<Vec<_>>()
    };
    paragraphs.iter().flat_map(lines).collect()
}

/// A text in lines of at most so many columns, broken at blanks; a continued line keeps the indent.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let columns = |text: &str| text.chars().map(|letter| letter.width().unwrap_or(0)).sum::<usize>();
    if columns(text) <= width {
        return vec![text.to_string()];
    }
    let indent = text.len() - text.trim_start().len();
    let indent = " ".repeat(indent.min(width / 2));
    let mut lines = vec![indent.clone()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        let used = columns(&lines[last]);
        let blank = usize::from(used > indent.len());
        if used + blank + columns(word) > width && blank == 1 {
            lines.push(format!("{indent}{word}"));
        } else {
            lines[last].push_str(if blank == 1 { " " } else { "" });
            lines[last].push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn long_lines_break_at_blanks() {
        assert_eq!(wrap("short", 10), ["short"]);
        assert_eq!(wrap("  one two three", 9), ["  one two", "  three"]);
        assert_eq!(wrap("unbreakableword x", 5), ["unbreakableword", "x"]);
    }
}
