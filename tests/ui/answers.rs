//! What the engine might say. The screens here are about how it is shown, and must not change with its wording.

use klever::app::{Consequence, Judgement, Level, Under, Warning};
use std::cmp::Ordering;

/// An answer, with or without levers moved.
pub fn judgement(levers: bool) -> Judgement {
    let mut warnings = vec![
        warning("offline-partition", "critical", Level::Bad, "partition orders-7", Under::Both),
        warning("min-isr-one", "high", Level::Bad, "topic orders", Under::Both),
        warning("no-racks", "unknown", Level::Unknown, "cluster", Under::Both),
    ];
    if levers {
        warnings.insert(1, warning("acks-one", "high", Level::Bad, "producer defaults", Under::New));
        warnings.push(warning("buffer-small", "medium", Level::Warn, "producer defaults", Under::Gone));
    }
    let row = |id, label, now, was, change, level| consequence(levers, id, label, (now, was), change, level);
    Judgement {
        subject: "cluster".into(),
        consequences: vec![
            row("durability.crash", "Acked data, crashes", "0", "any", Ordering::Less, Level::Bad),
            row("writes.crash", "Writes", "2 (now 1)", "2 (now 0)", Ordering::Greater, Level::Warn),
            row("reads.crash", "Reads", "2", "2", Ordering::Equal, Level::Ok),
            row("durability.loss", "Loss a year", "?", "?", Ordering::Equal, Level::Unknown),
            row(
                "latency.ack",
                "Ack p50/p99",
                "2.1 / 8.0 ms",
                "6.1 / 19 ms",
                Ordering::Greater,
                Level::Notice,
            ),
        ],
        next_break: Some("lose broker 1 -> no writes on 12 partitions".into()),
        assumptions: Vec::new(),
        warnings,
        not_examined: vec!["No idempotent consumer (consumer settings)".into()],
    }
}

fn consequence(
    levers: bool,
    id: &'static str,
    label: &str,
    (now, was): (&str, &str),
    change: Ordering,
    level: Level,
) -> Consequence {
    Consequence {
        id,
        label: label.into(),
        now: now.into(),
        was: (levers && now != was).then(|| was.into()),
        change: if levers { change } else { Ordering::Equal },
        level,
        headline: format!("{label}: what that means, in a sentence of some length that has to be broken"),
        why: vec!["acks=1: the leader alone".into()],
    }
}

fn warning(rule: &'static str, word: &'static str, level: Level, subject: &str, under: Under) -> Warning {
    Warning {
        rule,
        title: "What it is",
        word,
        level,
        subject: subject.into(),
        evidence: "what was seen".into(),
        why: "why it matters".into(),
        fix: "what to do".into(),
        under,
    }
}
