//! FindCoordinator: which broker coordinates a group; sent only where the internal offsets topic exists, since a
//! broker creates it for this request.

use super::{Coded, coded};
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use crate::model::BrokerId;
use std::sync::Arc;

/// `CoordinatorType.GROUP`.
const GROUP: i8 = 0;

/// Of many groups at once (since 3.0).
pub(in crate::kafka::wire) struct FindCoordinators<'a>(pub &'a [Arc<str>]);

impl ReadRequest for FindCoordinators<'_> {
    const API: Api = Api::FindCoordinator;
    const VERSIONS: (i16, i16) = (4, 6);
    type Answer = Vec<(Arc<str>, Coded<BrokerId>)>;

    fn encode(&self, out: &mut Encoder) {
        out.i8(GROUP);
        out.array(self.0, |out, id| out.text(id));
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let coordinators = answer.array(|coordinator| {
            let group = coordinator.text()?.into();
            let id = BrokerId(coordinator.i32()?);
            coordinator.text()?;
            coordinator.i32()?;
            let code = coordinator.i16()?;
            coordinator.nullable_text()?;
            coordinator.tags()?;
            Ok((group, coded(code, id)))
        })?;
        answer.tags()?;
        Ok(coordinators)
    }
}

/// Of one group, for older brokers.
pub(in crate::kafka::wire) struct FindCoordinator<'a>(pub &'a str);

impl ReadRequest for FindCoordinator<'_> {
    const API: Api = Api::FindCoordinator;
    const VERSIONS: (i16, i16) = (1, 3);
    type Answer = Coded<BrokerId>;

    fn encode(&self, out: &mut Encoder) {
        out.text(self.0);
        out.i8(GROUP);
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let code = answer.i16()?;
        answer.nullable_text()?;
        let id = BrokerId(answer.i32()?);
        answer.text()?;
        answer.i32()?;
        answer.tags()?;
        Ok(coded(code, id))
    }
}
