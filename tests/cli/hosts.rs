//! `check --host`: a broker's machine from a saved copy, made as the page says, and what it takes for one.

use super::{Files, json, klever};
use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A process that looks like a broker's; it ends when its input does.
struct Broker(Child);

impl Broker {
    fn start(folder: &Path) -> Broker {
        let java = folder.join("java");
        symlink("/bin/sh", &java).unwrap();
        let mut command = Command::new(java);
        command.args(["-c", "read line; exit 0", "kafka.Kafka", "-Dpassword=hush", "-Xmx1g"]);
        Broker(command.stdin(Stdio::piped()).spawn().unwrap())
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.stdin.take().map(|mut input| input.write_all(b"\n"));
        let _ = self.0.wait();
    }
}

/// The lines of the page that make a copy.
fn lines_of_the_page() -> String {
    let page = include_str!("../../assets/docs/host.md");
    let (_, rest) = page.split_once("## A copy").unwrap();
    let (_, rest) = rest.split_once("```sh\n").unwrap();
    rest.split_once("```").unwrap().0.to_string()
}

/// A copy of this machine with such a broker on it.
fn copied(files: &Files) -> String {
    let folder = files.folder.path();
    let broker = Broker::start(folder);
    let pid = broker.0.id().to_string();
    let mut shell = Command::new("sh");
    let output = shell.current_dir(folder).args(["-c", &lines_of_the_page(), "sh", &pid]).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    folder.join("copy").to_str().unwrap().to_string()
}

fn unknown(document: &serde_json::Value) -> Vec<&str> {
    let findings = document["findings"].as_array().unwrap();
    let open = findings.iter().filter(|finding| finding["status"] == "unknown");
    open.map(|finding| finding["rule"].as_str().unwrap()).collect()
}

#[test]
fn a_copy_made_as_the_page_says_is_judged() {
    let files = Files::new();
    let copy = copied(&files);
    let told = klever(&["check", "--host", &copy, "--format", "json"]);
    assert!(told.err.contains(&format!("{copy}: read as the machine of a broker: ")), "{}", told.err);
    let document = json(&told.out);
    let unknown = unknown(&document);
    for read in ["nofile-low", "fds-near-limit", "max-map-count-low", "swap-in-use", "page-cache-starved"] {
        assert!(!unknown.contains(&read), "{read}: {}", told.out);
    }
    // No partition's index is mapped by this one.
    for of_logs in ["fs-type", "data-on-root-disk", "shared-data-disk", "atime-mount"] {
        assert!(unknown.contains(&of_logs), "{of_logs}: {}", told.out);
    }
    assert!(!told.out.contains("hush"));
    let command = fs::read_dir(format!("{copy}/proc"))
        .unwrap()
        .flatten()
        .find_map(|entry| fs::read_to_string(entry.path().join("cmdline")).ok());
    let command = command.unwrap();
    assert!(command.ends_with("java\0kafka.Kafka\0-Xmx1g\0"), "{command:?}");
}

#[test]
fn what_is_wrong_with_a_machine_is_found_and_what_is_missing_decides() {
    let files = Files::new();
    let copy = copied(&files);
    let pid = fs::read_dir(format!("{copy}/proc")).unwrap().flatten();
    let pid = pid.filter_map(|entry| entry.file_name().into_string().ok());
    let pid = pid.filter(|name| name.parse::<u32>().is_ok()).max().unwrap();
    let limits = format!("{copy}/proc/{pid}/limits");
    let fd = format!("{copy}/proc/{pid}/fd");
    fs::write(&limits, "Max open files  4  4  files\n").unwrap();
    fs::write(&fd, "0\n1\n2\n3\n").unwrap();
    let full = klever(&["check", "--host", &copy]);
    assert_eq!(full.code, 1, "{}", full.out);
    assert!(
        full.out.contains("fds-near-limit") && full.out.contains("4 files open, at most 4"),
        "{}",
        full.out
    );
    fs::write(&limits, "Max open files  1000000  1000000  files\n").unwrap();
    fs::write(&fd, "").unwrap();
    fs::write(format!("{copy}/proc/{pid}/status"), "VmSwap: 0 kB\n").unwrap();
    let blind = klever(&["check", "--host", &copy]);
    assert_eq!(blind.code, 3, "{}{}", blind.out, blind.err);
    assert!(blind.err.contains("fds-near-limit"), "{}", blind.err);
}

#[test]
fn what_is_no_machine_of_a_broker_is_refused() {
    let files = Files::new();
    let refused = |arguments: &[&str]| {
        let told = klever(&[&["check"], arguments].concat());
        assert_eq!((told.code, told.out.as_str()), (2, ""), "{}", told.err);
        told.err
    };
    let folder = files.folder.path().to_str().unwrap();
    assert!(refused(&["--host", folder]).contains("it is not there"));
    fs::create_dir_all(files.folder.path().join("proc/1")).unwrap();
    assert!(refused(&["--host", folder]).contains("no process there runs kafka.Kafka"));
    let file = files.write("server.properties", "node.id=1\n");
    assert!(refused(&["--host", &file]).contains("klever check FILE --host"));
}
