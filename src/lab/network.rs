//! Who is how far from whom in a lab, and which ways are cut or slow now.

use crate::scenario::{Endpoint, NetSpec};
use std::collections::BTreeSet;
use std::time::Duration;

/// A way shorter than this is not made longer: loopback and two proxies take as much.
const NOTICEABLE: Duration = Duration::from_micros(700);

/// One end of a connection.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum End {
    /// A node of the cluster by its id.
    Node(i32),
    /// A producer of the scenario.
    Producer(String),
    /// A member of a group.
    Group(String),
    /// Anybody else: the lab's own clients, which no fault reaches.
    Other(String),
}

impl End {
    /// Who a client id means. Brokers and clients name themselves in every request header.
    ///
    /// Seen from 3.9 to 4.x: `broker-1-fetcher-0` (replica fetchers), `1` (a broker's channels to the
    /// controller), `raft-client-1` (the quorum), `broker-1-txn-marker-sender`, `AddPartitionsToTxn...`.
    pub fn named(client_id: &str) -> End {
        let first_number = |text: &str| text.split('-').next().and_then(|number| number.parse().ok());
        let node = client_id.strip_prefix("broker-").or(client_id.strip_prefix("raft-client-"));
        if let Some(id) = first_number(node.unwrap_or(client_id)) {
            return End::Node(id);
        }
        match client_id.split_once('.') {
            Some(("producer", name)) => End::Producer(name.into()),
            Some(("group", name)) => {
                End::Group(name.rsplit_once('.').map_or(name, |(group, _)| group).into())
            }
            _ => End::Other(client_id.into()),
        }
    }
}

/// What happens to what goes one way between two ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Way {
    /// It takes this much longer.
    pub delay: Duration,
    /// It waits until the way is open again.
    pub cut: bool,
}

#[derive(Clone, Debug)]
enum LinkFault {
    Cut(bool),
    Slow(Duration),
}

/// Distances and faults between all ends.
#[derive(Clone, Debug, Default)]
pub struct Network {
    brokers: i32,
    racks: Vec<String>,
    spec: NetSpec,
    faults: Vec<(Endpoint, Endpoint, bool, LinkFault)>,
    /// Nodes whose machine has no power.
    off: BTreeSet<i32>,
}

impl Network {
    /// A network of `brokers` brokers in racks by turns.
    pub fn new(brokers: usize, racks: &[String], spec: NetSpec) -> Network {
        Network { brokers: brokers as i32, racks: racks.to_vec(), spec, ..Network::default() }
    }

    /// Cuts or opens the ways between two ends; `one_way` only those towards `to`.
    pub fn cut(&mut self, from: &Endpoint, to: &Endpoint, one_way: bool, cut: bool) {
        self.faults.push((from.clone(), to.clone(), one_way, LinkFault::Cut(cut)));
    }

    /// Makes the ways between two ends this much longer; zero ends it.
    pub fn slow(&mut self, from: &Endpoint, to: &Endpoint, extra: Duration) {
        self.faults.push((from.clone(), to.clone(), false, LinkFault::Slow(extra)));
    }

    /// Sets the distances anew; faults stay.
    pub fn measure(&mut self, spec: NetSpec) {
        self.spec = spec;
    }

    /// Takes a node's machine its power, or gives it back.
    pub fn power(&mut self, node: i32, on: bool) {
        _ = if on { self.off.remove(&node) } else { self.off.insert(node) };
    }

    /// Whether the machine has power. Those of clients always have.
    pub fn has_power(&self, end: &End) -> bool {
        !matches!(end, End::Node(id) if self.off.contains(id))
    }

    /// Ends all faults of ways.
    pub fn heal_all(&mut self) {
        self.faults.clear();
    }

    /// How it is now from one end to another: the last fault that concerns them counts.
    pub fn way(&self, from: &End, to: &End) -> Way {
        let mut cut = false;
        let mut delay = self.distance(from, to) / 2;
        let mut extra = Duration::ZERO;
        for (a, b, one_way, fault) in &self.faults {
            let forth = self.is(from, a) && self.is(to, b);
            let back = !one_way && self.is(from, b) && self.is(to, a);
            match fault {
                LinkFault::Cut(now) if forth || back => cut = *now,
                LinkFault::Slow(now) if forth || back => extra = *now,
                _ => {}
            }
        }
        delay += extra;
        Way { delay: if delay < NOTICEABLE { Duration::ZERO } else { delay }, cut }
    }

    fn distance(&self, from: &End, to: &End) -> Duration {
        let spec = &self.spec;
        let pair = |(a, b): &(Endpoint, Endpoint)| {
            self.is(from, a) && self.is(to, b) || self.is(from, b) && self.is(to, a)
        };
        let exception = spec.pairs.iter().rev().find(|each| pair(&each.between)).map(|each| each.rtt_ms);
        let rule = || match (from, to) {
            (End::Other(_), _) | (_, End::Other(_)) => 0.0,
            (End::Node(a), End::Node(b)) if a == b => 0.0,
            (End::Node(a), End::Node(b)) if self.both_brokers(*a, *b) && self.rack(*a) == self.rack(*b) => {
                spec.same_rack_rtt_ms
            }
            (End::Node(_), End::Node(_)) => spec.rack_rtt_ms,
            _ => spec.client_rtt_ms,
        };
        Duration::from_secs_f64(exception.unwrap_or_else(rule).max(0.0) / 1000.0)
    }

    fn both_brokers(&self, a: i32, b: i32) -> bool {
        a.max(b) <= self.brokers
    }

    fn rack(&self, broker: i32) -> Option<&String> {
        let at = usize::try_from(broker - 1).ok()?;
        (!self.racks.is_empty()).then(|| &self.racks[at % self.racks.len()])
    }

    fn is(&self, end: &End, what: &Endpoint) -> bool {
        match (end, what) {
            (End::Node(id), Endpoint::Broker(broker)) => *id == broker.0,
            (End::Node(id), Endpoint::Brokers) => *id <= self.brokers,
            (End::Node(id), Endpoint::Controllers) => *id > self.brokers,
            (End::Node(id), Endpoint::Rack(name)) => *id <= self.brokers && self.rack(*id) == Some(name),
            (End::Producer(name), Endpoint::Producer(other)) => name == other,
            (End::Group(name), Endpoint::Group(other)) => name == other,
            (End::Producer(_) | End::Group(_), Endpoint::Clients) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BrokerId;

    fn network() -> Network {
        let spec = NetSpec { rack_rtt_ms: 20.0, ..NetSpec::default() };
        Network::new(3, &["a".into(), "b".into(), "a".into()], spec)
    }

    #[test]
    fn client_ids_tell_who_it_is() {
        assert_eq!(End::named("broker-2-fetcher-0"), End::Node(2));
        assert_eq!(End::named("raft-client-100"), End::Node(100));
        assert_eq!(End::named("3"), End::Node(3));
        assert_eq!(End::named("producer.app"), End::Producer("app".into()));
        assert_eq!(End::named("group.billing.1"), End::Group("billing".into()));
        assert_eq!(End::named("klever/0.1.0"), End::Other("klever/0.1.0".into()));
    }

    #[test]
    fn a_way_is_half_a_round_trip_and_short_ones_are_left_alone() {
        let (network, node) = (network(), End::Node);
        assert_eq!(network.way(&node(1), &node(2)).delay, Duration::from_millis(10));
        assert_eq!(network.way(&node(1), &node(3)).delay, Duration::ZERO);
        assert_eq!(network.way(&node(1), &node(100)).delay, Duration::from_millis(10));
        assert_eq!(network.way(&End::Producer("app".into()), &node(1)).delay, Duration::ZERO);
    }

    #[test]
    fn the_last_fault_counts_and_may_go_one_way() {
        let mut network = network();
        let broker = |id| Endpoint::Broker(BrokerId(id));
        network.cut(&broker(1), &Endpoint::Controllers, true, true);
        assert!(network.way(&End::Node(1), &End::Node(100)).cut);
        assert!(!network.way(&End::Node(100), &End::Node(1)).cut);
        network.cut(&broker(1), &Endpoint::Controllers, false, false);
        assert!(!network.way(&End::Node(1), &End::Node(100)).cut);
        network.slow(&Endpoint::Brokers, &Endpoint::Clients, Duration::from_millis(5));
        assert_eq!(network.way(&End::Group("g".into()), &End::Node(1)).delay.as_millis(), 5);
        network.heal_all();
        assert_eq!(network.way(&End::Group("g".into()), &End::Node(1)), Way::default());
    }
}
