//! Cells -> bytes, as few as possible, one write a frame. An unchanged frame writes nothing.

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// Synchronised update (DEC mode 2026): terminals that know it show the frame at once, the others ignore it.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// Draws on a terminal behind a writer and counts the bytes.
#[derive(Debug)]
pub struct Painter<W> {
    out: W,
    size: fn() -> io::Result<(u16, u16)>,
    frame: Vec<u8>,
    pen: Option<Pen>,
    at: Option<Position>,
    columns: u16,
    cursor_shown: Option<bool>,
    written: u64,
}

/// The colours and attributes that the terminal writes with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

const PLAIN: Pen = Pen { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

impl<W: Write> Painter<W> {
    /// A painter on a terminal of which `size` tells columns and rows.
    pub fn new(out: W, size: fn() -> io::Result<(u16, u16)>) -> Self {
        let frame = Vec::with_capacity(64 * 1024);
        Painter { out, size, frame, pen: None, at: None, columns: 0, cursor_shown: None, written: 0 }
    }

    /// Bytes written so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Somebody else wrote on the terminal: assume nothing about pen and cursor.
    pub fn forget(&mut self) {
        self.pen = None;
        self.at = None;
        self.cursor_shown = None;
    }

    /// Bytes that are not part of a frame's cells, sent with the next flush.
    pub fn push(&mut self, bytes: &[u8]) {
        self.frame.extend_from_slice(bytes);
    }

    /// Where the bytes go.
    pub fn out_mut(&mut self) -> &mut W {
        &mut self.out
    }

    fn move_to(&mut self, to: Position) {
        if self.at == Some(to) {
            return;
        }
        match self.at {
            Some(at) if at.y == to.y && at.x < to.x && to.x - at.x < 100 => match to.x - at.x {
                1 => self.push(b"\x1b[C"),
                gap => self.push(format!("\x1b[{gap}C").as_bytes()),
            },
            Some(at) if at.y + 1 == to.y && to.x == 0 => self.push(b"\r\n"),
            _ => self.push(format!("\x1b[{};{}H", to.y + 1, to.x + 1).as_bytes()),
        }
        self.at = Some(to);
    }

    fn set_pen(&mut self, to: Pen) {
        if self.pen == Some(to) {
            return;
        }
        let fresh = codes_between(PLAIN, to, "0");
        let codes = match self.pen {
            Some(pen) => shorter(codes_between(pen, to, ""), fresh),
            None => fresh,
        };
        let codes = if codes == "0" { "" } else { &codes };
        self.push(format!("\x1b[{codes}m").as_bytes());
        self.pen = Some(to);
    }

    fn put(&mut self, x: u16, y: u16, cell: &Cell) {
        self.move_to(Position { x, y });
        self.set_pen(Pen { fg: cell.fg, bg: cell.bg, modifier: cell.modifier });
        let symbol = cell.symbol();
        self.push(symbol.as_bytes());
        // Past the last column, and after symbols on whose width terminals disagree, the cursor is anywhere.
        let certain = symbol.len() == 1 || symbol.width() == 1;
        self.at = (certain && x + 1 < self.columns).then_some(Position { x: x + 1, y });
    }
}

fn shorter(a: String, b: String) -> String {
    if a.len() <= b.len() { a } else { b }
}

/// The SGR parameters that turn one pen into another.
fn codes_between(from: Pen, to: Pen, start: &str) -> String {
    const ATTRIBUTES: [(Modifier, &str, &str); 6] = [
        (Modifier::BOLD, "1", "22"),
        (Modifier::DIM, "2", "22"),
        (Modifier::ITALIC, "3", "23"),
        (Modifier::UNDERLINED, "4", "24"),
        (Modifier::REVERSED, "7", "27"),
        (Modifier::CROSSED_OUT, "9", "29"),
    ];
    let mut codes: Vec<String> = (!start.is_empty()).then(|| start.to_string()).into_iter().collect();
    let (gone, new) = (from.modifier - to.modifier, to.modifier - from.modifier);
    codes.extend(
        ATTRIBUTES.iter().filter(|(flag, ..)| gone.contains(*flag)).map(|(_, _, off)| off.to_string()),
    );
    codes.extend(ATTRIBUTES.iter().filter(|(flag, ..)| new.contains(*flag)).map(|(_, on, _)| on.to_string()));
    if from.fg != to.fg {
        codes.push(color_code(to.fg, 30));
    }
    if from.bg != to.bg {
        codes.push(color_code(to.bg, 40));
    }
    codes.join(";")
}

/// The SGR parameter of a colour; `base` is 30 for text and 40 for backgrounds.
fn color_code(color: Color, base: u8) -> String {
    let named = |number: u8| (base + number).to_string();
    let bright = |number: u8| (base + 60 + number).to_string();
    match color {
        Color::Reset => named(9),
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(index) => format!("{};5;{index}", base + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
    }
}

impl<W: Write> Backend for Painter<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        content.for_each(|(x, y, cell)| self.put(x, y, cell));
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor_shown.replace(false) != Some(false) {
            self.push(b"\x1b[?25l");
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.cursor_shown.replace(true) != Some(true) {
            self.push(b"\x1b[?25h");
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "the terminal is never asked"))
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.move_to(position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        // Erasing paints with the pen's background.
        self.set_pen(PLAIN);
        self.push(match clear_type {
            ClearType::All => b"\x1b[2J",
            ClearType::AfterCursor => b"\x1b[J",
            ClearType::BeforeCursor => b"\x1b[1J",
            ClearType::CurrentLine => b"\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[K",
        });
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        (self.size)().map(|(width, height)| Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(BEGIN.len() + self.frame.len() + END.len());
        bytes.extend_from_slice(BEGIN);
        bytes.append(&mut self.frame);
        bytes.extend_from_slice(END);
        self.written += bytes.len() as u64;
        self.out.write_all(&bytes)?;
        self.out.flush()
    }
}

impl<W: Write> Painter<W> {
    /// How wide the terminal is: past its last column the cursor's place is not certain.
    pub fn set_columns(&mut self, columns: u16) {
        if self.columns != columns {
            self.columns = columns;
            self.at = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::Terminal;
    use ratatui::style::{Style, Stylize};
    use ratatui::text::Line;

    fn terminal() -> Terminal<Painter<Vec<u8>>> {
        let mut painter = Painter::new(Vec::new(), || Ok((20, 4)));
        painter.set_columns(20);
        Terminal::new(painter).unwrap()
    }

    fn draw(terminal: &mut Terminal<Painter<Vec<u8>>>, line: Line<'static>) -> String {
        terminal.draw(|frame| frame.render_widget(line, frame.area())).unwrap();
        let bytes = std::mem::take(&mut terminal.backend_mut().out);
        String::from_utf8(bytes).unwrap().replace('\x1b', "^")
    }

    #[test]
    fn an_unchanged_frame_writes_nothing() {
        let mut terminal = terminal();
        assert_eq!(draw(&mut terminal, "lag 12".into()), "^[?2026h^[1;1H^[mlag^[C12^[?25l^[?2026l");
        assert_eq!(draw(&mut terminal, "lag 12".into()), "");
        assert_eq!(draw(&mut terminal, "lag 13".into()), "^[?2026h^[1;6H3^[?2026l");
    }

    #[test]
    fn only_what_differs_of_a_style_is_sent() {
        let mut terminal = terminal();
        let line = Line::from(vec!["a".red().bold(), "b".red(), "c".red().reversed(), "d".into()]);
        assert_eq!(draw(&mut terminal, line), "^[?2026h^[1;1H^[0;1;31ma^[22mb^[7mc^[md^[?25l^[?2026l");
    }

    /// Any two screens in a row look, on an emulated terminal, as they should.
    fn shows(rows: &[Vec<(char, u8)>; 2]) {
        let mut terminal = terminal();
        let size = |count| std::num::NonZero::new(count).unwrap();
        let mut emulator = vt100::Parser::new(size(4), size(20), 0);
        for cells in rows {
            terminal
                .draw(|frame| {
                    for (place, (letter, look)) in cells.iter().enumerate() {
                        let cell =
                            frame.buffer_mut().cell_mut((place as u16 % 20, place as u16 / 20)).unwrap();
                        cell.set_char(*letter).set_style(look_of(*look));
                    }
                })
                .unwrap();
            emulator.process(&std::mem::take(&mut terminal.backend_mut().out));
            for (place, (letter, look)) in cells.iter().enumerate() {
                let seen = emulator.screen().cell(place as u16 / 20, place as u16 % 20).unwrap();
                let shown = if seen.has_contents() { seen.contents().to_string() } else { " ".into() };
                assert_eq!(shown, letter.to_string(), "at {place}");
                assert_eq!((seen.bold(), seen.inverse()), (look & 1 != 0, look & 2 != 0), "at {place}");
                assert_eq!(seen.fgcolor() == vt100::Color::Default, look & 4 == 0, "at {place}");
                assert_eq!(seen.bgcolor() == vt100::Color::Default, look & 8 == 0, "at {place}");
            }
        }
    }

    fn look_of(look: u8) -> Style {
        let mut style = Style::new();
        style = if look & 1 != 0 { style.bold() } else { style };
        style = if look & 2 != 0 { style.reversed() } else { style };
        style = if look & 4 != 0 { style.fg(Color::Rgb(200, 100, 0)) } else { style };
        if look & 8 != 0 { style.bg(Color::Indexed(60)) } else { style }
    }

    proptest! {
        #[test]
        fn what_is_drawn_is_seen(
            first in prop::collection::vec((prop::char::range('a', 'c'), 0u8..16), 80),
            second in prop::collection::vec((prop::char::range('a', 'c'), 0u8..16), 80),
        ) {
            shows(&[first, second]);
        }
    }
}
