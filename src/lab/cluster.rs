//! A running lab cluster: start, faults, and what its controller wrote.

use super::link::Links;
use super::network::Network;
use super::node::{Java, Node};
use super::settings::{LOG4J, LabSpec, PortPlan, Ports, node_properties};
use super::sweeper::Sweeper;
use super::{Interruption, LabError, find_jars};
use crate::kafka::{Client, ConnectionSpec, SnapshotRequest};
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How long a cluster may take to be ready; a loaded two-core machine needs a fifth of it.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// How long an orderly stop may take before it is an error.
const STOP_WITHIN: Duration = Duration::from_secs(60);

/// A cluster of real brokers. Dropping it ends every process that it started and removes its folder.
pub struct Lab {
    pub(super) spec: LabSpec,
    pub(super) libs: PathBuf,
    pub(super) ports: PortPlan,
    pub(super) nodes: BTreeMap<i32, Node>,
    cluster_id: String,
    proxies: Option<Proxies>,
    folder: TempDir,
    /// The last to go.
    _sweeper: Sweeper,
}

/// The proxies of a lab and what runs them.
struct Proxies {
    links: Arc<Links>,
    _runtime: Runtime,
}

impl Proxies {
    /// A proxy before every listener of every node.
    fn start(spec: &LabSpec, ports: &PortPlan) -> Result<Option<Proxies>, LabError> {
        let Some(net) = spec.net.clone() else { return Ok(None) };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| LabError::io("start the links", &error))?;
        let links = Links::new(Network::new(spec.brokers, &spec.racks, net));
        for (id, front) in &ports.proxies {
            let own = PortPlan::of(&ports.own, *id);
            let pairs = [
                (front.client, own.client),
                (front.replication, own.replication),
                (front.controller, own.controller),
            ];
            for (from, to) in pairs {
                let listening = links.listen(loopback(from), *id, loopback(to));
                runtime.block_on(listening).map_err(|error| LabError::io("open a link", &error))?;
            }
        }
        Ok(Some(Proxies { links, _runtime: runtime }))
    }
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
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
        let sweeper = Sweeper::start(folder.path())?;
        let ports = plan_ports(&spec)?;
        let proxies = Proxies::start(&spec, &ports)?;
        let (nodes, cluster_id) = (BTreeMap::new(), cluster_id());
        let mut lab = Lab { spec, libs, ports, nodes, cluster_id, proxies, folder, _sweeper: sweeper };
        lab.write_files().map_err(|error| LabError::io("write a node's files", &error))?;
        lab.format()?;
        for id in lab.spec.node_ids() {
            Interruption::check()?;
            lab.start_node(id)?;
        }
        lab.wait_for_brokers(lab.spec.brokers)?;
        Ok(lab)
    }

    /// `HOST:PORT` of every broker, whether it runs or not.
    pub fn bootstrap(&self) -> String {
        let brokers = self.ports.reached().iter().filter(|(id, _)| self.spec.is_broker(*id));
        let addresses: Vec<String> =
            brokers.map(|(_, ports)| format!("127.0.0.1:{}", ports.client)).collect();
        addresses.join(",")
    }

    /// The port on which a broker itself listens for clients.
    pub fn port(&self, broker: i32) -> Option<u16> {
        self.ports.own.iter().find(|(id, _)| *id == broker).map(|(_, ports)| ports.client)
    }

    /// The links between the nodes and to them, if the lab has some.
    pub fn links(&self) -> Option<&Arc<Links>> {
        self.proxies.as_ref().map(|proxies| &proxies.links)
    }

    /// What the lab was asked to be.
    pub fn spec(&self) -> &LabSpec {
        &self.spec
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
        let ask = SnapshotRequest::metadata_only(Duration::from_secs(2));
        loop {
            Interruption::check()?;
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

    pub(super) fn node(&mut self, id: i32) -> Result<&mut Node, LabError> {
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

    pub(super) fn start_node(&mut self, id: i32) -> Result<(), LabError> {
        self.power(id, true);
        let node = Node::start(id, &self.java())?;
        self.nodes.insert(id, node);
        Ok(())
    }

    pub(super) fn java(&self) -> Java<'_> {
        Java { libs: &self.libs, root: self.folder.path(), heap_mib: self.spec.heap_mib }
    }

    /// The folder of a node's logs.
    pub fn data(&self, id: i32) -> PathBuf {
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
        self.format_with(&config)?;
        for id in ids {
            self.own_folder(id, first).map_err(|error| LabError::io("format a folder", &error))?;
        }
        Ok(())
    }

    /// Formats what a properties file names and is not formatted yet.
    pub(super) fn format_with(&self, config: &str) -> Result<(), LabError> {
        let mut arguments = vec!["format".to_string(), "-t".into(), self.cluster_id.clone()];
        arguments.extend(["-c".into(), config.into()]);
        for user in &self.spec.scram {
            arguments.extend(["--add-scram".into(), user.clone()]);
        }
        for (name, level) in &self.spec.features {
            arguments.extend(["--feature".into(), format!("{name}={level}")]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.java_tool("kafka.tools.StorageTool", &arguments).map(|_| ())
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
    pub(super) fn java_tool(&self, class: &str, arguments: &[&str]) -> Result<String, LabError> {
        let mut command = Command::new("java");
        command.args(self.java().arguments()).arg(class).args(arguments).stdin(Stdio::null());
        let output = command.output().map_err(|error| LabError::io("run java", &error))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(text);
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        let mut lines = errors.lines().chain(text.lines());
        let telling = |line: &&str| line.contains("Exception") || line.contains("rror:");
        let plain = |line: &&str| !line.trim().is_empty() && !line.starts_with("SLF4J");
        let why = lines.clone().find(telling).or_else(|| lines.find(plain)).unwrap_or_default();
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
    format!("kleverLab{:012x}A", now_nanos() & 0xffff_ffff_ffff)
}

fn plan_ports(spec: &LabSpec) -> Result<PortPlan, LabError> {
    let ids = spec.node_ids();
    let lists = if spec.net.is_some() { 2 } else { 1 };
    let ports = free_ports(ids.len() * 3 * lists)?;
    let list = |at: usize| {
        let three = ports[at * ids.len() * 3..][..ids.len() * 3].chunks(3);
        let of = |three: &[u16]| Ports { client: three[0], replication: three[1], controller: three[2] };
        ids.iter().copied().zip(three.map(of)).collect::<Vec<_>>()
    };
    Ok(PortPlan { own: list(0), proxies: if lists == 2 { list(1) } else { Vec::new() } })
}

/// Free ports on loopback, below those that the kernel gives to connections: a node that is down must find
/// its port free again, and nobody may connect to himself there.
///
/// # Errors
/// When there are not as many.
pub fn free_ports(count: usize) -> Result<Vec<u16>, LabError> {
    let mut seed = std::process::id() as u64 ^ now_nanos();
    let mut held = Vec::new();
    for _ in 0..100_000 {
        if held.len() == count {
            break;
        }
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let port = 15_000 + (seed >> 40) as u16 % 17_000;
        held.extend(TcpListener::bind(loopback(port)).map(|listener| (port, listener)).ok());
    }
    let ports: Vec<u16> = held.iter().map(|(port, _)| *port).collect();
    if ports.len() < count {
        return Err(LabError::new("there are no free ports between 15000 and 32000"));
    }
    Ok(ports)
}

fn now_nanos() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    since.as_nanos() as u64
}
