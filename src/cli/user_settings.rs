//! The user's settings for a command: read once from flags, environment and file, and handed on in the words of the rooms that need them.

use crate::app::{Pane, SettingRow, SettingRows, Sort};
use crate::cli::args::ScreenArgs;
use crate::cli::{Failure, output};
use crate::config::InputKind;
use crate::config::settings::{
    ALL, KEYS, SettingKind, SettingOrigin, Settings, SettingsError, SettingsFile, settings_path,
};
use crate::keymap::UserKeys;
use std::path::{Path, PathBuf};

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The settings that count for a screen.
pub(super) fn of(args: &ScreenArgs) -> Result<Settings, Failure> {
    Settings::of(&args.flags(), variable, file()?).map_err(refused)
}

/// The user's file, where there is one.
pub(super) fn file() -> Result<Option<SettingsFile>, Failure> {
    let Some(path) = settings_path(variable).filter(|path| path.exists()) else { return Ok(None) };
    let text = output::read(&path, InputKind::Settings)?;
    let home = variable("HOME").map(PathBuf::from);
    SettingsFile::parse(&path, &text, home.as_deref()).map(Some).map_err(refused)
}

fn refused(error: SettingsError) -> Failure {
    Failure::usage(error.to_string()).hint(error.hint)
}

/// The user's keys, those of a keymap file counting most.
pub(super) fn keys(settings: &Settings) -> Result<Vec<UserKeys>, Failure> {
    let own = settings.file.iter().filter(|file| file.has_keys);
    let mut keys: Vec<UserKeys> = own.map(|file| UserKeys::of_settings(&file.name, &file.text)).collect();
    if let Some(path) = settings.path(&KEYS) {
        keys.push(UserKeys::file(path.display().to_string(), output::read(&path, InputKind::Keymap)?));
    }
    Ok(keys)
}

/// The orders that panes start with.
pub(super) fn sorts(settings: &Settings) -> Vec<(Pane, Sort)> {
    let orders = ALL.iter().filter_map(|setting| match setting.kind {
        SettingKind::Order(pane) => {
            Some((pane, Sort::named(pane.declaration().orders, settings.get(setting))?))
        }
        _ => None,
    });
    orders.collect()
}

/// The settings as rows of a page.
pub(super) fn rows(settings: &Settings) -> SettingRows {
    let row = |value: &crate::config::settings::SetValue| SettingRow {
        name: value.setting.name.into(),
        value: value.value.clone(),
        origin: value.origin.place(value.setting),
        is_default: value.origin == SettingOrigin::Default,
        doc: value.setting.doc.into(),
        values: value.setting.values(),
    };
    SettingRows { file: told_file(settings), rows: settings.values.iter().map(row).collect() }
}

/// Where the file is, or would be.
pub(super) fn told_file(settings: &Settings) -> String {
    let path = settings_path(variable);
    match (&settings.file, path.as_deref().map(Path::display)) {
        (Some(file), _) => file.name.clone(),
        (None, Some(path)) => format!("{path} (there is no such file)"),
        (None, None) => "no file: neither XDG_CONFIG_HOME nor HOME is set".into(),
    }
}
