//! Chapter 8: the machine below, and what settings ask of it: files, maps, memory, sockets and disks.

pub(super) mod atime_mount;
pub(super) mod backlog_small;
pub(super) mod data_on_root_disk;
pub(super) mod dirty_ratio_default;
pub(super) mod fds_near_limit;
pub(super) mod file_max_low;
pub(super) mod fs_type;
pub(super) mod index_fills_before_segment;
pub(super) mod kernel_caps_sockets;
pub(super) mod many_segments;
pub(super) mod max_map_count_low;
pub(super) mod nofile_low;
pub(super) mod page_cache_starved;
pub(super) mod preallocate_on;
pub(super) mod segment_delete_delay_long;
pub(super) mod shared_data_disk;
pub(super) mod swap_in_use;
pub(super) mod swappiness;
pub(super) mod tcp_buffers_small;
pub(super) mod thp_always;
