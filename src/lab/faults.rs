//! Faults that reach a node's disk: power loss, disk loss; and stops that nobody waits for.

use super::LabError;
use super::cluster::Lab;
use super::segment::{cut_log, recovery_points};
use crate::scenario::UnflushedTail;
use rustix::process::Signal;
use std::fs;
use std::io;
use std::path::Path;

/// What a power failure took from one log of one node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LostBatches {
    pub node: i32,
    /// Which log: `orders-0`.
    pub log: String,
    pub batches: usize,
}

impl Lab {
    /// Asks a node to stop (SIGTERM) and does not wait; [`Lab::reap`] sees its end.
    ///
    /// # Errors
    /// When the node does not run.
    pub fn begin_stop(&mut self, id: i32) -> Result<(), LabError> {
        self.node(id)?.signal(Signal::TERM)
    }

    /// Forgets the nodes that have ended and names them.
    pub fn reap(&mut self) -> Vec<i32> {
        let ended: Vec<i32> =
            self.nodes.iter_mut().filter_map(|(id, node)| node.ended().then_some(*id)).collect();
        ended.iter().for_each(|id| _ = self.nodes.remove(id));
        ended
    }

    /// Whether a node's process runs or is paused.
    pub fn is_running(&mut self, id: i32) -> bool {
        self.reap();
        self.nodes.contains_key(&id)
    }

    /// Power fails for these nodes at once: their processes are gone, and each of their logs keeps what was
    /// flushed and of the rest what `keep` says. `draw(n)` is a number from 0 to n. Until a node starts again its
    /// machine answers nobody, if there are links before it.
    ///
    /// The controller's own log is always flushed and is left alone.
    ///
    /// # Errors
    /// When a file cannot be cut.
    pub fn power_loss(
        &mut self,
        ids: &[i32],
        keep: UnflushedTail,
        draw: &mut dyn FnMut(usize) -> usize,
    ) -> Result<Vec<LostBatches>, LabError> {
        // First of all: nobody is to hear of the ends of these processes.
        ids.iter().for_each(|id| self.power(*id, false));
        for id in ids {
            if let Ok(node) = self.node(*id) {
                node.signal(Signal::KILL)?;
            }
        }
        let mut taken = Vec::new();
        for id in ids {
            if self.nodes.contains_key(id) {
                self.kill_quietly(*id);
            }
            let lost = cut_all(&self.data(*id), keep, draw);
            let lost = lost.map_err(|error| LabError::io("cut a log", &error))?;
            taken.extend(lost.into_iter().map(|(log, batches)| LostBatches { node: *id, log, batches }));
        }
        Ok(taken)
    }

    /// A node's disk is lost, and an empty one with a new identity takes its place. The process ends.
    ///
    /// # Errors
    /// When the folder cannot be replaced or formatted.
    pub fn disk_loss(&mut self, id: i32) -> Result<(), LabError> {
        self.kill_quietly(id);
        let data = self.data(id);
        fs::remove_dir_all(&data).map_err(|error| LabError::io("remove a disk", &error))?;
        let config = self.folder().join(format!("n{id}.properties"));
        self.format_with(&config.display().to_string())
    }

    /// Takes a node's machine its power, or gives it back, for those who speak to it.
    pub(super) fn power(&self, id: i32, on: bool) {
        if let Some(links) = self.links() {
            links.change(|network| network.power(id, on));
        }
    }

    fn kill_quietly(&mut self, id: i32) {
        let _ = self.kill(id);
        self.nodes.remove(&id);
    }
}

/// Cuts every log of a data folder but the controller's.
fn cut_all(
    data: &Path,
    keep: UnflushedTail,
    draw: &mut dyn FnMut(usize) -> usize,
) -> io::Result<Vec<(String, usize)>> {
    // A clean stop's marker would make Kafka trust what is no longer there.
    let _ = fs::remove_file(data.join(".kafka_cleanshutdown"));
    let flushed = recovery_points(data);
    let mut taken = Vec::new();
    let mut folders: Vec<_> = fs::read_dir(data)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        let Some(name) = folder.file_name().and_then(|name| name.to_str()) else { continue };
        if name.starts_with("__cluster_metadata") {
            continue;
        }
        let point = flushed.iter().find(|(log, _)| log == name).map_or(0, |(_, point)| *point);
        let kept = match keep {
            UnflushedTail::Everything => usize::MAX / 2,
            UnflushedTail::Flushed => 0,
            UnflushedTail::Batches(count) => count as usize,
            UnflushedTail::Random => draw(super::segment::read_log(folder)?.len()),
        };
        match cut_log(folder, point, kept)? {
            0 => {}
            batches => taken.push((name.to_string(), batches)),
        }
    }
    Ok(taken)
}
