//! What coordinators of transactions do: each lives on the broker that leads its partition of the state topic.

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::transaction::{
    StateLog, TransactionInput, TransactionOutput, TransactionRequest, TransactionResponse,
};
use crate::protocol::wire::ErrorCode;
use crate::sim::event::{Message, TimerKind};
use crate::sim::network::Node;
use crate::sim::trace::EventKind;
use crate::sim::transactions::TRANSACTION_REQUEST;
use crate::sim::world::World;

impl World {
    /// A producer's request, or a leader's, came to a broker.
    pub(in crate::sim) fn ask_transactions(
        &mut self,
        id: BrokerId,
        from: Node,
        transactions: u32,
        correlation: u64,
        request: TransactionRequest,
    ) {
        if self.clients.transactions(transactions).broker != Some(id) {
            let reply = request.refused(ErrorCode::NotCoordinator);
            return self.answer_transactional(id, from, correlation, &reply);
        }
        let fresh_id = match request {
            TransactionRequest::AddPartitions { .. } => -1,
            _ => self.clients.new_producer_id(),
        };
        let input = TransactionInput::Request { from, correlation, fresh_id, request };
        self.step_transactions(transactions, input);
    }

    pub(super) fn step_transactions(&mut self, transactions: u32, input: TransactionInput) {
        let mut out = Vec::new();
        self.clients.transactions_mut(transactions).coordinator.step(self.now, input, &mut out);
        for output in out {
            self.transactions_want(transactions, output);
        }
    }

    fn transactions_want(&mut self, at: u32, output: TransactionOutput) {
        let host = self.clients.transactions_mut(at);
        match output {
            TransactionOutput::Reply { to, correlation, reply } => {
                let Some(here) = host.broker.filter(|_| self.transactions_run(at)) else { return };
                self.note_answered(at, to, &reply);
                self.answer_transactional(here, to, correlation, &reply);
            }
            TransactionOutput::Mark { partition, producer, commit } => {
                self.write_marker(at, partition, producer, commit);
            }
            TransactionOutput::Decided { producer, commit } => {
                host.fates.decided(producer, commit);
                (host.committed, host.aborted) =
                    (host.committed + u64::from(commit), host.aborted + u64::from(!commit));
                if let Some((owner, _)) = host.owner.filter(|_| !commit) {
                    self.record_event(EventKind::TransactionAborted(owner), None);
                }
            }
            TransactionOutput::TimedOut => {
                host.timed_out += 1;
                if let Some((owner, _)) = host.owner {
                    self.record_event(EventKind::TransactionTimedOut(owner), None);
                }
            }
            TransactionOutput::Began { to, .. } => {
                let client = self.machines.client_of(to);
                let owner = client.map(|client| (client, self.clients.runtime(client).start));
                self.clients.transactions_mut(at).owner = owner;
            }
            TransactionOutput::Completed { .. } => {}
            TransactionOutput::Wake(wake_at) => {
                let now = self.now;
                let host = self.clients.transactions_mut(at);
                host.timer.set_earlier(now, wake_at.max(now), TimerKind::Transactions(at), &mut self.queue);
            }
        }
    }

    /// A process that was replaced, and was not refused, is a zombie that nobody fenced.
    fn note_answered(&mut self, at: u32, to: Node, reply: &TransactionResponse) {
        let Some(client) = self.machines.client_of(to) else { return };
        let process = (client, self.clients.runtime(client).start);
        let host = self.clients.transactions_mut(at);
        let is_newest = host.owner.is_none_or(|owner| owner == process || owner.0 == client);
        let did = match reply {
            TransactionResponse::Added { .. } => "add partitions",
            TransactionResponse::Ended { .. } => "end a transaction",
            TransactionResponse::Ready { .. } => return,
        };
        if reply.error() == ErrorCode::None && !is_newest {
            host.unfenced.get_or_insert(did);
        }
    }

    fn answer_transactional(
        &mut self,
        here: BrokerId,
        to: Node,
        correlation: u64,
        reply: &TransactionResponse,
    ) {
        let answer = Message::TransactionResponse { correlation, reply: reply.clone() };
        self.answer(here, self.machines.peer(to), correlation, self.now, answer);
    }

    fn transactions_run(&self, at: u32) -> bool {
        let host = self.clients.transactions(at).broker.and_then(|id| self.machines.host(id));
        host.is_some_and(|host| host.is_running())
    }

    /// Timers of a coordinator run out only while its process runs.
    pub(in crate::sim) fn wake_transactions(&mut self, at: u32) {
        if self.transactions_run(at) {
            self.step_transactions(at, TransactionInput::Wake);
        }
    }

    /// A broker was resumed: so are the transactional ids that it coordinates.
    pub(in crate::sim) fn wake_transactions_of(&mut self, id: BrokerId) {
        for at in 0..self.clients.all_transactions().len() as u32 {
            if self.clients.transactions(at).broker == Some(id) {
                self.wake_transactions(at);
            }
        }
    }

    /// A partition changed: if it is an id's home, its coordinator has to know.
    pub(in crate::sim) fn watch_transactions(&mut self, partition: PartitionIx) {
        for at in 0..self.clients.all_transactions().len() as u32 {
            if self.clients.transactions(at).home == Some(partition) {
                let log = self.offsets_partition(partition);
                self.hand_over_transactions(at, self.machines.leader(partition));
                self.follow_state_copies(at, partition);
                if std::mem::replace(&mut self.clients.transactions_mut(at).log, log) != log {
                    self.step_transactions(at, TransactionInput::Log(log));
                }
            }
        }
    }

    /// Another leader of the home is another coordinator: it goes on with what the log says.
    fn hand_over_transactions(&mut self, at: u32, leader: Option<BrokerId>) {
        let host = self.clients.transactions_mut(at);
        if host.broker == leader {
            return;
        }
        host.markers.clear();
        if host.broker.is_some() && host.log != StateLog::NoLeader {
            host.log = StateLog::NoLeader;
            self.step_transactions(at, TransactionInput::Log(StateLog::NoLeader));
        }
        self.clients.transactions_mut(at).broker = leader;
    }

    /// Who has the id's records now. A leader without them has never heard of it (a single copy on a lost disk).
    fn follow_state_copies(&mut self, at: u32, home: PartitionIx) {
        let host = self.clients.transactions_mut(at);
        if host.copies.follow(&self.machines.control.committed.partitions[home.at()]) {
            self.step_transactions(at, TransactionInput::LogLost);
        }
    }

    /// A disk is gone, and what it held of the ids' records.
    pub(in crate::sim) fn lose_state_copies(&mut self, id: BrokerId) {
        for at in 0..self.clients.all_transactions().len() as u32 {
            self.clients.transactions_mut(at).copies.lose(id);
        }
    }

    /// The number of a broker's next request about a transactional id.
    pub(super) fn transaction_request(&mut self, at: u32) -> u64 {
        let host = self.clients.transactions_mut(at);
        host.next_request += 1;
        TRANSACTION_REQUEST | u64::from(at) << 40 | host.next_request
    }
}
