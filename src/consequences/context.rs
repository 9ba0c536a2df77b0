//! All classes of a subject with their possible cases, and the worst value of each consequence over them.

use crate::consequences::case::{Case, LiveReplicas};
use crate::consequences::cases::profiles;
use crate::consequences::classes::{ClassRow, ClassTable, Layout};
use crate::consequences::copysets::Copysets;
use crate::consequences::elections::Elections;
use crate::consequences::knob_values::KnobValues;
use crate::consequences::tolerance::{FaultKind, Margin, Operation, durability};
use crate::consequences::{AffectedPartitions, Estimate, FailuresTolerated, Subject};
use crate::model::{BrokerId, Cluster, PartitionIx, TopicIx};
use crate::protocol::profile::Profile;
use std::cmp::Reverse;
use std::ops::Range;

/// "However many fail", while classes with different replica counts are compared.
const ANY: u32 = u32::MAX;

/// Partitions that no figure can tell apart: their state and every case that their settings allow.
pub(super) struct PartitionClass {
    /// Which of [`ClassTable::rows`].
    pub row: usize,
    pub partitions: u32,
    /// The first of them.
    pub example: PartitionIx,
    pub layout: Layout,
    /// Whether it holds the users' own records. Kafka's own topics, such as the groups' offsets, stand for
    /// themselves where nothing else is assessed; elsewhere they would hide what a user's setting does for a
    /// user's records.
    pub data: bool,
    pub live: LiveReplicas,
    /// What is possible; one when all settings are known.
    pub cases: Vec<Case>,
}

impl PartitionClass {
    fn of(table: &ClassTable, at: usize, profiles: &[Profile], elections: Elections, data: bool) -> Self {
        let row = &table.rows[at];
        let layout = *table.layout(row);
        let racks = layout.spread.possible(layout.replicas);
        let elections = elections.for_partitions(layout.with_voter);
        let knobs = &table.knobs[row.key.knobs as usize];
        let cases = knobs.cases(profiles, layout.replicas, &racks, elections);
        let (partitions, example, live) = (row.partitions, row.example, table.live(row));
        PartitionClass { row: at, partitions, example, layout, data, live, cases }
    }

    /// Ascending from the worst: what does not work now, then what is lost first, then the largest class.
    fn severity_key(&self) -> impl Ord + use<> {
        let live = &self.live;
        (
            self.least(|case| u32::from(Operation::Read.works(case, live))),
            self.least(|case| u32::from(Operation::Write.works(case, live))),
            self.least(|case| Operation::Write.margin(case, live).now.0),
            self.least(|case| durability(case, live, FaultKind::DiskLoss).now.0),
            self.least(|case| durability(case, live, FaultKind::DiskLoss).guaranteed),
            self.least(|case| Operation::Write.racks(case, live).now.0),
            Reverse(self.partitions),
        )
    }

    /// Whether an operation may not work in this state: in one of the possible cases it does not.
    pub(super) fn stops(&self, operation: Operation, live: &LiveReplicas) -> bool {
        self.cases.iter().any(|case| !operation.works(case, live))
    }

    fn least(&self, value: impl Fn(&Case) -> u32) -> u32 {
        self.cases.iter().map(value).min().unwrap_or(0)
    }
}

/// Partitions and replicas by broker.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct BrokerLoad {
    /// Brokers that lead at least one of the assessed partitions.
    pub leading: u32,
    /// Most assessed partitions that one broker leads.
    pub led: u32,
    /// Most replicas, of all partitions of the cluster, that one broker holds.
    pub replicas: u32,
    /// Most replicas of assessed partitions that one broker holds.
    pub assessed_replicas: u32,
}

impl BrokerLoad {
    fn of(cluster: &Cluster, table: &ClassTable) -> Self {
        let place = |id: BrokerId| table.brokers.row(id).place;
        let (columns, range) = (&cluster.partitions, &table.range);
        let mut led = vec![0_u32; cluster.brokers.len()];
        let mut last = (i32::MIN, None);
        for leader in &columns.leader[range.start as usize..range.end as usize] {
            if last.0 != *leader {
                last = (*leader, place(BrokerId(*leader)));
            }
            if let Some(at) = last.1 {
                led[at as usize] += 1;
            }
        }
        let held = |range: Range<usize>| {
            let mut of_list = vec![0_u32; columns.sets.len()];
            columns.replicas[range].iter().for_each(|list| of_list[*list as usize] += 1);
            let mut held = vec![0_u32; cluster.brokers.len()];
            for (list, count) in columns.sets.iter().zip(of_list).filter(|(_, count)| *count > 0) {
                list.iter().filter_map(|id| place(*id)).for_each(|at| held[at as usize] += count);
            }
            held.into_iter().max().unwrap_or(0)
        };
        let assessed_replicas = held(range.start as usize..range.end as usize);
        BrokerLoad {
            leading: led.iter().filter(|count| **count > 0).count() as u32,
            led: led.iter().copied().max().unwrap_or(0),
            assessed_replicas,
            replicas: if range.len() == columns.len() { assessed_replicas } else { held(0..columns.len()) },
        }
    }
}

/// The worst value over several classes, and on how many partitions it holds.
pub(super) struct Tolerated {
    pub value: FailuresTolerated,
    /// Partitions that are promised no more than the least.
    pub promised_to: Option<AffectedPartitions>,
    /// Partitions that survive no more than the least as things are.
    pub affected: Option<AffectedPartitions>,
}

impl Tolerated {
    /// Whose value it is: those that are promised least, where the promise is less than what holds now.
    pub(super) fn worst(&self) -> Option<AffectedPartitions> {
        let promised = self.value.guaranteed.low() < self.value.now.low();
        if promised { self.promised_to.clone() } else { self.affected.clone() }
    }
}

/// A subject with everything that its figures are computed from.
pub(super) struct AssessmentContext<'a> {
    pub cluster: &'a Cluster,
    pub table: ClassTable,
    /// One per row of the table, the worst first.
    pub classes: Vec<PartitionClass>,
    /// The distinct sets of brokers that hold its partitions.
    pub copysets: Copysets,
    pub broker_load: BrokerLoad,
    /// Those of the worst class's topic.
    pub knobs: KnobValues,
    pub profiles: Vec<Profile>,
}

impl<'a> AssessmentContext<'a> {
    /// Groups a subject's partitions and finds the possible cases of each class.
    pub(super) fn of(cluster: &'a Cluster, subject: Subject) -> Self {
        let table = ClassTable::of(cluster, subject);
        let (profiles, elections) = (profiles(cluster), Elections::of(cluster));
        let only_internal = table.rows.iter().all(|row| is_internal(cluster, row));
        let mut classes: Vec<PartitionClass> = (0..table.rows.len())
            .map(|row| {
                let data = only_internal || !is_internal(cluster, &table.rows[row]);
                PartitionClass::of(&table, row, &profiles, elections, data)
            })
            .collect();
        classes.sort_by_cached_key(PartitionClass::severity_key);
        let first = classes.iter().find(|class| class.data);
        let topic = first.map(|class| cluster.partitions.topic[class.example.at()]);
        let knobs = KnobValues::of(cluster, topic.or(subject_topic(subject)));
        let copysets = Copysets::of(&cluster.partitions, &table.range);
        let broker_load = BrokerLoad::of(cluster, &table);
        AssessmentContext { cluster, table, classes, copysets, broker_load, knobs, profiles }
    }

    /// The worst class of the users' own data, if there are partitions at all.
    pub(super) fn worst(&self) -> Option<&PartitionClass> {
        self.data().next()
    }

    /// Classes that hold the users' own records, the worst first.
    pub(super) fn data(&self) -> impl Iterator<Item = &PartitionClass> + Clone {
        self.classes.iter().filter(|class| class.data)
    }

    /// How many partitions are assessed.
    pub(super) fn partitions(&self) -> u32 {
        self.table.range.len() as u32
    }

    /// The name of a class's first partition.
    pub(super) fn example(&self, class: &PartitionClass) -> String {
        self.cluster.partition_name(class.example)
    }

    /// Partitions of the classes that satisfy this.
    pub(super) fn affected(&self, matches: impl Fn(&PartitionClass) -> bool) -> Option<AffectedPartitions> {
        self.affected_of(self.classes.iter(), matches)
    }

    fn affected_of<'b>(
        &self,
        classes: impl Iterator<Item = &'b PartitionClass> + Clone,
        matches: impl Fn(&PartitionClass) -> bool,
    ) -> Option<AffectedPartitions> {
        let of = classes.clone().map(|class| class.partitions).sum();
        let mut hit = classes.filter(|class| matches(class));
        let first = hit.next()?;
        let partitions = first.partitions + hit.map(|class| class.partitions).sum::<u32>();
        Some(AffectedPartitions { partitions, of, example: self.example(first) })
    }

    /// The worst value over all classes, and whose it is. `most` is the count of things that can fail.
    pub(super) fn tolerated(
        &self,
        most: impl Fn(&Case) -> u32,
        margin: impl Fn(&Case, &LiveReplicas) -> Margin,
    ) -> Tolerated {
        self.tolerated_of(self.classes.iter(), most, margin)
    }

    /// The same over the users' own data.
    pub(super) fn tolerated_for_data(
        &self,
        most: impl Fn(&Case) -> u32,
        margin: impl Fn(&Case, &LiveReplicas) -> Margin,
    ) -> Tolerated {
        self.tolerated_of(self.data(), most, margin)
    }

    fn tolerated_of<'b>(
        &self,
        classes: impl Iterator<Item = &'b PartitionClass> + Clone,
        most: impl Fn(&Case) -> u32,
        margin: impl Fn(&Case, &LiveReplicas) -> Margin,
    ) -> Tolerated {
        let (each, each_now): (Vec<_>, Vec<_>) =
            classes.clone().map(|class| margins(class, &most, &margin)).unzip();
        let (guaranteed, now) = (least_of(each), least_of(each_now));
        let of = classes.clone().flat_map(|class| class.cases.iter().map(&most)).max().unwrap_or(0);
        let worst = |class: &PartitionClass| margins(class, &most, &margin);
        let promised_to = self.affected_of(classes.clone(), |class| worst(class).0.low() == guaranteed.low());
        let affected = self.affected_of(classes.clone(), |class| worst(class).1.low() == now.low());
        let (guaranteed, now) = (guaranteed.map(|count| count.min(of)), now.map(|count| count.min(of)));
        Tolerated { value: FailuresTolerated { guaranteed, now, of }, promised_to, affected }
    }

    /// Whether something holds in every class.
    pub(super) fn all(&self, holds: impl Fn(&Case, &LiveReplicas) -> bool) -> Estimate<bool> {
        let each = self.classes.iter().map(|class| {
            Estimate::covering(class.cases.iter().map(|case| Estimate::Exact(holds(case, &class.live))))
        });
        least_of(each)
    }
}

fn least_of<T: Copy + PartialOrd>(estimates: impl IntoIterator<Item = Estimate<T>>) -> Estimate<T> {
    let least = estimates.into_iter().reduce(Estimate::min);
    least.unwrap_or_else(|| Estimate::Unknown("there are no partitions".into()))
}

fn margins(
    class: &PartitionClass,
    most: impl Fn(&Case) -> u32,
    margin: impl Fn(&Case, &LiveReplicas) -> Margin,
) -> (Estimate<u32>, Estimate<u32>) {
    let of_case = |case: &Case| {
        let margin = margin(case, &class.live);
        let any = |count: u32| if count >= most(case) { ANY } else { count };
        let (low, high) = margin.now;
        (Estimate::Exact(any(margin.guaranteed)), Estimate::between(any(low), any(high)))
    };
    let guaranteed = Estimate::covering(class.cases.iter().map(|case| of_case(case).0));
    (guaranteed, Estimate::covering(class.cases.iter().map(|case| of_case(case).1)))
}

fn is_internal(cluster: &Cluster, row: &ClassRow) -> bool {
    cluster.topic(cluster.partitions.topic[row.example.at()]).internal
}

fn subject_topic(subject: Subject) -> Option<TopicIx> {
    match subject {
        Subject::Topic(ix) => Some(ix),
        _ => None,
    }
}
