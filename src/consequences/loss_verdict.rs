//! The verdict on a loss of brokers: whether what was assessed still works without them.

use crate::consequences::restart_verdict::{RestartSafety, comma_list};
use crate::consequences::{Assessment, Estimate, quorum};
use crate::model::{BrokerId, Cluster};

/// What a loss leaves: safe, at the floor, unsafe or unknown, and because of what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LossVerdict {
    /// As of a stop: unsafe where something stopped, at the floor where the next failure would stop it.
    pub verdict: RestartSafety,
    /// What stopped, or what was not seen and may have; a sentence each.
    pub because: Vec<String>,
}

/// Judges a cluster that has lost brokers by its assessment.
pub fn loss_verdict(after: &Cluster, assessment: &Assessment) -> LossVerdict {
    let stopped = stopped(after, assessment);
    let unseen = unseen(after, assessment);
    let (verdict, because) = if !stopped.is_empty() {
        (RestartSafety::Unsafe, stopped)
    } else if !unseen.is_empty() {
        (RestartSafety::Unknown, unseen)
    } else if assessment.writes.crash.value.now.low() == Some(0) {
        (RestartSafety::AtFloor, Vec::new())
    } else {
        (RestartSafety::Safe, Vec::new())
    };
    LossVerdict { verdict, because }
}

impl LossVerdict {
    /// One sentence for a report.
    pub fn headline(&self) -> String {
        let because = self.because.join("; ");
        match self.verdict {
            RestartSafety::Safe => "all that was assessed works after the loss".into(),
            RestartSafety::AtFloor => {
                "all that was assessed works after the loss; the next failure stops writes".into()
            }
            RestartSafety::Unknown => format!("whether all works after the loss is unknown: {because}"),
            RestartSafety::Unsafe => because,
        }
    }
}

/// What certainly does not work, a sentence each: the controllers elect nobody, partitions have no leader, writes are
/// refused.
pub fn stopped(cluster: &Cluster, assessment: &Assessment) -> Vec<String> {
    let is_down = |works: &Estimate<bool>| *works == Estimate::Exact(false);
    let operations = [&assessment.reads, &assessment.writes].into_iter();
    let down = operations.filter(|operation| is_down(&operation.works_now));
    quorum::lost(cluster).into_iter().chain(down.map(|operation| operation.crash.headline.clone())).collect()
}

/// What may have stopped without anybody seeing it.
fn unseen(cluster: &Cluster, assessment: &Assessment) -> Vec<String> {
    let mut unseen: Vec<String> = Vec::new();
    let (topics, quorum) = (&assessment.unseen.topics, &assessment.unseen.quorum);
    unseen.extend(topics.iter().chain(quorum).cloned());
    if assessment.partitions > 0 && assessment.writes.works_now != Estimate::Exact(true) {
        unseen.push("whether writes go on depends on settings that are not known".into());
    }
    unseen.extend(no_answer(cluster));
    unseen
}

/// Brokers that the cluster lists as up and that did not answer.
pub(super) fn no_answer(cluster: &Cluster) -> Option<String> {
    let listed = |id: &BrokerId| cluster.broker(*id).is_some_and(|one| one.state.is_listed());
    let silent: Vec<BrokerId> = cluster.silent_brokers().filter(listed).collect();
    (!silent.is_empty()).then(|| format!("no answer from broker {}", comma_list(&silent)))
}
