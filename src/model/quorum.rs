//! The controller quorum: its voters, those that answer, and whether they are a majority.

use crate::model::BrokerId;
use serde::{Deserialize, Serialize};

/// The controller quorum, where it can be seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Quorum {
    /// The active controller, if there is one.
    pub leader: Option<BrokerId>,
    pub voters: Vec<BrokerId>,
    pub online: Vec<BrokerId>,
}

impl Quorum {
    /// How many voters must answer.
    pub fn majority(&self) -> usize {
        self.voters.len() / 2 + 1
    }

    /// Whether enough voters answer to elect a leader and to commit.
    pub fn has_majority(&self) -> bool {
        self.online.len() >= self.majority()
    }

    /// With every voter back.
    pub fn whole(&self) -> Quorum {
        Quorum { online: self.voters.clone(), ..self.clone() }
    }

    /// The quorum after these voters are gone; a majority elects another leader.
    pub fn without(&self, gone: &[BrokerId]) -> Quorum {
        let stays = |id: &BrokerId| !gone.contains(id);
        let online: Vec<BrokerId> = self.online.iter().copied().filter(stays).collect();
        let mut left = Quorum { leader: self.leader.filter(stays), voters: self.voters.clone(), online };
        if !left.has_majority() {
            left.leader = None;
        } else if left.leader.is_none() && self.leader.is_some() {
            left.leader = left.online.first().copied();
        }
        left
    }
}
