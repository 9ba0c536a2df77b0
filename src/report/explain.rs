//! What an id means: a rule, a figure, a knob, a key of Kafka.

mod figure;
mod key;
mod rule;

use crate::knobs::{ALL as KNOBS, KeyScope, Knob, config_keys, nearest_of};
use crate::rules;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Listing {
    Rules,
    Knobs,
}

/// What an id means: a rule (`min-isr-one`), a figure (`durability.crash`) or a knob or key (`acks`, `topic:min.insync.replicas`), in
/// every scope that has it.
///
/// # Errors
/// The nearest id, if one is near, when nothing has this one.
pub fn explain(id: &str) -> Result<String, Option<String>> {
    let id = id.trim();
    if let Some(rule) = rules::find(id) {
        return Ok(rule::rule_text(rule));
    }
    if let Some(text) = figure::figure_text(id) {
        return Ok(text);
    }
    let (scope, name) = match id.split_once(':') {
        Some((scope, name)) => (Some(scope), name),
        None => (None, id),
    };
    let wanted = |word: &str| scope.is_none_or(|scope| scope == word);
    let keys = config_keys().iter().filter(|key| key.name == name && wanted(key.scope.word()));
    let mut texts: Vec<String> = keys.map(key::key_text).collect();
    let own = |knob: &&&Knob| knob.name == name && wanted(knob.scope.word()) && key::is_own(knob);
    texts.extend(KNOBS.iter().filter(own).map(|knob| key::own_text(knob)));
    if texts.is_empty() { Err(nearest(name)) } else { Ok(texts.join("\n")) }
}

fn nearest(name: &str) -> Option<String> {
    let ids = rules::ALL.iter().map(|rule| rule.id);
    let knobs = KNOBS.iter().map(|knob| knob.name);
    let keys = config_keys().iter().filter(|key| key.scope != KeyScope::None).map(|key| key.name);
    let figures = figure::ids();
    nearest_of(name, ids.chain(figures.iter().copied()).chain(knobs).chain(keys)).map(String::from)
}

/// Every rule or knob, a line each.
pub fn list(topics: Listing) -> String {
    match topics {
        Listing::Rules => rules::ALL.iter().map(|rule| rule::line(rule)).collect(),
        Listing::Knobs => KNOBS.iter().map(|knob| key::line(knob)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_knob_and_key_has_an_answer_within_80_columns() {
        let ids = rules::ALL.iter().map(|rule| rule.id.to_string());
        let knobs = KNOBS.iter().map(|knob| knob.full_name());
        let keys = config_keys().iter().map(|key| format!("{}:{}", key.scope.word(), key.name));
        for id in ids.chain(knobs).chain(keys) {
            let text = explain(&id).unwrap_or_else(|_| panic!("{id} has no answer"));
            let name = id.rsplit(':').next().unwrap();
            assert!(text.contains(name), "{text}");
            // A single word that is longer than the line cannot be broken.
            let long = text.lines().find(|line| line.chars().count() > 80 && line.trim().contains(' '));
            assert!(long.is_none_or(|line| line.split_whitespace().any(|word| word.len() > 55)), "{long:?}");
        }
    }

    #[test]
    fn a_modelled_key_says_its_defaults_and_what_it_affects() {
        let text = explain("acks").unwrap();
        let newest = crate::knobs::RELEASES[crate::knobs::RELEASES.len() - 1];
        let expected = format!(
            "producer:acks\n  values   all, -1, 0, 1\n  default  1    up to 2.8\n           all  3.0 to {}.{}\n",
            newest.major, newest.minor
        );
        assert!(text.starts_with(&expected), "{text}");
        assert!(text.contains("  affects  durability"), "{text}");
    }

    #[test]
    fn a_key_of_several_scopes_is_explained_in_each() {
        let text = explain("min.insync.replicas").unwrap();
        assert!(text.contains("broker:min.insync.replicas") && text.contains("topic:min.insync.replicas"));
        assert!(!explain("topic:min.insync.replicas").unwrap().contains("broker:"));
    }

    #[test]
    fn a_key_without_a_model_says_so_and_a_change_between_two_tables_is_not_dated() {
        let text = explain("ssl.key.password").unwrap();
        assert!(text.contains("a secret") && text.contains("not modelled"), "{text}");
        let text = explain("producer:partitioner.ignore.keys").unwrap();
        let expected =
            "  default  (no such key)  up to 3.0\n           false          3.3 to 4.4, changed after 3.0\n";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn every_figure_says_how_it_is_computed() {
        for id in figure::ids() {
            let text = explain(id).unwrap();
            assert!(text.starts_with(&format!("{id}: ")) && text.contains("\n  meaning "), "{text}");
        }
    }

    #[test]
    fn a_misspelt_id_has_a_neighbour() {
        assert_eq!(explain("min-isr-on").unwrap_err().as_deref(), Some("min-isr-one"));
        assert_eq!(explain("enable.idempotance").unwrap_err().as_deref(), Some("enable.idempotence"));
        assert_eq!(explain("qqqqqqqqqqqqqqqqqqqqqq").unwrap_err(), None);
    }
}
