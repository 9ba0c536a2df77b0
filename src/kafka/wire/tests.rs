//! Connections against brokers that are old, slow, silent, lying or no brokers at all.

use super::broker_link::{BrokerLink, ConnectionState};
use super::dial::{Address, Dialer};
use super::messages::{ListGroups, ReadMetadata, TopicScope};
use super::reader::WireReader;
use super::sasl::{Login, Mechanism};
use super::secret::Secret;
use super::security::Security;
use crate::kafka::reads::{ReadAnswer, ReadKind, ReadTargets};
use crate::kafka::{CallError, ConnectionSpec, unreachable};
use bytes::{Buf, Bytes, BytesMut};
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::list_groups_response::ListedGroup;
use kafka_protocol::messages::{
    ApiKey, ApiVersionsResponse, GroupId, ListGroupsResponse, MetadataResponse, RequestHeader,
    ResponseHeader, SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeResponse,
};
use kafka_protocol::protocol::{Decodable, Encodable, StrBytes};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::time::Instant;

mod probing;

fn on_runtime<T>(test: impl Future<Output = T>) -> T {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}

fn soon() -> Instant {
    Instant::now() + Duration::from_millis(300)
}

fn later() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// One request as the broker reads it.
struct Request {
    header: RequestHeader,
    body: Bytes,
}

impl Request {
    fn key(&self) -> ApiKey {
        ApiKey::try_from(self.header.request_api_key).unwrap()
    }

    async fn read(stream: &mut TcpStream) -> Option<Request> {
        let length = stream.read_i32().await.ok()?;
        let mut frame = vec![0; length as usize];
        stream.read_exact(&mut frame).await.ok()?;
        let mut body = Bytes::from(frame);
        let (key, version) = ((&body[..2]).get_i16(), (&body[2..4]).get_i16());
        let header = ApiKey::try_from(key).unwrap().request_header_version(version);
        Some(Request { header: RequestHeader::decode(&mut body, header).unwrap(), body })
    }

    fn answer(&self, answer: &impl Encodable, version: i16) -> Vec<u8> {
        let mut frame = BytesMut::from(&[0; 4][..]);
        let header = ResponseHeader::default().with_correlation_id(self.header.correlation_id);
        header.encode(&mut frame, self.key().response_header_version(version)).unwrap();
        answer.encode(&mut frame, version).unwrap();
        let length = (frame.len() - 4) as u32;
        frame[..4].copy_from_slice(&length.to_be_bytes());
        frame.to_vec()
    }

    fn same(&self, answer: &impl Encodable) -> Vec<u8> {
        self.answer(answer, self.header.request_api_version)
    }
}

fn versions(keys: &[ApiKey]) -> ApiVersionsResponse {
    let range = |key: &ApiKey| {
        let valid = key.valid_versions();
        let api = ApiVersion::default().with_api_key(*key as i16);
        api.with_min_version(valid.min).with_max_version(valid.max)
    };
    ApiVersionsResponse::default().with_api_keys(keys.iter().map(range).collect())
}

fn groups(names: &[&str]) -> ListGroupsResponse {
    let group = |name: &&str| {
        let id = GroupId(StrBytes::from_string(name.to_string()));
        ListedGroup::default().with_group_id(id)
    };
    ListGroupsResponse::default().with_groups(names.iter().map(group).collect())
}

/// A listener that treats every connection alike.
async fn listener<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Address
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Address::of(&listener.local_addr().unwrap().to_string());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// A broker that has these requests and answers them so; `None` closes the connection.
async fn broker(keys: &'static [ApiKey], answer: fn(&Request) -> Option<Vec<u8>>) -> Address {
    listener(move |mut stream| async move {
        while let Some(request) = Request::read(&mut stream).await {
            let bytes = match request.key() {
                ApiKey::ApiVersions => Some(request.same(&versions(keys))),
                _ => answer(&request),
            };
            let Some(bytes) = bytes else { return };
            stream.write_all(&bytes).await.unwrap();
        }
    })
    .await
}

/// Something that reads the first request and says this.
async fn says(bytes: &'static [u8]) -> Address {
    listener(move |mut stream| async move {
        Request::read(&mut stream).await;
        let _ = stream.write_all(bytes).await;
        tokio::time::sleep(Duration::from_secs(60)).await;
    })
    .await
}

fn link(address: Address) -> Arc<BrokerLink> {
    link_with(address, Security::default())
}

fn link_with(address: Address, security: Security) -> Arc<BrokerLink> {
    let dialer = Dialer::new(Duration::from_secs(5), security);
    Arc::new(BrokerLink::new(address, Arc::new(dialer)))
}

async fn listed(link: &Arc<BrokerLink>, deadline: Instant) -> Result<usize, CallError> {
    link.value(&ListGroups, deadline).await.map(|groups| groups.len())
}

/// The line and the hint that a user reads.
async fn complaint(address: Address) -> String {
    let error = listed(&link(address), soon()).await.unwrap_err();
    let error = unreachable(&ConnectionSpec::plaintext("b:9092").unwrap(), &error);
    format!("{} | {}", error.message, error.hint.unwrap())
}

#[test]
fn what_is_no_broker_is_named_for_what_it_is() {
    on_runtime(async {
        let web = complaint(says(b"HTTP/1.1 400 Bad Request\r\n\r\n").await).await;
        assert!(web.contains("web server"), "{web}");
        let tls = complaint(says(&[0x15, 3, 3, 0, 2, 2, 80]).await).await;
        assert!(tls.contains("speaks TLS") && tls.contains("security.protocol=SSL"), "{tls}");
        for bytes in [
            b"SSH-2.0-OpenSSH_9.2\r\n".as_slice(),
            &[0xff; 9],
            &[0, 0, 0, 1, 9],
            &[0, 0, 0, 5, 9, 9, 9, 9, 9],
        ] {
            let other = complaint(says(bytes).await).await;
            assert!(other.contains("is not Kafka"), "{other}");
        }
        let closing = complaint(listener(|stream| async move { drop(stream) }).await).await;
        assert!(
            closing.contains("closes the connection") && closing.contains("security.protocol"),
            "{closing}"
        );
        let free = Address::of(
            &std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string(),
        );
        let refused = complaint(free).await;
        assert!(refused.contains("refused") && refused.contains("nothing listens"), "{refused}");
        let nobody = complaint(Address::of("no-such-host.invalid:9092")).await;
        assert!(nobody.contains("cannot be resolved") && nobody.contains("DNS"), "{nobody}");
    });
}

#[test]
fn a_broker_that_does_not_answer_costs_its_time_once() {
    on_runtime(async {
        for address in [says(b"").await, says(&[0, 0, 0, 90, 0, 0, 0, 1, 0]).await] {
            let link = link(address);
            let error = listed(&link, soon()).await.unwrap_err();
            assert!(error.message.contains("does not answer within"), "{error}");
            assert_eq!(link.state(), ConnectionState::Silent);
            let again = tokio::time::timeout(Duration::from_secs(10), listed(&link, later())).await;
            assert_eq!(again.unwrap().unwrap_err().message, error.message, "nobody waits for it again");
        }
    });
}

#[test]
fn a_broker_that_lies_in_its_answer_is_one_plain_line() {
    on_runtime(async {
        let address = broker(&[ApiKey::ListGroups], |request| {
            let mut bytes = request.same(&groups(&["a"]));
            let at = bytes.len() - 8;
            bytes[at..].fill(0xff);
            Some(bytes)
        });
        let error = listed(&link(address.await), later()).await.unwrap_err();
        assert!(error.message.contains("answer") && error.message.contains("ListGroups"), "{error}");
    });
}

#[test]
fn answers_find_their_requests_in_any_order() {
    on_runtime(async {
        let address = listener(|mut stream| async move {
            let first = Request::read(&mut stream).await.unwrap();
            stream.write_all(&first.same(&versions(&[ApiKey::ListGroups, ApiKey::Metadata]))).await.unwrap();
            let (one, two) =
                (Request::read(&mut stream).await.unwrap(), Request::read(&mut stream).await.unwrap());
            for request in [two, one] {
                let bytes = match request.key() {
                    ApiKey::ListGroups => request.same(&groups(&["a", "b"])),
                    _ => request.same(&MetadataResponse::default()),
                };
                stream.write_all(&bytes).await.unwrap();
            }
            tokio::time::sleep(Duration::from_secs(60)).await;
        });
        let link = link(address.await);
        let request = ReadMetadata(TopicScope::All);
        let (groups, metadata) = tokio::join!(listed(&link, later()), link.value(&request, later()));
        assert_eq!(groups, Ok(2));
        assert!(metadata.unwrap().1.topics.is_empty());
        assert_eq!(link.state(), ConnectionState::Connected);
    });
}

#[test]
fn an_old_broker_that_refuses_our_api_versions_is_asked_in_version_0() {
    on_runtime(async {
        let address = listener(|mut stream| async move {
            while let Some(request) = Request::read(&mut stream).await {
                let bytes = match (request.key(), request.header.request_api_version) {
                    (ApiKey::ApiVersions, 0) => request.same(&versions(&[ApiKey::ListGroups])),
                    (ApiKey::ApiVersions, _) => {
                        request.answer(&ApiVersionsResponse::default().with_error_code(35), 0)
                    }
                    _ => request.same(&groups(&["a"])),
                };
                stream.write_all(&bytes).await.unwrap();
            }
        });
        let link = link(address.await);
        assert_eq!(listed(&link, later()).await, Ok(1));
        let missing = link.value(&ReadMetadata(TopicScope::All), later()).await.unwrap_err();
        assert!(missing.is_unsupported(), "{missing}");
    });
}

#[test]
fn a_connection_that_has_gone_is_made_again_and_the_request_repeated() {
    on_runtime(async {
        let address = listener(|mut stream| async move {
            // Two requests a connection: its versions, and one more.
            for _ in 0..2 {
                let Some(request) = Request::read(&mut stream).await else { return };
                let bytes = match request.key() {
                    ApiKey::ApiVersions => request.same(&versions(&[ApiKey::ListGroups])),
                    _ => request.same(&groups(&["a"])),
                };
                stream.write_all(&bytes).await.unwrap();
            }
        });
        let link = link(address.await);
        for _ in 0..3 {
            assert_eq!(listed(&link, later()).await, Ok(1));
        }
    });
}

#[test]
fn dead_bootstrap_servers_cost_nothing() {
    on_runtime(async {
        let silent = says(b"").await;
        let alive =
            broker(&[ApiKey::Metadata], |request| Some(request.same(&MetadataResponse::default()))).await;
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let spec = ConnectionSpec::plaintext(&format!("{silent},{free},{alive}")).unwrap();
        let reader = WireReader::open(&spec, Security::default(), Duration::from_secs(20)).unwrap();
        let started = Instant::now();
        let ReadAnswer::Metadata(metadata) = reader.read(ReadKind::Metadata, &ReadTargets::default()).await
        else {
            panic!("another answer");
        };
        assert!(metadata.is_ok() && started.elapsed() < Duration::from_secs(15));
    });
}

fn plain(password: &str) -> Security {
    let login = Login { user: "u".into(), password: Secret::new(password) };
    Security { sasl: Some(Mechanism::Plain(login)), ..Security::default() }
}

async fn guarded() -> Address {
    const KEYS: &[ApiKey] = &[ApiKey::ListGroups, ApiKey::SaslHandshake, ApiKey::SaslAuthenticate];
    broker(KEYS, |request| {
        if request.key() == ApiKey::SaslHandshake {
            let plain = vec![StrBytes::from_static_str("PLAIN")];
            return Some(request.same(&SaslHandshakeResponse::default().with_mechanisms(plain)));
        }
        if request.key() == ApiKey::ListGroups {
            return Some(request.same(&groups(&["a"])));
        }
        let version = request.header.request_api_version;
        let said = SaslAuthenticateRequest::decode(&mut request.body.clone(), version).unwrap();
        let answer = SaslAuthenticateResponse::default();
        Some(request.same(&match &*said.auth_bytes {
            b"\0u\0right" => answer,
            _ => answer.with_error_code(58).with_error_message(Some(StrBytes::from_static_str("wrong word"))),
        }))
    })
    .await
}

#[test]
fn an_exchange_that_succeeds_lets_in_and_one_that_fails_says_so() {
    on_runtime(async {
        let right = link_with(guarded().await, plain("right"));
        assert_eq!(listed(&right, later()).await, Ok(1));
        let wrong = link_with(guarded().await, plain("guess"));
        let error = listed(&wrong, later()).await.unwrap_err();
        assert!(error.message.contains("wrong word") && !error.message.contains("guess"), "{error}");
        assert!(error.hint.is_some_and(|hint| hint.contains("password")));
    });
}
