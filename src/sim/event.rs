//! What waits in the event queue: messages under way, timers, steps of the workload.

use crate::model::{BrokerId, Nanos};
use crate::protocol::broker::MetadataUpdate;
use crate::protocol::group::{GroupRequest, GroupResponse};
use crate::protocol::messages::{BrokerRequest, BrokerResponse, ControllerRequest, ControllerResponse};
use crate::protocol::transaction::{TransactionRequest, TransactionResponse};
use crate::protocol::wire::Acks;
use crate::sim::network::Node;
use crate::sim::processing::{Retried, Try};
use crate::sim::queue::Queue;
use std::sync::Arc;

/// Something that happens at a known time.
#[derive(Clone, Debug)]
pub(crate) enum QueuedEvent {
    Arrival {
        from: Node,
        to: Node,
        message: Message,
    },
    /// A message leaves a process; its machine's network may be busy.
    Departure {
        from: Node,
        to: Node,
        message: Message,
    },
    /// A message has come through the network of a broker's machine.
    TakenIn {
        from: Node,
        to: Node,
        message: Message,
    },
    /// A timer ran out.
    Timer(TimerKind),
    /// A producer's application hands in its next records.
    Workload(u32),
    /// A broker's process is up after booting; the number is that of the start.
    BootFinished(BrokerId, u64),
    /// A broker's process ends after an orderly stop; the number is that of its start.
    ProcessEnds(BrokerId, u64),
    /// A broker that was resumed gets processor time.
    BrokerContinues(BrokerId),
    /// A client that was resumed gets processor time.
    ClientContinues(u32),
    /// Records of the metadata log are committed.
    MetadataCommitted(u64),
    /// A broker may read the next request of this client.
    ChannelUnmuted(BrokerId, u32),
    /// A client gives up waiting for this request.
    RequestTimeout(u32, u64),
    ClientStart(u32),
    /// A member has tried one record.
    TryEnds(Try),
    /// Another topic has acknowledged a member's record; the number is that of the start of its process.
    HandedOver(u32, u64),
    /// A record of a retry topic is due.
    RetryTopic(Retried),
    /// A member that has crashed is started again; the number is that of its starts until then.
    MemberRestart(u32, u64),
    /// A broker gives up waiting for what it asked another one about a transaction.
    BrokerRequestTimeout(BrokerId, u64),
    /// The scenario's next event is due.
    ScriptDue,
    /// Logs are merged where nobody needs their batches any more.
    Compact,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TimerKind {
    Broker(BrokerId),
    Controller,
    /// A producer's or consumer's.
    Client(u32),
    Group(u32),
    /// The coordinator of a transactional id.
    Transactions(u32),
}

/// Which of a client's connections to a broker: a consumer talks to its coordinator over one of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ConnectionKind {
    /// Produce, fetch, metadata and the like.
    Requests,
    /// To the group's coordinator.
    Coordinator,
}

impl ConnectionKind {
    pub(super) const ALL: [ConnectionKind; 2] = [ConnectionKind::Requests, ConnectionKind::Coordinator];
}

/// What machines send to each other.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    Request {
        /// The sender's number of it.
        correlation: u64,
        request: BrokerRequest,
    },
    /// To a broker or client.
    Response {
        correlation: u64,
        response: BrokerResponse,
        /// `throttle_time_ms`: how long the broker reads nothing more of this client.
        throttle: Nanos,
    },
    /// A request came to a machine without the process: the connection was refused.
    Refused {
        correlation: u64,
    },
    /// The process at the other end has ended; connections to it are reset.
    Reset,
    /// A client has closed one of its connections.
    Closed(ConnectionKind),
    /// A broker asks the controller.
    ControllerRequest {
        /// The broker's number of it.
        correlation: u64,
        request: ControllerRequest,
    },
    ControllerResponse {
        correlation: u64,
        response: ControllerResponse,
    },
    /// New records of the metadata log.
    Metadata {
        /// Offset of the last record.
        offset: i64,
        /// What changed; all there is for a broker that starts.
        updates: Arc<[MetadataUpdate]>,
        /// For which start of the broker's process.
        start: u64,
    },
    /// A consumer asks its coordinator.
    Group {
        group: u32,
        /// The consumer's number of it.
        correlation: u64,
        request: GroupRequest,
    },
    GroupResponse {
        correlation: u64,
        reply: GroupResponse,
    },
    /// A producer asks for an id.
    InitProducerId {
        /// The producer's number of it.
        correlation: u64,
    },
    ProducerId {
        correlation: u64,
        id: i64,
    },
    /// A producer, or a leader for it, asks the coordinator of its transactional id.
    Transactions {
        /// Which transactional id of the scenario.
        transactions: u32,
        /// The asker's number of it.
        correlation: u64,
        request: TransactionRequest,
    },
    TransactionResponse {
        correlation: u64,
        reply: TransactionResponse,
    },
}

impl Message {
    /// Of a client's requests: the connection that it goes over.
    pub(super) fn connection_kind(&self) -> ConnectionKind {
        if matches!(self, Message::Group { .. }) {
            ConnectionKind::Coordinator
        } else {
            ConnectionKind::Requests
        }
    }

    /// Whether it is a client's request, which has an answer or needs none.
    pub(super) fn is_request(&self) -> bool {
        self.correlation().is_some()
    }

    /// Of a client's requests: its number.
    pub(super) fn correlation(&self) -> Option<u64> {
        match self {
            Message::Request { correlation, .. }
            | Message::Group { correlation, .. }
            | Message::Transactions { correlation, .. }
            | Message::InitProducerId { correlation } => Some(*correlation),
            _ => None,
        }
    }

    /// Its size on the network: the batches in it, and something about them.
    pub(super) fn bytes(&self) -> u64 {
        const ABOUT: u64 = 100;
        let batches = match self {
            Message::Request { request: BrokerRequest::Produce(produce), .. } => {
                produce.batches.iter().map(|(_, batch)| u64::from(batch.bytes)).sum()
            }
            Message::Response { response: BrokerResponse::Fetch(fetched), .. } => fetched.bytes(),
            _ => 0,
        };
        ABOUT + batches
    }

    /// With `acks=0` a broker answers nothing and reads on.
    pub(super) fn wants_no_answer(&self) -> bool {
        matches!(self, Message::Request { request: BrokerRequest::Produce(produce), .. } if produce.acks == Acks::Zero)
    }
}

/// When the owner wants to be woken, and which entries of the queue will look after that.
///
/// No entry is ever taken out of the queue. An earlier one comes on top of those that wait, and a later time is
/// left to the next entry that comes up: however often the time moves, few entries wait.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timer {
    due: Option<Nanos>,
    /// Entries in the queue, the next one last.
    queued: Vec<Nanos>,
}

impl Timer {
    pub(crate) fn set(&mut self, at: Nanos, of: TimerKind, queue: &mut Queue<QueuedEvent>) {
        self.due = Some(at);
        self.enqueue(at, of, queue);
    }

    /// Takes the earlier of the two times. A time that has come counts no more: the owner, who asks now, has
    /// just done what was due then, although the entry in the queue is still to come up.
    pub(crate) fn set_earlier(
        &mut self,
        now: Nanos,
        at: Nanos,
        of: TimerKind,
        queue: &mut Queue<QueuedEvent>,
    ) {
        let at = self.due.filter(|due| *due > now).map_or(at, |due| due.min(at));
        self.set(at, of, queue);
    }

    /// No time any more.
    pub(crate) fn clear(&mut self) {
        self.due = None;
    }

    fn enqueue(&mut self, at: Nanos, of: TimerKind, queue: &mut Queue<QueuedEvent>) {
        if self.queued.last().is_none_or(|next| at < *next) {
            self.queued.push(at);
            queue.push(at, QueuedEvent::Timer(of));
        }
    }

    /// An entry came up: whether the owner is to be woken.
    pub(crate) fn fires(&mut self, now: Nanos, of: TimerKind, queue: &mut Queue<QueuedEvent>) -> bool {
        debug_assert_eq!(self.queued.last(), Some(&now), "an entry that nobody put in");
        self.queued.pop();
        match self.due {
            Some(due) if due <= now => {
                self.due = None;
                true
            }
            Some(due) => {
                self.enqueue(due, of, queue);
                false
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_that_is_put_off_wakes_once_and_at_the_last_time_asked() {
        let (mut timer, mut queue) = (Timer::default(), Queue::default());
        let of = TimerKind::Controller;
        for at in [50, 30, 40, 60] {
            timer.set(at, of, &mut queue);
        }
        let mut fired = Vec::new();
        while let Some((at, _)) = queue.pop_until(100) {
            if timer.fires(at, of, &mut queue) {
                fired.push(at);
            }
        }
        assert_eq!(fired, [60]);
    }

    /// A far time that moves on after each near one, as a request's time-out does.
    #[test]
    fn a_far_time_that_moves_on_leaves_no_entries_behind() {
        let (mut timer, mut queue) = (Timer::default(), Queue::default());
        for now in 0..100 {
            timer.set(now + 1000, TimerKind::Controller, &mut queue);
            timer.set(now + 1, TimerKind::Controller, &mut queue);
            let (at, _) = queue.pop_until(now + 1).unwrap();
            assert!(timer.fires(at, TimerKind::Controller, &mut queue));
        }
        assert_eq!(queue.len(), 1);
    }

    /// The owner is stepped by a message at the very time of its timer, before the timer's entry comes up.
    #[test]
    fn a_wish_made_as_the_timer_runs_out_is_not_lost() {
        let (mut timer, mut queue) = (Timer::default(), Queue::default());
        let of = TimerKind::Controller;
        timer.set_earlier(0, 30, of, &mut queue);
        timer.set_earlier(30, 70, of, &mut queue);
        let mut fired = Vec::new();
        while let Some((at, _)) = queue.pop_until(100) {
            if timer.fires(at, of, &mut queue) {
                fired.push(at);
            }
        }
        assert_eq!(fired, [70]);
    }
}
