//! Lag from outside: what a snapshot can tell, and nothing that it cannot.

use crate::{Files, json, klever, ok, refused};
use klever::hypothesis::reference;
use klever::model::{
    BrokerId, Cluster, Datum, Group, GroupOffset, GroupState, KafkaVersion, NamedTransaction, OpenProducer,
    OpenTransaction, Origin, PartitionIx, Partitions, Unknown,
};
use klever::report::write_snapshot;
use serde_json::{Value, json as value};

/// The reference cluster whose logs hold records 100 to 1000; the end of partition 3 is not known.
fn cluster(groups: Vec<Group>) -> Cluster {
    let mut cluster = reference(KafkaVersion::REFERENCE);
    let mut rows = cluster.partitions.to_rows();
    for row in &mut rows {
        row.log_start = Some(100);
        row.high_watermark = (row.number != 3).then_some(1000);
    }
    cluster.partitions = Partitions::from_rows(&rows, Datum::known((), 0, Origin::Broker))
        .with_completeness(Datum::known((), 0, Origin::Broker));
    cluster.groups = Datum::known(groups.into(), 0, Origin::Broker);
    cluster.taken_at = 1_764_000_000_000;
    cluster
}

fn group(id: &str, offsets: &[(u32, Option<i64>)]) -> Group {
    let offset = |(at, committed): &(u32, Option<i64>)| GroupOffset::new(PartitionIx(*at), *committed);
    Group {
        id: id.into(),
        state: GroupState::Empty,
        protocol: "classic".into(),
        coordinator: Some(BrokerId(1)),
        member_count: Datum::known(0, 0, Origin::Broker),
        members: Datum::known([].into(), 0, Origin::Broker),
        offsets: Datum::known(offsets.iter().map(offset).collect(), 0, Origin::Broker),
    }
}

fn file(files: &Files, groups: Vec<Group>) -> String {
    files.write("lag.json", &write_snapshot(&cluster(groups)))
}

fn told(code: i32, file: &str, more: &[&str]) -> Value {
    json(&ok(code, &[&["lag", "--snapshot", file, "--format", "json"], more].concat()))
}

#[test]
fn lag_counts_what_is_still_to_be_read() {
    let files = Files::new();
    let file = file(
        &files,
        vec![group("audit", &[(2, None)]), group("billing", &[(0, Some(900)), (1, Some(1000))])],
    );
    let document = told(0, &file, &[]);
    assert_eq!(
        (&document["schema"], &document["complete"]),
        (&value!("klever.lag/1"), &value!({"topics": true, "groups": true, "offsets": true}))
    );
    let (audit, billing) = (&document["groups"][0], &document["groups"][1]);
    assert_eq!(
        (&audit["lag"], &audit["lag_is"]),
        (&Value::Null, &value!("no_commit")),
        "no commit is no zero"
    );
    assert_eq!(
        (&billing["lag"], &billing["lag_is"], &billing["members"]),
        (&value!(100), &value!("records"), &value!(0))
    );
    for untold in ["rate_in_per_s", "rate_out_per_s", "trend_per_s", "lag_s", "time_to_zero_s"] {
        assert!(billing[untold].is_null(), "{untold}");
    }
    assert_eq!(billing["partitions"][0]["high_watermark"], 1000);
    assert!(billing["partitions"][0]["log_end"].is_null(), "nobody told the end of the leader's own log");
    let text = ok(0, &["lag", "--snapshot", &file]);
    assert!(text.contains("billing: empty, 0 members, type classic\n  lag       100 records\n"), "{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.ends_with("time to zero are not known from one snapshot"), "{text}");
    let metrics = ok(0, &["lag", "--snapshot", &file, "--format", "prometheus"]);
    let labels = "{cluster=\"reference\",group=\"billing\"}";
    assert!(metrics.contains(&format!("\nklever_group_lag_records{labels} 100\n")), "{metrics}");
    assert!(
        !metrics.contains("klever_group_lag_records{cluster=\"reference\",group=\"audit\"}"),
        "{metrics}"
    );
    assert!(metrics.contains("klever_lag_taken_at_seconds{cluster=\"reference\"} 1764000000\n"), "{metrics}");
}

#[test]
fn a_lower_bound_is_told_as_one() {
    let files = Files::new();
    let file = file(&files, vec![group("billing", &[(0, Some(900)), (3, Some(5))])]);
    let ran = klever(&["lag", "--snapshot", &file, "--format", "json"]);
    let document = json(&ran.out);
    let billing = &document["groups"][0];
    assert_eq!(
        (ran.code, &billing["lag"], &billing["lag_at_least"]),
        (1, &Value::Null, &value!(100)),
        "95 are lost"
    );
    let file = self::file(&files, vec![group("billing", &[(0, Some(900)), (3, Some(500))])]);
    let ran = klever(&["lag", "--snapshot", &file]);
    assert!(ran.code == 3 && ran.out.contains("at least 100 records, the rest is not known"), "{}", ran.out);
    assert!(ran.err.contains("the lag of 1 group is not known whole"), "{}", ran.err);
    let ran = klever(&["lag", "--snapshot", &file, "--format", "prometheus"]);
    assert!(!ran.out.contains("klever_group_lag_records"), "{}", ran.out);
    assert!(
        ran.out.contains("klever_group_lag_at_least_records{cluster=\"reference\",group=\"billing\"} 100\n")
    );
    assert!(ran.out.contains("klever_group_lag_known{cluster=\"reference\",group=\"billing\"} 0\n"));
}

#[test]
fn lost_records_and_commits_beyond_the_end_are_never_negative() {
    let files = Files::new();
    let file = file(&files, vec![group("behind", &[(0, Some(40))]), group("beyond", &[(1, Some(1010))])]);
    let document = told(1, &file, &[]);
    let (behind, beyond) = (&document["groups"][0], &document["groups"][1]);
    assert_eq!((&behind["lag"], &behind["deleted_unread"]), (&value!(900), &value!(60)));
    assert_eq!((&beyond["lag"], &beyond["partitions"][0]["beyond_end"]), (&value!(0), &value!(10)));
    let text = ok(1, &["lag", "--snapshot", &file]);
    assert!(text.contains("  LOST      60 records deleted unread\n            orders-0 60\n"), "{text}");
    assert!(text.contains("  BEYOND    1 partition committed beyond the end of the log\n"), "{text}");
    told(1, &file, &["--group", "behind"]);
}

#[cfg(feature = "live")]
#[test]
fn a_watch_that_ends_before_its_first_answer_is_no_success() {
    use rustix::process::{Pid, Signal, kill_process};
    use std::process::{Command, Stdio};
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let mut watch = Command::new(env!("CARGO_BIN_EXE_klever"));
    watch.args(["lag", "--watch", "1", "-b", &address]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let watch = watch.spawn().unwrap();
    // Who connects listens to signals already.
    let _connection = silent.accept().unwrap();
    kill_process(Pid::from_raw(watch.id().cast_signed()).unwrap(), Signal::INT).unwrap();
    let ended = watch.wait_with_output().unwrap();
    let error = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(3), "{error}");
    assert_eq!(error, "klever: no poll came to its end\n");
}

#[test]
fn only_what_is_asked_for_counts() {
    let files = Files::new();
    let file = file(&files, vec![group("billing", &[(0, Some(900))]), group("open", &[(3, Some(500))])]);
    let document = told(0, &file, &["--group", "billing", "--topic", "orders"]);
    assert_eq!(document["groups"].as_array().unwrap().len(), 1);
    let error = refused(2, &["lag", "--snapshot", &file, "--group", "biling"]);
    assert!(
        error.contains("there is no group `biling`") && error.contains("did you mean `billing`?"),
        "{error}"
    );
    assert!(refused(2, &["lag", "--snapshot", &file, "--topic", "order"]).contains("there is no topic"));
    assert!(refused(2, &["lag"]).contains("no cluster was named"));

    let mut denied = cluster(Vec::new());
    denied.groups = Datum::unknown(Unknown::Denied("Describe on Group".into()));
    let denied = files.write("denied.json", &write_snapshot(&denied));
    assert!(refused(3, &["lag", "--snapshot", &denied]).contains("consumer groups: denied"));
    // On a cluster that was read, a group that is not listed may be hidden.
    let mut read = cluster(Vec::new());
    read.id = Datum::known("abc".into(), 0, Origin::Broker);
    read.partitions = read.partitions.with_completeness(Datum::not_asked());
    let read = files.write("read.json", &write_snapshot(&read));
    assert!(refused(3, &["lag", "--snapshot", &read, "--group", "billing"]).contains("may be hidden"));
}

#[test]
fn lag_is_not_known_whole_where_commits_may_be_hidden_or_were_refused() {
    let files = Files::new();
    let mut hidden = cluster(vec![group("billing", &[(0, Some(900))])]);
    hidden.id = Datum::known("abc".into(), 0, Origin::Broker);
    hidden.groups_complete = Datum::known((), 0, Origin::Broker);
    let why = Unknown::NotExposed("topics are hidden".into());
    hidden.partitions = hidden.partitions.with_completeness(Datum::unknown(why));
    let hidden = files.write("hidden.json", &write_snapshot(&hidden));
    let document = told(3, &hidden, &[]);
    assert_eq!(document["complete"], value!({"topics": false, "groups": true, "offsets": false}));
    let unseen = "commits, which brokers leave out on hidden topics: not visible: topics are hidden";
    assert_eq!(document["unseen"], value!([unseen]));
    let metrics = ok(3, &["lag", "--snapshot", &hidden, "--format", "prometheus"]);
    assert!(metrics.contains("klever_group_lag_known{cluster=\"abc\",group=\"billing\"} 0\n"), "{metrics}");
    assert_eq!(told(0, &hidden, &["--topic", "orders"])["unseen"], value!([]), "it is not hidden");

    let refused = GroupOffset { is_refused: true, ..GroupOffset::new(PartitionIx(1), None) };
    let offsets = [GroupOffset::new(PartitionIx(0), Some(900)), refused];
    let offsets = Datum::known(offsets.into(), 0, Origin::Broker);
    let refused = file(&files, vec![Group { offsets, ..group("billing", &[]) }]);
    let document = told(3, &refused, &[]);
    assert_eq!(document["groups"][0]["lag_at_least"], 100);
    assert_eq!(document["groups"][0]["partitions"][1]["lag_is"], "unknown", "refused is not `no commit`");
}

#[test]
fn a_share_group_that_has_not_begun_is_unknown_and_said_in_words() {
    let files = Files::new();
    let share = |offsets: &[GroupOffset]| Group {
        protocol: "share".into(),
        offsets: Datum::known(offsets.into(), 0, Origin::Broker),
        ..group("jobs", &[])
    };
    let begun = |at: u32, lag: i64| GroupOffset {
        told_lag: Some(lag),
        ..GroupOffset::new(PartitionIx(at), Some(900))
    };
    let all = file(&files, vec![share(&[begun(0, 40), begun(3, 2)])]);
    let document = told(0, &all, &[]);
    let jobs = &document["groups"][0];
    assert_eq!((&jobs["lag"], &jobs["type"]), (&value!(42), &value!("share")), "as the coordinator counts");

    let not_begun = file(&files, vec![share(&[begun(0, 40), GroupOffset::new(PartitionIx(1), None)])]);
    let document = told(3, &not_begun, &[]);
    let partition = &document["groups"][0]["partitions"][1];
    assert_eq!((&partition["has_not_begun"], &partition["lag"]), (&value!(true), &Value::Null));
    let text = ok(3, &["lag", "--snapshot", &not_begun]);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("at least 40 records, the rest is not known"), "{words}");
    assert!(words.contains("1 partition without a start offset"), "{words}");
    assert!(words.contains("share.auto.offset.reset decides"), "{words}");
    assert!(!words.contains("no commit") && !words.contains("without a commit"), "{words}");
}

/// Partitions 0 to 2 are held back at 600; whose transaction it is differs.
fn held_back() -> Cluster {
    let mut cluster = cluster(vec![group("billing", &[(0, Some(900)), (1, Some(500)), (2, Some(500))])]);
    let stable: Vec<Option<i64>> =
        cluster.partitions.iter().map(|one| if one.number() < 3 { Some(600) } else { None }).collect();
    cluster.partitions = cluster.partitions.with_last_stable(&stable);
    let known = |value: NamedTransaction| Datum::known(value, 0, Origin::Broker);
    let producer = |transaction| OpenProducer {
        producer_id: 4001,
        epoch: 3,
        start_offset: 600,
        last_written_at: None,
        transaction,
    };
    let named = known(NamedTransaction {
        transactional_id: "orders-tx-1".into(),
        started_at: Some(cluster.taken_at - 180_000),
        timeout_ms: 900_000,
    });
    let unnamed = Datum::unknown(Unknown::Denied("Describe on TransactionalId *".into()));
    let producers = [
        Datum::known(producer(named), 0, Origin::Broker),
        Datum::known(producer(unnamed), 0, Origin::Broker),
        Datum::unknown(Unknown::Denied("Read on Topic orders".into())),
    ];
    let open = producers.into_iter().enumerate();
    let open = open.map(|(at, producer)| OpenTransaction { partition: PartitionIx(at as u32), producer });
    cluster.open_transactions = open.collect();
    cluster
}

#[test]
fn who_holds_records_back_is_told_and_what_is_denied_is_unknown() {
    let files = Files::new();
    let file = files.write("held.json", &write_snapshot(&held_back()));
    let document = told(0, &file, &[]);
    let partitions = &document["groups"][0]["partitions"];
    let open = &partitions[0]["open_transaction"];
    assert_eq!((&open["producer_id"], &open["transactional_id"]), (&value!(4001), &value!("orders-tx-1")));
    assert_eq!((&open["open_ms"], &open["timeout_ms"]), (&value!(180_000), &value!(900_000)));
    assert!(open["unknown_because"].is_null());
    let open = &partitions[1]["open_transaction"];
    assert_eq!((&open["producer_id"], &open["transactional_id"]), (&value!(4001), &Value::Null));
    assert_eq!(open["unknown_because"], "denied, needs Describe on TransactionalId *");
    let open = &partitions[2]["open_transaction"];
    assert!(open["producer_id"].is_null(), "never a made-up id");
    assert_eq!(open["unknown_because"], "denied, needs Read on Topic orders");

    let text = ok(0, &["lag", "--snapshot", &file]);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let first =
        "orders-0: 100 records behind the open transaction of producer id 4001 (orders-tx-1), open for 3m00s";
    assert!(words.contains(first), "{words}");
    assert!(words.contains("needs Describe on TransactionalId *"), "{words}");
    assert!(words.contains("needs Read on Topic orders"), "{words}");
}
