//! librdkafka in a process of its own: an assertion in it, which ends the process, then costs only what was in flight.
//!
//! ```text
//!  Process (here) -> frames on a pipe -> serve (klever, run again) -> connections -> handle, queue (C)
//! ```
//!
//! Only the files that call C may hold `unsafe`.

mod configs;
mod connections;
mod ffi;
mod frames;
mod groups;
mod handle;
mod health;
mod metadata;
mod offsets;
mod process;
mod program;
mod property;
mod queue;
mod restarts;
mod serve;
mod stderr;
mod text;

pub use handle::library_version;
pub(super) use process::Process;
pub use program::{ARGUMENT, run_as};
pub(super) use property::refused_value;
pub use serve::serve;
