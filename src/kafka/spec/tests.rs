//! What a connection profile may say, and that secrets stay inside.

use super::*;

fn spec(file: &str, overrides: &[&str]) -> Result<ConnectionSpec, ConnectError> {
    let overrides: Vec<String> = overrides.iter().map(|pair| pair.to_string()).collect();
    ConnectionSpec::from_parts(Some("h:1"), Some(("c.properties", file)), &overrides)
}

fn set(spec: &ConnectionSpec, name: &str) -> String {
    let found = spec.librdkafka_properties().unwrap().into_iter().find(|(key, _)| key == name);
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
    assert!(broken.message.starts_with("c.properties:2: ") && !broken.message.contains("hunter"), "{broken}");
}

#[test]
fn what_only_java_names_stays_for_those_who_can_read_it() {
    let jks = spec(
        "ssl.truststore.location=/a.jks\nssl.truststore.password=changeit\nssl.keystore.location=/k.jks",
        &[],
    )
    .unwrap();
    assert_eq!(jks.property("ssl.truststore.location"), Some("/a.jks"));
    assert_eq!(jks.property("ssl.keystore.location"), Some("/k.jks"));
    assert_eq!(jks.secrets().mask("got changeit"), "got ***");
    assert_eq!(set(&jks, "ssl.truststore.location"), "", "librdkafka knows no such property");
    let pem = spec("ssl.keystore.type=PEM\nssl.keystore.location=/k", &[]).unwrap();
    assert_eq!(pem.property("ssl.keystore.location"), None);
    assert_eq!(["ssl.certificate.location", "ssl.key.location"].map(|name| set(&pem, name)), ["/k", "/k"]);
}

#[test]
fn jaas_lines_of_tokens_are_understood() {
    let file = "security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\n\
        sasl.oauthbearer.token.endpoint.url=https://id.example/token\n\
        sasl.login.callback.handler.class=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler\n\
        sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required \\\n\
        clientId='me' clientSecret='s e c' scope=read extension_logicalCluster='lkc-1' extension_pool=p;\n";
    let spec = spec(file, &[]).unwrap();
    let get = |name: &str| spec.property(name).unwrap_or_default();
    let names = ["client.id", "client.secret", "scope", "extensions"];
    let got = names.map(|name| get(&format!("sasl.oauthbearer.{name}")).to_string());
    assert_eq!(got, ["me", "s e c", "read", "logicalCluster=lkc-1,pool=p"]);
    assert!(spec.librdkafka_properties().is_err());
    let secret = self::spec("", &["sasl.oauthbearer.client.credentials.client.secret=x"]).unwrap_err();
    assert!(secret.message.contains("may not stand on the command line"));
    let handler = self::spec("sasl.login.callback.handler.class=com.example.Evil", &[]).unwrap_err();
    assert!(handler.message.contains("would run or load a program"));
    let unsecured =
        "sasl.jaas.config=x.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"me\";";
    assert!(self::spec(unsecured, &[]).unwrap_err().hint.unwrap().contains("file:///"));
}

#[test]
fn a_delegation_token_and_kerberos_are_known() {
    let token = "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=SCRAM-SHA-256\n\
        sasl.jaas.config=x.ScramLoginModule required username=\"id\" password=\"hmac\" tokenauth=\"true\";";
    let token = spec(token, &[]).unwrap();
    assert_eq!(token.property("sasl.scram.tokenauth"), Some("true"));
    assert!(token.librdkafka_properties().is_err());
    let kerberos = "security.protocol=SASL_PLAINTEXT\nsasl.jaas.config=com.sun.security.auth.module.Krb5LoginModule required;";
    assert_eq!(spec(kerberos, &[]).is_err(), !cfg!(feature = "gssapi"));
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

/// A property, and a value that it does not take.
const NOT_TAKEN: [(&str, &str); 12] = [
    ("security.protocol", "SSSL"),
    ("request.timeout.ms", "soon"),
    ("socket.timeout.ms", "-5"),
    ("receive.message.max.bytes", "many"),
    ("reconnect.backoff.ms", "-1"),
    ("sasl.mechanism", ""),
    ("sasl.mechanisms", "SCRAM"),
    ("client.dns.lookup", "some"),
    ("ssl.endpoint.identification.algorithm", "some"),
    ("sasl.jaas.config", "org.example.Module required;"),
    ("security.protocl", "SSL"),
    ("plugin.library.paths", "/a"),
];
/// What only librdkafka knows the values of.
#[cfg(feature = "librdkafka")]
const NOT_TAKEN_BY_LIBRDKAFKA: [(&str, &str); 4] = [
    ("socket.keepalive.enable", "perhaps"),
    ("broker.address.family", "v5"),
    ("socket.timeout.ms", "999999999"),
    ("enable.ssl.certificate.verification", "2"),
];
#[cfg(not(feature = "librdkafka"))]
const NOT_TAKEN_BY_LIBRDKAFKA: [(&str, &str); 0] = [];

#[test]
fn values_that_are_not_taken_are_told_with_file_and_line() {
    let told = |file: &str| spec(file, &[]).unwrap_err().message;
    for (property, value) in NOT_TAKEN.into_iter().chain(NOT_TAKEN_BY_LIBRDKAFKA) {
        let file = format!("# comment\nclient.id=x\n{property}={value}\n");
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
fn what_kafkas_own_clients_take_is_taken() {
    // librdkafka has shorter bounds, and fewer words.
    for line in [
        "request.timeout.ms=600000",
        "connections.max.idle.ms=-1",
        "client.dns.lookup=default",
        "security.protocol=plaintext",
        "ssl.endpoint.identification.algorithm=HTTPS",
        "sasl.oauthbearer.scope=x",
        "ssl.truststore.location=/a.jks",
    ] {
        assert!(spec(line, &[]).is_ok(), "{line}");
    }
}

#[test]
fn what_is_refused_later_is_told_with_the_line_of_the_property_that_it_names() {
    let file = "security.protocol=SSL\nssl.truststore.location=/no/such.pem\n";
    let spec = spec(file, &[]).unwrap();
    let error = spec.placed(ConnectError::new("ssl.ca.location failed: No such file"));
    assert_eq!(
        error.message,
        "c.properties:2: ssl.truststore.location: ssl.ca.location failed: No such file"
    );
    assert!(error.of_properties);
    let error = spec.placed(ConnectError::new("security.protocol is none"));
    assert_eq!(error.message, "c.properties:1: security.protocol is none");
    let other = ConnectError::new("a thread cannot be started");
    assert_eq!(spec.placed(other.clone()), other);
}
