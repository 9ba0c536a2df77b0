//! Whose open transaction holds records back, in words and as values.

use crate::model::{Cluster, Datum, Millis, OpenProducer, OpenTransaction, human_duration_ms};
use serde_json::{Value, json};

/// `the open transaction of producer id 4001 (orders-tx-1), open for 3m00s`; what is not known comes with the reason.
pub fn open_transaction_words(open: Option<&OpenTransaction>, taken_at: Millis) -> String {
    match open.map(|open| &open.producer) {
        None => "an open transaction; whose it is, nobody asked".into(),
        Some(Datum::Unknown { reason }) => {
            format!("an open transaction; whose it is, is not known: {reason}")
        }
        Some(Datum::Known { value, .. }) => {
            let id = value.producer_id;
            match &value.transaction {
                Datum::Unknown { reason } => {
                    format!(
                        "the open transaction of producer id {id}; its transactional id is not known: {reason}"
                    )
                }
                Datum::Known { value: named, .. } => {
                    let since = match open_ms(value, taken_at) {
                        Some(ms) => format!("open for {}", human_duration_ms(ms)),
                        None => "since when is not known".into(),
                    };
                    let timeout = human_duration_ms(named.timeout_ms);
                    let name = &named.transactional_id;
                    format!(
                        "the open transaction of producer id {id} ({name}), {since}, its timeout {timeout}"
                    )
                }
            }
        }
    }
}

/// How long it has been open. Brokers' clocks and klever's are not the same.
fn open_ms(producer: &OpenProducer, taken_at: Millis) -> Option<Millis> {
    Some(taken_at.saturating_sub(producer.transaction.get()?.started_at?).max(0))
}

/// The same as values; null where nobody asked.
pub(super) fn open_transaction_value(open: Option<&OpenTransaction>, cluster: &Cluster) -> Value {
    let Some(open) = open else { return Value::Null };
    let producer = open.producer.get();
    let named = producer.and_then(|producer| producer.transaction.get());
    let reason = open.producer.reason().or_else(|| producer?.transaction.reason());
    json!({
        "producer_id": producer.map(|producer| producer.producer_id),
        "producer_epoch": producer.map(|producer| producer.epoch),
        "start_offset": producer.map(|producer| producer.start_offset),
        "last_written_at": producer.and_then(|producer| producer.last_written_at),
        "transactional_id": named.map(|named| &*named.transactional_id),
        "started_at": named.and_then(|named| named.started_at),
        "open_ms": producer.and_then(|producer| open_ms(producer, cluster.taken_at)),
        "timeout_ms": named.map(|named| named.timeout_ms),
        "unknown_because": reason.map(ToString::to_string),
    })
}
