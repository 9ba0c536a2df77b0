//! Kafka's rules against what real brokers and controllers did, against their invariants, and against the figures.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "protocol/compaction.rs"]
mod compaction;
#[path = "protocol/controller.rs"]
mod controller;
#[path = "protocol/history.rs"]
mod history;
#[path = "protocol/invariants.rs"]
mod invariants;
#[path = "protocol/keys.rs"]
mod keys;
#[path = "protocol/latency.rs"]
mod latency;
#[path = "protocol/machines.rs"]
mod machines;
#[path = "protocol/processing.rs"]
mod processing;
#[path = "protocol/recovery.rs"]
mod recovery;
#[path = "protocol/replay.rs"]
mod replay;
#[path = "protocol/retention.rs"]
mod retention;
#[path = "protocol/scenarios.rs"]
mod scenarios;
#[path = "protocol/sessions.rs"]
mod sessions;
#[path = "protocol/throughput.rs"]
mod throughput;
