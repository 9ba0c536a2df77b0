//! Which Kafka release a broker runs, concluded from the configuration keys that it knows.

use crate::knobs::{ConfigKey, KeyScope, RELEASES, config_keys};
use crate::model::{Datum, KafkaVersion, Millis, Origin, Unknown};
use std::collections::BTreeSet;

/// Keys by which a broker may differ from the nearest release and still be called that release.
const TOLERANCE: usize = 12;

/// The release whose public broker keys are nearest to `keys`; of two that are as near, the older.
pub fn infer_version<'a>(keys: impl IntoIterator<Item = &'a str>, as_of: Millis) -> Datum<KafkaVersion> {
    let seen: BTreeSet<&str> = keys.into_iter().collect();
    let nearest = RELEASES.iter().enumerate().map(|(at, version)| (differences(&seen, at), *version)).min();
    match nearest {
        Some((differences, version)) if differences <= TOLERANCE => {
            let how = if differences == 0 { "are those of" } else { "are nearest to those of" };
            let from = format!("the broker's configuration keys {how} {version}");
            Datum::known(version, as_of, Origin::Derived(from))
        }
        _ => Datum::unknown(Unknown::NotExposed(
            "the broker's configuration keys are those of no release that klever knows".into(),
        )),
    }
}

/// Keys of the table that only one of the two has. Keys that no release's public table has (internal ones, a
/// vendor's) say nothing.
fn differences(seen: &BTreeSet<&str>, release: usize) -> usize {
    public_broker_keys().filter(|key| key.defaults[release].is_some() != seen.contains(key.name)).count()
}

fn public_broker_keys() -> impl Iterator<Item = &'static ConfigKey> {
    config_keys().iter().filter(|key| key.scope == KeyScope::Broker && !key.internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys_of(release: usize) -> Vec<&'static str> {
        public_broker_keys().filter(|key| key.defaults[release].is_some()).map(|key| key.name).collect()
    }

    #[test]
    fn every_release_is_recognised_by_its_own_keys() {
        for (at, version) in RELEASES.iter().enumerate() {
            let found = infer_version(keys_of(at), 0);
            let Datum::Known { value, from: Origin::Derived(how), .. } = found else { panic!("{version}") };
            let other = RELEASES.iter().position(|release| *release == value).unwrap();
            assert_eq!(keys_of(other), keys_of(at), "{version} taken for {value}: {how}");
        }
    }

    #[test]
    fn a_broker_with_keys_of_its_own_is_still_recognised_and_a_foreign_one_is_not() {
        let own = keys_of(6).into_iter().chain(["vendor.metrics.enable", "vendor.tier.enable"]);
        assert_eq!(infer_version(own, 0).get(), Some(&RELEASES[6]));
        assert!(infer_version(["redpanda.remote.read", "log.dirs"], 0).get().is_none());
    }
}
