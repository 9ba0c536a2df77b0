//! What a connection profile may say, and that secrets stay inside.

use super::*;

fn spec(file: &str, overrides: &[&str]) -> Result<ConnectionSpec, ConnectError> {
    let overrides: Vec<String> = overrides.iter().map(|pair| pair.to_string()).collect();
    ConnectionSpec::from_parts(Some("h:1"), Some(("c.properties", file)), &overrides)
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
    assert_eq!(spec.secrets(), ["hunter2"]);
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
    assert!(broken.message.starts_with("c.properties:2: ") && !broken.message.contains("hunter"), "{broken}");
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
    let from_file = ConnectionSpec::from_parts(None, Some(("c", "bootstrap.servers=a:1,b:2")), &[]).unwrap();
    assert_eq!(from_file.bootstrap(), ["a:1", "b:2"]);
}

#[test]
fn values_that_are_not_taken_are_told_with_file_and_line() {
    let told = |file: &str| spec(file, &[]).unwrap_err().message;
    for (property, value) in [
        ("security.protocol", "SSSL"),
        ("request.timeout.ms", "soon"),
        ("socket.timeout.ms", "-5"),
        ("sasl.mechanism", ""),
        ("socket.keepalive.enable", "perhaps"),
        ("broker.address.family", "v5"),
        ("ssl.truststore.location", "/a.jks"),
        ("ssl.endpoint.identification.algorithm", "some"),
        ("sasl.jaas.config", "org.example.Module required;"),
        ("security.protocl", "SSL"),
        ("plugin.library.paths", "/a"),
    ] {
        let file = format!("# comment\nclient.id=x\n{property}={value}\n");
        let file =
            if property == "sasl.mechanism" { format!("{file}security.protocol=SASL_SSL\n") } else { file };
        let message = told(&file);
        assert!(message.starts_with("c.properties:3: ") && message.contains(property), "{message}");
        assert!(spec(&file, &[]).unwrap_err().of_properties);
    }
    let servers = ConnectionSpec::from_parts(None, Some(("c", "\nbootstrap.servers=nowhere\n")), &[]);
    assert!(servers.unwrap_err().message.starts_with("c:2: `nowhere` is not HOST:PORT"));
    let overridden = spec("socket.timeout.ms=1000\n", &["socket.timeout.ms=soon"]).unwrap_err();
    assert!(overridden.message.starts_with("socket.timeout.ms: "), "{overridden}");
    let later = told("socket.timeout.ms=soon\nsocket.timeout.ms=later\n");
    assert!(later.starts_with("c.properties:2: "), "{later}");
}

#[test]
fn what_the_client_refuses_as_a_whole_is_told_with_the_line_of_what_it_names() {
    let spec = spec("security.protocol=SSL\nssl.truststore.location=/no/such.pem\n", &[]).unwrap();
    let error = spec.refusal_of_text("ssl.ca.location failed: No such file");
    assert!(error.message.starts_with("c.properties:2: ssl.truststore.location: ssl.ca.location failed"));
    assert!(error.of_properties);
}
