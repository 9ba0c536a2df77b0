//! What a lab leaves behind, however klever ends: nothing.

use super::cluster;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(120);

/// A klever whose temporary files go where nobody else's are.
struct Klever {
    place: TempDir,
    child: Child,
}

impl Klever {
    fn start(arguments: &[&str]) -> Klever {
        let place = tempfile::tempdir().unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_klever"))
            .args(arguments)
            .env("TMPDIR", place.path())
            .env("XDG_RUNTIME_DIR", place.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Klever { place, child }
    }

    /// The processes of its lab: each has a path of the lab's folder among its arguments.
    fn processes(&self) -> Vec<String> {
        let listed = Command::new("ps").args(["-A", "-ww", "-o", "pid=,args="]).output().unwrap();
        let place = self.place.path().display().to_string();
        let text = String::from_utf8_lossy(&listed.stdout).into_owned();
        text.lines().filter(|line| line.contains(&place)).map(String::from).collect()
    }

    fn files(&self) -> Vec<String> {
        let listed = fs::read_dir(self.place.path()).unwrap();
        listed.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    /// Waits until this many of its processes have these words among their arguments.
    fn wait_for(&mut self, words: &str, count: usize) {
        let until = Instant::now() + PATIENCE;
        while self.processes().iter().filter(|process| process.contains(words)).count() < count {
            assert!(self.child.try_wait().unwrap().is_none(), "klever ended: {}", self.said());
            assert!(Instant::now() < until, "never saw {count} of {words}: {:#?}", self.processes());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn said(&mut self) -> String {
        let mut text = String::new();
        self.child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut text));
        text
    }

    fn signal(&self, signal: &str) {
        let killed = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }

    /// Its exit code, once it has ended; and nothing is left soon after.
    fn leaves_nothing(mut self) -> Option<i32> {
        let status = self.child.wait().unwrap();
        let until = Instant::now() + PATIENCE;
        while !self.processes().is_empty() || !self.files().is_empty() {
            assert!(Instant::now() < until, "left: {:#?} {:?}", self.processes(), self.files());
            std::thread::sleep(Duration::from_millis(100));
        }
        status.code()
    }
}

impl Drop for Klever {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn scenario(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/scenarios/lab").join(name).display().to_string()
}

#[test]
fn a_klever_that_is_killed_amid_a_run_leaves_no_broker_client_or_folder() {
    let Some(_one) = cluster() else { return };
    let mut klever = Klever::start(&["lab", "run", &scenario("c1.toml")]);
    klever.wait_for("kafka.Kafka", 4);
    klever.wait_for("LabClient produce", 1);
    klever.signal("-KILL");
    assert_eq!(klever.leaves_nothing(), None);
}

#[test]
fn a_run_that_is_interrupted_ends_its_processes_before_itself() {
    let Some(_one) = cluster() else { return };
    // Amid the start of its brokers, and amid the play.
    for (words, count) in [("kafka.Kafka", 2), ("LabClient produce", 1)] {
        let mut klever = Klever::start(&["lab", "run", &scenario("c1.toml")]);
        klever.wait_for(words, count);
        klever.signal("-INT");
        let said = klever.said();
        assert_eq!(said.trim_end(), "klever: interrupted; what was started has ended", "one plain line");
        assert_eq!(klever.child.wait().unwrap().code(), Some(3));
        assert_eq!((klever.processes(), klever.files()), (vec![], vec![]), "and nothing is left by then");
    }
}

#[test]
fn a_lab_that_is_interrupted_while_it_starts_leaves_nothing() {
    let Some(_one) = cluster() else { return };
    let mut klever = Klever::start(&["lab", "up", "--brokers", "3"]);
    klever.wait_for("kafka.Kafka", 1);
    klever.signal("-INT");
    let said = klever.said();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(klever.child.wait().unwrap().code(), Some(3));
    assert_eq!((klever.processes(), klever.files()), (vec![], vec![]));
}

#[test]
fn a_lab_that_is_interrupted_ends_in_order() {
    let Some(_one) = cluster() else { return };
    let mut klever = Klever::start(&["lab", "up", "--brokers", "1"]);
    let until = Instant::now() + PATIENCE;
    while !klever.files().iter().any(|file| file == "klever-lab.json") {
        assert!(klever.child.try_wait().unwrap().is_none(), "klever ended: {}", klever.said());
        assert!(Instant::now() < until, "the lab is not up: {:?}", klever.files());
        std::thread::sleep(Duration::from_millis(100));
    }
    klever.signal("-INT");
    assert_eq!(klever.leaves_nothing(), Some(0));
}

#[test]
fn a_lab_whose_brokers_refuse_their_settings_says_so_and_leaves_nothing() {
    let Some(_one) = cluster() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("refused.toml");
    let text = fs::read_to_string(scenario("b2.toml")).unwrap();
    let refused =
        text.replace("controllers = 1", "controllers = 1\nconfig = { \"queued.max.requests\" = 0 }");
    assert_ne!(text, refused);
    fs::write(&file, refused).unwrap();
    let mut klever = Klever::start(&["lab", "run", file.to_str().unwrap()]);
    let said = klever.said();
    assert!(said.contains("queued.max.requests"), "{said}");
    assert_eq!(klever.leaves_nothing(), Some(3));
}
