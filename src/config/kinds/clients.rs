//! Settings of a producer, of a consumer or of both, by Kafka's own names or by those of librdkafka.

use super::{Kind, librdkafka};
use crate::config::Property;
use crate::config::document::{Document, flat};
use crate::config::kind::{FileKind, kind_by_keys};
use crate::config::part::{Part, Parts};
use crate::config::tree::Broken;
use crate::knobs::{KeyScope, default_at, librdkafka_has};
use std::borrow::Cow;

pub(super) const PRODUCER: Kind = Kind {
    kind: FileKind::Producer,
    claims: |document| kind(document) == Some(FileKind::Producer),
    read: |document| parts(document, &[KeyScope::Producer]),
};

pub(super) const CONSUMER: Kind = Kind {
    kind: FileKind::Consumer,
    claims: |document| kind(document) == Some(FileKind::Consumer),
    read: |document| parts(document, &[KeyScope::Consumer]),
};

pub(super) const BOTH: Kind = Kind {
    kind: FileKind::ProducerAndConsumer,
    claims: |document| kind(document) == Some(FileKind::ProducerAndConsumer),
    read: |document| parts(document, &[KeyScope::Producer, KeyScope::Consumer]),
};

/// A document as the settings of one client of this kind, whatever else it may be.
pub(in crate::config) fn parts_of_one(scope: KeyScope, document: &Document) -> Result<Parts, Broken> {
    parts(document, &[scope])
}

fn parts(document: &Document, scopes: &[KeyScope]) -> Result<Parts, Broken> {
    let settings = settings(document);
    let mut parts = Parts::default();
    for (at, scope) in scopes.iter().enumerate() {
        let others = if scopes.len() > 1 { Some(at > 0) } else { None };
        let own: Vec<Property> =
            settings.iter().filter(|one| belongs(*scope, &one.key, others)).cloned().collect();
        if librdkafka::is_told(&settings) {
            parts.extend(librdkafka::parts(*scope, &own));
        } else {
            parts.extend(Parts::of(vec![Part::new(*scope, "", 1, own)]));
        }
    }
    Ok(parts)
}

/// In a file of two clients what belongs to the other one is no mistake, and what belongs to neither is told once.
fn belongs(scope: KeyScope, key: &str, is_second: Option<bool>) -> bool {
    let Some(is_second) = is_second else { return true };
    let of = |scope| default_at(scope, key).is_some() || librdkafka_has(scope, key);
    of(scope) || (!is_second && !of(KeyScope::Producer) && !of(KeyScope::Consumer))
}

/// Properties as they are; of a tree its values by their own names, those of one map around them aside.
fn settings(document: &Document) -> Cow<'_, [Property]> {
    match document {
        Document::Properties(properties) | Document::Variables(properties) => Cow::Borrowed(properties),
        Document::Tree(documents) if documents.len() == 1 => Cow::Owned(flat(&documents[0])),
        _ => Cow::Owned(Vec::new()),
    }
}

fn kind(document: &Document) -> Option<FileKind> {
    let settings = settings(document);
    if matches!(document, Document::Variables(_)) || kind_by_keys(&settings).is_some() {
        return None;
    }
    let count = |is: &dyn Fn(&str) -> bool| settings.iter().filter(|one| is(&one.key)).count();
    let of = |scope: KeyScope, key: &str| default_at(scope, key).is_some() || librdkafka_has(scope, key);
    let (produces, consumes) = (KeyScope::Producer, KeyScope::Consumer);
    let shared = |key: &str| of(produces, key) && of(consumes, key);
    let producer = count(&|key| of(produces, key) && !shared(key));
    let consumer = count(&|key| of(consumes, key) && !shared(key));
    let client = |key: &str| of(produces, key) || of(consumes, key);
    let others = [KeyScope::Topic, KeyScope::Broker];
    let other = others.map(|scope| count(&|key| !client(key) && default_at(scope, key).is_some()));
    if producer.max(consumer) == 0 || other.iter().any(|other| *other > producer + consumer) {
        return None;
    }
    Some(match (producer, consumer) {
        (_, 0) => FileKind::Producer,
        (0, _) => FileKind::Consumer,
        _ => FileKind::ProducerAndConsumer,
    })
}
