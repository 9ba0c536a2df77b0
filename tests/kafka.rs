//! The read-only client against real brokers. Needs Java 17 and Maven (or KAFKA_HOME); `KLEVER_SKIP_KAFKA=1` skips.

#![allow(clippy::unwrap_used)]

#[path = "kafka/broker_states.rs"]
mod broker_states;
#[path = "kafka/check.rs"]
mod check;
#[path = "kafka/consequences.rs"]
mod consequences;
#[path = "kafka/faults.rs"]
mod faults;
#[path = "kafka/moving.rs"]
mod moving;
#[path = "kafka/process.rs"]
mod process;
#[path = "kafka/properties.rs"]
mod properties;
#[path = "kafka/proxy.rs"]
mod proxy;
#[path = "kafka/read_only.rs"]
mod read_only;
#[path = "kafka/rights.rs"]
mod rights;
#[path = "kafka/scale.rs"]
mod scale;
#[path = "kafka/security.rs"]
mod security;
#[path = "kafka/share_groups.rs"]
mod share_groups;
#[path = "kafka/shared.rs"]
mod shared;
#[path = "kafka/snapshot.rs"]
mod snapshot;
#[path = "kafka/stream.rs"]
mod stream;
#[path = "kafka/transports.rs"]
mod transports;
#[path = "kafka/tunnels.rs"]
mod tunnels;
