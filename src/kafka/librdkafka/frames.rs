//! What klever and its librdkafka process tell each other: a length (u32, little-endian), then one message in postcard.

use crate::kafka::ConnectError;
use crate::kafka::reads::{ReadAnswer, ReadKind, ReadTargets};
use crate::kafka::secrets::Secrets;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::Read;
use std::time::Duration;

/// A message longer than this is not believed, and not sent.
pub(super) const LONGEST_MESSAGE: usize = 256 << 20;
/// Room that is made before anything of a message has come.
const FIRST_ROOM: usize = 64 << 10;
/// Only the same release speaks the same messages: the program's file may have been replaced meanwhile.
pub(super) const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// To the process.
#[derive(Serialize, Deserialize)]
pub(super) enum Request {
    /// The first message. Secrets go here, never into arguments or the environment.
    Open { release: String, properties: Vec<(String, String)>, secrets: Secrets },
    /// Answered by [`Reply::Answer`] with the same id.
    Read { id: u64, kind: ReadKind, targets: ReadTargets, timeout: Duration },
}

/// From the process.
#[derive(Serialize, Deserialize)]
pub(super) enum Reply {
    /// The answer to [`Request::Open`]; after an error the process ends.
    Opened(Result<(), ConnectError>),
    /// Sent once a second while something is being read.
    Alive,
    Answer {
        id: u64,
        answer: ReadAnswer,
    },
}

/// Why no message could be taken.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum FrameError {
    /// The other side is gone.
    Closed,
    TooLong(u32),
    Malformed,
}

/// A message with its length; `None` when it is longer than [`LONGEST_MESSAGE`].
pub(super) fn encode(message: &impl Serialize) -> Option<Vec<u8>> {
    let frame = postcard::to_extend(message, vec![0; 4]).ok()?;
    let length = frame.len() - 4;
    if length > LONGEST_MESSAGE {
        return None;
    }
    let mut frame = frame;
    frame[..4].copy_from_slice(&u32::try_from(length).ok()?.to_le_bytes());
    Some(frame)
}

/// Waits for the next message. What its length claims is not allocated before it has come.
///
/// # Errors
/// When the other side is gone, or what it says is no message.
pub(super) fn receive<T: DeserializeOwned>(source: &mut impl Read) -> Result<T, FrameError> {
    let mut length = [0; 4];
    source.read_exact(&mut length).map_err(|_| FrameError::Closed)?;
    let claimed = u32::from_le_bytes(length);
    let length = claimed as usize;
    if length > LONGEST_MESSAGE {
        return Err(FrameError::TooLong(claimed));
    }
    let mut message = Vec::with_capacity(length.min(FIRST_ROOM));
    let come = source.take(u64::from(claimed)).read_to_end(&mut message);
    if come.is_err() || message.len() < length {
        return Err(FrameError::Closed);
    }
    match postcard::take_from_bytes(&message) {
        Ok((message, [])) => Ok(message),
        _ => Err(FrameError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::CallError;
    use crate::kafka::reads::{GroupListing, GroupsRead, Node, OffsetSpec, PartitionOffset};
    use crate::model::{BrokerId, ConfigEntry, ConfigSource, GroupState};

    fn there_and_back(answer: ReadAnswer) -> ReadAnswer {
        let frame = encode(&Reply::Answer { id: 7, answer }).unwrap();
        match receive(&mut frame.as_slice()).unwrap() {
            Reply::Answer { id: 7, answer } => answer,
            _ => panic!("another message"),
        }
    }

    #[test]
    fn answers_come_out_as_they_went_in() {
        let error = CallError { code: -185, message: "timed out".into(), hint: None };
        let fact = PartitionOffset {
            topic: "t".into(),
            partition: 3,
            offset: Some(i64::MAX),
            leader_epoch: None,
            code: 0,
            lag: Some(2),
        };
        let ReadAnswer::GroupOffsets(offsets) = there_and_back(ReadAnswer::GroupOffsets(vec![
            ("g".into(), Ok(vec![fact.clone()])),
            ("h".into(), Err(error.clone())),
        ])) else {
            panic!()
        };
        assert_eq!(offsets, [("g".into(), Ok(vec![fact.clone()])), ("h".into(), Err(error.clone()))]);
        let ends = there_and_back(ReadAnswer::Offsets(OffsetSpec::Earliest, vec![fact.clone()]));
        assert!(matches!(ends, ReadAnswer::Offsets(OffsetSpec::Earliest, facts) if facts == [fact]));
        let entry = ConfigEntry { value: None, source: ConfigSource::DynamicBroker };
        let config = ("1".to_string(), Ok([("k".to_string(), entry)].into()));
        let configs = there_and_back(ReadAnswer::BrokerConfigs(vec![(BrokerId(1), config.clone())]));
        assert!(matches!(configs, ReadAnswer::BrokerConfigs(back) if back == [(BrokerId(1), config)]));
        let listing =
            GroupListing { id: "g".into(), state: GroupState::Stable, group_type: Some("consumer".into()) };
        let listed = vec![(BrokerId(1), Ok(vec![listing])), (BrokerId(2), Err(error.clone()))];
        let read = GroupsRead { listed: listed.clone(), ..GroupsRead::default() };
        let groups = there_and_back(ReadAnswer::Groups(read));
        assert!(matches!(groups, ReadAnswer::Groups(back) if back.listed == listed));
    }

    #[test]
    fn targets_and_properties_come_out_as_they_went_in() {
        let mut targets = ReadTargets::default();
        let node = Node { id: BrokerId(4), host: "h".into(), port: 9092 };
        std::sync::Arc::make_mut(&mut targets.metadata).nodes.push(node);
        let request =
            Request::Read { id: 1, kind: ReadKind::Groups, targets, timeout: Duration::from_millis(1500) };
        let Request::Read { id, kind, targets, timeout } =
            receive(&mut encode(&request).unwrap().as_slice()).unwrap()
        else {
            panic!()
        };
        assert_eq!((id, kind, timeout), (1, ReadKind::Groups, Duration::from_millis(1500)));
        assert_eq!(targets.brokers().collect::<Vec<_>>(), [BrokerId(4)]);
    }

    #[test]
    fn cut_long_and_foreign_bytes_are_told_apart_and_do_no_harm() {
        let of = |mut bytes: &[u8]| receive::<Reply>(&mut bytes).map(drop).unwrap_err();
        let frame = encode(&Reply::Alive).unwrap();
        for end in 0..frame.len() {
            assert_eq!(of(&frame[..end]), FrameError::Closed);
        }
        assert_eq!(of(b"\xff\xff\xff\xff..."), FrameError::TooLong(u32::MAX));
        // A length that is believed and does not come: nothing of its size is allocated.
        assert_eq!(of(b"\x00\x00\x00\x0f..."), FrameError::Closed);
        assert_eq!(of(b"\x01\x00\x00\x00\x77"), FrameError::Malformed);
        assert_eq!(of(b"\x02\x00\x00\x00\x01\x01"), FrameError::Malformed, "more than the message");
        // A count that claims more than there is.
        assert_eq!(of(b"\x07\x00\x00\x00\x02\x01\x01\xff\xff\xff\x0f"), FrameError::Malformed);
    }
}
