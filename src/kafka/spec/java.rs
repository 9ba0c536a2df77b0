//! From what only Java clients have (JAAS, key stores) to librdkafka's properties.

use crate::kafka::ConnectError;
use std::collections::BTreeMap;

type Properties = BTreeMap<String, String>;

/// A property, and why its value is not taken.
type Refused = (&'static str, ConnectError);

/// What Java's properties that need translation become.
pub(super) const RENAMED: [(&str, &str); 4] = [
    ("sasl.jaas.config", "sasl.username"),
    ("sasl.jaas.config", "sasl.password"),
    ("ssl.truststore.location", "ssl.ca.location"),
    ("ssl.keystore.location", "ssl.certificate.location"),
];

/// # Errors
/// For stores and login modules that librdkafka cannot use, with what to do instead.
pub(super) fn to_librdkafka(mut given: Properties) -> Result<Properties, Refused> {
    jaas(&mut given)?;
    trust_store(&mut given)?;
    key_store(&mut given)?;
    host_check(&mut given);
    mechanism(&mut given)?;
    Ok(given)
}

fn jaas(given: &mut Properties) -> Result<(), Refused> {
    let Some(config) = given.remove("sasl.jaas.config") else { return Ok(()) };
    let module = config.split_whitespace().next().unwrap_or_default();
    let known = ["PlainLoginModule", "ScramLoginModule"];
    if !known.iter().any(|name| module.ends_with(name)) {
        let error = ConnectError::new("sasl.jaas.config names a login module that klever does not support")
            .with_hint("use PlainLoginModule or ScramLoginModule, or set sasl.username and sasl.password");
        return Err(("sasl.jaas.config", error));
    }
    for (option, property) in [("username", "sasl.username"), ("password", "sasl.password")] {
        if let Some(value) = jaas_option(&config, option) {
            given.entry(property.into()).or_insert(value);
        }
    }
    Ok(())
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

fn trust_store(given: &mut Properties) -> Result<(), Refused> {
    let (location, kind) = (given.remove("ssl.truststore.location"), given.remove("ssl.truststore.type"));
    given.remove("ssl.truststore.password");
    let Some(location) = location else { return Ok(()) };
    let pem = kind.is_some_and(|kind| kind.eq_ignore_ascii_case("PEM"))
        || [".pem", ".crt", ".cer"].iter().any(|end| location.ends_with(end));
    if !pem {
        let error = ConnectError::new("ssl.truststore.location is a Java trust store, which klever cannot read")
            .with_hint("export it: keytool -exportcert -rfc -keystore STORE -alias ALIAS > ca.pem; then set ssl.ca.location");
        return Err(("ssl.truststore.location", error));
    }
    given.entry("ssl.ca.location".into()).or_insert(location);
    Ok(())
}

fn key_store(given: &mut Properties) -> Result<(), Refused> {
    let kind = given.remove("ssl.keystore.type").map(|kind| kind.to_ascii_uppercase());
    let Some(location) = given.get("ssl.keystore.location").cloned() else { return Ok(()) };
    match kind.as_deref() {
        Some("PEM") => {
            given.remove("ssl.keystore.location");
            given.entry("ssl.certificate.location".into()).or_insert(location.clone());
            given.entry("ssl.key.location".into()).or_insert(location);
            Ok(())
        }
        // Java's own tools write PKCS#12 unless told otherwise (since Java 9), and librdkafka reads it.
        Some("PKCS12") | None if !location.ends_with(".jks") => Ok(()),
        _ => Err((
            "ssl.keystore.location",
            ConnectError::new("ssl.keystore.location is a Java key store, which klever cannot read").with_hint(
                "convert it: keytool -importkeystore -srckeystore STORE -destkeystore store.p12 -deststoretype PKCS12",
            ),
        )),
    }
}

/// Java switches the host name check off with an empty value; librdkafka calls that `none`.
fn host_check(given: &mut Properties) {
    if let Some(algorithm) = given.get_mut("ssl.endpoint.identification.algorithm")
        && algorithm.is_empty()
    {
        *algorithm = "none".into();
    }
}

fn mechanism(given: &mut Properties) -> Result<(), Refused> {
    let sasl = given
        .get("security.protocol")
        .is_some_and(|protocol| protocol.to_ascii_lowercase().starts_with("sasl"));
    if !sasl {
        return Ok(());
    }
    let mechanism = given.get("sasl.mechanism").map(|name| name.to_ascii_uppercase());
    match mechanism.as_deref() {
        Some("OAUTHBEARER") => {
            let error = ConnectError::new("sasl.mechanism=OAUTHBEARER is not supported by this build")
                .with_hint("use PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or a client certificate");
            Err(("sasl.mechanism", error))
        }
        // Without a mechanism the client library means GSSAPI.
        Some("GSSAPI") | None if !cfg!(feature = "gssapi") => {
            let error = ConnectError::new("this build has no Kerberos (sasl.mechanism is GSSAPI or not set)")
                .with_hint("set sasl.mechanism, or build klever with --features gssapi");
            Err((if mechanism.is_some() { "sasl.mechanism" } else { "security.protocol" }, error))
        }
        Some("GSSAPI") | None => {
            // Otherwise librdkafka runs kinit through a shell; the user's own ticket is used instead.
            given.insert("sasl.kerberos.min.time.before.relogin".into(), "0".into());
            Ok(())
        }
        _ => Ok(()),
    }
}
