//! Clients as processes of the lab, Kafka's own or librdkafka: started, driven by lines of text, ended.

use super::cluster::Lab;
use super::settings::ClientImplementation;
use super::{Interruption, LabError};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

const SOURCE: &str = include_str!("../../assets/lab/LabClient.java");
const CLASS: &str = "LabClient";
/// How often a wait for a client checks for an interruption.
const LOOK: Duration = Duration::from_millis(100);

/// Kills the processes on its list when klever is gone.
const GUARD: &str = r#"
pids=
while read -r op pid; do
  if [ "$op" = + ]; then pids="$pids $pid"; else
    rest=; for p in $pids; do [ "$p" = "$pid" ] || rest="$rest $p"; done; pids=$rest
  fi
done
for p in $pids; do kill -9 "$p" 2>/dev/null; done
"#;

/// The shell that runs [`GUARD`]. A paused client does not see the end of its standard input.
pub(super) struct Guard {
    shell: Child,
}

impl Guard {
    pub(super) fn start() -> Result<Guard, LabError> {
        let shell = Command::new("sh")
            .args(["-c", GUARD, "klever-lab-guard"])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| LabError::io("start the guard", &error))?;
        Ok(Guard { shell })
    }

    fn send_command(&mut self, op: char, pid: u32) {
        if let Some(input) = &mut self.shell.stdin {
            let _ = writeln!(input, "{op} {pid}");
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.shell.stdin = None;
        let _ = self.shell.wait();
    }
}

pub(super) struct Driver {
    pub name: String,
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Driver {
    /// Starts a client with its mode and client id, and these properties.
    pub(super) fn start(
        lab: &Lab,
        guard: &mut Guard,
        implementation: &ClientImplementation,
        (mode, name): (&str, &str),
        properties: &[(String, String)],
    ) -> Result<Driver, LabError> {
        let file = lab.folder().join(format!("client-{name}.properties"));
        let text: String = properties.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
        fs::write(&file, text).map_err(|error| LabError::io("write a client's file", &error))?;
        let errors = fs::File::create(lab.folder().join(format!("client-{name}.log")));
        let errors = errors.map_err(|error| LabError::io("write a client's log", &error))?;
        let mut child = program(lab, implementation)?
            .arg(mode)
            .arg(&file)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .map_err(|error| LabError::io("start a client", &error))?;
        guard.send_command('+', child.id());
        let (sender, lines) = channel();
        let output = child.stdout.take();
        std::thread::spawn(move || {
            let read = output.map(BufReader::new).into_iter().flat_map(BufReader::lines);
            read.map_while(Result::ok).take_while(|line| sender.send(line.clone()).is_ok()).for_each(drop);
        });
        let input = child.stdin.take();
        Ok(Driver { name: name.into(), child, input, lines })
    }

    /// Sends it a line.
    pub(super) fn send_command(&mut self, line: &str) {
        if let Some(input) = &mut self.input {
            let _ = writeln!(input, "{line}");
        }
    }

    /// The lines that it has printed since the last call.
    pub(super) fn take_lines(&self) -> Vec<String> {
        self.lines.try_iter().collect()
    }

    /// Every line up to the first that `ends`.
    pub(super) fn until(
        &self,
        limit: Duration,
        ends: impl Fn(&str) -> bool,
    ) -> Result<Vec<String>, LabError> {
        let until = Instant::now() + limit;
        let mut lines = Vec::new();
        loop {
            Interruption::check()?;
            let left = until.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left.min(LOOK)) {
                Ok(line) => {
                    lines.push(line);
                    if lines.last().is_some_and(|line| ends(line)) {
                        return Ok(lines);
                    }
                }
                Err(RecvTimeoutError::Timeout) if left > LOOK => {}
                Err(RecvTimeoutError::Timeout) => {
                    return Err(LabError::new(format!("client {} did not answer in time", self.name)));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(LabError::new(format!("client {} ended", self.name)));
                }
            }
        }
    }

    /// Sends it a signal.
    pub(super) fn signal(&mut self, signal: Signal) {
        if let (false, Some(pid)) = (self.ended(), Pid::from_raw(self.child.id() as i32)) {
            let _ = kill_process(pid, signal);
        }
    }

    /// Whether its process is gone.
    pub(super) fn ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills it and returns the lines that were left.
    pub(super) fn kill(&mut self, guard: &mut Guard) -> Vec<String> {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
        guard.send_command('-', self.child.id());
        self.lines.iter().collect()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}

/// A client's program up to its mode.
fn program(lab: &Lab, implementation: &ClientImplementation) -> Result<Command, LabError> {
    match implementation {
        ClientImplementation::Java => {
            let classes = compiled(lab)?;
            let mut java = Command::new("java");
            java.args(["-Xmx192m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"])
                .arg(format!("{}:{}/*", classes.display(), lab.libs.display()))
                .arg(CLASS);
            Ok(java)
        }
        ClientImplementation::Rdkafka(klever) => {
            let mut client = Command::new(klever);
            client.args(["lab", "client"]);
            Ok(client)
        }
    }
}

/// The folder with the compiled client: once for each release, beside its jars or in the lab's folder.
pub(super) fn compiled(lab: &Lab) -> Result<PathBuf, LabError> {
    let classes = lab.folder().join("classes");
    if classes.join(format!("{CLASS}.class")).is_file() {
        return Ok(classes);
    }
    let source = lab.folder().join(format!("{CLASS}.java"));
    fs::write(&source, SOURCE).map_err(|error| LabError::io("write the client's source", &error))?;
    let output = Command::new("java")
        .args(["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-m", "jdk.compiler/com.sun.tools.javac.Main"])
        .args(["-nowarn", "-proc:none", "-d"])
        .arg(&classes)
        .arg("-cp")
        .arg(all_jars(&lab.libs)?)
        .arg(&source)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| LabError::io("compile the client", &error))?;
    if output.status.success() {
        return Ok(classes);
    }
    let why = String::from_utf8_lossy(&output.stderr);
    let why = why.lines().find(|line| !line.trim().is_empty()).unwrap_or("no reason given");
    Err(LabError::new(format!("Kafka's Java client for the lab does not compile: {why}"))
        .with_hint("a Java 17 with its compiler is needed, for example the package openjdk-17-jdk-headless"))
}

/// A class path of all jars: the compiler does not expand `*` itself.
fn all_jars(libs: &Path) -> Result<String, LabError> {
    let listed = fs::read_dir(libs).map_err(|error| LabError::io("list the jars", &error))?;
    let jars = listed.filter_map(|entry| Some(entry.ok()?.path().display().to_string()));
    Ok(jars.filter(|path| path.ends_with(".jar")).collect::<Vec<_>>().join(":"))
}
