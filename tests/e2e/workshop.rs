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
