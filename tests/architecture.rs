//! The arrow rule, the words of each layer, circles inside rooms, the size of files and functions, documented doors,
//! and habits that the house gave up. Each check is tested on snippets beside it.

#![allow(clippy::unwrap_used)]

#[path = "architecture/allowance.rs"]
mod allowance;
#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/doors.rs"]
mod doors;
#[path = "architecture/house.rs"]
mod house;
#[path = "architecture/rooms.rs"]
mod rooms;
#[path = "architecture/sizes.rs"]
mod sizes;
#[path = "architecture/tokens.rs"]
mod tokens;
#[path = "architecture/words.rs"]
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use house::HOUSE;

/// `match x { true => .., false => .. }` and `match ()` that each room may still have. The numbers may only shrink.
const ODD_MATCHES: allowance::Allowance<'static> = &[("sim", 1)];

fn hold(rule: &str, wrong: impl IntoIterator<Item = String>) {
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{rule}:\n{}", wrong.join("\n"));
}

#[test]
fn arrows_point_one_way() {
    hold("against the arrow rule", rooms::wrong_arrows(&HOUSE));
}

#[test]
fn every_room_is_known_to_the_rule() {
    hold("in no room", rooms::homeless(&HOUSE));
}

#[test]
fn layers_keep_their_words() {
    hold("forbidden words", rooms::forbidden_words(&HOUSE));
}

#[test]
fn the_core_keeps_its_order() {
    hold("hash tables", rooms::hash_tables(&HOUSE, rooms::LOOKED_UP));
}

#[test]
fn unsafe_stays_where_it_is() {
    hold("unsafe", rooms::unsafe_code(&HOUSE));
}

#[test]
fn files_need_each_other_in_one_direction() {
    let natural = circles::listed(circles::NATURAL.iter().map(|(files, _)| files));
    let known = circles::listed(circles::KNOWN);
    hold("circles", circles::against_the_lists(&HOUSE, &natural, &known));
}

#[test]
fn files_open_with_their_purpose_and_fit_in_the_head() {
    hold("files", sizes::wrong_files(&HOUSE, &sizes::TABLES));
}

#[test]
fn functions_are_short() {
    hold("functions", sizes::long_functions(&HOUSE));
}

#[test]
fn doors_say_what_they_show() {
    hold("no doc comment", doors::undocumented(&HOUSE));
}

#[test]
fn no_match_does_the_work_of_an_if() {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for source in HOUSE.production().filter(|source| source.odd_matches > 0) {
        *found.entry(source.room().to_string()).or_default() += source.odd_matches;
    }
    hold("match on a boolean or on ()", allowance::compare("ODD_MATCHES", &found, ODD_MATCHES));
}

#[test]
fn retired_words_stay_away() {
    hold("retired words", words::against_the_list(&words::in_the_project()));
}

#[test]
fn no_page_of_the_project_names_a_machine() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in ["README.md", "CHANGELOG.md", "Cargo.toml"] {
        let text = fs::read_to_string(root.join(page)).unwrap();
        for word in ["/root/", "/work/", "/home/"] {
            assert!(!text.contains(word), "{page} names a path of one machine: {word}");
        }
    }
}
