//! Kafka's rules against what real brokers and controllers did, and against their invariants.

#[path = "protocol/controller.rs"]
mod controller;
#[path = "protocol/replay.rs"]
mod replay;
