//! The published list of what klever's own connections send, with versions.

use super::api::Api;
use super::messages::sent_versions;
use std::collections::BTreeMap;

/// A kind of request as it goes out over klever's own connections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SentRequest {
    /// Kafka's ApiKey.
    pub key: i16,
    /// Kafka's name.
    pub name: &'static str,
    /// The first and the last version in which it is sent, as far as the broker knows them.
    pub versions: (i16, i16),
}

/// Every kind of request that klever's own connections send, by ApiKey.
pub fn sent_requests() -> Vec<SentRequest> {
    let mut versions: BTreeMap<i16, SentRequest> = BTreeMap::new();
    let of_entry = [(Api::SaslHandshake, (1, 1)), (Api::SaslAuthenticate, (0, 2))];
    for (api, (first, last)) in sent_versions().into_iter().chain(of_entry) {
        let sent = SentRequest { key: api.key(), name: api.name(), versions: (first, last) };
        let known = versions.entry(api.key()).or_insert(sent).versions;
        let both = (known.0.min(first), known.1.max(last));
        versions.insert(api.key(), SentRequest { versions: both, ..sent });
    }
    versions.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::API_KEYS_SENT;

    #[test]
    fn every_request_is_published_with_all_its_versions() {
        let sent = sent_requests();
        let names: Vec<(i16, &str)> = sent.iter().map(|one| (one.key, one.name)).collect();
        assert_eq!(names, API_KEYS_SENT);
        let fetch = sent.iter().find(|one| one.name == "OffsetFetch").unwrap();
        assert_eq!(fetch.versions, (2, 9), "of one group and of many");
    }
}
