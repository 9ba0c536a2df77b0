//! What several looks tell, and what one does not.

use super::*;
use crate::hypothesis::reference;
use crate::model::{
    BrokerId, ConfigEntry, ConfigMap, ConfigSource, Datum, GroupState, KafkaVersion, Member, Origin,
    PartitionIx, Partitions,
};
use std::sync::Arc;

const PARTITIONS: usize = 2;

/// Two partitions whose ends and commits are these, at a time in seconds.
struct Look {
    at_s: i64,
    ends: [i64; PARTITIONS],
    commits: [Option<i64>; PARTITIONS],
    state: GroupState,
    members: Option<&'static [&'static str]>,
}

fn look(at_s: i64, ends: [i64; PARTITIONS], commits: [i64; PARTITIONS]) -> Look {
    Look { at_s, ends, commits: commits.map(Some), state: GroupState::Stable, members: Some(&["a"]) }
}

fn cluster(look: &Look) -> Cluster {
    let mut cluster = reference(KafkaVersion::REFERENCE);
    let mut rows = cluster.partitions.to_rows();
    for (row, end) in rows.iter_mut().zip(look.ends) {
        (row.log_start, row.high_watermark, row.log_end) = (Some(0), Some(end), Some(end + 3));
    }
    cluster.partitions = Partitions::from_rows(&rows, Datum::known((), 0, Origin::Broker));
    let mut topics = cluster.topics.to_vec();
    let entry = |value: &str| ConfigEntry::new(value, ConfigSource::Topic);
    let settings = [("cleanup.policy", "delete"), ("retention.ms", "60000"), ("retention.bytes", "-1")];
    let map: ConfigMap = settings.iter().map(|(key, value)| (key.to_string(), entry(value))).collect();
    topics[0].config = Datum::known(Arc::new(map), 0, Origin::Broker);
    cluster.topics = topics.into();
    cluster.groups = Datum::known([group(look)].into(), 0, Origin::Broker);
    cluster.taken_at = look.at_s * 1000;
    cluster
}

fn group(look: &Look) -> Group {
    let offset =
        |(at, committed): (usize, &Option<i64>)| GroupOffset::new(PartitionIx(at as u32), *committed);
    let member = |name: &&str| Member {
        client_id: name.to_string(),
        host: "h".into(),
        instance_id: None,
        assigned: vec![PartitionIx(0)],
    };
    let members = |names: &[&str]| names.iter().map(member).collect::<Arc<[Member]>>();
    Group {
        id: "billing".into(),
        state: look.state,
        protocol: "classic".into(),
        coordinator: Some(BrokerId(1)),
        member_count: Datum::known(1, 0, Origin::Broker),
        members: look
            .members
            .map_or_else(Datum::not_asked, |names| Datum::known(members(names), 0, Origin::Broker)),
        offsets: Datum::known(look.commits.iter().enumerate().map(offset).collect(), 0, Origin::Broker),
    }
}

/// The last look's group after all of these.
fn after(looks: &[Look]) -> GroupLag {
    let mut series = LagSeries::default();
    let mut last = None;
    for look in looks {
        let cluster = cluster(look);
        let mut report = LagReport::of(&cluster, |_| true, |_| true);
        series.note(&mut report);
        last = report.groups.pop();
    }
    last.unwrap()
}

fn progress(looks: &[Look]) -> LagProgress {
    after(looks).progress.unwrap()
}

/// 10 records a second in, 12 out, seen every ten seconds; 1,000 behind at first.
fn catching_up(looks: i64) -> Vec<Look> {
    (0..looks)
        .map(|at| {
            let (end, commit) = (1_000 + 50 * at, 500 + 60 * at);
            look(10 * at, [end, end], [commit, commit])
        })
        .collect()
}

#[test]
fn one_look_tells_no_rate() {
    let progress = progress(&catching_up(1));
    assert_eq!((progress.rate_in_per_s, progress.rate_out_per_s, progress.over_ms), (None, None, None));
    assert_eq!((progress.trend(), progress.time_to_zero_s), (Trend::Unknown, None));
    assert_eq!(progress.age.method, AgeMethod::Unknown);
    assert!(matches!(progress.retention, RetentionLeft::Unknown(_)));
}

#[test]
fn rates_trend_and_time_to_zero_are_those_of_the_looks() {
    let progress = progress(&catching_up(6));
    assert_eq!((progress.rate_in_per_s, progress.rate_out_per_s), (Some(10.0), Some(12.0)));
    assert_eq!(progress.over_ms, Some(50_000));
    let Trend::Shrinking(rate) = progress.trend() else { panic!("{:?}", progress.trend()) };
    assert!((rate - 2.0).abs() < 0.01, "{rate}");
    // 2 x (1250 - 800) records behind.
    assert!(progress.time_to_zero_s.is_some_and(|left| (left - 450.0).abs() < 3.0), "{progress:?}");
}

#[test]
fn the_age_is_that_of_the_oldest_unread_record_and_says_how_it_was_found() {
    // Committed up to what was written at 25 s, seen at 30 s.
    let ends = |at: i64| [100 + 10 * at; PARTITIONS];
    let looks: Vec<Look> = (0..4).map(|at| look(10 * at, ends(10 * at), [350, ends(10 * at)[0]])).collect();
    let of = progress(&looks);
    assert_eq!(
        (of.age.method, of.age.estimate_s, of.age.at_least_s),
        (AgeMethod::Interpolated, Some(5.0), Some(5.0))
    );
    assert_eq!(of.retention, RetentionLeft::Seconds(55.0));
    // Behind all that was seen: 20 s before the first look at the rate since, and for certain older than that look.
    let looks: Vec<Look> =
        (0..4).map(|at| look(10 * at, [1000 + 100 * at; 2], [800, 1000 + 100 * at])).collect();
    let of = progress(&looks);
    assert_eq!(
        (of.age.method, of.age.estimate_s, of.age.at_least_s),
        (AgeMethod::Extrapolated, Some(50.0), Some(30.0))
    );
    assert_eq!(of.retention, RetentionLeft::Seconds(10.0));
    // Nothing is written: nobody knows how old the unread records are.
    let still: Vec<Look> = (0..4).map(|at| look(10 * at, [1000; 2], [800; 2])).collect();
    let of = progress(&still);
    assert_eq!((of.age.estimate_s, of.age.at_least_s), (None, Some(30.0)));
    assert!(matches!(of.retention, RetentionLeft::Unknown(_)));
    let read: Vec<Look> = (0..2).map(|at| look(10 * at, [1000; 2], [1000; 2])).collect();
    let of = progress(&read);
    assert_eq!(
        (of.age, of.retention, of.time_to_zero_s),
        (LagAge::NOTHING_UNREAD, RetentionLeft::NothingUnread, Some(0.0))
    );
}

#[test]
fn a_rate_is_known_only_where_that_of_every_partition_is() {
    let mut looks = catching_up(3);
    looks[2].commits[1] = None;
    let of = after(&looks);
    assert_eq!(of.progress.as_ref().unwrap().rate_in_per_s, Some(5.0), "of what the group commits in");
    let mut first = catching_up(3);
    first[0].commits[1] = None;
    first[1].commits[1] = None;
    let progress = progress(&first);
    assert_eq!((progress.rate_in_per_s, progress.rate_out_per_s), (Some(10.0), None));
}

#[test]
fn commits_that_go_back_are_told_and_make_no_rate() {
    let mut looks = catching_up(3);
    looks.push(look(30, [1150, 1150], [10, 680]));
    let of = progress(&looks);
    assert!(of.commits_went_back);
    assert_eq!(of.rate_out_per_s, None);
    looks.push(look(40, [1200, 1200], [70, 740]));
    let of = progress(&looks);
    assert_eq!((of.commits_went_back, of.rate_out_per_s), (false, Some(12.0)));
}

/// The same cluster, whose group does not let its offsets be read.
fn without_offsets(mut cluster: Cluster) -> Cluster {
    let mut groups = cluster.groups.get().unwrap().to_vec();
    groups[0].offsets = Datum::not_asked();
    cluster.groups = Datum::known(groups.into(), 0, Origin::Broker);
    cluster
}

#[test]
fn commits_that_cannot_be_read_went_nowhere() {
    let mut looks = catching_up(3);
    looks.push(look(30, [1150, 1150], [10, 680]));
    let mut clusters: Vec<Cluster> = looks.iter().map(cluster).collect();
    clusters.push(without_offsets(cluster(&look(40, [1200, 1200], [70, 740]))));
    let mut series = LagSeries::default();
    let mut went_back = Vec::new();
    for cluster in &clusters {
        let mut report = LagReport::of(cluster, |_| true, |_| true);
        series.note(&mut report);
        went_back.push(report.groups[0].progress.as_ref().unwrap().commits_went_back);
    }
    assert_eq!(went_back, [false, false, false, true, false]);
}

#[test]
fn rebalances_are_noticed_by_their_state_or_by_what_they_left() {
    let with = |state: GroupState, members: Option<&'static [&'static str]>| {
        let mut one = look(0, [10; 2], [10; 2]);
        (one.state, one.members) = (state, members);
        one
    };
    let noticed = |looks: Vec<Look>| {
        let timed = looks.into_iter().enumerate().map(|(at, look)| Look { at_s: at as i64, ..look });
        progress(&timed.collect::<Vec<_>>()).rebalances
    };
    use GroupState::{PreparingRebalance, Stable};
    let stable = |members| with(Stable, Some(members));
    assert_eq!(noticed(vec![stable(&["a"]), stable(&["a"])]), 0);
    assert_eq!(noticed(vec![stable(&["a"]), stable(&["a", "b"])]), 1, "somebody joined in between");
    let seen_and_left = vec![stable(&["a"]), with(PreparingRebalance, Some(&["a"])), stable(&["a", "b"])];
    assert_eq!(noticed(seen_and_left), 1, "not twice");
    assert_eq!(noticed(vec![stable(&["a"]), with(Stable, None), stable(&["a"])]), 0, "not seen is no change");
    assert_eq!(noticed(vec![stable(&["a"]), with(Stable, None), stable(&["b"])]), 1);
}

#[test]
fn skew_is_the_largest_over_the_mean() {
    let of = after(&[look(0, [100, 400], [0, 100])]);
    assert_eq!(of.skew(), Some(1.5));
    assert_eq!(after(&[look(0, [100, 100], [100, 100])]).skew(), None, "no lag has no skew");
}

#[test]
fn what_lies_behind_an_open_transaction_is_told_apart() {
    let mut cluster = cluster(&look(0, [100, 100], [40, 90]));
    let mut stable = vec![None; cluster.partitions.len()];
    (stable[0], stable[1]) = (Some(60), Some(70));
    cluster.partitions = cluster.partitions.with_last_stable(&stable);
    let report = LagReport::of(&cluster, |_| true, |_| true);
    let of = &report.groups[0];
    assert_eq!(of.behind_open_transaction(), Some(40 + 10), "only what the group has not read");
    assert_eq!((of.partitions[0].lag, of.partitions[0].not_replicated()), (Lag::Records(60), Some(3)));
    let text = lag_text(&report);
    assert!(text.contains("50 records of them lie behind an open transaction"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&lag_json(&report)).unwrap();
    let first = &json["groups"][0]["partitions"][0];
    assert_eq!(
        (&first["last_stable"], &first["high_watermark"], &first["log_end"], &first["not_replicated"]),
        (&60.into(), &100.into(), &103.into(), &3.into())
    );
    let metrics = lag_prometheus(&report);
    assert!(metrics.contains(
        "klever_group_behind_open_transaction_records{cluster=\"reference\",group=\"billing\"} 50\n"
    ));
}

#[test]
fn what_lies_behind_an_open_transaction_is_not_zero_where_it_is_not_known() {
    let mut cluster = cluster(&look(0, [100, 100], [40, 90]));
    let mut stable = vec![None; cluster.partitions.len()];
    stable[0] = Some(60);
    cluster.partitions = cluster.partitions.with_last_stable(&stable);
    let report = LagReport::of(&cluster, |_| true, |_| true);
    assert_eq!(report.groups[0].behind_open_transaction(), None);
    let text = lag_text(&report);
    assert!(text.contains("at least 40 records of them lie behind an open transaction"), "{text}");
    let unread = without_offsets(cluster.clone());
    let report = LagReport::of(&unread, |_| true, |_| true);
    assert_eq!(report.groups[0].behind_open_transaction(), None);
    assert!(!lag_prometheus(&report).contains("klever_group_behind_open_transaction_records{"));
}

#[test]
fn every_form_tells_of_a_look_and_of_one_that_failed() {
    let mut series = LagSeries::default();
    let looks = catching_up(4);
    let clusters: Vec<Cluster> = looks.iter().map(cluster).collect();
    let mut told = Vec::new();
    for cluster in &clusters {
        let mut report = LagReport::of(cluster, |_| true, |_| true);
        series.note(&mut report);
        told.push((lag_text(&report), lag_json_line(&report), lag_prometheus(&report)));
    }
    let (text, line, metrics) = told.pop().unwrap();
    assert!(text.starts_with("Poll 4, after 30.0 s\n"), "{text}");
    for words in ["in 10.0/s, out 12.0/s over 30.0 s", "shrinking by 2.0 records/s, zero in"] {
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(line.lines().count(), 1);
    let json: serde_json::Value = serde_json::from_str(&line).unwrap();
    let of = &json["groups"][0];
    assert_eq!(
        (&json["poll"], &of["rate_in_per_s"], &of["trend_per_s"]),
        (&4.into(), &10.0.into(), &(-2.0).into())
    );
    assert_eq!(
        (&of["lag_s_method"], &of["rebalances_noticed"]),
        (&"produced_rate_extrapolated".into(), &0.into())
    );
    assert!(
        metrics.contains(
            "klever_group_records_out_per_second{cluster=\"reference\",group=\"billing\"} 12.000\n"
        ),
        "{metrics}"
    );
    assert!(metrics.contains("\nklever_lag_poll_ok 1\n"));
    let failed = series.note_failure(40_000);
    assert_eq!(failed_poll_text(failed, "refused"), "Poll 5, after 40.0 s: no answer: refused\n");
    let json: serde_json::Value = serde_json::from_str(&failed_poll_json(failed, 40_000, "refused")).unwrap();
    assert_eq!(
        (&json["error"], &json["groups"], &json["poll"]),
        (&"refused".into(), &serde_json::Value::Null, &5.into())
    );
    assert!(failed_poll_prometheus(failed).ends_with("klever_lag_poll_ok 0\n"));
}
