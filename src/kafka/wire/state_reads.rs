//! Features, controller quorum, ELR and reassignments; what brokers have on their disks.

use super::broker_link::{BrokerLink, ConnectionState};
use super::concurrent::{all, first_success};
use super::messages::{
    ApiVersions, BrokerVersions, DescribeAcls, DescribeLogDirs, DescribeQuorum, DescribeTopicPartitions,
    ListReassignments, QuorumState, ResourceType,
};
use super::reader::{Lane, WireReader, first_call};
use crate::clock::now_ms;
use crate::kafka::CallError;
use crate::kafka::reads::{
    Acls, AclsRead, CallResult, ElrByTopic, NO_CONTROLLER, PartitionMove, RawReads, ReadAnswer, ReadTargets,
};
use crate::model::{BrokerId, Datum, Features, Millis, Origin, Quorum, Unknown};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Topics in one DescribeTopicPartitions.
const TOPICS_PER_REQUEST: usize = 500;
/// Kafka's own limit of partitions in one answer (`max.request.partition.size.limit`).
const PARTITIONS_PER_ANSWER: i32 = 2000;
/// A voter that had everything within this time counts as online; Kafka's own `controller.quorum.fetch.timeout.ms`
/// is 2 s.
const ONLINE_WITHIN_MS: i64 = 5_000;
/// `Errors.NOT_LEADER_OR_FOLLOWER`, `REQUEST_TIMED_OUT` and `NOT_CONTROLLER`: the controller that was asked leads no
/// quorum, or none was found to ask.
const NO_LEADER: [i32; 3] = [6, 7, 41];
/// `Errors.NOT_CONTROLLER`: before KRaft a broker passes nothing on.
const NOT_CONTROLLER: i32 = 41;
/// Brokers that are asked for what the controller knows: each passes the question on to the same controller.
const BROKERS_ASKED_FOR_CONTROLLER: usize = 2;
/// A second broker is asked when the first has not answered by then.
const SECOND_QUESTION_AFTER: Duration = Duration::from_secs(1);

impl WireReader {
    pub(super) async fn raw(&self, targets: &ReadTargets) -> RawReads {
        let described = async {
            let features = self.features(targets).await;
            let elr = self.elr(&features.elr, targets).await;
            (features, elr)
        };
        let ((features, elr), quorum, moves) =
            tokio::join!(described, self.quorum(targets), self.moves(targets));
        RawReads { features, quorum, elr, moves }
    }

    /// What each broker tells of its ACLs.
    pub(super) async fn acls(&self, targets: &ReadTargets) -> AclsRead {
        let deadline = self.deadline();
        let asked = self.brokers(targets, Lane::Own).map(|(id, link)| async move {
            let (of_topics, of_cluster) =
                (DescribeAcls(ResourceType::Topic), DescribeAcls(ResourceType::Cluster));
            let both = tokio::join!(link.value(&of_topics, deadline), link.value(&of_cluster, deadline));
            let told = both.0.and_then(|topics| Ok(Acls { topics, cluster: both.1? }));
            (id, told)
        });
        AclsRead { principal: self.dialer.security.principal(), told: all(asked).await }
    }

    /// What each broker has in its log directories.
    pub(super) async fn log_dirs(&self, targets: &ReadTargets) -> ReadAnswer {
        let deadline = self.deadline();
        let asked = self
            .brokers(targets, Lane::Own)
            .map(|(id, link)| async move { (id, link.value(&DescribeLogDirs, deadline).await) });
        ReadAnswer::LogDirs(all(asked).await)
    }

    async fn features(&self, targets: &ReadTargets) -> Features {
        let unknown = |reason: Unknown| Features {
            elr: Datum::unknown(reason.clone()),
            metadata_level: Datum::unknown(reason),
        };
        match self.any(targets, 0, &ApiVersions).await {
            Ok(BrokerVersions { features: Some(levels), .. }) => finalised(&levels, now_ms()),
            Ok(_) => unknown(Unknown::Unsupported("brokers that report no features".into())),
            Err(error) => unknown(error.unknown("ApiVersions")),
        }
    }

    async fn quorum(&self, targets: &ReadTargets) -> Datum<Quorum> {
        let mut asked = self.by_readiness(targets);
        asked.truncate(BROKERS_ASKED_FOR_CONTROLLER);
        let deadline = self.deadline();
        let attempts =
            asked.clone().into_iter().map(|link| async move { link.value(&DescribeQuorum, deadline).await });
        match first_success(attempts, SECOND_QUESTION_AFTER).await {
            Ok(state) => Datum::known(quorum_of(&state, now_ms()), now_ms(), Origin::Broker),
            Err(errors) => match errors.first() {
                Some(error) if error.is_unsupported() => {
                    Datum::unknown(Unknown::Unsupported("brokers before 3.3 or without KRaft".into()))
                }
                Some(_) if errors.iter().all(is_of_no_controller) && self.answers_itself(&asked) => {
                    Datum::unknown(Unknown::Unreachable(NO_CONTROLLER.into()))
                }
                Some(error) => Datum::unknown(error.unknown("Describe on Cluster")),
                None => Datum::unknown(Unknown::Unreachable("no broker is up".into())),
            },
        }
    }

    /// Partitions that are being moved; before KRaft only the controller itself tells.
    async fn moves(&self, targets: &ReadTargets) -> Datum<Vec<PartitionMove>> {
        let (deadline, asked) = (self.deadline(), self.by_readiness(targets));
        let (first, others) = asked.split_at(BROKERS_ASKED_FOR_CONTROLLER.min(asked.len()));
        let mut told = self.moves_told_by(first, deadline).await;
        let passes_nothing_on = match &told {
            Ok(_) => false,
            Err(errors) => errors.iter().any(|error| error.code == NOT_CONTROLLER),
        };
        if passes_nothing_on && !others.is_empty() {
            told = self.moves_told_by(others, deadline).await;
        }
        let errors = match told {
            Ok(moves) => return Datum::known(moves, now_ms(), Origin::Broker),
            Err(errors) => errors,
        };
        // A refusal is an answer, and tells what to do; a silence does not.
        let telling = errors.iter().find(|error| is_refusal(error)).or(errors.first());
        Datum::unknown(match telling {
            Some(error) if error.is_unsupported() => Unknown::Unsupported("brokers before 2.4".into()),
            Some(error) => error.unknown("Describe on Cluster"),
            None => Unknown::Unreachable("no broker is up".into()),
        })
    }

    /// What the first of these brokers that answers tells.
    async fn moves_told_by(
        &self,
        asked: &[Arc<BrokerLink>],
        deadline: Instant,
    ) -> Result<Vec<PartitionMove>, Vec<CallError>> {
        let timeout_ms = i32::try_from(self.timeout.as_millis()).unwrap_or(i32::MAX);
        let attempts = asked.iter().cloned().map(|link| async move {
            let request = ListReassignments { timeout_ms };
            link.value(&request, deadline).await
        });
        first_success(attempts, SECOND_QUESTION_AFTER).await
    }

    /// All brokers; one that is known not to answer cannot pass a question on, and comes last.
    fn by_readiness(&self, targets: &ReadTargets) -> Vec<Arc<BrokerLink>> {
        let mut asked = self.candidates(targets, Lane::Controller, 0);
        asked.sort_by_key(|link| {
            matches!(self.state_of(link.address()), ConnectionState::Refused(_) | ConnectionState::Silent)
        });
        asked
    }

    /// Whether one of these brokers answers what it need not pass on.
    fn answers_itself(&self, asked: &[Arc<BrokerLink>]) -> bool {
        asked.iter().any(|link| self.state_of(link.address()) == ConnectionState::Connected)
    }

    async fn elr(&self, is_on: &Datum<bool>, targets: &ReadTargets) -> Datum<ElrByTopic> {
        match is_on {
            Datum::Known { value: false, .. } => {
                let off = Origin::Derived("eligible.leader.replicas.version is 0".into());
                Datum::known(ElrByTopic::new(), now_ms(), off)
            }
            Datum::Unknown { reason } => Datum::unknown(reason.clone()),
            Datum::Known { .. } => match self.elr_of_topics(targets).await {
                Ok(elr) => Datum::known(elr, now_ms(), Origin::Broker),
                Err(error) if error.is_unsupported() => {
                    Datum::unknown(Unknown::Unsupported("brokers before 3.7".into()))
                }
                Err(error) => Datum::unknown(error.unknown("Describe on the topics")),
            },
        }
    }

    async fn elr_of_topics(&self, targets: &ReadTargets) -> CallResult<ElrByTopic> {
        let mut elr = ElrByTopic::new();
        let names: Vec<Arc<str>> = targets.metadata.topics.iter().map(|topic| topic.name.clone()).collect();
        let deadline = self.deadline();
        for topics in names.chunks(TOPICS_PER_REQUEST) {
            let mut cursor = None;
            loop {
                let request =
                    DescribeTopicPartitions { topics, cursor: cursor.clone(), limit: PARTITIONS_PER_ANSWER };
                let links = self.candidates(targets, Lane::Own, 0);
                let answer = first_call(links, SECOND_QUESTION_AFTER, &request, deadline).await?;
                for (topic, members) in answer.topics {
                    elr.entry(topic).or_default().extend(members);
                }
                match answer.next {
                    None => break,
                    // One that stands still would go on for ever.
                    next if next <= cursor => return Err(standing_still()),
                    next => cursor = next,
                }
            }
        }
        Ok(elr)
    }
}

fn standing_still() -> CallError {
    CallError {
        code: 0,
        message: "a broker's answer to DescribeTopicPartitions does not come to an end".into(),
        hint: None,
    }
}

fn is_refusal(error: &CallError) -> bool {
    matches!(error.unknown(""), Unknown::Denied(_))
}

/// Whether no active controller answered: neither in time, nor as the one that leads.
fn is_of_no_controller(error: &CallError) -> bool {
    error.is_transport() || NO_LEADER.contains(&error.code)
}

fn finalised(levels: &[(String, i16)], at: Millis) -> Features {
    // A feature that is not finalised is at level 0.
    let level = |name: &str| levels.iter().find(|(known, _)| known == name).map_or(0, |(_, level)| *level);
    Features {
        elr: Datum::known(level("eligible.leader.replicas.version") > 0, at, Origin::Broker),
        metadata_level: Datum::known(level("metadata.version"), at, Origin::Broker),
    }
}

/// A voter is online that was current a moment ago. The leader is current now, so that its own time tells what its
/// clock says; klever's may be wrong.
fn quorum_of(state: &QuorumState, now: Millis) -> Quorum {
    let leader_time = state.voters.iter().find(|(id, _)| Some(*id) == state.leader).map(|(_, at)| *at);
    let now = leader_time.filter(|at| *at > 0).unwrap_or(now);
    let is_online = |(id, at): &&(BrokerId, Millis)| {
        Some(*id) == state.leader || now.saturating_sub(*at) < ONLINE_WITHIN_MS
    };
    Quorum {
        leader: state.leader,
        voters: state.voters.iter().map(|(id, _)| *id).collect(),
        online: state.voters.iter().filter(is_online).map(|(id, _)| *id).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voters_are_online_by_the_clock_of_their_leader() {
        let ids = |ids: &[i32]| ids.iter().copied().map(BrokerId).collect::<Vec<_>>();
        let voters = vec![(BrokerId(1), 100_000), (BrokerId(2), 99_000), (BrokerId(3), 90_000)];
        let state = QuorumState { leader: Some(BrokerId(1)), voters };
        for klevers_clock in [0, 100_000, 900_000_000] {
            let quorum = quorum_of(&state, klevers_clock);
            assert_eq!((quorum.voters, quorum.online), (ids(&[1, 2, 3]), ids(&[1, 2])));
        }
    }

    #[test]
    fn without_a_leader_nobody_counts_as_current_for_ever() {
        let state = QuorumState { leader: None, voters: vec![(BrokerId(1), 1_000), (BrokerId(2), 99_000)] };
        assert_eq!(quorum_of(&state, 100_000).online, [BrokerId(2)]);
    }
}
