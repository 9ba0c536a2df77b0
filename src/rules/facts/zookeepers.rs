//! Servers of ZooKeeper by their files, one finding for each that is bad.

use crate::model::{Datum, Origin, Unknown, ZooKeeperServer};
use crate::rules::verdicts::Seen;
use crate::rules::{ClusterFacts, FindingSubject, SubjectKind, Verdicts};

/// Servers of which this is bad, judged by these settings: `bad` says what is seen.
pub(in crate::rules) fn zookeepers_with<T>(
    facts: &ClusterFacts<'_>,
    verdicts: &mut Verdicts<'_>,
    keys: &[&str],
    read: impl Fn(&ZooKeeperServer) -> Datum<T>,
    bad: impl Fn(&T) -> Option<Seen>,
) {
    for server in &facts.around.zookeepers {
        let subject = || FindingSubject::named(SubjectKind::ZooKeeper, server.name.clone());
        let value = read(server);
        if let Some(seen) = verdicts.known(&value, subject).and_then(&bad) {
            verdicts.finding_by(keys, subject(), seen);
        }
    }
}

/// How many servers of its ensemble vote; one that names no others is alone.
pub(in crate::rules) fn voters_of(server: &ZooKeeperServer) -> Datum<usize> {
    if let Some(Some(file)) = server.setting("dynamicConfigFile").get() {
        return Datum::unknown(Unknown::NotExposed(format!("the servers stand in {file}")));
    }
    let mut voters = Datum::known(0, 0, Origin::File(server.name.clone()));
    for value in server.settings.iter().filter(|(key, _)| key.starts_with("server.")).map(|(_, value)| value)
    {
        let is_voter = value.map(|text| usize::from(!text.to_ascii_lowercase().contains(":observer")));
        voters = voters.zip(&is_voter).map(|(before, one)| before + one);
    }
    voters.map(|count| (*count).max(1))
}

/// `tickTime`, or what ZooKeeper takes without it.
pub(in crate::rules) fn tick_ms(server: &ZooKeeperServer) -> Datum<i64> {
    server.number("tickTime").map(|ms| ms.unwrap_or(3000))
}
