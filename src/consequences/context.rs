//! All classes of a subject with their possible cases, and the worst value of each consequence over them.

use crate::consequences::case::{Case, Live};
use crate::consequences::classes::{Class, Classes};
use crate::consequences::copysets::Copysets;
use crate::consequences::knob_values::KnobValues;
use crate::consequences::possible::profiles;
use crate::consequences::tolerance::Margin;
use crate::consequences::{Affected, Answer, Subject, Tolerated};
use crate::model::{Cluster, TopicIx};
use crate::protocol::profile::Profile;
use std::ops::Range;

/// "However many fail", while classes with different replica counts are compared.
const ANY: u32 = u32::MAX;

/// One class: its state and every case that its settings allow.
pub(super) struct PartitionClass {
    /// Which of [`Classes::classes`].
    pub class: usize,
    /// How many partitions it stands for.
    pub partitions: u32,
    /// Whether it holds the users' own records. Kafka's own topics, such as the groups' offsets, stand for
    /// themselves where nothing else is judged; elsewhere they would hide what a user's setting does for a
    /// user's records.
    pub data: bool,
    pub live: Live,
    /// What is possible; one when all settings are known.
    pub cases: Vec<Case>,
}

/// Partitions and replicas by broker.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct BrokerLoad {
    /// Brokers that lead at least one of the judged partitions.
    pub leading: u32,
    /// Most judged partitions that one broker leads.
    pub led: u32,
    /// Most replicas, of all partitions of the cluster, that one broker holds.
    pub replicas: u32,
    /// Most replicas of judged partitions that one broker holds.
    pub judged_replicas: u32,
}

impl BrokerLoad {
    fn of(cluster: &Cluster, range: &Range<u32>) -> Self {
        let brokers = &cluster.brokers;
        let place = |id: i32| brokers.binary_search_by_key(&id, |broker| broker.id.0).ok();
        let columns = &cluster.partitions;
        let mut led = vec![0_u32; brokers.len()];
        let mut last = (i32::MIN, None);
        for leader in &columns.leader[range.start as usize..range.end as usize] {
            if last.0 != *leader {
                last = (*leader, place(*leader));
            }
            if let Some(at) = last.1 {
                led[at] += 1;
            }
        }
        let held = |range: Range<usize>| {
            let mut of_list = vec![0_u32; columns.sets.len()];
            columns.replicas[range].iter().for_each(|list| of_list[*list as usize] += 1);
            let mut held = vec![0_u32; brokers.len()];
            for (list, count) in columns.sets.iter().zip(of_list).filter(|(_, count)| *count > 0) {
                list.iter().filter_map(|id| place(id.0)).for_each(|at| held[at] += count);
            }
            held.into_iter().max().unwrap_or(0)
        };
        let judged_replicas = held(range.start as usize..range.end as usize);
        BrokerLoad {
            leading: led.iter().filter(|count| **count > 0).count() as u32,
            led: led.iter().copied().max().unwrap_or(0),
            judged_replicas,
            replicas: if range.len() == columns.len() { judged_replicas } else { held(0..columns.len()) },
        }
    }
}

/// A subject, ready to be judged.
pub(super) struct AssessmentContext<'a> {
    pub cluster: &'a Cluster,
    pub classes: Classes,
    /// One per class, the worst first.
    pub judged: Vec<PartitionClass>,
    /// The distinct sets of brokers that hold its partitions.
    pub copysets: Copysets,
    /// What the brokers carry.
    pub broker_load: BrokerLoad,
    /// Those of the worst class's topic.
    pub knobs: KnobValues,
    pub profiles: Vec<Profile>,
}

impl<'a> AssessmentContext<'a> {
    /// Groups a subject's partitions and finds the possible cases of each class.
    pub(super) fn of(cluster: &'a Cluster, subject: Subject) -> Self {
        let classes = Classes::of(cluster, subject);
        let profiles = profiles(cluster);
        let internal = |class: &Class| cluster.topic(topic_of(cluster, class)).internal;
        let only_internal = classes.classes.iter().all(internal);
        let mut judged: Vec<PartitionClass> = (0..classes.classes.len())
            .map(|at| {
                let class: &Class = &classes.classes[at];
                let layout = classes.layout(class);
                let rules = &classes.rules[class.key.rules as usize];
                let racks = layout.spread.possible(layout.replicas);
                let cases = rules.cases(&profiles, layout.replicas, &racks);
                let data = only_internal || !internal(class);
                PartitionClass {
                    class: at,
                    partitions: class.partitions,
                    data,
                    live: classes.live(class),
                    cases,
                }
            })
            .collect();
        judged.sort_by_cached_key(super::worst::severity_key);
        let first = judged.iter().find(|judged| judged.data);
        let topic = first.map(|first| topic_of(cluster, &classes.classes[first.class]));
        let knobs = KnobValues::of(cluster, topic.or(subject_topic(subject)));
        let copysets = Copysets::of(&cluster.partitions, &classes.range);
        let broker_load = BrokerLoad::of(cluster, &classes.range);
        AssessmentContext { cluster, classes, judged, copysets, broker_load, knobs, profiles }
    }

    /// The worst class of the users' own data, if there are partitions at all.
    pub(super) fn worst(&self) -> Option<&PartitionClass> {
        self.data().next()
    }

    /// Classes that hold the users' own records, the worst first.
    pub(super) fn data(&self) -> impl Iterator<Item = &PartitionClass> + Clone {
        self.judged.iter().filter(|judged| judged.data)
    }

    /// How many partitions are judged.
    pub(super) fn partitions(&self) -> u32 {
        self.classes.range.len() as u32
    }

    /// The name of a class's first partition.
    pub(super) fn example(&self, judged: &PartitionClass) -> String {
        self.cluster.partition_name(self.classes.classes[judged.class].example)
    }

    /// Partitions of the classes that satisfy this.
    pub(super) fn affected(&self, matches: impl Fn(&PartitionClass) -> bool) -> Option<Affected> {
        self.affected_of(self.judged.iter(), matches)
    }

    fn affected_of<'b>(
        &self,
        of: impl Iterator<Item = &'b PartitionClass>,
        matches: impl Fn(&PartitionClass) -> bool,
    ) -> Option<Affected> {
        let mut hit = of.filter(|judged| matches(judged));
        let first = hit.next()?;
        let partitions = first.partitions + hit.map(|judged| judged.partitions).sum::<u32>();
        Some(Affected { partitions, of: self.partitions(), example: self.example(first) })
    }

    /// The worst value over all classes, and whose it is. `most` is the count of things that can fail.
    pub(super) fn tolerated(
        &self,
        most: impl Fn(&Case) -> u32,
        margin: impl Fn(&Case, &Live) -> Margin,
    ) -> (Tolerated, Option<Affected>) {
        self.tolerated_of(self.judged.iter(), most, margin)
    }

    /// The same over the users' own data.
    pub(super) fn tolerated_for_data(
        &self,
        most: impl Fn(&Case) -> u32,
        margin: impl Fn(&Case, &Live) -> Margin,
    ) -> (Tolerated, Option<Affected>) {
        self.tolerated_of(self.data(), most, margin)
    }

    fn tolerated_of<'b>(
        &self,
        classes: impl Iterator<Item = &'b PartitionClass> + Clone,
        most: impl Fn(&Case) -> u32,
        margin: impl Fn(&Case, &Live) -> Margin,
    ) -> (Tolerated, Option<Affected>) {
        let each = || classes.clone().map(|judged| margins(judged, &most, &margin));
        let none = || Answer::Unknown("there are no partitions".into());
        let guaranteed = each().map(|pair| pair.0).reduce(Answer::min).unwrap_or_else(none);
        let now = each().map(|pair| pair.1).reduce(Answer::min).unwrap_or_else(none);
        let of = classes.clone().flat_map(|judged| judged.cases.iter().map(&most)).max().unwrap_or(0);
        let affected =
            self.affected_of(classes.clone(), |judged| margins(judged, &most, &margin).1.low() == now.low());
        let capped = |answer: Answer<u32>| answer.map(|count| count.min(of));
        (Tolerated { guaranteed: capped(guaranteed), now: capped(now), of }, affected)
    }

    /// Whether something holds in every class.
    pub(super) fn all(&self, holds: impl Fn(&Case, &Live) -> bool) -> Answer<bool> {
        let each = self.judged.iter().map(|judged| {
            Answer::covering(judged.cases.iter().map(|case| Answer::Exact(holds(case, &judged.live))))
        });
        each.reduce(Answer::min).unwrap_or_else(|| Answer::Unknown("there are no partitions".into()))
    }
}

fn margins(
    judged: &PartitionClass,
    most: impl Fn(&Case) -> u32,
    margin: impl Fn(&Case, &Live) -> Margin,
) -> (Answer<u32>, Answer<u32>) {
    let of_case = |case: &Case| {
        let margin = margin(case, &judged.live);
        let any = |count: u32| if count >= most(case) { ANY } else { count };
        let (low, high) = margin.now;
        (Answer::Exact(any(margin.guaranteed)), Answer::between(any(low), any(high)))
    };
    let guaranteed = Answer::covering(judged.cases.iter().map(|case| of_case(case).0));
    (guaranteed, Answer::covering(judged.cases.iter().map(|case| of_case(case).1)))
}

fn topic_of(cluster: &Cluster, class: &Class) -> TopicIx {
    cluster.partitions.topic[class.example.at()]
}

fn subject_topic(subject: Subject) -> Option<TopicIx> {
    match subject {
        Subject::Topic(ix) => Some(ix),
        _ => None,
    }
}
