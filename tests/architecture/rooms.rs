//! The rooms: what each may import, and the words that must not stand in it.

use crate::house::House;

/// A room, what it may import, and words that must not stand in it.
pub(crate) struct Room {
    name: &'static str,
    imports: &'static [&'static str],
    forbidden: &'static [&'static str],
}

const PURE: &[&str] = &[
    "ratatui",
    "crossterm",
    "tokio",
    "rdkafka",
    "kafka_protocol",
    "std::io",
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "Instant::now",
    "SystemTime",
    "println!",
    "eprintln!",
];
const APPLICATION: &[&str] = &[
    "ratatui::widgets",
    "crossterm::terminal",
    "tokio",
    "rdkafka",
    "std::fs",
    "std::net",
    "std::thread",
    "Instant::now",
    "SystemTime",
    "println!",
];
const SCREEN: &[&str] =
    &["std::fs", "std::net", "std::thread", "tokio", "rdkafka", "Instant::now", "SystemTime", "mut App"];

const fn core(name: &'static str, imports: &'static [&'static str]) -> Room {
    Room { name, imports, forbidden: PURE }
}

const ROOMS: &[Room] = &[
    core("model", &[]),
    core("knobs", &["model"]),
    core("hypothesis", &["model", "knobs"]),
    core("scenario", &["model", "knobs"]),
    core("protocol", &["model", "knobs"]),
    core("sim", &["model", "knobs", "scenario", "protocol"]),
    core("consequences", &["model", "knobs", "hypothesis", "protocol"]),
    core("rules", &["model", "knobs", "hypothesis", "protocol", "consequences"]),
    core(
        "workshop",
        &["model", "knobs", "hypothesis", "scenario", "protocol", "sim", "consequences", "rules"],
    ),
    core("report", CORE),
    Room { name: "keymap", imports: &[], forbidden: APPLICATION },
    Room { name: "theme", imports: &[], forbidden: SCREEN },
    Room { name: "app", imports: APP, forbidden: APPLICATION },
    Room { name: "ui", imports: UI, forbidden: SCREEN },
];

const CORE: &[&str] =
    &["model", "knobs", "hypothesis", "scenario", "protocol", "sim", "consequences", "rules", "workshop"];
const APP: &[&str] = &[
    "model",
    "knobs",
    "hypothesis",
    "scenario",
    "protocol",
    "sim",
    "consequences",
    "rules",
    "workshop",
    "report",
    "keymap",
];
const UI: &[&str] = &[
    "model",
    "knobs",
    "hypothesis",
    "scenario",
    "protocol",
    "sim",
    "consequences",
    "rules",
    "workshop",
    "report",
    "keymap",
    "app",
    "theme",
];

/// The shell: may use everything, and nothing imports it.
const SHELL: [&str; 9] = ["kafka", "lab", "source", "term", "cli", "clock", "config", "runtime", "main"];

/// Files of the core that may hold a hash table, because they only look up by key: the order of a hash
/// table differs from run to run, and the core must not.
pub(crate) const LOOKED_UP: &[&str] = &[
    "model/partitions.rs",
    "model/replica_lists.rs",
    "knobs.rs",
    "hypothesis/apply.rs",
    "consequences/interning.rs",
];

/// Rooms and files that may hold `unsafe`.
const UNSAFE: [&str; 2] = ["kafka/librdkafka/", "term/crash.rs"];

/// Rooms that may know librdkafka.
const RDKAFKA: [&str; 2] = ["kafka", "lab"];

fn room(name: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.name == name)
}

/// Imports against the arrow rule.
pub(crate) fn wrong_arrows(house: &House) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in house.production() {
        let Some(room) = room(source.room()) else { continue };
        for path in house.paths(source) {
            let ["crate", import, ..] = words(&path)[..] else { continue };
            let is_room = self::room(import).is_some() || SHELL.contains(&import);
            if is_room && import != room.name && !room.imports.contains(&import) {
                wrong.push(format!("{} imports {}", source.place, path.join("::")));
            }
        }
    }
    wrong
}

fn words(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

/// Files that are in no room.
pub(crate) fn homeless(house: &House) -> Vec<String> {
    let known = |name: &str| room(name).is_some() || SHELL.contains(&name) || name == "lib";
    house.sources.iter().filter(|source| !known(source.room())).map(|source| source.place.clone()).collect()
}

/// Words that must not stand where they stand.
pub(crate) fn forbidden_words(house: &House) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in house.production() {
        let paths = house.paths(source);
        let mut words = room(source.room()).map_or(Vec::new(), |room| room.forbidden.to_vec());
        if !RDKAFKA.contains(&source.room()) && source.room() != "main" {
            words.push("rdkafka");
        }
        words.sort_unstable();
        words.dedup();
        words.retain(|word| paths.iter().any(|path| says(path, word)));
        wrong.extend(words.iter().map(|word| format!("{}: {word}", source.place)));
    }
    wrong
}

/// Whether the words stand side by side in the path.
fn says(path: &[String], word: &str) -> bool {
    let word: Vec<&str> = word.split("::").collect();
    words(path).windows(word.len()).any(|part| part == word)
}

/// Hash tables in the core where nobody promised to only look up, and promises that nobody needs.
pub(crate) fn hash_tables(house: &House, looked_up: &[&str]) -> Vec<String> {
    let is_core = |name: &str| room(name).is_some_and(|room| room.forbidden == PURE);
    let names_one = |path: &Vec<String>| path.iter().any(|word| word == "HashMap" || word == "HashSet");
    let mut found: Vec<&str> = Vec::new();
    for source in house.production().filter(|source| is_core(source.room())) {
        if house.paths(source).iter().any(names_one) {
            found.push(&source.place);
        }
    }
    let new = found.iter().filter(|place| !looked_up.contains(place));
    let gone = looked_up.iter().filter(|place| !found.contains(place));
    new.map(|place| format!("{place}: a hash table in the core (BTreeMap keeps its order)"))
        .chain(gone.map(|place| format!("{place} holds no hash table: delete it from LOOKED_UP")))
        .collect()
}

/// `unsafe` where nobody expects it, in tests too.
pub(crate) fn unsafe_code(house: &House) -> Vec<String> {
    let is_allowed = |place: &str| UNSAFE.iter().any(|allowed| place.starts_with(allowed));
    let wrong = house.sources.iter().filter(|source| source.is_unsafe && !is_allowed(&source.place));
    wrong.map(|source| source.place.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_are_seen_after_tests_in_groups_and_by_way_of_the_root() {
        let text = "#[cfg(test)] mod tests { use crate::app::A; } use crate::{model::M, ui::{U, V}};
            fn f() { super::sim::g(); crate::error!(); }";
        let house = House::of([("lib.rs", ""), ("knobs.rs", text), ("sim.rs", "use crate::{knobs, model};")]);
        let found = wrong_arrows(&house);
        let wanted = ["crate::sim::g", "crate::ui::U", "crate::ui::V"];
        assert_eq!(found, wanted.map(|path| format!("knobs.rs imports {path}")));
    }

    #[test]
    fn words_are_seen_in_groups_and_behind_other_names() {
        let core = "#[cfg(test)] use std::net; use std::{fs, io::Write as W, time::Instant as I};
            fn f() { I::now(); println!(\"std::thread\"); } // std::env";
        let ui = "fn g(app: &mut crate::app::App, other: &App) {}";
        let house =
            House::of([("sim/a.rs", core), ("ui/b.rs", ui), ("cli/c.rs", "use rdkafka::R; use std::fs;")]);
        let wanted = [
            "sim/a.rs: Instant::now",
            "sim/a.rs: println!",
            "sim/a.rs: std::fs",
            "sim/a.rs: std::io",
            "ui/b.rs: mut App",
            "cli/c.rs: rdkafka",
        ];
        assert_eq!(forbidden_words(&house), wanted);
    }

    #[test]
    fn hash_tables_and_unsafe_are_found() {
        let house = House::of([
            ("sim/a.rs", "use std::collections::{BTreeMap, HashMap}; #[cfg(test)] mod t { unsafe {} }"),
            ("sim/b.rs", "/// HashSet\n#[deny(unsafe_code)] struct B;"),
            ("term/crash.rs", "use std::collections::HashSet; unsafe fn f() {}"),
        ]);
        let found = hash_tables(&house, &["sim/b.rs"]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("sim/a.rs: a hash") && found[1].ends_with("delete it from LOOKED_UP"));
        assert_eq!(unsafe_code(&house), ["sim/a.rs"]);
    }

    #[test]
    fn a_file_in_no_room_is_found() {
        assert_eq!(homeless(&House::of([("utils.rs", ""), ("app/a.rs", "")])), ["utils.rs"]);
    }
}
