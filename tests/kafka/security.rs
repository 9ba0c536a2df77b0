//! A real broker with TLS and SASL on its listeners: who gets in, and on which step it breaks for whom.

use super::shared::skipped;
use klever::kafka::{ConnectionSpec, Diagnosis, Outcome, Step, diagnose};
use klever::lab::{Lab, LabSpec, Listener, free_ports};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::thread;

/// The listeners of the broker beside its own, and what each speaks.
const LISTENERS: [(&str, &str); 7] = [
    ("TLS", "SSL"),
    ("MUTUAL", "SSL"),
    ("EXPIRED", "SSL"),
    ("OTHERHOST", "SSL"),
    ("COMMONNAME", "SSL"),
    ("SASL", "SASL_PLAINTEXT"),
    ("SASLTLS", "SASL_SSL"),
];

const LOGIN_MODULES: [(&str, &str); 4] = [
    ("plain", "plain.PlainLoginModule required user_ann=\"right\""),
    ("scram-sha-256", "scram.ScramLoginModule required"),
    ("scram-sha-512", "scram.ScramLoginModule required"),
    ("oauthbearer", "oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"broker\""),
];

/// `{"alg":"none"}` and `{"sub":"ann","iat":1000000000,"exp":9999999999}`: Kafka's own validator of unsecured tokens takes it.
const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4iLCJpYXQiOjEwMDAwMDAwMDAsImV4cCI6OTk5OTk5OTk5OX0.";
/// The same, expired in 2001.
const OLD_TOKEN: &str =
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4iLCJpYXQiOjEwMDAwMDAwMDAsImV4cCI6MTAwMDAwMDAwMX0.";

fn certificate(hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(hosts).unwrap();
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params
}

/// Keys of the broker and of clients, in files.
fn write_keys(folder: &Path) {
    let authority = |name: &str| {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        fs::write(folder.join(format!("{name}.pem")), authority.pem()).unwrap();
        authority
    };
    let (own, strange) = (authority("own-ca"), authority("strange-ca"));
    let any = ["localhost", "127.0.0.1"];
    let mut expired = certificate(&any);
    expired.not_before = date_time_ymd(2020, 1, 1);
    expired.not_after = date_time_ymd(2021, 2, 3);
    let issued = [
        ("tls", certificate(&any), &own),
        ("expired", expired, &own),
        ("otherhost", certificate(&["broker.example"]), &own),
        ("commonname", certificate(&[]), &own),
        ("client", certificate(&["client"]), &own),
        ("stranger", certificate(&["client"]), &strange),
    ];
    for (name, params, issuer) in issued {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, issuer).unwrap();
        let text = format!("{}{}", key.serialize_pem(), certificate.pem());
        fs::write(folder.join(format!("{name}.pem")), text).unwrap();
    }
    fs::write(folder.join("token"), TOKEN).unwrap();
    fs::write(folder.join("old-token"), OLD_TOKEN).unwrap();
}

fn lab_spec(keys: &Path) -> LabSpec {
    let ports = free_ports(LISTENERS.len()).unwrap();
    let listeners = LISTENERS.iter().zip(ports).map(|((name, protocol), port)| Listener {
        name: name.to_string(),
        protocol: protocol.to_string(),
        address: format!("127.0.0.1:{port}"),
    });
    let mut spec = LabSpec { listeners: listeners.collect(), ..LabSpec::brokers(1) };
    for (hash, iterations) in [("SCRAM-SHA-256", 4096), ("SCRAM-SHA-512", 8192)] {
        spec.scram.push(format!("{hash}=[name=ann,iterations={iterations},password=right]"));
    }
    let file = |name: &str| keys.join(format!("{name}.pem")).display().to_string();
    for (name, key) in [
        ("tls", "tls"),
        ("mutual", "tls"),
        ("expired", "expired"),
        ("otherhost", "otherhost"),
        ("commonname", "commonname"),
        ("sasltls", "tls"),
    ] {
        let of = |property: &str| format!("listener.name.{name}.ssl.{property}");
        spec = spec.with(&of("keystore.type"), "PEM").with(&of("keystore.location"), &file(key));
        spec = spec.with(&of("truststore.type"), "PEM").with(&of("truststore.location"), &file("own-ca"));
    }
    spec = spec.with("listener.name.mutual.ssl.client.auth", "required");
    for name in ["sasl", "sasltls"] {
        let mechanisms = "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER";
        spec = spec.with(&format!("listener.name.{name}.sasl.enabled.mechanisms"), mechanisms);
        for (mechanism, module) in LOGIN_MODULES {
            let key = format!("listener.name.{name}.{mechanism}.sasl.jaas.config");
            spec = spec.with(&key, &format!("org.apache.kafka.common.security.{module};"));
        }
    }
    spec.with("connections.max.reauth.ms", "600000")
}

/// The broker, and the folder of its keys.
struct Secured {
    lab: Lab,
    keys: tempfile::TempDir,
}

impl Secured {
    fn start() -> Secured {
        let keys = tempfile::tempdir().unwrap();
        write_keys(keys.path());
        let lab = Lab::start(lab_spec(keys.path()));
        Secured { lab: lab.unwrap_or_else(|error| panic!("no Kafka to test against: {error}")), keys }
    }

    fn port(&self, listener: &str) -> String {
        let listeners = &self.lab.spec().listeners;
        let found = listeners.iter().find(|found| found.name == listener);
        let own = || self.lab.port(1).unwrap().to_string();
        found.map_or_else(own, |found| found.address.split_once(':').unwrap().1.to_string())
    }

    fn file(&self, name: &str) -> String {
        self.keys.path().join(name).display().to_string()
    }

    /// `FILE(name)` in properties is a file of the folder of keys.
    fn climb(&self, listener: &str, properties: &str) -> Diagnosis {
        let mut text = properties.to_string();
        while let Some((before, rest)) = text.split_once("FILE(") {
            let (name, after) = rest.split_once(')').unwrap();
            text = format!("{before}{}{after}", self.file(name));
        }
        climb(&format!("localhost:{}", self.port(listener)), &text)
    }
}

fn climb(address: &str, properties: &str) -> Diagnosis {
    let spec = ConnectionSpec::from_parts(Some(address), Some(("c", properties)), &[]).unwrap();
    diagnose(&spec).unwrap().remove(0)
}

/// The step that broke, and what was said.
fn broken(diagnosis: &Diagnosis) -> Option<(Step, String, String)> {
    diagnosis.rungs.iter().find_map(|rung| match &rung.outcome {
        Outcome::Broke(error) => {
            Some((rung.step, error.message.clone(), error.hint.clone().unwrap_or_default()))
        }
        _ => None,
    })
}

fn sasl(mechanism: &str, module: &str, password: &str) -> String {
    format!(
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism={mechanism}\n\
        sasl.jaas.config=org.apache.kafka.common.security.{module} required username=\"ann\" password=\"{password}\";\n"
    )
}

const TRUSTED: &str =
    "security.protocol=SSL\nssl.truststore.type=PEM\nssl.truststore.location=FILE(own-ca.pem)\n";

fn with_key(name: &str) -> String {
    format!("{TRUSTED}ssl.keystore.type=PEM\nssl.keystore.location=FILE({name}.pem)\n")
}

fn with_token(name: &str) -> String {
    format!(
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=OAUTHBEARER\n\
        sasl.oauthbearer.token.endpoint.url=file://FILE({name})\n"
    )
}

fn plain(password: &str) -> String {
    sasl("PLAIN", "plain.PlainLoginModule", password)
}

fn scram(hash: &str, password: &str) -> String {
    sasl(hash, "scram.ScramLoginModule", password)
}

fn over_tls(text: &str) -> String {
    let text = text.replace("SASL_PLAINTEXT", "SASL_SSL");
    format!("{}{text}", TRUSTED.replace("security.protocol=SSL\n", ""))
}

/// Listeners, and properties that get in there.
fn let_in() -> Vec<(&'static str, String)> {
    vec![
        ("PLAINTEXT", String::new()),
        ("TLS", TRUSTED.to_string()),
        ("OTHERHOST", format!("{TRUSTED}ssl.endpoint.identification.algorithm=\n")),
        ("MUTUAL", with_key("client")),
        ("SASL", plain("right")),
        ("SASL", scram("SCRAM-SHA-256", "right")),
        ("SASL", scram("SCRAM-SHA-512", "right")),
        ("SASL", with_token("token")),
        ("SASLTLS", over_tls(&scram("SCRAM-SHA-512", "right"))),
        ("SASLTLS", over_tls(&plain("right"))),
    ]
}

const REFUSED: &str = "the broker refused user ann: wrong user or password";

/// Listeners, properties that do not get in there, the step that breaks, and words of what is said.
fn refusals() -> Vec<(&'static str, String, Step, &'static str)> {
    let none = "security.protocol=SSL\nssl.truststore.location=FILE(strange-ca.pem)\n".to_string();
    vec![
        ("SASL", plain("hunter2"), Step::Sasl, REFUSED),
        ("SASL", scram("SCRAM-SHA-256", "hunter2"), Step::Sasl, REFUSED),
        ("SASL", scram("SCRAM-SHA-512", "hunter2"), Step::Sasl, REFUSED),
        ("SASL", scram("SCRAM-SHA-256", "x").replace("\"ann\"", "\"bob\""), Step::Sasl, "refused user bob"),
        ("SASL", with_token("old-token"), Step::Sasl, "the broker refused the token (it says: "),
        ("TLS", none, Step::Tls, "from an authority (CN=own-ca"),
        ("EXPIRED", TRUSTED.to_string(), Step::Tls, "expired on 2021-02-03"),
        ("OTHERHOST", TRUSTED.to_string(), Step::Tls, "is for broker.example, not for localhost"),
        ("COMMONNAME", TRUSTED.to_string(), Step::Tls, "names no host but in its common name"),
        ("MUTUAL", TRUSTED.to_string(), Step::Tls, "demands a client's certificate"),
        ("MUTUAL", with_key("stranger"), Step::Tls, "refused the client's certificate"),
        ("TLS", String::new(), Step::Protocol, "speaks TLS"),
        ("SASLTLS", plain("right"), Step::Sasl, "speaks TLS"),
        ("PLAINTEXT", TRUSTED.to_string(), Step::Tls, "ended the connection when klever began TLS"),
        ("PLAINTEXT", plain("right"), Step::Sasl, "has no SASL"),
        ("SASL", String::new(), Step::Sasl, "wants SASL: "),
    ]
}

#[test]
fn who_may_get_in_gets_in_and_who_may_not_is_told_why() {
    if skipped() {
        return;
    }
    let secured = Secured::start();
    for (listener, properties) in let_in() {
        let diagnosis = secured.climb(listener, &properties);
        assert!(diagnosis.is_reached(), "{listener}, {properties}: {diagnosis:#?}");
        let Outcome::Passed(rights) = &diagnosis.rungs[5].outcome else { panic!("{diagnosis:?}") };
        assert!(rights.contains(", 1 broker; this user has Describe and DescribeConfigs"), "{rights}");
    }
    let session = secured.climb("SASL", &plain("right")).rungs[3].outcome.clone();
    assert_eq!(session, Outcome::Passed("PLAIN: user ann, again every 600 s".into()));
    let mut wrong = Vec::new();
    for (listener, properties, step, words) in refusals() {
        let diagnosis = secured.climb(listener, &properties);
        assert!(!diagnosis.is_reached(), "{listener} let in {properties}");
        assert!(!format!("{diagnosis:?}").contains("hunter2"), "{diagnosis:?}");
        let (at, message, hint) = broken(&diagnosis).unwrap();
        if at != step || !message.contains(words) || hint.is_empty() {
            wrong.push(format!("{listener}, {properties}: {at}: {message} ({hint})"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn through_a_tunnel_the_certificate_is_that_of_the_broker_and_not_of_the_tunnel() {
    if skipped() {
        return;
    }
    let secured = Secured::start();
    let (port, trusted) =
        (secured.port("OTHERHOST"), TRUSTED.replace("FILE(own-ca.pem)", &secured.file("own-ca.pem")));
    let mapped = |name: &str| {
        let spec =
            ConnectionSpec::from_parts(Some(&format!("{name}:9093")), Some(("c", &trusted)), &[]).unwrap();
        let spec = spec.with_map(&[format!("{name}:9093=127.0.0.1:{port}")]).unwrap();
        diagnose(&spec).unwrap().remove(0)
    };
    let reached = mapped("broker.example");
    assert!(reached.is_reached(), "{reached:#?}");
    let Outcome::Passed(name) = &reached.rungs[0].outcome else { panic!("{reached:?}") };
    assert_eq!(name, "127.0.0.1 is 127.0.0.1, by --map in place of broker.example:9093");
    let (step, message, _) = broken(&mapped("another.example")).unwrap();
    assert_eq!(
        (step, message.contains("is for broker.example, not for another.example")),
        (Step::Tls, true),
        "{message}"
    );
}

/// A port that takes connections and sends these bytes on each, or nothing for ever.
fn port(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let mut open = Vec::new();
        for mut stream in listener.incoming().flatten() {
            if bytes.is_empty() {
                open.push(stream);
                continue;
            }
            let _ = stream.read(&mut [0; 512]);
            let _ = stream.write_all(bytes);
        }
    });
    address
}

#[test]
fn what_is_no_broker_is_told_apart() {
    let silent = port(b"");
    let http = port(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let tls = format!(
        "security.protocol=SSL\nssl.truststore.location={}/tests/keys/ca.pem",
        env!("CARGO_MANIFEST_DIR")
    );
    let login = plain("right");
    let cases = [
        (&silent, "", Step::Protocol, "did not answer for 4 s"),
        (&silent, &tls, Step::Tls, "did not answer TLS for 4 s"),
        (&silent, &login, Step::Sasl, "did not answer for 4 s"),
        (&http, "", Step::Protocol, "an HTTP server"),
        (&http, &tls, Step::Tls, "an HTTP server"),
        (&http, &login, Step::Sasl, "an HTTP server"),
    ];
    for (address, properties, step, words) in cases {
        let (at, message, _) = broken(&climb(address, properties)).unwrap();
        assert_eq!((at, message.contains(words)), (step, true), "{properties}: {message}");
    }
    let (at, message, _) = broken(&climb("no-such-host.invalid:9092", "")).unwrap();
    assert_eq!(at, Step::Name, "{message}");
}
