//! Partitions grouped by all that decides their consequences, so that 200,000 cost what a few hundred do.

use crate::consequences::broker_table::{BrokerTable, RackNumber};
use crate::consequences::case::{LiveReplicas, MAX_REPLICAS, Racks};
use crate::consequences::cases::TopicKnobs;
use crate::consequences::{Subject, interning::Interner};
use crate::model::{BrokerId, Cluster, PartitionIx, Topic, TopicIx};
use std::ops::Range;
use std::sync::Arc;

/// What is known of the racks that a replica list spans.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum RackSpread {
    Known(Racks),
    /// Some have none: no spreading may be assumed.
    None,
    Unknown,
}

impl RackSpread {
    /// The racks that are possible, the worst first.
    pub(super) fn possible(self, replicas: u32) -> Vec<Racks> {
        match self {
            RackSpread::Known(racks) => vec![racks],
            RackSpread::None => vec![Racks::ONE],
            // One shared rack is the worst that is possible and a rack for each replica the best: every figure lies between.
            RackSpread::Unknown if replicas > 1 => vec![Racks::ONE, Racks::own(replicas)],
            RackSpread::Unknown => vec![Racks::ONE],
        }
    }
}

/// What all partitions with equal replica lists share.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Layout {
    pub replicas: u32,
    /// Which of them are on brokers that are up.
    pub up: u32,
    pub spread: RackSpread,
    /// Whether one of them is on a broker that votes for controllers too.
    pub with_voter: bool,
}

impl Layout {
    /// The layout of a replica list.
    pub(super) fn of(brokers: &BrokerTable, replicas: &[BrokerId]) -> Self {
        let mut up = 0;
        let (mut numbers, mut count) = ([0; MAX_REPLICAS], 0);
        let mut of = [0; MAX_REPLICAS];
        let (mut known, mut all_have_one) = (true, true);
        for (place, id) in replicas.iter().take(MAX_REPLICAS).enumerate() {
            let broker = brokers.row(*id);
            up |= u32::from(broker.up) << place;
            match broker.rack {
                RackNumber::Unknown => known = false,
                RackNumber::None => all_have_one = false,
                RackNumber::Known(rack) => {
                    let at = numbers[..count].iter().position(|number| *number == rack).unwrap_or(count);
                    numbers[at] = rack;
                    count = count.max(at + 1);
                    of[place] = at as u8;
                }
            }
        }
        let spread = match (all_have_one, known) {
            (false, _) => RackSpread::None,
            (true, false) => RackSpread::Unknown,
            (true, true) => RackSpread::Known(Racks { of, count: count as u8 }),
        };
        let with_voter = replicas.iter().any(|id| brokers.row(*id).votes);
        Layout { replicas: replicas.len().min(MAX_REPLICAS) as u32, up, spread, with_voter }
    }
}

/// What decides: the topic's knobs, the layout and the state.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct ClassKey {
    /// Which of [`ClassTable::knobs`].
    pub knobs: u32,
    /// Which of [`ClassTable::layouts`].
    pub layout: u32,
    isr: u32,
    elr: u32,
    leader: u8,
}

impl ClassKey {
    /// The state that partitions of this class are in.
    pub(super) fn live(&self, layout: &Layout) -> LiveReplicas {
        let leader = (self.leader != NO_LEADER).then_some(self.leader);
        LiveReplicas { isr: self.isr, elr: self.elr, up: layout.up, leader }
    }
}

const NO_LEADER: u8 = u8::MAX;

/// Partitions that share a key.
#[derive(Clone, Debug)]
pub(super) struct ClassRow {
    pub key: ClassKey,
    pub partitions: u32,
    /// The first of them.
    pub example: PartitionIx,
}

/// All classes of a subject, in the order of their first partitions.
pub(super) struct ClassTable {
    /// Distinct knob values of topics.
    pub knobs: Vec<TopicKnobs>,
    pub layouts: Vec<Layout>,
    pub rows: Vec<ClassRow>,
    pub range: Range<u32>,
    /// The row of each partition of `range`.
    pub row_of: Vec<u32>,
    pub brokers: BrokerTable,
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

impl ClassTable {
    pub(super) fn of(cluster: &Cluster, subject: Subject) -> Self {
        let range = range_of(cluster, subject);
        let columns = &cluster.partitions;
        let brokers = BrokerTable::of(cluster);
        let (layout_of_set, layouts) = layouts(cluster, subject, &brokers);
        let mut topics = TopicKnobsIndex::default();
        let mut keys: Interner<ClassKey> = Interner::default();
        let mut rows: Vec<ClassRow> = Vec::new();
        let mut row_of = Vec::with_capacity(range.len());
        let elr = columns.elr.get();
        let (mut topic, mut knobs) = (None, 0);
        for at in range.clone() {
            let ix = at as usize;
            if topic != Some(columns.topic[ix]) {
                topic = Some(columns.topic[ix]);
                knobs = topics.knobs_of(cluster, columns.topic[ix]);
            }
            let set = columns.replicas[ix];
            let key = ClassKey {
                knobs,
                layout: layout_of_set[set as usize],
                isr: columns.isr[ix],
                elr: elr.map_or(0, |masks| masks[ix]),
                leader: place_of(&columns.sets[set as usize], columns.leader[ix]),
            };
            let row = keys.intern(key);
            if row as usize == rows.len() {
                rows.push(ClassRow { key, partitions: 0, example: PartitionIx(at) });
            }
            rows[row as usize].partitions += 1;
            row_of.push(row);
        }
        ClassTable { knobs: topics.distinct, layouts, rows, range, row_of, brokers }
    }

    /// The layout of a class.
    pub(super) fn layout(&self, class: &ClassRow) -> &Layout {
        &self.layouts[class.key.layout as usize]
    }

    /// The state of a class.
    pub(super) fn live(&self, class: &ClassRow) -> LiveReplicas {
        class.key.live(self.layout(class))
    }
}

fn place_of(replicas: &[BrokerId], leader: i32) -> u8 {
    // Most leaders are the preferred ones.
    if replicas.first().is_some_and(|id| id.0 == leader) {
        return 0;
    }
    let place = replicas.iter().take(MAX_REPLICAS).position(|id| id.0 == leader);
    place.map_or(NO_LEADER, |place| place as u8)
}

/// The layout of each replica list; for less than a cluster, only of those in use.
fn layouts(cluster: &Cluster, subject: Subject, brokers: &BrokerTable) -> (Vec<u32>, Vec<Layout>) {
    let sets = &cluster.partitions.sets;
    let mut distinct: Interner<Layout> = Interner::default();
    if subject == Subject::Cluster {
        let of = sets.iter().map(|set| distinct.intern(Layout::of(brokers, set))).collect();
        return (of, distinct.into_values());
    }
    let range = range_of(cluster, subject);
    let mut of = vec![None; sets.len()];
    for set in &cluster.partitions.replicas[range.start as usize..range.end as usize] {
        let set = *set as usize;
        of[set].get_or_insert_with(|| distinct.intern(Layout::of(brokers, &sets[set])));
    }
    (of.into_iter().map(Option::unwrap_or_default).collect(), distinct.into_values())
}

/// Knob values per topic; topics that share a configuration share them.
#[derive(Default)]
struct TopicKnobsIndex {
    distinct: Vec<TopicKnobs>,
    by_config: Interner<(usize, bool)>,
    of_config: Vec<u32>,
}

impl TopicKnobsIndex {
    fn knobs_of(&mut self, cluster: &Cluster, ix: TopicIx) -> u32 {
        let topic = cluster.topic(ix);
        // Equal configurations are shared, so the address stands for the content.
        let address = topic.config.get().map_or(0, |config| Arc::as_ptr(config) as usize);
        let config = self.by_config.intern((address, topic.internal)) as usize;
        if config == self.of_config.len() {
            let knobs = TopicKnobs::of(cluster, ix);
            let known = self.distinct.iter().position(|other| *other == knobs);
            let at = known.unwrap_or_else(|| {
                self.distinct.push(knobs);
                self.distinct.len() - 1
            });
            self.of_config.push(at as u32);
        }
        self.of_config[config]
    }
}
