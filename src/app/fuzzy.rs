//! How well what was typed fits a name.

/// A score when all letters of `typed` occur in `name` in their order; more is better. Letters at the start of
/// words and letters in a row count more, and short names win.
pub(super) fn score(typed: &str, name: &str) -> Option<i32> {
    let typed: Vec<char> =
        typed.chars().filter(|letter| *letter != ' ').flat_map(char::to_lowercase).collect();
    let name: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    if typed.is_empty() {
        return Some(0);
    }
    // The best way to end the letters so far at each place of the name.
    let mut ends: Vec<Option<i32>> = vec![Some(0); name.len()];
    for (nth, letter) in typed.iter().enumerate() {
        let mut best_before = (nth == 0).then_some(0);
        let mut next = vec![None; name.len()];
        for at in 0..name.len() {
            let in_a_row = (nth > 0 && at > 0).then(|| ends[at - 1]).flatten().map(|score| score + 4);
            if name[at] == *letter {
                let starts_word = at == 0 || !name[at - 1].is_alphanumeric();
                next[at] = best_before.max(in_a_row).map(|score| score + 1 + if starts_word { 6 } else { 0 });
            }
            if nth > 0 && at > 0 {
                best_before = best_before.max(ends[at - 1]);
            }
        }
        ends = next;
    }
    let best = ends.into_iter().flatten().max()?;
    Some(best * 8 - name.len() as i32)
}

#[cfg(test)]
mod tests {
    use super::score;

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
}
