//! Lines of at most 80 columns with hanging indents.

use crate::model::wrap;

/// Columns of a text report.
pub(super) const WIDTH: usize = 80;

/// A label and its text, wrapped; lines after the first are indented as far as the text.
pub(super) fn labelled(out: &mut String, indent: usize, label: &str, label_width: usize, text: &str) {
    let hanging = indent + label_width;
    let mut first = true;
    for line in wrap(text, WIDTH.saturating_sub(hanging).max(20)) {
        let lead = if first { format!("{:indent$}{label:<label_width$}", "") } else { " ".repeat(hanging) };
        out.push_str(format!("{lead}{line}").trim_end());
        out.push('\n');
        first = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_hangs_under_its_beginning() {
        let mut out = String::new();
        let long = "word ".repeat(20);
        labelled(&mut out, 2, "Why", 5, &long);
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("  Why  word word") && lines[1].starts_with("       word"));
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH));
    }
}
