//! From what only Java clients have (JAAS, types of key stores) to one way to say each thing.

use crate::kafka::ConnectError;
use std::collections::BTreeMap;

type Properties = BTreeMap<String, String>;

/// A property, and why its value is not taken.
type Refused = (&'static str, ConnectError);

/// By librdkafka's names where it has one. Which format a store has is seen when it is read, not by its name.
///
/// # Errors
/// For login modules that klever does not know, and for Kerberos in a build without it.
pub(super) fn translated(mut given: Properties) -> Result<Properties, Refused> {
    jaas(&mut given)?;
    trust_store(&mut given);
    key_store(&mut given);
    host_check(&mut given);
    kerberos(&mut given)?;
    Ok(given)
}

/// Options of login modules, and the property that each is.
const OPTIONS: [(&str, &str, &str); 8] = [
    ("PlainLoginModule", "username", "sasl.username"),
    ("PlainLoginModule", "password", "sasl.password"),
    ("ScramLoginModule", "username", "sasl.username"),
    ("ScramLoginModule", "password", "sasl.password"),
    ("ScramLoginModule", "tokenauth", "sasl.scram.tokenauth"),
    ("OAuthBearerLoginModule", "clientId", "sasl.oauthbearer.client.id"),
    ("OAuthBearerLoginModule", "clientSecret", "sasl.oauthbearer.client.secret"),
    ("OAuthBearerLoginModule", "scope", "sasl.oauthbearer.scope"),
];

/// Java's other properties that are another here: the first was given where the second is set.
const STORES: [(&str, &str); 3] = [
    ("ssl.truststore.location", "ssl.ca.location"),
    ("ssl.keystore.location", "ssl.certificate.location"),
    ("ssl.keystore.location", "ssl.key.location"),
];
const JAAS: &str = "sasl.jaas.config";
const EXTENSIONS: &str = "sasl.oauthbearer.extensions";

/// Every property that [`translated`] makes, behind the one that it is made of.
pub(super) fn renamed() -> impl Iterator<Item = (&'static str, &'static str)> {
    let options = OPTIONS.iter().map(|(_, _, property)| (JAAS, *property));
    STORES.into_iter().chain(options).chain([(JAAS, EXTENSIONS)])
}

fn jaas(given: &mut Properties) -> Result<(), Refused> {
    let Some(config) = given.remove(JAAS) else { return Ok(()) };
    let module = config.split_whitespace().next().unwrap_or_default();
    // Kerberos takes its principal and key tab from elsewhere.
    if module.ends_with("Krb5LoginModule") {
        return Ok(());
    }
    let options: Vec<_> = OPTIONS.iter().filter(|(name, ..)| module.ends_with(name)).collect();
    if options.is_empty() {
        let error = ConnectError::new("sasl.jaas.config names a login module that klever does not support")
            .with_hint("PlainLoginModule, ScramLoginModule or OAuthBearerLoginModule");
        return Err((JAAS, error));
    }
    if config.contains("unsecuredLogin") {
        let why = "klever makes no unsecured tokens (unsecuredLogin... in sasl.jaas.config)";
        let hint = "write a token to a file, and name it: sasl.oauthbearer.token.endpoint.url=file:///path";
        return Err((JAAS, ConnectError::new(why).with_hint(hint)));
    }
    for (_, option, property) in options {
        if let Some(value) = jaas_option(&config, option) {
            given.entry((*property).into()).or_insert(value);
        }
    }
    let extensions = extensions(&config);
    if !extensions.is_empty() {
        given.entry(EXTENSIONS.into()).or_insert(extensions);
    }
    Ok(())
}

/// `extension_NAME="value"` of a JAAS entry as librdkafka writes it: `NAME=value,...`.
fn extensions(config: &str) -> String {
    const PREFIX: &str = "extension_";
    let names = config.match_indices(PREFIX).filter_map(|(at, _)| {
        let name = config[at..].split(['=', ' ', '\t']).next()?;
        let value = jaas_option(config, name)?;
        Some(format!("{}={value}", name.strip_prefix(PREFIX)?))
    });
    names.collect::<Vec<_>>().join(",")
}

/// `name="value"` or `name='value'` or `name=value` in a JAAS entry.
fn jaas_option(config: &str, name: &str) -> Option<String> {
    let starts = config.match_indices(name).find(|(at, _)| {
        let alone = config[..*at].ends_with(char::is_whitespace);
        alone && config[at + name.len()..].trim_start().starts_with('=')
    });
    let rest = config[starts?.0 + name.len()..].trim_start().strip_prefix('=')?.trim_start();
    match rest.chars().next()? {
        quote @ ('"' | '\'') => Some(quoted(&rest[1..], quote)),
        _ => Some(rest.split([' ', '\t', ';']).next()?.to_string()),
    }
}

/// Up to the closing quote, with backslash escapes resolved.
fn quoted(text: &str, quote: char) -> String {
    let mut out = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.extend(letters.next()),
            end if end == quote => break,
            plain => out.push(plain),
        }
    }
    out
}

/// A PEM file of authorities is librdkafka's `ssl.ca.location`.
fn trust_store(given: &mut Properties) {
    let is_pem = given.remove("ssl.truststore.type").is_some_and(|kind| kind.eq_ignore_ascii_case("PEM"));
    let ends = [".pem", ".crt", ".cer"];
    let Some(location) = given.get("ssl.truststore.location") else { return };
    if is_pem || ends.iter().any(|end| location.ends_with(end)) {
        let location = location.clone();
        given.remove("ssl.truststore.location");
        given.entry("ssl.ca.location".into()).or_insert(location);
    }
}

/// A PEM file of a client is librdkafka's certificate and its key in one.
fn key_store(given: &mut Properties) {
    let is_pem = given.remove("ssl.keystore.type").is_some_and(|kind| kind.eq_ignore_ascii_case("PEM"));
    let Some(location) = given.get("ssl.keystore.location").filter(|_| is_pem).cloned() else { return };
    given.remove("ssl.keystore.location");
    given.entry("ssl.certificate.location".into()).or_insert(location.clone());
    given.entry("ssl.key.location".into()).or_insert(location);
}

/// Java switches the host name check off with an empty value; librdkafka calls that `none`.
fn host_check(given: &mut Properties) {
    if let Some(algorithm) = given.get_mut("ssl.endpoint.identification.algorithm")
        && algorithm.is_empty()
    {
        *algorithm = "none".into();
    }
}

fn kerberos(given: &mut Properties) -> Result<(), Refused> {
    let sasl = given
        .get("security.protocol")
        .is_some_and(|protocol| protocol.to_ascii_lowercase().starts_with("sasl"));
    let mechanism = given.get("sasl.mechanism").map(|name| name.to_ascii_uppercase());
    // Without a mechanism every client means GSSAPI.
    if !sasl || !matches!(mechanism.as_deref(), Some("GSSAPI") | None) {
        return Ok(());
    }
    if !cfg!(feature = "gssapi") {
        let error = ConnectError::new("this build has no Kerberos (sasl.mechanism is GSSAPI or not set)")
            .with_hint("set sasl.mechanism, or build klever with --features gssapi");
        return Err((if mechanism.is_some() { "sasl.mechanism" } else { "security.protocol" }, error));
    }
    // Otherwise librdkafka runs kinit through a shell; the user's own ticket is used instead.
    given.insert("sasl.kerberos.min.time.before.relogin".into(), "0".into());
    Ok(())
}
