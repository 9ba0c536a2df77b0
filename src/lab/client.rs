//! A client of librdkafka as a process of its own: `klever lab client produce|consume FILE`, in the lines of `LabClient.java`.
//!
//! What a scenario leaves out of its settings is as with the Java client, so that one prediction holds for both.

use super::LabError;
use super::client_settings::{Settings, consumer_config, max_block, producer_config};
use rdkafka::ClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::{BaseRecord, Producer, ProducerContext, ThreadedProducer};
use std::collections::VecDeque;
use std::io::{BufRead, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Java's `max.poll.records`.
const POLL_RECORDS: usize = 500;

/// Runs a client until it is told to close or its standard input ends.
///
/// # Errors
/// When the file or one of its settings cannot be used.
pub(crate) fn run(mode: &str, properties: &str) -> Result<(), LabError> {
    let settings = Settings::parse(properties);
    match mode {
        "produce" => produce(&settings),
        "consume" => consume(&settings),
        other => Err(LabError::new(format!("there is no client `{other}`"))),
    }
}

fn print_line(line: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody listens any more: the end of standard input ends this process.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros()
}

fn failed(error: impl std::fmt::Display) -> LabError {
    LabError::new(error.to_string())
}

/// Lines of standard input; its end is the end of this process.
fn listen() -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let _ = sender.send(line.trim().to_string());
        }
        std::process::exit(1);
    });
    lines
}

/// What the producer's callbacks leave for its loop.
#[derive(Default)]
struct SendState {
    resend: bool,
    again: VecDeque<u64>,
    waiting_for: Option<u64>,
}

#[derive(Clone, Default)]
struct Deliveries(Arc<Mutex<SendState>>);

impl Deliveries {
    fn state(&self) -> MutexGuard<'_, SendState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, number: u64, partition: i32, error: &str) {
        print_line(&format!("F {number} {partition} {} {error}", now()));
        let mut state = self.state();
        if state.resend {
            state.again.push_back(number);
        } else if state.waiting_for == Some(number) {
            state.waiting_for = None;
        }
    }
}

impl ClientContext for Deliveries {
    fn log(&self, _: rdkafka::config::RDKafkaLogLevel, _: &str, _: &str) {}
    fn error(&self, _: rdkafka::error::KafkaError, _: &str) {}
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = Box<u64>;

    fn delivery(&self, result: &DeliveryResult<'_>, number: Box<u64>) {
        match result {
            Ok(message) => {
                print_line(&format!("A {number} {} {} {}", message.partition(), message.offset(), now()));
                let mut state = self.state();
                state.waiting_for = state.waiting_for.filter(|waiting| *waiting != *number);
            }
            Err((error, message)) => {
                let code = error.rdkafka_error_code();
                let code = code.map_or_else(|| "Unknown".to_string(), |code| format!("{code:?}"));
                self.failed(*number, message.partition(), &code);
            }
        }
    }
}

struct RecordSender {
    producer: ThreadedProducer<Deliveries>,
    deliveries: Deliveries,
    topic: String,
    name: String,
    bytes: usize,
    partition: Option<i32>,
    keys: String,
    at_random: bool,
    max_block: Duration,
    draws: Draws,
}

/// Numbers from 0 up to 1, the same ones from the same seed.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl RecordSender {
    fn send(&mut self, number: u64) {
        let value = format!("{:.<width$}", format!("{}:{number}:", self.name), width = self.bytes);
        let key = self.key();
        print_line(&format!("S {number} {}", now()));
        let mut record = BaseRecord::<str, str, Box<u64>>::with_opaque_to(&self.topic, Box::new(number));
        record = record.payload(&value);
        record.key = key.as_deref();
        record.partition = self.partition;
        let began = Instant::now();
        while let Err((error, back)) = self.producer.send(record) {
            if error.rdkafka_error_code() != Some(rdkafka::error::RDKafkaErrorCode::QueueFull) {
                self.deliveries.failed(number, -1, "Refused");
                return;
            }
            // Java's send() waits itself, and then throws; librdkafka says at once that its queue is full.
            if began.elapsed() >= self.max_block {
                self.deliveries.failed(number, -1, "QueueFull");
                return;
            }
            record = back;
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// To the next record, in mean gaps: even ones, or those of records that know nothing of each other.
    fn gap(&mut self) -> f64 {
        if self.at_random { -(1.0 - self.draws.next()).ln() } else { 1.0 }
    }

    fn key(&mut self) -> Option<String> {
        match self.keys.as_str() {
            "none" => None,
            "zipf" => Some(format!("k{}", ((self.draws.next() * 1001_f64.ln()).exp() - 1.0) as u64)),
            "celebrity" if self.draws.next() < 0.5 => Some("celebrity".into()),
            _ => Some(format!("k{}", (self.draws.next() * 10_000.0) as u64)),
        }
    }
}

fn produce(settings: &Settings) -> Result<(), LabError> {
    let deliveries = Deliveries::default();
    deliveries.state().resend = settings.lab("resend", "false") == "true";
    let producer: ThreadedProducer<Deliveries> =
        producer_config(settings).create_with_context(deliveries.clone()).map_err(failed)?;
    let topic = settings.lab("topic", "");
    if settings.lab("knows_topic", "true") == "true" {
        producer.client().fetch_metadata(Some(&topic), Duration::from_secs(30)).map_err(failed)?;
    }
    let sender = RecordSender {
        producer,
        deliveries,
        topic,
        name: settings.lab("name", "app"),
        bytes: settings.number("bytes").unwrap_or(100) as usize,
        partition: settings.number("partition").map(|number| number as i32),
        keys: settings.lab("keys", "none"),
        at_random: settings.lab("arrivals", "even") == "random",
        max_block: max_block(settings),
        draws: Draws(settings.number("seed").unwrap_or(1)),
    };
    print_line("READY");
    feed(sender, settings.number("first").unwrap_or(0), settings.number("records").unwrap_or(u64::MAX));
    print_line("CLOSED");
    Ok(())
}

/// Sends at a rate, or on command, until told to close.
fn feed(mut sender: RecordSender, first: u64, limit: u64) {
    let commands = listen();
    let (mut next, mut in_turn) = (first, 0_u64);
    let (mut rate, mut start, mut due) = (0.0, Instant::now(), 0.0);
    loop {
        match commands.recv_timeout(Duration::from_micros(500)).as_deref().map(|line| line.split_once(' ')) {
            Ok(Some(("send", count))) => in_turn += count.parse::<u64>().unwrap_or(0),
            Ok(Some(("rate", per_s))) => {
                (rate, start, due) = (per_s.parse::<f64>().unwrap_or(0.0), Instant::now(), 0.0);
            }
            Ok(None) | Err(RecvTimeoutError::Disconnected) => break,
            _ => {}
        }
        let mut again = std::mem::take(&mut sender.deliveries.state().again);
        again.drain(..).for_each(|number| sender.send(number));
        if in_turn > 0 && sender.deliveries.state().waiting_for.is_none() {
            sender.deliveries.state().waiting_for = Some(next);
            sender.send(next);
            (in_turn, next) = (in_turn - 1, next + 1);
        }
        while due < start.elapsed().as_secs_f64() * rate && next < limit {
            sender.send(next);
            (next, due) = (next + 1, due + sender.gap());
        }
    }
    let _ = sender.producer.flush(Duration::from_secs(150));
}

struct Rebalances;

impl ClientContext for Rebalances {
    fn log(&self, _: rdkafka::config::RDKafkaLogLevel, _: &str, _: &str) {}
    fn error(&self, _: rdkafka::error::KafkaError, _: &str) {}
}

impl ConsumerContext for Rebalances {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(list) => print_line(&format!("G {} {}", now(), list.count())),
            Rebalance::Revoke(list) => print_line(&format!("V {} {}", now(), list.count())),
            Rebalance::Error(_) => {}
        }
    }
}

fn consume(settings: &Settings) -> Result<(), LabError> {
    let consumer: BaseConsumer<Rebalances> =
        consumer_config(settings).create_with_context(Rebalances).map_err(failed)?;
    print_line("READY");
    let commands = listen();
    let _ = commands.recv();
    let topics = settings.lab("topics", "");
    consumer.subscribe(&topics.split(',').collect::<Vec<_>>()).map_err(failed)?;
    let commit = settings.lab("commit", "auto");
    let pause = Duration::from_secs_f64(settings.lab("processing_ms", "0").parse().unwrap_or(0.0) / 1000.0);
    // Errors of a commit are the group's matter, as in the Java client's asynchronous one.
    let committed = |mode| _ = consumer.commit_consumer_state(mode);
    while commands.try_recv().as_deref() != Ok("close") {
        let batch = batch(&consumer, settings.kafka_number("max.poll.records").unwrap_or(POLL_RECORDS));
        if batch.is_empty() {
            continue;
        }
        if commit == "before" {
            committed(CommitMode::Sync);
        }
        for (topic, partition, offset) in &batch {
            std::thread::sleep(pause);
            print_line(&format!("R {topic} {partition} {offset} {}", now()));
        }
        match commit.as_str() {
            "sync_after" => committed(CommitMode::Sync),
            "async_after" => committed(CommitMode::Async),
            _ => {}
        }
    }
    print_line("CLOSED");
    Ok(())
}

/// What one `poll` of the Java client would give.
fn batch(consumer: &BaseConsumer<Rebalances>, most: usize) -> Vec<(String, i32, i64)> {
    let mut batch = Vec::new();
    let mut patience = Duration::from_millis(100);
    while let Some(Ok(record)) = (batch.len() < most).then(|| consumer.poll(patience)).flatten() {
        batch.push((record.topic().to_string(), record.partition(), record.offset()));
        patience = Duration::ZERO;
    }
    batch
}
