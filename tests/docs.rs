//! Generated pages and the picture of the screen are fresh (`KLEVER_BLESS=1` writes them anew), and what pages cite exists.

#![allow(clippy::unwrap_used)]

#[path = "docs/citations.rs"]
mod citations;
#[path = "docs/svg.rs"]
mod svg;

use klever::app::{App, Clock, Effect, Msg, Origin, Snapshot, Start, assess};
use klever::knobs;
use klever::model::BrokerId;
use klever::rules;
use klever::scenario::{Act, Scenario};
use klever::sim::Simulator;
use klever::theme::{Depth, Glyphs, Theme};
use klever::ui;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

const SECOND: u64 = 1_000_000_000;

fn fresh(page: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    if std::env::var_os("KLEVER_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "{page} is stale: run KLEVER_BLESS=1 cargo test --test docs");
}

/// The embedded cluster a quarter of a minute after its broker 2 was killed, with `min.insync.replicas=2`.
fn scene(columns: u16, rows: u16) -> Buffer {
    let scenario = Scenario::reference();
    let mut app = App::new(Start::new(Origin::Sim(scenario.id.clone()))).unwrap();
    drop(app.update(Msg::Resize(columns, rows)));
    let mut simulator = Simulator::new(&scenario, 1, None);
    simulator.run_until(3 * SECOND);
    show(&mut app, &mut simulator);
    simulator.set(knobs::Change::parse("topic/orders:min.insync.replicas=2").unwrap());
    simulator.run_until(10 * SECOND);
    simulator.apply(Act::Kill(BrokerId(2).into())).unwrap();
    simulator.run_until(25 * SECOND);
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let theme = Theme::built_in("dark", Depth::True, Glyphs::UNICODE).unwrap();
    // The second frame knows how many rows each pane has.
    for _ in 0..2 {
        show(&mut app, &mut simulator);
        let mut hits = ui::HitMap::default();
        terminal.draw(|frame| hits = ui::render(&app, &theme, frame)).unwrap();
        for (pane, rows) in hits.shown().to_vec() {
            drop(app.update(Msg::Shown(pane, rows)));
        }
    }
    terminal.backend().buffer().clone()
}

fn show(app: &mut App, simulator: &mut Simulator) {
    let (cluster, detail) = simulator.snapshot();
    let clock = Clock { at_ms: detail.at_ms, pace: 1.0, paused: false, seed: simulator.seed() };
    let snapshot = Snapshot { cluster, clock: Some(clock), detail: Some(detail) };
    for effect in app.update(Msg::Snapshot(snapshot)) {
        if let Effect::Assess(request) = effect {
            drop(app.update(Msg::Assessed(request.generation, Arc::new(assess(&request)))));
        }
    }
}

#[test]
fn the_picture_is_the_real_screen() {
    fresh("assets/screen.svg", &svg::svg(&scene(120, 40)));
}

#[test]
fn the_page_of_knobs() {
    let mut page = String::from(
        "# Knobs\n\nEvery knob, with the default of Kafka 4.1 and what it moves. Generated from the declarations.\n",
    );
    for scope in knobs::Scope::ALL {
        let of_scope: Vec<_> = knobs::ALL.iter().filter(|knob| knob.scope == scope).collect();
        if of_scope.is_empty() {
            continue;
        }
        let _ = writeln!(page, "\n## {scope}\n");
        for knob in of_scope {
            let default = knob.default(klever::model::KafkaVersion::REFERENCE);
            let default = default.map_or("-".into(), |value| value.to_string());
            let _ = writeln!(page, "- `{}` = `{default}` ({}). {}", knob.name, knob.kind.allowed(), knob.doc);
            for (axis, how) in knob.moves {
                let _ = writeln!(page, "  - {}: {how}", axis.word());
            }
        }
    }
    fresh("assets/docs/knobs.md", &page);
}

#[test]
fn the_sample_of_the_settings() {
    fresh("assets/config.toml", &klever::config::settings::sample());
}

#[test]
fn the_page_of_rules() {
    let mut page = String::from(
        "# Rules\n\nThe anti-patterns that `klever check` and the warnings pane look for. Generated from the declarations.\n",
    );
    let mut chapter = None;
    for rule in rules::ALL {
        if chapter != Some(rule.chapter) {
            chapter = Some(rule.chapter);
            let _ = writeln!(page, "\n## {}. {}\n", rule.chapter.number(), rule.chapter.title());
        }
        let _ = writeln!(
            page,
            "- **{}** ({}): {}. {} *Fix:* {}.",
            rule.id,
            rule.severity.word(),
            rule.title,
            rule.why,
            rule.fix
        );
    }
    fresh("assets/docs/rules.md", &page);
}

#[test]
fn the_page_of_keys() {
    let mut page = String::from("# Keys\n\nGenerated from the table of actions and the default keymap.\n");
    let keymap = klever::app::default_keymap().unwrap();
    let keys = |action: &klever::app::Action| {
        let rows = keymap.rows().filter(|(_, _, runs)| *runs == action);
        let places = rows.map(|(context, keys, _)| match context.0 {
            "global" => format!("`{keys}`"),
            place => format!("`{keys}` ({place})"),
        });
        places.collect::<Vec<_>>().join(", ")
    };
    for group in klever::app::Group::ALL {
        let _ = writeln!(page, "\n## {}\n\n| key | action | what it does |\n|---|---|---|", group.title());
        for action in klever::app::Action::all().filter(|action| action.group == group) {
            let _ = writeln!(page, "| {} | {} | {} |", keys(action), action.name, action.doc);
        }
    }
    fresh("assets/docs/keys.md", &page);
}
