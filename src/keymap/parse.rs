//! Keymap files: a table per context, a row per key sequence; or the same below `keys` in a file of settings.

use super::trie::Trie;
use super::{Context, Keys};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use toml::Spanned;

/// Why a keymap cannot be used, with file and line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeymapError {
    /// `keys.toml:12`.
    pub place: String,
    /// What is wrong and what is allowed.
    pub what: String,
}

impl fmt::Display for KeymapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl std::error::Error for KeymapError {}

/// The action that frees a key.
const NONE: &str = "none";

type Rows = BTreeMap<Spanned<String>, Spanned<String>>;

/// Tables by context.
type Tables = BTreeMap<Spanned<String>, Rows>;

/// A file of the user with keys in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UserKeys {
    /// Its name as given.
    pub file: String,
    pub text: String,
    /// Whether it is the file of settings, where the tables stand below `keys`.
    in_settings: bool,
}

impl UserKeys {
    /// A keymap file.
    pub fn file(file: impl Into<String>, text: impl Into<String>) -> UserKeys {
        UserKeys { file: file.into(), text: text.into(), in_settings: false }
    }

    /// The keys of a file of settings.
    pub fn of_settings(file: impl Into<String>, text: impl Into<String>) -> UserKeys {
        UserKeys { in_settings: true, ..UserKeys::file(file, text) }
    }

    fn tables(&self) -> Result<Tables, toml::de::Error> {
        if self.in_settings {
            return toml::from_str::<InSettings>(&self.text).map(|file| file.keys);
        }
        toml::from_str(&self.text)
    }
}

/// The rest of the file is for others to read.
#[derive(Deserialize)]
struct InSettings {
    #[serde(default)]
    keys: Tables,
}

/// One row of a file.
pub(super) struct Row<A> {
    /// Which of the contexts.
    pub(super) context: usize,
    pub(super) keys: Keys,
    /// `None` frees the key.
    pub(super) action: Option<A>,
    /// `keys.toml:3`.
    pub(super) place: String,
    span: std::ops::Range<usize>,
}

/// All rows of a file in its order.
pub(super) fn rows<A>(
    contexts: &[Context],
    user: &UserKeys,
    resolve: &impl Fn(&str) -> Result<A, String>,
) -> Result<Vec<Row<A>>, KeymapError> {
    let source = Source { contexts, file: &user.file, text: &user.text };
    let tables = user.tables().map_err(|error| source.error(error.span(), error.message()))?;
    let mut rows = Vec::new();
    for (name, table) in &tables {
        let context = source.context(name)?;
        for (keys, action) in table {
            rows.push(Row {
                context,
                keys: keys
                    .get_ref()
                    .parse()
                    .map_err(|what: String| source.error(Some(keys.span()), &what))?,
                action: source.action(action, resolve)?,
                place: source.place(Some(keys.span())),
                span: keys.span(),
            });
        }
    }
    rows.sort_by_key(|row| row.span.start);
    Ok(rows)
}

/// Reads a file into the contexts' trees.
pub(super) fn read_into<A: Copy + Eq>(
    tries: &mut [(Context, Trie<A>)],
    user: &UserKeys,
    resolve: &impl Fn(&str) -> Result<A, String>,
) -> Result<(), KeymapError> {
    let contexts: Vec<Context> = tries.iter().map(|(context, _)| *context).collect();
    let source = Source { contexts: &contexts, file: &user.file, text: &user.text };
    for row in rows(&contexts, user, resolve)? {
        let Some(action) = row.action else { continue };
        tries[row.context].1.add(&row.keys, action).map_err(|other| {
            let what = format!("`{}` collides with `{other}` in [{}]", row.keys, contexts[row.context].0);
            source.error(Some(row.span.clone()), &what)
        })?;
    }
    Ok(())
}

struct Source<'a> {
    contexts: &'a [Context],
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn error(&self, span: Option<std::ops::Range<usize>>, what: &str) -> KeymapError {
        KeymapError { place: self.place(span), what: what.into() }
    }

    fn place(&self, span: Option<std::ops::Range<usize>>) -> String {
        let line = span.map(|span| 1 + self.text[..span.start].matches('\n').count());
        line.map_or_else(|| self.file.into(), |line| format!("{}:{line}", self.file))
    }

    fn context(&self, name: &Spanned<String>) -> Result<usize, KeymapError> {
        let known = self.contexts.iter().position(|context| context.0 == name.get_ref());
        known.ok_or_else(|| {
            let names: Vec<&str> = self.contexts.iter().map(|context| context.0).collect();
            let what = format!("[{}] is not a context; contexts are {}", name.get_ref(), names.join(", "));
            self.error(Some(name.span()), &what)
        })
    }

    fn action<A>(
        &self,
        name: &Spanned<String>,
        resolve: &impl Fn(&str) -> Result<A, String>,
    ) -> Result<Option<A>, KeymapError> {
        if name.get_ref() == NONE {
            return Ok(None);
        }
        resolve(name.get_ref()).map(Some).map_err(|what| self.error(Some(name.span()), &what))
    }
}
