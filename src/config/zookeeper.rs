//! The settings of a server of ZooKeeper, each with its line.

use crate::config::{FileNote, Property, is_secret_key};
use crate::model::{Datum, Origin, Unknown, ZooKeeperServer};
use std::collections::BTreeMap;

/// A server's file that could be read.
#[derive(Clone, PartialEq, Debug)]
pub struct ZooKeeperFile {
    pub server: ZooKeeperServer,
    /// The line of each key.
    pub lines: BTreeMap<String, usize>,
    /// Keys set twice: worth a word.
    pub notes: Vec<FileNote>,
    /// Whether a secret stands in it as plain text.
    pub holds_secret: bool,
}

pub(super) fn zookeeper_of(file: &str, settings: Vec<Property>) -> ZooKeeperFile {
    let server = ZooKeeperServer { name: file.to_string(), settings: BTreeMap::new() };
    let mut read = ZooKeeperFile { server, lines: BTreeMap::new(), notes: Vec::new(), holds_secret: false };
    for Property { key, value, line, .. } in settings {
        let is_open = value.contains("${");
        let is_secret = is_secret_key(&key, None);
        read.holds_secret |= is_secret && !is_open && !value.is_empty();
        let setting = if is_open {
            Datum::unknown(Unknown::NotExposed(format!("something else fills in {key}")))
        } else if is_secret {
            Datum::unknown(Unknown::NotExposed(format!("{key} is kept secret")))
        } else {
            Datum::known(value, 0, Origin::File(file.to_string()))
        };
        if read.server.settings.insert(key.clone(), setting).is_some() {
            let text = format!("`{key}` is set again: the last one counts");
            read.notes.push(FileNote { file: file.to_string(), line: Some(line), text });
        }
        read.lines.insert(key, line);
    }
    read
}
