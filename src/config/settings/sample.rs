//! The sample file: every setting with its default and what it does.

use super::declared::{ALL, Setting, SettingKind};
use crate::model::wrap;
use std::fmt::Write as _;

const HEAD: &str = "\
# klever's settings, every one with its default. klever reads $XDG_CONFIG_HOME/klever/config.toml, else
# ~/.config/klever/config.toml. A flag counts before the environment, that before this file. Secrets do not stand here.
";

const FOOT: &str = r##"
# Keys: a table for each context, as in a keymap file; the action "none" frees a key. `?` in klever lists the actions.
# [keys.global]
# "ctrl-q" = "quit"
# "q" = "none"

# Clusters by name: `klever live -b prod`. Secrets stand in the properties file, which only you may read (chmod 600).
# [clusters.prod]
# bootstrap = "k1.example.com:9093,k2.example.com:9093"
# properties = "~/.config/klever/prod.properties"
# color = "red"
# label = "payments"
# map = ["k1.example.com:9093=localhost:19093", "k2.example.com:9093=localhost:19094"]
"##;

/// A file that sets everything to its default.
pub fn sample() -> String {
    let mut text = HEAD.to_string();
    let mut table = "";
    for setting in ALL {
        let (of, name) = setting.name.split_once('.').unwrap_or(("", setting.name));
        if of != table {
            let _ = write!(text, "\n[{of}]");
            table = of;
        }
        text.push('\n');
        wrap(&about(setting), 118).iter().for_each(|line| {
            let _ = writeln!(text, "# {line}");
        });
        let _ = writeln!(text, "{name} = {}", written(setting));
    }
    text + FOOT
}

/// `What it does. Values: a, b. Flag --x, variable Y.`
fn about(setting: &Setting) -> String {
    let flag = setting.flag.map_or(String::new(), |flag| format!("Flag {flag}, variable "));
    let flag = if flag.is_empty() { "Variable ".into() } else { flag };
    format!("{}. Values: {}. {flag}{}.", setting.doc, setting.values(), setting.variable())
}

fn written(setting: &Setting) -> String {
    match setting.kind {
        SettingKind::Seconds(..) => setting.default.into(),
        SettingKind::Word(_) | SettingKind::Theme | SettingKind::File | SettingKind::Order(_) => {
            format!("\"{}\"", setting.default)
        }
    }
}
