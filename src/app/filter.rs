//! What the user wants to see: words, `!word`, and comparisons such as `isr<min`, `leader:3` or `lag>1000`.

use crate::app::{ClusterSummary, GroupRow, Health};
use crate::model::{Cluster, Lag, PartitionIx};
use std::fmt::Write;

/// A filter; all its terms must hold.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Term {
    negated: bool,
    test: Test,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Test {
    /// The name contains it; capitals in it make case matter.
    Text {
        text: String,
        exact_case: bool,
    },
    Number(Field, Op, Operand),
    Is(Health),
    Topic(String),
    State(String),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Field {
    Isr,
    Replicas,
    Leader,
    On,
    HighWatermark,
    Lag,
    Members,
}

const FIELDS: [(&str, Field); 7] = [
    ("isr", Field::Isr),
    ("rf", Field::Replicas),
    ("leader", Field::Leader),
    ("on", Field::On),
    ("hw", Field::HighWatermark),
    ("lag", Field::Lag),
    ("members", Field::Members),
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Op {
    Less,
    Equal,
    Greater,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Operand {
    Number(i64),
    /// The effective minimum ISR.
    Min,
    Replicas,
}

impl Filter {
    /// Reads a filter. The error is one line that says what is allowed.
    pub fn parse(text: &str) -> Result<Filter, String> {
        let terms = text.split_whitespace().map(term).collect::<Result<_, _>>()?;
        Ok(Filter { text: text.trim().into(), terms })
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a thing that has only a name passes.
    pub fn passes_name(&self, name: &str) -> bool {
        self.terms.iter().all(|term| match &term.test {
            Test::Text { text, exact_case } => contains(name, text, *exact_case) != term.negated,
            _ => true,
        })
    }

    /// Whether a group passes.
    pub fn passes_group(&self, group: &GroupRow) -> bool {
        let test = |term: &Term| match &term.test {
            Test::Text { text, exact_case } => contains(&group.id, text, *exact_case),
            Test::State(state) => group.state.word().starts_with(state.as_str()),
            Test::Number(Field::Lag, op, Operand::Number(number)) => match group.lag {
                Lag::Records(lag) => compare(lag, *op, *number),
                Lag::NoCommit | Lag::Unknown => false,
            },
            Test::Number(Field::Members, op, Operand::Number(number)) => {
                group.members.is_some_and(|members| compare(i64::from(members), *op, *number))
            }
            _ => !term.negated,
        };
        self.terms.iter().all(|term| test(term) != term.negated)
    }

    /// The partitions that pass, in the order of the columns.
    pub fn partitions(&self, cluster: &Cluster, summary: &ClusterSummary) -> Vec<u32> {
        let all = 0..cluster.partitions.len() as u32;
        if self.is_empty() {
            return all.collect();
        }
        let mut name = String::new();
        all.filter(|ix| self.passes_partition(cluster, summary, PartitionIx(*ix), &mut name)).collect()
    }

    fn passes_partition(
        &self,
        cluster: &Cluster,
        summary: &ClusterSummary,
        ix: PartitionIx,
        name: &mut String,
    ) -> bool {
        let partition = cluster.partitions.view(ix);
        let topic = &cluster.topic(partition.topic()).name;
        self.terms.iter().all(|term| {
            let holds = match &term.test {
                Test::Text { text, exact_case } => {
                    name.clear();
                    let _ = write!(name, "{topic}-{}", partition.number());
                    contains(name, text, *exact_case)
                }
                Test::Topic(wanted) => **topic == **wanted,
                Test::Is(health) => summary.health_of(cluster, ix).name() == health.name(),
                Test::Number(Field::On, _, Operand::Number(id)) => {
                    partition.replicas().iter().any(|replica| i64::from(replica.0) == *id)
                }
                Test::Number(field, op, operand) => {
                    let left = number_of(cluster, *field, ix);
                    let right = operand_of(cluster, summary, *operand, ix);
                    left.zip(right).is_some_and(|(left, right)| compare(left, *op, right))
                }
                Test::State(_) => !term.negated,
            };
            holds != term.negated
        })
    }
}

fn number_of(cluster: &Cluster, field: Field, ix: PartitionIx) -> Option<i64> {
    let partition = cluster.partitions.view(ix);
    match field {
        Field::Isr => Some(partition.isr_len() as i64),
        Field::Replicas => Some(partition.replicas().len() as i64),
        Field::Leader => partition.leader().map(|id| i64::from(id.0)),
        Field::HighWatermark => partition.high_watermark(),
        Field::On | Field::Lag | Field::Members => None,
    }
}

fn operand_of(cluster: &Cluster, summary: &ClusterSummary, operand: Operand, ix: PartitionIx) -> Option<i64> {
    match operand {
        Operand::Number(number) => Some(number),
        Operand::Min => summary.min_isr(cluster, ix).map(i64::from),
        Operand::Replicas => Some(cluster.partitions.view(ix).replicas().len() as i64),
    }
}

fn compare(left: i64, op: Op, right: i64) -> bool {
    match op {
        Op::Less => left < right,
        Op::Equal => left == right,
        Op::Greater => left > right,
    }
}

fn contains(name: &str, text: &str, exact_case: bool) -> bool {
    if exact_case || name.is_ascii() && !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return name.contains(text);
    }
    name.to_lowercase().contains(text)
}

fn term(word: &str) -> Result<Term, String> {
    let (negated, word) = match word.strip_prefix('!') {
        Some(rest) if !rest.is_empty() => (true, rest),
        _ => (false, word),
    };
    Ok(Term { negated, test: test(word)? })
}

fn test(word: &str) -> Result<Test, String> {
    let Some(at) = word.find(['<', '>', '=', ':']) else { return Ok(as_text(word)) };
    let (key, rest) = word.split_at(at);
    let op = match &rest[..1] {
        "<" => Op::Less,
        ">" => Op::Greater,
        _ => Op::Equal,
    };
    let value = &rest[1..];
    if value.is_empty() {
        return Err(format!("`{word}` wants a value"));
    }
    match key {
        "is" => health(value),
        "topic" => Ok(Test::Topic(value.into())),
        "state" => Ok(Test::State(value.to_lowercase())),
        _ => {
            let field = FIELDS.iter().find(|(name, _)| *name == key).map(|(_, field)| *field);
            let field = field.ok_or_else(|| {
                format!(
                    "`{key}` cannot be compared: isr, rf, leader, on, hw, lag, members, topic, state or is"
                )
            })?;
            Ok(Test::Number(field, op, operand(value)?))
        }
    }
}

fn as_text(word: &str) -> Test {
    Test::Text { text: word.into(), exact_case: word.chars().any(char::is_uppercase) }
}

fn health(value: &str) -> Result<Test, String> {
    let found = Health::ALL.into_iter().find(|health| health.name().starts_with(value));
    found.map(Test::Is).ok_or_else(|| {
        format!("`is:{value}`: is no-leader, under-min, at-min, under-replicated, moved or ok")
    })
}

fn operand(value: &str) -> Result<Operand, String> {
    match value {
        "min" => Ok(Operand::Min),
        "rf" => Ok(Operand::Replicas),
        _ => {
            let number = value.replace([',', '_'], "").parse();
            number.map(Operand::Number).map_err(|_| format!("`{value}` is not a number, `min` or `rf`"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypothesis::reference;
    use crate::model::{GroupState, KafkaVersion, Partitions};

    fn found(filter: &str) -> Vec<u32> {
        let mut cluster = reference(KafkaVersion::REFERENCE);
        let mut rows = cluster.partitions.to_rows();
        rows[3].isr.truncate(1);
        rows[4].leader = None;
        cluster.partitions = Partitions::from_rows(&rows, cluster.partitions.elr.map(|_| ()));
        let summary = ClusterSummary::of(&cluster, &crate::app::LagHistory::default());
        Filter::parse(filter).unwrap().partitions(&cluster, &summary)
    }

    #[test]
    fn partitions_are_found_by_what_they_are() {
        assert_eq!(found("").len(), 12);
        assert_eq!(found("orders-1"), [1, 10, 11]);
        assert_eq!(found("ORDERS"), [0u32; 0]);
        assert_eq!(found("isr<rf"), [3]);
        assert_eq!(found("isr=min"), [3]);
        assert_eq!(found("is:no-leader"), [4]);
        assert_eq!(found("!is:ok"), [3, 4]);
        assert_eq!(found("on:1 !is:ok"), [3, 4]);
        assert_eq!(found("leader:1 orders").len() + found("!leader:1").len(), 12);
    }

    #[test]
    fn groups_are_found_by_lag() {
        let group = GroupRow {
            id: "billing".into(),
            state: GroupState::Empty,
            members: Some(0),
            lag: Lag::Records(1500),
            growth_per_s: None,
        };
        let passes = |filter: &str| Filter::parse(filter).unwrap().passes_group(&group);
        assert!(passes("bill lag>1,000 state:empty"));
        assert!(!passes("lag<1000"));
        assert!(passes("!lag<1000"));
        let unknown = GroupRow { lag: Lag::Unknown, ..group.clone() };
        assert!(!Filter::parse("lag>0").unwrap().passes_group(&unknown));
    }

    #[test]
    fn mistakes_are_told() {
        assert!(Filter::parse("size>3").unwrap_err().starts_with("`size` cannot be compared"));
        assert!(Filter::parse("lag>many").unwrap_err().starts_with("`many` is not a number"));
        assert!(Filter::parse("isr<").unwrap_err().contains("wants a value"));
    }
}
