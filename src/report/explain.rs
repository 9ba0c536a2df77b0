//! What an id means: a rule, a figure, an error, a knob, a key of Kafka; and what a log says of errors.

mod error;
mod figure;
mod key;
mod log;
mod rule;

pub use log::{log_json, log_text};

use crate::knobs::{ALL as KNOBS, ConfigKey, KeyScope, Knob, config_keys, key_of_variable, nearest_of};
use crate::report::errors::{GivenClient, KafkaError, errors_in, errors_named, kafka_errors};
use crate::report::json::document;
use crate::rules::{self, Rule};
use serde_json::{Value, json};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Listing {
    Rules,
    Knobs,
    Errors,
}

/// One thing that an id means.
enum Answer {
    Rule(&'static Rule),
    Figure(String),
    Error(&'static KafkaError),
    Key(&'static ConfigKey),
    Own(&'static Knob),
}

impl Answer {
    fn text(&self, given: &[GivenClient]) -> String {
        match self {
            Answer::Rule(rule) => rule::rule_text(rule),
            Answer::Figure(id) => figure::figure_text(id).unwrap_or_default(),
            Answer::Error(error) => error::error_text(error, given),
            Answer::Key(key) => key::key_text(key),
            Answer::Own(knob) => key::own_text(knob),
        }
    }

    fn json(&self, given: &[GivenClient]) -> Value {
        match self {
            Answer::Rule(rule) => rule::rule_json(rule),
            Answer::Figure(id) => figure::figure_json(id).unwrap_or_default(),
            Answer::Error(error) => error::error_json(error, given),
            Answer::Key(key) => key::key_json(key),
            Answer::Own(knob) => key::own_json(knob),
        }
    }
}

/// What an id means: a rule (`min-isr-one`), a figure (`durability.crash`), an error (`NOT_ENOUGH_REPLICAS`, 19, its exception,
/// or a line of a log that speaks of it), a knob or key (`acks`, `topic:min.insync.replicas`, `KAFKA_MIN_INSYNC_REPLICAS`), in
/// every scope that has it. Of an error also what the given clients have set.
///
/// # Errors
/// The nearest id, if one is near, when nothing has this one.
pub fn explain(id: &str, given: &[GivenClient]) -> Result<String, Option<String>> {
    let texts: Vec<String> = answers(id)?.iter().map(|answer| answer.text(given)).collect();
    Ok(texts.join("\n"))
}

/// The same as `klever.explain/1`.
///
/// # Errors
/// As [`explain`].
pub fn explain_json(id: &str, given: &[GivenClient]) -> Result<String, Option<String>> {
    let answers: Vec<Value> = answers(id)?.iter().map(|answer| answer.json(given)).collect();
    Ok(document(json!({ "schema": SCHEMA, "id": id.trim(), "answers": answers })))
}

const SCHEMA: &str = "klever.explain/1";

fn answers(id: &str) -> Result<Vec<Answer>, Option<String>> {
    let id = id.trim();
    if let Some(rule) = rules::find(id) {
        return Ok(vec![Answer::Rule(rule)]);
    }
    if figure::figure_text(id).is_some() {
        return Ok(vec![Answer::Figure(id.to_string())]);
    }
    let errors = errors_named(id);
    if !errors.is_empty() {
        return Ok(errors.into_iter().map(Answer::Error).collect());
    }
    let (scope, name) = match id.split_once(':') {
        Some((scope, name)) => (Some(scope), name),
        None => (None, id),
    };
    let found = keys(scope, name);
    if !found.is_empty() {
        return Ok(found);
    }
    if let Some(key) = key_of_variable(id) {
        return Ok(keys(Some(KeyScope::Broker.word()), &key));
    }
    let said: Vec<Answer> = errors_in(id).into_iter().map(|at| Answer::Error(&kafka_errors()[at])).collect();
    if said.is_empty() { Err(nearest(name)) } else { Ok(said) }
}

/// Kafka's keys of a name, and klever's own knobs.
fn keys(scope: Option<&str>, name: &str) -> Vec<Answer> {
    let wanted = |word: &str| scope.is_none_or(|scope| scope == word);
    let keys = config_keys().iter().filter(|key| key.name == name && wanted(key.scope.word()));
    let own = KNOBS.iter().filter(|knob| knob.name == name && wanted(knob.scope.word()) && key::is_own(knob));
    keys.map(Answer::Key).chain(own.map(|knob| Answer::Own(knob))).collect()
}

fn nearest(name: &str) -> Option<String> {
    let ids = rules::ALL.iter().map(|rule| rule.id);
    let knobs = KNOBS.iter().map(|knob| knob.name);
    let keys = config_keys().iter().filter(|key| key.scope != KeyScope::None).map(|key| key.name);
    let figures = figure::ids();
    let errors = kafka_errors().iter().flat_map(|error| error.name.iter().chain(&error.exception));
    let errors = errors.map(String::as_str);
    let all = ids.chain(figures.iter().copied()).chain(knobs).chain(keys).chain(errors);
    nearest_of(name, all).map(String::from)
}

/// Every rule, knob or error, a line each.
pub fn list(topics: Listing) -> String {
    match topics {
        Listing::Rules => rules::ALL.iter().map(|rule| rule::line(rule)).collect(),
        Listing::Knobs => KNOBS.iter().map(|knob| key::line(knob)).collect(),
        Listing::Errors => kafka_errors().iter().map(error::line).collect(),
    }
}

/// The same as `klever.explain/1`.
pub fn list_json(topics: Listing) -> String {
    let answers: Vec<Value> = match topics {
        Listing::Rules => rules::ALL.iter().map(|rule| rule::rule_json(rule)).collect(),
        Listing::Knobs => KNOBS.iter().map(|knob| key::own_json(knob)).collect(),
        Listing::Errors => kafka_errors().iter().map(|one| error::error_json(one, &[])).collect(),
    };
    document(json!({ "schema": SCHEMA, "id": null, "answers": answers }))
}

#[cfg(test)]
mod tests;
