//! The user's file while it is read: where things stand in it, and what it must not hold.

use super::origin::SettingsError;
use crate::config::is_secret_key;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What helps with a key that is no setting.
const HINT: &str = "`klever settings --sample` prints every setting with its default";

/// A file while it is read.
pub(super) struct Place<'a> {
    path: &'a Path,
    text: &'a str,
    home: Option<&'a Path>,
}

impl<'a> Place<'a> {
    pub(super) fn of(path: &'a Path, text: &'a str, home: Option<&'a Path>) -> Place<'a> {
        Place { path, text, home }
    }

    /// `config.toml:3`.
    pub(super) fn at(&self, span: Range<usize>) -> String {
        let line = 1 + self.text[..span.start.min(self.text.len())].matches('\n').count();
        format!("{}:{line}", self.path.display())
    }

    pub(super) fn error(&self, span: Option<Range<usize>>, what: &str) -> SettingsError {
        let place = span.map_or_else(|| self.path.display().to_string(), |span| self.at(span));
        SettingsError { place, what: what.trim().replace('\n', " "), hint: HINT.into() }
    }

    /// A word, a number or a switch as text.
    pub(super) fn text_of(&self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Integer(number) => Some(number.to_string()),
            DeValue::Boolean(true) => Some("on".into()),
            DeValue::Boolean(false) => Some("off".into()),
            DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
        }
    }

    /// A path as seen from everywhere.
    pub(super) fn whole_path(&self, path: &str) -> String {
        let whole: PathBuf = match (path.strip_prefix("~/"), self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.path.parent().unwrap_or(Path::new("")).join(path),
        };
        whole.display().to_string()
    }

    /// No key anywhere in the file may be one of a secret; its value is not repeated.
    pub(super) fn refuse_secrets(&self, table: &DeTable<'_>) -> Result<(), SettingsError> {
        for (key, value) in table.iter() {
            if is_secret_key(key.get_ref(), None) {
                let what = format!("`{}` is a secret, and secrets do not stand in this file", key.get_ref());
                let hint = "put it into a client.properties file that only you may read (chmod 600), and name that with \
                    `properties` of the cluster";
                return Err(SettingsError { hint: hint.into(), ..self.error(Some(key.span()), &what) });
            }
            if let DeValue::Table(inner) = value.get_ref() {
                self.refuse_secrets(inner)?;
            }
        }
        Ok(())
    }
}
