//! The protocol under virtual time: an event queue, a network, disks, faults and workloads.
