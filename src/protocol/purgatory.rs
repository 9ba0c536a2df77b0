//! Writes with `acks=all` that wait for the high watermark (`DelayedProduce`).

use crate::model::{Nanos, PartitionIx};
use crate::protocol::messages::{Peer, ProducePartitionResponse};
use crate::protocol::wire::{ErrorCode, Offset};
use std::collections::VecDeque;

/// A waiting request; stays valid until the request is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ticket {
    place: u32,
    serial: u64,
}

/// One partition of a waiting request, kept in order of `required` with the partition's leader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ProducePartitionStatus {
    /// The high watermark that completes it.
    pub required: Offset,
    pub ticket: Ticket,
    /// Its place in the request's answer.
    pub part: u32,
}

/// A request whose answer is complete.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct CompletedProduce {
    pub peer: Peer,
    /// Its number of the request.
    pub correlation: u64,
    pub parts: Vec<ProducePartitionResponse>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct DelayedProduce {
    serial: u64,
    response: CompletedProduce,
    /// Parts without a result yet: they carry the error that they get if nothing comes.
    open: u32,
}

/// All waiting requests of a broker.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Purgatory {
    requests: Vec<Option<DelayedProduce>>,
    free: Vec<u32>,
    serial: u64,
    /// For each timeout the requests in order of arrival, which is that of their deadlines.
    deadlines: Vec<(Nanos, VecDeque<(Nanos, Ticket)>)>,
}

impl Purgatory {
    /// Parks a request. Its open parts must carry [`ErrorCode::RequestTimedOut`], what they get in the end
    /// if nothing happens before.
    pub(crate) fn park(&mut self, response: CompletedProduce, now: Nanos, timeout: Nanos) -> Ticket {
        self.serial += 1;
        let place = self.free.pop().unwrap_or_else(|| {
            self.requests.push(None);
            self.requests.len() as u32 - 1
        });
        let ticket = Ticket { place, serial: self.serial };
        let open = response.parts.iter().filter(|part| is_open(part)).count() as u32;
        self.requests[place as usize] = Some(DelayedProduce { serial: self.serial, response, open });
        let at = self.deadlines.iter().position(|(each, _)| *each == timeout).unwrap_or_else(|| {
            self.deadlines.push((timeout, VecDeque::new()));
            self.deadlines.len() - 1
        });
        // Answered requests are dropped when the queue is touched: taking each out at once would cost a search.
        drop_answered(&self.requests, &mut self.deadlines[at].1);
        self.deadlines[at].1.push_back((now + timeout, ticket));
        ticket
    }

    /// Gives one part its result. Returns the answer when it was the last open one.
    pub(crate) fn resolve(
        &mut self,
        waiting: ProducePartitionStatus,
        error: ErrorCode,
    ) -> Option<CompletedProduce> {
        let slot = self.requests.get_mut(waiting.ticket.place as usize)?;
        let request = slot.as_mut().filter(|request| request.serial == waiting.ticket.serial)?;
        let part = request.response.parts.get_mut(waiting.part as usize).filter(|part| is_open(part))?;
        part.error = error;
        request.open -= 1;
        if request.open > 0 {
            return None;
        }
        let done = slot.take()?;
        self.free.push(waiting.ticket.place);
        Some(done.response)
    }

    /// The next deadline, if any request waits.
    pub(crate) fn next_deadline(&mut self) -> Option<Nanos> {
        self.deadlines.iter_mut().for_each(|(_, queue)| drop_answered(&self.requests, queue));
        self.deadlines.iter().filter_map(|(_, queue)| queue.front().map(|(deadline, _)| *deadline)).min()
    }

    /// Answers one request whose deadline has passed: REQUEST_TIMED_OUT for every open part, which it
    /// names (indefinite: the records stay in the leader's log).
    pub(crate) fn expire(&mut self, now: Nanos) -> Option<(CompletedProduce, Vec<PartitionIx>)> {
        let next = self.next_deadline().filter(|deadline| *deadline <= now)?;
        let is_next = |queue: &VecDeque<(Nanos, Ticket)>| queue.front().is_some_and(|front| front.0 == next);
        let (_, queue) = self.deadlines.iter_mut().find(|(_, queue)| is_next(queue))?;
        let (_, ticket) = queue.pop_front()?;
        let request = self.requests[ticket.place as usize].take()?;
        self.free.push(ticket.place);
        let late =
            request.response.parts.iter().filter(|part| is_open(part)).map(|part| part.partition).collect();
        Some((request.response, late))
    }

    /// Whether a request still waits.
    pub(crate) fn is_waiting(&self, ticket: Ticket) -> bool {
        is_waiting(&self.requests, &ticket)
    }

    /// How many requests wait.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.requests.len() - self.free.len()
    }
}

fn is_open(part: &ProducePartitionResponse) -> bool {
    part.error == ErrorCode::RequestTimedOut
}

fn is_waiting(requests: &[Option<DelayedProduce>], ticket: &Ticket) -> bool {
    requests[ticket.place as usize].as_ref().is_some_and(|request| request.serial == ticket.serial)
}

fn drop_answered(requests: &[Option<DelayedProduce>], queue: &mut VecDeque<(Nanos, Ticket)>) {
    while queue.front().is_some_and(|(_, ticket)| !is_waiting(requests, ticket)) {
        queue.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(correlation: u64, open: &[bool]) -> CompletedProduce {
        let part = |(at, open): (usize, &bool)| ProducePartitionResponse {
            partition: PartitionIx(at as u32),
            error: if *open { ErrorCode::RequestTimedOut } else { ErrorCode::NotLeaderOrFollower },
            base_offset: 0,
            duplicate: false,
        };
        CompletedProduce {
            peer: Peer::Client(0),
            correlation,
            parts: open.iter().enumerate().map(part).collect(),
        }
    }

    fn errors(done: &CompletedProduce) -> Vec<&'static str> {
        done.parts.iter().map(|part| part.error.name()).collect()
    }

    #[test]
    fn a_request_is_answered_with_its_last_part() {
        let mut purgatory = Purgatory::default();
        let ticket = purgatory.park(response(1, &[true, false, true]), 0, 30);
        let waiting = |part| ProducePartitionStatus { required: 1, ticket, part };
        assert_eq!(purgatory.resolve(waiting(0), ErrorCode::None), None);
        assert_eq!(purgatory.resolve(waiting(0), ErrorCode::None), None, "once only");
        let done = purgatory.resolve(waiting(2), ErrorCode::NotEnoughReplicasAfterAppend).unwrap();
        assert_eq!(errors(&done), ["NONE", "NOT_LEADER_OR_FOLLOWER", "NOT_ENOUGH_REPLICAS_AFTER_APPEND"]);
        assert_eq!((purgatory.len(), purgatory.next_deadline()), (0, None));
    }

    #[test]
    fn what_is_late_times_out_and_the_rest_keeps_its_result() {
        let mut purgatory = Purgatory::default();
        let first = purgatory.park(response(1, &[true, true]), 0, 30);
        purgatory.park(response(2, &[true]), 1, 10);
        purgatory.park(response(3, &[true]), 2, 30);
        purgatory.resolve(ProducePartitionStatus { required: 1, ticket: first, part: 1 }, ErrorCode::None);
        assert_eq!(purgatory.next_deadline(), Some(11));
        assert_eq!(purgatory.expire(10), None);
        assert_eq!(purgatory.expire(30).unwrap().0.correlation, 2);
        let (done, late) = purgatory.expire(30).unwrap();
        assert_eq!((errors(&done), late), (vec!["REQUEST_TIMED_OUT", "NONE"], vec![PartitionIx(0)]));
        assert_eq!((purgatory.expire(30), purgatory.next_deadline()), (None, Some(32)));
    }

    #[test]
    fn an_old_ticket_does_not_touch_the_next_request_in_its_place() {
        let mut purgatory = Purgatory::default();
        let old = ProducePartitionStatus {
            required: 1,
            ticket: purgatory.park(response(1, &[true]), 0, 30),
            part: 0,
        };
        assert!(purgatory.resolve(old, ErrorCode::None).is_some());
        let new = purgatory.park(response(2, &[true]), 0, 30);
        assert_eq!(purgatory.resolve(old, ErrorCode::None), None);
        assert!(purgatory.is_waiting(new));
    }
}
