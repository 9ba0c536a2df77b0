//! What the engine might say. The screens here are about how it is shown, and must not change with its wording.

use klever::app::{
    AssessmentView, AxisLabel, Cell, CellStyle, Column, Consequence, Level, PageData, PageRequest, PageRow,
    Plot, Warning, WarningDelta,
};
use klever::consequences::{Derivation, Input};
use klever::model::BrokerId;
use std::cmp::Ordering;

/// An answer, with or without knobs moved.
pub(crate) fn assessment(knobs: bool) -> AssessmentView {
    let mut warnings = vec![
        warning("offline-partition", "critical", Level::Bad, "partition orders-7", WarningDelta::Unchanged),
        warning("min-isr-one", "high", Level::Bad, "topic orders", WarningDelta::Unchanged),
        warning("no-racks", "unknown", Level::Unknown, "cluster", WarningDelta::Unchanged),
    ];
    if knobs {
        warnings.insert(1, warning("acks-one", "high", Level::Bad, "producer defaults", WarningDelta::New));
        warnings.push(warning(
            "buffer-small",
            "medium",
            Level::Warn,
            "producer defaults",
            WarningDelta::Resolved,
        ));
    }
    let row = |id, label, now, was, change, level| consequence(knobs, id, label, (now, was), change, level);
    AssessmentView {
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
        next_break: Some("lose broker 1, then no writes on 12 partitions".into()),
        next_break_brokers: vec![BrokerId(1)],
        assumptions: Vec::new(),
        warnings,
        not_examined: vec!["No idempotent consumer (consumer settings)".into()],
    }
}

fn consequence(
    knobs: bool,
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
        was: (knobs && now != was).then(|| was.into()),
        change: if knobs { change } else { Ordering::Equal },
        level,
        headline: format!("{label}: what that means, in a sentence of some length that has to be broken"),
        affected: None,
        why: derivation(),
    }
}

fn warning(
    rule: &'static str,
    word: &'static str,
    level: Level,
    subject: &str,
    delta: WarningDelta,
) -> Warning {
    Warning {
        rule,
        title: "What it is",
        word,
        level,
        subject: subject.into(),
        evidence: "what was seen".into(),
        why: "why it matters".into(),
        fix: "what to do".into(),
        delta,
    }
}

fn derivation() -> Derivation {
    let input = |name: &str, value: &str, source: &str| Input {
        name: name.into(),
        value: value.into(),
        source: source.into(),
    };
    Derivation {
        formula: "acks=1: the leader alone has it when the producer hears of it, so 1 - 1 = 0".into(),
        inputs: vec![
            input("producer:acks", "1", "what-if"),
            input("topic:replication.factor", "3", "read from a broker"),
            input("topic:min.insync.replicas", "?", "unknown: denied, needs DescribeConfigs on Topic orders"),
        ],
        assumptions: vec!["failures are independent but for racks and the site".into()],
        knob: Some("acks=all".into()),
    }
}

/// What an explore page might show.
pub(crate) fn data(request: &PageRequest) -> PageData {
    match request.kind.title {
        "Compare" => compared(),
        "Frontier" => swept(),
        "Advice" => advised(),
        _ => rolled(),
    }
}

fn column(min: u16, max: u16) -> Column {
    Column {
        title: "",
        align: klever::app::Align::Left,
        min,
        max,
        drop: 0,
        names: false,
        once: false,
        flows: false,
    }
}

fn row(cells: &[(CellStyle, &str)], detail: &[&str]) -> PageRow {
    PageRow {
        key: cells[0].1.into(),
        cells: cells.iter().map(|(style, text)| Cell::new(*style, *text)).collect(),
        detail: detail.iter().map(|text| (CellStyle::Plain, text.to_string())).collect(),
        ..PageRow::default()
    }
}

fn compared() -> PageData {
    let knobs = row(
        &[
            (CellStyle::Strong, "acks"),
            (CellStyle::Plain, "all"),
            (CellStyle::Changed, "1"),
            (CellStyle::Plain, "all"),
            (CellStyle::Muted, "as it was"),
        ],
        &["producer:acks", "start: all", "pin 1: 1", "now: all"],
    );
    let worse = row(
        &[
            (CellStyle::Plain, "Acked data, disks"),
            (CellStyle::Plain, "1 (now 2)"),
            (CellStyle::Worse, "- 0"),
            (CellStyle::Worse, "- 0"),
            (CellStyle::Worse, "- worse, 1 fewer"),
        ],
        &["start: 1 (now 2)", "pin 1: 0  - worse, 1 fewer", "now: 0  - worse, 1 fewer"],
    );
    let better = row(
        &[
            (CellStyle::Plain, "Ack p50/p99"),
            (CellStyle::Plain, "8.0 / 12 ms"),
            (CellStyle::Better, "+ 2.1 / 8.0 ms"),
            (CellStyle::Better, "+ 4.0 / 6.0 ms"),
            (CellStyle::Better, "+ better, 50% less"),
        ],
        &["start: 8.0 / 12 ms"],
    );
    let same = row(
        &[
            (CellStyle::Plain, "Writes"),
            (CellStyle::Plain, "1"),
            (CellStyle::Plain, "1"),
            (CellStyle::Plain, "1"),
            (CellStyle::Muted, "the same"),
        ],
        &["start: 1"],
    );
    PageData {
        intro: vec![(CellStyle::Muted, "Against start: + better, - worse. What differs comes first.".into())],
        columns: vec![column(20, 26), column(13, 22), column(13, 22), column(13, 22), column(16, 30)],
        headings: ["", "start", "pin 1", "now", "now is"].map(String::from).to_vec(),
        rows: vec![knobs, worse, better, same],
        plot: None,
    }
}

fn swept() -> PageData {
    let point = |x: &str, y: &str, at, is_now| PageRow {
        at: Some(at),
        is_now,
        ..row(
            &[(CellStyle::Strong, x), (CellStyle::Strong, y), (CellStyle::Plain, "acks=1")],
            &["ack p99 3.1 / 8.0 ms, loss a year 0.81 /yr", "change acks=1, linger.ms=0"],
        )
    };
    let axis = |label: &str, worst: &str, best: &str| AxisLabel {
        label: label.into(),
        worst: worst.into(),
        best: best.into(),
    };
    PageData {
        intro: vec![(
            CellStyle::Muted,
            "312 settings tried. Up and right is better. @ you, o best trade-offs, . dominated".into(),
        )],
        columns: vec![column(13, 14), column(11, 13), column(16, 200)],
        headings: ["ack p99", "loss a year", "what to change"].map(String::from).to_vec(),
        rows: vec![
            point("40 / 120 ms", "2.9e-8 /yr", (0.0, 1.0), false),
            point("8.0 / 12 ms", "3.0e-4 /yr", (0.6, 0.7), true),
            point("2.1 / 8.0 ms", "0.81 /yr", (0.9, 0.1), false),
            point("0.1 / 0.5 ms", "1.0 /yr", (1.0, 0.0), false),
        ],
        plot: Some(Plot {
            x: axis("ack p50/p99", "40 / 120 ms", "0.1 / 0.5 ms"),
            y: axis("loss a year", "1.0 /yr", "2.9e-8 /yr"),
            dots: vec![(0.2, 0.1), (0.3, 0.5), (0.35, 0.52), (0.8, 0.05)],
        }),
    }
}

fn advised() -> PageData {
    let change = |name: &str, gain: &str, cost: (CellStyle, &str)| {
        row(
            &[(CellStyle::Strong, name), (CellStyle::Better, gain), cost],
            &["Loss a year: 3.0e-4 /yr -> 2.9e-8 /yr  + better, 10,000x less"],
        )
    };
    PageData {
        intro: vec![(CellStyle::Strong, "Objective: Loss a year, 3.0e-4 /yr now. One change each.".into())],
        columns: vec![column(24, 34), column(24, 30), column(12, 200)],
        headings: ["change", "what it brings", "what it costs"].map(String::from).to_vec(),
        rows: vec![
            change(
                "flush.messages=1",
                "+ 2.9e-8 /yr, 10,000x less",
                (CellStyle::Worse, "- Ack p50/p99, Throughput"),
            ),
            change(
                "min.insync.replicas=2",
                "+ 1.0e-4 /yr, 3.0x less",
                (CellStyle::Muted, "nothing that is measured"),
            ),
        ],
        plot: None,
    }
}

fn rolled() -> PageData {
    let broker = |id: &str, level: Level, word: &str, at_min: &str| {
        row(
            &[
                (CellStyle::Strong, id),
                (CellStyle::Status(level), word),
                (CellStyle::Muted, "0"),
                (CellStyle::Level(Level::Warn), at_min),
            ],
            &[
                "Broker 1 may stop, but the next failure stops writes on 12 partitions",
                "At their minimum ISR: orders-0",
            ],
        )
    };
    PageData {
        intro: vec![
            (CellStyle::Strong, "Order: 2, 1, one at a time".into()),
            (CellStyle::Plain, "Wait for: the broker is back in every ISR (no under-replicated partition), and the brokers lead their preferred partitions again".into()),
        ],
        columns: vec![column(6, 6), column(11, 12), column(7, 9), column(7, 9)],
        headings: ["broker", "verdict", "offline", "at min"].map(String::from).to_vec(),
        rows: vec![broker("1", Level::Warn, "AT FLOOR", "12"), broker("2", Level::Ok, "SAFE", "0")],
        plot: None,
    }
}
