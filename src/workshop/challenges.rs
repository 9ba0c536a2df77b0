//! The challenges that come with the program, in the order of the chapters.

use crate::workshop::Challenge;

/// A challenge file of `assets/challenges`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BuiltInChallenge {
    /// Its id, which is the name of the file.
    pub id: &'static str,
    text: &'static str,
}

impl BuiltInChallenge {
    /// The challenge itself.
    pub fn challenge(&self) -> Challenge {
        // A test reads all of them.
        Challenge::parse(self.id, self.text).unwrap_or_else(|error| panic!("{error}"))
    }
}

macro_rules! challenges {
    ($($id:literal)*) => {
        /// All of them, in the order of the chapters.
        pub static CHALLENGES: &[BuiltInChallenge] = &[$(BuiltInChallenge {
            id: $id,
            text: include_str!(concat!("../../assets/challenges/", $id, ".toml")),
        }),*];
    };
}

challenges! {
    "lose-a-record"
    "lose-despite-acks-all"
    "save-the-records"
    "save-the-writes"
    "restart-all"
    "write-twice"
    "charge-twice"
    "stop-the-group"
    "stop-the-writes"
    "break-the-order"
    "catch-up"
    "calm-the-group"
}

/// The one with this id.
pub fn find_challenge(id: &str) -> Option<&'static BuiltInChallenge> {
    CHALLENGES.iter().find(|each| each.id == id)
}
