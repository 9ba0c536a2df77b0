//! `server.properties` of a broker or a controller.

use super::Kind;
use crate::config::document::Document;
use crate::config::kind::{FileKind, kind_by_keys};
use crate::config::part::{Part, Parts};
use crate::knobs::KeyScope;

pub(super) const KIND: Kind = Kind {
    kind: FileKind::ServerProperties,
    claims: |document| document.properties().and_then(kind_by_keys) == Some(FileKind::ServerProperties),
    read: |document| Ok(parts(document)),
};

fn parts(document: &Document) -> Parts {
    let settings = document.properties().unwrap_or_default().to_vec();
    Parts::of(vec![Part::new(KeyScope::Broker, "", 1, settings)])
}
