//! Each way in which TLS fails has its own kind and sentence, against servers in this process.

use super::*;
use crate::kafka::wire::test_keys::{Authority, Issued};
use rcgen::{ExtendedKeyUsagePurpose, date_time_ymd};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// The certificate of version 1 and its authority; rcgen makes none, openssl did.
const VERSION_1: &str = include_str!("../../../../tests/keys/version-1.pem");

const ANY: &[&str] = &["localhost", "127.0.0.1"];

fn settings(authority: &Authority) -> TlsSettings {
    TlsSettings::new(authority.roots(), Trust::Given, Checks::ChainAndName, None).unwrap()
}

/// A server that does the handshake, echoes four bytes and keeps the connection until the client ends it.
async fn serve(authority: &Authority, own: &Issued, demands: bool) -> SocketAddr {
    let acceptor = authority.acceptor(own, demands);
    answer(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let mut bytes = [0; 4];
            if stream.read_exact(&mut bytes).await.is_ok() {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.read(&mut bytes).await;
            }
        }
    })
    .await
}

/// What a server does with its one connection.
async fn answer<F: Future<Output = ()> + Send + 'static>(
    each: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { each(listener.accept().await.unwrap().0).await });
    address
}

async fn shake(settings: &TlsSettings, address: SocketAddr) -> Result<TlsStream, HandshakeFailure> {
    shake_with(settings, address, "localhost").await
}

async fn shake_with(
    settings: &TlsSettings,
    address: SocketAddr,
    host: &str,
) -> Result<TlsStream, HandshakeFailure> {
    let stream = TcpStream::connect(address).await.unwrap();
    handshake_within(settings, stream, host, Duration::from_secs(2)).await
}

async fn echo(mut stream: TlsStream) -> std::io::Result<()> {
    stream.write_all(b"echo").await?;
    stream.flush().await?;
    let mut back = [0; 4];
    stream.read_exact(&mut back).await?;
    assert_eq!(&back, b"echo");
    Ok(())
}

/// The failure of a handshake with a broker that has this certificate.
async fn refused(own: &Issued, of: &Authority) -> HandshakeFailure {
    let address = serve(of, own, false).await;
    shake(&settings(of), address).await.err().unwrap()
}

#[tokio::test]
async fn a_certificate_of_a_trusted_authority_is_believed() {
    let authority = Authority::new("Test CA");
    let own = authority.issue(ANY, |_| ());
    for host in ["localhost", "127.0.0.1"] {
        let address = serve(&authority, &own, false).await;
        echo(shake_with(&settings(&authority), address, host).await.unwrap()).await.unwrap();
    }
}

#[tokio::test]
async fn an_unknown_authority_is_named() {
    let (authority, other) = (Authority::new("Test CA"), Authority::new("Other"));
    let own = authority.issue(ANY, |_| ());
    let address = serve(&authority, &own, false).await;
    let failure = shake(&settings(&other), address).await.err().unwrap();
    assert_eq!(failure.kind, Kind::UnknownAuthority);
    assert!(failure.message.contains("(CN=Test CA") && failure.message.contains("trust store"), "{failure}");
    let machines = TlsSettings::new(other.roots(), Trust::Machine, Checks::ChainAndName, None).unwrap();
    let address = serve(&authority, &own, false).await;
    let failure = shake(&machines, address).await.err().unwrap();
    assert!(failure.message.contains("this machine") && failure.hint.contains("ssl.truststore.location"));
}

#[tokio::test]
async fn dates_are_told() {
    let authority = Authority::new("Test CA");
    let old = authority.issue(ANY, |params| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 2, 3);
    });
    let failure = refused(&old, &authority).await;
    assert_eq!(failure.kind, Kind::Expired);
    assert_eq!(failure.message, "the broker's certificate expired on 2021-02-03");
    let early = authority.issue(ANY, |params| {
        params.not_before = date_time_ymd(2999, 1, 1);
        params.not_after = date_time_ymd(3000, 1, 1);
    });
    let failure = refused(&early, &authority).await;
    assert_eq!(failure.kind, Kind::NotYetValid);
    assert_eq!(failure.message, "the broker's certificate is not valid before 2999-01-01");
}

#[tokio::test]
async fn names_are_told_and_may_be_left_out() {
    let authority = Authority::new("Test CA");
    let own = authority.issue(&["a.example", "*.b.example", "10.0.0.1"], |_| ());
    let failure = refused(&own, &authority).await;
    assert_eq!(failure.kind, Kind::WrongName);
    assert_eq!(
        failure.message,
        "the broker's certificate is for a.example, *.b.example, 10.0.0.1, not for localhost"
    );
    let any = TlsSettings::new(authority.roots(), Trust::Given, Checks::Chain, None).unwrap();
    let address = serve(&authority, &own, false).await;
    echo(shake(&any, address).await.unwrap()).await.unwrap();
}

#[tokio::test]
async fn without_the_name_check_the_chain_is_still_looked_at() {
    let (authority, other) = (Authority::new("Test CA"), Authority::new("Other"));
    let own = authority.issue(ANY, |_| ());
    let any = TlsSettings::new(other.roots(), Trust::Given, Checks::Chain, None).unwrap();
    let address = serve(&authority, &own, false).await;
    assert_eq!(shake(&any, address).await.err().unwrap().kind, Kind::UnknownAuthority);
    let nothing = TlsSettings::new(other.roots(), Trust::Given, Checks::Nothing, None).unwrap();
    let address = serve(&authority, &own, false).await;
    echo(shake(&nothing, address).await.unwrap()).await.unwrap();
}

#[tokio::test]
async fn certificates_that_rustls_does_not_take_point_to_librdkafka() {
    let authority = Authority::new("Test CA");
    let common_name = authority.issue(&[], |_| ());
    let clients =
        authority.issue(ANY, |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    let authoritys_own =
        authority.issue(ANY, |params| params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained));
    for (own, word) in
        [(common_name, "common name"), (clients, "does not take"), (authoritys_own, "of an authority")]
    {
        let failure = refused(&own, &authority).await;
        assert_eq!(failure.kind, Kind::RefusedByRustls, "{failure}");
        assert!(
            failure.message.contains(word) && failure.hint.contains("--transport librdkafka"),
            "{failure}"
        );
    }
}

#[test]
fn a_certificate_of_version_1_points_to_librdkafka() {
    use tokio_rustls::rustls::client::danger::ServerCertVerifier;
    use tokio_rustls::rustls::pki_types::UnixTime;
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    let certificate = CertificateDer::from_pem_slice(VERSION_1.as_bytes()).unwrap();
    let algorithms = ring::default_provider().signature_verification_algorithms;
    let verifier = Verifier { roots: RootCertStore::empty(), algorithms, checks: Checks::Chain };
    let host = ServerName::try_from("localhost").unwrap();
    let error = verifier.verify_server_cert(&certificate, &[], &host, &[], UnixTime::now()).unwrap_err();
    let failure = failure::of(&error, &[], Trust::Given, false);
    assert_eq!(failure.kind, Kind::RefusedByRustls);
    assert!(failure.message.contains("X.509 version 1"), "{failure}");
}

#[tokio::test]
async fn a_server_that_demands_a_certificate_is_understood_after_the_handshake() {
    let authority = Authority::new("Test CA");
    let own = authority.issue(ANY, |_| ());
    let none = settings(&authority);
    let address = serve(&authority, &own, true).await;
    let error = echo(shake(&none, address).await.unwrap()).await.unwrap_err();
    let failure = none.refused_later(&error).unwrap();
    assert_eq!(failure.kind, Kind::ClientCertificateDemanded);
    assert!(failure.hint.contains("ssl.keystore.location"));

    let with = |of: &Authority| {
        let own = of.issue(&["client"], |_| ());
        let identity = Identity { chain: own.chain.clone(), key: own.key() };
        TlsSettings::new(authority.roots(), Trust::Given, Checks::ChainAndName, Some(identity)).unwrap()
    };
    let address = serve(&authority, &own, true).await;
    echo(shake(&with(&authority), address).await.unwrap()).await.unwrap();

    let strange = with(&Authority::new("Other"));
    let address = serve(&authority, &own, true).await;
    let error = echo(shake(&strange, address).await.unwrap()).await.unwrap_err();
    let failure = strange.refused_later(&error).unwrap();
    assert_eq!(failure.kind, Kind::ClientCertificateRefused, "{failure}");
}

#[tokio::test]
async fn peers_that_speak_something_else_are_told_apart() {
    let authority = Authority::new("Test CA");
    let said: [(&[u8], Kind, &str); 5] = [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Kind::NoTls, "an HTTP server"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Kind::NoTls, "an SSH server"),
        (b"\0\0\0\x0a\0\0\0\0\0\x23\0\0\0\0", Kind::NoTls, "does not speak TLS"),
        (b"", Kind::NoTls, "ended the connection when klever began TLS"),
        (b"\x15\x03\x03\0\x02\x02\x46", Kind::NothingInCommon, "no TLS version and cipher in common"),
    ];
    for (bytes, kind, words) in said {
        let address = answer(move |mut stream| async move {
            let mut hello = [0; 5];
            stream.read_exact(&mut hello).await.unwrap();
            stream.write_all(bytes).await.unwrap();
            // The rest of the hello is read, so that the end is no reset.
            stream.shutdown().await.unwrap();
            let _ = stream.read_to_end(&mut Vec::new()).await;
        })
        .await;
        let failure = shake(&settings(&authority), address).await.err().unwrap();
        assert_eq!(failure.kind, kind, "{bytes:?}: {failure}");
        assert!(failure.message.contains(words), "{failure}");
    }
}

#[tokio::test]
async fn a_silent_peer_ends_with_the_limit() {
    let authority = Authority::new("Test CA");
    let address = answer(|stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
    })
    .await;
    let stream = TcpStream::connect(address).await.unwrap();
    let limit = Duration::from_millis(50);
    let failure = handshake_within(&settings(&authority), stream, "localhost", limit).await.err().unwrap();
    assert_eq!(failure.kind, Kind::Silent);
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let authority = Authority::new("Test CA");
    let (own, other) = (authority.issue(ANY, |_| ()), authority.issue(ANY, |_| ()));
    let wrong = Identity { chain: own.chain.clone(), key: other.key() };
    let error = TlsSettings::new(authority.roots(), Trust::Given, Checks::Chain, Some(wrong)).unwrap_err();
    assert_eq!(error, "the private key is not that of the certificate");
}
