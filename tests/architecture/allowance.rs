//! Counts that may only shrink: more is refused, and less asks for the smaller number.

use std::collections::{BTreeMap, BTreeSet};

/// How many of something each place may still have.
pub(crate) type Allowance<'a> = &'a [(&'a str, usize)];

/// What is wrong with the counts, and the table that would be right.
pub(crate) fn compare(list: &str, found: &BTreeMap<String, usize>, allowed: Allowance<'_>) -> Vec<String> {
    let allowed: BTreeMap<&str, usize> = allowed.iter().copied().collect();
    let places: BTreeSet<&str> = found.keys().map(String::as_str).chain(allowed.keys().copied()).collect();
    let mut wrong = Vec::new();
    for place in places {
        let count = found.get(place).copied().unwrap_or(0);
        let most = allowed.get(place).copied().unwrap_or(0);
        if count > most {
            wrong.push(format!("{place}: {count}, {most} are allowed"));
        } else if count == 0 && allowed.contains_key(place) {
            wrong.push(format!("{place}: none is left: delete its line from {list}"));
        } else if count < most {
            wrong.push(format!("{place}: {count} are left: write {count} for {most} in {list}"));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_may_neither_grow_nor_hide_that_they_shrank() {
        let found = BTreeMap::from([("a", 3), ("b", 2), ("c", 1), ("d", 1)].map(|(p, n)| (p.to_string(), n)));
        let wrong = compare("LEFT", &found, &[("a", 3), ("b", 1), ("c", 2), ("e", 1)]);
        let wanted = [
            "b: 2, 1 are allowed",
            "c: 1 are left: write 1 for 2 in LEFT",
            "d: 1, 0 are allowed",
            "e: none is left: delete its line from LEFT",
        ];
        assert_eq!(wrong, wanted);
    }
}
