//! ListOffsets: one end of the logs that a broker leads.

use super::by_topic;
use crate::kafka::reads::{OffsetSpec, PartitionOffset};
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use std::sync::Arc;

pub(in crate::kafka::wire) struct ListOffsets<'a> {
    pub end: OffsetSpec,
    /// Partitions by topic.
    pub topics: &'a [(Arc<str>, Vec<i32>)],
}

/// `ListOffsetsRequest.CONSUMER_REPLICA_ID`: no broker asks.
const CONSUMER: i32 = -1;
/// `ListOffsetsRequest.DEBUGGING_REPLICA_ID`: the leader answers with its own log's end, as to a follower.
const DEBUGGING: i32 = -2;
/// `IsolationLevel.READ_UNCOMMITTED`.
const READ_UNCOMMITTED: i8 = 0;
/// `IsolationLevel.READ_COMMITTED`.
const READ_COMMITTED: i8 = 1;
/// `RecordBatch.NO_PARTITION_LEADER_EPOCH`.
const ANY_EPOCH: i32 = -1;

/// `ListOffsetsRequest.EARLIEST_TIMESTAMP` and `LATEST_TIMESTAMP`.
fn timestamp_of(end: OffsetSpec) -> i64 {
    match end {
        OffsetSpec::Earliest => -2,
        OffsetSpec::Latest | OffsetSpec::LastStable | OffsetSpec::LogEnd => -1,
    }
}

/// As whom klever asks, and with which isolation level.
fn asker_of(end: OffsetSpec) -> (i32, i8) {
    match end {
        OffsetSpec::Earliest | OffsetSpec::Latest => (CONSUMER, READ_UNCOMMITTED),
        OffsetSpec::LastStable => (CONSUMER, READ_COMMITTED),
        OffsetSpec::LogEnd => (DEBUGGING, READ_UNCOMMITTED),
    }
}

impl ReadRequest for ListOffsets<'_> {
    const API: Api = Api::ListOffsets;
    /// Before version 2 there is no isolation level: the answer would be another offset than the one asked for.
    const VERSIONS: (i16, i16) = (2, 7);
    type Answer = Vec<PartitionOffset>;

    fn encode(&self, out: &mut Encoder) {
        let has_epoch = out.version() >= 4;
        let (asker, isolation) = asker_of(self.end);
        out.i32(asker);
        out.i8(isolation);
        out.array(self.topics, |out, (name, partitions)| {
            out.text(name);
            out.array(partitions, |out, partition| {
                out.i32(*partition);
                if has_epoch {
                    out.i32(ANY_EPOCH);
                }
                out.i64(timestamp_of(self.end));
                out.tags();
            });
            out.tags();
        });
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let offsets = by_topic(answer, offset)?;
        answer.tags()?;
        Ok(offsets)
    }
}

fn offset(fields: &mut Decoder<'_>, topic: Arc<str>) -> Decoded<PartitionOffset> {
    let partition = fields.i32()?;
    let code = fields.i16()?;
    fields.i64()?;
    let offset = fields.i64()?;
    let epoch = if fields.version() >= 4 { fields.i32()? } else { ANY_EPOCH };
    fields.tags()?;
    Ok(PartitionOffset::told(topic, partition, offset, epoch, code.into()))
}
