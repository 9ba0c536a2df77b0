//! Links between machines: how long a message takes, what is lost, what is cut, and who is at which end.
//!
//! A link is a TCP connection. Messages keep their order; a lost one is sent again after a time-out that
//! doubles; what is sent over a cut link waits and arrives after the link is healed.

use crate::model::{BrokerId, Nanos};
use crate::scenario::{Endpoint, NetSpec, Scenario};
use crate::sim::rng::Rng;

/// A machine's number: brokers from 0, then the controllers as one, then the clients.
pub(crate) type Node = u32;

/// The first retransmission of TCP (RFC 6298's floor in Linux).
const RETRANSMIT: Nanos = 200_000_000;

#[derive(Clone, Copy, Debug, Default)]
struct Link {
    one_way: Nanos,
    extra: Nanos,
    base_loss: u32,
    extra_loss: u32,
    cut: bool,
    last_arrival: Nanos,
}

/// All links of a cluster with its clients.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    brokers: u32,
    racks: Vec<Option<String>>,
    producers: Vec<String>,
    groups: Vec<String>,
    links: Vec<Link>,
    jitter_permille: u32,
    rng: Rng,
    /// What a byte takes of a broker's network, in units of 1/1024 ns; 0 is nothing.
    per_byte: u64,
    /// Until when the network of each broker's machine is busy, out and in.
    busy: Vec<[Nanos; 2]>,
}

impl Network {
    /// The network of a scenario.
    pub(crate) fn of(scenario: &Scenario, seed: u64) -> Self {
        let cluster = &scenario.cluster;
        let members = scenario
            .groups
            .iter()
            .flat_map(|group| std::iter::repeat_n(group.name.clone(), group.members as usize));
        let mut network = Network {
            brokers: cluster.brokers,
            racks: cluster.ids().map(|id| cluster.rack_of(id).map(String::from)).collect(),
            producers: scenario.producers.iter().map(|producer| producer.name.clone()).collect(),
            groups: members.collect(),
            links: Vec::new(),
            jitter_permille: (scenario.net.jitter * 1000.0) as u32,
            rng: Rng::stream(seed, "net", 0),
            per_byte: 0,
            busy: vec![[0; 2]; cluster.brokers as usize],
        };
        let nodes = network.nodes() as usize;
        network.links = vec![Link::default(); nodes * nodes];
        network.measure(&scenario.net);
        network
    }

    /// How many machines there are.
    pub(crate) fn nodes(&self) -> u32 {
        self.brokers + 1 + (self.producers.len() + self.groups.len()) as u32
    }

    pub(crate) fn broker(&self, id: BrokerId) -> Node {
        id.0 as u32 - 1
    }

    pub(crate) fn controllers(&self) -> Node {
        self.brokers
    }

    pub(crate) fn client(&self, client: u32) -> Node {
        self.brokers + 1 + client
    }

    /// Sets the distances anew; faults stay.
    pub(crate) fn measure(&mut self, spec: &NetSpec) {
        let nodes = self.nodes();
        self.per_byte = spec.broker_mb_per_s.map_or(0, |mb| ((1024.0 * 1000.0 / mb) as u64).max(1));
        for from in 0..nodes {
            for to in 0..nodes {
                let rtt_ms = self.rtt_ms(spec, from, to);
                let link = self.link_mut(from, to);
                link.one_way = (rtt_ms * 500_000.0) as Nanos;
                link.base_loss = (spec.loss * 1000.0) as u32;
            }
        }
        for pair in &spec.pairs {
            for (from, to) in self.ends(&pair.between.0, &pair.between.1, false) {
                let link = self.link_mut(from, to);
                link.one_way = (pair.rtt_ms * 500_000.0) as Nanos;
                link.base_loss = (pair.loss * 1000.0) as u32;
            }
        }
    }

    fn rtt_ms(&self, spec: &NetSpec, from: Node, to: Node) -> f64 {
        let rack = |node: Node| self.racks.get(node as usize).and_then(|rack| rack.as_ref());
        match (from, to) {
            _ if from == to => 0.0,
            _ if from > self.brokers || to > self.brokers => spec.client_rtt_ms,
            _ if from == self.brokers || to == self.brokers => spec.rack_rtt_ms,
            _ if rack(from).is_some() && rack(from) != rack(to) => spec.rack_rtt_ms,
            _ => spec.same_rack_rtt_ms,
        }
    }

    fn link_mut(&mut self, from: Node, to: Node) -> &mut Link {
        let nodes = self.nodes();
        &mut self.links[(from * nodes + to) as usize]
    }

    fn link(&self, from: Node, to: Node) -> &Link {
        &self.links[(from * self.nodes() + to) as usize]
    }

    /// Whether messages from one machine do not reach the other.
    pub(crate) fn is_cut(&self, from: Node, to: Node) -> bool {
        self.link(from, to).cut
    }

    /// There and back, without chance; for ever where a way is cut.
    pub(crate) fn round_trip(&self, from: Node, to: Node) -> Nanos {
        let ways = [self.link(from, to), self.link(to, from)];
        if ways.iter().any(|way| way.cut) {
            Nanos::MAX
        } else {
            ways.iter().map(|way| way.one_way + way.extra).sum()
        }
    }

    /// Whether the networks of the brokers' machines carry only so much.
    pub(crate) fn is_limited(&self) -> bool {
        self.per_byte > 0
    }

    fn time_of(&self, bytes: u64) -> Nanos {
        (bytes * self.per_byte) >> 10
    }

    /// When a message that is sent now has left its machine: behind all that were sent before.
    pub(crate) fn leaves_at(&mut self, now: Nanos, from: Node, bytes: impl FnOnce() -> u64) -> Nanos {
        if !self.is_limited() || from >= self.brokers {
            return now;
        }
        let takes = self.time_of(bytes());
        let [out, _] = &mut self.busy[from as usize];
        *out = (*out).max(now) + takes;
        *out
    }

    /// When a message that arrives now has come in: behind all that came before. From another broker its bytes were
    /// on their way as they left there; a client's machine is as fast as can be.
    pub(crate) fn taken_in_at(
        &mut self,
        now: Nanos,
        from: Node,
        to: Node,
        bytes: impl FnOnce() -> u64,
    ) -> Nanos {
        if !self.is_limited() || to >= self.brokers {
            return now;
        }
        let takes = self.time_of(bytes());
        let began = if from < self.brokers { now.saturating_sub(takes) } else { now };
        let [_, into] = &mut self.busy[to as usize];
        *into = (*into).max(began) + takes;
        *into
    }

    /// When a message sent now arrives. Order is kept on each link.
    pub(crate) fn arrival(&mut self, now: Nanos, from: Node, to: Node) -> Nanos {
        let link = *self.link(from, to);
        let way = link.one_way + link.extra;
        let spread = way * Nanos::from(self.jitter_permille) / 1000;
        let mut at = now + way + if spread > 0 { self.rng.below(spread + 1) } else { 0 };
        let mut wait = RETRANSMIT;
        while self.rng.permille((link.base_loss + link.extra_loss).min(900)) {
            at += wait;
            wait = (wait * 2).min(16 * RETRANSMIT);
        }
        let link = self.link_mut(from, to);
        link.last_arrival = link.last_arrival.max(at);
        link.last_arrival
    }

    /// Cuts or heals all links between two ends. Says which pairs it changed.
    pub(crate) fn set_cut(
        &mut self,
        from: &Endpoint,
        to: &Endpoint,
        one_way: bool,
        cut: bool,
    ) -> Vec<(Node, Node)> {
        let mut changed = Vec::new();
        for (from, to) in self.ends(from, to, one_way) {
            let link = self.link_mut(from, to);
            if link.cut != cut {
                link.cut = cut;
                changed.push((from, to));
            }
        }
        changed
    }

    /// Makes all links between two ends slower and lossy; zeroes end it.
    pub(crate) fn set_slow(&mut self, from: &Endpoint, to: &Endpoint, extra: Nanos, loss_permille: u32) {
        for (from, to) in self.ends(from, to, false) {
            let link = self.link_mut(from, to);
            (link.extra, link.extra_loss) = (extra, loss_permille);
        }
    }

    /// Ends all faults. Says which pairs were cut.
    pub(crate) fn heal_all(&mut self) -> Vec<(Node, Node)> {
        let nodes = self.nodes();
        let mut healed = Vec::new();
        for (at, link) in self.links.iter_mut().enumerate() {
            if std::mem::take(&mut link.cut) {
                healed.push((at as u32 / nodes, at as u32 % nodes));
            }
            (link.extra, link.extra_loss) = (0, 0);
        }
        healed
    }

    /// The machines of an end; none where the cluster has no such end.
    pub(crate) fn machines(&self, end: &Endpoint) -> Vec<Node> {
        let clients = self.brokers + 1..self.nodes();
        let first_member = self.brokers + 1 + self.producers.len() as u32;
        match end {
            Endpoint::Broker(id) if !(1..=self.brokers as i32).contains(&id.0) => Vec::new(),
            Endpoint::Broker(id) => vec![self.broker(*id)],
            Endpoint::Rack(name) => {
                (0..self.brokers).filter(|node| self.racks[*node as usize].as_ref() == Some(name)).collect()
            }
            Endpoint::Brokers => (0..self.brokers).collect(),
            Endpoint::Controllers => vec![self.controllers()],
            Endpoint::Producer(name) => named(&self.producers, name, self.brokers + 1),
            Endpoint::Group(name) => named(&self.groups, name, first_member),
            Endpoint::Clients => clients.collect(),
        }
    }

    fn ends(&self, from: &Endpoint, to: &Endpoint, one_way: bool) -> Vec<(Node, Node)> {
        let (from, to) = (self.machines(from), self.machines(to));
        let mut pairs = Vec::new();
        for a in &from {
            for b in to.iter().filter(|b| *b != a) {
                pairs.push((*a, *b));
                if !one_way {
                    pairs.push((*b, *a));
                }
            }
        }
        pairs.sort();
        pairs.dedup();
        pairs
    }
}

fn named(names: &[String], name: &str, first: Node) -> Vec<Node> {
    (first..).zip(names).filter(|(_, other)| *other == name).map(|(node, _)| node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network() -> Network {
        let mut scenario = Scenario::reference();
        scenario.net.jitter = 0.0;
        Network::of(&scenario, 1)
    }

    #[test]
    fn a_message_takes_half_a_round_trip_and_keeps_its_place() {
        let mut network = network();
        assert_eq!(network.arrival(0, 0, 1), 500_000);
        network.set_slow(&Endpoint::Rack("a".into()), &Endpoint::Rack("b".into()), 5_000_000, 0);
        assert_eq!(network.arrival(1_000_000, 0, 1), 6_500_000);
        network.set_slow(&Endpoint::Rack("a".into()), &Endpoint::Rack("b".into()), 0, 0);
        assert_eq!(network.arrival(2_000_000, 0, 1), 6_500_000);
        assert_eq!(network.arrival(7_000_000, 0, 1), 7_500_000);
    }

    #[test]
    fn a_rack_is_cut_off_in_one_direction_or_in_both() {
        let mut network = network();
        let (rack, rest) = (Endpoint::Rack("a".into()), Endpoint::Brokers);
        assert_eq!(network.set_cut(&rack, &rest, true, true), [(0, 1), (0, 2)]);
        assert!(network.is_cut(0, 1) && !network.is_cut(1, 0));
        assert_eq!(network.set_cut(&rack, &rest, false, true), [(1, 0), (2, 0)]);
        assert_eq!(network.heal_all().len(), 4);
        assert_eq!(network.machines(&Endpoint::Group("billing".into())).len(), 3);
    }

    #[test]
    fn a_lost_message_is_sent_again() {
        let mut network = network();
        network.set_slow(&Endpoint::Broker(BrokerId(1)), &Endpoint::Broker(BrokerId(2)), 0, 500);
        let late = (0..1000u64).filter(|at| {
            let sent = at * 100_000_000_000;
            network.arrival(sent, 0, 1) >= sent + RETRANSMIT
        });
        assert!((400..600).contains(&late.count()));
    }
}
