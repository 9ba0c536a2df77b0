//! The sixteen chapters of things that people get wrong with Kafka.

use serde::Serialize;

/// A chapter, by its number from 1 to 16.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct Chapter(u8);

const TITLES: [&str; 16] = [
    "Not thinking about durability",
    "Focusing only on the happy path",
    "No idempotent consumer",
    "No exception handling",
    "No data governance",
    "Bad citizens: security, ACLs, quotas",
    "Default configuration in production",
    "Not configuring the operating system",
    "Disregarding the quorum",
    "Not understanding ordering",
    "No monitoring",
    "Too many partitions",
    "Not enough partitions",
    "Partition key choice",
    "Topics versus partitions",
    "Kafka Streams",
];

impl Chapter {
    /// The chapter of this number.
    ///
    /// # Panics
    /// If there is no such chapter; rules are constants, so the compiler finds it.
    pub const fn new(number: u8) -> Self {
        assert!(number >= 1 && number <= 16);
        Chapter(number)
    }

    /// All sixteen, in their order.
    pub fn all() -> impl Iterator<Item = Chapter> {
        (1..=TITLES.len() as u8).map(Chapter)
    }

    /// From 1 to 16, in the order of the generated page.
    pub fn number(self) -> u8 {
        self.0
    }

    /// Its heading in reports and on the generated page.
    pub fn title(self) -> &'static str {
        TITLES[usize::from(self.0 - 1)]
    }
}
