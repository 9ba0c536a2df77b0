//! The pseudocode of a scene on the screen: beside the picture where there is room, on a key where there is not.

use super::{Window, text};
use klever::app::{App, Clock, Msg, Origin, Snapshot, Start};
use klever::sim::Simulator;
use klever::theme::{Depth, Glyphs, Theme};
use klever::workshop::find;

/// A scene at a moment at which its code runs.
fn played(id: &str, (columns, rows): (u16, u16), to_s: u64, presenter: bool) -> Window {
    let scene = find(id).unwrap().scene();
    let mut simulator = Simulator::new(scene.scenario(), 1, None);
    simulator.run_until(to_s * 1_000_000_000);
    let mut start = Start::new(Origin::Sim(id.into()));
    (start.scene, start.presenter) = (Some(scene), presenter);
    let mut window = Window::new(columns, rows, Origin::Sim(id.into()));
    window.app = App::new(start).unwrap();
    window.draw(&mono());
    for _ in 0..2 {
        let (cluster, detail) = simulator.snapshot();
        let clock = Clock { at_ms: detail.at_ms, pace: 1.0, paused: true, seed: 1 };
        window.send(Msg::Snapshot(Snapshot { cluster, clock: Some(clock), detail: Some(detail) }));
    }
    window
}

fn mono() -> Theme {
    Theme::built_in("mono", Depth::None, Glyphs::ASCII).unwrap()
}

fn shown(window: &mut Window) -> String {
    window.draw(&mono());
    text(window.terminal.backend().buffer())
}

fn line<'a>(screen: &'a str, part: &str) -> Option<&'a str> {
    screen.lines().find(|line| line.contains(part))
}

#[test]
fn where_there_is_room_the_code_stands_beside_the_picture_and_its_running_lines_have_a_mark() {
    for (size, presenter) in [((120, 40), false), ((120, 40), true), ((200, 60), false)] {
        let mut window = played("acks-one", size, 7, presenter);
        let screen = shown(&mut window);
        assert!(line(&screen, "Three brokers, three copies").is_some(), "the notes stay:\n{screen}");
        let runs = line(&screen, "producer.send(order)").unwrap_or_else(|| panic!("{size:?}:\n{screen}"));
        assert!(runs.contains(">     producer.send(order)"), "{runs}");
        let idle = line(&screen, "while True:").unwrap();
        assert!(!idle.contains("> while True:"), "{idle}");
        let screen = shown(&mut window.keys("C"));
        assert!(line(&screen, "producer.send(order)").is_none(), "a key puts it away:\n{screen}");
    }
}

#[test]
fn a_small_screen_keeps_its_picture_and_shows_the_code_in_place_of_the_notes() {
    let mut window = played("poison-record", (80, 24), 40, false);
    let screen = shown(&mut window);
    assert!(line(&screen, "consumer.poll()").is_none(), "{screen}");
    let screen = shown(&mut window.keys("C"));
    assert!(line(&screen, "for r in consumer.poll():").is_some(), "{screen}");
    let runs = |part| line(&screen, part).is_some_and(|line| line.starts_with(" > "));
    assert!(runs("while not book(r)") || runs("sleep(1)"), "{screen}");
    assert!(line(&screen, "records acknowledged").is_some(), "the counters stay:\n{screen}");
    assert!(line(&screen, "orders-0").is_some() || line(&screen, "3 Log").is_some(), "so does the picture");
}
