//! Figures of a topic's load: each is that of the users' topic for which it is worst.

use crate::consequences::advice::is_large;
use crate::consequences::assessment::{Cost, Latency, Section, SectionFigure, Throughput};
use crate::consequences::case::places;
use crate::consequences::classes::RackSpread;
use crate::consequences::context::{AssessmentContext, PartitionClass};
use crate::consequences::figure::{AffectedPartitions, Figure, FigureValue};
use crate::consequences::traffic::Flows;
use crate::consequences::{Subject, capacity, consumers, resources, streams};
use crate::model::{Topic, TopicIx};
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many topics are looked at beside the one with the worst partitions; where there are very many partitions each
/// takes its time.
const MAX_TOPICS: (usize, usize) = (128, 16);

/// What the load of one topic leads to.
pub(super) struct LoadFigures {
    pub latency: Latency,
    pub throughput: Throughput,
    pub cost: Cost,
    pub capacity: Section,
    pub resources: Section,
    pub consumers: Section,
    pub streams: Section,
    /// That not every kind of topic was looked at, in words.
    pub left_out: Option<String>,
}

impl LoadFigures {
    /// Of the worst class and, where a cluster is assessed, of every kind of topic that users have.
    pub(super) fn of(context: &AssessmentContext<'_>, flows: &Flows, subject: Subject) -> Self {
        let of_worst_class = LoadFigures::of_flows(context, flows);
        if subject != Subject::Cluster {
            return of_worst_class;
        }
        let of = context.data().map(|class| class.partitions).sum();
        let mut topics = kinds_of_topics(context);
        let most = if is_large(context.cluster) { MAX_TOPICS.1 } else { MAX_TOPICS.0 };
        let left_out = (topics.len() > most).then(|| {
            format!(
                "figures of the load are the worst of {most} of {} kinds of topics: the others were not looked at",
                topics.len()
            )
        });
        topics.truncate(most);
        let worst = topics.into_iter().fold(of_worst_class, |worst, topic| {
            let alone = AssessmentContext::of(context.cluster, Subject::Topic(topic));
            let figures = LoadFigures::of_flows(&alone, &Flows::of(&alone));
            worst.or_worse(figures, &whose(context, topic, of))
        });
        LoadFigures { left_out, ..worst }
    }

    fn of_flows(context: &AssessmentContext<'_>, flows: &Flows) -> Self {
        LoadFigures {
            latency: flows.latency(context),
            throughput: flows.throughput(context),
            cost: flows.cost(context),
            capacity: capacity::section(context, flows),
            resources: resources::section(context, flows),
            consumers: consumers::section(context, flows),
            streams: streams::section(context, flows.partitions()),
            left_out: None,
        }
    }

    fn or_worse(self, other: LoadFigures, whose: &AffectedPartitions) -> LoadFigures {
        LoadFigures {
            latency: Latency {
                ack: worse(self.latency.ack, other.latency.ack, whose),
                end_to_end: worse(self.latency.end_to_end, other.latency.end_to_end, whose),
            },
            throughput: if is_worse(&other.throughput.max, &self.throughput.max) {
                Throughput { max: of_topic(other.throughput.max, whose), ..other.throughput }
            } else {
                self.throughput
            },
            cost: Cost {
                storage: worse(self.cost.storage, other.cost.storage, whose),
                cross_rack: worse(self.cost.cross_rack, other.cost.cross_rack, whose),
                disk: worse(self.cost.disk, other.cost.disk, whose),
            },
            capacity: worse_section(self.capacity, other.capacity, whose),
            resources: worse_section(self.resources, other.resources, whose),
            consumers: worse_section(self.consumers, other.consumers, whose),
            streams: worse_section(self.streams, other.streams, whose),
            left_out: self.left_out,
        }
    }
}

/// What decides the figures of a topic's load beside its partitions: which of the replicas lead, and in which of the
/// racks they are, makes no difference.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct TopicKind {
    /// Equal configurations are shared, so the address stands for the content.
    config: usize,
    replicas: u32,
    in_sync: u32,
    racks: Option<u8>,
    /// Whether a follower is in another rack than the leader.
    is_far: bool,
}

impl TopicKind {
    fn of(topic: &Topic, worst: &PartitionClass) -> Self {
        let live = &worst.live;
        let (racks, is_far) = match worst.layout.spread {
            RackSpread::Known(racks) => {
                let leader = usize::from(live.leader.unwrap_or(0));
                let mut followers = places(live.isr & live.up);
                (Some(racks.count), followers.any(|place| racks.of[place] != racks.of[leader]))
            }
            RackSpread::None => (Some(0), false),
            RackSpread::Unknown => (None, false),
        };
        let config = topic.config.get().map_or(0, |config| Arc::as_ptr(config) as usize);
        TopicKind { config, replicas: worst.layout.replicas, in_sync: live.in_sync(), racks, is_far }
    }
}

/// Of a kind of topics the one with fewest and the one with most partitions, and how bad the worst of their classes is.
struct Extremes {
    severity: usize,
    fewest: TopicIx,
    most: TopicIx,
}

/// Users' topics that differ in what decides, the worst first.
fn kinds_of_topics(context: &AssessmentContext<'_>) -> Vec<TopicIx> {
    let mut kinds: BTreeMap<TopicKind, Extremes> = BTreeMap::new();
    let cluster = context.cluster;
    let mut severity = vec![0; context.table.rows.len()];
    context.classes.iter().enumerate().for_each(|(at, class)| severity[class.row] = at);
    for (topic, ix) in cluster.topics.iter().zip(0..).filter(|(topic, _)| !topic.internal && topic.count > 0)
    {
        let rows = &context.table.row_of[topic.first as usize..(topic.first + topic.count) as usize];
        let Some(worst) = rows.iter().map(|row| severity[*row as usize]).min() else { continue };
        let kind = TopicKind::of(topic, &context.classes[worst]);
        let ix = TopicIx(ix);
        let known = kinds.entry(kind).or_insert(Extremes { severity: worst, fewest: ix, most: ix });
        known.severity = known.severity.min(worst);
        if topic.count < cluster.topic(known.fewest).count {
            known.fewest = ix;
        }
        if topic.count > cluster.topic(known.most).count {
            known.most = ix;
        }
    }
    let mut kinds: Vec<Extremes> = kinds.into_values().collect();
    kinds.sort_by_key(|kind| (kind.severity, kind.fewest));
    let mut topics: Vec<TopicIx> = kinds.iter().flat_map(|kind| [kind.fewest, kind.most]).collect();
    topics.dedup();
    topics
}

fn whose(context: &AssessmentContext<'_>, ix: TopicIx, of: u32) -> AffectedPartitions {
    let topic = context.cluster.topic(ix);
    AffectedPartitions { partitions: topic.count, of, example: format!("{}-0", topic.name) }
}

/// What is not known is no better than anything.
fn is_worse<V: FigureValue>(a: &Figure<V>, than: &Figure<V>) -> bool {
    match (a.value.score(), than.value.score()) {
        (None, Some(_)) => true,
        (Some(a), Some(than)) => a < than,
        (_, None) => false,
    }
}

fn worse<V: FigureValue>(a: Figure<V>, b: Figure<V>, whose: &AffectedPartitions) -> Figure<V> {
    if is_worse(&b, &a) { of_topic(b, whose) } else { a }
}

fn of_topic<V>(figure: Figure<V>, whose: &AffectedPartitions) -> Figure<V> {
    let topic = whose.example.strip_suffix("-0").unwrap_or(&whose.example);
    Figure {
        headline: format!("{} (topic {topic})", figure.headline),
        affected: Some(whose.clone()),
        ..figure
    }
}

fn worse_section(a: Section, b: Section, whose: &AffectedPartitions) -> Section {
    let mut others = b.figures.into_iter();
    let figures = a.figures.into_iter().map(|figure| match (figure, others.next()) {
        (SectionFigure::Quantity(a), Some(SectionFigure::Quantity(b))) if a.id == b.id => {
            SectionFigure::Quantity(worse(a, b, whose))
        }
        (SectionFigure::Qualitative(a), Some(SectionFigure::Qualitative(b))) if a.id == b.id => {
            SectionFigure::Qualitative(worse(a, b, whose))
        }
        (figure, _) => figure,
    });
    Section { figures: figures.collect(), ..a }
}
