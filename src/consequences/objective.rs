//! What people want more of, and the figure that measures it.

use crate::consequences::Assessment;

/// Something to improve: `klever assess --advise` and the axes of a frontier take it.
#[derive(PartialEq, Eq, Debug)]
pub struct Objective {
    /// As `--advise` takes it.
    pub id: &'static str,
    /// The figure that measures it.
    pub figure: &'static str,
    /// What the figure is, as an axis names it.
    pub axis: &'static str,
}

/// All objectives, in the order in which they are offered.
pub static OBJECTIVES: [Objective; 7] = [
    Objective { id: "durability", figure: "durability.loss_per_year", axis: "loss a year" },
    Objective { id: "latency", figure: "latency.ack", axis: "ack p50/p99" },
    Objective { id: "throughput", figure: "throughput.max", axis: "throughput" },
    Objective { id: "availability", figure: "writes.unavailable", axis: "writes down a year" },
    Objective { id: "end-to-end", figure: "latency.end_to_end", axis: "end-to-end p50/p99" },
    Objective { id: "cost", figure: "cost.storage", axis: "bytes stored per byte" },
    Objective { id: "fail-over", figure: "failover.crash", axis: "fail-over" },
];

/// The figure that an objective's name or a figure's own id means.
pub fn figure_of(cluster: &Assessment, name: &str) -> Option<&'static str> {
    let objective =
        OBJECTIVES.iter().find(|objective| objective.id == name).map(|objective| objective.figure);
    objective.or_else(|| cluster.figure(name).map(|figure| figure.id))
}
