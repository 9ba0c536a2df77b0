//! The marks to draw with, in two sets: box drawing and blocks, or plain ASCII.

use std::str::FromStr;

/// What the user asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum GlyphChoice {
    /// By locale and terminal.
    #[default]
    Auto,
    /// Box drawing, blocks and arrows.
    Unicode,
    Ascii,
}

impl FromStr for GlyphChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(GlyphChoice::Auto),
            "unicode" => Ok(GlyphChoice::Unicode),
            "ascii" => Ok(GlyphChoice::Ascii),
            _ => Err(format!("`{text}` is not a set of glyphs: auto, unicode or ascii")),
        }
    }
}

/// What bars along time are drawn with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Graphs {
    Blocks,
    /// Two moments a cell, in four steps.
    Braille,
    Ascii,
}

impl Graphs {
    /// What a setting's word means, where `auto` is blocks as far as the glyphs have them.
    pub fn choose(word: &str, glyphs: &Glyphs) -> Graphs {
        match word {
            "blocks" => Graphs::Blocks,
            "braille" => Graphs::Braille,
            "ascii" => Graphs::Ascii,
            _ if *glyphs == *Glyphs::ASCII => Graphs::Ascii,
            _ => Graphs::Blocks,
        }
    }
}

/// The lines of a frame.
#[derive(PartialEq, Eq, Debug)]
pub struct Frame {
    pub horizontal: &'static str,
    pub vertical: &'static str,
    /// Top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
    /// Where lines meet: from the left, right, top, bottom, all sides.
    pub joints: [&'static str; 5],
}

/// One set of marks. Each is exactly one column wide in every terminal, which is why there are no ticks,
/// crosses or warning signs: their width depends on the font.
#[derive(PartialEq, Eq, Debug)]
pub struct Glyphs {
    /// `unicode` or `ascii`.
    pub name: &'static str,
    pub ok: &'static str,
    pub notice: &'static str,
    pub warn: &'static str,
    pub bad: &'static str,
    pub unknown: &'static str,
    pub up: &'static str,
    pub down: &'static str,
    pub right: &'static str,
    pub left: &'static str,
    /// In front of the selected row.
    pub cursor: &'static str,
    /// Where text was cut.
    pub ellipsis: &'static str,
    /// Between parts of a line.
    pub dot: &'static str,
    /// A replica that is missing from the ISR.
    pub absent: &'static str,
    /// The filled part of a meter.
    pub full: &'static str,
    /// The empty part of a meter.
    pub empty: &'static str,
    /// Committed records that are flushed.
    pub log_flushed: &'static str,
    /// Committed records in memory.
    pub log_written: &'static str,
    /// Records behind the high watermark.
    pub log_uncommitted: &'static str,
    pub high_watermark: &'static str,
    /// Records that were cut off a log.
    pub log_cut: &'static str,
    /// Records below the start of a log.
    pub log_deleted: &'static str,
    /// Eight heights of a bar, lowest first.
    pub levels: [&'static str; 8],
    /// The thumb of a scroll bar.
    pub thumb: &'static str,
    pub frame: Frame,
}

impl Glyphs {
    /// Box drawing, blocks and arrows.
    pub const UNICODE: &'static Glyphs = &Glyphs {
        name: "unicode",
        ok: "•",
        notice: "i",
        warn: "!",
        bad: "x",
        unknown: "?",
        up: "↑",
        down: "↓",
        right: "→",
        left: "←",
        cursor: ">",
        ellipsis: "…",
        dot: "·",
        absent: ".",
        full: "█",
        empty: "░",
        log_flushed: "█",
        log_written: "▓",
        log_uncommitted: "░",
        high_watermark: "┃",
        log_cut: "~",
        log_deleted: ".",
        levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        thumb: "█",
        frame: Frame {
            horizontal: "─",
            vertical: "│",
            corners: ["┌", "┐", "└", "┘"],
            joints: ["├", "┤", "┬", "┴", "┼"],
        },
    };

    pub const ASCII: &'static Glyphs = &Glyphs {
        name: "ascii",
        ok: "*",
        notice: "i",
        warn: "!",
        bad: "x",
        unknown: "?",
        up: "^",
        down: "v",
        right: ">",
        left: "<",
        cursor: ">",
        ellipsis: "~",
        dot: "-",
        absent: ".",
        full: "#",
        empty: "-",
        log_flushed: "#",
        log_written: "=",
        log_uncommitted: "-",
        high_watermark: "|",
        log_cut: "~",
        log_deleted: ".",
        levels: ["_", "_", ".", ".", "-", "-", "=", "#"],
        thumb: "#",
        frame: Frame {
            horizontal: "-",
            vertical: "|",
            corners: ["+", "+", "+", "+"],
            joints: ["+", "+", "+", "+", "+"],
        },
    };

    /// The set for a choice, where `unicode` says whether the terminal can show more than ASCII.
    pub fn choose(choice: GlyphChoice, unicode: bool) -> &'static Glyphs {
        match (choice, unicode) {
            (GlyphChoice::Unicode, _) | (GlyphChoice::Auto, true) => Glyphs::UNICODE,
            (GlyphChoice::Ascii, _) | (GlyphChoice::Auto, false) => Glyphs::ASCII,
        }
    }

    /// Every mark of the set.
    pub fn all(&self) -> Vec<&'static str> {
        let mut all = vec![
            self.ok,
            self.notice,
            self.warn,
            self.bad,
            self.unknown,
            self.up,
            self.down,
            self.right,
            self.left,
            self.cursor,
            self.ellipsis,
            self.dot,
            self.absent,
            self.full,
            self.empty,
            self.log_flushed,
            self.log_written,
            self.log_uncommitted,
            self.high_watermark,
            self.log_cut,
            self.log_deleted,
            self.thumb,
            self.frame.horizontal,
            self.frame.vertical,
        ];
        all.extend(self.levels);
        all.extend(self.frame.corners);
        all.extend(self.frame.joints);
        all
    }
}
