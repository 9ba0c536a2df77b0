//! A transactional producer's application: it begins a transaction with a send, commits after so many records, aborts
//! when one of them has failed, and ends when it is fenced.

use crate::model::BrokerId;
use crate::protocol::producer::{ProducerInput, ProducerOutput};
use crate::protocol::transaction::{TransactionRequest, TransactionResponse};
use crate::sim::client_runtime::ClientRequest;
use crate::sim::event::Message;
use crate::sim::trace::EventKind;
use crate::sim::transactions::TransactionalProducer;
use crate::sim::world::World;

impl World {
    fn transactional_mut(&mut self, client: u32) -> Option<&mut TransactionalProducer> {
        self.clients.producer_mut(client).transactional.as_mut()
    }

    /// A new process: it may not send before `initTransactions()` has returned.
    pub(in crate::sim) fn begin_transactions(&mut self, client: u32) {
        if let Some(own) = self.transactional_mut(client) {
            (own.open, own.waits) = (0, true);
            self.clients.producer_mut(client).workload.blocked = true;
        }
    }

    /// Whether the application waits for the end of a transaction.
    pub(in crate::sim) fn waits_for_transaction(&self, client: u32) -> bool {
        self.clients.producer(client).transactional.is_some_and(|own| own.waits)
    }

    /// The application has handed records in.
    pub(in crate::sim) fn note_in_transaction(&mut self, client: u32, count: u32) {
        if let Some(own) = self.transactional_mut(client) {
            own.open = own.open.saturating_add(count);
        }
    }

    /// Commits what is open, if it is enough, or if nothing more will come.
    pub(in crate::sim) fn commit_if_due(&mut self, client: u32, is_over: bool) {
        let host = self.clients.producer_mut(client);
        let Some(own) = host.transactional.as_mut().filter(|own| !own.waits && own.open > 0) else { return };
        if host.workload.blocked || (own.open < own.records && !is_over) {
            return;
        }
        (own.waits, host.workload.blocked) = (true, true);
        self.step_producer(client, ProducerInput::EndTransaction { commit: true });
    }

    /// What a transactional producer wants or tells.
    pub(in crate::sim) fn transactional_producer_wants(&mut self, client: u32, output: ProducerOutput) {
        match output {
            ProducerOutput::Coordinator { correlation, request } => {
                self.ask_transaction_coordinator(client, correlation, request);
            }
            ProducerOutput::TransactionsReady | ProducerOutput::TransactionEnded { .. } => {
                if let Some(own) = self.transactional_mut(client) {
                    (own.open, own.waits) = (0, false);
                }
                self.clients.producer_mut(client).workload.blocked = false;
                self.work_again(client);
                self.send_in_turn(client, 0);
            }
            ProducerOutput::AbortNeeded { .. } => {
                if let Some(own) = self.transactional_mut(client) {
                    own.waits = true;
                }
                self.clients.producer_mut(client).workload.blocked = true;
                self.step_producer(client, ProducerInput::EndTransaction { commit: false });
            }
            ProducerOutput::Fenced { error } => {
                if let Some(own) = self.transactional_mut(client) {
                    own.fenced += 1;
                }
                self.record_event(EventKind::ProducerFenced { producer: client, error }, None);
                self.end_client(client);
            }
            _ => {}
        }
    }

    /// Asks the coordinator: the leader of the id's partition of the state topic.
    fn ask_transaction_coordinator(&mut self, client: u32, correlation: u64, request: TransactionRequest) {
        let Some(transactions) = self.clients.transactions_of(client) else { return };
        let to = self.clients.transactions(transactions).broker.unwrap_or(BrokerId(1));
        let to = self.machines.net.broker(to);
        let kind = ClientRequest::Transactions(correlation);
        let correlation = self.register_request(client, to, self.now, kind);
        let message = Message::Transactions { transactions, correlation, request };
        self.send(self.machines.net.client(client), to, message);
    }

    /// The coordinator has answered a producer, or will not.
    pub(in crate::sim) fn transaction_answered(
        &mut self,
        client: u32,
        correlation: u64,
        reply: Option<&TransactionResponse>,
    ) {
        self.step_producer(client, ProducerInput::Coordinator { correlation, reply });
    }
}
