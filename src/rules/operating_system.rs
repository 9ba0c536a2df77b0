//! Chapter 8: what settings ask of the machine below: files, maps, sockets and disks.

pub(super) mod backlog_small;
pub(super) mod index_fills_before_segment;
pub(super) mod many_segments;
pub(super) mod preallocate_on;
pub(super) mod segment_delete_delay_long;
pub(super) mod tcp_buffers_small;
