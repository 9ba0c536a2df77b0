//! Bars along time in one row of cells: blocks, braille with two moments a cell, or ASCII.

use super::canvas::Canvas;
use crate::theme::{Graphs, Role};
use ratatui::layout::Rect;

/// The dots of a braille cell from below: its left and its right column.
const LEFT: [u32; 4] = [0x40, 0x04, 0x02, 0x01];
const RIGHT: [u32; 4] = [0x80, 0x20, 0x10, 0x08];

/// How many moments a cell shows.
pub(super) fn per_cell(canvas: &Canvas<'_>) -> u16 {
    match canvas.theme.graphs() {
        Graphs::Braille => 2,
        Graphs::Blocks | Graphs::Ascii => 1,
    }
}

/// Draws the newest shares of the highest value that there is room for, the newest on the right; what is not known is left
/// blank. Yields the column after them.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, shares: &[Option<f64>], role: Role) -> u16 {
    let dots = usize::from(per_cell(canvas));
    let first = shares.len().saturating_sub(usize::from(area.width) * dots);
    let cells = shares[first..].chunks(dots);
    for (cell, x) in cells.zip(area.left()..area.right()) {
        if let Some(symbol) = symbol(canvas, cell) {
            canvas.mark(x, area.y, &symbol, role);
        }
    }
    area.right()
}

/// What a cell looks like; nothing where nothing is known.
pub(super) fn symbol(canvas: &Canvas<'_>, shares: &[Option<f64>]) -> Option<String> {
    let levels = match canvas.theme.graphs() {
        Graphs::Braille => return braille(shares),
        Graphs::Blocks => canvas.theme.glyphs().levels,
        Graphs::Ascii => crate::theme::Glyphs::ASCII.levels,
    };
    let share = shares.iter().flatten().copied().reduce(f64::max)?;
    Some(levels[((share * 7.0).ceil() as usize).min(7)].to_string())
}

/// Two columns of up to four dots; a value that is 0 has one.
fn braille(shares: &[Option<f64>]) -> Option<String> {
    let mut bits = 0;
    for (share, dots) in shares.iter().zip([LEFT, RIGHT]) {
        if let Some(share) = share {
            let height = ((share * 4.0).ceil() as usize).clamp(1, 4);
            bits |= dots[..height].iter().sum::<u32>();
        }
    }
    char::from_u32(0x2800 + bits).filter(|_| bits > 0).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::{Depth, Glyphs, Theme};
    use ratatui::buffer::Buffer;

    fn drawn(graphs: Graphs, shares: &[Option<f64>]) -> String {
        let theme = Theme::built_in("mono", Depth::None, Glyphs::UNICODE).unwrap().with_graphs(graphs);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        draw(&mut Canvas::new(&mut buffer, &theme), Rect::new(0, 0, 4, 1), shares, Role::Text);
        buffer.content().iter().map(|cell| cell.symbol()).collect()
    }

    #[test]
    fn bars_are_blocks_dots_or_letters_and_what_is_not_known_is_blank() {
        let shares = [Some(1.0), Some(0.0), None, Some(0.5)];
        assert_eq!(drawn(Graphs::Blocks, &shares), "█▁ ▅");
        assert_eq!(drawn(Graphs::Ascii, &shares), "#_ -");
        assert_eq!(drawn(Graphs::Braille, &shares), "⣇⢠  ");
        assert_eq!(drawn(Graphs::Blocks, &[Some(1.0); 9]), "████", "the newest that fit");
        assert_eq!(drawn(Graphs::Braille, &[None, None]), "    ");
    }
}
