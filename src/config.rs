//! Files that the user gives: how they are read, and the configuration of clients and brokers checked against Kafka's own ConfigDef.

mod broker;
mod client;
mod document;
mod file;
mod host;
mod input;
mod kind;
mod kinds;
mod part;
mod properties;
pub mod settings;
mod shown;
mod topic;
mod tree;
mod zookeeper;

pub use broker::{BrokerFile, read_broker};
pub use client::{ClientFile, read_client};
pub use file::{ConfigFile, FileUse, NotRead, Placed, read_file};
pub use host::read_hosts;
pub use input::{InputError, InputKind, read_input};
pub use kind::FileKind;
pub use kinds::kinds_read;
pub use properties::{BYTE_ORDER_MARK, Property, parse_properties, properties_text};
pub use shown::{HIDDEN, is_key_shaped, is_secret_key, without_credentials};
pub use topic::TopicFile;
pub use zookeeper::ZooKeeperFile;

use std::fmt;

/// What is wrong with a file that the user gave, or worth a word: `file:line: text`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileNote {
    /// The file's name as given.
    pub file: String,
    /// Its line, from 1; `None` for the file as a whole.
    pub line: Option<usize>,
    /// What it is, in one line.
    pub text: String,
}

impl fmt::Display for FileNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.text),
            None => write!(f, "{}: {}", self.file, self.text),
        }
    }
}

impl std::error::Error for FileNote {}
