//! A broker: its replicas, its own view of the metadata and its life, stepped by time and messages.

mod events;
mod io;
mod settings;

pub use events::{BrokerEvent, BrokerState, Fault, FlushCause, HwCause, Laggard, TruncationCause};
pub use io::{BrokerInput, BrokerOutput, BrokerRegistration, MetadataUpdate, Survives};
pub use settings::{BrokerSettings, TopicSettings};

use crate::model::{Nanos, PartitionIx};
use crate::protocol::profile::Profile;
use crate::protocol::wire::Offset;

/// A broker with its disk. The disk outlives the process; everything else is gone when that ends.
///
/// A driver feeds it with [`Broker::step`] and carries out what comes back. It pauses a broker by holding
/// inputs back, and models the time of disks and processors by holding outputs back. A broker starts
/// without a process: step it with [`BrokerInput::Start`].
#[derive(Clone, Debug)]
pub struct Broker {
    settings: BrokerSettings,
    profile: Profile,
    detail: bool,
    state: BrokerState,
}

impl Broker {
    /// A broker with an empty disk and no process.
    pub fn new(settings: BrokerSettings, profile: Profile) -> Self {
        Broker { settings, profile, detail: false, state: BrokerState::NotRunning }
    }

    /// Its settings.
    pub fn settings(&self) -> &BrokerSettings {
        &self.settings
    }

    /// The version it behaves like.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Switches the events of the hot paths (append, fetch, high watermark, flush) on or off.
    pub fn set_detail(&mut self, detail: bool) {
        self.detail = detail;
    }

    /// Where it is in its life.
    pub fn state(&self) -> BrokerState {
        self.state
    }

    /// Takes one input at `now` and appends what it wants done to `out`.
    pub fn step(&mut self, now: Nanos, input: BrokerInput, out: &mut Vec<BrokerOutput>) {
        let _ = (now, input, out, self.detail);
    }

    /// Merges what was appended below `offset` into spans. Call it with an offset that every replica has
    /// flushed and every reader has passed: batch boundaries and times below it are then approximate.
    pub fn compact_below(&mut self, partition: PartitionIx, offset: Offset) {
        let _ = (partition, offset);
    }
}
