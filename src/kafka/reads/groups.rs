//! Groups as brokers list them, and with their members.

use crate::kafka::CallError;
use crate::model::{BrokerId, GroupState};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A group as its coordinator lists it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GroupListing {
    /// `group.id`.
    pub id: Arc<str>,
    pub state: GroupState,
    /// `classic`, `consumer` (KIP-848), `share`, `streams` or what comes after these; `None` when the broker does not
    /// say.
    pub group_type: Option<Arc<str>>,
}

impl GroupListing {
    /// Whether it speaks KIP-848's protocol.
    pub fn is_modern(&self) -> bool {
        self.group_type.as_deref() == Some("consumer")
    }
}

/// A member of a group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MemberDescription {
    /// `client.id`.
    pub client_id: String,
    /// Where it connects from.
    pub host: String,
    /// `group.instance.id`.
    pub instance_id: Option<String>,
    pub assigned: Vec<(Arc<str>, i32)>,
}

/// A group with its members.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GroupDescription {
    /// `group.id`.
    pub id: Arc<str>,
    /// The broker that coordinates it, if told.
    pub coordinator: Option<BrokerId>,
    pub state: GroupState,
    /// `consumer`, `connect`...; empty when it has no members or speaks KIP-848.
    pub protocol_type: String,
    pub members: Vec<MemberDescription>,
}

/// Groups as each broker lists them, and with members as far as they could be had.
#[derive(Default, Serialize, Deserialize)]
pub struct GroupsRead {
    pub listed: Vec<(BrokerId, Result<Vec<GroupListing>, CallError>)>,
    /// Why groups of the classic protocol, Connect's included, are not among `described`.
    pub classic_error: Option<CallError>,
    /// Those that were described, by id.
    pub described: BTreeMap<Arc<str>, GroupDescription>,
}
