//! SARIF 2.1.0 as its standard has it: the properties of each object, which are required, and their values.

use super::{Files, json, klever};
use serde_json::Value;

/// What an object of SARIF may have: its properties by name, those with `!` required, and what each holds.
const OBJECTS: &[(&str, &[(&str, &str)])] = &[
    ("log", &[("$schema", "uri"), ("version!", "=2.1.0"), ("runs!", "[run")]),
    ("run", &[("tool!", "tool"), ("results", "[result"), ("invocations", "[invocation")]),
    ("tool", &[("driver!", "component")]),
    ("component", &[("name!", "text"), ("version", "text"), ("rules", "[descriptor")]),
    (
        "descriptor",
        &[
            ("id!", "text"),
            ("shortDescription", "multiformat"),
            ("fullDescription", "multiformat"),
            ("help", "multiformat"),
            ("defaultConfiguration", "configuration"),
            ("properties", "bag"),
        ],
    ),
    ("multiformat", &[("text!", "text")]),
    ("configuration", &[("level", "=none=note=warning=error")]),
    (
        "result",
        &[
            ("ruleId", "text"),
            ("kind", "=notApplicable=pass=fail=review=open=informational"),
            ("level", "=none=note=warning=error"),
            ("message!", "multiformat"),
            ("locations", "[location"),
            ("suppressions", "[suppression"),
        ],
    ),
    ("location", &[("logicalLocations", "[logical"), ("physicalLocation", "physical")]),
    ("logical", &[("fullyQualifiedName", "text")]),
    ("physical", &[("artifactLocation", "artifact"), ("region", "region")]),
    ("artifact", &[("uri", "uri")]),
    ("region", &[("startLine", "line")]),
    ("suppression", &[("kind!", "=inSource=external"), ("justification", "text")]),
    (
        "invocation",
        &[
            ("executionSuccessful!", "boolean"),
            ("toolExecutionNotifications", "[notification"),
            ("properties", "bag"),
        ],
    ),
    ("notification", &[("level", "=none=note=warning=error"), ("message!", "multiformat")]),
];

/// What is wrong with a value, each with its path.
fn wrong(path: &str, holds: &str, value: &Value) -> Vec<String> {
    let is = |fits: bool| if fits { Vec::new() } else { vec![format!("{path} is no {holds}: {value}")] };
    if let Some(item) = holds.strip_prefix('[') {
        let Some(items) = value.as_array() else { return is(false) };
        return items
            .iter()
            .enumerate()
            .flat_map(|(at, one)| wrong(&format!("{path}/{at}"), item, one))
            .collect();
    }
    match holds {
        "text" => is(value.as_str().is_some_and(|text| !text.is_empty())),
        "boolean" => is(value.is_boolean()),
        "bag" => is(value.is_object()),
        "line" => is(value.as_u64().is_some_and(|line| line > 0)),
        "uri" => is(value.as_str().is_some_and(is_uri)),
        _ if holds.starts_with('=') => {
            is(value.as_str().is_some_and(|text| holds[1..].split('=').any(|one| one == text)))
        }
        _ => wrong_object(path, holds, value),
    }
}

fn wrong_object(path: &str, name: &str, value: &Value) -> Vec<String> {
    let (_, properties) = OBJECTS.iter().find(|(object, _)| *object == name).unwrap();
    let Some(object) = value.as_object() else { return vec![format!("{path} is no {name}")] };
    let mut all = Vec::new();
    for (key, held) in object {
        match properties.iter().find(|(property, _)| property.trim_end_matches('!') == key) {
            Some((_, holds)) => all.extend(wrong(&format!("{path}/{key}"), holds, held)),
            None => all.push(format!("{path}: a {name} has no `{key}`")),
        }
    }
    let lacks = |property: &str| {
        property.strip_suffix('!').filter(|key| !object.contains_key(*key)).map(String::from)
    };
    all.extend(
        properties
            .iter()
            .filter_map(|(property, _)| lacks(property))
            .map(|key| format!("{path} lacks `{key}`")),
    );
    all
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
    for document in documents() {
        let wrong = wrong("", "log", &document);
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
    let mut document = documents().remove(0);
    assert!(wrong("", "log", &document).is_empty());
    document["runs"][0]["results"][0]["level"] = "bad".into();
    document["runs"][0]["results"][0]["colour"] = "red".into();
    document["runs"][0]["tool"]["driver"].as_object_mut().unwrap().remove("name");
    assert_eq!(wrong("", "log", &document).len(), 3);
}
