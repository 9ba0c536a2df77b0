//! `interceptor.classes`: what can be said of them without the program's class path.

use super::settings::Settings;

/// Why the client does not start with these classes: Kafka ships no interceptor for its clients. Whether others are on
/// the class path cannot be seen.
pub(super) fn error(settings: Settings<'_>) -> Option<String> {
    let classes = settings.set("interceptor.classes")?;
    let of_kafka = classes.split(',').map(str::trim).any(|class| class.starts_with("org.apache.kafka."));
    of_kafka
        .then(|| "interceptor.classes names a class of Kafka's own, none of which is an interceptor".into())
}
