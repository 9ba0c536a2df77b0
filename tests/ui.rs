//! The screen as people see it: whole screens at three sizes, without colours, in ASCII, and under random keys.

#![allow(clippy::unwrap_used)]

#[path = "ui/answers.rs"]
mod answers;
#[path = "ui/losing.rs"]
mod losing;
#[path = "ui/scene_code.rs"]
mod scene_code;

use klever::app::{App, Effect, Msg, Origin, Pane, Snapshot, Start};
use klever::hypothesis::reference_with;
use klever::keymap::{Code, Key};
use klever::model::{
    BrokerStatus, Cluster, Datum, Group, GroupOffset, GroupState, KafkaVersion, Origin as From, PartitionIx,
    Partitions, Unknown,
};
use klever::term::Painter;
use klever::theme::{Depth, Glyphs, Theme};
use klever::ui::{self, HitMap};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use std::sync::Arc;

/// Three brokers of which one is down, a topic at its minimum ISR, three groups, one of them unknown.
fn troubled() -> Cluster {
    let mut cluster = reference_with(KafkaVersion::REFERENCE, 3, 3, 12, 3);
    cluster.taken_at = 60_000;
    let mut brokers = cluster.brokers.to_vec();
    (brokers[2].state, brokers[2].since) = (BrokerStatus::Down, Some(48_000));
    cluster.brokers = brokers.into();
    let mut rows = cluster.partitions.to_rows();
    for row in &mut rows {
        row.isr.retain(|id| id.0 != 3);
        row.leader = row.isr.first().copied();
        row.high_watermark = Some(12_000 + i64::from(row.number) * 345);
    }
    (rows[7].leader, rows[9].high_watermark) = (None, None);
    cluster.partitions = Partitions::from_rows(&rows, cluster.partitions.elr.map(|_| ()));
    let groups = [("audit", GroupState::Empty, None), ("billing", GroupState::Stable, Some(12_000))];
    let groups = groups.map(|(id, state, committed)| Group {
        id: id.into(),
        state,
        protocol: "consumer".into(),
        coordinator: None,
        member_count: match state {
            GroupState::Stable => Datum::known(3, 60_000, From::Simulated),
            _ => Datum::unknown(Unknown::Denied("Describe on Group audit".into())),
        },
        members: Datum::unknown(Unknown::NotAsked),
        offsets: Datum::known(
            (0..7).map(|at| GroupOffset::new(PartitionIx(at), committed)).collect(),
            60_000,
            From::Simulated,
        ),
    });
    cluster.groups = Datum::known(groups.into(), 60_000, From::Simulated);
    cluster
}

struct Window {
    app: App,
    terminal: Terminal<TestBackend>,
    hits: HitMap,
}

impl Window {
    fn new(columns: u16, rows: u16, origin: Origin) -> Window {
        let app = App::new(Start::new(origin)).unwrap();
        let terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        Window { app, terminal, hits: HitMap::default() }
    }

    fn on_troubled(columns: u16, rows: u16) -> Window {
        let mut window = Window::new(columns, rows, Origin::Sim("durability-1".into()));
        window.draw(&dark());
        window.send(Msg::Tick(60_000));
        window.send(Msg::Snapshot(Snapshot { cluster: Arc::new(troubled()), clock: None, detail: None }));
        window.draw(&dark());
        window
    }

    fn send(&mut self, msg: Msg) {
        for effect in self.app.update(msg) {
            match effect {
                Effect::Assess(request) => {
                    let knobs = !Arc::ptr_eq(&request.was, &request.now);
                    let answer = Arc::new(answers::assessment(knobs));
                    drop(self.app.update(Msg::Assessed(request.generation, answer)));
                }
                Effect::Explore(request) => {
                    let data = Arc::new(answers::data(&request));
                    drop(self.app.update(Msg::Explored(request.generation, data)));
                }
                _ => {}
            }
        }
    }

    fn keys(mut self, keys: &str) -> Window {
        for (at, part) in keys.split('"').enumerate() {
            if at % 2 == 1 {
                part.chars().for_each(|letter| self.send(Msg::Key(letter.into())));
            } else {
                part.split_whitespace().for_each(|key| self.send(Msg::Key(key.parse().unwrap())));
            }
            self.draw(&dark());
        }
        self
    }

    fn draw(&mut self, theme: &Theme) {
        let (app, hits) = (&self.app, &mut self.hits);
        self.terminal.draw(|frame| *hits = ui::render(app, theme, frame)).unwrap();
        let area = self.terminal.backend().buffer().area;
        drop(self.app.update(Msg::Resize(area.width, area.height)));
        for (pane, rows) in self.hits.shown().to_vec() {
            drop(self.app.update(Msg::Shown(pane, rows)));
        }
    }

    fn text(&mut self, theme: &Theme) -> String {
        self.draw(theme);
        text(self.terminal.backend().buffer())
    }
}

fn dark() -> Theme {
    Theme::built_in("dark", Depth::True, Glyphs::UNICODE).unwrap()
}

/// The screen as text.
fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut out = String::new();
    for y in area.top()..area.bottom() {
        let line: String = (area.left()..area.right()).map(|x| buffer[(x, y)].symbol()).collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// What the roles of a theme paint, line by line: `3: 0-7 strong, 9-12 badge-sim`.
fn roles(buffer: &Buffer, theme: &Theme) -> String {
    let area = buffer.area;
    let mut out = String::new();
    for y in area.top()..area.bottom() {
        let mut runs: Vec<(u16, u16, &str)> = Vec::new();
        for x in area.left()..area.right() {
            let cell = &buffer[(x, y)];
            let blank = cell.symbol() == " " && *cell == ratatui::buffer::Cell::default();
            let found = theme.role_of(cell.fg, cell.bg, cell.modifier).map_or("?", |role| role.name());
            let role = if blank { "text" } else { found };
            match runs.last_mut() {
                Some((_, end, last)) if *last == role => *end = x,
                _ => runs.push((x, x, role)),
            }
        }
        let runs: Vec<String> =
            runs.iter().filter(|run| run.2 != "text").map(|(a, b, role)| format!("{a}-{b} {role}")).collect();
        out.push_str(&format!("{y}: {}\n", runs.join(", ")));
    }
    out
}

#[test]
fn a_small_screen_is_whole() {
    insta::assert_snapshot!("80x24", Window::on_troubled(80, 24).text(&dark()));
}

#[test]
fn a_usual_screen_has_every_pane() {
    insta::assert_snapshot!(
        "120x40",
        Window::on_troubled(120, 40).keys(": \"acks 1\" enter 2 j").text(&dark())
    );
}

#[test]
fn a_large_screen_is_used() {
    insta::assert_snapshot!("250x70", Window::on_troubled(250, 70).text(&dark()));
}

#[test]
fn ascii_is_ascii() {
    let ascii = dark().with_glyphs(Glyphs::ASCII);
    let screen = Window::on_troubled(120, 40).keys("? j").text(&ascii);
    assert!(screen.is_ascii(), "{screen}");
    insta::assert_snapshot!("120x40-ascii-help", screen);
}

#[test]
fn pages_of_exploring_at_two_sizes() {
    for (name, keys) in
        [("compare", "c"), ("frontier", "F j"), ("advice", "a"), ("roll", "b j"), ("why", "5 enter")]
    {
        for (columns, rows) in [(80, 24), (120, 40)] {
            let screen = Window::on_troubled(columns, rows).keys(keys).text(&dark());
            insta::assert_snapshot!(format!("{columns}x{rows}-{name}"), screen);
        }
    }
}

#[test]
fn prefixes_open_a_menu() {
    let mut window = Window::on_troubled(80, 24);
    window.send(Msg::Key("p".parse().unwrap()));
    insta::assert_snapshot!("80x24-presets", window.text(&dark()));
    let screen = Window::on_troubled(80, 24).keys("w \"survive flood\" enter").text(&dark());
    insta::assert_snapshot!("80x24-goal", screen);
}

#[test]
fn pages_of_exploring_need_neither_colour_nor_more_than_ascii() {
    let ascii = dark().with_glyphs(Glyphs::ASCII);
    for keys in ["c", "F", "a", "b", "5 enter", "w \"ordered\" enter"] {
        let mut window = Window::on_troubled(80, 24).keys(keys);
        let screen = window.text(&ascii);
        assert!(screen.is_ascii(), "{keys}\n{screen}");
        // Better and worse, here and beaten: by a mark or a word, not by colour alone.
        match keys {
            "c" => assert!(screen.contains("- worse") && screen.contains("+ better"), "{screen}"),
            "F" => {
                assert!(screen.contains("[@]") && screen.contains(" o") && screen.contains('.'), "{screen}")
            }
            _ => {}
        }
    }
}

#[test]
fn a_click_selects_a_row_of_a_page_and_the_wheel_walks() {
    let mut window = Window::on_troubled(80, 24).keys("c");
    let screen = text(window.terminal.backend().buffer());
    let y = screen.lines().position(|line| line.contains("Writes")).unwrap() as u16;
    let target = window.hits.at(5, y).unwrap();
    window.send(Msg::Click(target));
    let selected = |window: &Window| window.app.explore_page().unwrap().row().unwrap().cells[0].text.clone();
    assert_eq!(selected(&window), "Writes");
    let pane = window.hits.pane_at(5, y).unwrap();
    window.send(Msg::Wheel(pane, -1));
    assert_ne!(selected(&window), "Writes");
}

#[test]
fn roles_carry_the_meaning() {
    let mut window = Window::on_troubled(80, 24).keys("2");
    let screen = window.text(&dark());
    insta::assert_snapshot!("80x24-roles", screen + &roles(window.terminal.backend().buffer(), &dark()));
}

#[test]
fn without_colours_nothing_is_coloured_and_the_selection_stands_out() {
    let mono = Theme::built_in("dark", Depth::None, Glyphs::UNICODE).unwrap();
    let mut window = Window::on_troubled(120, 40).keys("2 j");
    window.draw(&mono);
    let buffer = window.terminal.backend().buffer();
    let reset = |cell: &ratatui::buffer::Cell| {
        cell.fg == ratatui::style::Color::Reset && cell.bg == ratatui::style::Color::Reset
    };
    assert!(buffer.content().iter().all(reset));
    assert!(roles(buffer, &mono).contains("selected"), "{}", roles(buffer, &mono));
}

#[test]
fn what_is_not_known_is_never_a_zero() {
    let screen = Window::on_troubled(120, 40).keys("3 z").text(&dark());
    let audit = screen.lines().find(|line| line.contains("audit")).unwrap();
    assert!(audit.contains('?') && audit.contains("no commit") && !audit.contains('0'), "{audit}");
    let screen = Window::on_troubled(120, 40).keys("2 z").text(&dark());
    let row = screen.lines().find(|line| line.contains("orders-9")).unwrap();
    assert!(row.contains('?'), "{row}");
}

#[test]
fn a_real_cluster_shows_that_it_is_read_only_old_and_in_trouble() {
    let mut window = Window::new(120, 40, Origin::Live("prod-eu".into()));
    window.draw(&dark());
    assert!(text(window.terminal.backend().buffer()).contains("waiting for the cluster"));
    window.send(Msg::Snapshot(Snapshot { cluster: Arc::new(troubled()), clock: None, detail: None }));
    window.send(Msg::Tick(92_000));
    let screen = window.text(&dark());
    assert!(screen.contains("READ-ONLY live") && screen.contains("prod-eu"), "{screen}");
    assert!(screen.contains("32.0 s old") && screen.contains("nothing is sent"), "{screen}");
    let trouble = klever::app::SourceError {
        what: "no broker answers".into(),
        since_ms: 80_000,
        retry_ms: Some(96_000),
    };
    window.send(Msg::SourceError(Some(trouble)));
    let mut window = window.keys(": \"acks 1\" enter");
    let screen = window.text(&dark());
    assert!(screen.contains("! stale for 12.0 s, retry in 4.0 s: no broker answers"), "{screen}");
    assert!(screen.contains("~ what if"), "{screen}");
}

#[test]
fn names_from_outside_cannot_break_the_screen() {
    let mut cluster = troubled();
    let mut topics = cluster.topics.to_vec();
    topics[0].name = "evil\x1b[2J\u{202e}\u{200b}日本\n".into();
    cluster.topics = topics.into();
    let mut window = Window::new(120, 40, Origin::File("x".into()));
    window.send(Msg::Snapshot(Snapshot { cluster: Arc::new(cluster), clock: None, detail: None }));
    let screen = window.keys("2 z").text(&dark());
    assert!(!screen.contains('\x1b') && !screen.contains('\u{202e}'));
    assert!(screen.contains("evil[2J"), "{screen}");
}

#[test]
fn clicks_hit_what_is_drawn() {
    let window = Window::on_troubled(120, 40);
    let screen = text(window.terminal.backend().buffer());
    let y = screen.lines().position(|line| line.contains("orders-2")).unwrap() as u16;
    assert_eq!(window.hits.pane_at(3, y), Some(Pane::Partitions));
    let mut window = window;
    let target = window.hits.at(3, y).unwrap();
    window.send(Msg::Click(target));
    window.draw(&dark());
    let row = text(window.terminal.backend().buffer()).lines().nth(usize::from(y)).unwrap().to_string();
    assert!(row.starts_with(">orders-2"), "{row}");
}

/// A screen whose bytes are counted.
fn bytes(columns: u16, size: fn() -> std::io::Result<(u16, u16)>, steps: &[&str]) -> Vec<u64> {
    let mut painter = Painter::new(Vec::new(), size);
    painter.set_columns(columns);
    let mut terminal = Terminal::new(painter).unwrap();
    let rows = size().unwrap().1;
    let mut window = Window::new(columns, rows, Origin::Sim("durability-1".into()));
    let cluster = reference_with(KafkaVersion::REFERENCE, 3, 3, 200, 3);
    window.send(Msg::Snapshot(Snapshot { cluster: Arc::new(cluster), clock: None, detail: None }));
    let mut counted = Vec::new();
    for keys in steps {
        window = window.keys(keys);
        let before = terminal.backend().written();
        terminal.draw(|frame| drop(ui::render(&window.app, &dark(), frame))).unwrap();
        counted.push(terminal.backend().written() - before);
    }
    counted
}

#[test]
fn few_bytes_are_written() {
    let first = bytes(250, || Ok((250, 70)), &["2"]);
    assert!(first[0] <= 32 * 1024, "a full paint at 250x70 takes {} bytes", first[0]);
    let mut steps = vec!["2", ""];
    steps.extend(["j"; 60]);
    let usual = bytes(120, || Ok((120, 40)), &steps);
    assert_eq!(usual[1], 0, "an unchanged frame writes nothing");
    let steps = &usual[2..];
    let mean = steps.iter().sum::<u64>() / steps.len() as u64;
    assert!(mean <= 440, "a scroll step at 120x40 takes {mean} bytes: {steps:?}");
    assert!(steps.iter().all(|step| *step <= 3 * 1024), "the view moved on: {steps:?}");
}

fn any_key() -> impl Strategy<Value = Key> {
    let codes = [
        Code::Enter,
        Code::Esc,
        Code::Tab,
        Code::Backspace,
        Code::Left,
        Code::Right,
        Code::Up,
        Code::Down,
        Code::PageUp,
        Code::PageDown,
        Code::Home,
        Code::End,
    ];
    prop_oneof![
        prop::char::range(' ', '~').prop_map(Key::from),
        prop::sample::select(codes.to_vec()).prop_map(Key::plain),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if std::env::var("KLEVER_FULL").is_ok_and(|full| full == "1") { 2000 } else { 40 }))]

    #[test]
    fn no_key_and_no_size_breaks_it(
        steps in prop::collection::vec((any_key(), 0u16..300, 0u16..120), 1..40),
    ) {
        let mut window = Window::on_troubled(100, 30);
        for (key, columns, rows) in steps {
            window.send(Msg::Key(key));
            if key.code == Code::Tab {
                window.terminal.backend_mut().resize(columns, rows);
            }
            if window.terminal.backend().buffer().area.area() > 0 {
                window.draw(&dark());
            }
        }
    }
}
