//! Everything that reads what comes from outside, each taken as far as klever would take it.

use klever::app::{App, Effect, Msg, Origin, Snapshot, Start, assess};
use klever::config::settings::{Settings, SettingsFile, sample};
use klever::config::{parse_properties, properties_text, read_client};
use klever::consequences::{self, Subject, parse_goals, roll_with_margin};
use klever::hypothesis::{apply, reference};
use klever::keymap::UserKeys;
use klever::knobs::{Change, KeyScope};
use klever::model::{Cluster, KafkaVersion};
use klever::report;
use klever::rules::examine;
use klever::scenario::{BUILT_IN, Scenario, too_large};
use klever::sim::{Simulator, estimated_events};
use klever::term::{Decoder, Event};
use klever::theme::{Depth, Glyphs, Theme};
use klever::ui;
use klever::workshop::{self, Scene};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::path::Path;
use std::sync::Arc;

/// One reader. It may refuse what it is given, in any way but a panic, and says whether it took it.
pub(crate) struct Reader {
    pub(crate) name: &'static str,
    pub(crate) read: fn(&[u8]) -> bool,
    /// What it is given on a good day: all of it is taken.
    pub(crate) samples: fn() -> Vec<Vec<u8>>,
}

pub(crate) const READERS: [Reader; 9] = [
    Reader { name: "scenario", read: scenario, samples: scenarios },
    Reader { name: "client", read: client, samples: clients },
    Reader { name: "snapshot", read: snapshot, samples: snapshots },
    Reader { name: "keymap", read: keymap, samples: keymaps },
    Reader { name: "theme", read: theme, samples: themes },
    Reader { name: "settings", read: settings_file, samples: settings_files },
    Reader { name: "changes", read: changes, samples: change_lines },
    Reader { name: "goals", read: goals, samples: goal_lines },
    Reader { name: "terminal", read: terminal, samples: keystrokes },
];

/// No run of a mutated scenario takes longer than these allow.
const MOST_EVENTS: f64 = 50_000.0;
const MOST_REPLICAS: u64 = 200;
const RUN: u64 = 2_000_000_000;

/// Text of any bytes, as klever reads them.
fn text(bytes: &[u8]) -> String {
    properties_text(bytes.to_vec())
}

fn samples(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// A scenario, and the scene that it may be.
fn scenario(bytes: &[u8]) -> bool {
    let text = text(bytes);
    let is_scene = Scene::parse("hostile.toml", &text).is_ok();
    let Ok(scenario) = Scenario::parse("hostile.toml", &text) else { return false };
    let accepted = is_scene || scenario.scene.is_none();
    let copies: u64 = scenario
        .topics
        .iter()
        .map(|topic| u64::from(topic.partitions) * u64::from(topic.replication_factor))
        .sum();
    if too_large(&scenario).is_some() || copies > MOST_REPLICAS || estimated_events(&scenario) > MOST_EVENTS {
        return accepted;
    }
    let again = Scenario::parse("again.toml", &scenario.to_toml());
    assert_eq!(
        again.map_err(|error| error.to_string()),
        Ok(scenario.clone()),
        "what klever writes, it reads"
    );
    let mut simulator = Simulator::new(&scenario, scenario.seed, None);
    simulator.run_until(scenario.duration.0.min(RUN));
    judge(&simulator.snapshot().0);
    drop(simulator.report());
    accepted
}

fn scenarios() -> Vec<Vec<u8>> {
    let plain = BUILT_IN.iter().map(|scenario| scenario.scenario().to_toml());
    let scenes = workshop::ALL.iter().map(|scene| scene.scene().scenario().to_toml());
    plain.chain(scenes).map(String::into_bytes).collect()
}

fn client(bytes: &[u8]) -> bool {
    let (text, mut accepted) = (text(bytes), false);
    drop(parse_properties(&text));
    for scope in [KeyScope::Producer, KeyScope::Consumer] {
        for version in [KafkaVersion::new(2, 8, 0), KafkaVersion::REFERENCE] {
            accepted |= read_client(scope, "hostile.properties", &text, version).is_ok();
        }
    }
    accepted
}

fn clients() -> Vec<Vec<u8>> {
    samples(&[
        "bootstrap.servers=a:9092,b:9092\nacks=all\nenable.idempotence=true\nmax.in.flight.requests.per.connection=5\nlinger.ms=5\n",
        "group.id=g\nenable.auto.commit=true\nsession.timeout.ms=45000\nheartbeat.interval.ms=3000\ngroup.protocol=consumer\n",
        "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\\n  username=\"u\" \\\n  password=\"p\";\n",
        "key\\ with=\\u0041\\\r\n ! comment\n# comment\nacks : 1\nretries 3\n",
    ])
}

fn snapshot(bytes: &[u8]) -> bool {
    let Ok(cluster) = report::read_snapshot(&text(bytes)) else { return false };
    judge(&cluster);
    let other = reference(KafkaVersion::REFERENCE);
    drop(report::diff_text(&other, &report::diff(&cluster, &other)));
    judge(&report::anonymised(&cluster, 7));
    let written = report::write_snapshot(&cluster);
    assert!(report::read_snapshot(&written).is_ok(), "what klever writes, it reads");
    true
}

/// Everything that klever says of a cluster.
fn judge(cluster: &Cluster) {
    let findings = examine(cluster);
    drop(report::findings_text(cluster, &findings));
    drop(report::findings_json(cluster, &findings));
    drop(consequences::assess(cluster, Subject::Cluster).figures());
    let plan = roll_with_margin(cluster, 1);
    drop((report::roll_text(cluster, &plan), report::roll_json(cluster, &plan)));
    drop((plan.steps(cluster), plan.ways_out(cluster)));
    let lag = report::LagReport::of(cluster, |_| true, |_| true);
    drop((report::lag_text(&lag), report::lag_json(&lag), report::lag_prometheus(&lag)));
    shown(Start::new(Origin::File("hostile".into())), cluster.clone(), Vec::new());
}

fn snapshots() -> Vec<Vec<u8>> {
    let reference = reference(KafkaVersion::REFERENCE);
    let mut simulator = Simulator::new(&Scenario::reference(), 7, None);
    simulator.run_until(RUN);
    let simulated = simulator.snapshot().0;
    let clusters = [&reference, &*simulated];
    clusters.map(|cluster| report::write_snapshot(cluster).into_bytes()).into()
}

fn settings_file(bytes: &[u8]) -> bool {
    let home = Some(Path::new("/home/me"));
    let Ok(file) = SettingsFile::parse(Path::new("/hostile/config.toml"), &text(bytes), home) else {
        return false;
    };
    Settings::of(&[], |_| None, Some(file)).is_ok()
}

fn settings_files() -> Vec<Vec<u8>> {
    let clusters =
        "[clusters.a]\nbootstrap = \"k1:9092\"\nproperties = \"~/a.properties\"\ncolor = \"red\"\n";
    samples(&[&sample(), clusters, "mouse = true\n[keys.global]\n\"ctrl-q\" = \"quit\"\n"])
}

fn keymap(bytes: &[u8]) -> bool {
    let keys = vec![UserKeys::file("hostile.toml", text(bytes))];
    App::new(Start { keys, ..Start::new(Origin::Sim("s".into())) }).is_ok()
}

fn keymaps() -> Vec<Vec<u8>> {
    samples(&[klever::keymap::DEFAULT, "[global]\n\"ctrl-x q\" = \"quit\"\n\"g\" = \"none\"\n"])
}

fn theme(bytes: &[u8]) -> bool {
    let depths = [Depth::True, Depth::C16, Depth::None];
    let read = depths.map(|depth| Theme::from_toml("hostile", &text(bytes), depth, Glyphs::UNICODE));
    read.iter().all(Result::is_ok)
}

fn themes() -> Vec<Vec<u8>> {
    samples(&[
        include_str!("../../themes/dark.toml"),
        include_str!("../../themes/mono.toml"),
        "inherits = \"light\"\n[roles]\nbad = { fg = \"#ff0000\", bold = true }\n",
    ])
}

/// Lines as `--set` takes them, on the reference cluster.
fn changes(bytes: &[u8]) -> bool {
    let read: Vec<Change> = text(bytes).lines().filter_map(|line| Change::parse(line).ok()).take(8).collect();
    let base = reference(KafkaVersion::REFERENCE);
    let Ok(cluster) = apply(&base, &read) else { return false };
    // A cluster of a million partitions is judged elsewhere.
    if cluster.partitions.len() < 1_000 {
        judge(&cluster);
    }
    !read.is_empty()
}

fn change_lines() -> Vec<Vec<u8>> {
    let lines: Vec<String> =
        klever::knobs::ALL.iter().map(|knob| format!("{}:{}=1", knob.scope, knob.name)).collect();
    vec![
        lines.join("\n").into_bytes(),
        b"acks=all\nmin.insync.replicas=2\ntopic/orders:partitions=12\n".to_vec(),
    ]
}

fn goals(bytes: &[u8]) -> bool {
    parse_goals(&text(bytes)).is_ok()
}

fn goal_lines() -> Vec<Vec<u8>> {
    samples(&[
        "survive data 1 crash, survive writes 1 rack, ack_p99_ms <= 20",
        "survive data 1 disk_loss, loss_per_year < 0.01",
    ])
}

/// What a terminal sends, up to the screen that follows.
fn terminal(bytes: &[u8]) -> bool {
    let (mut decoder, mut events) = (Decoder::default(), Vec::new());
    for part in bytes.chunks(7) {
        decoder.feed(part, &mut events);
        decoder.idle(&mut events);
    }
    let start = Start::new(Origin::Sim("hostile".into()));
    let accepted = !events.is_empty();
    shown(start, reference(KafkaVersion::REFERENCE), events);
    accepted
}

fn keystrokes() -> Vec<Vec<u8>> {
    samples(&[
        "jjjk\x1b[A\x1b[B\x1b[C2G/orders\r:acks 1\r\x1b\t\tuU?q",
        "\x1b[200~pasted text\x1b[201~\x1b[<0;10;5M\x1b[<0;10;5m\x1b[<65;10;5M",
        "1j2k3 4\r5\x1b[5~6\x1b[6~7\x1b[H\x1b[F",
        "\x1bOP\x1b[15~\x1b[1;5A\x1b[?1;2c\x1b]11;rgb:1e1e/1e1e/2e2e\x07\x1bP>|term\x1b\\",
    ])
}

/// The screen after these events, at a usual size and at an odd one.
fn shown(start: Start, cluster: Cluster, events: Vec<Event>) {
    let Ok(mut app) = App::new(start) else { return };
    let Ok(theme) = Theme::built_in("dark", Depth::True, Glyphs::UNICODE) else { return };
    let mut sent = vec![
        Msg::Tick(60_000),
        Msg::Snapshot(Snapshot { cluster: Arc::new(cluster), clock: None, detail: None }),
    ];
    sent.extend(events.into_iter().filter_map(message));
    for size in [(100, 30), (33, 7)] {
        let Ok(mut terminal) = Terminal::new(TestBackend::new(size.0, size.1));
        drop(app.update(Msg::Resize(size.0, size.1)));
        for message in std::mem::take(&mut sent) {
            for effect in app.update(message) {
                if let Effect::Assess(request) = effect {
                    drop(app.update(Msg::Assessed(request.generation, Arc::new(assess(&request)))));
                }
            }
        }
        let _ = terminal.draw(|frame| drop(ui::render(&app, &theme, frame)));
    }
}

fn message(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) => Some(Msg::Key(key)),
        Event::Paste(text) => Some(Msg::Paste(text)),
        _ => None,
    }
}

/// What the reader of this name makes of the bytes: for the fuzzers.
#[allow(dead_code, reason = "the tests go through all of them")]
pub(crate) fn read(name: &str, bytes: &[u8]) {
    let reader = READERS.iter().find(|reader| reader.name == name);
    let _ = (reader.expect("a reader of this name").read)(bytes);
}
