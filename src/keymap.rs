//! Which keys do what: key sequences per context, looked up while typing, and read backwards for hints and help.
//!
//! The map knows actions only as values of some small type `A`, so that it can be tested without the program.

mod key;
mod parse;
mod trie;

pub use key::{Code, Key, Keys};
pub use parse::{KeymapError, UserKeys};

use trie::Trie;

/// The keys that come with klever.
pub const DEFAULT: &str = include_str!("keymap/default.toml");

/// A place in which keys have a meaning of their own: its name in keymap files.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Context(pub &'static str);

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
    tries: Vec<(Context, Trie<A>)>,
}

/// A row of a user's file that is in the map now, and the rows that it took the keys from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replaced<A> {
    /// `keys.toml:3`.
    pub place: String,
    pub context: Context,
    pub keys: Keys,
    pub action: A,
    pub was: Vec<(Keys, A)>,
}

impl<A: Copy + Eq> Keymap<A> {
    /// A map over these contexts from the text of a file; `resolve` knows the actions by name, or says what is
    /// wrong with a name.
    ///
    /// # Errors
    /// With file and line: not TOML, an unknown context, key or action, or two rows that cannot both be typed.
    pub fn parse(
        contexts: &[Context],
        file: &str,
        text: &str,
        resolve: impl Fn(&str) -> Result<A, String>,
    ) -> Result<Keymap<A>, KeymapError> {
        Keymap::read(contexts, &UserKeys::file(file, text), &resolve)
    }

    fn read(
        contexts: &[Context],
        keys: &UserKeys,
        resolve: &impl Fn(&str) -> Result<A, String>,
    ) -> Result<Keymap<A>, KeymapError> {
        let mut tries: Vec<_> = contexts.iter().map(|context| (*context, Trie::default())).collect();
        parse::read_into(&mut tries, keys, resolve)?;
        Ok(Keymap { tries })
    }

    /// This map with the rows of a user's file instead of its own where they share a key; the action `none`
    /// frees a key. Yields the rows that took keys from other actions, too.
    ///
    /// # Errors
    /// As [`Keymap::parse`].
    pub fn with_user_keys(
        mut self,
        user: &UserKeys,
        resolve: impl Fn(&str) -> Result<A, String>,
    ) -> Result<(Keymap<A>, Vec<Replaced<A>>), KeymapError> {
        let contexts: Vec<Context> = self.tries.iter().map(|(context, _)| *context).collect();
        Keymap::read(&contexts, user, &resolve)?;
        let mut replaced = Vec::new();
        for row in parse::rows(&contexts, user, &resolve)? {
            let (context, trie) = &mut self.tries[row.context];
            let Some(action) = row.action else {
                trie.remove(&row.keys);
                continue;
            };
            let mut was = trie.colliding(&row.keys);
            was.retain(|(_, other)| *other != action);
            trie.put(&row.keys, action);
            replaced.push(Replaced { place: row.place, context: *context, keys: row.keys, action, was });
        }
        Ok((self, replaced))
    }

    /// The rows of a context that cannot be typed beside these keys.
    pub fn colliding(&self, context: Context, keys: &Keys) -> Vec<(Keys, A)> {
        self.tries_of(&[context]).flat_map(|trie| trie.colliding(keys)).collect()
    }

    /// Adds a sequence to a context, instead of whatever collides with it.
    pub fn put(&mut self, context: Context, keys: &Keys, action: A) {
        if let Some((_, trie)) = self.tries.iter_mut().find(|(known, _)| *known == context) {
            trie.put(keys, action);
        }
    }

    /// The trees of these contexts, in their order.
    fn tries_of(&self, contexts: &[Context]) -> impl Iterator<Item = &Trie<A>> {
        let trie = |context| self.tries.iter().find(|(known, _)| known == context);
        contexts.iter().filter_map(trie).map(|(_, trie)| trie)
    }

    /// What the keys typed so far mean, in the first of these contexts that knows them.
    pub fn lookup(&self, contexts: &[Context], typed: &[Key]) -> Lookup<A> {
        let mut found = self.tries_of(contexts).map(|trie| trie.lookup(typed));
        found.find(|found| !matches!(found, Lookup::None)).unwrap_or(Lookup::None)
    }

    /// The sequences that run an action in these contexts, the shortest first.
    pub fn keys_of(&self, contexts: &[Context], action: A) -> Vec<Keys> {
        let rows = self.tries_of(contexts).flat_map(Trie::rows);
        let mut keys: Vec<Keys> = rows.filter(|(_, runs)| *runs == action).map(|(keys, _)| keys).collect();
        keys.retain(|keys| self.lookup(contexts, &keys.0) == Lookup::Run(action));
        keys.sort_by_key(|keys| (keys.0.len(), keys.to_string().len()));
        keys.dedup();
        keys
    }

    /// What may follow the keys typed so far.
    pub fn continuations(&self, contexts: &[Context], typed: &[Key]) -> Vec<(Keys, A)> {
        let rows = self.tries_of(contexts).flat_map(Trie::rows);
        let longer = rows.filter(|(keys, _)| keys.0.len() > typed.len() && keys.0.starts_with(typed));
        longer.map(|(keys, action)| (Keys(keys.0[typed.len()..].to_vec()), action)).collect()
    }

    /// Every row: context, keys, action.
    pub fn rows(&self) -> impl Iterator<Item = (Context, Keys, A)> {
        let rows = |(context, trie): &(Context, Trie<A>)| {
            let context = *context;
            trie.rows().into_iter().map(move |(keys, action)| (context, keys, action))
        };
        self.tries.iter().flat_map(rows)
    }
}

#[cfg(test)]
mod tests;
