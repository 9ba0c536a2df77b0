//! Consumers, their group and two partitions of a log, under virtual time.

mod delivery;
mod groups;
mod positions;
mod records;
mod rig;
