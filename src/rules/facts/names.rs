//! Names of topics and groups that say what they are for, and names that differ in a number only.

use std::collections::BTreeMap;

/// How many names a line lists before it only counts.
const NAMED: usize = 3;

/// What people call topics of records that nobody could process.
const DEAD_LETTERS: [&str; 4] = ["dlq", "dlt", "deadletter", "deadletters"];

/// Names that differ in a number or an id only.
pub(in crate::rules) struct Family<'a> {
    /// The name with `#` for what differs.
    pub stem: String,
    pub members: Vec<&'a str>,
}

fn parts(name: &str) -> impl Iterator<Item = &str> {
    name.split(['.', '-', '_'])
}

/// Whether a topic is one of dead letters, by its name.
pub(in crate::rules) fn is_dead_letter(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = parts(&lower).collect();
    let in_two = words.windows(2).any(|pair| pair[0] == "dead" && pair[1].starts_with("letter"));
    in_two || words.iter().any(|word| DEAD_LETTERS.contains(word))
}

/// Names that differ in parts with digits only, if there are at least so many.
pub(in crate::rules) fn families<'a>(
    names: impl Iterator<Item = &'a str>,
    at_least: usize,
) -> Vec<Family<'a>> {
    let mut families: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in names {
        if name.bytes().any(|byte| byte.is_ascii_digit()) {
            families.entry(stem(name)).or_default().push(name);
        }
    }
    let many = families.into_iter().filter(|(_, members)| members.len() >= at_least);
    many.map(|(stem, members)| Family { stem, members }).collect()
}

/// The name with `#` for each run of parts that hold digits.
fn stem(name: &str) -> String {
    let mut stem: Vec<&str> = Vec::new();
    for part in parts(name) {
        let is_number = part.bytes().any(|byte| byte.is_ascii_digit());
        match (is_number, stem.last()) {
            (true, Some(&"#")) => {}
            (true, _) => stem.push("#"),
            (false, _) => stem.push(part),
        }
    }
    stem.join("-")
}

/// Names as a list: `a, b, c, ... (12)`.
pub(in crate::rules) fn names(all: &[&str]) -> String {
    let listed = all.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if all.len() > NAMED { format!("{listed}, ... ({})", all.len()) } else { listed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_letters_are_told_by_their_names() {
        let named = ["orders.DLQ", "orders-dlt", "dlq_orders", "orders.dead-letter", "dead_letters"];
        named.iter().for_each(|name| assert!(is_dead_letter(name), "{name}"));
        let others = ["orders", "deadlines", "dltx", "letters"];
        others.iter().for_each(|name| assert!(!is_dead_letter(name), "{name}"));
    }

    #[test]
    fn names_that_differ_in_ids_are_a_family() {
        let all = ["user-1", "user-2", "user-de305d54-75b4-4f1b", "orders", "orders.v1"];
        let found = families(all.into_iter(), 2);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].stem.as_str(), found[0].members.len()), ("user-#", 3));
        assert_eq!(names(&["a", "b"]), "a, b");
        assert_eq!(names(&["a", "b", "c", "d"]), "a, b, c, ... (4)");
    }
}
