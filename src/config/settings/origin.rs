//! Where the value of a setting comes from, and what is wrong with one.

use super::declared::Setting;
use std::fmt;

/// Where the value of a setting comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SettingOrigin {
    Default,
    /// The user's file: `config.toml:3`.
    File(String),
    Environment,
    Flag,
}

impl SettingOrigin {
    /// The place in words: `default`, `config.toml:3`, `KLEVER_THEME`, `--theme`.
    pub fn place(&self, setting: &Setting) -> String {
        match self {
            SettingOrigin::Default => "default".into(),
            SettingOrigin::File(place) => place.clone(),
            SettingOrigin::Environment => setting.variable(),
            SettingOrigin::Flag => setting.flag.unwrap_or("a flag").into(),
        }
    }
}

/// What is wrong with a setting, in one line, and what helps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettingsError {
    /// `config.toml:3`, `KLEVER_THEME` or `--theme`.
    pub place: String,
    pub what: String,
    pub hint: String,
}

impl SettingsError {
    /// A value that a setting does not take.
    pub(super) fn new(place: String, what: String, setting: &Setting) -> SettingsError {
        let hint = format!("{}: {}", setting.name, setting.doc);
        SettingsError { place, what, hint }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl std::error::Error for SettingsError {}
