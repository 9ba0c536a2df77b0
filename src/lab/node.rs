//! One Java process and the shell that ends it when klever is gone.

use super::LabError;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Starts its arguments from the second on, prints their pid, and waits. The end of standard input (klever is
/// gone) kills the node; the end of the node ends the shell.
const WATCHDOG: &str = r#"
log=$1; shift
exec 3<&0
"$@" 3<&- </dev/null >>"$log" 2>&1 &
node=$!
echo "$node"
exec >/dev/null
( while read -r _ <&3; do :; done; kill -9 "$node" ) 2>/dev/null &
watch=$!
exec 3<&-
wait "$node"
code=$?
kill -9 "$watch" 2>/dev/null
exit "$code"
"#;

/// A node that was started.
pub(super) struct Node {
    /// `node.id`.
    pub id: i32,
    log: PathBuf,
    shell: Child,
    pid: i32,
}

/// What a node runs with.
pub(super) struct Java<'a> {
    /// Folder of the jars.
    pub libs: &'a Path,
    /// The lab's own folder.
    pub root: &'a Path,
    pub heap_mib: u32,
}

impl Java<'_> {
    /// The command line up to the main class: small heap, quick compiler, quiet log.
    pub(super) fn arguments(&self) -> Vec<String> {
        vec![
            format!("-Xmx{}m", self.heap_mib),
            "-Xms64m".into(),
            "-XX:TieredStopAtLevel=1".into(),
            "-XX:+UseSerialGC".into(),
            "-Djava.awt.headless=true".into(),
            format!("-Dlog4j2.configurationFile={}", self.root.join("log4j2.properties").display()),
            "-cp".into(),
            format!("{}/*", self.libs.display()),
        ]
    }
}

impl Node {
    /// Starts a node from its properties file `n<id>.properties` in the lab's folder.
    pub(super) fn start(id: i32, java: &Java<'_>) -> Result<Node, LabError> {
        let log = java.root.join(format!("n{id}.log"));
        let mut shell = Command::new("sh")
            .args(["-c", WATCHDOG, "klever-lab"])
            .arg(&log)
            .arg("java")
            .args(java.arguments())
            .arg("kafka.Kafka")
            .arg(java.root.join(format!("n{id}.properties")))
            // A group of its own: the terminal's Ctrl-C is klever's to handle.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| LabError::io("start a node", &error))?;
        let mut line = String::new();
        if let Some(stdout) = shell.stdout.take() {
            let _ = BufReader::new(stdout).read_line(&mut line);
        }
        let pid = line.trim().parse().map_err(|_| LabError::new(format!("node {id} did not start")))?;
        Ok(Node { id, log, shell, pid })
    }

    /// The Java process's id.
    pub(super) fn pid(&self) -> i32 {
        self.pid
    }

    /// Sends a signal to the Java process, if it still runs.
    pub(super) fn signal(&mut self, signal: Signal) -> Result<(), LabError> {
        // While the shell has not ended, the node's pid is the shell's child, running or not yet
        // collected, hence nobody else's.
        if self.ended() {
            return Err(LabError::new(format!("node {} does not run", self.id)));
        }
        let pid = Pid::from_raw(self.pid).ok_or_else(|| LabError::new("a node without a pid"))?;
        kill_process(pid, signal).map_err(|error| LabError::io("signal a node", &error.into()))
    }

    /// Whether the Java process is gone.
    pub(super) fn ended(&mut self) -> bool {
        !matches!(self.shell.try_wait(), Ok(None))
    }

    /// Waits for the end of the process; whether it came in time.
    pub(super) fn wait(&mut self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        while !self.ended() {
            if Instant::now() > until {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }

    /// The last lines of its log.
    pub(super) fn log_tail(&self, lines: usize) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let all: Vec<&str> = text.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if !self.ended() {
            let _ = self.signal(Signal::CONT);
            let _ = self.signal(Signal::KILL);
            self.wait(Duration::from_secs(5));
        }
        let _ = self.shell.wait();
    }
}
