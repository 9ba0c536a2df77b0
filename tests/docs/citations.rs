//! What pages and comments cite can be opened: headings, files, links and the variables of the tests.

use klever::config::settings;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Pages written by hand whose files, links and headings must exist.
const PAGES: [&str; 6] = [
    "assets/docs/README.md",
    "assets/docs/kafka.md",
    "assets/docs/fidelity.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
];
/// Pages that comments cite by heading.
const CITED: [&str; 2] = ["kafka.md", "fidelity.md"];
/// Where the files are that pages name.
const FOLDERS: [&str; 7] = ["src/", "tests/", "assets/", "benches/", "themes/", ".ci/", "Cargo.toml"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All text files below some folders, each with its path from the root.
fn texts(folders: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if let Ok(text) = fs::read_to_string(&path) {
            found.push((path.strip_prefix(root()).unwrap().display().to_string(), text));
        }
    }
    assert!(!found.is_empty(), "nothing was found below {folders:?}");
    found
}

fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// The anchors of a page, by GitHub's rule: small letters, digits and hyphens of each heading.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(' '));
    headings.map(slug).collect()
}

fn slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// What follows `start` in a text, as far as its letters are allowed, each time.
fn each_after<'a>(text: &'a str, start: &'a str, allowed: fn(char) -> bool) -> impl Iterator<Item = &'a str> {
    text.split(start).skip(1).map(move |rest| &rest[..rest.find(|at| !allowed(at)).unwrap_or(rest.len())])
}

fn is_of_anchor(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-'
}

/// Targets of the links in a page.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
}

/// Everything between two backticks; code in fences is left out.
fn quoted(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|part| part.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn nothing_cites_a_paragraph_by_its_number() {
    for (file, text) in texts(&["src", "tests", "benches", "assets/docs", "assets/scenarios"]) {
        assert!(!text.contains('\u{a7}'), "{file} cites a paragraph that no reader can open");
    }
}

#[test]
fn every_heading_that_is_cited_is_on_its_page() {
    for page in CITED {
        let known = anchors(&read(&format!("assets/docs/{page}")));
        let start = format!("{page}#");
        for (file, text) in texts(&["src", "tests", "benches", "assets/docs"]) {
            for anchor in each_after(&text, &start, is_of_anchor).filter(|anchor| !anchor.is_empty()) {
                assert!(known.contains(anchor), "{file} cites {page}#{anchor}: no such heading");
            }
        }
    }
}

#[test]
fn every_section_on_kafka_names_the_file_that_does_it() {
    let page = read("assets/docs/kafka.md");
    for section in page.split("\n## ").skip(1) {
        let names_code = quoted(section).iter().any(|text| text.starts_with("src/"));
        assert!(names_code, "kafka.md: this section names no file\n{section}");
    }
}

#[test]
fn the_index_lists_every_page() {
    let index = read("assets/docs/README.md");
    for (file, _) in texts(&["assets/docs"]) {
        let name = file.trim_start_matches("assets/docs/");
        assert!(name == "README.md" || index.contains(name), "assets/docs/README.md does not list {name}");
    }
}

#[test]
fn the_variables_of_the_tests_are_told_and_exist() {
    let of = |text: &str| -> BTreeSet<String> {
        each_after(text, "KLEVER_", |letter| letter.is_ascii_uppercase() || letter == '_')
            .filter(|name| !name.is_empty())
            .map(|name| format!("KLEVER_{name}"))
            .collect()
    };
    let told = of(&read("CONTRIBUTING.md"));
    let mut used: BTreeSet<String> =
        texts(&["src", "tests", "benches", ".ci"]).iter().flat_map(|(_, text)| of(text)).collect();
    // Those of the settings stand in their sample.
    used.retain(|name| settings::ALL.iter().all(|setting| setting.variable() != *name));
    assert_eq!(told, used, "CONTRIBUTING.md, and what the code reads");
}

/// One reading for all: `KLEVER_FULL=0` asks for nothing.
#[test]
fn what_takes_hours_runs_where_the_variable_is_1() {
    let (mut readers, read) = (0, format!("(\"KLEVER_{}\")", "FULL"));
    for (file, text) in texts(&["src", "tests", "benches"]) {
        for line in text.lines().filter(|line| line.contains(&read)) {
            assert!(line.contains(r#".is_ok_and(|full| full == "1")"#), "{file}: {line}");
            readers += 1;
        }
    }
    assert!(readers >= 6, "{readers}");
}

#[test]
fn every_file_that_a_page_names_exists() {
    for page in PAGES {
        let text = read(page);
        for name in quoted(&text) {
            let is_file = FOLDERS.iter().any(|folder| name.starts_with(folder));
            // A pattern or a placeholder stands for many files.
            if is_file && !name.contains(['*', '<', ' ']) {
                assert!(root().join(name).exists(), "{page} names {name}, which does not exist");
            }
        }
    }
}

#[test]
fn every_link_of_a_page_leads_somewhere() {
    for page in PAGES {
        let text = read(page);
        let folder = root().join(page).parent().unwrap().to_path_buf();
        for link in links(&text).filter(|link| !link.contains("://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { root().join(page) } else { folder.join(file) };
            assert!(target.exists(), "{page} links to {link}, which does not exist");
            if !anchor.is_empty() {
                let known = anchors(&fs::read_to_string(target).unwrap());
                assert!(known.contains(anchor), "{page} links to {link}: no such heading");
            }
        }
    }
}
