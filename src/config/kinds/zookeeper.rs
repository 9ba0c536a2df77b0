//! `zoo.cfg`, or Kafka's own `zookeeper.properties`, of a server of ZooKeeper.

use super::Kind;
use crate::config::Property;
use crate::config::document::Document;
use crate::config::kind::{FileKind, kind_by_keys};
use crate::config::part::{Parts, value_or_filled_in};
use crate::config::tree::Broken;

pub(super) const KIND: Kind = Kind {
    kind: FileKind::ZooKeeper,
    claims: |document| document.properties().and_then(kind_by_keys) == Some(FileKind::ZooKeeper),
    read: parts,
};

/// Those of which ZooKeeper reads a whole number (`QuorumPeerConfig.parseProperties`).
const NUMBERS: [&str; 9] = [
    "tickTime",
    "initLimit",
    "syncLimit",
    "clientPort",
    "secureClientPort",
    "minSessionTimeout",
    "maxSessionTimeout",
    "autopurge.snapRetainCount",
    "autopurge.purgeInterval",
];

/// Beside these any key is one of Java's, for ZooKeeper or what is plugged into it.
fn parts(document: &Document) -> Result<Parts, Broken> {
    let mut parts = Parts::default();
    let mut settings: Vec<Property> = document.properties().unwrap_or_default().to_vec();
    for property in &mut settings {
        property.value = value_or_filled_in(property.value.trim()).to_string();
        let is_open = property.value.contains("${");
        if NUMBERS.contains(&property.key.as_str()) && !is_open && property.value.parse::<i32>().is_err() {
            let why = "ZooKeeper takes a whole number here, and does not start with anything else";
            return Err((property.line, format!("{}: {why}", property.key)));
        }
    }
    parts.zookeepers.push(settings);
    Ok(parts)
}
