//! Whether a property takes a value, by the rules of who named the property: Kafka, or librdkafka.

use super::librdkafka::is_known_to_it;
use crate::kafka::ConnectError;
#[cfg(feature = "librdkafka")]
use crate::kafka::librdkafka::refused_value;
#[cfg(not(feature = "librdkafka"))]
use crate::kafka::no_librdkafka::refused_value;
use crate::knobs::{KeyScope, check_value, default_at};

/// What Kafka's ConfigDef calls any text and klever's clients know the words of; in any case of letters.
const WORDS: [(&str, &[&str]); 2] = [
    ("sasl.mechanism", &["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "GSSAPI"]),
    ("ssl.endpoint.identification.algorithm", &["https", "none", ""]),
];

/// Why a value is not taken. `given` is the property's name where it was given, `known` the one that klever has for it. A
/// time that Kafka takes may be too long for librdkafka: that is told where librdkafka is used.
pub(super) fn refused(given: &str, known: &str, value: &str) -> Option<ConnectError> {
    if let Some((_, words)) = WORDS.iter().find(|(name, _)| *name == known) {
        let fits = words.iter().any(|word| word.eq_ignore_ascii_case(value.trim()));
        let shown: Vec<&str> = words.iter().filter(|word| !word.is_empty()).copied().collect();
        let error = ConnectError::new("its value is none that klever knows").with_hint(shown.join(", "));
        return (!fits).then_some(error);
    }
    let kafkas =
        [KeyScope::Consumer, KeyScope::Producer].into_iter().find_map(|scope| default_at(scope, given));
    match kafkas {
        Some(key) => check_value(key, value).err().map(not_kafkas),
        None if is_known_to_it(known) => refused_value(known, value).map(ConnectError::new),
        None => None,
    }
}

fn not_kafkas(allowed: String) -> ConnectError {
    ConnectError::new("its value is not one that Kafka takes").with_hint(allowed)
}
