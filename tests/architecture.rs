//! The arrow rule, the forbidden words of each layer, and the size of files and functions.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Longest function, in lines, and longest file; test code and tables of data are counted apart.
const FUNCTION_LINES: usize = 60;
const FILE_LINES: usize = 400;

/// Files that are one table of data each.
const TABLES: [&str; 1] = ["knobs/environment.rs"];

/// A room, what it may import, and words that must not stand in it.
struct Room {
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
    "HashMap::iter",
    "unsafe ",
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
    "unsafe ",
];
const SCREEN: &[&str] = &[
    "std::fs",
    "std::net",
    "std::thread",
    "tokio",
    "rdkafka",
    "Instant::now",
    "SystemTime",
    "mut App",
    "unsafe ",
];

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
    core("report", CORE),
    Room { name: "keymap", imports: &[], forbidden: APPLICATION },
    Room { name: "theme", imports: &[], forbidden: SCREEN },
    Room { name: "app", imports: APP, forbidden: APPLICATION },
    Room { name: "ui", imports: UI, forbidden: SCREEN },
];

const CORE: &[&str] =
    &["model", "knobs", "hypothesis", "scenario", "protocol", "sim", "consequences", "rules"];
const APP: &[&str] = &[
    "model",
    "knobs",
    "hypothesis",
    "scenario",
    "protocol",
    "sim",
    "consequences",
    "rules",
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
    "report",
    "keymap",
    "app",
    "theme",
];

/// The shell: may use everything, and nothing imports it.
const SHELL: [&str; 9] = ["kafka", "lab", "source", "term", "cli", "clock", "config", "runtime", "main"];

fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false if path.extension().is_some_and(|ext| ext == "rs") => {
                    let text = fs::read_to_string(&path).unwrap();
                    found.push((path, text));
                }
                false => {}
            }
        }
    }
    found.sort();
    assert!(found.len() > 20, "the sources were not found");
    found
}

fn inside(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/")
}

fn room_of(place: &str) -> &str {
    place.split('/').next().unwrap().trim_end_matches(".rs")
}

/// Test code may look anywhere.
fn is_test_file(place: &str) -> bool {
    place.ends_with("tests.rs") || place.contains("/tests/")
}

fn without_tests_and_comments(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or(text);
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Rooms that are named after `crate::`, also within braces.
fn imports(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let word =
            |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            for part in list.split_inclusive([',', '{', '}']) {
                if depth == 0 {
                    rooms.insert(word(part.trim_start()));
                }
                depth += match part.chars().last() {
                    Some('{') => 1,
                    Some('}') => -1,
                    _ => 0,
                };
                if depth < 0 {
                    break;
                }
            }
        } else {
            rooms.insert(word(rest));
        }
    }
    rooms.remove("");
    rooms
}

#[test]
fn arrows_point_one_way() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let place = inside(&path);
        let Some(room) = ROOMS.iter().find(|room| room.name == room_of(&place)) else { continue };
        if is_test_file(&place) {
            continue;
        }
        for import in imports(&without_tests_and_comments(&text)) {
            if import != room.name && !room.imports.contains(&import.as_str()) {
                wrong.push(format!("{place} imports {import}"));
            }
        }
    }
    assert!(wrong.is_empty(), "against the arrow rule:\n{}", wrong.join("\n"));
}

#[test]
fn every_room_is_known_to_the_rule() {
    for (path, _) in sources() {
        let place = inside(&path);
        let room = room_of(&place);
        let known = ROOMS.iter().any(|known| known.name == room) || SHELL.contains(&room) || room == "lib";
        assert!(known, "{place} is in no room");
    }
}

#[test]
fn layers_keep_their_words() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let place = inside(&path);
        let code = without_tests_and_comments(&text);
        let room = room_of(&place);
        if let Some(room) = ROOMS.iter().find(|known| known.name == room).filter(|_| !is_test_file(&place)) {
            let words = room.forbidden.iter().filter(|word| code.contains(**word));
            wrong.extend(words.map(|word| format!("{place}: {word}")));
        }
        if code.contains("rdkafka::") && !["kafka", "lab"].contains(&room) {
            wrong.push(format!("{place}: rdkafka"));
        }
        if code.contains("unsafe ") && room != "kafka" {
            wrong.push(format!("{place}: unsafe"));
        }
    }
    assert!(wrong.is_empty(), "forbidden words:\n{}", wrong.join("\n"));
}

#[test]
fn files_open_with_their_purpose_and_fit_in_the_head() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let place = inside(&path);
        if !text.starts_with("//! ") {
            wrong.push(format!("{place} does not open with its purpose"));
        }
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(&text);
        let lines = code.lines().count();
        if lines > FILE_LINES && !TABLES.contains(&place.as_str()) && !is_test_file(&place) {
            wrong.push(format!("{place} has {lines} lines"));
        }
    }
    assert!(wrong.is_empty(), "files:\n{}", wrong.join("\n"));
}

#[test]
fn functions_are_short() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let place = inside(&path);
        for (name, lines) in functions(&text) {
            if lines > FUNCTION_LINES {
                wrong.push(format!("{place}: {name} has {lines} lines"));
            }
        }
    }
    assert!(wrong.is_empty(), "functions:\n{}", wrong.join("\n"));
}

/// Functions with their length: from `fn` to the brace at the same indentation, as rustfmt lays it out.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let words = line.trim_start();
        let starts = ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn ", "const fn ", "pub const fn "];
        let Some(head) = starts.iter().find_map(|start| words.strip_prefix(start)) else { continue };
        let name: String = head.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let close = format!("{}}}", " ".repeat(indent));
        let end = lines[at..].iter().position(|line| *line == close).unwrap_or(0);
        found.push((name, end + 1));
    }
    found
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
