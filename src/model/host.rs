//! The machine below a broker, as its operating system tells of it.

use crate::model::Datum;

/// What is known of the machine on which one broker's process runs. Each part is read by itself, and what could not be
/// read says why.
#[derive(Clone, PartialEq, Debug)]
pub struct Host {
    /// What findings call it.
    pub name: String,
    /// How many files the process may have open: its soft limit, `u64::MAX` where there is none.
    pub file_limit: Datum<u64>,
    pub open_files: Datum<u64>,
    /// How many memory maps the process has.
    pub maps: Datum<u64>,
    /// How much of the process is swapped out.
    pub swapped_bytes: Datum<u64>,
    /// `-Xmx` or `-XX:MaxHeapSize`; a known `None` where the command line sets no size.
    pub heap_bytes: Datum<Option<u64>>,
    /// Folders of logs of which the process has files open.
    pub log_folders: Datum<Vec<LogFolder>>,
    /// `vm.max_map_count`
    pub map_limit: Datum<u64>,
    /// `vm.swappiness`
    pub swappiness: Datum<u64>,
    /// `vm.dirty_ratio` and `vm.dirty_background_ratio`, in percent of the memory; 0 where a number of bytes is set.
    pub dirty_ratios: Datum<(u64, u64)>,
    /// `fs.file-max`, of the machine as a whole.
    pub machine_file_limit: Datum<u64>,
    /// `net.core.rmem_max`
    pub receive_buffer_limit: Datum<u64>,
    /// `net.core.wmem_max`
    pub send_buffer_limit: Datum<u64>,
    /// `net.core.somaxconn`
    pub accept_queue_limit: Datum<u64>,
    pub memory_bytes: Datum<u64>,
    /// Room for what is swapped out; 0 where the machine does not swap.
    pub swap_bytes: Datum<u64>,
    /// Whether every process gets huge pages unasked (`transparent_hugepage`).
    pub huge_pages_always: Datum<bool>,
}

/// A folder of `log.dirs`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogFolder {
    pub path: String,
    /// Of how many partitions files are open.
    pub partitions: usize,
    pub mount: Datum<Mount>,
}

/// What a folder stands on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mount {
    /// Where it is mounted.
    pub point: String,
    /// The number of its device: `8:1`.
    pub device: String,
    /// The kind of its file system: `xfs`.
    pub file_system: String,
    /// Whether a read writes the time of access.
    pub keeps_access_times: bool,
    /// Whether `/` is on the same device.
    pub is_of_root: bool,
}
