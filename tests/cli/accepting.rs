//! `check --baseline` and `--waivers`: what is accepted passes, what is new, worse or over fails again.

use super::{Files, json, klever, ok, refused};

const ACKS_ONE: &str = "bootstrap.servers=k:9092\nacks=1\n";

#[test]
fn a_baseline_lets_pass_what_was_there_and_fails_on_what_is_new() {
    let files = Files::new();
    let producer = files.write("pay.properties", ACKS_ONE);
    let baseline = files.folder.path().join("baseline.json").to_str().unwrap().to_string();
    ok(1, &["check", "--producer", &producer]);
    let written = klever(&["check", "--producer", &producer, "--write-baseline", &baseline]);
    assert_eq!(written.code, 0, "{}", written.err);
    assert!(written.out.contains("HIGH     acks-one"), "it is shown all the same\n{}", written.out);
    assert!(written.err.contains("--baseline accepts them"), "{}", written.err);
    let known = ok(0, &["check", "--producer", &producer, "--baseline", &baseline]);
    let known = known.split_whitespace().collect::<Vec<&str>>().join(" ");
    assert!(known.contains("WAIVED acks-one") && known.contains("known since the baseline of 20"), "{known}");
    files.write("pay.properties", &format!("{ACKS_ONE}delivery.timeout.ms=1\n"));
    let worse = ok(1, &["check", "--producer", &producer, "--baseline", &baseline]);
    assert!(worse.contains("delivery-timeout-invalid"), "{worse}");
    files.write("pay.properties", "bootstrap.servers=k:9092\nacks=all\n");
    let mended = klever(&["check", "--producer", &producer, "--baseline", &baseline]);
    assert_eq!(mended.code, 0);
    assert!(mended.err.contains("not found any more"), "{}", mended.err);
}

#[test]
fn a_baseline_that_is_none_is_refused_and_accepts_nothing() {
    let files = Files::new();
    let producer = files.write("pay.properties", ACKS_ONE);
    let other = files.write("b.json", "{\"schema\": \"klever.findings/1\"}");
    assert!(
        refused(2, &["check", "--producer", &producer, "--baseline", &other]).contains("klever.baseline/1")
    );
    refused(2, &["check", "--producer", &producer, "--baseline", "no-such-file"]);
}

fn waivers(until: &str) -> String {
    format!(
        "[[waiver]]\nrule = \"acks-one\"\nsubject = \"producer:pay*\"\nreason = \"metrics only\"\nuntil = {until}\n"
    )
}

#[test]
fn a_waiver_holds_until_its_day() {
    let files = Files::new();
    let producer = files.write("pay.properties", ACKS_ONE);
    let run = |until: &str, format: &str| {
        let waivers = files.write("waivers.toml", &waivers(until));
        klever(&["check", "--producer", &producer, "--waivers", &waivers, "--format", format])
    };
    let holds = run("2999-12-31", "text");
    assert_eq!(holds.code, 0, "{}{}", holds.out, holds.err);
    let text = holds.out.split_whitespace().collect::<Vec<&str>>().join(" ");
    assert!(text.contains("WAIVED acks-one"), "{text}");
    assert!(text.contains("waived until 2999-12-31: metrics only"), "{text}");
    let over = run("2020-01-01", "text");
    assert_eq!(over.code, 1);
    let text = over.out.split_whitespace().collect::<Vec<&str>>().join(" ");
    assert!(text.contains("waived until 2020-01-01, which is over: metrics only"), "{text}");
    let value = json(&run("2020-01-01", "json").out);
    let mut findings = value["findings"].as_array().unwrap().iter();
    let one = findings.find(|one| one["rule"] == "acks-one").unwrap();
    assert_eq!(
        (one["status"].as_str(), one["acceptance"]["is_over"].as_bool()),
        (Some("finding"), Some(true))
    );
}

#[test]
fn a_waiver_never_passes_what_is_unknown_and_says_when_it_fits_nothing() {
    let files = Files::new();
    let producer = files.write("pay.properties", "acks=1\nlinger.msx=5\n");
    let waivers = files.write("waivers.toml", &waivers("2999-12-31").replace("pay*", "other"));
    let ran = klever(&["check", "--producer", &producer, "--waivers", &waivers]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("waivers.toml:1: no finding of acks-one of producer:other"), "{}", ran.err);
    let producer = files.write("plain.properties", ACKS_ONE);
    let wrong =
        files.write("wrong.toml", "[[waiver]]\nrule = \"acks-one\"\nreason = \"x\"\nuntil = \"soon\"\n");
    let line = refused(2, &["check", "--producer", &producer, "--waivers", &wrong]);
    assert!(line.contains("wrong.toml:4: `until` is a day"), "{line}");
}
