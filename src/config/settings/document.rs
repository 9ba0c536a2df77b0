//! The user's file: settings, `[keys.CONTEXT]` and `[clusters.NAME]`, each with its line. What it does not know it refuses.

use super::clusters::{self, NamedCluster};
use super::declared::{ALL, Setting};
use super::origin::SettingsError;
use super::place::Place;
use crate::knobs::nearest_of;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The user's file, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettingsFile {
    /// As it is named in messages.
    pub name: String,
    /// Its text: keymaps are read from it.
    pub text: String,
    /// Whether it has keys of its own.
    pub has_keys: bool,
    pub clusters: Vec<NamedCluster>,
    values: Vec<(&'static str, String, String)>,
}

impl SettingsFile {
    /// Reads a file's text. `home` stands for `~` in paths; others are seen from the file's folder.
    ///
    /// # Errors
    /// With file and line: not TOML, a key that is no setting, a secret, a value that a setting does not take.
    pub fn parse(path: &Path, text: &str, home: Option<&Path>) -> Result<SettingsFile, SettingsError> {
        let place = Place::of(path, text, home);
        let table = DeTable::parse(text).map_err(|error| place.error(error.span(), error.message()))?;
        let mut file = SettingsFile {
            name: path.display().to_string(),
            text: text.to_string(),
            has_keys: false,
            clusters: Vec::new(),
            values: Vec::new(),
        };
        place.refuse_secrets(table.get_ref())?;
        for (key, value) in table.get_ref().iter() {
            match (&**key.get_ref(), value.get_ref()) {
                ("keys", DeValue::Table(_)) => file.has_keys = true,
                ("clusters", DeValue::Table(clusters)) => file.clusters = clusters::read(&place, clusters)?,
                (name, DeValue::Table(rows)) if is_table(name) => {
                    for (row, value) in rows.iter() {
                        file.add(&place, &format!("{name}.{}", row.get_ref()), row.span(), value)?;
                    }
                }
                (name, _) => file.add(&place, name, key.span(), value)?,
            }
        }
        Ok(file)
    }

    /// What it says of a setting, and where.
    pub(super) fn value(&self, setting: &Setting) -> Option<(String, String)> {
        let found = self.values.iter().find(|(name, ..)| *name == setting.name)?;
        Some((found.1.clone(), found.2.clone()))
    }

    fn add(
        &mut self,
        place: &Place<'_>,
        name: &str,
        span: Range<usize>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), SettingsError> {
        let Some(setting) = ALL.iter().find(|setting| setting.name == name) else {
            let near = nearest_of(name, ALL.iter().map(|setting| setting.name));
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(place.error(Some(span), &format!("`{name}` is not a setting{near}")));
        };
        let text = place.text_of(value).filter(|text| setting.accept(text).is_ok());
        let text = text.ok_or_else(|| {
            let shown = place.text_of(value).unwrap_or_else(|| value.get_ref().type_str().into());
            let what = format!("`{shown}` is not a value of `{name}`: {}", setting.values());
            SettingsError { hint: setting.doc.into(), ..place.error(Some(value.span()), &what) }
        })?;
        let text = if setting.is_path(&text) { place.whole_path(&text) } else { text };
        self.values.push((setting.name, text, place.at(span)));
        Ok(())
    }
}

/// Whether settings of this table are declared.
fn is_table(name: &str) -> bool {
    ALL.iter().any(|setting| setting.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}
