//! The controller's own record of a lab run, and whether klever's controller decides as it did.

use super::LabError;
use super::cluster::Lab;
use super::driver::compiled;
use super::segment::read_log;
use crate::model::BrokerId;
use crate::protocol::controller::replay::{LoggedBody, LoggedRecord, ReplayReport, replay};
use crate::protocol::profile::Profile;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// How each process of a broker began, in order: whether the one before it had stopped in order.
pub(crate) type Starts = BTreeMap<i32, Vec<bool>>;

impl Lab {
    /// `__cluster_metadata` of a node as text, one JSON object a record.
    ///
    /// # Errors
    /// When the log cannot be read or Java fails.
    pub fn metadata_log_text(&self, id: i32) -> Result<String, LabError> {
        let folder = self.data(id).join("__cluster_metadata-0");
        let batches = read_log(&folder).map_err(|error| LabError::io("read the controller's log", &error))?;
        let mut hex = String::new();
        for batch in batches.iter().filter(|batch| !batch.control) {
            for record in batch.records.iter().flatten() {
                let _ = write!(hex, "{} {} {} ", batch.base_offset, record.offset, record.time_ms);
                record.value.iter().for_each(|byte| _ = write!(hex, "{byte:02x}"));
                hex.push('\n');
            }
        }
        self.decode(hex)
    }

    fn decode(&self, hex: String) -> Result<String, LabError> {
        let classes = compiled(self)?;
        let mut child = Command::new("java")
            .args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"])
            .arg(format!("{}:{}/*", classes.display(), self.libs.display()))
            .args(["LabClient", "log"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| LabError::io("run java", &error))?;
        let input = child.stdin.take();
        let writer = std::thread::spawn(move || input.map(|mut input| input.write_all(hex.as_bytes())));
        let output = child.wait_with_output().map_err(|error| LabError::io("run java", &error))?;
        let _ = writer.join();
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            let why = why.lines().find(|line| line.contains("Exception")).unwrap_or("no reason given");
            return Err(LabError::new(format!("the controller's log cannot be decoded: {why}")));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Holds a real controller's decisions against klever's.
///
/// `starts` is what the lab knows and the log does not: whether a process registered with the marker of a
/// clean stop. A broker's first registration counts as clean.
pub(crate) fn compare(log: &[LoggedRecord], profile: Profile, starts: &Starts) -> ReplayReport {
    let mut clean = BTreeMap::new();
    let mut seen: BTreeMap<i32, usize> = BTreeMap::new();
    for record in log {
        let LoggedBody::RegisterBrokerRecord(registration) = &record.body else { continue };
        let (id, epoch) = (registration.broker_id.0, registration.broker_epoch);
        let nth = seen.entry(id).or_default();
        let known = starts.get(&id).and_then(|starts| starts.get(*nth));
        clean.insert((id, epoch), known.copied().unwrap_or(true));
        *nth += 1;
    }
    let of = |id: BrokerId, epoch: i64| clean.get(&(id.0, epoch)).copied().unwrap_or(true);
    replay(log, profile, &of)
}
