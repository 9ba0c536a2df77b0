//! Figures of a topic's load: each is that of the users' topic for which it is worst.

use crate::consequences::assessment::{Cost, Latency, Section, SectionFigure, Throughput};
use crate::consequences::context::AssessmentContext;
use crate::consequences::figure::{AffectedPartitions, Figure, FigureValue};
use crate::consequences::traffic::Flows;
use crate::consequences::{Subject, capacity, consumers, resources, streams};
use crate::model::{Datum, TopicIx};
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many topics are looked at beside the one with the worst partitions.
const MAX_TOPICS: usize = 8;

/// What the load of one topic leads to.
pub(super) struct LoadFigures {
    pub latency: Latency,
    pub throughput: Throughput,
    pub cost: Cost,
    pub capacity: Section,
    pub resources: Section,
    pub consumers: Section,
    pub streams: Section,
}

impl LoadFigures {
    /// Of the worst class and, where a cluster is assessed, of every kind of topic that users have.
    pub(super) fn of(context: &AssessmentContext<'_>, flows: &Flows, subject: Subject) -> Self {
        let of_worst_class = LoadFigures::of_flows(context, flows);
        if subject != Subject::Cluster {
            return of_worst_class;
        }
        let of = context.data().map(|class| class.partitions).sum();
        kinds_of_topics(context).into_iter().fold(of_worst_class, |worst, topic| {
            let alone = AssessmentContext::of(context.cluster, Subject::Topic(topic));
            let figures = LoadFigures::of_flows(&alone, &Flows::of(&alone));
            worst.or_worse(figures, &whose(context, topic, of))
        })
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
        }
    }
}

/// Users' topics that differ in what decides: of each configuration and class the one with fewest and the one
/// with most partitions, the worst classes first.
fn kinds_of_topics(context: &AssessmentContext<'_>) -> Vec<TopicIx> {
    let mut kinds: BTreeMap<(usize, usize), (TopicIx, TopicIx)> = BTreeMap::new();
    let cluster = context.cluster;
    let mut severity = vec![0; context.table.rows.len()];
    context.classes.iter().enumerate().for_each(|(at, class)| severity[class.row] = at);
    for (topic, ix) in cluster.topics.iter().zip(0..).filter(|(topic, _)| !topic.internal && topic.count > 0)
    {
        let config = match &topic.config {
            Datum::Known { value, .. } => Arc::as_ptr(value) as usize,
            Datum::Unknown { .. } => 0,
        };
        let class = severity[context.table.row_of[topic.first as usize] as usize];
        let ix = TopicIx(ix);
        let (fewest, most) = kinds.entry((class, config)).or_insert((ix, ix));
        if topic.count < cluster.topic(*fewest).count {
            *fewest = ix;
        }
        if topic.count > cluster.topic(*most).count {
            *most = ix;
        }
    }
    let mut topics: Vec<TopicIx> = Vec::new();
    for ix in kinds.into_values().flat_map(|(fewest, most)| [fewest, most]) {
        if !topics.contains(&ix) {
            topics.push(ix);
        }
    }
    topics.truncate(MAX_TOPICS);
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
