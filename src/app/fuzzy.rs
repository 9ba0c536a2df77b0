//! How well what was typed fits names.

/// So much is compared, letter by letter, in one search: a key must not hold the screen, whatever the names are. What
/// comes later is judged by the first way in which it fits.
const MOST_COMPARED: usize = 2_000_000;

/// What was typed, to be looked for in many names.
pub(super) struct Search {
    typed: Vec<char>,
    /// Letters of the name that is looked at.
    name: Vec<char>,
    compared: usize,
}

impl Search {
    pub(super) fn new(typed: &str) -> Search {
        let letters = typed.chars().filter(|letter| *letter != ' ').flat_map(char::to_lowercase);
        Search { typed: letters.collect(), name: Vec::new(), compared: 0 }
    }

    /// A score when all letters that were typed occur in `name` in their order; more is better. Letters at the start of
    /// words and letters in a row count more, and short names win.
    pub(super) fn score(&mut self, name: &str) -> Option<i32> {
        if self.typed.is_empty() {
            return Some(0);
        }
        self.name.clear();
        self.name.extend(name.chars().flat_map(char::to_lowercase));
        let first = self.first_way()?;
        let work = self.typed.len() * self.name.len();
        let best = if self.compared + work <= MOST_COMPARED {
            self.compared += work;
            self.best_way()?
        } else {
            first
        };
        Some(best * 8 - self.name.len() as i32)
    }

    /// What a letter at this place counts, where the one before it was `before`.
    fn worth(&self, at: usize, before: Option<usize>) -> i32 {
        let starts_word = at == 0 || !self.name[at - 1].is_alphanumeric();
        let in_a_row = before.is_some_and(|before| before + 1 == at);
        1 + if starts_word { 6 } else { 0 } + if in_a_row { 4 } else { 0 }
    }

    /// Each letter at the first place where it can be.
    fn first_way(&self) -> Option<i32> {
        let (mut score, mut before) = (0, None);
        for letter in &self.typed {
            let from = before.map_or(0, |at| at + 1);
            let at = from + self.name[from..].iter().position(|other| other == letter)?;
            score += self.worth(at, before);
            before = Some(at);
        }
        Some(score)
    }

    fn best_way(&self) -> Option<i32> {
        // The best way to end the letters so far at each place of the name.
        let mut ends: Vec<Option<i32>> = vec![Some(0); self.name.len()];
        for (nth, letter) in self.typed.iter().enumerate() {
            let mut best_before = (nth == 0).then_some(0);
            let mut next = vec![None; self.name.len()];
            for at in 0..self.name.len() {
                let before = (nth > 0 && at > 0).then(|| ends[at - 1]).flatten();
                if self.name[at] == *letter {
                    let apart = best_before.map(|score| score + self.worth(at, None));
                    next[at] = apart.max(before.map(|score| score + self.worth(at, Some(at - 1))));
                }
                if nth > 0 {
                    best_before = best_before.max(before);
                }
            }
            ends = next;
        }
        ends.into_iter().flatten().max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(typed: &str, name: &str) -> Option<i32> {
        Search::new(typed).score(name)
    }
    #[test]
    fn starts_of_words_and_runs_win() {
        let best = |typed: &str, names: &[&'static str]| -> &'static str {
            names
                .iter()
                .copied()
                .filter(|name| score(typed, name).is_some())
                .max_by_key(|name| score(typed, name))
                .unwrap_or("-")
        };
        assert_eq!(best("mir", &["max.in.flight.requests", "min.insync.replicas"]), "min.insync.replicas");
        assert_eq!(best("acks", &["fetch.max.acks", "acks"]), "acks");
        assert_eq!(best("rf", &["replication.factor", "retention.bytes"]), "replication.factor");
        assert_eq!(best("xyz", &["acks"]), "-");
    }

    #[test]
    fn what_does_not_fit_costs_nothing_and_many_long_names_cost_a_bounded_amount() {
        let mut search = Search::new(&"a".repeat(400));
        assert_eq!(search.score(&"a".repeat(249)), None);
        assert_eq!(search.compared, 0);
        let mut search = Search::new(&"a".repeat(200));
        let names = (0..10_000).filter(|_| search.score(&"a".repeat(249)).is_some()).count();
        assert_eq!(names, 10_000, "all are found");
        assert!(search.compared <= MOST_COMPARED);
    }

    #[test]
    fn the_first_way_is_never_better_than_the_best() {
        for (typed, name) in [("mir", "min.insync.replicas"), ("aab", "a.aab"), ("acks", "acks")] {
            let mut search = Search::new(typed);
            search.score(name).unwrap();
            assert!(search.first_way() <= search.best_way(), "{typed} in {name}");
        }
    }
}
