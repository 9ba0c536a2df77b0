//! Properties as they are given, each with its place, and what is refused by its name alone.

use crate::config::{BYTE_ORDER_MARK, is_key_shaped};
use crate::kafka::ConnectError;
use crate::kafka::properties::{self, Treatment};
use std::collections::BTreeMap;

/// Where a property was given.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Its name there.
    pub(super) name: String,
    /// `file:line`, where it stands in a file.
    pub(super) line: Option<String>,
}

/// Everything that was given so far, the last value of each, under the names that [`Treatment`] gives.
#[derive(Default)]
pub(super) struct Given {
    pub(super) values: BTreeMap<String, String>,
    pub(super) places: BTreeMap<String, Place>,
}

impl Given {
    /// Takes a property, or says why not. `line` is its `file:line`.
    pub(super) fn accept(
        &mut self,
        name: String,
        value: String,
        line: Option<String>,
    ) -> Result<(), ConnectError> {
        let known = match properties::treatment(&name) {
            Treatment::Take(native) | Treatment::Secret(native) => native.to_string(),
            Treatment::Translate { .. } => name.clone(),
            Treatment::Ignored => return Ok(()),
            Treatment::Executes if properties::is_kafkas_own(&name, &value) => return Ok(()),
            Treatment::Executes => {
                let why = format!("property {name} is refused: it would run or load a program");
                let error = ConnectError::new(why)
                    .with_hint("klever runs nothing that a connection profile names; remove the line");
                return Err(at(line.as_deref(), error));
            }
            Treatment::Unknown => {
                return unknown(&name, &value).map_err(|error| at(line.as_deref(), error));
            }
        };
        self.values.insert(known.clone(), value);
        self.places.insert(known, Place { name, line });
        Ok(())
    }
}

/// An error of properties, behind the place of the one that is to blame.
pub(super) fn at(line: Option<&str>, error: ConnectError) -> ConnectError {
    let message = match line {
        Some(line) => format!("{line}: {}", error.message),
        None => error.message,
    };
    ConnectError { message, ..error }.of_properties()
}

/// A misspelt property must not pass for set. Java reads a byte order mark as part of the first key, which is harmless
/// in front of a comment, or of a property that means nothing here.
fn unknown(name: &str, value: &str) -> Result<(), ConnectError> {
    if let Some(meant) = name.strip_prefix(BYTE_ORDER_MARK) {
        let is_comment = meant.is_empty() || meant.starts_with(['#', '!']);
        if is_comment || properties::treatment(meant) == Treatment::Ignored {
            return Ok(());
        }
        let meant = printable(meant);
        let error = format!("the properties start with a byte order mark, so that `{meant}` is not set");
        return Err(
            ConnectError::new(error).with_hint("save the file as UTF-8 without BOM, as Java needs it")
        );
    }
    // A line of a key or of a JAAS entry whose continuation was lost must not be repeated.
    if value.is_empty() || !is_key_shaped(name) {
        return Err(ConnectError::new(
            "a line of the client properties is no property: a lost line continuation?",
        )
        .with_hint("a value over several lines needs a backslash at the end of each but the last"));
    }
    let error = ConnectError::new(format!("unknown client property `{}`", printable(name)));
    Err(match properties::nearest(name) {
        Some(near) => error.with_hint(format!("did you mean {near}?")),
        None => error,
    })
}

pub(super) fn printable(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(80).collect()
}
