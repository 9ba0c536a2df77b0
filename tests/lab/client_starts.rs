//! Whether a client starts, asked of Kafka's own clients of six releases: klever must say the same of every drawn set.

#[path = "../client_starts/answer.rs"]
mod answer;
#[path = "../client_starts/draw.rs"]
mod draw;

use answer::{Drawn, differ};
use klever::lab::find_client_jars;
use klever::model::KafkaVersion;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const RELEASES: [KafkaVersion; 6] = [
    KafkaVersion::new(2, 8, 2),
    KafkaVersion::new(3, 3, 2),
    KafkaVersion::new(3, 9, 1),
    KafkaVersion::new(4, 0, 0),
    KafkaVersion::new(4, 1, 0),
    KafkaVersion::new(4, 4, 0),
];
/// Sets a release, and with `KLEVER_FULL=1`.
const DRAWN: usize = 400;
const DRAWN_FULL: usize = 5000;
/// Of each release, in the table for those without Java.
const RECORDED: usize = 120;
const SEED: u64 = 20_260_711;

#[test]
fn klever_agrees_with_kafkas_own_clients() {
    if super::skipped("no client of Kafka was asked whether it starts") {
        return;
    }
    let count = if super::full("thousands of drawn client settings") { DRAWN_FULL } else { DRAWN };
    let drawn = draw::draw(count, SEED);
    let (mut wrong, mut table) = (Vec::new(), String::new());
    let classes = compiled(&jars_of(RELEASES[0]));
    for version in RELEASES {
        let answers = ask(version, &classes, &drawn);
        let before = wrong.len();
        for (at, (set, said)) in drawn.iter().zip(&answers).enumerate() {
            let (said, judged) = (compared(said), set.judged(version));
            if differ(&judged, &said) {
                wrong.push(format!("{version} {}\n  Kafka:  {said}\n  klever: {judged}", set.line()));
            }
            if at < RECORDED {
                table += &format!("{version}\t{said}\t|\t{}\n", set.line());
            }
        }
        let _ =
            writeln!(std::io::stderr(), "{version}: {count} drawn, {} disagreements", wrong.len() - before);
    }
    if std::env::var_os("KLEVER_BLESS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded/client-starts.tsv");
        std::fs::write(path, table).unwrap();
    }
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong.join("\n"));
}

/// The answer without the values that klever does not say.
fn compared(answer: &str) -> String {
    let kept = ["acks=", "enable.idempotence=", "delivery.timeout.ms=", "enable.auto.commit="];
    let keeps = |cell: &&str| !cell.contains('=') || kept.iter().any(|key| cell.starts_with(key));
    if answer.starts_with("throws") {
        return answer.to_string();
    }
    answer.split('\t').filter(keeps).collect::<Vec<&str>>().join("\t")
}

/// What the clients of a release say of each set.
fn ask(version: KafkaVersion, classes: &Path, drawn: &[Drawn]) -> Vec<String> {
    let mut java = Command::new("java")
        .args(["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp"])
        .arg(format!("{}:{}/*", classes.display(), jars_of(version).display()))
        .arg("ClientStarts")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = java.stdin.take().unwrap();
    let lines: String = drawn.iter().map(|set| set.line() + "\n").collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = java.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let answers: Vec<String> =
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_string).collect();
    assert_eq!(answers.len(), drawn.len(), "{version} did not answer every set");
    answers
}

fn jars_of(version: KafkaVersion) -> PathBuf {
    find_client_jars(version).unwrap_or_else(|error| panic!("{error}"))
}

/// The folder of the compiled program: it uses only what every release has, so that one compilation serves all.
fn compiled(jars: &Path) -> PathBuf {
    let classes = Path::new(env!("CARGO_TARGET_TMPDIR")).join("client-starts");
    std::fs::create_dir_all(&classes).unwrap();
    let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/lab");
    let sources = [lab.join("ClientStarts.java"), lab.join("Watch.java")];
    let done = Command::new("javac")
        .arg("-cp")
        .arg(format!("{}/*", jars.display()))
        .arg("-d")
        .arg(&classes)
        .args(&sources)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    classes
}
