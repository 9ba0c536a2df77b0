//! Values of knobs and what values a knob takes.

use serde::{Serialize, Serializer};
use std::fmt;

/// What values a knob takes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number within bounds, both included.
    Int {
        min: i64,
        max: i64,
    },
    /// A number within bounds, both included.
    Float {
        min: f64,
        max: f64,
    },
    /// One of these words; the first of several spellings of a value is the one that is kept.
    Choice(&'static [&'static str]),
    Version,
    /// Names separated by commas.
    List,
}

/// A knob's value, of the kind that the knob takes.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    Bool(bool),
    /// A whole number; [`i64::MAX`] is Kafka's MAX_LONG.
    Int(i64),
    Float(f64),
    /// A word of a choice, a version or a list.
    Word(String),
}

impl Kind {
    /// Reads a value. The error says what is allowed.
    pub fn parse(&self, text: &str) -> Result<Value, String> {
        let text = text.trim();
        let refused = || format!("`{text}` is not allowed here: it takes {}", self.allowed());
        match *self {
            Kind::Bool => text.to_ascii_lowercase().parse().map(Value::Bool).map_err(|_| refused()),
            Kind::Int { min, max } => match whole_number(text) {
                Some(number) if (min..=max).contains(&number) => Ok(Value::Int(number)),
                _ => Err(refused()),
            },
            Kind::Float { min, max } => match text.parse::<f64>() {
                Ok(number) if number >= min && number <= max => Ok(Value::Float(number)),
                _ => Err(refused()),
            },
            Kind::Choice(words) => words
                .iter()
                .find(|word| word.eq_ignore_ascii_case(text))
                .map(|word| Value::Word(canonical(word).into()))
                .ok_or_else(refused),
            Kind::Version => text
                .parse::<crate::model::KafkaVersion>()
                .ok()
                .filter(|version| (2..=4).contains(&version.major))
                .map(|version| Value::Word(version.to_string()))
                .ok_or_else(refused),
            Kind::List => Ok(Value::Word(text.split(',').map(str::trim).collect::<Vec<_>>().join(","))),
        }
    }

    /// What is allowed, for an error or a manual.
    pub fn allowed(&self) -> String {
        match *self {
            Kind::Bool => "true or false".into(),
            Kind::Int { min, max: i64::MAX } => format!("a whole number from {min}"),
            Kind::Int { min, max } => format!("a whole number from {min} to {max}"),
            Kind::Float { min, max } if max >= 1e12 => format!("a number from {min}"),
            Kind::Float { min, max } => format!("a number from {min} to {max}"),
            Kind::Choice(words) => words.join(", "),
            Kind::Version => "a Kafka version from 2.0 to 4.x, such as 4.1".into(),
            Kind::List => "names separated by commas".into(),
        }
    }
}

/// `-1` and `all` are the same `acks`.
fn canonical(word: &str) -> &str {
    if word == "-1" { "all" } else { word }
}

/// A whole number as Kafka's documentation and klever write it: in digits, `MAX_INT` or `MAX_LONG`.
pub fn whole_number(text: &str) -> Option<i64> {
    match text {
        "MAX_LONG" => Some(i64::MAX),
        "MAX_INT" => Some(i64::from(i32::MAX)),
        _ => text.replace('_', "").parse().ok(),
    }
}

impl Value {
    /// As a number, for ordering a ladder; words have none.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Bool(on) => Some(f64::from(u8::from(*on))),
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            Value::Word(_) => None,
        }
    }

    /// The whole number, if it is one.
    pub fn int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The number, whole or not.
    pub fn float(&self) -> Option<f64> {
        match self {
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// The switch, if it is one.
    pub fn bool(&self) -> Option<bool> {
        match self {
            Value::Bool(on) => Some(*on),
            _ => None,
        }
    }

    /// As Kafka reads it from a file: numbers in digits.
    pub fn kafka_text(&self) -> String {
        match self {
            Value::Int(number) => number.to_string(),
            other => other.to_string(),
        }
    }

    /// The word, if it is one.
    pub fn word(&self) -> Option<&str> {
        match self {
            Value::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// As people read it, with MAX_LONG and MAX_INT by name.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(on) => f.pad(if *on { "true" } else { "false" }),
            Value::Int(i64::MAX) => f.pad("MAX_LONG"),
            Value::Int(number) if *number == i64::from(i32::MAX) => f.pad("MAX_INT"),
            Value::Int(number) => f.pad(&number.to_string()),
            Value::Float(number) => f.pad(&number.to_string()),
            Value::Word(word) => f.pad(word),
        }
    }
}

/// Numbers as numbers, switches as switches, the rest as text.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Bool(on) => out.serialize_bool(*on),
            Value::Int(number) => out.serialize_i64(*number),
            Value::Float(number) => out.serialize_f64(*number),
            Value::Word(word) => out.serialize_str(word),
        }
    }
}
