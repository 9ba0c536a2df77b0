//! A scene of the workshop on real brokers: the same script, as it is and with its fix.

use super::cluster;
use klever::workshop::{ALL, Scene, TEMPLATE};
use std::process::{Command, Output};

fn klever(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_klever")).args(arguments).output().unwrap()
}

/// One copy and a broker that is stopped: nobody can write to its partition. Three copies, and they can.
const SCENE: &str = "[[expect]]\ncounter = \"write_unavailable_ms\"\nmin = 5000\n\n[[expect]]\ncounter = \"lost_acked\"\neq = 0\n\n\
                     [[expect_with_fix]]\ncounter = \"write_unavailable_ms\"\nmax = 5000\n\n\
                     [[expect_with_fix]]\ncounter = \"lost_acked\"\neq = 0\n";

fn scene() -> String {
    let head = &TEMPLATE[..TEMPLATE.find("# What happens.").unwrap()];
    let head =
        head.replacen("partitions = 6\nreplication_factor = 3", "partitions = 3\nreplication_factor = 1", 1);
    let head = head.replacen("\"acks\" = \"1\"", "\"acks\" = \"all\"", 1);
    let head = head.replacen("\"min.insync.replicas\" = 2", "\"min.insync.replicas\" = 1", 1);
    let head = head.replacen("rules = [\"acks-one\"]", "", 1).replacen(
        "records_per_s = 2000",
        "records_per_s = 100",
        1,
    );
    format!(
        "{head}\n[[event]]\nat = \"6s\"\ndo = \"stop\"\ntarget = \"broker/1\"\n\n\
         [[event]]\nat = \"18s\"\ndo = \"restart\"\ntarget = \"broker/1\"\n\n\
         [[step]]\nat = \"5s\"\nnotes = \"One copy.\"\nfix = [\"topic:replication.factor=3\"]\n\n{SCENE}"
    )
}

#[test]
fn a_scene_that_brokers_cannot_play_is_refused_before_any_is_started() {
    let output = klever(&["workshop", "play", "slow-service", "--headless", "--lab"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("slow-service does not run on real brokers: "), "{said}");
    let without = klever(&["workshop", "play", "slow-service", "--lab"]);
    assert_eq!(without.status.code(), Some(2), "the lab has no screen for it");
}

#[test]
fn some_scenes_of_the_talk_can_be_played_on_brokers() {
    let can = |scene: &Scene| klever::lab::not_on_brokers(scene.scenario()).is_none();
    let playable = ALL.iter().filter(|each| can(&each.scene())).count();
    assert!(playable >= 8, "{playable}");
}

#[test]
fn a_scene_is_played_on_real_brokers_as_it_is_and_with_its_fix() {
    let Some(_one) = cluster() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one-copy.toml");
    std::fs::write(&file, scene()).unwrap();
    let output =
        klever(&["workshop", "play", file.to_str().unwrap(), "--headless", "--lab", "--format", "json"]);
    let (told, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(0), "{told}\n{said}");
    let json: serde_json::Value = serde_json::from_str(&told).unwrap();
    let down = |run: &str| json[run]["write_unavailable_ms"].as_u64().unwrap();
    assert!(down("before") > 3 * down("after"), "{} {}", down("before"), down("after"));
    assert!(json["before"]["acked"].as_u64() > Some(500) && json["met"] == true, "{told}");
}
