//! What muted connections do: requests queue in the socket, and outlive the connection.

use super::*;
use crate::model::{BrokerId, MS, SECOND};
use crate::protocol::messages::BrokerRequest;
use crate::scenario::{Act, Process, Scenario};
use crate::sim::{RunReport, Simulator, run};

fn request(correlation: u64) -> Message {
    Message::Request { correlation, request: BrokerRequest::Metadata(Vec::new()) }
}

fn numbers(messages: Vec<Message>) -> Vec<u64> {
    messages.iter().filter_map(Message::correlation).collect()
}

/// Client 0 has sent three requests, the first of them at work.
fn three() -> Channels {
    let mut channels = Channels::default();
    let channel = channels.open(0, ConnectionKind::Requests);
    channel.waiting.extend([1, 2, 3].map(request));
    assert_eq!(numbers(channels.read(0, 0)), [1]);
    channels
}

#[test]
fn the_next_request_is_read_when_the_answer_is_in_the_socket() {
    let mut channels = three();
    assert!(channels.read(0, MS).is_empty());
    assert_eq!(channels.answered(0, 1, 3 * MS, || 0), Answered::Delivered(true));
    assert!(channels.read(0, 2 * MS).is_empty(), "the disk is still at it");
    assert_eq!(numbers(channels.read(0, 3 * MS)), [2]);
    assert_eq!(channels.answered(0, 1, 3 * MS, || 0), Answered::NoChannel);
    assert_eq!(channels.waiting(), [0]);
}

#[test]
fn a_closed_connection_is_read_until_a_write_to_it_fails() {
    let mut channels = three();
    channels.close(0, ConnectionKind::Requests, false);
    channels.open(0, ConnectionKind::Requests).waiting.push_back(request(4));
    assert_eq!(numbers(channels.read(0, 0)), [4], "a new connection waits for nobody");
    assert_eq!(channels.answered(0, 1, 30 * MS, || MS), Answered::ToClosed(true));
    assert_eq!(numbers(channels.read(0, 30 * MS)), [2]);
    assert_eq!(
        channels.answered(0, 2, 31 * MS, || MS),
        Answered::ToClosed(false),
        "the reset is there by now"
    );
    assert!(channels.closed.is_empty());
}

#[test]
fn questions_of_a_closed_connection_are_forgotten() {
    let mut channels = three();
    channels.close(0, ConnectionKind::Requests, true);
    assert!(channels.closed.is_empty() && channels.waiting().is_empty());
}

/// One partition on three racks far apart, a producer near its leader.
fn far_apart(producer: &str) -> Scenario {
    let text = format!(
        "id = \"x\"\ntitle = \"x\"\nduration = \"40s\"\n[cluster]\nracks = [\"a\", \"b\", \"c\"]\ncontrollers = 1\n\
         [net]\nrack_rtt_ms = 60\nclient_rtt_ms = 0.1\n\
         [[topic]]\nname = \"t\"\nplacement = [[1, 2, 3]]\n\
         [[producer]]\nname = \"app\"\ntopic = \"t\"\n{producer}\n"
    );
    Scenario::parse("x.toml", &text).unwrap()
}

fn ack_median(report: &RunReport) -> f64 {
    report.counters.ack_latency_ms.p50.unwrap()
}

/// Real brokers: 0.06 s at 5 records a second, 0.8 s at 20, where a request is at work for 60 ms and more.
#[test]
fn with_copies_far_away_a_connection_carries_one_request_a_round_trip() {
    let median = |rate: u32, config: &str| {
        let producer = format!("records_per_s = {rate}\nconfig = {{ \"linger.ms\" = 0, {config} }}");
        ack_median(&run(&far_apart(&producer), 1, None))
    };
    assert!((60.0..70.0).contains(&median(5, "acks = \"all\"")));
    let crowded = median(20, "acks = \"all\"");
    assert!((200.0..1_500.0).contains(&crowded), "{crowded}");
    assert!(median(20, "acks = \"1\"") < 2.0, "nothing is waited for");
}

#[test]
fn what_a_producer_gave_up_may_still_be_appended_twice() {
    let config = "\"linger.ms\" = 0, acks = \"1\", \"enable.idempotence\" = false, \"request.timeout.ms\" = 2000, \
                  \"max.block.ms\" = 60000";
    let producer = format!("records_per_s = 5\nrecords = 20\nconfig = {{ {config} }}");
    let mut sim = Simulator::new(&far_apart(&producer), 1, None);
    sim.run_until(SECOND);
    sim.apply(Act::Pause(Process::Broker(BrokerId(1)))).unwrap();
    sim.run_until(4 * SECOND);
    sim.apply(Act::Resume(Process::Broker(BrokerId(1)))).unwrap();
    sim.run_until(40 * SECOND);
    let counters = sim.report().counters;
    assert_eq!((counters.acked, counters.failed), (20, 0), "{counters:?}");
    assert!(counters.duplicated > 0, "{counters:?}");
}
