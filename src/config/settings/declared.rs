//! The settings: name, values, default, flag and what it does. File, environment, sample and page derive from here.

use crate::app::{Pane, Sort};
use crate::theme::Theme;

/// What a setting takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SettingKind {
    /// One of these words.
    Word(&'static [&'static str]),
    /// `auto`, the name of a theme, or a `.toml` file.
    Theme,
    /// A file, or nothing.
    File,
    /// Seconds between these bounds.
    Seconds(u32, u32),
    /// An order of this pane's rows; `-` before it reverses it.
    Order(Pane),
}

/// Something about klever itself that a user can set.
#[derive(PartialEq, Eq, Debug)]
pub struct Setting {
    /// Its name in the file: `theme`, `sort.groups`.
    pub name: &'static str,
    pub kind: SettingKind,
    pub default: &'static str,
    /// The flag that sets it, where there is one.
    pub flag: Option<&'static str>,
    pub doc: &'static str,
}

/// For what klever can find out by itself.
const SWITCH: SettingKind = SettingKind::Word(&["auto", "on", "off"]);

/// The colours of the screen.
pub const THEME: Setting = Setting {
    name: "theme",
    kind: SettingKind::Theme,
    default: "auto",
    flag: Some("--theme"),
    doc: "Colours by meaning: a theme or a .toml file; auto is light where COLORFGBG or the terminal's answer tells of a light background, else dark",
};

/// How many colours the terminal has.
pub const COLOR: Setting = Setting {
    name: "color",
    kind: SettingKind::Word(&["auto", "true", "256", "16", "none"]),
    default: "auto",
    flag: Some("--color"),
    doc: "How many colours the terminal shows; auto asks NO_COLOR, CLICOLOR_FORCE, COLORTERM and TERM, in this order",
};

/// What is drawn with.
pub const GLYPHS: Setting = Setting {
    name: "glyphs",
    kind: SettingKind::Word(&["auto", "unicode", "ascii"]),
    default: "auto",
    flag: Some("--glyphs"),
    doc: "Symbols to draw with; auto takes Unicode where locale and terminal have it",
};

/// What bars along time are drawn with.
pub const GRAPHS: Setting = Setting {
    name: "graphs",
    kind: SettingKind::Word(&["auto", "blocks", "braille", "ascii"]),
    default: "auto",
    flag: None,
    doc: "What bars along time are drawn with; braille shows two moments a cell, auto takes what the glyphs have",
};

/// Whether the mouse is klever's.
pub const MOUSE: Setting = Setting {
    name: "mouse",
    kind: SWITCH,
    default: "auto",
    flag: Some("--mouse, --no-mouse"),
    doc: "Use the mouse, or leave it to the terminal; auto leaves it over SSH",
};

/// Whether few bytes are written.
pub const LOW_BANDWIDTH: Setting = Setting {
    name: "low-bandwidth",
    kind: SWITCH,
    default: "auto",
    flag: Some("--low-bandwidth"),
    doc: "Draw at most 4 times a second when data changes, for slow lines; auto does so over SSH",
};

/// Whether there is a screen.
pub const PLAIN: Setting = Setting {
    name: "plain",
    kind: SWITCH,
    default: "auto",
    flag: Some("--plain"),
    doc: "Lines of text instead of a screen, and commands as lines, for screen readers and pipes; auto does so where TERM \
        is dumb",
};

/// The user's keys.
pub const KEYS: Setting = Setting {
    name: "keymap",
    kind: SettingKind::File,
    default: "",
    flag: Some("--keys"),
    doc: "A keymap file that changes single keys; tables [keys.CONTEXT] in this file do so, too",
};

/// Where standard error goes.
pub const LOG: Setting = Setting {
    name: "log",
    kind: SettingKind::File,
    default: "",
    flag: Some("--log"),
    doc: "Write what libraries print to standard error into this file while the screen is up",
};

/// From when on a real cluster's values count as old.
pub const STALE_AFTER_S: Setting = Setting {
    name: "stale-after-s",
    kind: SettingKind::Seconds(1, 3_600),
    default: "10",
    flag: None,
    doc: "Seconds after which what is shown of a real cluster counts as old",
};

/// Whether Kafka's own topics are listed.
pub const INTERNAL_TOPICS: Setting = Setting {
    name: "internal-topics",
    kind: SettingKind::Word(&["hide", "show"]),
    default: "hide",
    flag: None,
    doc: "List partitions of Kafka's own topics from the start, or hide them until asked for",
};

/// The order of brokers.
pub const SORT_BROKERS: Setting = Setting {
    name: "sort.brokers",
    kind: SettingKind::Order(Pane::Brokers),
    default: "rack",
    flag: None,
    doc: "The order of brokers at the start; - before it reverses it",
};

/// The order of partitions.
pub const SORT_PARTITIONS: Setting = Setting {
    name: "sort.partitions",
    kind: SettingKind::Order(Pane::Partitions),
    default: "name",
    flag: None,
    doc: "The order of partitions at the start; - before it reverses it",
};

/// The order of groups.
pub const SORT_GROUPS: Setting = Setting {
    name: "sort.groups",
    kind: SettingKind::Order(Pane::Groups),
    default: "name",
    flag: None,
    doc: "The order of consumer groups at the start; - before it reverses it",
};

/// All of them, in the order of file and page; those of a table last.
pub static ALL: &[&Setting] = &[
    &THEME,
    &COLOR,
    &GLYPHS,
    &GRAPHS,
    &MOUSE,
    &LOW_BANDWIDTH,
    &PLAIN,
    &KEYS,
    &LOG,
    &STALE_AFTER_S,
    &INTERNAL_TOPICS,
    &SORT_BROKERS,
    &SORT_PARTITIONS,
    &SORT_GROUPS,
];

impl Setting {
    /// The variable of the environment that sets it: `KLEVER_SORT_GROUPS`.
    pub fn variable(&self) -> String {
        let name = self.name.to_uppercase().replace(['-', '.'], "_");
        format!("KLEVER_{name}")
    }

    /// What it takes, in words.
    pub fn values(&self) -> String {
        match self.kind {
            SettingKind::Word(words) => words.join(", "),
            SettingKind::Theme => {
                let names: Vec<&str> = Theme::names().collect();
                format!("auto, {}, or a .toml file", names.join(", "))
            }
            SettingKind::File => "a file".into(),
            SettingKind::Seconds(least, most) => format!("{least} to {most}"),
            SettingKind::Order(pane) => {
                let names: Vec<&str> = pane.declaration().orders.iter().map(|order| order.name).collect();
                names.join(", ")
            }
        }
    }

    /// The value as it counts, or why it is none.
    pub(super) fn accept(&self, value: &str) -> Result<String, String> {
        let is_one = match self.kind {
            SettingKind::Word(words) => words.contains(&value),
            SettingKind::Theme => {
                value == "auto" || value.ends_with(".toml") || Theme::names().any(|name| name == value)
            }
            SettingKind::File => true,
            SettingKind::Seconds(least, most) => {
                value.parse().is_ok_and(|value: u32| (least..=most).contains(&value))
            }
            SettingKind::Order(pane) => Sort::named(pane.declaration().orders, value).is_some(),
        };
        if is_one {
            return Ok(value.to_string());
        }
        Err(format!("`{value}` is not a value of `{}`: {}", self.name, self.values()))
    }

    /// Whether its value is a path where it ends so.
    pub(super) fn is_path(&self, value: &str) -> bool {
        match self.kind {
            SettingKind::File => !value.is_empty(),
            SettingKind::Theme => value.ends_with(".toml"),
            SettingKind::Word(_) | SettingKind::Seconds(..) | SettingKind::Order(_) => false,
        }
    }
}
