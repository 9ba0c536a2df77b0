//! What the user wants to see: words, `!word`, and comparisons such as `isr<min`, `leader:3` or `lag>1000`.

use crate::app::App;
use std::ops::Range;

/// What rows of a pane can be compared by, beside the words of their text.
pub struct Field {
    /// As it is typed.
    pub(super) name: &'static str,
    pub(super) test: FieldTest,
}

/// How a row is compared.
pub(super) enum FieldTest {
    /// By a number of the row, with a number that was typed or another one of the row; what is not known never
    /// compares.
    Number(fn(&App, u32) -> Option<i64>),
    /// Whether a number that was typed is among several of the row.
    OneOf(fn(&App, u32, i64) -> bool),
    /// With a word that was typed: what is allowed when it is not one, and whether the row has it.
    Word(fn(&str) -> Result<(), String>, fn(&App, u32, &str) -> bool),
}

/// Allows every word.
pub(super) fn any_word(_: &str) -> Result<(), String> {
    Ok(())
}

/// More words make a filter that holds the screen on a large cluster.
const MAX_TERMS: usize = 12;

/// A filter; all its terms must hold.
#[derive(Clone, Default)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
}

#[derive(Clone)]
struct Term {
    negated: bool,
    test: Test,
}

#[derive(Clone)]
enum Test {
    /// The text contains it; capitals in it make case matter.
    Text {
        text: String,
        exact_case: bool,
    },
    Number(fn(&App, u32) -> Option<i64>, Op, Operand),
    OneOf(fn(&App, u32, i64) -> bool, i64),
    Word(fn(&App, u32, &str) -> bool, String),
}

#[derive(Clone, Copy)]
enum Op {
    Less,
    Equal,
    Greater,
}

#[derive(Clone, Copy)]
enum Operand {
    Typed(i64),
    /// Another number of the row.
    OfRow(fn(&App, u32) -> Option<i64>),
}

/// What is typed says all; it is read with the same fields, those of its pane.
impl PartialEq for Filter {
    fn eq(&self, other: &Filter) -> bool {
        self.text == other.text
    }
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Filter({:?})", self.text)
    }
}

impl Filter {
    /// Reads a filter over these fields. The error is one line that says what is allowed.
    pub(super) fn parse(text: &str, fields: &'static [Field]) -> Result<Filter, String> {
        if text.split_whitespace().count() > MAX_TERMS {
            return Err(format!("a filter has at most {MAX_TERMS} words"));
        }
        let terms = text.split_whitespace().map(|word| term(word, fields)).collect::<Result<_, _>>()?;
        Ok(Filter { text: text.trim().into(), terms })
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The items that pass; `write` writes the text in which words are looked for.
    pub(super) fn passing(
        &self,
        app: &App,
        items: Range<u32>,
        write: fn(&App, u32, &mut String),
    ) -> Vec<u32> {
        if self.is_empty() {
            return items.collect();
        }
        let reads_text = self.terms.iter().any(|term| matches!(term.test, Test::Text { .. }));
        let mut text = String::new();
        let passes = |item: &u32| {
            text.clear();
            if reads_text {
                write(app, *item, &mut text);
            }
            self.terms.iter().all(|term| term.test.holds(app, *item, &text) != term.negated)
        };
        items.filter(passes).collect()
    }
}

impl Test {
    fn holds(&self, app: &App, item: u32, row: &str) -> bool {
        match self {
            Test::Text { text, exact_case } => contains(row, text, *exact_case),
            Test::Number(number, op, operand) => {
                let right = match operand {
                    Operand::Typed(typed) => Some(*typed),
                    Operand::OfRow(other) => other(app, item),
                };
                number(app, item).zip(right).is_some_and(|(left, right)| compare(left, *op, right))
            }
            Test::OneOf(has, typed) => has(app, item, *typed),
            Test::Word(has, word) => has(app, item, word),
        }
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

fn term(word: &str, fields: &'static [Field]) -> Result<Term, String> {
    let (negated, word) = match word.strip_prefix('!') {
        Some(rest) if !rest.is_empty() => (true, rest),
        _ => (false, word),
    };
    Ok(Term { negated, test: test(word, fields)? })
}

fn test(word: &str, fields: &'static [Field]) -> Result<Test, String> {
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
    let field = fields.iter().find(|field| field.name == key).ok_or_else(|| not_a_field(key, fields))?;
    match field.test {
        FieldTest::Number(number) => Ok(Test::Number(number, op, operand(value, fields)?)),
        FieldTest::OneOf(has) => match number(value) {
            Some(typed) => Ok(Test::OneOf(has, typed)),
            None => Err(format!("`{value}` is not a number")),
        },
        FieldTest::Word(allows, has) => match allows(value) {
            Ok(()) => Ok(Test::Word(has, value.into())),
            Err(allowed) => Err(format!("`{word}`: {key} takes {allowed}")),
        },
    }
}

fn not_a_field(key: &str, fields: &[Field]) -> String {
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let allowed = if names.is_empty() { "only words are looked for".into() } else { names.join(", ") };
    format!("`{key}` cannot be compared here: {allowed}")
}

fn as_text(word: &str) -> Test {
    Test::Text { text: word.into(), exact_case: word.chars().any(char::is_uppercase) }
}

fn number(text: &str) -> Option<i64> {
    text.replace([',', '_'], "").parse().ok()
}

fn operand(value: &str, fields: &'static [Field]) -> Result<Operand, String> {
    if let Some(typed) = number(value) {
        return Ok(Operand::Typed(typed));
    }
    let mut names = Vec::new();
    for field in fields {
        let FieldTest::Number(number) = field.test else { continue };
        if field.name == value {
            return Ok(Operand::OfRow(number));
        }
        names.push(field.name);
    }
    Err(format!("`{value}` is not a number, nor one of {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Pane, tests::showing};
    use crate::hypothesis::reference;
    use crate::model::{KafkaVersion, Partitions};

    fn parse(pane: Pane, filter: &str) -> Result<Filter, String> {
        Filter::parse(filter, pane.declaration().fields)
    }

    fn found(filter: &str) -> Vec<u32> {
        let mut cluster = reference(KafkaVersion::REFERENCE);
        let mut rows = cluster.partitions.to_rows();
        rows[3].isr.truncate(1);
        rows[4].leader = None;
        cluster.partitions = Partitions::from_rows(&rows, cluster.partitions.elr.map(|_| ()));
        let filter = parse(Pane::Partitions, filter).unwrap();
        filter.passing(&showing(cluster), 0..12, Pane::Partitions.declaration().text)
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
        assert_eq!(found("topic:orders !topic:order").len(), 12);
        assert_eq!(found("leader:1 orders").len() + found("!leader:1").len(), 12);
    }

    #[test]
    fn mistakes_are_told() {
        let told = |filter: &str| parse(Pane::Partitions, filter).err().unwrap_or_default();
        assert_eq!(told("size>3"), "`size` cannot be compared here: isr, rf, min, leader, hw, on, topic, is");
        assert_eq!(told("isr>many"), "`many` is not a number, nor one of isr, rf, min, leader, hw");
        assert!(told("isr<").contains("wants a value") && told("on:here").contains("not a number"));
        assert!(told("is:fine").starts_with("`is:fine`: is takes lost, no-leader, leader-silent, under-min"));
        assert_eq!(told(&"is:ok ".repeat(13)), "a filter has at most 12 words");
        let told = parse(Pane::Warnings, "lag>1").unwrap_err();
        assert_eq!(told, "`lag` cannot be compared here: only words are looked for");
    }
}
