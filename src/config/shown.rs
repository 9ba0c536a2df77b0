//! What of a user's file may be repeated to a log: names of keys and plain values, never what may be a secret.

use crate::knobs::ConfigKey;

/// What stands for a secret's value: that it is set, not what it is.
pub const HIDDEN: &str = "[hidden]";

/// Longest key that is repeated, and longest part of one.
const KEY_LENGTH: usize = 80;
const PART_LENGTH: usize = 24;
const VALUE_LENGTH: usize = 24;

/// Parts of a key's name that say that its value is nobody's business.
const SECRET_PARTS: [&str; 6] = ["password", "passphrase", "secret", "jaas", "userinfo", "apikey"];
/// Ends of names that say so, too.
const SECRET_ENDS: [&str; 5] = ["token", "credentials", "keystore.key", "user.info", "api.key"];

/// Whether a text is shaped like the name of a key. Anything else on a line may be half of a secret, so that nothing of
/// it is repeated.
pub fn is_key_shaped(text: &str) -> bool {
    let parts = || text.split(['.', '-', '_']);
    text.len() <= KEY_LENGTH && parts().all(is_word) && parts().any(|part| part.len() > 1)
}

/// A word in lower case, upper case or camel case: mixed with digits it could be a piece of a password or of a key.
fn is_word(part: &str) -> bool {
    let count = |of: fn(&u8) -> bool| part.bytes().filter(of).count();
    let (digits, capitals) = (count(u8::is_ascii_digit), count(u8::is_ascii_uppercase));
    let letters = count(u8::is_ascii_alphabetic);
    let alike = capitals == 0 || (digits == 0 && (capitals == letters || capitals * 3 <= letters));
    !part.is_empty() && part.len() <= PART_LENGTH && letters + digits == part.len() && digits <= 3 && alike
}

/// Whether a key's value is secret by Kafka's type or by its name.
pub fn is_secret_key(name: &str, key: Option<&ConfigKey>) -> bool {
    let lower = name.to_ascii_lowercase();
    let of_name = lower.split(['.', '-', '_']).any(|part| SECRET_PARTS.contains(&part));
    of_name
        || SECRET_ENDS.iter().any(|end| lower.ends_with(end))
        || key.is_some_and(|key| key.kind == "PASSWORD")
}

/// A value that was refused, where it may be repeated.
pub(super) fn shown_value<'a>(name: &str, key: &ConfigKey, value: &'a str) -> Option<&'a str> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._:,+- ".contains(letter);
    let fits = value.len() <= VALUE_LENGTH && value.chars().all(plain);
    (fits && !is_secret_key(name, Some(key))).then_some(value)
}

/// Addresses without the names and passwords that may stand in front of their hosts.
pub fn without_credentials(addresses: &str) -> String {
    let hide = |address: &str| match address.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before.split_once("://").map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
            format!("{scheme}{HIDDEN}@{host}")
        }
        None => address.to_string(),
    };
    // A password may hold a comma: what stands before the last `@` hides all of it.
    match addresses.rsplit_once('@') {
        Some((before, _)) if before.split(',').any(|part| !part.contains([':', '@'])) => hide(addresses),
        _ => addresses.split(',').map(hide).collect::<Vec<String>>().join(","),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keys_are_told_from_what_may_be_secret() {
        let names = [
            "acks",
            "linger.ms",
            "x.y.z.word",
            "schema.registry.url",
            "specific.avro.reader",
            "specificAvroReader",
            "KAFKA_ACKS",
            "spring.kafka.producer.acks",
            "log4j2.level",
            "max.in.flight.requests.per.connection",
        ];
        names.iter().for_each(|name| assert!(is_key_shaped(name), "{name}"));
        let others = [
            "",
            "MADEuUPbyThisCaseNotARealKeyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "-----BEGIN",
            "-----END",
            "Tr0ub4dor3",
            "0123456789abcdef0123456789abcdef",
            "de305d54-75b4-431b-adb2-eb6b9e546014",
            "a@b",
            "k\u{202e}ey",
            "AKIAIOSFODNN7EXAMPLE",
            "mQINBFit",
            "x",
        ];
        others.iter().for_each(|text| assert!(!is_key_shaped(text), "{text}"));
    }

    #[test]
    fn credentials_in_addresses_are_hidden() {
        assert_eq!(without_credentials("k1:9092,k2:9092"), "k1:9092,k2:9092");
        assert_eq!(without_credentials("k1:9092,me:pw@k2:9092"), "k1:9092,[hidden]@k2:9092");
        assert_eq!(without_credentials("https://me:pw@k1/x"), "https://[hidden]@k1/x");
        assert!(!without_credentials("me:p,w@k1:9092").contains('w'));
        assert!(!without_credentials("me:p@w@k1:9092").contains('w'));
    }
}
