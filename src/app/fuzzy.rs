//! How well what was typed fits a name.

/// A score when all letters of `typed` occur in `name` in their order; more is better. Letters at the start of
/// words and letters in a row count more, and short names win.
pub fn score(typed: &str, name: &str) -> Option<i32> {
    let typed: Vec<char> =
        typed.chars().filter(|letter| *letter != ' ').flat_map(char::to_lowercase).collect();
    let name: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    if typed.is_empty() {
        return Some(0);
    }
    let starts = (0..name.len()).filter(|at| name[*at] == typed[0]);
    starts.filter_map(|start| score_from(&typed, &name, start)).max()
}

fn score_from(typed: &[char], name: &[char], start: usize) -> Option<i32> {
    let (mut at, mut total, mut last) = (start, 0, None);
    for letter in typed {
        at += name[at..].iter().position(|other| other == letter)?;
        let starts_word = at == 0 || !name[at - 1].is_alphanumeric();
        let in_a_row = last.is_some_and(|last| last + 1 == at);
        total += 1 + if starts_word { 6 } else { 0 } + if in_a_row { 4 } else { 0 };
        last = Some(at);
        at += 1;
    }
    Some(total * 8 - name.len() as i32)
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
