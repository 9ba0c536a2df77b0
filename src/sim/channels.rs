//! Connections of clients at a broker: of each, one request is handled at a time.
//!
//! `SocketServer.Processor` mutes a channel when it has read a request and unmutes it when the answer is sent: of
//! the requests that a producer has in flight, one is at work and the others wait in the socket. Brokers have one
//! request in flight to each other and need no such care.
//!
//! A client that closes its connection leaves there what it had sent. The broker learns of it only by writing: the
//! first answer goes out, and those a round trip later fail, with which the rest is dropped
//! (`Selector.maybeReadFromClosingChannel`).

use crate::model::Nanos;
use crate::sim::event::{ConnectionKind, Message};
use std::collections::VecDeque;

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

/// What becomes of a client's request.
#[derive(Clone, Debug)]
pub(super) enum Received {
    Readable(Message),
    /// It stays in the socket; if nothing else will unmute the channel, then this time does.
    Waits(Option<Nanos>),
}

/// What became of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Answered {
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

    /// A client's request came.
    pub(super) fn receive(&mut self, now: Nanos, client: u32, message: Message) -> Received {
        let channel = self.open(client, message.connection_kind());
        if channel.is_muted(now) || !channel.waiting.is_empty() {
            channel.waiting.push_back(message);
            let first = channel.in_progress.is_none() && channel.waiting.len() == 1;
            return Received::Waits(first.then_some(channel.sends_until));
        }
        channel.in_progress = message.correlation();
        Received::Readable(message)
    }

    /// The client has closed its end. What it had sent is still read, but for questions, which change nothing.
    pub(super) fn close(&mut self, client: u32, kind: ConnectionKind, only_reads: bool) {
        let channel = std::mem::take(self.open(client, kind));
        if !only_reads && (channel.in_progress.is_some() || !channel.waiting.is_empty()) {
            self.closed.push((client, channel));
        }
    }

    /// The answer to a request is in the socket at `leaves_at`. `round_trip`: until a write to a client that is
    /// gone is known to have failed.
    pub(super) fn answered(
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

    /// Nothing more of a client's requests is read before `until`. Says whether one waits that nothing else will read.
    pub(super) fn mute(&mut self, client: u32, until: Nanos) -> bool {
        let channel = self.open(client, ConnectionKind::Requests);
        channel.sends_until = channel.sends_until.max(until);
        !channel.waiting.is_empty()
    }

    /// Requests of a client that may be read now, one of each connection.
    pub(super) fn read(&mut self, client: u32, now: Nanos) -> Vec<Message> {
        let mut read: Vec<Message> =
            ConnectionKind::ALL.iter().filter_map(|kind| self.open(client, *kind).read(now)).collect();
        let closed = self.closed.iter_mut().filter(|(owner, _)| *owner == client);
        read.extend(closed.filter_map(|(_, channel)| channel.read(now)));
        read
    }

    /// Clients with requests in a socket.
    pub(super) fn waiting(&self) -> Vec<u32> {
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

#[cfg(test)]
mod tests;
