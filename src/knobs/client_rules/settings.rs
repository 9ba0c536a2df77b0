//! A client's settings as its release reads them: what is set, what a default fills in, what nobody here can know.

use crate::knobs::{KeyScope, check_value_at, default_at, default_of};
use crate::model::{ClientProfile, KafkaVersion};

/// The settings of one client.
#[derive(Clone, Copy)]
pub(super) struct Settings<'a> {
    profile: &'a ClientProfile,
    scope: KeyScope,
}

impl<'a> Settings<'a> {
    pub(super) fn producer(profile: &'a ClientProfile) -> Self {
        Settings { profile, scope: KeyScope::Producer }
    }

    pub(super) fn consumer(profile: &'a ClientProfile) -> Self {
        Settings { profile, scope: KeyScope::Consumer }
    }

    pub(super) fn version(self) -> KafkaVersion {
        self.profile.version
    }

    /// Whether this release has the key at all; others only warn about it.
    pub(super) fn has(self, key: &str) -> bool {
        default_of(self.scope, key, self.profile.version).is_some()
    }

    /// Whether the key is set, and this release reads it.
    pub(super) fn sets(self, key: &str) -> bool {
        self.profile.settings.contains_key(key) && self.has(key)
    }

    /// What is set, without the blanks around it; `None` where nothing is set or a config provider fills it in.
    pub(super) fn set(self, key: &str) -> Option<&'a str> {
        let text = self.profile.settings.get(key).filter(|_| self.has(key))?.trim();
        (!text.contains("${")).then_some(text)
    }

    /// What the key comes to: set, else the release's default; `None` where nobody here can know.
    pub(super) fn text(self, key: &str) -> Option<&'a str> {
        if self.sets(key) { self.set(key) } else { self.default(key) }
    }

    /// What the key comes to where it is not set: the library's default, else the release's.
    pub(super) fn default(self, key: &str) -> Option<&'a str> {
        let own = self.profile.library_defaults.get(key).map(String::as_str);
        own.or_else(|| default_of(self.scope, key, self.profile.version))
    }

    pub(super) fn int(self, key: &str) -> Option<i64> {
        self.text(key)?.parse().ok()
    }

    pub(super) fn on(self, key: &str) -> Option<bool> {
        self.text(key)?.to_ascii_lowercase().parse().ok()
    }

    /// Whether the key comes to this word, its case aside.
    pub(super) fn is(self, key: &str, word: &str) -> bool {
        self.text(key).is_some_and(|text| text.eq_ignore_ascii_case(word))
    }

    /// Values that this release refuses, a line each. Values themselves stay out of it: they may be secret.
    pub(super) fn refused_values(self) -> Vec<String> {
        let refused = self.profile.settings.iter().filter_map(|(name, value)| {
            let key = default_at(self.scope, name).filter(|_| self.has(name))?;
            let allowed = check_value_at(key, value, self.profile.version).err()?;
            Some(format!("{name} takes {allowed}"))
        });
        refused.collect()
    }
}
