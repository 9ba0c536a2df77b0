//! `buffer.memory`, `max.block.ms`, missing metadata, oversized batches.

use super::rig::{Fate, MS, Rig, Way, settings};
use crate::model::PartitionIx;
use crate::protocol::messages::PartitionLeader;
use crate::protocol::producer::{Producer, ProducerInput, ProducerOutput, RecordTarget, SendError};
use crate::protocol::wire::ErrorCode;

#[test]
fn a_full_buffer_blocks_and_goes_on_when_memory_comes_back() {
    let mut rig =
        Rig::new(settings(&[("buffer.memory", "32768"), ("linger.ms", "0"), ("max.block.ms", "1000")]), 1);
    rig.rtt = 500 * MS;
    rig.send(0, 200);
    assert!(rig.producer.is_blocked());
    assert_eq!((rig.producer.accepted(PartitionIx(0)), rig.producer.buffered_bytes()), (156, 32768));
    rig.run_until(5000 * MS);
    assert!(!rig.producer.is_blocked());
    assert_eq!((rig.log(0).len(), rig.producer.buffered_bytes(), rig.rejected), (200, 0, 0));
}

#[test]
fn max_block_ends_in_an_exception() {
    let mut rig =
        Rig::new(settings(&[("buffer.memory", "32768"), ("linger.ms", "0"), ("max.block.ms", "1000")]), 1);
    rig.ways = [Way::LostRequest; 9].into();
    rig.send(0, 200);
    rig.run_until(1010 * MS);
    assert_eq!(rig.rejected, 1);
    assert!(rig.event_log().ends_with("1010 rejected 1 BufferExhausted"), "{}", rig.event_log());
    rig.run_until(3500 * MS);
    assert_eq!(rig.rejected, 3, "the application has one thread, and each send() takes it a second");
    assert!(rig.producer.is_blocked());
}

#[test]
fn without_metadata_send_throws_after_max_block() {
    let mut producer = Producer::new(1, settings(&[("max.block.ms", "100")]), 1);
    let mut out = Vec::new();
    producer.step(
        0,
        ProducerInput::Send { target: RecordTarget::NoKey, count: 3, record_bytes: 9 },
        &mut out,
    );
    assert_eq!(out[..2], [ProducerOutput::Blocked, ProducerOutput::WantProducerId]);
    out.clear();
    producer.step(50 * MS, ProducerInput::MetadataFailed, &mut out);
    let thrown = ProducerOutput::Rejected { count: 1, error: SendError::NoMetadata };
    for at in 1..=3 {
        out.clear();
        producer.step(at * 100 * MS, ProducerInput::Wake, &mut out);
        assert_eq!(out.iter().filter(|output| **output == thrown).count(), 1, "{out:?}");
        assert_eq!(out.contains(&ProducerOutput::Unblocked), at == 3, "each send() waits by itself: {out:?}");
    }
}

/// `KafkaProducer.waitOnMetadata`: a topic whose partition has no leader is known all the same.
#[test]
fn a_partition_without_a_leader_takes_records_and_does_not_block() {
    let mut producer = Producer::new(1, settings(&[("max.block.ms", "100")]), 1);
    let mut out = Vec::new();
    let leaderless =
        PartitionLeader { partition: PartitionIx(0), leader: None, leader_rack: None, leader_epoch: 3 };
    producer.step(0, ProducerInput::Metadata(&[leaderless]), &mut out);
    producer.step(
        0,
        ProducerInput::Send { target: RecordTarget::NoKey, count: 3, record_bytes: 9 },
        &mut out,
    );
    producer.step(10_000 * MS, ProducerInput::Wake, &mut out);
    assert_eq!((producer.is_blocked(), producer.accepted(PartitionIx(0))), (false, 3));
    assert!(!out.iter().any(|output| matches!(output, ProducerOutput::Rejected { .. })), "{out:?}");
}

/// A partition that is added while a `send()` waits for it (`waitOnMetadata` asks until it is there).
#[test]
fn a_partition_that_is_not_there_yet_is_waited_for() {
    let mut rig = Rig::new(settings(&[("max.block.ms", "1000"), ("linger.ms", "0")]), 1);
    let second = RecordTarget::Partition(PartitionIx(1));
    rig.send_to(second, 2, 200);
    assert!(rig.producer.is_blocked());
    rig.run_until(500 * MS);
    rig.logs.push(Vec::new());
    let added = PartitionLeader { partition: PartitionIx(1), ..rig.leaders[0] };
    rig.leaders.push(added);
    rig.run_until(3000 * MS);
    assert_eq!((rig.rejected, rig.log(1).len(), rig.producer.is_blocked()), (0, 2, false));
    rig.send_to(RecordTarget::Partition(PartitionIx(2)), 1, 200);
    rig.run_until(4500 * MS);
    assert!(
        rig.event_log().contains("4000 rejected 1 UnknownPartition\n4000 unblocked"),
        "{}",
        rig.event_log()
    );
}

#[test]
fn a_record_larger_than_a_request_is_refused_and_one_larger_than_a_batch_is_not() {
    let mut rig = Rig::new(settings(&[]), 1);
    rig.send_to(RecordTarget::Partition(PartitionIx(0)), 1, 2_000_000);
    rig.send_to(RecordTarget::Partition(PartitionIx(0)), 1, 100_000);
    rig.run_until(1000 * MS);
    assert_eq!((rig.rejected, rig.log(0).len()), (1, 1));
    assert!(rig.logs[0][0].bytes > 100_000);
}

/// A batch that is not larger than `batch.size` cannot be split smaller: it goes round until it expires.
#[test]
fn a_batch_too_large_for_the_topic_goes_round_until_it_expires() {
    let mut rig = Rig::new(settings(&[("delivery.timeout.ms", "30100"), ("linger.ms", "0")]), 1);
    rig.rtt = 1000 * MS;
    rig.fates = vec![Fate::Refuse(ErrorCode::MessageTooLarge); 100].into();
    rig.send(0, 10);
    rig.run_until(60_000 * MS);
    assert_eq!((rig.failed.len(), rig.requests, rig.producer.buffered_bytes()), (1, 31, 0));
}

#[test]
fn a_compressed_batch_that_came_out_too_large_is_split() {
    let mut rig = Rig::new(settings(&[("compression.type", "zstd"), ("linger.ms", "0")]), 1);
    for _ in 0..300 {
        rig.send(0, 100);
        rig.run_until(rig.now + 10 * MS);
    }
    let before = rig.sent_batches;
    rig.fates = [Fate::Refuse(ErrorCode::MessageTooLarge)].into();
    rig.send(0, 300);
    rig.run_until(rig.now + 1000 * MS);
    assert!(rig.sent_batches - before > 2, "{}", rig.sent_batches - before);
    assert_eq!(rig.log(0), (0..30_300).collect::<Vec<_>>());
}
