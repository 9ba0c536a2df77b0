//! The errors that klever explains are those of Kafka's own class, asked of four releases.

use klever::lab::find_client_jars;
use klever::model::KafkaVersion;
use std::path::{Path, PathBuf};
use std::process::Command;

const RELEASES: [KafkaVersion; 4] = [
    KafkaVersion::new(2, 8, 2),
    KafkaVersion::new(3, 9, 1),
    KafkaVersion::new(4, 1, 0),
    KafkaVersion::new(4, 4, 0),
];

#[test]
fn the_recorded_errors_are_kafkas_own() {
    if super::skipped("Kafka's class of errors was not asked") {
        return;
    }
    let said: String = RELEASES.iter().map(|version| errors_of(*version)).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded/kafka-errors.tsv");
    if std::env::var_os("KLEVER_BLESS").is_some() {
        std::fs::write(&path, &said).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), said, "KLEVER_BLESS=1 records it anew");
}

/// A line an error: the release, and what its class says.
fn errors_of(version: KafkaVersion) -> String {
    let jars = find_client_jars(version).unwrap_or_else(|error| panic!("{error}"));
    let classes = compiled(&jars);
    let output = Command::new("java")
        .args(["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp"])
        .arg(format!("{}:{}/*", classes.display(), jars.display()))
        .arg("KafkaErrors")
        .output()
        .unwrap();
    assert!(output.status.success(), "{version}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| format!("{version}\t{line}\n")).collect()
}

/// The folder of the compiled program.
fn compiled(jars: &Path) -> PathBuf {
    let classes = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kafka-errors");
    std::fs::create_dir_all(&classes).unwrap();
    let done = Command::new("javac")
        .arg("-cp")
        .arg(format!("{}/*", jars.display()))
        .arg("-d")
        .arg(&classes)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/lab/KafkaErrors.java"))
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    classes
}
