//! What a client's file survives: restarts, crashes and lost racks as the simulator played them, as text and as JSON.

use crate::model::{human_count, human_duration_ms, plural};
use crate::report::clean;
use crate::report::layout::labelled;
use serde_json::{Value, json};

/// What is played to a client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SurvivalTest {
    /// Every broker is restarted in order, one after the other.
    Roll,
    /// Every broker crashes once, one after the other.
    Broker,
    /// Every rack loses its power once, one after the other.
    Rack,
}

impl SurvivalTest {
    /// As `--survives` has it.
    pub fn word(self) -> &'static str {
        match self {
            SurvivalTest::Roll => "roll",
            SurvivalTest::Broker => "broker",
            SurvivalTest::Rack => "rack",
        }
    }

    fn doc(self) -> &'static str {
        match self {
            SurvivalTest::Roll => "every broker restarted in turn",
            SurvivalTest::Broker => "every broker crashed in turn",
            SurvivalTest::Rack => "every rack without power in turn",
        }
    }
}

/// What can give way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Harm {
    /// Acknowledged and gone.
    Lost,
    /// The application was told that they failed.
    Refused,
    /// More than once in the log.
    Doubled,
    /// Processed again by a consumer.
    ReadAgain,
    /// Committed by a consumer, or deleted, and never processed: lost for its group.
    PassedOver,
}

impl Harm {
    /// As JSON has it.
    pub fn word(self) -> &'static str {
        match self {
            Harm::Lost => "lost",
            Harm::Refused => "refused",
            Harm::Doubled => "doubled",
            Harm::ReadAgain => "read_again",
            Harm::PassedOver => "passed_over",
        }
    }

    fn doc(self) -> &'static str {
        match self {
            Harm::Lost => "acknowledged records LOST",
            Harm::Refused => "records refused: the application was told that they failed",
            Harm::Doubled => "records written more than once",
            Harm::ReadAgain => "records read again",
            Harm::PassedOver => "records committed or deleted and never processed",
        }
    }
}

/// What came of one test.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SurvivalCounts {
    pub acked: u64,
    pub refused: u64,
    pub lost: u64,
    pub doubled: u64,
    /// Records that members processed, and how many of these were processed before.
    pub read: u64,
    pub read_again: u64,
    /// Records that they never will.
    pub passed_over: u64,
    /// Time in which writes waited more than a second or failed, somewhere.
    pub write_unavailable_ms: u64,
}

impl SurvivalCounts {
    /// How many records came to this harm.
    pub fn of(&self, harm: Harm) -> u64 {
        match harm {
            Harm::Lost => self.lost,
            Harm::Refused => self.refused,
            Harm::Doubled => self.doubled,
            Harm::ReadAgain => self.read_again,
            Harm::PassedOver => self.passed_over,
        }
    }
}

/// A kind of harm that came, and the change of one knob with which it did not come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GaveWay {
    pub harm: Harm,
    pub records: u64,
    /// The change, as `--set` takes it; `None` where none of those that were tried helps alone.
    pub change: Option<String>,
    /// How many changes were tried.
    pub tried: usize,
    /// Whether there are changes that nobody tried, because it was interrupted: one of them may help.
    pub is_open: bool,
}

/// One client in one test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Survival {
    /// `producer pay.properties`
    pub client: String,
    pub test: SurvivalTest,
    /// What came of it, or why it was not played to its end.
    pub counts: Result<SurvivalCounts, String>,
    pub gave_way: Vec<GaveWay>,
}

/// What clients survive, on which cluster, and what was assumed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Survivals {
    /// `the reference cluster: 3 brokers, 12 partitions`
    pub cluster: String,
    pub seed: u64,
    pub all: Vec<Survival>,
    pub assumptions: Vec<String>,
    /// Whether somebody ended it before everything was played.
    pub is_interrupted: bool,
}

/// Columns of a label.
const LABEL: usize = 8;

/// What clients survive, as text.
pub fn survivals_text(of: &Survivals) -> String {
    let mut out = String::new();
    labelled(
        &mut out,
        0,
        "",
        0,
        &clean(&format!("What the clients survive on {}, seed {}:", of.cluster, of.seed)),
    );
    for client in of.all.chunk_by(|a, b| a.client == b.client) {
        out.push_str(&format!("\n{}\n", clean(&client[0].client)));
        client.iter().for_each(|one| push(&mut out, one));
    }
    out.push_str("\nAssumed:\n");
    of.assumptions.iter().for_each(|text| labelled(&mut out, 2, "- ", 2, &clean(text)));
    out
}

fn push(out: &mut String, one: &Survival) {
    let counts = match &one.counts {
        Ok(counts) => counts,
        Err(why) => {
            let text = clean(&format!("UNKNOWN, {}: {why}", one.test.doc()));
            return labelled(out, 2, one.test.word(), LABEL, &text);
        }
    };
    labelled(out, 2, one.test.word(), LABEL, &format!("{}: {}", one.test.doc(), passed(one, counts)));
    for gave_way in &one.gave_way {
        let records = human_count(gave_way.records as i64);
        labelled(out, 2, "", LABEL, &format!("{records} {}", gave_way.harm.doc()));
        labelled(out, 2, "", LABEL, &way_out(gave_way));
    }
}

fn passed(one: &Survival, counts: &SurvivalCounts) -> String {
    let verdict = if one.gave_way.is_empty() { "nothing gave way" } else { "not survived" };
    let (acked, read) = (human_count(counts.acked as i64), human_count(counts.read as i64));
    let waited = match counts.write_unavailable_ms {
        0 => String::new(),
        ms => format!("; writes waited for {} somewhere", human_duration_ms(ms as i64)),
    };
    format!("{verdict}, {acked} records acknowledged, {read} read{waited}")
}

fn way_out(one: &GaveWay) -> String {
    match &one.change {
        Some(change) => format!("with {change} none, all else as it is (played again)"),
        None if one.is_open => {
            format!("interrupted after {}: whether one helps is not known", plural(one.tried, "change"))
        }
        None => format!("no single change helps of {} that were played", plural(one.tried, "change")),
    }
}

/// What clients survive, as a part of `klever.findings/1`.
pub(super) fn survivals_json(of: &Survivals) -> Value {
    json!({
        "cluster": of.cluster,
        "seed": of.seed,
        "interrupted": of.is_interrupted,
        "clients": of.all.iter().map(survival_json).collect::<Vec<Value>>(),
        "assumptions": of.assumptions,
    })
}

fn survival_json(one: &Survival) -> Value {
    let gave_way: Vec<Value> = one
        .gave_way
        .iter()
        .map(|one| {
            json!({
                "harm": one.harm.word(), "records": one.records, "change": one.change, "tried": one.tried,
                "all_tried": !one.is_open,
            })
        })
        .collect();
    let counts = one.counts.as_ref().ok();
    json!({
        "client": one.client,
        "test": one.test.word(),
        "survived": counts.map(|_| one.gave_way.is_empty()),
        "unknown": one.counts.as_ref().err(),
        "acked": counts.map(|counts| counts.acked),
        "refused": counts.map(|counts| counts.refused),
        "lost": counts.map(|counts| counts.lost),
        "doubled": counts.map(|counts| counts.doubled),
        "read": counts.map(|counts| counts.read),
        "read_again": counts.map(|counts| counts.read_again),
        "passed_over": counts.map(|counts| counts.passed_over),
        "write_unavailable_ms": counts.map(|counts| counts.write_unavailable_ms),
        "gave_way": gave_way,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gave_way_and_what_would_not_is_told_and_unknown_is_null() {
        let lost = GaveWay {
            harm: Harm::Lost,
            records: 12,
            change: Some("producer:acks=all".into()),
            tried: 1,
            is_open: false,
        };
        let doubled = GaveWay { harm: Harm::Doubled, records: 2, change: None, tried: 3, is_open: true };
        let counts = SurvivalCounts { acked: 1000, lost: 12, ..SurvivalCounts::default() };
        let client = "producer pay.properties".to_string();
        let of = Survivals {
            cluster: "a cluster".into(),
            seed: 1,
            all: vec![
                Survival {
                    client: client.clone(),
                    test: SurvivalTest::Broker,
                    counts: Ok(counts),
                    gave_way: vec![lost, doubled],
                },
                Survival {
                    client,
                    test: SurvivalTest::Rack,
                    counts: Err("no racks".into()),
                    gave_way: Vec::new(),
                },
            ],
            assumptions: vec!["the load".into()],
            is_interrupted: true,
        };
        let text = survivals_text(&of);
        assert!(text.contains("  broker  every broker crashed in turn: not survived"), "{text}");
        assert!(
            text.contains("12 acknowledged records LOST") && text.contains("with producer:acks=all none"),
            "{text}"
        );
        assert!(text.contains("  rack    UNKNOWN, every rack without power in turn: no racks"), "{text}");
        assert!(text.contains("interrupted after 3 changes: whether one helps is not known"), "{text}");
        let json = survivals_json(&of);
        assert_eq!(
            (&json["interrupted"], &json["clients"][0]["gave_way"][1]["all_tried"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(json["clients"][0]["survived"], false);
        assert!(json["clients"][1]["survived"].is_null() && json["clients"][1]["lost"].is_null());
    }
}
