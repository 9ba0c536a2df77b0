//! SARIF 2.1.0 as the schema of its standard has it: every document that klever writes is held against all of it.

use super::{Files, json, klever};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the standard's own schema says of every object: `tests/recorded/sarif-2.1.0.tsv`.
struct Sarif {
    /// By object and property: whether it is required, and what it holds.
    properties: BTreeMap<(&'static str, &'static str), (bool, &'static str)>,
    /// Properties of an object of which one must be there.
    one_of: BTreeMap<&'static str, Vec<&'static str>>,
}

impl Sarif {
    fn recorded() -> Self {
        let mut sarif = Sarif { properties: BTreeMap::new(), one_of: BTreeMap::new() };
        let rows = include_str!("../recorded/sarif-2.1.0.tsv").lines().filter(|line| !line.starts_with('#'));
        for row in rows {
            let columns: Vec<&str> = row.split('\t').collect();
            let [object, property, required, holds] = columns[..] else { panic!("{row}") };
            match property.strip_prefix("one of ") {
                Some(names) => {
                    sarif.one_of.insert(object, names.split(' ').collect());
                }
                None => {
                    sarif.properties.insert((object, property), (required == "required", holds));
                }
            }
        }
        sarif
    }

    /// What is wrong with a value, each with its path.
    fn wrong(&self, path: &str, holds: &str, value: &Value) -> Vec<String> {
        let is = |fits: bool| if fits { Vec::new() } else { vec![format!("{path} is no {holds}: {value}")] };
        let (kind, rest) = holds.split_once(' ').unwrap_or((holds, ""));
        match kind {
            "any" => Vec::new(),
            "boolean" => is(value.is_boolean()),
            "integer" => is(value.as_i64().is_some_and(|number| in_bounds(number as f64, rest))),
            "number" => is(value.as_f64().is_some_and(|number| in_bounds(number, rest))),
            "string" => is(value.as_str().is_some_and(|text| has_format(text, rest))),
            "enum" => is(value.as_str().is_some_and(|text| rest.split(' ').any(|one| one == text))),
            "array" => self.wrong_array(path, rest, value),
            "map" => {
                let Some(object) = value.as_object() else { return is(false) };
                let item = rest.trim_start_matches("of ");
                object.iter().flat_map(|(key, one)| self.wrong(&format!("{path}/{key}"), item, one)).collect()
            }
            "object" => self.wrong_object(path, rest, value),
            _ => panic!("{path}: nobody knows what `{holds}` is"),
        }
    }

    /// `rest` is such as `>= 1 unique of string`.
    fn wrong_array(&self, path: &str, rest: &str, value: &Value) -> Vec<String> {
        let (bounds, item) = rest.split_once("of ").unwrap();
        let Some(items) = value.as_array() else { return vec![format!("{path} is no array")] };
        let mut all = Vec::new();
        if let Some(least) = bounds.strip_prefix(">= ").and_then(|text| text.split(' ').next())
            && items.len() < least.parse().unwrap()
        {
            all.push(format!("{path} has fewer than {least}"));
        }
        let is_twice = |(at, one): (usize, &Value)| items[..at].contains(one);
        if bounds.contains("unique") && items.iter().enumerate().any(is_twice) {
            all.push(format!("{path} has something twice"));
        }
        let each = items.iter().enumerate();
        all.extend(each.flat_map(|(at, one)| self.wrong(&format!("{path}/{at}"), item, one)));
        all
    }

    fn wrong_object(&self, path: &str, name: &str, value: &Value) -> Vec<String> {
        let Some(object) = value.as_object() else { return vec![format!("{path} is no {name}")] };
        let mut all = Vec::new();
        for (key, held) in object {
            let known = self.properties.get(&(name, key)).or_else(|| self.properties.get(&(name, "*")));
            match known {
                Some((_, holds)) => all.extend(self.wrong(&format!("{path}/{key}"), holds, held)),
                None => all.push(format!("{path}: a {name} has no `{key}`")),
            }
        }
        let required =
            self.properties.iter().filter(|((object, _), (is_required, _))| *object == name && *is_required);
        let lacking = required.filter(|((_, key), _)| !object.contains_key(*key));
        all.extend(lacking.map(|((_, key), _)| format!("{path} lacks `{key}`")));
        if let Some(names) = self.one_of.get(name)
            && !names.iter().any(|key| object.contains_key(*key))
        {
            all.push(format!("{path} has none of {}", names.join(", ")));
        }
        all
    }
}

/// `bounds` is such as `>= -1 <= 100`.
fn in_bounds(number: f64, bounds: &str) -> bool {
    let words: Vec<&str> = bounds.split_whitespace().collect();
    words.chunks(2).all(|bound| {
        let limit: f64 = bound[1].parse().unwrap();
        if bound[0] == ">=" { number >= limit } else { number <= limit }
    })
}

/// Formats that klever does not write are not known here.
fn has_format(text: &str, format: &str) -> bool {
    match format {
        "" => true,
        "uri" => is_uri(text) && text.split_once(':').is_some_and(|(scheme, _)| !scheme.contains('/')),
        "uri-reference" => is_uri(text),
        _ => panic!("nobody knows whether `{text}` is a {format}"),
    }
}

fn is_uri(text: &str) -> bool {
    let escaped =
        |at: usize| text.as_bytes()[at + 1..].iter().take(2).filter(|byte| byte.is_ascii_hexdigit()).count();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(letter);
    text.chars().all(plain) && text.match_indices('%').all(|(at, _)| escaped(at) == 2)
}

/// Findings, unknowns, waived ones and ones of files with names that a URI cannot have.
fn documents() -> Vec<Value> {
    let files = Files::new();
    let producer = files.write("pay [50 %] \u{fc}.properties", "acks=1\nenable.idempotence=false\n");
    let waivers = files
        .write("waivers.toml", "[[waiver]]\nrule = \"acks-one\"\nreason = \"metrics\"\nuntil = 2999-12-31\n");
    let snapshot = files.snapshot(&["topic:min.insync.replicas=1", "topic:replication.factor=2"]);
    let of = |arguments: &[&str]| {
        let all: Vec<&str> = ["check", "--format", "sarif"].iter().chain(arguments).copied().collect();
        json(&klever(&all).out)
    };
    vec![
        of(&["--producer", &producer]),
        of(&["--producer", &producer, "--waivers", &waivers]),
        of(&["--snapshot", &snapshot]),
    ]
}

#[test]
fn every_document_is_sarif_2_1_0() {
    let sarif = Sarif::recorded();
    for document in documents() {
        let wrong = sarif.wrong("", "object log", &document);
        assert!(wrong.is_empty(), "{wrong:#?}");
        let results = document["runs"][0]["results"].as_array().unwrap();
        assert!(!results.is_empty());
        let rules = document["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        for result in results {
            assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]), "{result}");
            // Section 3.27.10: a result that is no failure has no level but `none`.
            assert_eq!(result["kind"] == "fail", result["level"] != "none", "{result}");
        }
    }
}

#[test]
fn what_is_no_sarif_is_found() {
    let sarif = Sarif::recorded();
    let right = documents().remove(0);
    let wrong = |change: fn(&mut Value)| {
        let mut document = right.clone();
        change(&mut document["runs"][0]);
        sarif.wrong("", "object log", &document)
    };
    assert_eq!(wrong(|_| {}), [""; 0]);
    let changes: [fn(&mut Value); 9] = [
        |run| run["results"][0]["level"] = "bad".into(),
        |run| run["results"][0]["colour"] = "red".into(),
        |run| run["results"][0]["message"] = serde_json::json!({"markdown": "without text or id"}),
        |run| run["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0.into(),
        |run| run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "a b".into(),
        |run| run["results"][0]["rank"] = 101.into(),
        |run| run["tool"]["driver"]["rules"][1] = run["tool"]["driver"]["rules"][0].clone(),
        |run| run["newlineSequences"] = serde_json::json!([]),
        |run| drop(run["tool"]["driver"].as_object_mut().unwrap().remove("name")),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        assert_eq!(wrong(change).len(), 1, "change {at}: {:?}", wrong(change));
    }
}
