//! Terraform: topics of the providers Mongey/kafka and confluentinc/confluent.

use super::Kind;
use crate::config::Property;
use crate::config::document::Document;
use crate::config::kind::FileKind;
use crate::config::part::{FILLED_IN, PARTITIONS, Part, Parts, REPLICATION_FACTOR};
use crate::knobs::KeyScope;
use hcl_edit::Span;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, Body};

pub(super) const KIND: Kind = Kind {
    kind: FileKind::TerraformTopics,
    claims: |document| matches!(document, Document::Terraform { body, .. } if topics(body).next().is_some()),
    read: |document| Ok(parts(document)),
};

/// Resources that are topics.
const RESOURCES: [&str; 2] = ["kafka_topic", "confluent_kafka_topic"];

fn topics(body: &Body) -> impl Iterator<Item = &Block> {
    let is_topic = |block: &&Block| {
        let label = block.labels.first().map(|label| label.as_str());
        block.has_ident("resource") && label.is_some_and(|label| RESOURCES.contains(&label))
    };
    body.blocks().filter(is_topic)
}

fn parts(document: &Document) -> Parts {
    let Document::Terraform { body, text } = document else { return Parts::default() };
    let lines = Lines::of(text);
    Parts::of(topics(body).map(|block| topic(block, &lines)).collect())
}

fn topic(block: &Block, lines: &Lines) -> Part {
    let line = lines.of_span(block);
    let text = |key: &str| {
        block.body.get_attribute(key).map(|attribute| (text_of(&attribute.value), lines.of_span(attribute)))
    };
    let mut settings = Vec::new();
    let names = [
        ("partitions", PARTITIONS),
        ("partitions_count", PARTITIONS),
        ("replication_factor", REPLICATION_FACTOR),
    ];
    for (name, key) in names {
        settings.extend(text(name).map(|(value, line)| Property::new(key, value, line)));
    }
    if block.labels.first().is_some_and(|label| label.as_str() == "confluent_kafka_topic") {
        // Confluent Cloud has three replicas of everything.
        settings.push(Property::new(REPLICATION_FACTOR, "3", line));
    }
    if let Some(attribute) = block.body.get_attribute("config") {
        settings.extend(config(&attribute.value, lines));
    }
    let label = block.labels.get(1).map_or("", |label| label.as_str());
    let name =
        text("name").or_else(|| text("topic_name")).map(|(name, _)| name).filter(|name| name != FILLED_IN);
    Part::new(KeyScope::Topic, name.unwrap_or_else(|| label.to_string()), line, settings)
}

/// The entries of an object; whatever else makes the configuration is not known.
fn config(value: &Expression, lines: &Lines) -> Vec<Property> {
    let Expression::Object(object) = value else {
        return vec![Property::new("config", FILLED_IN, lines.of_span(value))];
    };
    let entry = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
        let key = match key {
            ObjectKey::Ident(name) => name.to_string(),
            ObjectKey::Expression(expression) => text_of(expression),
        };
        Property::new(key.trim(), text_of(value.expr()), lines.of_span(value.expr()))
    };
    object.iter().map(entry).collect()
}

/// A literal as text; anything that Terraform works out is filled in by it.
fn text_of(value: &Expression) -> String {
    match value {
        Expression::String(text) => text.to_string(),
        Expression::Number(number) => number.value().to_string(),
        Expression::Bool(on) => on.to_string(),
        Expression::Parenthesis(inside) => text_of(inside.inner()),
        _ => FILLED_IN.to_string(),
    }
    .trim()
    .to_string()
}

/// Where lines begin, to tell the line of a place in the text.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Lines(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    fn of_span(&self, of: &impl Span) -> usize {
        let start = of.span().map_or(0, |span| span.start);
        self.0.partition_point(|end| *end < start) + 1
    }
}
