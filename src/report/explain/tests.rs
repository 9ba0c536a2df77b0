//! Every id has an answer, within 80 columns, and says what it must.

use super::*;

#[test]
fn every_rule_knob_and_key_has_an_answer_within_80_columns() {
    let ids = rules::ALL.iter().map(|rule| rule.id.to_string());
    let knobs = KNOBS.iter().map(|knob| knob.full_name());
    let keys = config_keys().iter().map(|key| format!("{}:{}", key.scope.word(), key.name));
    let errors = kafka_errors().iter().map(KafkaError::id);
    for id in ids.chain(knobs).chain(keys).chain(errors) {
        let text = explain(&id, &[]).unwrap_or_else(|_| panic!("{id} has no answer"));
        let name = id.rsplit(':').next().unwrap();
        assert!(text.contains(name), "{text}");
        // A single word that is longer than the line cannot be broken.
        let long = text.lines().find(|line| line.chars().count() > 80 && line.trim().contains(' '));
        assert!(long.is_none_or(|line| line.split_whitespace().any(|word| word.len() > 55)), "{long:?}");
    }
}

#[test]
fn a_modelled_key_says_its_defaults_and_what_it_affects() {
    let text = explain("acks", &[]).unwrap();
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
    let text = explain("min.insync.replicas", &[]).unwrap();
    assert!(text.contains("broker:min.insync.replicas") && text.contains("topic:min.insync.replicas"));
    assert!(!explain("topic:min.insync.replicas", &[]).unwrap().contains("broker:"));
}

#[test]
fn a_key_without_a_model_says_so_and_a_change_between_two_tables_is_not_dated() {
    let text = explain("ssl.key.password", &[]).unwrap();
    assert!(text.contains("a secret") && text.contains("not modelled"), "{text}");
    let text = explain("producer:partitioner.ignore.keys", &[]).unwrap();
    let expected =
        "  default  (no such key)  up to 3.0\n           false          3.3 to 4.4, changed after 3.0\n";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn every_figure_says_how_it_is_computed() {
    for id in figure::ids() {
        let text = explain(id, &[]).unwrap();
        assert!(text.starts_with(&format!("{id}: ")) && text.contains("\n  meaning "), "{text}");
    }
}

#[test]
fn a_misspelt_id_has_a_neighbour() {
    assert_eq!(explain("min-isr-on", &[]).unwrap_err().as_deref(), Some("min-isr-one"));
    assert_eq!(explain("enable.idempotance", &[]).unwrap_err().as_deref(), Some("enable.idempotence"));
    assert_eq!(explain("qqqqqqqqqqqqqqqqqqqqqq", &[]).unwrap_err(), None);
}

#[test]
fn an_error_is_explained_by_any_of_its_names_or_by_a_line_that_speaks_of_it() {
    let text = explain("19", &[]).unwrap();
    let expected = "\
NOT_ENOUGH_REPLICAS: error 19 of Kafka, NotEnoughReplicasException
  met by    producer
  retried   yes, the client tries again by itself until its timeouts are over
  written   no, the record is not in the log
";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("topic:min.insync.replicas (default 1)"), "{text}");
    let line =
        "TimeoutException: Expiring 5 record(s) for orders-3:120000 ms has passed since batch creation";
    let text = explain(line, &[]).unwrap();
    assert!(text.starts_with("TimeoutException.expired: ") && text.contains("  written   perhaps"), "{text}");
    assert_eq!(explain("NOT_ENOUGH_REPLICA", &[]).unwrap_err().as_deref(), Some("NOT_ENOUGH_REPLICAS"));
}

#[test]
fn a_key_is_found_by_its_variable_and_says_its_other_spellings() {
    let text = explain("KAFKA_CFG_MIN_INSYNC_REPLICAS", &[]).unwrap();
    assert!(text.starts_with("broker:min.insync.replicas\n") && !text.contains("topic:"), "{text}");
    assert!(text.contains("  env      KAFKA_MIN_INSYNC_REPLICAS, KAFKA_CFG_MIN_INSYNC_REPLICAS\n"), "{text}");
    let text = explain("producer:acks", &[]).unwrap();
    assert!(text.contains("  rdkafka  acks, request.required.acks\n"), "{text}");
}

#[test]
fn every_answer_has_the_same_as_json() {
    for (id, kind) in
        [("min-isr-one", "rule"), ("durability.crash", "figure"), ("19", "error"), ("acks", "key")]
    {
        let value: Value = serde_json::from_str(&explain_json(id, &[]).unwrap()).unwrap();
        assert_eq!(
            (value["schema"].as_str(), value["answers"][0]["kind"].as_str()),
            (Some(SCHEMA), Some(kind))
        );
    }
    let value: Value = serde_json::from_str(&list_json(Listing::Errors)).unwrap();
    assert_eq!(value["answers"].as_array().unwrap().len(), kafka_errors().len());
}
