//! What properties come to, with the stores of Java and OpenSSL, and what is said where they come to nothing.

use super::*;
use std::path::PathBuf;

fn keys(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/keys");
    folder.join(name).display().to_string()
}

fn security(properties: &str) -> Result<Security, SecurityError> {
    Security::of(&ConnectionSpec::from_parts(Some("h:1"), Some(("c", properties)), &[])?)
}

fn wrong(properties: &str) -> ConnectError {
    match security(properties) {
        Err(SecurityError::Wrong(error)) => error,
        other => panic!("{properties}: {other:?}"),
    }
}

/// Properties of TLS with this trust store, and more.
fn tls(trust_store: &str, more: &str) -> String {
    format!("security.protocol=SSL\nssl.truststore.location={}\n{more}\n", keys(trust_store))
}

fn certificates_in(properties: &str) -> usize {
    let spec = ConnectionSpec::from_parts(Some("h:1"), Some(("c", properties)), &[]).unwrap();
    stores::authorities(&spec).unwrap().unwrap().len()
}

#[test]
fn protocols_need_what_they_say() {
    let plain = security("").unwrap();
    assert!(plain.tls.is_none() && plain.sasl.is_none());
    let user = "sasl.mechanism=PLAIN\nsasl.username=ann\nsasl.password=x";
    let sasl = security(&format!("security.protocol=sasl_plaintext\n{user}")).unwrap();
    assert!(sasl.tls.is_none() && sasl.sasl.is_some());
    let both = security(&format!("{}{user}", tls("ca.pem", "").replace("=SSL", "=SASL_SSL"))).unwrap();
    assert!(both.tls.is_some() && both.sasl.is_some());
    assert!(wrong("security.protocol=TLS").hint.unwrap().contains("SASL_SSL"));
}

#[test]
fn trust_stores_are_read_by_their_content() {
    let password = "ssl.truststore.password=changeit";
    assert_eq!(certificates_in(&tls("ca.pem", "")), 1);
    assert_eq!(certificates_in(&tls("keytool-trust.jks", password)), 1);
    // Nothing is marked as trusted in it: both certificates count.
    assert_eq!(certificates_in(&tls("openssl.p12", password)), 2);
    let ca = std::fs::read_to_string(keys("ca.pem")).unwrap();
    let on_one_line = ca.trim().replace('\n', " ");
    let inline =
        format!("security.protocol=SSL\nssl.truststore.type=PEM\nssl.truststore.certificates={on_one_line}");
    assert_eq!(certificates_in(&inline), 1);
    assert!(security(&inline).is_ok());
}

#[test]
fn trust_stores_that_cannot_be_read_say_why() {
    let jks = wrong(&tls("old-java.jks", "ssl.truststore.password=changeit"));
    assert!(jks.message.contains("JKS") && jks.hint.unwrap().contains("keytool -importkeystore"));
    let closed = wrong(&tls("keytool-trust.jks", "ssl.truststore.password=hunter2"));
    assert!(closed.message.contains("does not open with this password"), "{closed}");
    assert!(closed.hint.as_deref().unwrap().contains("ssl.truststore.password"));
    assert!(!format!("{closed:?}").contains("hunter2"));
    let missing = wrong(&tls("nowhere.pem", ""));
    assert!(missing.message.contains("cannot read the file of ssl.ca.location: "), "{missing}");
    assert!(wrong(&tls("key-sec1.pem", "")).message.contains("no certificate in it"));
    assert!(wrong(&tls("README.md", "")).message.contains("neither PEM nor PKCS#12"));
}

/// The client's certificate, and a key from another file.
fn with_key(name: &str, more: &str) -> String {
    format!("ssl.certificate.location={}\nssl.key.location={}\n{more}", keys("client.pem"), keys(name))
}

fn with_store(name: &str, password: &str) -> String {
    format!("ssl.keystore.location={}\nssl.keystore.password={password}", keys(name))
}

/// Key and certificate in the properties, each on one line.
fn with_key_inline() -> String {
    let client = std::fs::read_to_string(keys("client.pem")).unwrap().trim().replace('\n', " ");
    let (key, certificate) = client.split_at(client.find("-----BEGIN CERT").unwrap());
    format!("ssl.keystore.key={key}\nssl.keystore.certificate.chain={certificate}")
}

#[test]
fn key_stores_of_every_kind_give_the_same_identity() {
    let all = [
        with_key("client.pem", ""),
        with_key("key-sec1.pem", ""),
        with_key("key-aes256.pem", "ssl.key.password=changeit"),
        with_key("key-3des.pem", "ssl.key.password=changeit"),
        with_key("key-scrypt.pem", "ssl.key.password=changeit"),
        with_store("openssl.p12", "changeit"),
        with_store("openssl-legacy.p12", "changeit"),
        with_store("keytool-keys.jks", "changeit"),
        format!("ssl.keystore.type=PEM\nssl.keystore.location={}", keys("client.pem")),
        with_key_inline(),
    ];
    for properties in all {
        // That the key is the one of the certificate is looked at on the way.
        let security = security(&tls("ca.pem", &properties));
        let security = security.unwrap_or_else(|error| panic!("{properties}: {error:?}"));
        assert!(format!("{security:?}").contains("has_identity: true"), "{properties}");
    }
}

#[test]
fn key_stores_that_cannot_be_used_say_why() {
    let refused = |properties: String| wrong(&tls("ca.pem", &properties));
    let no_password = refused(with_key("key-aes256.pem", ""));
    assert!(
        no_password.message.contains("encrypted") && no_password.hint.unwrap().contains("ssl.key.password")
    );
    let wrong_password = refused(with_key("key-aes256.pem", "ssl.key.password=hunter2"));
    assert!(wrong_password.message.contains("cannot be decrypted"), "{wrong_password}");
    assert!(!format!("{wrong_password:?}").contains("hunter2"));
    for old in ["key-old.pem", "key-pbes1.pem"] {
        let error = refused(with_key(old, "ssl.key.password=changeit"));
        assert!(error.hint.unwrap().contains("openssl pkcs8"), "{old}");
    }
    assert!(refused(with_store("openssl.p12", "no")).hint.unwrap().contains("ssl.keystore.password"));
    assert!(refused(with_store("keytool-trust.jks", "changeit")).message.contains("no private key"));
    let alone = refused(format!("ssl.key.location={}", keys("client.pem")));
    assert!(alone.message.contains("without its certificate"), "{alone}");
}

#[test]
fn damaged_stores_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(keys("keytool-trust.jks")).unwrap();
    let path = folder.path().join("store.p12");
    let properties = format!(
        "security.protocol=SSL\nssl.truststore.location={}\nssl.truststore.password=changeit",
        path.display()
    );
    for length in (0..whole.len()).step_by(37) {
        std::fs::write(&path, &whole[..length]).unwrap();
        let _ = wrong(&properties);
    }
    for at in (0..whole.len()).step_by(11) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        std::fs::write(&path, &bytes).unwrap();
        // It may open where the change hits nothing of weight; it must not panic.
        let _ = security(&properties);
    }
}

#[test]
fn what_only_librdkafka_does_is_said_before_any_file_is_read() {
    let unsupported = |properties: &str| match security(properties) {
        Err(SecurityError::Unsupported(what)) => what,
        other => panic!("{properties}: {other:?}"),
    };
    assert!(unsupported(&tls("nowhere.pem", "ssl.crl.location=/crl")).contains("ssl.crl.location"));
    if cfg!(feature = "gssapi") {
        assert!(unsupported("security.protocol=SASL_SSL").contains("Kerberos"));
    }
}

#[test]
fn mechanisms_need_their_credentials() {
    let sasl = |more: &str| format!("security.protocol=SASL_PLAINTEXT\n{more}");
    assert!(wrong(&sasl("sasl.mechanism=PLAIN")).message.contains("needs a user"));
    assert!(wrong(&sasl("sasl.mechanism=PLAIN\nsasl.username=ann")).message.contains("needs a password"));
    assert!(wrong(&sasl("sasl.mechanism=AWS_MSK_IAM")).hint.unwrap().contains("SCRAM-SHA-512"));
    assert!(wrong(&sasl("sasl.mechanism=OAUTHBEARER")).hint.unwrap().contains("file:///"));
    let bearer = sasl(
        "sasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.token.endpoint.url=file:///a/b\n\
        sasl.oauthbearer.extensions=x=1, y=2",
    );
    let Some(Mechanism::OAuthBearer(bearer)) = security(&bearer).unwrap().sasl else { panic!("no bearer") };
    assert!(matches!(bearer.source, TokenSource::File(path) if path.as_os_str() == "/a/b"));
    assert_eq!(bearer.extensions, [("x".to_string(), "1".to_string()), ("y".into(), "2".into())]);
}

#[test]
fn an_identity_provider_needs_a_client_and_a_safe_way() {
    let oidc = |more: &str| {
        format!(
            "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=OAUTHBEARER\n\
            sasl.jaas.config=x.OAuthBearerLoginModule required clientId=me clientSecret=hunter2;\n\
            sasl.oauthbearer.token.endpoint.url={more}"
        )
    };
    let taken = security(&oidc("https://id.example/token")).unwrap();
    assert!(!format!("{taken:?}").contains("hunter2"));
    assert!(security(&oidc("http://127.0.0.1:8080/token")).is_ok());
    let open = wrong(&oidc("http://id.example/token"));
    assert!(open.hint.unwrap().contains("only on this machine"));
    let nobody = wrong(&oidc("https://id.example/token").replace("clientId=me", ""));
    assert!(nobody.message.contains("id and secret"));
}

#[test]
fn librdkafka_gets_the_certificates_of_a_trust_store() {
    let given = |properties: &str| {
        java_stores(&ConnectionSpec::from_parts(Some("h:1"), Some(("c", properties)), &[]).unwrap())
    };
    assert_eq!(given(&tls("ca.pem", "")), Ok(vec![]), "a PEM file has a name of its own");
    let password = "ssl.truststore.password=changeit";
    let stores = given(&tls("keytool-trust.jks", password)).unwrap();
    let ca = std::fs::read_to_string(keys("ca.pem")).unwrap();
    assert_eq!(stores, [("ssl.ca.pem".to_string(), ca)]);
    let keystore = format!("ssl.keystore.location={}", keys("old-java.jks"));
    assert!(given(&keystore).unwrap_err().hint.unwrap().contains("keytool -importkeystore"));
    let missing = given("ssl.keystore.location=/nowhere").unwrap_err();
    assert!(missing.message.contains("cannot read the file of ssl.keystore.location"));
}
