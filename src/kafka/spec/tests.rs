//! What a connection profile may say, and that secrets stay inside.

use super::*;

fn spec(file: &str, overrides: &[&str]) -> Result<ConnectionSpec, ConnectError> {
    let overrides: Vec<String> = overrides.iter().map(|pair| pair.to_string()).collect();
    ConnectionSpec::from_parts(Some("h:1"), file, &overrides)
}

fn set(spec: &ConnectionSpec, name: &str) -> String {
    let found = spec.native_properties().into_iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value).unwrap_or_default()
}

#[test]
fn the_handle_is_a_reader_whatever_the_file_says() {
    let spec = spec("group.id=g\nenable.auto.commit=true\nallow.auto.create.topics=true\nclient.id=me", &[])
        .unwrap();
    assert_eq!(set(&spec, "group.id"), "");
    assert_eq!(set(&spec, "allow.auto.create.topics"), "false");
    assert_eq!(set(&spec, "enable.auto.commit"), "false");
    assert_eq!(set(&spec, "enable.metrics.push"), "false");
    assert_eq!(set(&spec, "client.id"), concat!("klever/", env!("CARGO_PKG_VERSION")));
}

#[test]
fn java_names_are_understood() {
    let file = "security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\n\
        sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\\n\
        username=\"ann\" password=\"p\\\"w=;\";\n\
        ssl.truststore.type=PEM\nssl.truststore.location=/ca\nssl.endpoint.identification.algorithm=\n";
    let spec = spec(file, &["request.timeout.ms=2000"]).unwrap();
    let names = ["sasl.username", "sasl.password", "ssl.ca.location", "socket.timeout.ms"];
    // In a properties file `\"` is a plain quote, which then ends the JAAS value.
    assert_eq!(names.map(|name| set(&spec, name)), ["ann", "p", "/ca", "2000"]);
    assert_eq!(set(&spec, "ssl.endpoint.identification.algorithm"), "none");
    assert!(!spec.is_plaintext());
}

#[test]
fn secrets_are_refused_on_the_command_line_and_never_shown() {
    let error = spec("", &["sasl.password=hunter2"]).unwrap_err();
    assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("-F")));
    assert!(!format!("{error:?}").contains("hunter2"));
    let spec = spec("sasl.password=hunter2\nsasl.username=ann", &[]).unwrap();
    assert!(!format!("{spec:?}").contains("hunter2"));
    assert_eq!(spec.secrets().mask("it is hunter2"), "it is ***");
}

#[test]
fn what_would_run_a_program_is_refused() {
    for name in ["sasl.kerberos.kinit.cmd", "plugin.library.paths", "ssl.engine.location", "ssl.providers"] {
        let error = spec(&format!("{name}=/bin/evil"), &[]).unwrap_err();
        assert!(error.message.contains(name) && !error.message.contains("evil"), "{error}");
        assert!(spec("", &[&format!("{name}=x")]).is_err());
    }
}

#[test]
fn the_file_is_read_as_java_reads_it() {
    let spec = |file: &str| spec(file, &[]);
    assert_eq!(set(&spec("sasl.password=blank at the end ").unwrap(), "sasl.password"), "blank at the end ");
    let bom = spec("\u{feff}security.protocol=SSL").unwrap_err();
    assert!(bom.message.contains("byte order mark") && bom.message.contains("`security.protocol`"), "{bom}");
    for harmless in ["\u{feff}# staging\nsecurity.protocol=SSL", "\u{feff}acks=1\nsecurity.protocol=SSL"] {
        assert!(spec(harmless).is_ok(), "{harmless:?}");
    }
    let broken = spec("a.b=1\nsasl.password=hunter\\u2").unwrap_err();
    assert!(
        broken.message.starts_with("line 2 of the properties") && !broken.message.contains("hunter"),
        "{broken}"
    );
}

#[test]
fn stores_that_cannot_be_read_say_what_to_do() {
    let jks = spec("ssl.truststore.location=/a.jks\nssl.truststore.password=pw", &[]).unwrap_err();
    assert!(jks.hint.unwrap().contains("keytool"));
    assert!(spec("ssl.keystore.location=/a.jks", &[]).is_err());
    assert!(spec("ssl.keystore.location=/a.p12\nssl.keystore.password=pw", &[]).is_ok());
}

#[test]
fn typos_and_bad_addresses_are_named() {
    let error = spec("security.protocl=SSL", &[]).unwrap_err();
    assert_eq!(error.hint.as_deref(), Some("did you mean security.protocol?"));
    for wrong in ["host", "host:0", ":9092", "host:99999", "PLAINTEXT://host:9092", ""] {
        assert!(ConnectionSpec::plaintext(wrong).is_err(), "{wrong}");
    }
    let secret = ConnectionSpec::plaintext("me:hu,sh@host:9092").unwrap_err();
    assert!(!format!("{secret:?}").contains("me:") && !format!("{secret:?}").contains("sh@"), "{secret:?}");
    assert!(ConnectionSpec::plaintext("[::1]:9092, b:1").is_ok());
    let from_file = ConnectionSpec::from_parts(None, "bootstrap.servers=a:1,b:2", &[]).unwrap();
    assert_eq!(from_file.bootstrap(), ["a:1", "b:2"]);
}
