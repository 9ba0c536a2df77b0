//! A value that is known, with its age and origin, or unknown, with the reason.

use crate::model::Millis;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a known value comes from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Read from a broker.
    Broker,
    /// The default of the Kafka version.
    Default,
    /// Read from a file that the user gave.
    File(String),
    /// Assumed by klever, and listed under `assumptions`.
    Assumed,
    /// The simulator's own state.
    Simulated,
    /// Set by the user as a knob or with `--set`.
    #[serde(alias = "lever")]
    WhatIf,
    /// Concluded from other values, named here.
    Derived(String),
}

/// Why a value is not known.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// Nobody asked for it yet.
    NotAsked,
    /// The cluster refused; the ACL that is missing, e.g. `DescribeConfigs on Topic orders`.
    Denied(String),
    /// The broker that knows did not answer.
    Unreachable(String),
    /// Not visible through the protocol or this client.
    NotExposed(String),
    /// This version has no such thing.
    Unsupported(String),
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unknown::NotAsked => write!(f, "not asked for"),
            Unknown::Denied(acl) => write!(f, "denied, needs {acl}"),
            Unknown::Unreachable(what) => write!(f, "unreachable: {what}"),
            Unknown::NotExposed(why) => write!(f, "not visible: {why}"),
            Unknown::Unsupported(by) => write!(f, "not supported by {by}"),
        }
    }
}

/// A value that is known or not. Never a made-up zero.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Datum<T> {
    /// The value, when it was read (milliseconds, see [`Millis`]) and from where.
    Known {
        value: T,
        /// When it was true.
        as_of: Millis,
        /// Where it comes from.
        from: Origin,
    },
    /// Not known, and why.
    Unknown { reason: Unknown },
}

impl<T> Datum<T> {
    /// A value that was seen or concluded, with its time and origin.
    pub fn known(value: T, as_of: Millis, from: Origin) -> Self {
        Datum::Known { value, as_of, from }
    }

    /// A value that could not be seen, with the reason.
    pub fn unknown(reason: Unknown) -> Self {
        Datum::Unknown { reason }
    }

    /// Nobody asked for it yet.
    pub fn not_asked() -> Self {
        Datum::unknown(Unknown::NotAsked)
    }

    /// Takes a newer reading, unless it is that nobody answered while an older value is there: that one stays, with
    /// its age.
    pub fn refresh(&mut self, newer: Datum<T>) {
        let silent = matches!(newer.reason(), Some(Unknown::Unreachable(_) | Unknown::NotAsked));
        if !silent || self.get().is_none() {
            *self = newer;
        }
    }

    /// The value, if known.
    pub fn get(&self) -> Option<&T> {
        match self {
            Datum::Known { value, .. } => Some(value),
            Datum::Unknown { .. } => None,
        }
    }

    /// Why it is not known, if it is not.
    pub fn reason(&self) -> Option<&Unknown> {
        match self {
            Datum::Known { .. } => None,
            Datum::Unknown { reason } => Some(reason),
        }
    }

    /// Both values, or why the first one that is missing is not known.
    pub fn zip<U: Clone>(&self, other: &Datum<U>) -> Datum<(T, U)>
    where
        T: Clone,
    {
        match (self, other) {
            (Datum::Known { value, as_of, from }, Datum::Known { value: second, .. }) => {
                Datum::known((value.clone(), second.clone()), *as_of, from.clone())
            }
            (Datum::Unknown { reason }, _) | (_, Datum::Unknown { reason }) => Datum::unknown(reason.clone()),
        }
    }

    /// The same knowledge of something computed from the value.
    pub fn map<U>(&self, f: impl FnOnce(&T) -> U) -> Datum<U> {
        match self {
            Datum::Known { value, as_of, from } => {
                Datum::Known { value: f(value), as_of: *as_of, from: from.clone() }
            }
            Datum::Unknown { reason } => Datum::Unknown { reason: reason.clone() },
        }
    }
}
