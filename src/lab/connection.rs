//! The lab's own plaintext connection to a broker, past all proxies: frames out, frames in, versions that both sides know.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use kafka_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse, RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Message, Request, StrBytes};
use std::collections::HashMap;
use std::fmt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer longer than this is not believed.
const LONGEST_ANSWER: usize = 100 << 20;
/// ApiVersions since Kafka 2.4; older brokers answer its version 0 with code 35.
const FLEXIBLE_API_VERSIONS: i16 = 3;

/// Why a connection is of no use.
#[derive(Debug)]
pub(super) struct RawError(String);

impl fmt::Display for RawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<std::io::Error> for RawError {
    fn from(error: std::io::Error) -> Self {
        RawError(format!("connection: {error}"))
    }
}

pub(super) struct Connection {
    stream: TcpStream,
    correlation_id: i32,
    versions: HashMap<i16, (i16, i16)>,
}

impl Connection {
    /// Connects; the first request must be [`Connection::versions`].
    pub(super) async fn open(host: &str, port: u16) -> Result<Connection, RawError> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, correlation_id: 0, versions: HashMap::new() })
    }

    /// Asks which versions the broker speaks, and remembers them.
    pub(super) async fn versions(
        &mut self,
        request: ApiVersionsRequest,
    ) -> Result<ApiVersionsResponse, RawError> {
        let answer = self.exchange(request, FLEXIBLE_API_VERSIONS).await?;
        if answer.error_code != 0 {
            return Err(RawError(format!("ApiVersions answered code {}", answer.error_code)));
        }
        let ranges = answer.api_keys.iter().map(|api| (api.api_key, (api.min_version, api.max_version)));
        self.versions = ranges.collect();
        Ok(answer)
    }

    /// Sends a request in the highest version that both sides know; `None` when there is none.
    pub(super) async fn send<Q>(&mut self, request: Q) -> Result<Option<Q::Response>, RawError>
    where
        Q: Request + HeaderVersion + Encodable,
        Q::Response: Decodable + HeaderVersion,
    {
        let ours = <Q as Message>::VERSIONS;
        let Some((min, max)) = self.versions.get(&Q::KEY).copied() else { return Ok(None) };
        let version = max.min(ours.max);
        if version < min.max(ours.min) {
            return Ok(None);
        }
        self.exchange(request, version).await.map(Some)
    }

    async fn exchange<Q>(&mut self, request: Q, version: i16) -> Result<Q::Response, RawError>
    where
        Q: Request + HeaderVersion + Encodable,
        Q::Response: Decodable + HeaderVersion,
    {
        self.correlation_id += 1;
        let frame = encode(&request, version, self.correlation_id)?;
        self.stream.write_all(&frame).await?;
        let length = usize::try_from(self.stream.read_i32().await?).unwrap_or(usize::MAX);
        if length > LONGEST_ANSWER {
            return Err(RawError("the answer is not one of a Kafka broker".into()));
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer).await?;
        let mut answer = Bytes::from(answer);
        let header =
            ResponseHeader::decode(&mut answer, Q::Response::header_version(version)).map_err(malformed)?;
        if header.correlation_id != self.correlation_id {
            return Err(RawError("an answer to another request came".into()));
        }
        let response = Q::Response::decode(&mut answer, version).map_err(malformed)?;
        if answer.remaining() > 0 {
            return Err(RawError("the answer is longer than its content".into()));
        }
        Ok(response)
    }
}

fn encode<Q: Request + HeaderVersion + Encodable>(
    request: &Q,
    version: i16,
    correlation_id: i32,
) -> Result<BytesMut, RawError> {
    let client_id = StrBytes::from_static_str(concat!("klever/", env!("CARGO_PKG_VERSION")));
    let header = RequestHeader::default()
        .with_request_api_key(Q::KEY)
        .with_request_api_version(version)
        .with_correlation_id(correlation_id)
        .with_client_id(Some(client_id));
    let mut frame = BytesMut::new();
    frame.put_i32(0);
    header.encode(&mut frame, Q::header_version(version)).map_err(malformed)?;
    request.encode(&mut frame, version).map_err(malformed)?;
    let length = i32::try_from(frame.len() - 4).map_err(|_| RawError("a request is too long".into()))?;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    Ok(frame)
}

fn malformed(error: impl fmt::Display) -> RawError {
    RawError(format!("malformed message: {error}"))
}
