//! Requests written by hand, and answers read field by field: no count or length is believed beyond what is there.

/// The client's name in every request.
const CLIENT_ID: &str = concat!("klever/", env!("CARGO_PKG_VERSION"));

/// The body of a request, in Kafka's encoding.
#[derive(Default)]
pub(in crate::kafka::wire) struct Body {
    bytes: Vec<u8>,
    /// Flexible versions have a longer header.
    is_flexible: bool,
}

impl Body {
    /// A string of less than 32 KiB; the rest of a longer one is left out.
    pub(in crate::kafka::wire) fn string(mut self, text: &str) -> Self {
        put_string(&mut self.bytes, text);
        self
    }

    pub(in crate::kafka::wire) fn i32(mut self, value: i32) -> Self {
        self.bytes.extend(value.to_be_bytes());
        self
    }

    pub(in crate::kafka::wire) fn bool(mut self, value: bool) -> Self {
        self.bytes.push(u8::from(value));
        self
    }

    /// The body of SaslAuthenticate.
    pub(in crate::kafka::wire) fn sasl(message: &[u8], version: i16) -> Self {
        let mut body = Body { bytes: Vec::new(), is_flexible: version >= 2 };
        if body.is_flexible {
            put_varint(&mut body.bytes, message.len() + 1);
            body.bytes.extend(message);
            body.bytes.push(0);
        } else {
            body = body.i32(message.len() as i32);
            body.bytes.extend(message);
        }
        body
    }

    /// The whole frame, its length first.
    pub(in crate::kafka::wire) fn frame(self, key: i16, version: i16, correlation_id: i32) -> Vec<u8> {
        let mut frame = vec![0; 4];
        frame.extend(key.to_be_bytes());
        frame.extend(version.to_be_bytes());
        frame.extend(correlation_id.to_be_bytes());
        put_string(&mut frame, CLIENT_ID);
        if self.is_flexible {
            frame.push(0);
        }
        frame.extend(self.bytes);
        let length = (frame.len() - 4) as i32;
        frame[..4].copy_from_slice(&length.to_be_bytes());
        frame
    }
}

fn put_string(bytes: &mut Vec<u8>, text: &str) {
    let text = &text.as_bytes()[..text.len().min(i16::MAX as usize)];
    bytes.extend((text.len() as i16).to_be_bytes());
    bytes.extend(text);
}

fn put_varint(bytes: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// What is wrong with an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::kafka::wire) struct Malformed(pub &'static str);

const SHORT: Malformed = Malformed("it is shorter than it says");
const NO_LENGTH: Malformed = Malformed("a length is out of range");

/// The fields of an answer, in order.
pub(in crate::kafka::wire) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(in crate::kafka::wire) fn of(answer: &'a [u8]) -> Self {
        Fields { rest: answer }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(SHORT)?;
        self.rest = rest;
        Ok(taken)
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| SHORT)
    }

    pub(in crate::kafka::wire) fn i16(&mut self) -> Result<i16, Malformed> {
        self.number().map(i16::from_be_bytes)
    }

    pub(in crate::kafka::wire) fn i32(&mut self) -> Result<i32, Malformed> {
        self.number().map(i32::from_be_bytes)
    }

    pub(in crate::kafka::wire) fn i64(&mut self) -> Result<i64, Malformed> {
        self.number().map(i64::from_be_bytes)
    }

    fn varint(&mut self) -> Result<usize, Malformed> {
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.number()?;
            value |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(NO_LENGTH)
    }

    pub(in crate::kafka::wire) fn string(&mut self) -> Result<String, Malformed> {
        self.nullable_string()?.ok_or(NO_LENGTH)
    }

    pub(in crate::kafka::wire) fn nullable_string(&mut self) -> Result<Option<String>, Malformed> {
        match self.i16()? {
            -1 => Ok(None),
            length => Ok(Some(self.text(usize::try_from(length).map_err(|_| NO_LENGTH)?)?)),
        }
    }

    fn text(&mut self, length: usize) -> Result<String, Malformed> {
        Ok(String::from_utf8_lossy(self.take(length)?).into_owned())
    }

    pub(in crate::kafka::wire) fn bytes(&mut self) -> Result<Vec<u8>, Malformed> {
        let length = usize::try_from(self.i32()?).map_err(|_| NO_LENGTH)?;
        Ok(self.take(length)?.to_vec())
    }

    pub(in crate::kafka::wire) fn compact_bytes(&mut self) -> Result<Vec<u8>, Malformed> {
        let length = self.varint()?.checked_sub(1).ok_or(NO_LENGTH)?;
        Ok(self.take(length)?.to_vec())
    }

    pub(in crate::kafka::wire) fn compact_text(&mut self) -> Result<Option<String>, Malformed> {
        match self.varint()? {
            0 => Ok(None),
            length => self.text(length - 1).map(Some),
        }
    }

    /// Skips tagged fields.
    pub(in crate::kafka::wire) fn tags(&mut self) -> Result<(), Malformed> {
        for _ in 0..self.varint()? {
            self.varint()?;
            let length = self.varint()?;
            self.take(length)?;
        }
        Ok(())
    }

    /// An array; what it holds grows with what is read.
    pub(in crate::kafka::wire) fn array<T>(
        &mut self,
        mut each: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let count = self.i32()?;
        if count < -1 {
            return Err(NO_LENGTH);
        }
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(each(self)?);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafka_protocol::messages::{RequestHeader, SaslAuthenticateRequest, SaslHandshakeRequest};
    use kafka_protocol::protocol::{Decodable, HeaderVersion, StrBytes};
    use proptest::prelude::*;

    /// The header and the body, as another decoder reads them.
    fn decoded<R: Decodable + HeaderVersion>(frame: &[u8], version: i16) -> (RequestHeader, R) {
        assert_eq!(frame[..4], (frame.len() as i32 - 4).to_be_bytes());
        let mut rest = bytes::Bytes::copy_from_slice(&frame[4..]);
        let header = RequestHeader::decode(&mut rest, R::header_version(version)).unwrap();
        let body = R::decode(&mut rest, version).unwrap();
        assert!(rest.is_empty());
        (header, body)
    }

    #[test]
    fn requests_are_what_another_decoder_reads() {
        let frame = Body::default().string("PLAIN").frame(17, 1, 7);
        let (header, body) = decoded::<SaslHandshakeRequest>(&frame, 1);
        assert_eq!((header.request_api_key, header.correlation_id), (17, 7));
        assert_eq!(header.client_id, Some(StrBytes::from_static_str(CLIENT_ID)));
        assert_eq!(body.mechanism.as_str(), "PLAIN");
        for version in 0..=2 {
            for length in [0, 1, 126, 127, 128, 20_000] {
                let frame = Body::sasl(&vec![9; length], version).frame(36, version, 1);
                let (_, body) = decoded::<SaslAuthenticateRequest>(&frame, version);
                assert_eq!(body.auth_bytes.len(), length, "version {version}");
            }
        }
    }

    #[test]
    fn counts_and_lengths_are_not_believed() {
        let huge = [0x7f, 0xff, 0xff, 0xff];
        assert_eq!(Fields::of(&huge).bytes(), Err(SHORT));
        assert_eq!(Fields::of(&huge).array(|fields| fields.i64()), Err(SHORT));
        assert_eq!(Fields::of(&[0xff; 8]).tags(), Err(NO_LENGTH));
        assert_eq!(Fields::of(&[0xff, 0xfe]).nullable_string(), Err(NO_LENGTH));
        assert_eq!(Fields::of(&[0xff, 0xff]).nullable_string(), Ok(None));
        assert_eq!(Fields::of(&[0]).compact_bytes(), Err(NO_LENGTH));
    }

    proptest! {
        #[test]
        fn random_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Fields::of(&bytes).tags();
            let _ = Fields::of(&bytes).array(|fields| fields.string());
            let _ = Fields::of(&bytes).compact_text();
        }
    }
}
