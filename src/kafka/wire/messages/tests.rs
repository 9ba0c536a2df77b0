//! The oracle: what `kafka-protocol` writes we read equal, what we write it reads equal, over drawn values and every
//! version that klever speaks; and bytes that are no answer end in one plain error.

use super::any_answer::read_as_any_answer;
use super::*;
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::frame::{answer_of, request_frame};
use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::{ApiKey, RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{Decodable, Encodable, Message, StrBytes};
use proptest::prelude::*;
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::fmt::Debug;
use std::ops::RangeInclusive;
use std::sync::Arc;

mod acls;
mod answers;
mod drawn;
mod moves;
mod other_groups;
mod requests;
mod transactions;

/// Draws values; the same seed draws the same ones.
struct Draw(Pcg64Mcg);

impl Draw {
    fn new(seed: u64) -> Draw {
        Draw(Pcg64Mcg::seed_from_u64(seed))
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound
    }

    fn bool(&mut self) -> bool {
        self.below(2) == 1
    }

    /// Any, with the edges often.
    fn i64(&mut self) -> i64 {
        match self.below(6) {
            0 => -1,
            1 => 0,
            2 => i64::MAX,
            3 => i64::MIN,
            _ => self.0.next_u64() as i64 >> self.below(63),
        }
    }

    fn i32(&mut self) -> i32 {
        self.i64() as i32
    }

    fn i16(&mut self) -> i16 {
        self.i64() as i16
    }

    fn i8(&mut self) -> i8 {
        self.i64() as i8
    }

    /// An error code, mostly none.
    fn code(&mut self) -> i16 {
        if self.below(4) == 0 { self.i16() } else { 0 }
    }

    fn text(&mut self) -> StrBytes {
        let words =
            ["", "a", "orders", "größe", "consumer", "Stable", "Dead", "127.0.0.1", "/10.0.0.1", "share"];
        let text = match self.below(12) {
            at @ 0..10 => words[at as usize].to_string(),
            10 => "n".repeat(249),
            _ => "long".repeat(100),
        };
        StrBytes::from_string(text)
    }

    fn maybe_text(&mut self) -> Option<StrBytes> {
        self.bool().then(|| self.text())
    }

    fn bytes(&mut self) -> Bytes {
        let length = self.below(40);
        (0..length).map(|_| self.i8() as u8).collect::<Vec<u8>>().into()
    }

    fn list<T>(&mut self, item: impl Fn(&mut Draw) -> T) -> Vec<T> {
        let count = self.below(4);
        (0..count).map(|_| item(self)).collect()
    }
}

/// An answer as a broker writes it, without its length and its correlation id.
fn written<T: Encodable>(api: Api, answer: &T, version: i16) -> Vec<u8> {
    let key = ApiKey::try_from(api.key()).unwrap();
    let mut frame = BytesMut::new();
    let header = ResponseHeader::default().with_correlation_id(7);
    header.encode(&mut frame, key.response_header_version(version)).unwrap();
    answer.encode(&mut frame, version).unwrap();
    frame.split_off(4).to_vec()
}

/// The versions that klever speaks and the oracle knows. What it does not know yet is held to bytes of Kafka's own.
fn versions_of<R: ReadRequest, T: Message>() -> RangeInclusive<i16> {
    R::VERSIONS.0..=R::VERSIONS.1.min(T::VERSIONS.max)
}

/// That a broker reads our request as the one that is expected, in every version.
fn assert_written<R, T>(request: &R, expected: impl Fn(i16) -> T)
where
    R: ReadRequest,
    T: Decodable + Message + PartialEq + Debug,
{
    for version in versions_of::<R, T>() {
        let frame = request_frame(request, version, 42);
        let (length, mut rest) = (frame.len() - 4, Bytes::from(frame).split_off(4));
        assert_eq!(length, rest.len());
        let key = ApiKey::try_from(R::API.key()).unwrap();
        let header = RequestHeader::decode(&mut rest, key.request_header_version(version)).unwrap();
        let client = header.client_id.as_ref().unwrap().as_str();
        assert_eq!((header.request_api_key, header.request_api_version), (R::API.key(), version));
        assert_eq!((header.correlation_id, client.starts_with("klever/")), (42, true));
        let read = T::decode(&mut rest, version).unwrap();
        assert_eq!((read, rest.len()), (expected(version), 0), "{:?} version {version}", R::API);
    }
}

proptest! {
    #[test]
    fn bytes_of_any_kind_end_in_an_error_or_a_value(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_as_any_answer(&bytes);
    }

    #[test]
    fn small_numbers_which_reach_deeper_do_no_harm_either(bytes in prop::collection::vec(0_u8..4, 0..300)) {
        read_as_any_answer(&bytes);
    }

    #[test]
    fn answers_that_are_cut_or_bent_do_no_harm(seed in any::<u64>()) {
        let mut draw = Draw::new(seed);
        for mut bytes in drawn::answers(&mut draw) {
            let at = draw.below(bytes.len() as u64 + 1) as usize;
            read_as_any_answer(&bytes[..at]);
            if let Some(byte) = bytes.get_mut(at) {
                *byte = draw.i8() as u8;
            }
            read_as_any_answer(&bytes);
        }
    }
}

/// The answer that aborts a program which believes counts: 79 bytes that claim two thousand million brokers.
#[test]
fn a_count_of_millions_in_a_short_answer_is_one_plain_error() {
    let mut bytes = vec![0; 75];
    bytes[..4].copy_from_slice(&[0, 0, 0, 0]);
    bytes.splice(4..8, 0x7fff_fff0_u32.to_be_bytes());
    let error = answer_of::<ReadMetadata>(&bytes, 4).map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "a count is larger than the whole");
}

fn names(texts: &[&str]) -> Vec<Arc<str>> {
    texts.iter().map(|text| (*text).into()).collect()
}
