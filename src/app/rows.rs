//! Which rows a pane lists, the selection that stays on its row, and rows as text.

use crate::app::{App, Filter, Pane, RowKey, Sort};
use std::fmt::Write;

/// Rows that a clipboard takes.
const MAX_COPIED_ROWS: usize = 1000;

impl App {
    /// Notes what is selected, to find it again.
    pub(super) fn remember_selections(&mut self) {
        self.row_keys = Pane::ALL.map(|pane| (pane.declaration().key)(self, self.selected_item(pane)?));
    }

    /// Lists panes anew, each selection staying on its row.
    pub(super) fn refresh_rows(&mut self, panes: impl Iterator<Item = Pane>) {
        for pane in panes {
            let rows = self.rows_of(pane);
            let at = pane as usize;
            let place = self.row_keys[at].as_ref().and_then(|key| self.place_of(pane, key, &rows));
            let selected = place.or_else(|| self.lists[at].selected()).unwrap_or(0);
            self.lists[at].set(rows.len(), selected);
            self.rows[at] = rows;
        }
    }

    /// Shows only what passes.
    pub(super) fn set_filter(&mut self, pane: Pane, filter: Filter) {
        if self.filters[pane as usize] != filter {
            self.filters[pane as usize] = filter;
            self.refresh_rows([pane].into_iter());
        }
    }

    /// Shows in another order.
    pub(super) fn set_sort(&mut self, pane: Pane, sort: Sort) {
        self.sorts[pane as usize] = sort;
        self.refresh_rows([pane].into_iter());
    }

    fn rows_of(&self, pane: Pane) -> Vec<u32> {
        let declared = pane.declaration();
        let all = 0..(declared.count)(self) as u32;
        let mut rows = self.filter(pane).passing(self, all, declared.text);
        rows.retain(|item| !(declared.hidden)(self, *item));
        self.sort(pane).apply(self, declared.orders, &mut rows);
        rows
    }

    /// The row of a key, if it is still listed.
    fn place_of(&self, pane: Pane, key: &RowKey, rows: &[u32]) -> Option<usize> {
        let declared = pane.declaration();
        let Some(find) = declared.find else {
            return rows.iter().position(|item| (declared.key)(self, *item).as_ref() == Some(key));
        };
        let item = find(self, key)?;
        match rows.get(item as usize) {
            Some(row) if *row == item => Some(item as usize),
            _ => rows.iter().position(|row| *row == item),
        }
    }

    /// A row as plain text.
    pub(super) fn row_text(&self, pane: Pane, item: u32) -> String {
        let cells = (pane.declaration().cells)(self, item).into_iter();
        cells.map(|cell| cell.text).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// All rows as a Markdown table, up to what a clipboard takes.
    pub(super) fn markdown(&self, pane: Pane) -> String {
        let declared = pane.declaration();
        let titles: Vec<&str> = declared.columns.iter().map(|column| column.title).collect();
        let rules: Vec<&str> = titles.iter().map(|_| "---").collect();
        let mut table = format!("| {} |\n| {} |\n", titles.join(" | "), rules.join(" | "));
        for item in self.items(pane).iter().take(MAX_COPIED_ROWS) {
            let cells = (declared.cells)(self, *item).into_iter().map(|cell| cell.text.replace('|', "\\|"));
            let _ = writeln!(table, "| {} |", cells.collect::<Vec<_>>().join(" | "));
        }
        table
    }
}
