//! A change of one knob, and how it is written: `[SCOPE[/NAME]:]key=value`.

use crate::knobs::{ALL, Knob, Scope, Value};
use std::fmt;

/// One knob at a new value, for one topic, broker or client or for all of the scope.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    pub knob: &'static Knob,
    /// Which topic, broker or client; `None` is all of them.
    pub subject: Option<String>,
    pub value: Value,
}

/// What is wrong with a knob's name or value. Its text is one plain line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KnobError {
    /// Not `key=value`.
    NotAssignment(String),
    UnknownScope(String),
    /// No such knob; the nearest name, if one is near.
    UnknownKnob(String, Option<String>),
    /// Several scopes have it.
    Ambiguous(String, Vec<Scope>),
    /// The value is out of range or of the wrong kind.
    BadValue(String, String),
}

impl fmt::Display for KnobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KnobError::NotAssignment(text) => {
                write!(f, "`{text}` is not a setting: write [SCOPE[/NAME]:]key=value")
            }
            KnobError::UnknownScope(word) => {
                let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.word()).collect();
                write!(f, "`{word}` is not a scope: use {}", scopes.join(", "))
            }
            KnobError::UnknownKnob(name, Some(near)) => {
                write!(f, "no knob is called `{name}`: did you mean `{near}`?")
            }
            KnobError::UnknownKnob(name, None) => {
                write!(f, "no knob is called `{name}`: `klever explain --knobs` lists them")
            }
            KnobError::Ambiguous(name, scopes) => {
                let forms: Vec<String> = scopes.iter().map(|scope| format!("{scope}:{name}")).collect();
                write!(f, "`{name}` is in several scopes: write {}", forms.join(" or "))
            }
            KnobError::BadValue(name, why) => write!(f, "{name}: {why}"),
        }
    }
}

impl std::error::Error for KnobError {}

impl Change {
    /// A change for the whole scope.
    pub fn new(knob: &'static Knob, value: Value) -> Self {
        Change { knob, subject: None, value }
    }

    /// Reads `[SCOPE[/NAME]:]key=value`.
    pub fn parse(text: &str) -> Result<Change, KnobError> {
        let (left, value) = text.split_once('=').ok_or_else(|| KnobError::NotAssignment(text.to_string()))?;
        let (scope, subject, name) = match left.split_once(':') {
            None => (None, None, left.trim()),
            Some((scope, name)) => {
                let (word, subject) = match scope.split_once('/') {
                    Some((word, subject)) => (word, Some(subject.trim().to_string())),
                    None => (scope, None),
                };
                let found = Scope::ALL.into_iter().find(|scope| scope.word() == word.trim());
                let scope = found.ok_or_else(|| KnobError::UnknownScope(word.trim().to_string()))?;
                (Some(scope), subject, name.trim())
            }
        };
        let knob = find(scope, name)?;
        Ok(Change { subject, ..Change::read(knob, value)? })
    }

    /// A change for the whole scope, its value as text.
    ///
    /// # Errors
    /// When the knob does not take such a value.
    pub fn read(knob: &'static Knob, text: &str) -> Result<Change, KnobError> {
        let value = knob.kind.parse(text).map_err(|why| KnobError::BadValue(knob.name.to_string(), why))?;
        Ok(Change::new(knob, value))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Some(subject) => {
                write!(f, "{}/{subject}:{}={}", self.knob.scope, self.knob.name, self.value)
            }
            None => write!(f, "{}:{}={}", self.knob.scope, self.knob.name, self.value),
        }
    }
}

/// The knob of this name. A bare name must be in one scope, but topic wins over broker, because a
/// broker's value is only the default of the topic's.
pub fn find(scope: Option<Scope>, name: &str) -> Result<&'static Knob, KnobError> {
    let named: Vec<&'static Knob> = ALL
        .iter()
        .copied()
        .filter(|knob| knob.name == name && scope.is_none_or(|scope| scope == knob.scope))
        .collect();
    let scopes: Vec<Scope> = match scope {
        Some(_) => Vec::new(),
        None => scopes_of_key(name),
    };
    match named.as_slice() {
        [] => Err(KnobError::UnknownKnob(name.to_string(), nearest(name))),
        _ if scopes.len() > 1
            && !scopes.iter().all(|scope| matches!(scope, Scope::Topic | Scope::Broker)) =>
        {
            Err(KnobError::Ambiguous(name.to_string(), scopes))
        }
        [one] => Ok(one),
        several => Ok(several.iter().find(|knob| knob.scope == Scope::Topic).unwrap_or(&several[0])),
    }
}

/// The scopes in which Kafka, or klever, has a key of this name.
fn scopes_of_key(name: &str) -> Vec<Scope> {
    Scope::ALL
        .into_iter()
        .filter(|scope| {
            crate::knobs::default_at((*scope).into(), name).is_some()
                || ALL.iter().any(|knob| knob.scope == *scope && knob.name == name)
        })
        .collect()
}

/// The knob whose name is nearest to a misspelt one, if it is near at all.
pub fn nearest(name: &str) -> Option<String> {
    nearest_of(name, ALL.iter().map(|knob| knob.name)).map(String::from)
}

/// Nothing that is longer is a misspelt name; comparing it would cost seconds.
const LONGEST_MISSPELT: usize = 200;

/// The name nearest to a misspelt one, if one is near: a few edits away, or containing what was written.
pub fn nearest_of<'a>(name: &str, names: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    if name.len() > LONGEST_MISSPELT {
        return None;
    }
    let (edits, best) = names.clone().map(|known| (strsim::levenshtein(name, known), known)).min()?;
    let contains =
        names.filter(|known| name.len() >= 4 && known.contains(name)).min_by_key(|known| known.len());
    (edits <= 2 + name.len() / 4).then_some(best).or(contains)
}
