//! The whole assessment of a cluster, a topic or a partition, and its figures as one list.

use crate::consequences::figure::{Derivation, FigureValue};
use crate::consequences::knob_values::KnobValues;
use crate::consequences::loss_cause::LossCause;
use crate::consequences::{
    AffectedPartitions, Estimate, FailuresTolerated, Figure, Percentiles, Qualitative, Quantity,
};
use crate::model::{BrokerId, Cluster, PartitionIx, TopicIx};

/// What an assessment is of; each figure is that of the worst partition of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Subject {
    /// All partitions; each figure is that of the worst of them.
    Cluster,
    /// One topic's partitions, likewise.
    Topic(TopicIx),
    Partition(PartitionIx),
}

impl Subject {
    /// `cluster`, `topic` or `partition`.
    pub fn scope(self) -> &'static str {
        match self {
            Subject::Cluster => "cluster",
            Subject::Topic(_) => "topic",
            Subject::Partition(_) => "partition",
        }
    }

    /// The topic whose knobs a search turns: the one that is assessed, or the only one.
    pub(super) fn topic(self, cluster: &Cluster) -> Option<TopicIx> {
        match self {
            Subject::Topic(ix) => Some(ix),
            Subject::Partition(ix) => Some(cluster.partitions.view(ix).topic()),
            Subject::Cluster if cluster.topics.len() == 1 => Some(TopicIx(0)),
            Subject::Cluster => None,
        }
    }
}

/// Whether acknowledged data survives.
#[derive(Clone, PartialEq, Debug)]
pub struct Durability {
    /// Processes that crash, their disks and page caches intact.
    pub crash: Figure<FailuresTolerated>,
    /// Machines that lose power or their kernel, and with it what was not flushed.
    pub power_loss: Figure<FailuresTolerated>,
    /// Disks that are gone for good.
    pub disk_loss: Figure<FailuresTolerated>,
    /// Racks that lose power.
    pub rack: Figure<FailuresTolerated>,
    /// Probability that acknowledged data is lost within a year.
    pub loss_per_year: Figure<Quantity>,
    /// The same by cause, largest first.
    pub by_cause: Vec<CauseShare>,
}

/// What one cause adds to the yearly probability of a loss.
#[derive(Clone, PartialEq, Debug)]
pub struct CauseShare {
    pub cause: LossCause,
    /// Its part of the yearly probability.
    pub per_year: Estimate<f64>,
}

/// Whether an operation goes on.
#[derive(Clone, PartialEq, Debug)]
pub struct Availability {
    /// Whether it works at this moment on every partition assessed.
    pub works_now: Estimate<bool>,
    /// Brokers that may crash, one after the other, each detected.
    pub crash: Figure<FailuresTolerated>,
    /// Racks that may be gone.
    pub rack: Figure<FailuresTolerated>,
    /// How long it does not work in a year.
    pub unavailable: Figure<Quantity>,
}

/// How long a change of leader or ISR takes.
#[derive(Clone, PartialEq, Debug)]
pub struct FailOver {
    /// From a leader's crash to the next leader.
    pub crash: Figure<Quantity>,
    /// From a leader's ordered stop to the next leader.
    pub controlled: Figure<Quantity>,
    /// How long acks=all stalls when a follower crashes.
    pub follower_stall: Figure<Quantity>,
    /// How long acks=all stalls when a follower is alive but stuck.
    pub stuck_follower: Figure<Quantity>,
    /// Minutes a year of all of these.
    pub stalls_per_year: Figure<Quantity>,
}

/// How long things take when nothing is broken.
#[derive(Clone, PartialEq, Debug)]
pub struct Latency {
    /// From send() to its acknowledgement.
    pub ack: Figure<Percentiles>,
    /// From send() to the consumer.
    pub end_to_end: Figure<Percentiles>,
}

/// The most records a second that go through, and what limits them.
#[derive(Clone, PartialEq, Debug)]
pub struct Throughput {
    /// The most that the setting lets through.
    pub max: Figure<Quantity>,
    /// What bounds it, in words; `None` when that is not known.
    pub bottleneck: Option<&'static str>,
}

/// Bytes stored, moved between racks and held on disk.
#[derive(Clone, PartialEq, Debug)]
pub struct Cost {
    /// Bytes stored for each byte produced.
    pub storage: Figure<Quantity>,
    /// Bytes that cross racks for each byte produced, one consumer group included.
    pub cross_rack: Figure<Quantity>,
    /// Bytes on disk of all replicas when retention is full.
    pub disk: Figure<Quantity>,
}

/// A figure whose value is a number or a word.
#[derive(Clone, PartialEq, Debug)]
pub enum SectionFigure {
    Quantity(Figure<Quantity>),
    Qualitative(Figure<Qualitative>),
}

impl SectionFigure {
    /// The figure with the type of its value hidden.
    pub fn view(&self) -> FigureView<'_> {
        match self {
            SectionFigure::Quantity(figure) => figure.view(),
            SectionFigure::Qualitative(figure) => figure.view(),
        }
    }
}

impl From<Figure<Quantity>> for SectionFigure {
    fn from(figure: Figure<Quantity>) -> Self {
        SectionFigure::Quantity(figure)
    }
}

impl From<Figure<Qualitative>> for SectionFigure {
    fn from(figure: Figure<Qualitative>) -> Self {
        SectionFigure::Qualitative(figure)
    }
}

/// Figures of one kind. Each figure's id is the section's name, a dot, and a name of its own.
#[derive(Clone, PartialEq, Debug)]
pub struct Section {
    /// `loss`, `copysets`, `losses`, `capacity`, `recovery`, `resources`, `consumers`, `streams`.
    pub name: &'static str,
    pub figures: Vec<SectionFigure>,
}

/// The next event that breaks a promise.
#[derive(Clone, PartialEq, Debug)]
pub struct NextBreak {
    /// `lose broker 1`.
    pub event: String,
    /// `no writes on 12 partitions`.
    pub consequence: String,
    /// Brokers that the event takes, to try it with [`crate::consequences::lose`].
    pub brokers: Vec<BrokerId>,
    pub why: Derivation,
}

/// Partitions for which all inputs are the same.
#[derive(Clone, PartialEq, Debug)]
pub struct ClassSummary {
    pub partitions: u32,
    /// The first of them.
    pub example: PartitionIx,
    pub name: String,
    /// Replicas, how many of them are in sync, and the effective minimum.
    pub replicas: u32,
    pub isr: u32,
    /// The minimum ISR that counts.
    pub min_isr: Estimate<u32>,
    /// Whether it takes acks=all writes (or the profile's acks) now.
    pub writable: Estimate<bool>,
    pub readable: bool,
    /// More broker crashes that writes survive.
    pub writes_now: Estimate<u32>,
    /// Disk losses that acknowledged data survives whatever the ISR.
    pub disk_loss_guaranteed: Estimate<u32>,
    /// More disk losses that acknowledged data survives.
    pub disk_loss_now: Estimate<u32>,
}

/// What a setting means.
#[derive(Clone, PartialEq, Debug)]
pub struct Assessment {
    pub subject: Subject,
    /// Its name: a topic's, a partition's, or the cluster's id (`cluster` when that is not known).
    pub name: String,
    /// How many partitions were assessed.
    pub partitions: u32,
    /// What the figures stand on.
    pub knobs: KnobValues,
    /// What had to be assumed, a line each.
    pub assumptions: Vec<String>,
    pub durability: Durability,
    /// Writes with the assumed producer's acks.
    pub writes: Availability,
    /// Reads of committed data.
    pub reads: Availability,
    /// Whether new records become visible to consumers.
    pub visibility: Availability,
    /// Whether records keep their order.
    pub ordering: Figure<Qualitative>,
    /// Whether records are stored twice.
    pub duplicates: Figure<Qualitative>,
    /// Crashes of controllers that the quorum survives.
    pub quorum: Figure<FailuresTolerated>,
    pub fail_over: FailOver,
    pub latency: Latency,
    pub throughput: Throughput,
    pub cost: Cost,
    /// All other figures, by kind.
    pub sections: Vec<Section>,
    pub next_break: NextBreak,
    /// Classes of partitions, the worst first.
    pub classes: Vec<ClassSummary>,
    pub unseen: Unseen,
}

/// What could not be seen and leaves a verdict open, in words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Unseen {
    /// Why topics may be missing; not where one topic is assessed.
    pub topics: Option<String>,
    /// Why nobody knows whether leaders are elected.
    pub quorum: Option<String>,
    /// Why nobody knows whether the controllers survive the loss of a rack.
    pub racks: Option<String>,
}

/// A figure without the type of its value, for lists of all of them.
#[derive(Clone, Copy)]
pub struct FigureView<'a> {
    pub id: &'static str,
    pub label: &'static str,
    pub headline: &'a str,
    pub affected: Option<&'a AffectedPartitions>,
    pub why: &'a Derivation,
    pub value: &'a dyn FigureValue,
}

impl<V: FigureValue> Figure<V> {
    pub fn view(&self) -> FigureView<'_> {
        FigureView {
            id: self.id,
            label: self.label,
            headline: &self.headline,
            affected: self.affected.as_ref(),
            why: &self.why,
            value: &self.value,
        }
    }
}

impl Assessment {
    /// All figures in the order in which a panel shows them.
    pub fn figures(&self) -> Vec<FigureView<'_>> {
        let mut all = vec![
            self.durability.crash.view(),
            self.durability.power_loss.view(),
            self.durability.disk_loss.view(),
            self.durability.rack.view(),
            self.durability.loss_per_year.view(),
        ];
        for operation in [&self.writes, &self.reads, &self.visibility] {
            all.extend([operation.crash.view(), operation.rack.view(), operation.unavailable.view()]);
        }
        all.extend([
            self.ordering.view(),
            self.duplicates.view(),
            self.quorum.view(),
            self.fail_over.crash.view(),
            self.fail_over.controlled.view(),
            self.fail_over.follower_stall.view(),
            self.fail_over.stuck_follower.view(),
            self.fail_over.stalls_per_year.view(),
            self.latency.ack.view(),
            self.latency.end_to_end.view(),
            self.throughput.max.view(),
            self.cost.storage.view(),
            self.cost.cross_rack.view(),
            self.cost.disk.view(),
        ]);
        all.extend(self.sections.iter().flat_map(|section| &section.figures).map(SectionFigure::view));
        all
    }

    /// The figure with this id.
    pub fn figure(&self, id: &str) -> Option<FigureView<'_>> {
        self.figures().into_iter().find(|figure| figure.id == id)
    }
}
