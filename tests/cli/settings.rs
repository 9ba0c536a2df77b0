//! The settings from outside: the file, the environment, flags, clusters by name, and klever without a screen.

use crate::{Files, Ran};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs klever with a folder of configuration, variables, and an input.
fn klever(home: &Path, env: &[(&str, &str)], arguments: &[&str], input: &str) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_klever"));
    command.args(arguments).env("XDG_CONFIG_HOME", home).envs(env.iter().copied()).env("TERM", "dumb");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

fn written(text: &str) -> Files {
    let files = Files::new();
    let folder = files.folder.path().join("klever");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();
    files
}

fn settings(text: &str, env: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let files = written(text);
    klever(files.folder.path(), env, arguments, "")
}

#[test]
fn each_value_is_told_with_its_origin() {
    let text = "theme = \"light\"\ncolor = \"16\"\n[keys.global]\n\"P\" = \"quit\"\n";
    let ran = settings(text, &[("KLEVER_COLOR", "256")], &["settings", "--glyphs", "ascii"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let row =
        |name: &str| ran.out.lines().find(|line| line.trim_start().starts_with(name)).unwrap().to_string();
    assert!(row("theme").contains("light") && row("theme").ends_with("config.toml:1"));
    assert!(row("color").contains("256") && row("color").ends_with("KLEVER_COLOR"));
    assert!(row("glyphs").contains("ascii") && row("glyphs").ends_with("--glyphs"));
    assert!(row("mouse").contains("auto") && row("mouse").ends_with("default"));
    assert!(ran.out.contains("config.toml:4: `P` in [global] takes keys from unpin (P)"), "{}", ran.out);
    let doctor = settings(text, &[], &["doctor"]);
    assert!(doctor.out.contains("config.toml:1"), "{}", doctor.out);
}

#[test]
fn a_mistake_is_one_line_with_its_place_and_a_hint() {
    for (text, place) in [
        ("colour = \"16\"\n", "config.toml:1: `colour` is not a setting; did you mean `color`?"),
        ("\ntheme = \"solar\"\n", "config.toml:2: `solar` is not a value of `theme`"),
        ("[keys.global]\n\"q\" = \"leave\"\n", "config.toml:2: `leave` is not an action"),
        ("[clusters.a]\npassword = \"hush\"\n", "config.toml:2: `password` is a secret"),
    ] {
        let ran = settings(text, &[], &["settings"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{text}");
        assert!(ran.err.contains(place) && !ran.err.contains("hush"), "{}", ran.err);
    }
    let ran = settings("theme = \"solar\"\n", &[], &["--plain"]);
    assert_eq!(ran.code, 2, "the screen, too: {}", ran.err);
    assert!(ran.err.contains("\n  hint: "), "{}", ran.err);
}

#[test]
fn the_sample_is_a_file_that_changes_nothing() {
    let sample = settings("", &[], &["settings", "--sample"]).out;
    let with = settings(&sample, &[], &["settings"]);
    let values = |out: &str| -> Vec<String> {
        out.lines()
            .skip(1)
            .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
            .collect()
    };
    assert_eq!(values(&with.out), values(&settings("", &[], &["settings"]).out));
}

#[cfg(feature = "live")]
#[test]
fn clusters_have_names() {
    let text = "[clusters.prod]\nbootstrap = \"127.0.0.1:1\"\n";
    for name in [["--cluster", "prod"], ["-b", "prod"]] {
        let ran = settings(text, &[], &["lag", name[0], name[1]]);
        assert_eq!(ran.code, 3, "{}", ran.err);
        assert!(ran.err.contains("127.0.0.1:1"), "{}", ran.err);
    }
    let ran = settings(text, &[], &["lag", "--cluster", "prd"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no cluster `prd`") && ran.err.contains("prod"), "{}", ran.err);
}

#[cfg(feature = "live")]
#[test]
fn addresses_are_mapped_by_flag_or_by_the_clusters_name() {
    let text = "[clusters.prod]\nbootstrap = \"k1.invalid:9092\"\nmap = [\"k1.invalid:9092=127.0.0.1:1\"]\n\
        [clusters.wrong]\nbootstrap = \"k1.invalid:9092\"\nmap = [\"k1.invalid:9092\"]\n";
    let ran = settings(text, &[], &["lag", "-b", "prod"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("k1.invalid:9092 (through 127.0.0.1:1) refused"), "{}", ran.err);
    let ran = settings(text, &[], &["lag", "-b", "prod", "--map", "k1.invalid:9092=127.0.0.1:2"]);
    assert!(ran.err.contains("(through 127.0.0.1:2) refused"), "the flag wins: {}", ran.err);
    let ran = settings("", &[], &["doctor", "-b", "k1.invalid:9092", "--map", "K1.invalid:9092=127.0.0.1:1"]);
    assert!(ran.out.contains("by --map in place of k1.invalid:9092"), "{}", ran.out);
    let flags = ["lag", "-b", "k1.invalid:9092", "--map", "k1.invalid:9092"];
    for arguments in [&flags[..], &["roll", "-b", "wrong"], &["lag", "--map", "a:1=b:1"]] {
        let ran = settings(text, &[], arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains("  hint: ") && !ran.err.contains("panicked"), "{}", ran.err);
    }
}

#[test]
fn without_a_screen_there_are_lines_and_no_escape_codes() {
    let files = written("");
    let ran =
        klever(files.folder.path(), &[], &["--plain", "--seed", "7"], "acks 1\npane-consequences\nquit\n");
    assert_eq!(ran.code, 0, "{}", ran.err);
    for part in [
        "SIM reference",
        "broker 1",
        "Warnings: ",
        "new warning: high acks-one",
        "BAD: Data survives crashes",
    ] {
        assert!(ran.out.contains(part), "{part} is not told:\n{}", ran.out);
    }
    assert!(!ran.out.contains('\u{1b}') && ran.out.lines().all(|line| !line.contains('\r')));
    let ended = klever(files.folder.path(), &[], &["--plain"], "state\n");
    assert_eq!(ended.code, 0, "the end of the input leaves klever: {}", ended.err);
}
