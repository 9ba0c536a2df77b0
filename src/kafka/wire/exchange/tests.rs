//! Brokers that let in, that refuse, and that are none: what each is called.

use super::*;
use crate::kafka::wire::sasl::Login;
use crate::kafka::wire::secret::Secret;
use bytes::{BufMut, BytesMut};
use kafka_protocol::messages::{SaslAuthenticateResponse, SaslHandshakeResponse};
use kafka_protocol::protocol::{Encodable, StrBytes};
use proptest::prelude::*;
use tokio::io::DuplexStream;

fn ann() -> Mechanism {
    Mechanism::Plain(Login { user: "ann".into(), password: Secret::new("hunter2") })
}

/// A broker that answers each request in turn with these bytes behind its header, then ends the connection.
fn broker(answers: Vec<Vec<u8>>) -> DuplexStream {
    let (ours, mut theirs) = tokio::io::duplex(1 << 16);
    tokio::spawn(async move {
        for answer in answers {
            let length = theirs.read_i32().await.unwrap();
            let mut request = vec![0; length as usize];
            theirs.read_exact(&mut request).await.unwrap();
            let mut frame = BytesMut::new();
            frame.put_i32(answer.len() as i32 + 4);
            frame.put_slice(&request[4..8]);
            frame.put_slice(&answer);
            theirs.write_all(&frame).await.unwrap();
        }
    });
    ours
}

/// A peer that sends these bytes, whatever it is asked.
fn peer(bytes: &'static [u8]) -> DuplexStream {
    let (ours, mut theirs) = tokio::io::duplex(1 << 16);
    tokio::spawn(async move {
        let _ = theirs.read(&mut [0; 64]).await;
        let _ = theirs.write_all(bytes).await;
    });
    ours
}

fn encoded(answer: impl Encodable, version: i16) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    // The header of a flexible answer ends with an empty list of tags.
    if version >= 2 {
        bytes.put_u8(0);
    }
    answer.encode(&mut bytes, version).unwrap();
    bytes.to_vec()
}

fn handshake_answer(code: i16) -> Vec<u8> {
    let offered = ["SCRAM-SHA-256", "PL\u{1b}AIN"].map(StrBytes::from_static_str).to_vec();
    encoded(SaslHandshakeResponse::default().with_error_code(code).with_mechanisms(offered), 1)
}

fn authenticate_answer(code: i16, message: Option<&'static str>, lifetime_ms: i64, version: i16) -> Vec<u8> {
    let answer = SaslAuthenticateResponse::default()
        .with_error_code(code)
        .with_error_message(message.map(StrBytes::from_static_str))
        .with_session_lifetime_ms(if version > 0 { lifetime_ms } else { 0 });
    encoded(answer, version)
}

async fn failed(stream: &mut DuplexStream) -> AuthenticationFailure {
    authenticate(stream, &ann(), 2).await.unwrap_err()
}

#[tokio::test]
async fn a_session_has_the_length_that_the_broker_gives_it() {
    for (version, lifetime, wanted) in
        [(0, 0, None), (1, 0, None), (1, 60_000, Some(60)), (2, 60_000, Some(60)), (7, 60_000, Some(60))]
    {
        let sent = version.min(2);
        let mut stream = broker(vec![handshake_answer(0), authenticate_answer(0, None, lifetime, sent)]);
        let session = authenticate(&mut stream, &ann(), version).await.unwrap();
        assert_eq!(session, wanted.map(Duration::from_secs), "version {version}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_user_and_never_the_password() {
    let said = "Invalid\n \u{1b}[31mcredentials hunter2";
    for version in [0, 2] {
        let mut stream = broker(vec![handshake_answer(0), authenticate_answer(58, Some(said), 0, version)]);
        let refused = authenticate(&mut stream, &ann(), version).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the broker refused user ann: wrong user or password (it says: Invalid  [31mcredentials ***)"
        );
        assert!(!format!("{refused:?}").contains("hunter2"));
    }
    let mut silent = broker(vec![handshake_answer(0), authenticate_answer(58, None, 0, 2)]);
    assert_eq!(failed(&mut silent).await.to_string(), "the broker refused user ann: wrong user or password");
}

#[tokio::test]
async fn mechanisms_and_listeners_that_do_not_fit_are_told() {
    let mut other = broker(vec![handshake_answer(33)]);
    let failure = failed(&mut other).await;
    assert_eq!(failure.to_string(), "the broker does not offer PLAIN, but SCRAM-SHA-256, PLAIN");
    let mut none = broker(vec![handshake_answer(34)]);
    assert!(matches!(failed(&mut none).await, AuthenticationFailure::NoSasl));
    let mut odd = broker(vec![handshake_answer(7)]);
    assert!(failed(&mut odd).await.to_string().contains("error code 7"));
    let mut offers = broker(vec![handshake_answer(33)]);
    assert_eq!(offered(&mut offers).await.unwrap(), ["SCRAM-SHA-256", "PLAIN"]);
}

#[tokio::test]
async fn peers_that_are_no_brokers_are_told_apart() {
    let cases: [(&[u8], &str); 7] = [
        (b"HTTP/1.1 400 Bad Request\r\n", "an HTTP server"),
        (b"\x15\x03\x03\0\x02\x02\x0a", "speaks TLS"),
        (b"SSH-2.0-x\r\n", "an SSH server"),
        (b"\xff\xff\xff\xff", "is not a Kafka broker"),
        (b"\0\0\0\x06\0\0\0\x01\0\0", "is not a Kafka broker"),
        (b"\0\0\0\x20\x0d\x0a", "ended the connection"),
        (b"", "ended the connection"),
    ];
    for (bytes, words) in cases {
        let failure = api_versions(&mut peer(bytes)).await.unwrap_err();
        assert!(failure.to_string().contains(words), "{bytes:?}: {failure}");
    }
}

#[tokio::test]
async fn silence_and_a_slow_drip_end_with_the_limit() {
    let limit = Duration::from_millis(100);
    let (mut ours, mut theirs) = tokio::io::duplex(1 << 10);
    tokio::spawn(async move {
        loop {
            let _ = theirs.write_all(b"\0").await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let drip = call_within(&mut ours, (Api::ApiVersions, 0), Body::default(), limit).await;
    assert!(drip.is_err(), "{drip:?}");
    let (mut ours, _theirs) = tokio::io::duplex(1 << 10);
    let silent = call_within(&mut ours, (Api::ApiVersions, 0), Body::default(), limit).await;
    assert!(matches!(silent, Err(CallFailure::Silent(_))));
}

#[tokio::test]
async fn versions_are_read_and_cut_answers_refused() {
    let whole = [0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 13, 0, 36, 0, 0, 0, 2];
    let versions = api_versions(&mut broker(vec![whole.to_vec()])).await.unwrap();
    assert_eq!(versions, [(3, 0, 13), (36, 0, 2)]);
    for length in 0..whole.len() {
        assert!(api_versions(&mut broker(vec![whole[..length].to_vec()])).await.is_err(), "{length} bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_answers_never_let_in(bytes in proptest::collection::vec(1_u8.., 0..60), version in 0_i16..3) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut stream = broker(vec![handshake_answer(0), bytes]);
            // A code of two bytes that are not 0 is no success.
            assert!(authenticate(&mut stream, &ann(), version).await.is_err());
        });
    }
}
