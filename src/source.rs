//! Where a cluster comes from: simulator, live, file or lab, as one stream of snapshots.

#[cfg(feature = "lab")]
mod lab_driver;
#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod live_driver;
#[cfg(feature = "live")]
mod recorder;
mod recording_file;
mod simulator;
mod snapshot_file;

#[cfg(feature = "lab")]
pub use lab_driver::LabDriver;
#[cfg(feature = "live")]
pub use live::{LiveOptions, LiveStream, RefreshHandle, SourceEvent};
#[cfg(feature = "live")]
pub use live_driver::LiveDriver;
#[cfg(feature = "live")]
pub use recorder::{MOST_BYTES, Recorder};
pub use recording_file::RecordingDriver;
pub use simulator::SimulatorDriver;
pub use snapshot_file::SnapshotFileDriver;
