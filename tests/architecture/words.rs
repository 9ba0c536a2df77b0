//! Words that were given up for Kafka's own or plain ones must not come back.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::allowance;
use crate::house::files_under;

/// A word that is not used any more: how it may be written, what is said in its place, and how often it may
/// still stand there. The numbers may only shrink.
struct Retired {
    forms: &'static [&'static str],
    instead: &'static str,
    left: usize,
}

const RETIRED: &[Retired] = &[
    // An older snapshot's origin, still read.
    Retired { forms: &["lever", "levers"], instead: "knob", left: 1 },
    Retired { forms: &["docket", "dockets"], instead: "assessment context", left: 0 },
    // In the tests of the protocol only.
    Retired { forms: &["story", "stories"], instead: "event log, or scenario run", left: 0 },
    Retired { forms: &["truth table", "truth tables"], instead: "fidelity table", left: 0 },
    Retired { forms: &["nothing is called so"], instead: "no .. is named ..", left: 0 },
    Retired { forms: &["there is no such thing"], instead: "what is missing, by its name", left: 0 },
];

/// How often a file says each retired word, in its name too, by the first form.
fn retired(place: &str, text: &str) -> BTreeMap<String, usize> {
    let parts: Vec<String> = parts(place).chain(parts(text)).collect();
    let mut found = BTreeMap::new();
    for word in RETIRED {
        let count: usize = word.forms.iter().map(|form| times(&parts, form)).sum();
        if count > 0 {
            found.insert(word.forms[0].to_string(), count);
        }
    }
    found
}

fn times(parts: &[String], form: &str) -> usize {
    let form: Vec<&str> = form.split(' ').collect();
    parts.windows(form.len()).filter(|window| *window == form).count()
}

/// The words of prose and of names: `run_lever` and `RunLever` are two words each.
fn parts(text: &str) -> impl Iterator<Item = String> {
    let mut spaced = String::with_capacity(text.len());
    let mut after_small = false;
    for sign in text.chars() {
        if after_small && sign.is_uppercase() {
            spaced.push(' ');
        }
        after_small = sign.is_lowercase();
        spaced.push(if sign.is_alphanumeric() { sign } else { ' ' });
    }
    let words: Vec<String> = spaced.split_whitespace().map(str::to_lowercase).collect();
    words.into_iter()
}

/// Counts that are not those of the list, with what to say instead.
pub(crate) fn against_the_list(found: &BTreeMap<String, usize>) -> Vec<String> {
    let allowed: Vec<(&str, usize)> =
        RETIRED.iter().filter(|word| word.left > 0).map(|word| (word.forms[0], word.left)).collect();
    let mut wrong = allowance::compare("RETIRED", found, &allowed);
    for line in &mut wrong {
        let word = RETIRED.iter().find(|word| line.starts_with(word.forms[0])).unwrap();
        line.push_str(&format!(" (say: {})", word.instead));
    }
    wrong
}

/// What people read: the sources with all that stands beside them, and the pages.
pub(crate) fn in_the_project() -> BTreeMap<String, usize> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = files_under(&root.join("src"));
    paths.extend(files_under(&root.join("assets/docs")));
    // The glossary names the words that it retires.
    paths.retain(|path| !path.ends_with("glossary.md"));
    paths.push(root.join("README.md").to_string_lossy().into_owned());
    let mut sum = BTreeMap::new();
    for path in paths {
        let place = path.trim_start_matches(&*root.to_string_lossy());
        for (word, count) in retired(place, &fs::read_to_string(&path).unwrap()) {
            *sum.entry(word).or_default() += count;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retired_words_are_found_in_names_prose_and_over_lines() {
        let text =
            "klever, clever, leverage, history: fn set_lever(x: LeverRow) // LEVERS, a truth\n// table;
            \"there is no such \\\n thing\" Story stories";
        let counts = retired("app/levers.rs", text);
        let wanted = [("lever", 4), ("story", 2), ("there is no such thing", 1), ("truth table", 1)];
        assert_eq!(counts, wanted.map(|(word, count)| (word.to_string(), count)).into());
    }

    #[test]
    fn a_new_use_of_a_retired_word_is_refused_with_the_better_one() {
        let mut counts: BTreeMap<String, usize> =
            RETIRED.iter().map(|word| (word.forms[0].to_string(), word.left)).collect();
        assert!(against_the_list(&counts).is_empty());
        *counts.get_mut("lever").unwrap() += 1;
        assert!(matches!(&against_the_list(&counts)[..], [one] if one.ends_with("(say: knob)")));
    }
}
