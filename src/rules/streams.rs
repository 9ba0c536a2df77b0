//! Chapter 16: topics and groups of Kafka Streams applications.

pub(super) mod changelog_compacts_late;
pub(super) mod repartition_compacted;
pub(super) mod repartition_retention_finite;
pub(super) mod streams_no_static_membership;
pub(super) mod streams_topics_many;
pub(super) mod streams_topics_orphaned;
