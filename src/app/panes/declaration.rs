//! What a pane declares about itself.

use crate::app::{App, Cell, Column, Field, Page, RowKey, SortOrder};

/// What a pane is and what its rows say. Rows are numbered items; everything is asked for by that number.
pub struct PaneDeclaration {
    /// What stands on its title line.
    pub title: &'static str,
    /// What its `pane-` action does, in a sentence.
    pub(super) go_to: &'static str,
    /// Its place on the screen.
    pub place: Place,
    /// The columns of its table.
    pub columns: &'static [Column],
    /// How many items there are, whatever the filter.
    pub count: fn(&App) -> usize,
    /// The cells of an item, one for each column.
    pub cells: fn(&App, u32) -> Vec<Cell>,
    /// Writes the text in which a filter looks for words.
    pub(in crate::app) text: fn(&App, u32, &mut String),
    /// What a filter can compare beside words.
    pub(in crate::app) fields: &'static [Field],
    /// Examples of filters.
    pub(in crate::app) filter_help: &'static str,
    /// The orders of its rows, the default first; none when there is only one.
    pub orders: &'static [SortOrder],
    /// What an item is about.
    pub(in crate::app) key: fn(&App, u32) -> Option<RowKey>,
    /// The item of a key, where it is found faster than by asking each row.
    pub(in crate::app) find: Option<fn(&App, &RowKey) -> Option<u32>>,
    /// Everything about an item, as a page to read.
    pub(in crate::app) page: fn(&App, u32) -> Option<Page>,
    /// What stands in place of the rows when there are none to show.
    pub placeholder: fn(&App) -> Option<Cell>,
    /// A line above the rows.
    pub top_line: fn(&App) -> Option<Vec<Cell>>,
    /// Lines below the rows.
    pub foot: fn(&App) -> Option<Foot>,
    /// What it is about now, beside its title.
    pub about: fn(&App) -> Option<String>,
    /// Items that are not listed, whatever the filter.
    pub(in crate::app) hidden: fn(&App, u32) -> bool,
    /// As what its rows are drawn, unless they are a table.
    pub picture: Option<Picture>,
}

/// What is not drawn as a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Picture {
    /// The logs of [`App::logs`].
    Logs,
    /// The figures of [`App::time_series`].
    TimeLine,
}

/// Where on the screen a pane stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// In the column of the cluster.
    Cluster(Height),
    /// With the knobs.
    Knobs,
    /// With what the knobs bring about.
    Consequences,
    /// With the findings.
    Warnings,
}

/// How many lines a pane gets in a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Height {
    /// What the others leave.
    Rest,
    /// As its rows need, up to a third of the column; up to half of it with the keys.
    Rows,
    /// As its rows need, up to a third of the column; most of it with the keys.
    RowsOrMost,
    /// A few lines; with the keys as many as its rows need.
    Strip,
    /// As a picture of its rows needs: two fifths of what the panes before it leave; most of it with the keys.
    Picture,
}

/// Lines below the rows of a pane.
#[derive(Clone, PartialEq, Debug)]
pub struct Foot {
    pub height: u16,
    /// Without so many rows above it is left out.
    pub min_rows: u16,
    pub text: FootText,
}

/// What the lines below the rows say.
#[derive(Clone, PartialEq, Debug)]
pub enum FootText {
    /// Cells side by side on one line.
    Line(Vec<Cell>),
    /// A text broken over all lines.
    Paragraph(Cell),
}

/// A list of the cluster; what a pane does not declare is as here.
pub(super) const LIST: PaneDeclaration = PaneDeclaration {
    title: "",
    go_to: "",
    place: Place::Cluster(Height::Rows),
    columns: &[],
    count: |_| 0,
    cells: |_, _| Vec::new(),
    text: |_, _, _| {},
    fields: &[],
    filter_help: "word !word",
    orders: &[],
    key: |_, _| None,
    find: None,
    page: |_, _| None,
    placeholder: before_the_first_cluster,
    top_line: |_| None,
    foot: |_| None,
    about: |_| None,
    hidden: |_, _| false,
    picture: None,
};

/// Until there is a cluster there are no rows.
fn before_the_first_cluster(app: &App) -> Option<Cell> {
    app.cluster().is_none().then(no_cluster)
}

pub(super) fn no_cluster() -> Cell {
    Cell::new(crate::app::CellStyle::Muted, "no cluster yet")
}

/// Until the engine has answered there are no rows.
pub(super) fn before_the_first_assessment(app: &App) -> Option<Cell> {
    match app.assessment() {
        Some(_) => None,
        None if app.is_computing() => Some(Cell::new(crate::app::CellStyle::Muted, "computing")),
        None => Some(no_cluster()),
    }
}
