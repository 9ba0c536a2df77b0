//! A simulated run that takes its time: how far it is, and what Ctrl-C leaves of it.

use super::terminal;
use std::fs;

const DAYS: &str = "\
id = \"days\"
title = \"days\"
duration = \"24h\"

[[topic]]
name = \"t\"

[[producer]]
name = \"p\"
topic = \"t\"
records_per_s = 1000

[[expect]]
counter = \"lost_acked\"
eq = 0
";

#[test]
fn says_how_far_it_is_and_ends_at_ctrl_c_with_what_it_reached() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("days.toml");
    fs::write(&file, DAYS).unwrap();
    let file = file.to_str().unwrap();
    let mut run = terminal(120, 40).args(["simulate", file]).spawn(env!("CARGO_BIN_EXE_klever")).unwrap();
    run.wait_until(|screen| screen.contains("of 1d00h, ")).unwrap();
    run.send_str("\x03").unwrap();
    let end = run.wait_exit().unwrap();
    assert_eq!(end.code(), Some(3), "{}", run.screen().text());
    let screen = run.screen();
    assert!(screen.contains("STOPPED before its end at 1d00h"), "{}", screen.text());
    assert!(screen.contains("Acknowledged") && !screen.contains("met"), "{}", screen.text());
    assert!(!screen.contains("Ctrl-C ends it"), "{}", screen.text());
}
