//! The machine of a running broker, from its /proc and /sys or from a saved copy of the files there.

mod mounts;
mod proc;

use crate::model::{Datum, Host, LogFolder, Origin, Unknown};
use mounts::Mounts;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The main class of a broker.
const BROKER: &str = "kafka.Kafka";
/// The most that is read of one file: `maps` of a broker with a million of them.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// The machine of every broker that runs below a folder that has `proc` and `sys`: `/`, or a copy.
///
/// # Errors
/// Why no broker was found there, in one line.
pub fn read_hosts(root: &Path) -> Result<Vec<Host>, String> {
    let files = HostFiles { root };
    let brokers = files.brokers()?;
    if brokers.is_empty() {
        let proc = root.join("proc");
        return Err(format!("{}: no process there runs {BROKER}", proc.display()));
    }
    let machine = files.machine_name();
    let name = |pid: &str| {
        if brokers.len() == 1 { machine.clone() } else { format!("{machine} (process {pid})") }
    };
    Ok(brokers.values().map(|pid| files.host(name(pid), pid)).collect())
}

/// Files below a root, named as on the machine itself.
struct HostFiles<'a> {
    root: &'a Path,
}

impl HostFiles<'_> {
    /// Processes of brokers by their ids.
    fn brokers(&self) -> Result<BTreeMap<u32, String>, String> {
        let proc = self.path("/proc");
        let entries =
            fs::read_dir(&proc).map_err(|error| format!("{}: {}", proc.display(), words(&error)))?;
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let ids = names.filter_map(|name| Some((name.parse::<u32>().ok()?, name)));
        Ok(ids.filter(|(_, pid)| self.command(pid).get().is_some_and(|text| is_broker(text))).collect())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name.trim_start_matches('/'))
    }

    fn machine_name(&self) -> String {
        let name = self.text("/proc/sys/kernel/hostname");
        let name = name.get().map(|text| text.trim().to_string()).filter(|text| !text.is_empty());
        name.unwrap_or_else(|| self.root.display().to_string())
    }

    fn host(&self, name: String, pid: &str) -> Host {
        let of = |file: &str| format!("/proc/{pid}/{file}");
        let maps = self.text(&of("maps"));
        let mounts = self.parsed(&of("mountinfo"), Mounts::parse);
        Host {
            name,
            file_limit: self.parsed(&of("limits"), proc::open_files_limit),
            open_files: self.entries(&of("fd")),
            maps: maps.map(|text| text.lines().count() as u64),
            swapped_bytes: self.parsed(&of("status"), |text| proc::kib_line(text, "VmSwap:")),
            heap_bytes: self.heap_bytes(pid),
            log_folders: self.log_folders(&maps, &mounts),
            map_limit: self.number("/proc/sys/vm/max_map_count"),
            swappiness: self.number("/proc/sys/vm/swappiness"),
            dirty_ratios: self
                .number("/proc/sys/vm/dirty_ratio")
                .zip(&self.number("/proc/sys/vm/dirty_background_ratio")),
            machine_file_limit: self.number("/proc/sys/fs/file-max"),
            receive_buffer_limit: self.number("/proc/sys/net/core/rmem_max"),
            send_buffer_limit: self.number("/proc/sys/net/core/wmem_max"),
            accept_queue_limit: self.number("/proc/sys/net/core/somaxconn"),
            memory_bytes: self.parsed("/proc/meminfo", |text| proc::kib_line(text, "MemTotal:")),
            swap_bytes: self.parsed("/proc/meminfo", |text| proc::kib_line(text, "SwapTotal:")),
            huge_pages_always: self.huge_pages(),
        }
    }

    /// Arguments with a zero byte behind each.
    fn command(&self, pid: &str) -> Datum<String> {
        self.text(&format!("/proc/{pid}/cmdline"))
    }

    fn heap_bytes(&self, pid: &str) -> Datum<Option<u64>> {
        match self.command(pid) {
            Datum::Known { value, .. } => match proc::heap_bytes(&value) {
                Some(heap) => self.known(heap),
                None => not_exposed(format!("/proc/{pid}/cmdline does not tell the heap's size in bytes")),
            },
            Datum::Unknown { reason } => Datum::unknown(reason),
        }
    }

    fn huge_pages(&self) -> Datum<bool> {
        self.parsed("/sys/kernel/mm/transparent_hugepage/enabled", |text| {
            text.contains('[').then(|| text.contains("[always]"))
        })
    }

    /// By what of them is mapped: an active segment's index always is.
    fn log_folders(&self, maps: &Datum<String>, mounts: &Datum<Mounts>) -> Datum<Vec<LogFolder>> {
        let folders = maps.map(|text| {
            let folders = proc::log_folders(text).into_iter();
            let folder = |(path, partitions): (String, usize)| {
                let mount = match mounts.map(|mounts| mounts.of(&path)) {
                    Datum::Known { value: Some(mount), .. } => self.known(mount),
                    Datum::Known { value: None, .. } => {
                        not_exposed(format!("nothing is mounted above {path}"))
                    }
                    Datum::Unknown { reason } => Datum::unknown(reason),
                };
                LogFolder { path, partitions, mount }
            };
            folders.map(folder).collect::<Vec<LogFolder>>()
        });
        if folders.get().is_some_and(Vec::is_empty) {
            return not_exposed("the broker has no partition's index open".into());
        }
        folders
    }

    /// How many entries a folder has; in a copy the lines of a file stand for them.
    fn entries(&self, name: &str) -> Datum<u64> {
        if !self.path(name).is_dir() {
            return self.text(name).map(|text| text.lines().count() as u64);
        }
        match fs::read_dir(self.path(name)) {
            Ok(entries) => self.known(entries.count() as u64),
            Err(error) => unreadable(name, &error),
        }
    }

    fn number(&self, name: &str) -> Datum<u64> {
        self.parsed(name, |text| text.trim().parse().ok())
    }

    fn parsed<T>(&self, name: &str, parse: impl FnOnce(&str) -> Option<T>) -> Datum<T> {
        match self.text(name) {
            Datum::Known { value, .. } => match parse(&value) {
                Some(value) => self.known(value),
                None => not_exposed(format!("{name} has another form than klever knows")),
            },
            Datum::Unknown { reason } => Datum::unknown(reason),
        }
    }

    /// None of these files is empty on a machine: one that is was copied by somebody who may not read it.
    fn text(&self, name: &str) -> Datum<String> {
        let mut bytes = Vec::new();
        let read =
            File::open(self.path(name)).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
        match read {
            Err(error) => unreadable(name, &error),
            Ok(0) => not_exposed(format!("{name} is empty")),
            Ok(_) if bytes.len() as u64 > MOST_BYTES => {
                not_exposed(format!("{name} is longer than it can be"))
            }
            Ok(_) => self.known(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    fn known<T>(&self, value: T) -> Datum<T> {
        Datum::known(value, 0, Origin::File(self.root.display().to_string()))
    }
}

/// A JVM with the broker's class; what only looks for such a process has it among its arguments as well.
fn is_broker(command: &str) -> bool {
    let mut arguments = command.split('\0');
    let program = arguments.next().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    name == "java" && arguments.any(|argument| argument == BROKER)
}

fn unreadable<T>(name: &str, error: &io::Error) -> Datum<T> {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            Datum::unknown(Unknown::Denied(format!("the broker's user or root to read {name}")))
        }
        _ => not_exposed(format!("{name}: {}", words(error))),
    }
}

fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it is not there".to_string(),
        kind => kind.to_string(),
    }
}

fn not_exposed<T>(why: String) -> Datum<T> {
    Datum::unknown(Unknown::NotExposed(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    const COMMAND: &str = "/usr/bin/java\0-Xmx6g\0-Dpassword=hush\0kafka.Kafka\0/etc/server.properties\0";

    #[test]
    fn a_broker_is_found_by_its_class_and_others_are_not() {
        let root = copy(&[
            ("proc/7/cmdline", COMMAND),
            ("proc/8/cmdline", "pgrep\0-f\0kafka.Kafka\0"),
            ("proc/9/cmdline", "/usr/bin/java\0org.example.Shop\0"),
            ("proc/sys/kernel/hostname", "kafka-1\n"),
        ]);
        let hosts = read_hosts(root.path()).unwrap();
        let [host] = &hosts[..] else { panic!("{hosts:?}") };
        assert_eq!((host.name.as_str(), host.heap_bytes.get()), ("kafka-1", Some(&Some(6 << 30))));
        assert!(!format!("{host:?}").contains("hush"));
    }

    #[test]
    fn what_is_not_there_or_empty_is_unknown() {
        let root = copy(&[("proc/7/cmdline", COMMAND), ("proc/7/maps", ""), ("proc/7/limits", "Max\n")]);
        let host = read_hosts(root.path()).unwrap().remove(0);
        let reason = |datum: &Datum<u64>| datum.reason().map(ToString::to_string).unwrap();
        assert_eq!(reason(&host.maps), "not visible: /proc/7/maps is empty");
        assert_eq!(reason(&host.map_limit), "not visible: /proc/sys/vm/max_map_count: it is not there");
        assert_eq!(
            reason(&host.file_limit),
            "not visible: /proc/7/limits has another form than klever knows"
        );
        assert!(host.log_folders.get().is_none() && host.open_files.get().is_none());
        assert_eq!(host.name, root.path().display().to_string());
    }

    #[test]
    fn without_a_broker_there_is_nothing_to_judge() {
        let root = copy(&[("proc/9/cmdline", "/sbin/init\0")]);
        assert!(read_hosts(root.path()).unwrap_err().ends_with("no process there runs kafka.Kafka"));
        assert!(read_hosts(&root.path().join("none")).unwrap_err().ends_with("it is not there"));
    }
}
