//! Two snapshots side by side as text and as `klever.diff/1`.

use super::{Direction, SnapshotDiff, SnapshotDifference};
use crate::model::{Cluster, human_duration_ms};
use crate::report::clean;
use crate::report::findings::heading;
use crate::report::json::document;
use crate::report::layout::labelled;
use serde_json::{Value, json};

/// Differences of one direction that the text lists.
const LISTED: usize = 40;

/// What differs, for people: what got riskier first.
pub fn diff_text(now: &Cluster, diff: &SnapshotDiff) -> String {
    let mut out = heading(now);
    let span = human_duration_ms(diff.later_by_ms.abs());
    let order = if diff.later_by_ms < 0 { "OLDER than the first, by" } else { "later than the first by" };
    out.push_str(&format!("The second snapshot is {order} {span}\n"));
    let parts = [
        (Direction::Riskier, "Riskier", "-"),
        (Direction::Better, "Better", "+"),
        (Direction::Changed, "Changed", "~"),
        (Direction::Unseen, "Not seen by one of them or both: unknown, not a change", "?"),
    ];
    for (direction, title, mark) in parts {
        push(&mut out, diff, direction, title, mark);
    }
    let count = |direction: Direction| diff.of(direction).count();
    let counts = format!(
        "{} riskier, {} better, {} changed, {} not seen",
        count(Direction::Riskier),
        count(Direction::Better),
        count(Direction::Changed),
        count(Direction::Unseen)
    );
    out.push_str(&format!("\n{}: {counts}\n", diff.verdict().to_uppercase()));
    out
}

fn push(out: &mut String, diff: &SnapshotDiff, direction: Direction, title: &str, mark: &str) {
    let all = diff.of(direction).count();
    if all == 0 {
        return;
    }
    out.push_str(&format!("\n{title}\n"));
    for one in diff.of(direction).take(LISTED) {
        labelled(out, 2, mark, 2, &clean(&sentence(one)));
    }
    if all > LISTED {
        out.push_str(&format!("  ... and {} more (--format json has all)\n", all - LISTED));
    }
}

/// `isr orders-3: [1 2 3] -> [1 2]`
fn sentence(one: &SnapshotDifference) -> String {
    let side = |text: &Option<String>, unknown: &Option<String>| match (text, unknown) {
        (Some(text), _) => text.clone(),
        (None, Some(reason)) => format!("? ({reason})"),
        (None, None) => if one.direction == Direction::Unseen { "?" } else { "-" }.into(),
    };
    let SnapshotDifference { kind, subject, was, now, unknown, .. } = one;
    let (was, now) = (side(was, &unknown[0]), side(now, &unknown[1]));
    // The subject of most kinds says what it is.
    let lead = if matches!(*kind, "isr" | "leader" | "replicas" | "finding") { kind } else { "" };
    let words = format!("{lead} {subject}: {was} -> {now}");
    words.trim_start().to_string()
}

/// `klever.diff/1`.
pub fn diff_json(was: &Cluster, now: &Cluster, diff: &SnapshotDiff) -> String {
    let of = |direction: Direction| diff.of(direction).map(value).collect::<Vec<Value>>();
    document(json!({
        "schema": "klever.diff/1",
        "cluster_id": was.id.get().filter(|id| now.id.get() == Some(id)),
        "was": {"taken_at": was.taken_at},
        "now": {"taken_at": now.taken_at},
        "verdict": diff.verdict(),
        "riskier": of(Direction::Riskier),
        "better": of(Direction::Better),
        "changed": of(Direction::Changed),
        "unseen": of(Direction::Unseen),
    }))
}

fn value(one: &SnapshotDifference) -> Value {
    let SnapshotDifference { kind, subject, was, now, unknown: [was_unknown, now_unknown], .. } = one;
    let mut value = json!({ "kind": kind, "subject": subject, "was": was, "now": now });
    if one.direction == Direction::Unseen {
        value["was_unknown_because"] = json!(was_unknown);
        value["now_unknown_because"] = json!(now_unknown);
    }
    value
}
