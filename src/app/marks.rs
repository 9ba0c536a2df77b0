//! What happened along time, in words.

use crate::app::{CellStyle, Level};
use crate::model::{Mark, MarkKind, human_count, plural};

/// A mark in a line, without its time.
pub fn mark_text(mark: &Mark) -> String {
    let more = |what: &str| format!("{} {what}", human_count(mark.count as i64));
    match mark.kind {
        MarkKind::Loss => {
            let lost = plural(mark.count as usize, "acknowledged record");
            let first = mark.first.trim_start_matches("DATA LOSS: ");
            if first.starts_with(&human_count(mark.count as i64)) {
                format!("LOST {first}")
            } else {
                format!("LOST {lost}, {first} among them")
            }
        }
        MarkKind::Election if mark.count > 1 => more("partitions: another leader, or none"),
        _ if mark.count > 1 => format!("{}, and {}", mark.first, more_of(mark)),
        _ => mark.first.to_string(),
    }
}

fn more_of(mark: &Mark) -> String {
    format!("{} more", human_count(mark.count as i64 - 1))
}

/// How a mark is meant.
pub fn mark_style(kind: MarkKind) -> CellStyle {
    match kind {
        MarkKind::Loss => CellStyle::Level(Level::Bad),
        MarkKind::Fault | MarkKind::BrokerDown => CellStyle::Level(Level::Warn),
        MarkKind::Setting => CellStyle::Changed,
        MarkKind::BrokerUp | MarkKind::Election | MarkKind::Controller => CellStyle::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_together_is_told_with_its_number() {
        let text = |kind, count, first: &str| mark_text(&Mark { at_ms: 0, kind, count, first: first.into() });
        let loss = "DATA LOSS: 4 acked records of orders-2";
        assert_eq!(text(MarkKind::Loss, 4, loss), "LOST 4 acked records of orders-2");
        assert_eq!(
            text(MarkKind::Loss, 10, loss),
            "LOST 10 acknowledged records, 4 acked records of orders-2 among them"
        );
        assert_eq!(text(MarkKind::BrokerDown, 1, "broker 1 was fenced"), "broker 1 was fenced");
        assert_eq!(text(MarkKind::Fault, 3, "kill broker/1"), "kill broker/1, and 2 more");
        assert_eq!(text(MarkKind::Election, 14, "x"), "14 partitions: another leader, or none");
    }
}
