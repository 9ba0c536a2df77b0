//! What single files of /proc say.

use super::BROKER;
use std::collections::BTreeMap;

/// The soft limit of open files of `limits`; `u64::MAX` where there is none.
pub(super) fn open_files_limit(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(u64::MAX),
        soft => soft.parse().ok(),
    }
}

/// A line such as `VmSwap:  12 kB`, in bytes.
pub(super) fn kib_line(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let mut words = line.split_whitespace();
    let kib: u64 = words.next()?.parse().ok()?;
    (words.next() == Some("kB")).then(|| kib.saturating_mul(1024))
}

/// The last size of the heap on a command line, a known `None` where it sets none; `None` where that cannot be told.
pub(super) fn heap_bytes(command: &str) -> Option<Option<u64>> {
    let mut options = command.split('\0').take_while(|argument| *argument != BROKER);
    if options.any(|argument| argument.starts_with('@') || argument.starts_with("-XX:VMOptionsFile=")) {
        return None;
    }
    let size = |argument: &str| -> Option<String> {
        let text = argument.strip_prefix("-Xmx").or_else(|| argument.strip_prefix("-XX:MaxHeapSize="))?;
        Some(text.to_string())
    };
    match command.split('\0').filter_map(size).next_back() {
        Some(text) => size_bytes(&text).map(Some),
        None if command.split('\0').any(|argument| argument.starts_with("-XX:MaxRAM")) => None,
        None => Some(None),
    }
}

/// 512m, 6g, 1073741824.
fn size_bytes(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit: u64 = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        "t" => 1 << 40,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// Folders of logs by the indexes that `maps` lists, each with how many partitions they belong to.
pub(super) fn log_folders(text: &str) -> BTreeMap<String, usize> {
    let mut partitions: Vec<&str> = text.lines().filter_map(partition_folder).collect();
    partitions.sort_unstable();
    partitions.dedup();
    let mut folders: BTreeMap<String, usize> = BTreeMap::new();
    for folder in partitions.iter().filter_map(|path| Some(path.rsplit_once('/')?.0)) {
        let folder = if folder.is_empty() { "/" } else { folder };
        *folders.entry(folder.to_string()).or_default() += 1;
    }
    folders
}

/// `/data/kafka/orders-3` of a line that maps an index there.
fn partition_folder(line: &str) -> Option<&str> {
    let path = &line[line.find('/')?..];
    let (folder, file) = path.rsplit_once('/')?;
    let (offset, kind) = file.split_once('.')?;
    let is_index = matches!(kind, "index" | "timeindex");
    (is_index && offset.len() == 20 && offset.bytes().all(|letter| letter.is_ascii_digit())).then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_sizes_are_read() {
        let limits = |soft: &str| {
            format!("Limit  Soft Limit  Hard Limit  Units\nMax open files  {soft}  524288  files\n")
        };
        assert_eq!(open_files_limit(&limits("1024")), Some(1024));
        assert_eq!(open_files_limit(&limits("unlimited")), Some(u64::MAX));
        assert_eq!(open_files_limit("Max processes 1 2\n"), None);
        assert_eq!(kib_line("VmPeak: 1 kB\nVmSwap:\t  2048 kB\n", "VmSwap:"), Some(2 << 20));
        assert_eq!(kib_line("VmSwap: 2048 pages\n", "VmSwap:"), None);
        assert_eq!(heap_bytes("java\0-Xmx512m\0-Xmx6G\0kafka.Kafka"), Some(Some(6 << 30)));
        assert_eq!(heap_bytes("java\0-XX:MaxHeapSize=1073741824\0"), Some(Some(1 << 30)));
        assert_eq!(heap_bytes("java\0kafka.Kafka\0@topics\0"), Some(None));
        for unclear in ["-Xmxlots", "-XX:MaxRAMPercentage=75", "@/etc/kafka/jvm"] {
            assert_eq!(heap_bytes(&format!("java\0{unclear}\0kafka.Kafka\0")), None, "{unclear}");
        }
    }

    #[test]
    fn folders_of_logs_are_those_of_mapped_indexes() {
        let maps = "\
7f00-7f01 rw-s 00000000 08:01 11 /data/a/orders-0/00000000000000000000.index
7f01-7f02 rw-s 00000000 08:01 12 /data/a/orders-0/00000000000000000000.timeindex
7f02-7f03 rw-s 00000000 08:01 13 /data/a/orders-1/00000000000000000007.index
7f03-7f04 rw-s 00000000 08:02 14 /data/my logs/pay-0/00000000000000000000.index
7f04-7f05 rw-s 00000000 08:02 15 /data/b/gone-0/00000000000000000000.index (deleted)
7f05-7f06 r-xp 00000000 08:01 16 /usr/lib/jvm/lib/server/libjvm.so
7f06-7f07 rw-p 00000000 00:00 0
";
        let folders: Vec<(String, usize)> = log_folders(maps).into_iter().collect();
        assert_eq!(folders, [("/data/a".to_string(), 2), ("/data/my logs".to_string(), 1)]);
    }
}
