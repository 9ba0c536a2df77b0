//! Every kind of file that klever reads: one file a kind, one table from which detection, help and messages derive.

mod clients;
mod compose;
mod connect;
mod connector;
mod environment;
mod gitops;
mod kubernetes;
mod librdkafka;
mod mirror_maker;
mod quarkus;
mod server_properties;
mod spring;
mod spring_stream;
mod streams;
mod strimzi;
mod terraform;
mod topicctl;
mod zookeeper;

use crate::config::document::Document;
use crate::config::kind::FileKind;
use crate::config::part::Parts;
use crate::config::tree::Broken;

pub(super) use clients::parts_of_one;

/// A kind of file that klever reads.
pub(super) struct Kind {
    pub kind: FileKind,
    /// Whether a document is of this kind; the first one of [`KINDS`] that says so has it.
    pub claims: fn(&Document) -> bool,
    /// What stands in it.
    pub read: fn(&Document) -> Result<Parts, Broken>,
}

/// Those whose marks are the surest come first.
pub(super) const KINDS: &[&Kind] = &[
    &strimzi::KIND,
    &kubernetes::KIND,
    &compose::KIND,
    &terraform::KIND,
    &topicctl::KIND,
    &gitops::KIND,
    &environment::KIND,
    &connector::KIND,
    &connect::KIND,
    &mirror_maker::KIND,
    &spring::KIND,
    &quarkus::KIND,
    &streams::KIND,
    &server_properties::KIND,
    &zookeeper::KIND,
    &clients::PRODUCER,
    &clients::CONSUMER,
    &clients::BOTH,
];

/// The kind of a document, among those that klever reads.
pub(super) fn kind_of(document: &Document) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| (kind.claims)(document)).copied()
}

/// All kinds in words, for help and errors.
pub fn kinds_read() -> String {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.kind.name()).collect();
    names.join(", ")
}
