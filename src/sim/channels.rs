//! Connections of clients at a broker: of each, one request is handled at a time.
//!
//! `SocketServer.Processor` mutes a channel when it has read a request and unmutes it when the answer is sent: of
//! the requests that a producer has in flight, one is at work and the others wait in the socket. Brokers have one
//! request in flight to each other and need no such care.
//!
//! A client that closes its connection leaves there what it had sent. The broker learns of it only by writing: the
//! first answer goes out, and those a round trip later fail, with which the rest is dropped
//! (`Selector.maybeReadFromClosingChannel`).

use crate::model::{BrokerId, Nanos};
use crate::protocol::messages::{Peer, Request};
use crate::protocol::wire::Acks;
use crate::sim::event::{Message, QueuedEvent};
use crate::sim::world::World;
use std::collections::VecDeque;

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

/// One connection, as the broker has it.
#[derive(Clone, Debug, Default)]
struct Channel {
    /// The client's number of the request at work.
    in_progress: Option<u64>,
    /// The last answer is on its way into the socket until then.
    sends_until: Nanos,
    /// Requests in the socket.
    waiting: VecDeque<Message>,
    /// When the broker first wrote to a client that had closed.
    wrote_to_closed_at: Option<Nanos>,
}

impl Channel {
    fn is_muted(&self, now: Nanos) -> bool {
        self.in_progress.is_some() || self.sends_until > now
    }

    /// The next request, when it may be read.
    fn read(&mut self, now: Nanos) -> Option<Message> {
        let message = if self.is_muted(now) { None } else { self.waiting.pop_front() }?;
        self.in_progress = message.correlation();
        Some(message)
    }
}

/// What became of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answered {
    /// On its way; whether another request waits behind it.
    Delivered(bool),
    /// Written to a client that is gone; whether another request waits behind it.
    ToClosed(bool),
    /// There is no such connection any more.
    NoChannel,
}

/// All connections of clients to one broker.
#[derive(Clone, Debug, Default)]
pub(super) struct Channels {
    /// Two for each client.
    open: Vec<Channel>,
    /// Those that their client has closed and that still hold requests.
    closed: Vec<(u32, Channel)>,
}

impl Channels {
    fn open(&mut self, client: u32, kind: ConnectionKind) -> &mut Channel {
        let at = client as usize * ConnectionKind::ALL.len() + kind as usize;
        if at >= self.open.len() {
            self.open.resize_with(at + 1, Channel::default);
        }
        &mut self.open[at]
    }

    /// The client has closed its end. What it had sent is still read, but for questions, which change nothing.
    fn close(&mut self, client: u32, kind: ConnectionKind, only_reads: bool) {
        let channel = std::mem::take(self.open(client, kind));
        if !only_reads && (channel.in_progress.is_some() || !channel.waiting.is_empty()) {
            self.closed.push((client, channel));
        }
    }

    /// The answer to a request is in the socket at `leaves_at`. `round_trip`: until a write to a client that is
    /// gone is known to have failed.
    fn answered(
        &mut self,
        client: u32,
        request: u64,
        leaves_at: Nanos,
        round_trip: impl FnOnce() -> Nanos,
    ) -> Answered {
        for kind in ConnectionKind::ALL {
            let channel = self.open(client, kind);
            if channel.in_progress == Some(request) {
                (channel.in_progress, channel.sends_until) = (None, leaves_at);
                return Answered::Delivered(!channel.waiting.is_empty());
            }
        }
        let of_it =
            |(owner, channel): &(u32, Channel)| *owner == client && channel.in_progress == Some(request);
        let Some(at) = self.closed.iter().position(of_it) else { return Answered::NoChannel };
        let channel = &mut self.closed[at].1;
        (channel.in_progress, channel.sends_until) = (None, leaves_at);
        let wrote_at = *channel.wrote_to_closed_at.get_or_insert(leaves_at);
        if channel.waiting.is_empty() || leaves_at >= wrote_at.saturating_add(round_trip()) {
            self.closed.swap_remove(at);
            return Answered::ToClosed(false);
        }
        Answered::ToClosed(true)
    }

    /// Requests of a client that may be read now, one of each connection.
    fn read(&mut self, client: u32, now: Nanos) -> Vec<Message> {
        let mut read: Vec<Message> =
            ConnectionKind::ALL.iter().filter_map(|kind| self.open(client, *kind).read(now)).collect();
        let closed = self.closed.iter_mut().filter(|(owner, _)| *owner == client);
        read.extend(closed.filter_map(|(_, channel)| channel.read(now)));
        read
    }

    /// Clients with requests in a socket.
    fn waiting(&self) -> Vec<u32> {
        let open = self
            .open
            .iter()
            .enumerate()
            .map(|(at, channel)| ((at / ConnectionKind::ALL.len()) as u32, channel));
        let all = open.chain(self.closed.iter().map(|(client, channel)| (*client, channel)));
        let mut clients: Vec<u32> =
            all.filter(|(_, channel)| !channel.waiting.is_empty()).map(|(client, _)| client).collect();
        clients.dedup();
        clients
    }
}

impl World {
    /// A client's request came to a broker that runs.
    pub(super) fn client_request(&mut self, id: BrokerId, client: u32, message: Message) {
        let now = self.now;
        let channel = self.host(id).channels.open(client, message.connection_kind());
        if channel.is_muted(now) || !channel.waiting.is_empty() {
            channel.waiting.push_back(message);
            if channel.in_progress.is_none() && channel.waiting.len() == 1 {
                let at = channel.sends_until;
                self.queue.push(at, QueuedEvent::ChannelUnmuted(id, client));
            }
            return;
        }
        channel.in_progress = message.correlation();
        self.serve_client(id, client, message);
    }

    /// A broker reads what may be read of a client's requests.
    pub(super) fn unmuted(&mut self, id: BrokerId, client: u32) {
        if !self.host(id).process.is_up() {
            return;
        }
        let now = self.now;
        for message in self.host(id).channels.read(client, now) {
            self.serve_client(id, client, message);
        }
    }

    fn serve_client(&mut self, id: BrokerId, client: u32, message: Message) {
        let unanswered = message.wants_no_answer().then(|| message.correlation()).flatten();
        self.serve(id, self.net.client(client), message);
        if let Some(request) = unanswered {
            self.answer_leaves(id, Peer::Client(client), request, self.now);
        }
    }

    /// A request is done with, and its answer in the socket at `leaves_at`. Says whether the asker hears it.
    pub(super) fn answer_leaves(&mut self, id: BrokerId, to: Peer, request: u64, leaves_at: Nanos) -> bool {
        let Peer::Client(client) = to else { return true };
        let net = &self.net;
        let round_trip = || net.round_trip(net.broker(id), net.client(client));
        let sent = self.hosts[id.0 as usize - 1].channels.answered(client, request, leaves_at, round_trip);
        if matches!(sent, Answered::Delivered(true) | Answered::ToClosed(true)) {
            self.queue.push(leaves_at, QueuedEvent::ChannelUnmuted(id, client));
        }
        matches!(sent, Answered::Delivered(_))
    }

    /// Answers a request, if there is still somebody to hear it.
    pub(super) fn answer(
        &mut self,
        id: BrokerId,
        to: Peer,
        request: u64,
        leaves_at: Nanos,
        message: Message,
    ) {
        if self.answer_leaves(id, to, request, leaves_at) {
            self.send_at(leaves_at, self.net.broker(id), self.node_of(to), message);
        }
    }

    /// A client closed a connection, or its process has ended.
    pub(super) fn channel_closed(&mut self, id: BrokerId, client: u32, kind: ConnectionKind) {
        let only_reads = kind == ConnectionKind::Requests && !self.is_producer(client);
        self.host(id).channels.close(client, kind, only_reads);
    }

    /// A broker goes on after it stood still.
    pub(super) fn unmute_all(&mut self, id: BrokerId) {
        let now = self.now;
        for client in self.host(id).channels.waiting() {
            self.queue.push(now, QueuedEvent::ChannelUnmuted(id, client));
        }
    }
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
    fn correlation(&self) -> Option<u64> {
        match self {
            Message::Request { correlation, .. }
            | Message::Group { correlation, .. }
            | Message::InitProducerId { correlation } => Some(*correlation),
            _ => None,
        }
    }

    /// With `acks=0` a broker answers nothing and reads on.
    fn wants_no_answer(&self) -> bool {
        matches!(self, Message::Request { request: Request::Produce(produce), .. } if produce.acks == Acks::Zero)
    }
}

#[cfg(test)]
mod tests;
