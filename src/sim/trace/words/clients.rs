//! Events of clients in words.

use crate::model::{OnPoison, PartitionIx, human_count, human_duration_ms, plural};
use crate::protocol::producer::RecordKey;
use crate::protocol::wire::ErrorCode;
use crate::sim::trace::EventKind;
use crate::sim::trace::words::Names;

/// What was gone before a group read it.
fn gone_text(what: &EventKind, names: &Names<'_>) -> String {
    let of = |partition: &PartitionIx, records: u64| {
        format!("{} of {}", plural(records as usize, "record"), (names.partition)(*partition))
    };
    match what {
        EventKind::DeletedBeforeRead { group, partition, records } => {
            let group = names.group(*group);
            format!("DATA LOSS: {} deleted before group {group} read them", of(partition, *records))
        }
        EventKind::CompactedBeforeRead { group, partition, records, deletes } => {
            let missed = match deletes {
                0 => String::new(),
                some => format!("; DELETES MISSED: it keeps {}", plural(*some as usize, "deleted key")),
            };
            let group = names.group(*group);
            format!("{} compacted away before group {group} read them{missed}", of(partition, *records))
        }
        other => format!("{other:?}"),
    }
}

pub(super) fn client_text(what: &EventKind, names: &Names<'_>) -> String {
    match what {
        EventKind::ProduceFailed { producer, partition, records, error, indefinite } => format!(
            "producer {} gave up on {} for {}: {}{}",
            names.producer(*producer),
            plural(records.count as usize, "record"),
            (names.partition)(*partition),
            error.name(),
            if *indefinite { " (they may be in the log nevertheless)" } else { "" }
        ),
        EventKind::SendRejected { producer, records, error } => {
            let records = plural(*records as usize, "record");
            format!("send() of producer {} threw {error:?} for {records}", names.producer(*producer))
        }
        EventKind::PoisonMet { group, partition, offset, answer } => {
            let (name, offset) = ((names.partition)(*partition), human_count(*offset));
            let what = answer_text(*answer);
            format!("{} cannot process the record at {offset} of {name}: {what}", names.group(*group))
        }
        EventKind::MemberCrashed { group, member, partition, offset } => {
            let (name, offset) = ((names.partition)(*partition), human_count(*offset));
            format!("member {member} of {} crashed at {offset} of {name}", names.group(*group))
        }
        EventKind::DeletedBeforeRead { .. } | EventKind::CompactedBeforeRead { .. } => gone_text(what, names),
        EventKind::AnswerLost(process) => format!("an answer to {process} was lost with its connection"),
        EventKind::Throttled { broker, process, throttle_ms } => {
            let time = human_duration_ms(*throttle_ms as i64);
            format!("broker {broker} throttles {process} for {time}: it is above its quota")
        }
        EventKind::Rebalancing(group) => format!("group {} is rebalancing", names.group(*group)),
        EventKind::Rebalanced { group, generation, members } => {
            let members = plural(*members as usize, "member");
            format!("group {} is stable: {members}, generation {generation}", names.group(*group))
        }
        EventKind::MemberExpired(group) => {
            format!("a member of group {} was removed: its session timed out", names.group(*group))
        }
        EventKind::PositionMoved { group, partition, from, to } => {
            let was = from.map_or(String::new(), |from| format!(" (was at {})", human_count(from)));
            let name = (names.partition)(*partition);
            format!("{} resumes {name} at {}{was}", names.group(*group), human_count(*to))
        }
        EventKind::CommitFailed { group, error } => {
            format!("a commit of group {} failed: {}", names.group(*group), error.name())
        }
        EventKind::PollTimedOut(group) => {
            format!("a member of group {} left: it exceeded max.poll.interval.ms", names.group(*group))
        }
        EventKind::ConsumerFailed { group, partition, error } => {
            let (group, name) = (names.group(*group), (names.partition)(*partition));
            format!("a consumer of group {group} failed at {name}: {error:?}")
        }
        other => transaction_text(other, names),
    }
}

fn transaction_text(what: &EventKind, names: &Names<'_>) -> String {
    match what {
        EventKind::TransactionAborted(producer) => {
            format!("the transaction of {} is aborted", names.producer(*producer))
        }
        EventKind::TransactionTimedOut(producer) => {
            format!("the transaction of {} was open for too long", names.producer(*producer))
        }
        EventKind::ProducerFenced { producer, error: ErrorCode::InvalidTransactionTimeout } => format!(
            "producer {} does not start: its transaction.timeout.ms is above transaction.max.timeout.ms of the brokers",
            names.producer(*producer)
        ),
        EventKind::ProducerFenced { producer, error } => {
            format!("producer {} is fenced: {}", names.producer(*producer), error.name())
        }
        other => schema_text(other, names),
    }
}

/// Kafka knows nothing of schemas: whoever reads this must know that they are a model.
fn schema_text(what: &EventKind, names: &Names<'_>) -> String {
    match what {
        EventKind::SchemaRefused { client, topic, version, level, against } => format!(
            "the registry refuses version {version} of the schema of {topic} from {client}: it is not {level} \
             compatible with version {against} (schemas are a model)"
        ),
        EventKind::SchemaRegistered { client, topic, version } => {
            format!(
                "{client} is deployed with version {version} of the schema of {topic} (schemas are a model)"
            )
        }
        EventKind::SchemaUnreadable { group, topic, writer, reader, why } => format!(
            "{} has version {reader} of the schema of {topic} and cannot read version {writer}: {why} (schemas are \
             a model)",
            names.group(*group)
        ),
        keys => key_text(keys, names),
    }
}

fn key_text(what: &EventKind, names: &Names<'_>) -> String {
    let read = |group: u32, partition: PartitionIx, key: u32| {
        let name = (names.partition)(partition);
        format!(
            "group {} read {} in {name} after a later record of that key",
            names.group(group),
            RecordKey::text(key)
        )
    };
    match what {
        EventKind::KeySplit { producer, key, before, partition } => {
            let (producer, key) = (names.producer(*producer), RecordKey::text(*key));
            let (before, now) = ((names.partition)(*before), (names.partition)(*partition));
            format!("producer {producer} sends {key} to {now}; its records went to {before} before")
        }
        EventKind::KeyReordered { group, partition, key } => read(*group, *partition, *key),
        EventKind::KeyReorderedAcrossTopics { group, partition, key } => {
            format!("{} from another topic", read(*group, *partition, *key))
        }
        _ => String::new(),
    }
}

fn answer_text(answer: OnPoison) -> &'static str {
    match answer {
        OnPoison::Retry => "it tries again for ever",
        OnPoison::Crash => "the exception ends the member",
        OnPoison::Skip => "it skips the record",
        OnPoison::DeadLetter => "it writes the record to the dead letter topic",
        OnPoison::RetryTopic => "it writes the record to a retry topic",
    }
}
