//! The Java consumer, classic group protocol: fetching, positions, poll loop, commits (§2.15, §2.16).
//!
//! `Consumer::new(ConsumerSettings)`, then `step(now, ConsumerInput, &mut Vec<ConsumerOutput>)`, first with
//! `Start`.

mod io;
mod settings;

pub use io::{ConsumerError, ConsumerInput, ConsumerOutput, FetchRequest, OffsetSpec};
pub use settings::{Commit, ConsumerSettings, ConsumerWork, OffsetReset};
