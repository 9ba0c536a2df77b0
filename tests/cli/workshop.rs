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

#[test]
fn challenges_are_listed_and_the_referee_judges_headless() {
    let text = ok(0, &["workshop", "challenge"]);
    assert!(
        text.contains("12 challenges") && text.contains("lose-a-record") && text.contains("(2 faults)"),
        "{text}"
    );
    let list = json(&ok(0, &["workshop", "challenge", "--format", "json"]));
    assert_eq!(list["schema"], "klever.challenges/1");
    assert_eq!(
        list["challenges"][0]["limits"],
        serde_json::json!({"faults": 2, "settings": 0, "operations": 0})
    );
    let play = |code, more: &[&str]| {
        let all: Vec<&str> =
            ["workshop", "challenge", "lose-a-record", "--headless"].iter().chain(more).copied().collect();
        ok(code, &all)
    };
    assert!(play(1, &[]).contains("Nothing was done") && play(1, &[]).contains("NOT REACHED."));
    let document = json(&play(0, &["--answer", "--format", "json"]));
    assert_eq!((&document["schema"], &document["reached"]), (&"klever.challenge/1".into(), &true.into()));
    assert_eq!(document["used"]["faults"], 2);
    assert_eq!(document["acts"][1]["act"], "kill broker/1");
    assert!(document["run"]["lost_acked"].as_u64().unwrap() > 0);
}

#[test]
fn a_file_of_acts_is_played_and_what_is_wrong_with_it_has_its_line() {
    let files = Files::new();
    let kill = "[[act]]\nat = \"10s\"\ndo = \"kill\"\ntarget = \"broker/1\"\n";
    let path = files.write("acts.toml", kill);
    let play = ["workshop", "challenge", "lose-a-record", "--headless", "--acts", &path];
    let text = ok(1, &play);
    assert!(text.contains("10s        kill broker/1") && text.contains("1 of 2"), "{text}");
    let slow = "[[act]]\nat = \"5s\"\ndo = \"slow_link\"\ntarget = \"broker/1\"\nto = \"brokers\"\nextra = \"100ms\"\n\n";
    files.write("acts.toml", &format!("{slow}{kill}"));
    assert!(ok(0, &play).contains("Reached."));
    files.write("acts.toml", &kill.replace("broker/1", "broker/8"));
    assert!(refused(2, &play).contains("acts.toml:1: there is no broker/8"));
    files.write("acts.toml", &kill.replace("kill", "kil"));
    assert!(refused(2, &play).contains("do = \"kil\" is not known"));
    assert!(refused(2, &["workshop", "challenge", "lose-a-recrd"]).contains("did you mean `lose-a-record`?"));
    assert!(refused(2, &["workshop", "challenge", "lose-a-record"]).contains("not a terminal"));
    assert!(refused(2, &["workshop", "challenge", "lose-a-record", "--answer"]).contains("--headless"));
}

#[test]
fn a_hand_out_is_markdown_with_the_real_logs() {
    let files = Files::new();
    let page = ok(0, &["workshop", "handout", "acks-one", "--seed", "3"]);
    for part in ["# acks=1: the leader dies\n", "seed 3", "*Answer:*", "## Numbers", "```text", "┃ HW"] {
        assert!(page.contains(part), "no {part}:\n{page}");
    }
    assert_eq!(page.matches("```text").count(), 3, "the code, and the logs as it is and with the fix");
    assert!(page.contains("## The code") && page.contains("producer.send(order)"), "{page}");
    assert!(page.contains("LOST"), "the picture shows what is lost:\n{page}");
    let path = files.folder.path().join("acks.md");
    let path = path.to_str().unwrap();
    assert!(
        ok(0, &["workshop", "handout", "acks-one", "--seed", "3", "-o", path])
            .contains("hand-out of acks-one")
    );
    assert_eq!(std::fs::read_to_string(path).unwrap(), page);
}

/// Runs it with this folder as the user's configuration.
fn with_config(folder: &std::path::Path, arguments: &[&str]) -> super::Ran {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_klever"));
    let output = command.args(arguments).env("XDG_CONFIG_HOME", folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    super::Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn scenes_of_the_users_own_folder_are_listed_and_found_and_a_broken_one_is_told() {
    let files = Files::new();
    let folder = files.folder.path().join("klever/scenes");
    std::fs::create_dir_all(&folder).unwrap();
    let text = klever::workshop::TEMPLATE;
    std::fs::write(folder.join("my-scene.toml"), text).unwrap();
    std::fs::write(folder.join("broken.toml"), text.replace("chapter = 1\n", "chapter = 99\n")).unwrap();
    let config = files.folder.path();
    let list = with_config(config, &["workshop", "list"]);
    assert_eq!(list.code, 0, "{}", list.err);
    assert!(list.out.contains("Your own\n  my-scene") && list.out.contains("REFUSED"), "{}", list.out);
    let list = json(&with_config(config, &["workshop", "list", "--format", "json"]).out);
    assert_eq!(list["own"][0]["id"], "my-scene");
    assert!(list["refused"][0].as_str().unwrap().contains("broken.toml:11: chapter"), "{list}");
    assert_eq!(with_config(config, &["workshop", "check", "my-scene"]).code, 0);
    assert_eq!(with_config(config, &["workshop", "check", "broken"]).code, 2);
    assert_eq!(with_config(config, &["workshop", "check", "missing"]).code, 2);
}

#[test]
fn a_preflight_without_a_terminal_is_not_ready_and_says_why() {
    let text = ok(1, &["workshop", "preflight", "read-twice"]);
    assert!(text.contains("NOT READY  terminal") && text.contains("read-twice"), "{text}");
}

/// A scene that takes long enough to be ended.
fn long_scene(files: &Files) -> String {
    let text = klever::workshop::TEMPLATE.replace("duration = \"30s\"", "duration = \"4h\"");
    files.write("long.toml", &text.replace("records_per_s = 2000", "records_per_s = 500"))
}

#[test]
fn ctrl_c_ends_a_scene_with_what_was_reached() {
    use rustix::process::{Pid, Signal, kill_process};
    use std::process::{Command, Stdio};
    let files = Files::new();
    let path = long_scene(&files);
    for arguments in [vec!["workshop", "play", &path, "--headless"], vec!["workshop", "check", &path]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_klever"));
        let child = command.args(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Long enough to listen, far too short for four hours of virtual time.
        std::thread::sleep(std::time::Duration::from_secs(2));
        kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::INT).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(3), "{arguments:?}\n{text}");
        assert!(text.contains("INTERRUPTED: played") && text.contains("nothing is judged"), "{text}");
        assert!(!text.contains("shows what it promises"), "{text}");
    }
}

#[test]
fn the_finale_has_a_scoreboard_of_four_presets() {
    let text = ok(0, &["workshop", "finale"]);
    for part in ["lost, acked", "throughput", "durability", "* the best of its column"] {
        assert!(text.contains(part), "no {part}:\n{text}");
    }
    let document = json(&ok(0, &["workshop", "finale", "--format", "json"]));
    assert_eq!(
        (&document["schema"], &document["presets"][2]["preset"]),
        (&"klever.finale/1".into(), &"durability".into())
    );
    assert_eq!(document["presets"][2]["run"]["lost_acked"], 0);
    assert!(document["presets"][3]["run"]["lost_acked"].as_u64().unwrap() > 0);
}

#[test]
fn check_plays_the_older_version_that_a_scene_names() {
    let files = Files::new();
    let named = "then_version = \"2.8\"\nthen = \"More is lost.\"\nrules = [";
    let expected = "\n[[expect_then]]\ncounter = \"lost_acked\"\nmin = 1\n";
    let text = klever::workshop::TEMPLATE.replacen("rules = [", named, 1) + expected;
    let path = files.write("then.toml", &text);
    let said = ok(1, &["workshop", "check", &path]);
    assert!(said.contains("Kafka 2.8") && said.contains("all of it comes today, too"), "{said}");
}
