//! SaslHandshake and SaslAuthenticate: the frames around what a mechanism says.

use super::{Coded, coded};
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;

/// The mechanism that will be used.
pub(in crate::kafka::wire) struct SaslHandshake<'a>(pub &'a str);

impl ReadRequest for SaslHandshake<'_> {
    const API: Api = Api::SaslHandshake;
    /// After version 1 what the mechanism says goes into SaslAuthenticate.
    const VERSIONS: (i16, i16) = (1, 1);
    /// The error code, and the mechanisms that the broker has.
    type Answer = (i16, Vec<String>);

    fn encode(&self, out: &mut Encoder) {
        out.text(self.0);
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        let code = answer.i16()?;
        let mechanisms = answer.array(Decoder::string)?;
        answer.tags()?;
        Ok((code, mechanisms))
    }
}

/// What the client's mechanism says.
pub(in crate::kafka::wire) struct SaslAuthenticate<'a>(pub &'a [u8]);

impl ReadRequest for SaslAuthenticate<'_> {
    const API: Api = Api::SaslAuthenticate;
    const VERSIONS: (i16, i16) = (0, 2);
    /// What the broker's mechanism says, or its code with its words.
    type Answer = Result<Vec<u8>, (i16, Option<String>)>;

    fn encode(&self, out: &mut Encoder) {
        out.bytes(self.0);
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        let code = answer.i16()?;
        let message = answer.nullable_string()?;
        let challenge = answer.bytes()?.to_vec();
        if answer.version() >= 1 {
            answer.i64()?;
        }
        answer.tags()?;
        let outcome: Coded<Vec<u8>> = coded(code, challenge);
        Ok(outcome.map_err(|code| (code, message)))
    }
}
