//! Which keys do what: key sequences per context, looked up while typing, and read backwards for hints and help.
//!
//! The map knows actions only as values of some small type `A`, so that it can be tested without the program.

mod context;
mod key;
mod parse;
mod trie;

pub use context::Context;
pub use key::{Code, Key, Keys};
pub use parse::KeymapError;

use trie::Trie;

/// The keys that come with klever.
pub const DEFAULT: &str = include_str!("keymap/default.toml");

/// What the keys typed so far mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lookup<A> {
    /// The beginning of a longer sequence.
    Pending,
    Run(A),
    None,
}

/// Key sequences of all contexts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keymap<A> {
    tries: [Trie<A>; Context::COUNT],
}

impl<A: Copy + Eq> Keymap<A> {
    /// A map from the text of a file; `resolve` knows the actions by name.
    ///
    /// # Errors
    /// With file and line: not TOML, an unknown context, key or action, or two rows that cannot both be typed.
    pub fn parse(
        file: &str,
        text: &str,
        resolve: impl Fn(&str) -> Option<A>,
    ) -> Result<Keymap<A>, KeymapError> {
        let mut map = Keymap { tries: std::array::from_fn(|_| Trie::default()) };
        parse::read_into(&mut map.tries, file, text, &resolve)?;
        Ok(map)
    }

    /// This map with the rows of a user's file instead of its own where they share a key; the action `none`
    /// frees a key.
    ///
    /// # Errors
    /// As [`Keymap::parse`].
    pub fn with_user_file(
        mut self,
        file: &str,
        text: &str,
        resolve: impl Fn(&str) -> Option<A>,
    ) -> Result<Keymap<A>, KeymapError> {
        Keymap::parse(file, text, &resolve)?;
        for row in parse::rows(file, text, &resolve)? {
            let trie = &mut self.tries[row.context as usize];
            match row.action {
                Some(action) => trie.put(&row.keys, action),
                None => trie.remove(&row.keys),
            }
        }
        Ok(self)
    }

    /// What the keys typed so far mean, in the first of these contexts that knows them.
    pub fn lookup(&self, contexts: &[Context], typed: &[Key]) -> Lookup<A> {
        let found = contexts.iter().map(|context| self.tries[*context as usize].lookup(typed));
        found.into_iter().find(|found| !matches!(found, Lookup::None)).unwrap_or(Lookup::None)
    }

    /// The sequences that run an action in these contexts, the shortest first.
    pub fn keys_of(&self, contexts: &[Context], action: A) -> Vec<Keys> {
        let rows = contexts.iter().flat_map(|context| self.tries[*context as usize].rows());
        let mut keys: Vec<Keys> = rows.filter(|(_, runs)| *runs == action).map(|(keys, _)| keys).collect();
        keys.retain(|keys| self.lookup(contexts, &keys.0) == Lookup::Run(action));
        keys.sort_by_key(|keys| (keys.0.len(), keys.to_string().len()));
        keys.dedup();
        keys
    }

    /// What may follow the keys typed so far.
    pub fn continuations(&self, contexts: &[Context], typed: &[Key]) -> Vec<(Keys, A)> {
        let rows = contexts.iter().flat_map(|context| self.tries[*context as usize].rows());
        let longer = rows.filter(|(keys, _)| keys.0.len() > typed.len() && keys.0.starts_with(typed));
        longer.map(|(keys, action)| (Keys(keys.0[typed.len()..].to_vec()), action)).collect()
    }

    /// Every row: context, keys, action.
    pub fn rows(&self) -> impl Iterator<Item = (Context, Keys, A)> {
        let rows_of = |context: Context| {
            self.tries[context as usize].rows().into_iter().map(move |(keys, action)| (context, keys, action))
        };
        Context::ALL.into_iter().flat_map(rows_of)
    }
}

#[cfg(test)]
mod tests;
