//! The librdkafka process dies under a live stream, and the stream goes on.

use super::shared::{cluster, skipped, spread};
use klever::kafka::{ConnectionSpec, Transport};
use klever::model::{Cluster, Lag};
use klever::source::{LiveOptions, LiveStream, SourceEvent};
use rustix::process::{Pid, Signal, kill_process};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);

/// The librdkafka processes that this one has started and that run.
fn processes() -> Vec<Pid> {
    let mut found = Vec::new();
    for task in std::fs::read_dir("/proc/self/task").unwrap().flatten() {
        let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for pid in children.split_whitespace() {
            let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            if command.ends_with(b"\0librdkafka-process\0") {
                found.push(Pid::from_raw(pid.parse().unwrap()).unwrap());
            }
        }
    }
    found
}

/// The only one that runs, once those of earlier clients are gone.
fn the_process() -> Pid {
    let until = Instant::now() + PATIENCE;
    loop {
        match processes()[..] {
            [one] => return one,
            _ => assert!(Instant::now() < until, "not one process: {:?}", processes()),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn lag(cluster: &Cluster) -> Option<Lag> {
    let groups = cluster.groups.get()?;
    Some(cluster.lag_of_group(groups.iter().find(|group| &*group.id == "survivors")?))
}

/// The text of the end of the process that comes next, and then the first snapshot with the lag.
fn end_and_recovery(live: &LiveStream, wanted: Lag) -> String {
    let until = Instant::now() + PATIENCE;
    let mut end = None;
    while Instant::now() < until {
        match live.events().recv_timeout(Duration::from_millis(200)) {
            Ok(SourceEvent::ProcessEnded(why)) => end = Some(why),
            Ok(SourceEvent::Snapshot(cluster)) if lag(&cluster) == Some(wanted) => {
                if let Some(end) = end {
                    return end;
                }
            }
            _ => {}
        }
    }
    panic!("the stream did not go on after {end:?}")
}

#[test]
fn a_stream_goes_on_after_its_process_was_killed_aborted_or_stopped() {
    if skipped() {
        return;
    }
    let shared = cluster();
    shared.fixture.create_topic("survive", &spread(3, 3), &[]).unwrap();
    shared.fixture.produce("survive", 0, 9, &[]).unwrap();
    shared.fixture.commit("survivors", &[("survive", 0, 4)]).unwrap();
    let spec = ConnectionSpec::plaintext(&shared.lab.bootstrap()).unwrap();
    let spec = spec.with_transport(Some(Transport::Librdkafka));
    let live = LiveStream::start(&spec, LiveOptions::for_lab()).unwrap();
    let mut last = None;
    let ends = [(Signal::KILL, "ended (signal 9)"), (Signal::ABORT, "ended (signal 6)")];
    for (signal, wanted) in ends.into_iter().cycle().take(6) {
        let running = the_process();
        assert_ne!(last.replace(running), Some(running), "the one before still runs");
        kill_process(running, signal).unwrap();
        let end = end_and_recovery(&live, Lag::Records(5));
        assert!(end.starts_with(&format!("the librdkafka process {wanted}; ")), "{end}");
    }
    // It hangs: nothing of it is heard any more.
    kill_process(the_process(), Signal::STOP).unwrap();
    let end = end_and_recovery(&live, Lag::Records(5));
    assert!(end.contains("was ended: it no longer answered; "), "{end}");
    drop(live);
    let until = Instant::now() + PATIENCE;
    while !processes().is_empty() {
        assert!(Instant::now() < until, "the process outlives its stream");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// librdkafka 2.12.1 aborts in this: a broker dies while group offsets are read from it.
#[test]
fn a_stream_survives_brokers_that_die_under_it() {
    if skipped() {
        return;
    }
    let mut shared = cluster();
    shared.fixture.create_topic("dying", &spread(3, 3), &[]).unwrap();
    for group in 0..30 {
        shared.fixture.commit(&format!("dying-{group}"), &[("dying", 0, 0)]).unwrap();
    }
    let spec = ConnectionSpec::plaintext(&shared.lab.bootstrap()).unwrap();
    let over = |transport| {
        LiveStream::start(&spec.clone().with_transport(Some(transport)), LiveOptions::for_lab()).unwrap()
    };
    let streams = [Transport::Wire, Transport::Librdkafka].map(|transport| (transport, over(transport)));
    let wait_for = |up: usize| {
        for (transport, live) in &streams {
            wait_for_brokers(live, up).unwrap_or_else(|| panic!("{transport:?} never showed {up} brokers"));
        }
    };
    wait_for(3);
    for broker in [1, 2, 3] {
        shared.lab.kill(broker).unwrap();
        wait_for(2);
        shared.lab.restart(broker).unwrap();
        wait_for(3);
    }
}

fn wait_for_brokers(live: &LiveStream, up: usize) -> Option<()> {
    let until = Instant::now() + 2 * PATIENCE;
    while Instant::now() < until {
        let event = live.events().recv_timeout(Duration::from_millis(200));
        if matches!(event, Ok(SourceEvent::Snapshot(cluster)) if cluster.brokers_up() == up) {
            return Some(());
        }
    }
    None
}
