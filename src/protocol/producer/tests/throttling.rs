//! A broker throttles the producer: nothing is sent meanwhile, and what is in flight has so much longer.

use super::rig::{MS, Rig, Way, settings};
use crate::model::BrokerId;
use crate::protocol::producer::ProducerInput;

#[test]
fn nothing_is_sent_to_a_broker_that_throttles() {
    let mut rig = Rig::new(settings(&[("linger.ms", "0")]), 1);
    rig.step(ProducerInput::Throttled { broker: BrokerId(1), throttle: 500 * MS });
    let until = rig.now + 500 * MS;
    rig.send(0, 1);
    rig.run_until(until - MS);
    assert_eq!(rig.requests, 0);
    rig.run_until(until + 10 * MS);
    assert_eq!((rig.requests, rig.acked.len()), (1, 1));
}

#[test]
fn the_time_of_throttling_is_no_time_of_waiting_for_an_answer() {
    let sent = |throttle: u64| {
        let mut rig = Rig::new(settings(&[("linger.ms", "0"), ("request.timeout.ms", "1000")]), 1);
        rig.ways = [Way::LostAnswer].into();
        rig.send(0, 1);
        rig.step(ProducerInput::Throttled { broker: BrokerId(1), throttle });
        let sent_at = rig.now;
        rig.run_until(sent_at + 1500 * MS);
        rig.requests
    };
    assert_eq!(sent(0), 2, "given up after a second, and sent again");
    assert_eq!(sent(2000 * MS), 1, "it has two seconds more");
}
