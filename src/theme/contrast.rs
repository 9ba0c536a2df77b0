//! Whether text can be read on its background.

use super::depth::rgb_of;
use ratatui::style::Color;

/// The contrast of two colours, 1 (equal) to 21 (black on white), as WCAG 2 defines it; the sixteen named ones as xterm
/// shows them. `None` where one of them is the terminal's own, or indexed.
pub fn contrast_ratio(a: Color, b: Color) -> Option<f64> {
    let (a, b) = (luminance(a)?, luminance(b)?);
    Some((a.max(b) + 0.05) / (a.min(b) + 0.05))
}

/// Relative luminance, 0 to 1.
fn luminance(color: Color) -> Option<f64> {
    let [r, g, b] = rgb_of(color)?;
    Some(0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b))
}

/// How much light a part of a colour is, 0 to 1.
pub(super) fn linear(value: u8) -> f64 {
    let value = f64::from(value) / 255.0;
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_ratios() {
        let ratio = |a, b| contrast_ratio(a, b).unwrap();
        assert!((ratio(Color::Rgb(0, 0, 0), Color::Rgb(255, 255, 255)) - 21.0).abs() < 1e-9);
        assert!((ratio(Color::Rgb(0x77, 0x77, 0x77), Color::Rgb(255, 255, 255)) - 4.48).abs() < 0.01);
        assert_eq!(contrast_ratio(Color::Reset, Color::Rgb(0, 0, 0)), None);
    }
}
