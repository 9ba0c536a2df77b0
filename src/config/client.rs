//! A producer's or consumer's `.properties` file as a profile, with notes on what looks wrong in it.

use crate::config::{BYTE_ORDER_MARK, FileNote, Property, parse_properties};
use crate::knobs::{ConfigKey, KeyScope, check_value, config_keys, default_at, nearest_of};
use crate::model::{ClientProfile, KafkaVersion, Origin};
use std::collections::BTreeMap;

/// What stands for a secret's value: that it is set, not what it is.
pub const HIDDEN: &str = "[hidden]";

/// A client file that could be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientFile {
    /// Its settings: Kafka's own keys only, secrets without their values.
    pub profile: ClientProfile,
    /// Keys that Kafka does not know, keys of another kind of client, keys set twice.
    pub notes: Vec<FileNote>,
}

/// Reads a client's file. `scope` is [`KeyScope::Producer`] or [`KeyScope::Consumer`]; `version` is the
/// client library's, whose defaults fill what the file leaves out.
///
/// # Errors
/// The first line with a broken escape or with a value that Kafka refuses.
pub fn read_client(
    scope: KeyScope,
    file: &str,
    text: &str,
    version: KafkaVersion,
) -> Result<ClientFile, FileNote> {
    let note = |line: usize, text: String| FileNote { file: file.to_string(), line: Some(line), text };
    let properties = parse_properties(text).map_err(|(line, why)| note(line, why))?;
    let mut settings = BTreeMap::new();
    let mut notes = Vec::new();
    for property in &properties {
        let Some(key) = default_at(scope, &property.key) else {
            notes.extend(unknown_key(scope, &property.key).map(|text| note(property.line, text)));
            continue;
        };
        check_value(key, &property.value)
            .map_err(|allowed| note(property.line, refused(property, &allowed)))?;
        if settings.insert(property.key.clone(), kept(key, &property.value)).is_some() {
            notes.push(note(property.line, format!("`{}` is set again: the last one counts", property.key)));
        }
    }
    let origin = Origin::File(file.to_string());
    Ok(ClientFile { profile: ClientProfile { name: name_of(file), version, origin, settings }, notes })
}

fn refused(property: &Property, allowed: &str) -> String {
    format!("{}: `{}` is not allowed here: it takes {allowed}", property.key, property.value)
}

fn kept(key: &ConfigKey, value: &str) -> String {
    if key.kind == "PASSWORD" { HIDDEN.to_string() } else { value.trim().to_string() }
}

/// The file's name without its folder.
fn name_of(file: &str) -> String {
    file.rsplit(['/', '\\']).next().unwrap_or(file).to_string()
}

/// What is worth a word about a key that this kind of client does not have.
fn unknown_key(scope: KeyScope, key: &str) -> Option<String> {
    if let Some(meant) = key.strip_prefix(BYTE_ORDER_MARK) {
        // Before a comment or a blank line the mark makes a key that nobody misses.
        let is_setting = !meant.is_empty() && !meant.starts_with(['#', '!']);
        return is_setting.then(|| {
            format!("the file starts with a byte order mark, which Java takes as part of the key: `{meant}` is not set; save the file without it")
        });
    }
    let elsewhere = [KeyScope::Producer, KeyScope::Consumer, KeyScope::Topic, KeyScope::Broker];
    let other = elsewhere.into_iter().find(|other| default_at(*other, key).is_some());
    let word = scope.word();
    Some(match (other, nearest_key(scope, key)) {
        (Some(other), _) => {
            format!("`{key}` is a key of a {}, not of a {word}: it has no effect here", other.word())
        }
        (None, Some(near)) => format!("Kafka has no {word} key `{key}`: did you mean `{near}`?"),
        (None, None) => format!("Kafka has no {word} key `{key}`: left to the client's plug-ins"),
    })
}

fn nearest_key(scope: KeyScope, key: &str) -> Option<&'static str> {
    nearest_of(key, config_keys().iter().filter(|known| known.scope == scope).map(|known| known.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ClientFile, FileNote> {
        read_client(KeyScope::Producer, "conf/app.properties", text, KafkaVersion::REFERENCE)
    }

    #[test]
    fn settings_keep_their_text_and_secrets_do_not() {
        let file = read("acks = 1\nsasl.jaas.config=user secret\nbasic.auth.user.info=me:secret\n").unwrap();
        assert_eq!(file.profile.name, "app.properties");
        assert_eq!(file.profile.settings["acks"], "1");
        assert_eq!(file.profile.settings["sasl.jaas.config"], HIDDEN);
        assert!(!format!("{file:?}").contains("secret"));
    }

    #[test]
    fn strange_keys_are_noted_with_their_line_and_the_nearest_key() {
        let file = read("ack=all\ngroup.id=g\nlinger.ms=1\nlinger.ms=2\nx.y.z=1").unwrap();
        let notes: Vec<String> = file.notes.iter().map(ToString::to_string).collect();
        assert_eq!(
            notes,
            [
                "conf/app.properties:1: Kafka has no producer key `ack`: did you mean `acks`?",
                "conf/app.properties:2: `group.id` is a key of a consumer, not of a producer: it has no effect here",
                "conf/app.properties:4: `linger.ms` is set again: the last one counts",
                "conf/app.properties:5: Kafka has no producer key `x.y.z`: left to the client's plug-ins",
            ]
        );
        assert_eq!(file.profile.settings["linger.ms"], "2");
    }

    #[test]
    fn a_byte_order_mark_hides_the_first_key_as_it_does_from_java() {
        let file = read("\u{feff}acks=1\nlinger.ms=1").unwrap();
        assert!(!file.profile.settings.contains_key("acks"));
        let note = file.notes[0].to_string();
        assert!(note.starts_with("conf/app.properties:1: the file starts with a byte order mark"), "{note}");
        assert!(note.contains("`acks` is not set"), "{note}");
        assert!(read("\u{feff}# app\nacks=1").unwrap().notes.is_empty());
    }

    #[test]
    fn a_refused_value_names_file_line_and_range() {
        let says = |text: &str| read(text).unwrap_err().to_string();
        assert_eq!(
            says("# app\nacks=two"),
            "conf/app.properties:2: acks: `two` is not allowed here: it takes all, -1, 0, 1"
        );
        assert!(says("linger.ms=\\u00zz").starts_with("conf/app.properties:1: "));
    }
}
