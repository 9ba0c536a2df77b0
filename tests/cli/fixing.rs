//! `check --fix`: a patch of the client's file that was tried, without secrets, and never applied.

use super::{Files, klever, ok, refused};
use std::fs;

const FILE: &str = "client.id=pay\nacks=1\nlinger.ms=5\nbatch.size=16384\nssl.key.password=hush\nssl.keystore.password=hush\n";

#[test]
fn a_finding_of_a_file_gets_a_patch_and_the_file_stays_as_it_is() {
    let files = Files::new();
    let producer = files.write("pay.properties", FILE);
    let text = ok(1, &["check", "--producer", &producer, "--fix"]);
    assert!(text.contains("\n-acks=1\n+acks=all\n"), "{text}");
    assert!(text.contains(&format!("--- {producer}\n+++ {producer}\n")), "{text}");
    assert!(!text.contains("hush"), "{text}");
    assert_eq!(fs::read_to_string(&producer).unwrap(), FILE);
}

#[test]
fn what_no_patch_mends_is_a_command_or_left_to_the_hand() {
    let files = Files::new();
    let snapshot = files.snapshot(&["topic:min.insync.replicas=1"]);
    let ran = klever(&["check", "--snapshot", &snapshot, "--fix"]);
    assert!(ran.out.contains("Commands, not run"), "{}", ran.out);
    assert!(
        ran.out.contains("  kafka-configs.sh --alter --topic orders --add-config min.insync.replicas=2\n"),
        "{}",
        ran.out
    );
    assert!(
        refused(2, &["check", "--snapshot", &snapshot, "--fix", "--format", "json"])
            .contains("written as text")
    );
}
