//! Names, values and places of Spring Boot's fields.

use super::*;

/// Keys of the first part of this kind, and what was not understood.
fn read(settings: &[(&str, &str)], scope: KeyScope) -> (Option<Vec<String>>, usize) {
    let all = settings.iter().map(|(key, value)| Property::new(*key, *value, 1)).collect();
    let read = parts(vec![profile(all)]);
    let part = read.parts.iter().find(|part| part.scope == scope);
    let told = |one: &Property| format!("{}={}", one.key, one.value);
    (part.map(|part| part.settings.iter().map(told).collect()), read.unread.len())
}

#[test]
fn only_fields_that_boot_has_for_all_clients_are_in_force_at_the_top() {
    let servers = ("spring.kafka.bootstrap-servers", "a:1");
    let acks = ("spring.kafka.acks", "0");
    assert_eq!(read(&[servers, acks], KeyScope::Producer), (None, 1));
    let group = ("spring.kafka.consumer.group-id", "g");
    for field in ["acks", "auto-offset-reset", "transaction-id-prefix", "fetch-min-size", "nonsense"] {
        let field = format!("spring.kafka.{field}");
        let (settings, unread) = read(&[servers, group, (field.as_str(), "1")], KeyScope::Consumer);
        assert_eq!(
            (settings.unwrap(), unread),
            (vec!["bootstrap.servers=a:1".to_string(), "group.id=g".to_string()], 1)
        );
    }
    for field in ["client-id", "ssl.key-store-location", "security.protocol", "properties.acks"] {
        let field = format!("spring.kafka.{field}");
        assert_eq!(read(&[servers, group, (field.as_str(), "1")], KeyScope::Consumer).1, 0, "{field}");
    }
}

#[test]
fn boots_isolation_levels_are_kafkas() {
    for value in ["read-committed", "READ_COMMITTED", "read_committed"] {
        let (settings, _) = read(&[("spring.kafka.consumer.isolation-level", value)], KeyScope::Consumer);
        assert_eq!(settings.unwrap(), ["isolation.level=read_committed"]);
    }
}

#[test]
fn variables_may_have_underscores_for_dashes() {
    let variables = ["SPRING_KAFKA_BOOTSTRAP_SERVERS", "SPRING_KAFKA_CONSUMER_GROUP_ID"];
    let variables: Vec<Property> = variables.iter().map(|name| Property::new(*name, "a", 1)).collect();
    let read = of_variables(&variables, "").unwrap();
    let keys: Vec<&str> = read.parts[0].settings.iter().map(|one| one.key.as_str()).collect();
    assert_eq!((keys, read.unread.len()), (vec!["bootstrap.servers", "group.id"], 0));
}

#[test]
fn names_are_relaxed_and_units_are_plain() {
    for key in [
        "spring.kafka.producer.batch-size",
        "spring.kafka.producer.batchSize",
        "SPRING.KAFKA.PRODUCER.BATCH_SIZE",
    ] {
        assert_eq!(canonical(key), "spring.kafka.producer.batchsize");
    }
    assert_eq!(
        canonical("spring.kafka.producer.properties[max.in.flight]"),
        "spring.kafka.producer.properties.max.in.flight"
    );
    let number = |key, text| plain_number(key, text);
    assert_eq!((number("a.ms", "5s").as_str(), number("a.ms", "PT2M").as_str()), ("5000", "120000"));
    assert_eq!((number("batch.size", "16KB").as_str(), number("acks", "all").as_str()), ("16384", "all"));
}
