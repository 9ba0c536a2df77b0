//! Servers of ZooKeeper for tests of rules, from the text of their files.

use super::fixture::{filled_in, given};
use crate::config::read_file;
use crate::model::{KafkaVersion, ZooKeeperServer};
use crate::rules::Rule;

fn server(text: &str) -> ZooKeeperServer {
    let mut file = read_file("zoo.cfg", text, None, KafkaVersion::REFERENCE).unwrap();
    file.zookeepers.remove(0).server
}

/// What a rule says of this `zoo.cfg`; that it is silent about the other one, unknown where placeholders stand for the
/// values, and not examined where nobody gave one, unless Kafka has no ZooKeeper.
pub(in crate::rules) fn on_zookeeper(rule: &'static Rule, bad: &str, says: &str, good: &str) {
    let with = |text: &str| given().version("3.9").zookeeper(server(text)).says(rule);
    assert_eq!(with(bad), [says]);
    assert_eq!(with(good), [""; 0]);
    let unknown = with(&filled_in(bad));
    let start = "unknown zookeeper zoo.cfg: not visible: something else fills in ";
    assert!(unknown.len() == 1 && unknown[0].starts_with(start), "{unknown:?}");
    let not_examined = "not examined: ZooKeeper's own settings (give its zoo.cfg)";
    assert_eq!(given().version("3.9").says(rule), [not_examined]);
    assert!(given().says(rule).is_empty());
}
