//! Every scene of the workshop from its first to its last step in a terminal, and then with its fix.

use super::terminal;
use klever::workshop::{ALL, Scene};
use std::time::Duration;
use termlens::{Key, Terminal};

fn press(terminal: &mut Terminal, key: char) {
    terminal.send(Key::Char(key)).unwrap();
}

/// On to a step; where time has to pass, it is there at once.
fn go_on(terminal: &mut Terminal, told: &str) {
    press(terminal, 'n');
    terminal.wait_until(|screen| screen.contains("runs to") || screen.contains(told)).unwrap();
    if !terminal.screen().contains(told) {
        press(terminal, 'n');
        terminal.wait_until(|screen| screen.contains(told)).unwrap();
    }
}

fn plays(scene: &Scene, columns: u16, rows: u16) {
    let id = &scene.scenario().id;
    // Three thousand partitions take their time without optimisation.
    let builder = terminal(columns, rows).timeout(Duration::from_secs(120));
    let mut terminal = builder.args(["workshop", "play", id]).spawn(env!("CARGO_BIN_EXE_klever")).unwrap();
    let steps = scene.steps().len();
    let first = format!("step 1 of {steps}");
    terminal.wait_until(|screen| screen.contains(&first)).unwrap();
    for step in 2..=steps {
        go_on(&mut terminal, &format!("step {step} of {steps}"));
    }
    if scene.fix().is_empty() {
        press(&mut terminal, 'T');
    } else {
        assert!(terminal.screen().contains("as it is"), "{id}:\n{}", terminal.screen().text());
        press(&mut terminal, 'X');
        terminal.wait_until(|screen| screen.contains("with the fix") && screen.contains("runs to")).unwrap();
        press(&mut terminal, 'n');
    }
    terminal
        .wait_until(|screen| screen.contains("The same faults") && screen.contains("Lost, acked"))
        .unwrap();
    terminal.send(Key::Esc).unwrap();
    terminal.wait_until(|screen| !screen.contains("The same faults")).unwrap();
    press(&mut terminal, 'q');
    assert!(terminal.wait_exit().unwrap().success());
}

#[test]
fn every_scene_is_played_at_80_by_24() {
    ALL.iter().for_each(|each| plays(&each.scene(), 80, 24));
}

#[test]
fn every_scene_is_played_at_120_by_40() {
    ALL.iter().for_each(|each| plays(&each.scene(), 120, 40));
}

#[test]
fn a_challenge_is_chosen_from_the_list_and_reached_with_our_best_answer() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let builder = terminal(columns, rows).timeout(Duration::from_secs(120));
        let mut terminal = builder.spawn(env!("CARGO_BIN_EXE_klever")).unwrap();
        terminal.wait_until(|screen| screen.contains("SIM")).unwrap();
        terminal.send_str("Wc").unwrap();
        terminal.wait_until(|screen| screen.contains("challenge lose-a-record")).unwrap();
        terminal.send_str("save-the-writes\r").unwrap();
        terminal
            .wait_until(|screen| screen.contains("ends at 80s") && screen.contains("0 of 1 settings"))
            .unwrap();
        terminal.send_str(":min.insync.replicas 2\r").unwrap();
        terminal.wait_until(|screen| screen.contains("1 of 1 settings")).unwrap();
        press(&mut terminal, 'n');
        terminal
            .wait_until(|screen| screen.contains("Reached.") && screen.contains("Our best answer"))
            .unwrap();
        terminal.send(Key::Esc).unwrap();
        terminal.wait_until(|screen| !screen.contains("Our best answer")).unwrap();
        press(&mut terminal, 'q');
        assert!(terminal.wait_exit().unwrap().success());
    }
}

#[test]
fn a_scene_is_learned_alone_and_its_question_is_a_quiz() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let builder = terminal(columns, rows).timeout(Duration::from_secs(120));
        let arguments = ["workshop", "learn", "isr-of-one"];
        let mut terminal = builder.args(arguments).spawn(env!("CARGO_BIN_EXE_klever")).unwrap();
        terminal.wait_until(|screen| screen.contains("step 1 of 4")).unwrap();
        go_on(&mut terminal, "step 2 of 4");
        terminal.wait_until(|screen| screen.contains("A majority of the replicas")).unwrap();
        press(&mut terminal, 'n');
        terminal.wait_until(|screen| screen.contains("choose an answer first")).unwrap();
        press(&mut terminal, 'a');
        terminal.wait_until(|screen| screen.contains(": right") && screen.contains("Answer")).unwrap();
        press(&mut terminal, 'q');
        assert!(terminal.wait_exit().unwrap().success());
    }
}

#[test]
fn a_scene_from_a_file_begins_again_when_the_file_changes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let text = klever::workshop::TEMPLATE;
    std::fs::write(&file, text).unwrap();
    let builder = terminal(120, 40).timeout(Duration::from_secs(60));
    let arguments = ["workshop", "play", file.to_str().unwrap()];
    let mut terminal = builder.args(arguments).spawn(env!("CARGO_BIN_EXE_klever")).unwrap();
    terminal.wait_until(|screen| screen.contains("Look how quick it is")).unwrap();
    std::fs::write(&file, text.replace("chapter = 1\n", "chapter = 99\n")).unwrap();
    terminal.wait_until(|screen| screen.contains("mine.toml:11: chapter is from 1 to 16")).unwrap();
    std::fs::write(&file, text.replace("Look how quick it is.", "It is quick.")).unwrap();
    terminal.wait_until(|screen| screen.contains("It is quick.") && screen.contains("step 1 of 3")).unwrap();
    press(&mut terminal, 'q');
    assert!(terminal.wait_exit().unwrap().success());
}

#[test]
fn for_a_room_keys_are_echoed_and_time_is_told() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let builder = terminal(columns, rows).args(["--presenter"]);
        let mut terminal = builder.spawn(env!("CARGO_BIN_EXE_klever")).unwrap();
        terminal.wait_until(|screen| screen.contains("SIM") && screen.contains("00:00:0")).unwrap();
        press(&mut terminal, ' ');
        terminal.wait_until(|screen| screen.contains("pressed  space")).unwrap();
        terminal.send_str("Wp").unwrap();
        terminal.wait_until(|screen| !screen.contains("pressed")).unwrap();
        press(&mut terminal, 'q');
        assert!(terminal.wait_exit().unwrap().success());
    }
}
