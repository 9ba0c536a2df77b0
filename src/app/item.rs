//! Something of a cluster that has a page of its own.

use crate::model::BrokerId;
use std::sync::Arc;

/// Something of a cluster that has a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Item {
    Broker(BrokerId),
    Topic(Arc<str>),
    /// By its name, such as `orders-3`.
    Partition(String),
    Group(Arc<str>),
    /// A member of a group, by its place among them.
    Member(Arc<str>, usize),
}

impl Item {
    /// What its page is called.
    pub(super) fn title(&self) -> String {
        match self {
            Item::Broker(id) => format!("Broker {id}"),
            Item::Topic(name) => format!("Topic {name}"),
            Item::Partition(name) => format!("Partition {name}"),
            Item::Group(id) => format!("Group {id}"),
            Item::Member(_, at) => format!("Member {}", at + 1),
        }
    }
}
