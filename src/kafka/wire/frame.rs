//! Frames on a connection: a length, a header and a body, out and in.

use super::api::ReadRequest;
use super::decoder::{Decoder, Malformed};
use super::encoder::Encoder;
use super::failure::Failure;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The largest answer that is read; the default of `receive.message.max.bytes`.
const LONGEST_ANSWER: usize = 100_000_000;
const CLIENT_ID: &str = concat!("klever/", env!("CARGO_PKG_VERSION"));

/// A whole frame of a request.
pub(super) fn request_frame<R: ReadRequest>(request: &R, version: i16, correlation_id: i32) -> Vec<u8> {
    let mut out = Encoder::new(version, R::API.is_flexible(version));
    out.i32(0);
    out.i16(R::API.key());
    out.i16(version);
    out.i32(correlation_id);
    out.old_text(CLIENT_ID);
    out.tags();
    request.encode(&mut out);
    let mut frame = out.into_bytes();
    let length = u32::try_from(frame.len() - 4).unwrap_or(u32::MAX);
    frame[..4].copy_from_slice(&length.to_be_bytes());
    frame
}

/// The answer in a frame without its length and its correlation id.
pub(super) fn answer_of<R: ReadRequest>(body: &[u8], version: i16) -> Result<R::Answer, Malformed> {
    let is_flexible = R::API.is_flexible(version);
    let mut decoder = Decoder::new(body, version, is_flexible);
    if R::API.answers_with_tags(version) {
        decoder.tags()?;
    }
    let answer = R::decode(&mut decoder)?;
    decoder.end()?;
    Ok(answer)
}

/// The next frame: its correlation id and the rest. Memory grows with what comes, not with what the length claims.
pub(super) async fn next_frame(stream: &mut (impl AsyncRead + Unpin)) -> Result<(i32, Vec<u8>), Failure> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let length = usize::try_from(i32::from_be_bytes(head)).unwrap_or(usize::MAX);
    if !(4..=LONGEST_ANSWER).contains(&length) {
        return Err(no_frame(head));
    }
    let mut id = [0; 4];
    stream.read_exact(&mut id).await?;
    let mut body = Vec::new();
    stream.take(length as u64 - 4).read_to_end(&mut body).await?;
    if body.len() + 4 < length {
        return Err(Failure::Closed);
    }
    Ok((i32::from_be_bytes(id), body))
}

/// What speaks there, by the first bytes of what should have been a length.
fn no_frame(head: [u8; 4]) -> Failure {
    match head {
        [b'H', b'T', b'T', b'P'] => Failure::Http,
        // A record of TLS: an alert or a handshake, of any version.
        [0x15 | 0x16, 0x03, 0..=4, _] => Failure::Tls,
        _ => Failure::NotKafka,
    }
}
