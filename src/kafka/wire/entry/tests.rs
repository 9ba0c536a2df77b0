//! On which step it breaks, against ports of this machine.

use super::*;
use crate::kafka::ConnectionSpec;
use crate::kafka::wire::test_keys::Authority;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn security(properties: &str) -> Security {
    Security::of(&ConnectionSpec::from_parts(Some("h:1"), Some(("c", properties)), &[]).unwrap()).unwrap()
}

const PLAIN_LOGIN: &str =
    "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=a\nsasl.password=b";

async fn broken(address: &str, properties: &str) -> EntryFailure {
    let mut passed = Vec::new();
    let entered = enter(address, &Tunnels::default(), &security(properties), &mut passed).await;
    entered.err().unwrap_or_else(|| panic!("let in after {passed:?}"))
}

/// A port whose every connection gets these bytes and ends.
async fn port(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 512]).await;
            let _ = stream.write_all(bytes).await;
        }
    });
    address
}

#[tokio::test]
async fn a_name_without_an_address_and_a_port_without_a_listener() {
    let name = broken("no-such-host.invalid:9092", "").await;
    assert_eq!(name.step, Step::Name, "{name:?}");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let refused = broken(&address, "").await;
    assert_eq!(refused.step, Step::Tcp);
    assert!(refused.error.message.contains("nothing listens there"), "{refused:?}");
}

#[tokio::test]
async fn peers_that_are_no_brokers_break_the_step_that_meets_them() {
    let http = port(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let sasl = broken(&http, PLAIN_LOGIN).await;
    assert_eq!((sasl.step, sasl.error.message.contains("an HTTP server")), (Step::Sasl, true), "{sasl:?}");
    let ca = Authority::new("Test CA").pem().replace('\n', " ");
    let properties = format!("security.protocol=SSL\nssl.truststore.certificates={ca}");
    let tls = broken(&http, &properties).await;
    assert_eq!((tls.step, tls.error.message.contains("an HTTP server")), (Step::Tls, true), "{tls:?}");
}

#[tokio::test]
async fn without_tls_and_sasl_a_connection_is_all() {
    let address = port(b"").await;
    let mut passed = Vec::new();
    assert!(enter(&address, &Tunnels::default(), &Security::default(), &mut passed).await.is_ok());
    let steps: Vec<Step> = passed.iter().map(|(step, _)| *step).collect();
    assert_eq!(steps, [Step::Name, Step::Tcp]);
    assert_eq!(host_and_port("[::1]:9092").unwrap(), ("::1", 9092));
}
