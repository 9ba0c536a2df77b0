//! How long the screen takes: a message, a frame, and from a key to the frame, small and with 200,000 partitions.

use divan::{Bencher, black_box};
use klever::app::{App, Effect, Msg, Origin, Snapshot, Start, assess};
use klever::hypothesis::reference_with;
use klever::model::{Cluster, KafkaVersion, Partitions, Topic, TopicIx};
use klever::theme::{Depth, Glyphs, Theme};
use klever::ui;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::sync::Arc;

fn main() {
    divan::main();
}

const SIZES: [usize; 2] = [12, 200_000];

fn cluster(partitions: usize) -> Arc<Cluster> {
    let (brokers, racks) = if partitions > 1000 { (100, 3) } else { (3, 3) };
    Arc::new(reference_with(KafkaVersion::REFERENCE, brokers, racks, partitions, 3))
}

/// So many topics of one partition each.
fn cluster_of_topics(count: usize) -> Arc<Cluster> {
    let mut cluster = Cluster::clone(&cluster(count));
    let first = cluster.topics[0].clone();
    let topic = |at: usize| Topic {
        name: format!("orders-{at}").into(),
        first: at as u32,
        count: 1,
        ..first.clone()
    };
    cluster.topics = (0..count).map(topic).collect();
    let mut rows = cluster.partitions.to_rows();
    for (at, row) in rows.iter_mut().enumerate() {
        (row.topic, row.number) = (TopicIx(at as u32), 0);
    }
    cluster.partitions = Partitions::from_rows(&rows, cluster.partitions.elr.map(|_| ()));
    Arc::new(cluster)
}

struct Window {
    app: App,
    terminal: Terminal<TestBackend>,
    theme: Theme,
}

impl Window {
    fn new(columns: u16, rows: u16) -> Window {
        let app = App::new(Start::new(Origin::Live("bench".into()))).expect("the built-in keymap");
        let terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a test backend");
        let theme = Theme::built_in("dark", Depth::True, Glyphs::UNICODE).expect("the built-in theme");
        Window { app, terminal, theme }
    }

    fn on(partitions: usize) -> Window {
        let mut window = Window::new(200, 60);
        window.see(cluster(partitions));
        window.key("2");
        window.draw();
        window
    }

    fn see(&mut self, cluster: Arc<Cluster>) -> Vec<Effect> {
        self.app.update(Msg::Snapshot(Snapshot { cluster, clock: None, detail: None }))
    }

    fn key(&mut self, key: &str) -> Vec<Effect> {
        self.app.update(Msg::Key(key.parse().expect("a key")))
    }

    fn draw(&mut self) {
        let (app, theme) = (&self.app, &self.theme);
        let hits = self.terminal.draw(|frame| drop(black_box(ui::render(app, theme, frame))));
        hits.expect("a test backend takes everything");
    }
}

/// Everything until the first frame of a cluster that is there, the engine not waited for.
#[divan::bench]
fn first_frame() {
    let mut window = Window::new(120, 40);
    window.see(cluster(12));
    window.draw();
}

#[divan::bench(args = SIZES)]
fn frame_200x60(bencher: Bencher<'_, '_>, partitions: usize) {
    let mut window = Window::on(partitions);
    bencher.bench_local(|| window.draw());
}

#[divan::bench(args = SIZES)]
fn key_to_frame(bencher: Bencher<'_, '_>, partitions: usize) {
    let mut window = Window::on(partitions);
    bencher.bench_local(|| {
        window.key("j");
        window.draw();
    });
}

#[divan::bench(args = SIZES)]
fn filter_key_to_frame(bencher: Bencher<'_, '_>, partitions: usize) {
    let mut window = Window::on(partitions);
    window.key("/");
    bencher.bench_local(|| {
        window.key("7");
        window.draw();
        window.key("backspace");
    });
}

/// The palette with as many topics as partitions: the next letter, behind as many as it holds.
#[divan::bench(args = [(12, 1), (12, 4000), (5_000, 1), (5_000, 4000)])]
fn palette_key_to_frame(bencher: Bencher<'_, '_>, (topics, typed): (usize, usize)) {
    let mut window = Window::new(200, 60);
    window.see(cluster_of_topics(topics));
    window.key(":");
    (0..typed).for_each(|_| drop(window.key("a")));
    bencher.bench_local(|| {
        window.key("o");
        window.draw();
        window.key("backspace");
    });
}

/// One paste of a book into the palette.
#[divan::bench]
fn paste_to_frame(bencher: Bencher<'_, '_>) {
    let mut window = Window::new(200, 60);
    window.see(cluster_of_topics(5_000));
    window.key(":");
    let book = "acks all ".repeat(7_000);
    bencher.bench_local(|| {
        drop(window.app.update(Msg::Paste(book.clone())));
        window.draw();
    });
}

#[divan::bench(args = SIZES)]
fn knob_to_frame(bencher: Bencher<'_, '_>, partitions: usize) {
    let mut window = Window::on(partitions);
    window.key("4");
    bencher.bench_local(|| {
        window.key("left");
        window.key("right");
        window.draw();
    });
}

#[divan::bench(args = SIZES)]
fn snapshot(bencher: Bencher<'_, '_>, partitions: usize) {
    let mut window = Window::on(partitions);
    let next = cluster(partitions);
    bencher.bench_local(|| drop(window.see(next.clone())));
}

/// Not the screen's time, but how long the consequences lag behind it.
#[divan::bench(args = SIZES, sample_count = 10)]
fn assessment(bencher: Bencher<'_, '_>, partitions: usize) {
    let mut window = Window::on(partitions);
    let effects = window.see(cluster(partitions));
    let request = effects.into_iter().find_map(|effect| match effect {
        Effect::Assess(request) => Some(request),
        _ => None,
    });
    let request = request.expect("a snapshot is judged");
    bencher.bench_local(|| assess(black_box(&request)));
}
