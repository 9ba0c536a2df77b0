//! `klever workshop`: the list, the script, a template that is a scene, a scene played headless, and its exit codes.

use super::{Files, json, ok, refused};

#[test]
fn the_list_has_a_scene_for_every_chapter() {
    let text = ok(0, &["workshop"]);
    assert_eq!(text, ok(0, &["workshop", "list"]));
    assert!(text.contains("acks-one") && !text.contains("No scene yet"), "{text}");
    let document = json(&ok(0, &["workshop", "list", "--format", "json"]));
    assert_eq!(document["schema"], "klever.scenes/1");
    let scenes = document["scenes"].as_array().unwrap();
    assert_eq!(document["chapters_without_scene"], serde_json::json!([]));
    let mut chapters: Vec<u64> = scenes.iter().map(|scene| scene["chapter"].as_u64().unwrap()).collect();
    chapters.sort_unstable();
    chapters.dedup();
    assert_eq!(chapters, (1..=16).collect::<Vec<u64>>(), "each chapter has a scene");
}

#[test]
fn a_scene_is_played_as_it_is_and_with_its_fix() {
    let document = json(&ok(0, &["workshop", "play", "acks-one", "--headless", "--format", "json"]));
    assert_eq!((&document["schema"], &document["met"]), (&"klever.play/1".into(), &true.into()));
    assert!(document["before"]["run"]["lost_acked"].as_u64().unwrap() > 0);
    assert_eq!(document["after"]["run"]["lost_acked"], 0);
    assert_eq!(document["fix"], serde_json::json!(["producer:acks=all"]));
    let rules = |run: &str| document[run]["findings"].to_string().contains("\"acks-one\"");
    assert!(rules("before") && !rules("after"));
    let text = ok(0, &["workshop", "play", "acks-one", "--headless", "--kafka-version", "4.0"]);
    assert!(text.contains("Kafka 4.0") && text.contains("found as it is, silent with the fix"), "{text}");
}

#[test]
fn a_scene_without_a_fix_has_one_run() {
    let document = json(&ok(0, &["workshop", "play", "quorum", "--headless", "--format", "json"]));
    assert!(document["after"].is_null() && document["met"] == true);
}

#[test]
fn the_script_has_every_step() {
    let text = ok(0, &["workshop", "notes", "acks-one"]);
    for part in ["Step 1 of 3", "Step 3 of 3", "Say", "Ask", "Answer", "Bet", "Fix     producer:acks=all"] {
        assert!(text.contains(part), "no {part}:\n{text}");
    }
}

#[test]
fn a_template_is_a_scene_and_nothing_is_written_over() {
    let files = Files::new();
    let path = files.folder.path().join("mine.toml").to_str().unwrap().to_string();
    assert!(ok(0, &["workshop", "new", &path]).contains("klever workshop check"));
    assert!(refused(2, &["workshop", "new", &path]).contains("exists already"));
    assert!(ok(0, &["workshop", "check", &path]).contains("it shows what it promises"));
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("min = 1\n", "min = 100000\n")).unwrap();
    assert!(ok(1, &["workshop", "check", &path]).contains("NOT MET  lost_acked >= 100000"));
    std::fs::write(&path, text.replace("chapter = 1", "chapter = 99")).unwrap();
    let error = refused(2, &["workshop", "play", &path, "--headless"]);
    assert!(error.contains("mine.toml:11: chapter is from 1 to 16"), "{error}");
}

#[test]
fn what_is_wrong_is_one_line_and_a_hint() {
    assert!(refused(2, &["workshop", "play", "acks-on"]).contains("did you mean `acks-one`?"));
    assert!(refused(2, &["workshop", "notes", "nothing-like-it-at-all"]).contains("`klever workshop list`"));
    let version = ["workshop", "play", "acks-one", "--headless", "--kafka-version", "new"];
    assert!(refused(2, &version).contains("--kafka-version new"));
    assert!(refused(2, &["workshop", "play", "acks-one", "--format", "json"]).contains("--headless"));
    assert!(refused(2, &["workshop", "play", "acks-one"]).contains("not a terminal"));
}
