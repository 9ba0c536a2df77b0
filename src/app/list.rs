//! The selection in a list of any length, and the part of it in view.

use std::ops::Range;

/// A selected row and the rows in view. Positions count from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct List {
    len: usize,
    at: usize,
    top: usize,
    height: usize,
}

impl List {
    /// The selected row, if there are rows.
    pub fn selected(&self) -> Option<usize> {
        (self.len > 0).then_some(self.at)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many rows the screen shows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The rows in view when so many fit. It always has the selected row in it.
    pub fn view(&self, height: usize) -> Range<usize> {
        let top = top_with(self.top, self.at, self.len, height);
        top..(top + height).min(self.len)
    }

    /// There are so many rows now, and this one is selected.
    pub fn set(&mut self, len: usize, at: usize) {
        self.len = len;
        self.select(at);
    }

    /// So many rows fit on the screen. Rows that there was no room for above come back first.
    pub fn set_height(&mut self, height: usize) {
        self.top = self.top.saturating_sub(height.saturating_sub(self.height));
        self.height = height;
        self.select(self.at);
    }

    /// Selects the row at this place, or the last one when there are fewer.
    pub fn select(&mut self, at: usize) {
        self.at = at.min(self.len.saturating_sub(1));
        self.top = top_with(self.top, self.at, self.len, self.height);
    }

    /// Selects the row so many further. When it leaves the view, the view moves on by half a page: a view that
    /// follows row by row would repaint all its rows at every step, which is slow over a slow line.
    pub fn step(&mut self, by: isize) {
        let at = self.at.saturating_add_signed(by).min(self.len.saturating_sub(1));
        if !(self.top..self.top + self.height).contains(&at) {
            self.top = at.saturating_sub(self.height / 2);
        }
        self.select(at);
    }

    /// Selects the row a page further, which keeps one row of the old page in view.
    pub fn page(&mut self, by: isize) {
        let page = self.height.saturating_sub(1).max(1) as isize;
        self.select(self.at.saturating_add_signed(by * page));
    }
}

fn top_with(top: usize, at: usize, len: usize, height: usize) -> usize {
    let height = height.max(1);
    let top = top.min(len.saturating_sub(height));
    top.clamp(at.saturating_sub(height - 1), at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_view_follows_the_selection() {
        let mut list = List::default();
        list.set(100, 0);
        list.set_height(10);
        assert_eq!(list.view(10), 0..10);
        list.step(12);
        assert_eq!(list.view(10), 7..17);
        list.page(1);
        assert_eq!((list.selected(), list.view(10)), (Some(21), 12..22));
        list.select(usize::MAX);
        assert_eq!(list.view(10), 90..100);
        list.set(5, 99);
        assert_eq!((list.selected(), list.view(10)), (Some(4), 0..5));
    }

    #[test]
    fn what_had_no_room_above_comes_back_first() {
        let mut list = List::default();
        list.set(9, 1);
        list.set_height(3);
        assert_eq!(list.view(3), 0..3);
        list.select(8);
        list.set_height(1);
        list.set_height(4);
        assert_eq!(list.view(4), 5..9);
    }

    proptest! {
        #[test]
        fn the_selected_row_is_always_in_view(
            moves in prop::collection::vec((0u8..5, 0usize..300), 0..40), height in 0usize..30,
        ) {
            let mut list = List::default();
            for (kind, number) in moves {
                match kind {
                    0 => list.set(number, list.selected().unwrap_or(0)),
                    1 => list.step(number as isize - 150),
                    2 => list.set_height(number / 10),
                    3 => list.select(number),
                    _ => list.page(1),
                }
                let view = list.view(height);
                prop_assert!(view.len() <= height.max(1) && view.end <= list.len());
                if let (Some(at), true) = (list.selected(), height > 0) {
                    prop_assert!(view.contains(&at));
                }
            }
        }
    }
}
