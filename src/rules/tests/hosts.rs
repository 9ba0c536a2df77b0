//! Machines of brokers for tests of rules: saved copies of their /proc and /sys.

use super::fixture::given;
use crate::config::read_hosts;
use crate::model::Host;
use crate::rules::Rule;
use std::fs;

/// In place of a file's text: the file is not there.
pub(in crate::rules) const NONE: &str = "\u{0}none";

/// A machine as it should be.
const WELL_RUN: &[(&str, &str)] = &[
    ("proc/7/cmdline", "/usr/bin/java\0-Xmx6g\0kafka.Kafka\0/etc/kafka/server.properties\0"),
    ("proc/7/limits", "Limit  Soft Limit  Hard Limit  Units\nMax open files  1000000  1000000  files\n"),
    ("proc/7/status", "Name:\tjava\nVmSwap:\t0 kB\n"),
    (
        "proc/7/maps",
        "7f00-7f01 rw-s 00000000 08:10 11 /data/kafka/orders-0/00000000000000000000.index\n\
         7f01-7f02 rw-s 00000000 08:10 12 /data/kafka/orders-0/00000000000000000000.timeindex\n\
         7f02-7f03 rw-s 00000000 08:10 13 /data/kafka/orders-1/00000000000000000000.index\n\
         7f03-7f04 rw-s 00000000 08:10 14 /data/kafka/orders-1/00000000000000000000.timeindex\n",
    ),
    (
        "proc/7/mountinfo",
        "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n30 22 8:16 / /data rw,noatime - xfs /dev/sdb rw\n",
    ),
    ("proc/meminfo", "MemTotal:       67108864 kB\nSwapTotal:             0 kB\n"),
    ("proc/sys/kernel/hostname", "kafka-1\n"),
    ("proc/sys/vm/max_map_count", "1048576\n"),
    ("proc/sys/vm/swappiness", "1\n"),
    ("proc/sys/vm/dirty_ratio", "60\n"),
    ("proc/sys/vm/dirty_background_ratio", "5\n"),
    ("proc/sys/fs/file-max", "9223372036854775807\n"),
    ("proc/sys/net/core/rmem_max", "16777216\n"),
    ("proc/sys/net/core/wmem_max", "16777216\n"),
    ("proc/sys/net/core/somaxconn", "4096\n"),
    ("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n"),
];

/// A machine as it should be but for these files; its broker has 1,000 files open.
pub(in crate::rules) fn host(files: &[(&str, &str)]) -> Host {
    let root = tempfile::tempdir().unwrap();
    let open: String = (0..1000).map(|number| format!("{number}\n")).collect();
    let own = WELL_RUN.iter().copied().chain([("proc/7/fd", open.as_str())]);
    for (name, text) in own.chain(files.iter().copied()) {
        let path = root.path().join(name);
        if text == NONE {
            fs::remove_file(path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    read_hosts(root.path()).unwrap().remove(0)
}

/// What a rule says of a machine with these files; that it is silent about one as it should be, unknown where that file
/// is not there, and not examined where nobody gave a machine.
pub(in crate::rules) fn on_host(rule: &'static Rule, bad: &[(&str, &str)], says: &str, gone: &str) {
    assert_eq!(given().host(host(bad)).says(rule), [says]);
    assert!(given().host(host(&[])).says(rule).is_empty());
    let unknown = given().host(host(&[(gone, NONE)])).says(rule);
    assert_eq!(unknown, [format!("unknown host kafka-1: not visible: /{gone}: it is not there")]);
    assert_eq!(given().says(rule), ["not examined: the broker's host (give --host)"]);
}
