//! The trace of one record, for people.

use crate::report::clean;
use crate::report::layout::labelled;
use crate::sim::{RecordCopy, RecordTrace};

const LABEL: usize = 14;

/// What became of a record: what its producer heard, its copies, its readers, and how it was lost.
pub fn record_trace_text(fate: &RecordTrace) -> String {
    let record = &fate.record;
    let (of, by) = (clean(&record.partition), clean(&fate.sent_by));
    let mut out = format!("\nRecord {} of {of}, sent by {by}\n", record.number);
    labelled(&mut out, 2, "Producer", LABEL, producer_answer(fate));
    for copy in &fate.copies {
        labelled(&mut out, 2, &format!("Broker {}", copy.broker), LABEL, &copy_text(copy));
    }
    if fate.copies.is_empty() {
        labelled(&mut out, 2, "Copies", LABEL, "none left");
    }
    let readers = if fate.read_by.is_empty() { "no group".into() } else { clean(&fate.read_by.join(", ")) };
    labelled(&mut out, 2, "Read by", LABEL, &readers);
    for (nth, line) in fate.lost.iter().flat_map(|(_, why)| why).enumerate() {
        let label = if nth == 0 { "Lost when" } else { "because" };
        labelled(&mut out, 2, label, LABEL, &clean(line));
    }
    out
}

fn producer_answer(fate: &RecordTrace) -> &'static str {
    match (fate.acked, fate.failed) {
        (true, false) => "got its acknowledgement",
        (false, true) => "got an error",
        (true, true) => "got an error, and for another try an acknowledgement",
        (false, false) => "has no answer yet",
    }
}

fn copy_text(copy: &RecordCopy) -> String {
    let flushed = if copy.flushed { "flushed" } else { "not flushed" };
    let committed = if copy.below_high_watermark { "below the high watermark" } else { "not yet committed" };
    let down = if copy.runs { "" } else { ", the broker is down" };
    format!("offset {}, {flushed}, {committed}{down}", copy.offset)
}
