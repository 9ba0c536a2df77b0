//! Which keys records have: how many there are and how the records are spread over them.

use serde::{Deserialize, Deserializer, Serialize};

/// How records are spread over keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keys {
    /// Records have no key: the partitioner decides alone.
    None,
    /// Every key is as likely as any other.
    #[default]
    Uniform,
    /// The nth key is as likely as 1 / n^exponent.
    Zipf,
    /// One key makes a share of the records, all others the rest evenly.
    Celebrity,
}

impl Keys {
    /// All of them, as words of a knob.
    pub const WORDS: &[&str] = &["none", "uniform", "zipf", "celebrity"];
    const ALL: [Keys; 4] = [Keys::None, Keys::Uniform, Keys::Zipf, Keys::Celebrity];

    /// As it is written in a file.
    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// The one of this word.
    pub fn named(word: &str) -> Option<Keys> {
        Self::ALL.into_iter().find(|keys| keys.word() == word)
    }

    /// Reads a word, or the `keyed = true` of older snapshots.
    pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Keys, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Keyed(bool),
            Keys(Keys),
        }
        Ok(match Written::deserialize(from)? {
            Written::Keyed(keyed) if !keyed => Keys::None,
            Written::Keyed(_) => Keys::Uniform,
            Written::Keys(keys) => keys,
        })
    }
}

/// What decides which key the next record has.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct KeySpread {
    pub keys: Keys,
    /// How many different keys there are; 0 gives every record a key of its own.
    pub key_count: u32,
    /// How steep [`Keys::Zipf`] is.
    pub zipf_exponent: f64,
    /// The share of the records that have the key of [`Keys::Celebrity`], from 0 to 1.
    pub celebrity_share: f64,
}

impl KeySpread {
    /// Keys of a Zipf workload that does not say how many.
    pub const ZIPF_KEYS: u32 = 1000;
    /// Keys that there may be.
    pub const MOST_KEYS: u32 = 1_000_000;
    /// `zipf_exponent` where nothing is said.
    pub const ZIPF_EXPONENT: f64 = 1.0;
    /// `celebrity_share` where nothing is said.
    pub const CELEBRITY_SHARE: f64 = 0.5;

    /// How many keys come again and again; 0 when no key comes twice.
    pub fn recurring(&self) -> u32 {
        match self.keys {
            Keys::None => 0,
            Keys::Uniform => self.key_count,
            Keys::Zipf if self.key_count == 0 => Self::ZIPF_KEYS,
            Keys::Zipf => self.key_count,
            Keys::Celebrity => self.key_count.max(1),
        }
    }

    /// How often each of the recurring keys comes: the first one first, in shares of all records. What they leave is
    /// of records whose key comes once.
    pub fn shares(&self) -> Vec<f64> {
        let count = self.recurring();
        let even = |share: f64, of: u32| (0..of).map(move |_| share / f64::from(of));
        match self.keys {
            Keys::None => Vec::new(),
            Keys::Uniform => even(1.0, count).collect(),
            Keys::Zipf => {
                let weights: Vec<f64> = (1..=count).map(|rank| self.zipf_weight(rank)).collect();
                let sum: f64 = weights.iter().sum();
                weights.into_iter().map(|weight| weight / sum).collect()
            }
            Keys::Celebrity if self.key_count == 1 => vec![1.0],
            Keys::Celebrity => {
                let others = even(1.0 - self.celebrity_share, count - 1);
                std::iter::once(self.celebrity_share).chain(others).collect()
            }
        }
    }

    /// What the key of this rank, from 1, weighs beside the first one.
    pub fn zipf_weight(&self, rank: u32) -> f64 {
        libm::pow(f64::from(rank), -self.zipf_exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(keys: Keys, key_count: u32) -> KeySpread {
        KeySpread { keys, key_count, zipf_exponent: 1.0, celebrity_share: 0.5 }
    }

    #[test]
    fn shares_are_of_all_records() {
        assert_eq!(spread(Keys::Uniform, 4).shares(), [0.25; 4]);
        assert_eq!(spread(Keys::Celebrity, 3).shares(), [0.5, 0.25, 0.25]);
        assert_eq!(spread(Keys::Celebrity, 0).shares(), [0.5], "the others have keys of their own");
        assert_eq!(spread(Keys::Celebrity, 1).shares(), [1.0]);
        let zipf = spread(Keys::Zipf, 2).shares();
        assert!((zipf[0] - 2.0 / 3.0).abs() < 1e-12 && (zipf.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(spread(Keys::Zipf, 0).shares().len(), 1000);
        assert!(spread(Keys::None, 9).shares().is_empty() && spread(Keys::Uniform, 0).shares().is_empty());
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for word in Keys::WORDS {
            assert_eq!(Keys::named(word).map(Keys::word), Some(*word));
        }
        assert_eq!(Keys::named("keyed"), None);
    }
}
