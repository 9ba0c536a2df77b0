//! A producer's or consumer's `.properties` file as a profile, with notes on what looks wrong in it.

use crate::config::kind::{FileKind, format_of, kind_of};
use crate::config::part::value_or_filled_in;
use crate::config::shown::{HIDDEN, is_key_shaped, is_secret_key, shown_value, without_credentials};
use crate::config::{BYTE_ORDER_MARK, FileNote, Property, parse_properties};
use crate::knobs::{
    ConfigKey, KeyScope, check_value, config_keys, consumer_connects_later, default_at, default_of,
    is_jaas_entry, names_service, nearest_of,
};
use crate::model::{ClientProfile, KafkaVersion, Origin};
use std::collections::BTreeMap;

/// A client file that could be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientFile {
    /// Its settings: Kafka's own keys only, secrets without their values.
    pub profile: ClientProfile,
    /// The line of each setting.
    pub lines: BTreeMap<String, usize>,
    /// Keys of plug-ins or of another kind of client, keys set twice: worth a word.
    pub notes: Vec<FileNote>,
    /// What klever did not understand, so that nothing says that it is fine.
    pub unread: Vec<FileNote>,
    /// Whether a secret stands in it as plain text.
    pub holds_secret: bool,
    /// What the file seems to be, where it is not this client's configuration.
    pub other_kind: Option<FileKind>,
}

/// So many lines of a kind are told one by one, and so many keys that Kafka does not have are looked at.
const MOST_TOLD: usize = 100;

/// Reads a client's file. `scope` is [`KeyScope::Producer`] or [`KeyScope::Consumer`]; `version` is the
/// client library's, whose defaults fill what the file leaves out.
///
/// # Errors
/// The first line with a broken escape or with a value that no Kafka takes.
pub fn read_client(
    scope: KeyScope,
    file: &str,
    text: &str,
    version: KafkaVersion,
) -> Result<ClientFile, FileNote> {
    let note = |line: usize, text: String| FileNote { file: file.to_string(), line: Some(line), text };
    let mut read = nothing_read(file, version);
    read.other_kind = format_of(text);
    if read.other_kind.is_some() {
        return Ok(read);
    }
    let properties = parse_properties(text).map_err(|(line, why)| note(line, why))?;
    read.other_kind = kind_of(scope, &properties);
    if read.other_kind.is_some_and(|kind| kind != FileKind::Unknown) {
        return Ok(read);
    }
    let other_kind = read.other_kind;
    let read = client_of(scope, file, properties, version)?;
    Ok(ClientFile { other_kind, ..read })
}

/// Reads a client's settings, wherever in a file they stood.
///
/// # Errors
/// The first value that no Kafka takes.
pub(super) fn client_of(
    scope: KeyScope,
    file: &str,
    mut properties: Vec<Property>,
    version: KafkaVersion,
) -> Result<ClientFile, FileNote> {
    let note = |line: usize, text: String| FileNote { file: file.to_string(), line: Some(line), text };
    let mut read = nothing_read(file, version);
    for property in &mut properties {
        property.value = value_or_filled_in(&property.value).to_string();
    }
    read.holds_secret = properties.iter().any(is_plain_secret);
    let mut again = Vec::new();
    for property in &properties {
        let Some(key) = default_at(scope, &property.key) else { continue };
        if default_of(scope, key.name, version).is_some() {
            check_value(key, &property.value)
                .map_err(|allowed| note(property.line, refused(property, key, &allowed)))?;
        }
        read.lines.insert(property.key.clone(), property.line);
        if read.profile.settings.insert(property.key.clone(), kept(key, &property.value)).is_some() {
            again.push(property);
        }
    }
    read.notes.extend(again.iter().take(MOST_TOLD).map(|property| {
        note(property.line, format!("`{}` is set again: the last one counts", property.key))
    }));
    if let Some(next) = again.get(MOST_TOLD) {
        let text = format!("from here on {} more lines set a key again", again.len() - MOST_TOLD);
        read.notes.push(note(next.line, text));
    }
    if let Some((line, why)) = sasl_error(scope, &properties, version) {
        if scope == KeyScope::Producer || !consumer_connects_later(&read.profile) {
            return Err(note(line, why));
        }
        read.unread.push(note(line, why));
    }
    for (line, meaning) in unknown_keys(scope, &properties) {
        match meaning {
            Unknown::Noted(text) => read.notes.push(note(line, text)),
            Unknown::NotRead(text) => read.unread.push(note(line, text)),
        }
    }
    read.notes.sort_by_key(|note| note.line);
    read.unread.sort_by_key(|note| note.line);
    Ok(read)
}

fn nothing_read(file: &str, version: KafkaVersion) -> ClientFile {
    let origin = Origin::File(file.to_string());
    ClientFile {
        profile: ClientProfile { name: name_of(file), origin, ..ClientProfile::defaults(version) },
        lines: BTreeMap::new(),
        notes: Vec::new(),
        unread: Vec::new(),
        holds_secret: false,
        other_kind: None,
    }
}

fn is_plain_secret(property: &Property) -> bool {
    let value = property.value.trim();
    is_secret_key(&property.key, None) && !value.is_empty() && !value.contains("${") && value != HIDDEN
}

pub(super) fn refused(property: &Property, key: &ConfigKey, allowed: &str) -> String {
    match shown_value(&property.key, key, &property.value) {
        Some(value) => format!("{}: `{value}` is not allowed here: it takes {allowed}", property.key),
        None => format!("{}: its value is not allowed here: it takes {allowed}", property.key),
    }
}

pub(super) fn kept(key: &ConfigKey, value: &str) -> String {
    if key.kind == "PASSWORD" { HIDDEN.to_string() } else { without_credentials(value.trim()) }
}

/// The file's name without its folder.
fn name_of(file: &str) -> String {
    file.rsplit(['/', '\\']).next().unwrap_or(file).to_string()
}

/// What only the secret text of `sasl.jaas.config` can tell, which nobody keeps.
fn sasl_error(scope: KeyScope, properties: &[Property], version: KafkaVersion) -> Option<(usize, String)> {
    let set = |key: &str| properties.iter().rev().find(|property| property.key == key);
    let text = |key: &str| set(key).map(|property| property.value.trim());
    let protocol = text("security.protocol")?.to_ascii_uppercase();
    let jaas = set("sasl.jaas.config").filter(|_| protocol.starts_with("SASL_"))?;
    if jaas.value.contains("${") || jaas.value == HIDDEN {
        return None;
    }
    if !is_jaas_entry(&jaas.value) {
        let why = "sasl.jaas.config: it is not one login module with its flag and options that ends with `;`";
        return Some((jaas.line, why.into()));
    }
    let mechanism = text("sasl.mechanism").or_else(|| default_of(scope, "sasl.mechanism", version));
    let bare = mechanism == Some("GSSAPI")
        && set("sasl.kerberos.service.name").is_none()
        && !names_service(&jaas.value);
    bare.then(|| {
        let why = "sasl.mechanism is GSSAPI, which needs sasl.kerberos.service.name; other mechanisms must be named";
        (set("sasl.mechanism").unwrap_or(jaas).line, why.to_string())
    })
}

/// What klever makes of a key that this kind of client does not have.
enum Unknown {
    Noted(String),
    NotRead(String),
}

/// A line for each, and one for neighbouring lines that look like the rest of a value. What comes after many of them is
/// not looked at, and that is said.
fn unknown_keys(scope: KeyScope, properties: &[Property]) -> Vec<(usize, Unknown)> {
    let mut unknown = Vec::new();
    let mut lost: Vec<(usize, usize)> = Vec::new();
    let all: Vec<&Property> =
        properties.iter().filter(|property| default_at(scope, &property.key).is_none()).collect();
    for (at, property) in all.iter().enumerate() {
        if unknown.len() + lost.len() > MOST_TOLD {
            let rest = all.len() - at;
            let text = format!("from here on {rest} more keys that Kafka does not have were not looked at");
            unknown.push((property.line, Unknown::NotRead(text)));
            break;
        }
        if let Some(meaning) = byte_order_mark(&property.key) {
            unknown.extend(meaning.map(|text| (property.line, Unknown::NotRead(text))));
        } else if !is_lost(property) {
            unknown.push((property.line, unknown_key(scope, &property.key)));
        } else {
            match lost.last_mut().filter(|(_, end)| *end == property.line) {
                Some((_, end)) => *end = property.end,
                None => lost.push((property.line, property.end)),
            }
        }
    }
    unknown
        .extend(lost.into_iter().map(|(first, end)| (first, Unknown::NotRead(lost_lines(first, end - 1)))));
    unknown
}

fn lost_lines(first: usize, last: usize) -> String {
    let range = if first == last { String::new() } else { format!(" (to line {last})") };
    format!("a lost line continuation?{range}")
}

/// What should have been part of the line before: a backslash is missing at its end.
fn is_lost(property: &Property) -> bool {
    let bare = property.value.is_empty() && !property.key.contains('.');
    property.is_indented || bare || !is_key_shaped(&property.key)
}

/// The mark in front of a key; `Some(None)` before a comment or a blank line, where it makes a key that nobody misses.
fn byte_order_mark(key: &str) -> Option<Option<String>> {
    let meant = key.strip_prefix(BYTE_ORDER_MARK)?;
    let is_setting = !meant.is_empty() && !meant.starts_with(['#', '!']);
    let named = if is_key_shaped(meant) { format!("`{meant}`") } else { "the first key".into() };
    Some(is_setting.then(|| {
        format!("the file starts with a byte order mark, which Java takes as part of the key: {named} is not set; save the file without it")
    }))
}

fn unknown_key(scope: KeyScope, key: &str) -> Unknown {
    let word = scope.word();
    let kinds = [KeyScope::Producer, KeyScope::Consumer, KeyScope::Topic, KeyScope::Broker];
    if let Some(other) = kinds.into_iter().find(|other| default_at(*other, key).is_some()) {
        let text = format!("`{key}` is a key of a {}, not of a {word}: it has no effect here", other.word());
        return Unknown::Noted(text);
    }
    if let Some(meant) = meant_key(scope, key) {
        return Unknown::NotRead(format!("Kafka has no {word} key `{key}`: did you mean `{meant}`?"));
    }
    if is_behind_prefix(key) {
        return Unknown::NotRead(format!("`{key}`: klever does not read keys behind this prefix"));
    }
    Unknown::Noted(format!("Kafka has no {word} key `{key}`: left to the client's plug-ins"))
}

/// A key of Kafka that somebody wrote wrong: a slip or two, a part of it only, or other signs between its words.
pub(super) fn meant_key(scope: KeyScope, key: &str) -> Option<&'static str> {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['-', '_'], ".");
    let names = config_keys().iter().filter(|known| known.scope == scope).map(|known| known.name);
    if let Some(same) = names.clone().find(|name| *name == plain(key)) {
        return Some(same);
    }
    near_key(key, names)
}

/// The one of these names that differs by a slip or two, or that this is the beginning of.
pub(super) fn near_key(key: &str, names: impl Iterator<Item = &'static str> + Clone) -> Option<&'static str> {
    let near = nearest_of(key, names)?;
    let slips = strsim::damerau_levenshtein(key, near) <= 1.max(key.len() / 8);
    (slips || near.starts_with(key)).then_some(near)
}

/// Words that frameworks put in front of Kafka's own keys.
const PREFIXES: [&str; 14] = [
    "producer",
    "consumer",
    "admin",
    "override",
    "main",
    "restore",
    "global",
    "client",
    "kafka",
    "spring",
    "properties",
    "streams",
    "binder",
    "cloud",
];
/// Frameworks whose keys are all behind their own name.
const FRAMEWORKS: [&str; 3] = ["spring.", "quarkus.", "mp.messaging."];

fn is_behind_prefix(key: &str) -> bool {
    let is_key = |name: &str| {
        [KeyScope::Producer, KeyScope::Consumer].iter().any(|scope| default_at(*scope, name).is_some())
    };
    let own = |(at, _): (usize, &str)| {
        is_key(&key[at + 1..]) && key[..at].split('.').all(|part| PREFIXES.contains(&part))
    };
    FRAMEWORKS.iter().any(|framework| key.starts_with(framework)) || key.match_indices('.').any(own)
}

#[cfg(test)]
mod tests;
