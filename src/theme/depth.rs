//! How many colours the terminal shows, and the nearest of those to the one a theme wants.

use ratatui::style::{Color, Style};
use std::str::FromStr;

/// What the user asks for with `--color`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ColorChoice {
    /// By environment and terminal.
    #[default]
    Auto,
    Exactly(Depth),
}

impl FromStr for ColorChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(ColorChoice::Auto),
            "true" => Ok(ColorChoice::Exactly(Depth::True)),
            "256" => Ok(ColorChoice::Exactly(Depth::C256)),
            "16" => Ok(ColorChoice::Exactly(Depth::C16)),
            "none" => Ok(ColorChoice::Exactly(Depth::None)),
            _ => Err(format!("`{text}` is not a colour depth: auto, true, 256, 16 or none")),
        }
    }
}

/// How many colours a terminal shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Depth {
    /// None: bold, underline and reverse only.
    None,
    /// The sixteen named ones.
    C16,
    C256,
    True,
}

impl Depth {
    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Depth::None => "none",
            Depth::C16 => "16",
            Depth::C256 => "256",
            Depth::True => "true",
        }
    }

    /// A style with the nearest colours that the terminal has.
    pub fn reduce(self, style: Style) -> Style {
        Style {
            fg: style.fg.and_then(|c| self.nearest(c)),
            bg: style.bg.and_then(|c| self.nearest(c)),
            ..style
        }
    }

    /// The nearest colour, `None` when there are no colours.
    pub fn nearest(self, color: Color) -> Option<Color> {
        let Color::Rgb(r, g, b) = color else { return (self != Depth::None).then_some(color) };
        match self {
            Depth::True => Some(color),
            Depth::C256 => Some(Color::Indexed(nearest_256([r, g, b]))),
            Depth::C16 => Some(NAMED[nearest_16([r, g, b])].2),
            Depth::None => None,
        }
    }
}

/// The sixteen colours: their names in theme files, and as xterm shows them.
const NAMED: [(&str, [u8; 3], Color); 16] = [
    ("black", [0, 0, 0], Color::Black),
    ("red", [205, 0, 0], Color::Red),
    ("green", [0, 205, 0], Color::Green),
    ("yellow", [205, 205, 0], Color::Yellow),
    ("blue", [0, 0, 238], Color::Blue),
    ("magenta", [205, 0, 205], Color::Magenta),
    ("cyan", [0, 205, 205], Color::Cyan),
    ("gray", [229, 229, 229], Color::Gray),
    ("dark-gray", [127, 127, 127], Color::DarkGray),
    ("bright-red", [255, 0, 0], Color::LightRed),
    ("bright-green", [0, 255, 0], Color::LightGreen),
    ("bright-yellow", [255, 255, 0], Color::LightYellow),
    ("bright-blue", [92, 92, 255], Color::LightBlue),
    ("bright-magenta", [255, 0, 255], Color::LightMagenta),
    ("bright-cyan", [0, 255, 255], Color::LightCyan),
    ("bright-white", [255, 255, 255], Color::White),
];

/// One of the sixteen by its name.
pub(super) fn named(name: &str) -> Option<Color> {
    NAMED.iter().find(|(known, ..)| *known == name).map(|(.., color)| *color)
}

/// Red, green and blue of a colour that says so, or that xterm shows so; `None` for the terminal's own and for indexed ones.
pub(super) fn rgb_of(color: Color) -> Option<[u8; 3]> {
    match color {
        Color::Rgb(r, g, b) => Some([r, g, b]),
        _ => NAMED.iter().find(|(.., known)| *known == color).map(|(_, rgb, _)| *rgb),
    }
}

/// Index 16..=255: the 6x6x6 cube or the grey ramp; 0..=15 are the user's own and cannot be relied on.
fn nearest_256(rgb: [u8; 3]) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let step_of = |value: u8| (0..6).min_by_key(|at| STEPS[*at].abs_diff(value)).unwrap_or(0);
    let [r, g, b] = rgb.map(step_of);
    let cube = (16 + 36 * r + 6 * g + b) as u8;
    let cube_rgb = [STEPS[r], STEPS[g], STEPS[b]];
    let mean = rgb.iter().map(|value| u32::from(*value)).sum::<u32>() / 3;
    let grey_step = (mean.saturating_sub(3) / 10).min(23) as u8;
    let grey = 8 + 10 * grey_step;
    if distance(rgb, [grey; 3]) < distance(rgb, cube_rgb) { 232 + grey_step } else { cube }
}

/// A colour with less than this between its strongest and weakest part looks grey.
const GREY: u8 = 40;

/// A colour whose strongest part is more than this becomes the bright one of two.
const BRIGHT: u8 = 220;

/// Red, yellow, green, cyan, blue and magenta.
const BY_HUE: [usize; 6] = [1, 3, 2, 6, 4, 5];

/// What is a colour becomes the one of its hue: by distance alone a light red would be dark grey, or yellow.
fn nearest_16(rgb: [u8; 3]) -> usize {
    let [most, least] = [rgb.iter().max(), rgb.iter().min()].map(|part| part.copied().unwrap_or(0));
    if most - least < GREY {
        let greys = [0, 8, 7, 15];
        return greys.into_iter().min_by_key(|at| distance(rgb, NAMED[*at].1)).unwrap_or(0);
    }
    let [r, g, b] = rgb.map(f64::from);
    let range = f64::from(most - least);
    let hue = if f64::from(most) == r {
        (g - b) / range
    } else if f64::from(most) == g {
        2.0 + (b - r) / range
    } else {
        4.0 + (r - g) / range
    };
    BY_HUE[(hue.round() as i32).rem_euclid(6) as usize] + if most > BRIGHT { 8 } else { 0 }
}

/// Squared distance with red, green and blue weighed about as the eye does ("redmean").
fn distance(a: [u8; 3], b: [u8; 3]) -> i64 {
    let red_mean = (i64::from(a[0]) + i64::from(b[0])) / 2;
    let [dr, dg, db] = [0, 1, 2].map(|at| i64::from(a[at]) - i64::from(b[at]));
    (((512 + red_mean) * dr * dr) >> 8) + 4 * dg * dg + (((767 - red_mean) * db * db) >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_colours_of_the_palette_are_found() {
        assert_eq!(nearest_256([255, 255, 255]), 231);
        assert_eq!(nearest_256([0, 0, 0]), 16);
        assert_eq!(nearest_256([135, 175, 215]), 16 + 36 * 2 + 6 * 3 + 4);
        assert_eq!(nearest_256([128, 128, 128]), 244);
        assert_eq!(Depth::C16.nearest(Color::Rgb(250, 10, 10)), Some(Color::LightRed));
        assert_eq!(Depth::C16.nearest(Color::Rgb(0xff, 0x80, 0x80)), Some(Color::LightRed), "not dark grey");
        assert_eq!(Depth::C16.nearest(Color::Rgb(120, 130, 125)), Some(Color::DarkGray));
    }

    #[test]
    fn without_colours_only_modifiers_stay() {
        let style = Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Reset).bold();
        assert_eq!(Depth::None.reduce(style), Style::new().bold());
        assert_eq!(Depth::C16.reduce(Style::new().fg(Color::Reset)).fg, Some(Color::Reset));
    }
}
