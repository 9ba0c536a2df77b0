//! A running lab cluster: start, faults, and what its controller wrote.

use super::node::{Java, Node};
use super::settings::{LOG4J, LabSpec, Ports, node_properties};
use super::{LabError, find_jars};
use crate::kafka::{Client, ConnectionSpec, Request};
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a cluster may take to be ready; a loaded two-core machine needs a fifth of it.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// How long an orderly stop may take before it is an error.
const STOP_WITHIN: Duration = Duration::from_secs(60);

/// A cluster of real brokers. Dropping it ends every process that it started and removes its folder.
pub struct Lab {
    spec: LabSpec,
    libs: PathBuf,
    ports: Vec<(i32, Ports)>,
    nodes: BTreeMap<i32, Node>,
    folder: TempDir,
}

impl Lab {
    /// Starts a cluster and waits until every broker is registered.
    ///
    /// # Errors
    /// When Java, Maven or a jar is missing, or a node does not come up: with the end of its log.
    pub fn start(spec: LabSpec) -> Result<Lab, LabError> {
        let libs = find_jars(spec.version)?;
        let folder = tempfile::Builder::new().prefix("klever-lab-").tempdir();
        let folder = folder.map_err(|error| LabError::io("create a folder", &error))?;
        let ports = free_ports(&spec.node_ids())?;
        let mut lab = Lab { spec, libs, ports, nodes: BTreeMap::new(), folder };
        lab.write_files().map_err(|error| LabError::io("write a node's files", &error))?;
        lab.format()?;
        for id in lab.spec.node_ids() {
            lab.start_node(id)?;
        }
        lab.wait_for_brokers(lab.spec.brokers)?;
        Ok(lab)
    }

    /// `HOST:PORT` of every broker, whether it runs or not.
    pub fn bootstrap(&self) -> String {
        let brokers = self.ports.iter().filter(|(id, _)| self.spec.is_broker(*id));
        let addresses: Vec<String> =
            brokers.map(|(_, ports)| format!("127.0.0.1:{}", ports.client)).collect();
        addresses.join(",")
    }

    /// The port on which a broker listens.
    pub fn port(&self, broker: i32) -> Option<u16> {
        self.ports.iter().find(|(id, _)| *id == broker).map(|(_, ports)| ports.client)
    }

    /// The process id of a node that runs.
    pub fn pid(&self, id: i32) -> Option<i32> {
        self.nodes.get(&id).map(Node::pid)
    }

    /// The lab's folder: `n<id>.log`, `n<id>.properties`, `d<id>`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// An orderly stop (SIGTERM), and waits for its end.
    ///
    /// # Errors
    /// When the node does not run or does not stop.
    pub fn stop(&mut self, id: i32) -> Result<(), LabError> {
        self.end(id, Signal::TERM)
    }

    /// A crash (SIGKILL).
    ///
    /// # Errors
    /// When the node does not run.
    pub fn kill(&mut self, id: i32) -> Result<(), LabError> {
        self.end(id, Signal::KILL)
    }

    /// A hang (SIGSTOP).
    ///
    /// # Errors
    /// When the node does not run.
    pub fn pause(&mut self, id: i32) -> Result<(), LabError> {
        self.node(id)?.signal(Signal::STOP)
    }

    /// The end of a hang (SIGCONT).
    ///
    /// # Errors
    /// When the node does not run.
    pub fn resume(&mut self, id: i32) -> Result<(), LabError> {
        self.node(id)?.signal(Signal::CONT)
    }

    /// Starts a node that was stopped or killed, with the data that it had.
    ///
    /// # Errors
    /// When it runs already or cannot be started.
    pub fn restart(&mut self, id: i32) -> Result<(), LabError> {
        if self.nodes.contains_key(&id) {
            return Err(LabError::new(format!("node {id} runs already")));
        }
        self.start_node(id)
    }

    /// Waits until Metadata shows this many brokers, by asking.
    ///
    /// # Errors
    /// When a node ended meanwhile or the time is up: with the end of a log.
    pub fn wait_for_brokers(&mut self, count: usize) -> Result<(), LabError> {
        let until = Instant::now() + READY_WITHIN;
        let spec =
            ConnectionSpec::plaintext(&self.bootstrap()).map_err(|error| LabError::new(error.message))?;
        let ask = Request::metadata_only(Duration::from_secs(2));
        loop {
            self.nobody_died()?;
            // A new client each time: one that has failed waits longer and longer before it connects again.
            let client = Client::connect(&spec).ok();
            let cluster = client.and_then(|client| client.snapshot(&ask).ok());
            if cluster.is_some_and(|cluster| cluster.brokers_up() >= count) {
                return Ok(());
            }
            if Instant::now() > until {
                let logs: Vec<String> = self.nodes.values().map(|node| node.log_tail(5)).collect();
                return Err(LabError::new(format!(
                    "{count} brokers are not up after 2 minutes:\n{}",
                    logs.join("\n")
                )));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The controller's log of a node as text: `kafka.tools.DumpLogSegments` over `__cluster_metadata`.
    ///
    /// # Errors
    /// When Java fails.
    pub fn dump_metadata_log(&self, id: i32) -> Result<String, LabError> {
        let folder = self.data(id).join("__cluster_metadata-0");
        let listed =
            fs::read_dir(&folder).map_err(|error| LabError::io("list the controller's log", &error))?;
        let mut segments: Vec<String> = listed
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|end| end == "log"))
            .map(|path| path.display().to_string())
            .collect();
        segments.sort();
        self.java_tool(
            "kafka.tools.DumpLogSegments",
            &["--cluster-metadata-decoder", "--files", &segments.join(",")],
        )
    }

    fn node(&mut self, id: i32) -> Result<&mut Node, LabError> {
        self.nodes.get_mut(&id).ok_or_else(|| LabError::new(format!("node {id} does not run")))
    }

    fn end(&mut self, id: i32, signal: Signal) -> Result<(), LabError> {
        let node = self.node(id)?;
        node.signal(signal)?;
        if !node.wait(STOP_WITHIN) {
            return Err(LabError::new(format!("node {id} did not stop in a minute")));
        }
        self.nodes.remove(&id);
        Ok(())
    }

    fn start_node(&mut self, id: i32) -> Result<(), LabError> {
        let node = Node::start(id, &self.java())?;
        self.nodes.insert(id, node);
        Ok(())
    }

    fn java(&self) -> Java<'_> {
        Java { libs: &self.libs, root: self.folder.path(), heap_mib: self.spec.heap_mib }
    }

    fn data(&self, id: i32) -> PathBuf {
        self.folder.path().join(format!("d{id}"))
    }

    fn write_files(&self) -> std::io::Result<()> {
        fs::write(self.folder.path().join("log4j2.properties"), LOG4J)?;
        for id in self.spec.node_ids() {
            let text = node_properties(&self.spec, id, &self.ports, &self.data(id));
            fs::write(self.folder.path().join(format!("n{id}.properties")), text)?;
        }
        Ok(())
    }

    /// Formats all nodes with one run of Kafka's tool: it formats every folder of `log.dirs` for one node,
    /// and the other nodes' folders then get their own ids.
    fn format(&self) -> Result<(), LabError> {
        let ids = self.spec.node_ids();
        let first = ids.iter().copied().find(|id| self.spec.is_controller(*id)).unwrap_or(1);
        let folders: Vec<String> = ids.iter().map(|id| self.data(*id).display().to_string()).collect();
        let own = self.folder.path().join(format!("n{first}.properties"));
        let all = self.folder.path().join("format.properties");
        let text = fs::read_to_string(own).map_err(|error| LabError::io("read a node's file", &error))?;
        let text = format!(
            "{text}log.dirs={}\nmetadata.log.dir={}\n",
            folders.join(","),
            self.data(first).display()
        );
        fs::write(&all, text).map_err(|error| LabError::io("write a file", &error))?;
        let config = all.display().to_string();
        self.java_tool("kafka.tools.StorageTool", &["format", "-t", &cluster_id(), "-c", &config])?;
        for id in ids {
            self.own_folder(id, first).map_err(|error| LabError::io("format a folder", &error))?;
        }
        Ok(())
    }

    fn own_folder(&self, id: i32, first: i32) -> std::io::Result<()> {
        let file = self.data(id).join("meta.properties");
        let text = fs::read_to_string(&file)?;
        let line = |line: &str| match line.split_once('=') {
            Some(("node.id", _)) => format!("node.id={id}\n"),
            _ => format!("{line}\n"),
        };
        fs::write(&file, text.lines().map(line).collect::<String>())?;
        let bootstrap = |id: i32| self.data(id).join("bootstrap.checkpoint");
        if bootstrap(first).is_file() && !bootstrap(id).is_file() {
            fs::copy(bootstrap(first), bootstrap(id))?;
        }
        Ok(())
    }

    /// Runs one of Kafka's tools and returns what it prints.
    fn java_tool(&self, class: &str, arguments: &[&str]) -> Result<String, LabError> {
        let mut command = Command::new("java");
        command.args(self.java().arguments()).arg(class).args(arguments).stdin(Stdio::null());
        let output = command.output().map_err(|error| LabError::io("run java", &error))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(text);
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        let why = errors.lines().chain(text.lines()).find(|line| !line.trim().is_empty()).unwrap_or_default();
        Err(LabError::new(format!("{class} failed: {why}")))
    }

    fn nobody_died(&mut self) -> Result<(), LabError> {
        match self.nodes.values_mut().find_map(|node| node.ended().then(|| (node.id, node.log_tail(8)))) {
            Some((id, log)) => Err(LabError::new(format!("node {id} ended:\n{log}"))),
            None => Ok(()),
        }
    }
}

/// A cluster id as Kafka wants it: 22 letters of URL-safe Base64, different for each lab.
fn cluster_id() -> String {
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("kleverLab{:012x}A", nanos.as_nanos() as u64 & 0xffff_ffff_ffff)
}

/// Two free ports on loopback for each node: all are held until the last one is chosen.
fn free_ports(ids: &[i32]) -> Result<Vec<(i32, Ports)>, LabError> {
    let bind = || TcpListener::bind("127.0.0.1:0");
    let held: std::io::Result<Vec<TcpListener>> = (0..ids.len() * 2).map(|_| bind()).collect();
    let held = held.map_err(|error| LabError::io("find a free port", &error))?;
    let ports: std::io::Result<Vec<u16>> = held.iter().map(|held| Ok(held.local_addr()?.port())).collect();
    let ports = ports.map_err(|error| LabError::io("find a free port", &error))?;
    let pairs = ids.iter().zip(ports.chunks(2));
    Ok(pairs.map(|(id, pair)| (*id, Ports { client: pair[0], controller: pair[1] })).collect())
}
