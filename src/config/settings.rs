//! klever's own settings: each declared once; flags over environment over the user's file over defaults, each value with its origin.

mod clusters;
mod declared;
mod document;
mod origin;
mod place;
mod sample;

pub use clusters::{LABEL_COLORS, NamedCluster};
pub use declared::{
    ALL, COLOR, GLYPHS, GRAPHS, INTERNAL_TOPICS, KEYS, LOG, LOW_BANDWIDTH, MOUSE, PLAIN, SORT_BROKERS,
    SORT_GROUPS, SORT_PARTITIONS, STALE_AFTER_S, Setting, SettingKind, THEME,
};
pub use document::SettingsFile;
pub use origin::{SettingOrigin, SettingsError};
pub use sample::sample;

use std::path::PathBuf;

/// A setting with the value that counts, and where it comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetValue {
    pub setting: &'static Setting,
    /// As it is written in a file; a path is whole.
    pub value: String,
    pub origin: SettingOrigin,
}

/// Every setting with the value that counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// In the order of [`ALL`].
    pub values: Vec<SetValue>,
    /// The user's file, where there is one.
    pub file: Option<SettingsFile>,
}

impl Settings {
    /// The values that count. `flags` are what the command line says; `env` knows the environment.
    ///
    /// # Errors
    /// A value that a setting does not take, and where it stands.
    pub fn of(
        flags: &[(&'static Setting, String)],
        env: impl Fn(&str) -> Option<String>,
        file: Option<SettingsFile>,
    ) -> Result<Settings, SettingsError> {
        let mut values = Vec::new();
        for setting in ALL {
            let (value, origin) = setting.told(flags, &env, file.as_ref());
            let value = setting
                .accept(&value)
                .map_err(|what| SettingsError::new(origin.place(setting), what, setting))?;
            values.push(SetValue { setting, value, origin });
        }
        Ok(Settings { values, file })
    }

    /// The value of a setting.
    pub fn get(&self, setting: &Setting) -> &str {
        let found = self.values.iter().find(|value| value.setting == setting);
        found.map_or(setting.default, |value| &value.value)
    }

    /// The same, where nothing stands for none.
    pub fn path(&self, setting: &Setting) -> Option<PathBuf> {
        Some(self.get(setting)).filter(|path| !path.is_empty()).map(PathBuf::from)
    }

    /// Whether a setting of `auto`, `on` and `off` is on, where `auto` means this.
    pub fn is_on(&self, setting: &Setting, auto: bool) -> bool {
        match self.get(setting) {
            "on" => true,
            "off" => false,
            _ => auto,
        }
    }
}

impl Setting {
    /// What it is told by the nearest that says anything, and who that is.
    fn told(
        &self,
        flags: &[(&'static Setting, String)],
        env: &impl Fn(&str) -> Option<String>,
        file: Option<&SettingsFile>,
    ) -> (String, SettingOrigin) {
        if let Some((_, value)) = flags.iter().find(|(setting, _)| *setting == self) {
            return (value.clone(), SettingOrigin::Flag);
        }
        if let Some(value) = env(&self.variable()).filter(|value| !value.is_empty()) {
            return (value, SettingOrigin::Environment);
        }
        match file.and_then(|file| file.value(self)) {
            Some((value, place)) => (value, SettingOrigin::File(place)),
            None => (self.default.to_string(), SettingOrigin::Default),
        }
    }
}

/// Where the user's file is looked for: `$XDG_CONFIG_HOME/klever/config.toml`, else `~/.config/klever/config.toml`. A
/// variable without a whole path counts as not set, as XDG says.
pub fn settings_path(env: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let folder = |name: &str| env(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")))?;
    Some(base.join("klever").join("config.toml"))
}

#[cfg(test)]
mod tests;
