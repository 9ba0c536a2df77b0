//! The scenario file: a cluster, a workload, events and what is expected of them.
