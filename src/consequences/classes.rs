//! Partitions grouped by all that decides their consequences, so that 200,000 cost what a few hundred do.

use crate::consequences::case::{Live, MAX_REPLICAS, Racks};
use crate::consequences::possible::TopicRules;
use crate::consequences::{Subject, interning::Interner};
use crate::model::{BrokerId, BrokerStatus, Cluster, Datum, PartitionIx, Topic, TopicIx};
use std::ops::Range;
use std::sync::Arc;

/// What is known of the racks that a replica list spans.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Spread {
    Known(Racks),
    /// Some have none: no spreading may be assumed.
    None,
    Unknown,
}

impl Spread {
    /// The racks that are possible, the worst first.
    pub(super) fn possible(self, replicas: u32) -> Vec<Racks> {
        match self {
            Spread::Known(racks) => vec![racks],
            Spread::None => vec![Racks::ONE],
            Spread::Unknown if replicas > 1 => vec![Racks::ONE, Racks::own(replicas)],
            Spread::Unknown => vec![Racks::ONE],
        }
    }
}

/// What all partitions with equal replica lists share.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Layout {
    pub replicas: u32,
    /// Which of them are on brokers that are up.
    pub up: u32,
    pub spread: Spread,
}

impl Layout {
    /// The layout of a replica list.
    pub(super) fn of(cluster: &Cluster, replicas: &[BrokerId]) -> Self {
        let mut up = 0;
        let mut names: Vec<&Arc<str>> = Vec::new();
        let mut of = [0; MAX_REPLICAS];
        let (mut known, mut all_have_one) = (true, true);
        for (place, id) in replicas.iter().take(MAX_REPLICAS).enumerate() {
            let Some(broker) = cluster.broker(*id) else {
                known = false;
                continue;
            };
            up |= u32::from(broker.state == BrokerStatus::Up) << place;
            match &broker.rack {
                Datum::Unknown { .. } => known = false,
                Datum::Known { value: None, .. } => all_have_one = false,
                Datum::Known { value: Some(rack), .. } => {
                    let at = names.iter().position(|name| *name == rack).unwrap_or_else(|| {
                        names.push(rack);
                        names.len() - 1
                    });
                    of[place] = at as u8;
                }
            }
        }
        let spread = match (all_have_one, known) {
            (false, _) => Spread::None,
            (true, false) => Spread::Unknown,
            (true, true) => Spread::Known(Racks { of, count: names.len() as u8 }),
        };
        Layout { replicas: replicas.len().min(MAX_REPLICAS) as u32, up, spread }
    }
}

/// What decides: the topic's rules, the layout and the state.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct ClassKey {
    /// Which of [`Classes::rules`].
    pub rules: u32,
    /// Which of [`Classes::layouts`].
    pub layout: u32,
    isr: u32,
    elr: u32,
    leader: u8,
}

impl ClassKey {
    /// The state that partitions of this class are in.
    pub(super) fn live(&self, layout: &Layout) -> Live {
        let leader = (self.leader != NO_LEADER).then_some(self.leader);
        Live { isr: self.isr, elr: self.elr, up: layout.up, leader }
    }
}

const NO_LEADER: u8 = u8::MAX;

/// A class with what it stands for.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub key: ClassKey,
    pub partitions: u32,
    /// The first of them.
    pub example: PartitionIx,
}

/// All classes of a subject, in the order of their first partitions.
pub(super) struct Classes {
    /// Distinct rules of topics.
    pub rules: Vec<TopicRules>,
    pub layouts: Vec<Layout>,
    pub classes: Vec<Class>,
    pub range: Range<u32>,
    /// The class of each partition of `range`.
    pub class_of: Vec<u32>,
}

/// The partitions of a subject.
pub(super) fn range_of(cluster: &Cluster, subject: Subject) -> Range<u32> {
    match subject {
        Subject::Cluster => 0..cluster.partitions.len() as u32,
        Subject::Topic(ix) => {
            let Topic { first, count, .. } = cluster.topic(ix);
            *first..first + count
        }
        Subject::Partition(ix) => ix.0..ix.0 + 1,
    }
}

impl Classes {
    /// Groups a subject's partitions.
    pub(super) fn of(cluster: &Cluster, subject: Subject) -> Self {
        let range = range_of(cluster, subject);
        let columns = &cluster.partitions;
        let (layout_of_set, layouts) = layouts(cluster, subject);
        let mut topics = RulesOfTopics::default();
        let mut keys: Interner<ClassKey> = Interner::default();
        let mut classes: Vec<Class> = Vec::new();
        let mut class_of = Vec::with_capacity(range.len());
        let elr = columns.elr.get();
        let (mut topic, mut rules) = (None, 0);
        for at in range.clone() {
            let ix = at as usize;
            if topic != Some(columns.topic[ix]) {
                topic = Some(columns.topic[ix]);
                rules = topics.rules_of(cluster, columns.topic[ix]);
            }
            let set = columns.replicas[ix];
            let key = ClassKey {
                rules,
                layout: layout_of_set[set as usize],
                isr: columns.isr[ix],
                elr: elr.map_or(0, |masks| masks[ix]),
                leader: place_of(&columns.sets[set as usize], columns.leader[ix]),
            };
            let class = keys.intern(key);
            if class as usize == classes.len() {
                classes.push(Class { key, partitions: 0, example: PartitionIx(at) });
            }
            classes[class as usize].partitions += 1;
            class_of.push(class);
        }
        Classes { rules: topics.distinct, layouts, classes, range, class_of }
    }

    /// The layout of a class.
    pub(super) fn layout(&self, class: &Class) -> &Layout {
        &self.layouts[class.key.layout as usize]
    }

    /// The state of a class.
    pub(super) fn live(&self, class: &Class) -> Live {
        class.key.live(self.layout(class))
    }
}

fn place_of(replicas: &[BrokerId], leader: i32) -> u8 {
    let place = replicas.iter().take(MAX_REPLICAS).position(|id| id.0 == leader);
    place.map_or(NO_LEADER, |place| place as u8)
}

/// The layout of each replica list; for a single partition, only of its own.
fn layouts(cluster: &Cluster, subject: Subject) -> (Vec<u32>, Vec<Layout>) {
    let sets = &cluster.partitions.sets;
    let mut distinct: Interner<Layout> = Interner::default();
    let of = match subject {
        Subject::Partition(ix) => {
            let set = cluster.partitions.replicas[ix.at()] as usize;
            let mut of = vec![0; sets.len()];
            of[set] = distinct.intern(Layout::of(cluster, &sets[set]));
            of
        }
        _ => sets.iter().map(|set| distinct.intern(Layout::of(cluster, set))).collect(),
    };
    (of, distinct.into_values())
}

/// Rules per topic; topics that share a configuration share them.
#[derive(Default)]
struct RulesOfTopics {
    distinct: Vec<TopicRules>,
    by_config: Interner<(usize, bool)>,
    of_config: Vec<u32>,
}

impl RulesOfTopics {
    fn rules_of(&mut self, cluster: &Cluster, ix: TopicIx) -> u32 {
        let topic = cluster.topic(ix);
        // Equal configurations are shared, so the address stands for the content.
        let address = topic.config.get().map_or(0, |config| Arc::as_ptr(config) as usize);
        let config = self.by_config.intern((address, topic.internal)) as usize;
        if config == self.of_config.len() {
            let rules = TopicRules::of(cluster, ix);
            let known = self.distinct.iter().position(|other| *other == rules);
            let at = known.unwrap_or_else(|| {
                self.distinct.push(rules);
                self.distinct.len() - 1
            });
            self.of_config.push(at as u32);
        }
        self.of_config[config]
    }
}
