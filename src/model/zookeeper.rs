//! A server of ZooKeeper by its own configuration.

use crate::model::Datum;
use std::collections::BTreeMap;

/// One server's `zoo.cfg`.
#[derive(Clone, PartialEq, Debug)]
pub struct ZooKeeperServer {
    /// What findings call it.
    pub name: String,
    /// Its settings by key; unknown where something else fills in the value.
    pub settings: BTreeMap<String, Datum<String>>,
}

impl ZooKeeperServer {
    /// A setting; a known `None` where the file does not have it.
    pub fn setting(&self, key: &str) -> Datum<Option<String>> {
        self.settings
            .get(key)
            .map_or_else(|| self.absent(), |value| value.map(|text| Some(text.trim().to_string())))
    }

    /// A setting that is a number; what is no number is not there.
    pub fn number(&self, key: &str) -> Datum<Option<i64>> {
        self.setting(key).map(|text| text.as_ref()?.parse().ok())
    }

    fn absent<T>(&self) -> Datum<Option<T>> {
        Datum::known(None, 0, crate::model::Origin::File(self.name.clone()))
    }
}
