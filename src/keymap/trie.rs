//! The key sequences of one context as a tree.

use super::{Key, Keys, Lookup};
use std::collections::BTreeMap;

/// A tree of keys: an action at the leaves, more keys at the branches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Trie<A> {
    next: BTreeMap<Key, Node<A>>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Node<A> {
    Leaf(A),
    Branch(Trie<A>),
}

impl<A> Default for Trie<A> {
    fn default() -> Self {
        Trie { next: BTreeMap::new() }
    }
}

impl<A: Copy + Eq> Trie<A> {
    /// Adds a sequence. A sequence that begins another one, or the same one again, is refused with the row it
    /// collides with.
    pub(super) fn add(&mut self, keys: &Keys, action: A) -> Result<(), Keys> {
        match self.colliding(keys).into_iter().next() {
            Some((row, _)) => Err(row),
            None => {
                self.put(keys, action);
                Ok(())
            }
        }
    }

    /// The rows that begin with a sequence, or that it begins with.
    pub(super) fn colliding(&self, keys: &Keys) -> Vec<(Keys, A)> {
        self.rows().into_iter().filter(|(row, _)| collide(row, keys)).collect()
    }

    /// Adds a sequence instead of whatever collides with it.
    pub(super) fn put(&mut self, keys: &Keys, action: A) {
        self.put_at(&keys.0, action);
    }

    fn put_at(&mut self, keys: &[Key], action: A) {
        match keys {
            [] => {}
            [last] => {
                self.next.insert(*last, Node::Leaf(action));
            }
            [first, rest @ ..] => {
                let node = self.next.entry(*first).or_insert_with(|| Node::Branch(Trie::default()));
                if let Node::Leaf(_) = node {
                    *node = Node::Branch(Trie::default());
                }
                if let Node::Branch(branch) = node {
                    branch.put_at(rest, action);
                }
            }
        }
    }

    /// Takes a sequence, and all that begin with it, out.
    pub(super) fn remove(&mut self, keys: &Keys) {
        let kept = self.rows().into_iter().filter(|(row, _)| !row.0.starts_with(&keys.0));
        let mut trie = Trie::default();
        kept.for_each(|(row, action)| trie.put(&row, action));
        *self = trie;
    }

    pub(super) fn lookup(&self, typed: &[Key]) -> Lookup<A> {
        let [first, rest @ ..] = typed else { return Lookup::Pending };
        match (self.next.get(first), rest) {
            (Some(Node::Leaf(action)), []) => Lookup::Run(*action),
            (Some(Node::Branch(branch)), rest) => branch.lookup(rest),
            _ => Lookup::None,
        }
    }

    /// All sequences in the order of their keys.
    pub(super) fn rows(&self) -> Vec<(Keys, A)> {
        let mut rows = Vec::new();
        self.collect(&mut Vec::new(), &mut rows);
        rows
    }

    fn collect(&self, before: &mut Vec<Key>, rows: &mut Vec<(Keys, A)>) {
        for (key, node) in &self.next {
            before.push(*key);
            match node {
                Node::Leaf(action) => rows.push((Keys(before.clone()), *action)),
                Node::Branch(branch) => branch.collect(before, rows),
            }
            before.pop();
        }
    }
}

fn collide(a: &Keys, b: &Keys) -> bool {
    a.0.starts_with(&b.0) || b.0.starts_with(&a.0)
}
