//! Which Kafka release a broker runs, concluded from the configuration keys that it knows.

use crate::model::{Datum, KafkaVersion, Millis, Origin, Unknown};
use std::collections::BTreeSet;

/// Keys and defaults per release, dumped from Kafka's own `ConfigDef`.
const TABLE: &str = include_str!("../../assets/config-defaults.tsv");

/// Keys by which a broker may differ from the nearest release and still be called that release.
const TOLERANCE: usize = 12;

/// The release whose broker keys are nearest to `keys`.
pub fn infer_version<'a>(keys: impl IntoIterator<Item = &'a str>, as_of: Millis) -> Datum<KafkaVersion> {
    let seen: BTreeSet<&str> = keys.into_iter().collect();
    let releases = releases();
    let differences = releases.iter().map(|(version, keys, known)| {
        // Keys that no release's public table has (internal ones, a vendor's) say nothing.
        let told = seen.iter().filter(|key| known.contains(*key)).count();
        let shared = seen.intersection(keys).count();
        (told - shared + keys.len() - shared, *version)
    });
    match differences.min() {
        Some((difference, version)) if difference <= TOLERANCE => {
            let how = if difference == 0 { "are those of" } else { "are nearest to those of" };
            Datum::known(
                version,
                as_of,
                Origin::Derived(format!("the broker's configuration keys {how} {version}")),
            )
        }
        _ => Datum::unknown(Unknown::NotExposed(
            "the broker's configuration keys are those of no release that klever knows".into(),
        )),
    }
}

type Release = (KafkaVersion, BTreeSet<&'static str>, BTreeSet<&'static str>);

/// Each release with its public broker keys, and all public broker keys of all releases.
fn releases() -> Vec<Release> {
    let mut lines = TABLE.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let header = lines.next().unwrap_or_default();
    let rows: Vec<Vec<&str>> = lines.filter(|row| row[0] == "broker" && row[4] == "False").collect();
    let all: BTreeSet<&str> = rows.iter().map(|row| row[1]).collect();
    let release = |(column, name): (usize, &&str)| {
        let has = |row: &&Vec<&'static str>| row.get(column).is_some_and(|default| *default != "absent");
        let keys = rows.iter().filter(has).map(|row| row[1]).collect();
        Some((name.parse().ok()?, keys, all.clone()))
    };
    header.iter().enumerate().skip(5).filter_map(release).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_release_is_recognised_by_its_own_keys() {
        for (version, keys, _) in releases() {
            let found = infer_version(keys.iter().copied(), 0);
            let Datum::Known { value, from: Origin::Derived(how), .. } = found else { panic!("{version}") };
            let same = releases().iter().any(|(other, theirs, _)| *other == value && *theirs == keys);
            assert!(same, "{version} taken for {value}: {how}");
        }
    }

    #[test]
    fn a_foreign_broker_is_unknown() {
        assert!(infer_version(["redpanda.remote.read", "log.dirs"], 0).get().is_none());
    }
}
