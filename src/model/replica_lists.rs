//! The distinct replica lists of a cluster, one after another in memory: a scan of 200,000 must not chase pointers.

use crate::model::BrokerId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::HashMap;
use std::fmt;
use std::ops::Index;
use std::sync::{Arc, OnceLock};

/// Replica lists by their numbers, each with the preferred leader first. Clones share the content.
#[derive(Clone, Default)]
pub struct ReplicaLists(Arc<Lists>);

#[derive(Default)]
struct Lists {
    members: Vec<BrokerId>,
    /// Where each list ends in `members`.
    ends: Vec<u32>,
    copysets: OnceLock<Vec<u32>>,
}

impl ReplicaLists {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.ends.is_empty()
    }

    /// All of them, in the order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[BrokerId]> {
        (0..self.len()).map(|at| &self[at])
    }

    /// Whether both are one allocation, and so equal without a look.
    pub fn is_same(&self, other: &ReplicaLists) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// A number for each list that lists of the same brokers share, in whatever order they name them. Numbers count up
    /// from 0 in the order of first lists.
    pub fn copysets(&self) -> &[u32] {
        self.0.copysets.get_or_init(|| number_copysets(self))
    }
}

fn number_copysets(lists: &ReplicaLists) -> Vec<u32> {
    let mut sorted = lists.0.members.clone();
    let mut rest = sorted.as_mut_slice();
    let mut known: HashMap<&[BrokerId], u32> = HashMap::with_capacity(lists.len());
    let number = |list: &[BrokerId]| {
        let (members, after) = std::mem::take(&mut rest).split_at_mut(list.len());
        rest = after;
        members.sort_unstable();
        let next = known.len() as u32;
        *known.entry(members).or_insert(next)
    };
    lists.iter().map(number).collect()
}

impl Index<usize> for ReplicaLists {
    type Output = [BrokerId];

    fn index(&self, at: usize) -> &[BrokerId] {
        let from = at.checked_sub(1).map_or(0, |before| self.0.ends[before] as usize);
        &self.0.members[from..self.0.ends[at] as usize]
    }
}

impl<L: AsRef<[BrokerId]>> FromIterator<L> for ReplicaLists {
    fn from_iter<I: IntoIterator<Item = L>>(lists: I) -> Self {
        let mut all = Lists::default();
        for list in lists {
            all.members.extend_from_slice(list.as_ref());
            all.ends.push(all.members.len() as u32);
        }
        ReplicaLists(Arc::new(all))
    }
}

impl PartialEq for ReplicaLists {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || (self.0.ends == other.0.ends && self.0.members == other.0.members)
    }
}

impl Eq for ReplicaLists {}

impl fmt::Debug for ReplicaLists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for ReplicaLists {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for ReplicaLists {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Vec<BrokerId>>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(of: &[&[i32]]) -> ReplicaLists {
        of.iter().map(|list| list.iter().map(|id| BrokerId(*id)).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn a_list_is_found_by_its_number() {
        let lists = lists(&[&[1, 2], &[], &[3, 1, 2]]);
        assert_eq!((lists.len(), &lists[1]), (3, &[][..]));
        assert_eq!(lists[2], [BrokerId(3), BrokerId(1), BrokerId(2)]);
    }

    #[test]
    fn lists_of_the_same_brokers_share_a_copyset() {
        assert_eq!(lists(&[&[1, 2], &[2, 3], &[2, 1], &[1, 2, 3]]).copysets(), [0, 1, 0, 2]);
    }

    #[test]
    fn a_file_has_them_as_lists_of_ids() {
        let lists = lists(&[&[1, 2], &[3]]);
        let text = serde_json::to_string(&lists).unwrap();
        assert_eq!(text, "[[1,2],[3]]");
        assert_eq!(serde_json::from_str::<ReplicaLists>(&text).unwrap(), lists);
    }
}
