//! What a client's program does at one moment: the words for the places at which its loop can stand.

use serde::{Deserialize, Serialize};

/// Whose loop can stand somewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Whose {
    Producer,
    Consumer,
    Both,
}

macro_rules! steps {
    ($($variant:ident, $word:literal, $whose:ident, $said:literal, $doc:literal;)+) => {
        /// Where a client's loop stands. A producer may be at several at once: its application and its sender are two
        /// threads.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum ClientStep {
            $(#[doc = $doc] #[serde(rename = $word)] $variant,)+
        }

        impl ClientStep {
            /// All of them.
            pub const ALL: [ClientStep; [$(ClientStep::$variant),+].len()] = [$(ClientStep::$variant),+];

            /// Its word in a scene's file.
            pub const fn word(self) -> &'static str {
                match self { $(ClientStep::$variant => $word),+ }
            }

            /// What the client does there, as in "member 1 waits for its group".
            pub const fn said(self) -> &'static str {
                match self { $(ClientStep::$variant => $said),+ }
            }

            const fn whose(self) -> Whose {
                match self { $(ClientStep::$variant => Whose::$whose),+ }
            }
        }
    };
}

steps! {
    Send, "send", Producer, "sends records", "The application calls `send()`, again and again.";
    Blocked, "blocked", Producer, "is blocked in send()", "`send()` blocks: no memory, or no metadata.";
    WaitForAck, "wait_for_ack", Producer, "waits for acknowledgements", "Requests wait for their answers.";
    BackOff, "back_off", Both, "waits to try again", "A batch that came back, or a record that failed, waits.";
    Poll, "poll", Consumer, "polls", "It waits in `poll()` for records.";
    Join, "join", Consumer, "waits for its group", "It waits in `poll()` for a place in its group.";
    Process, "process", Consumer, "processes a record", "It processes records without a call.";
    CallService, "call_service", Consumer, "calls the service", "It calls the service for a record.";
    Commit, "commit", Consumer, "commits", "It waits in `commitSync()`.";
    HandOver, "hand_over", Consumer, "hands a record over", "It waits until another topic has a record that it gave up.";
}

impl ClientStep {
    /// Whether a producer can be there.
    pub fn is_of_producer(self) -> bool {
        self.whose() != Whose::Consumer
    }

    /// Whether a consumer can be there.
    pub fn is_of_consumer(self) -> bool {
        self.whose() != Whose::Producer
    }
}
