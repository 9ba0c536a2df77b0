//! Actions on the cluster and its time: pause, pace, rewind, faults, the topic that is shown.

use crate::app::action::actions;
use crate::app::conditions::{has_cluster, unless};
use crate::app::{App, Command, Effect, Level, Overlay, Pane, PromptKind, event_log, faults};
use crate::model::{BrokerStatus, Millis, PartitionIx};
use crate::scenario::{Act, Process};

/// How far one press goes through virtual time.
const SEEK_MS: Millis = 10_000;

actions! { Cluster
    "pause", "pause", has_cluster, pause, "Pause or resume time; freeze the view of a real cluster.";
    "faster", "", has_clock, faster, "Run the simulator twice as fast.";
    "slower", "", has_clock, slower, "Run the simulator half as fast.";
    "step", "", has_clock, step, "Run the simulator to its next event.";
    "rewind", "", has_clock, rewind, "Go back 10 s in virtual time, to try another future.";
    "forward", "", has_clock, forward, "Go 10 s ahead in virtual time.";
    "event-log", "events", has_event_log, open_event_log, "Show the event log with causes, newest first.";
    "faults", "faults", acts, open_faults, "Choose a fault: process, power, disk, network, controllers, clients.";
    "reset", "", has_clock, reset, "Start the simulator again with the same seed.";
    "toggle-broker", "crash", on_broker, toggle_broker, "Crash the selected broker or bring it back (live: what-if).";
    "play-break", "play", can_play, play_break, "Play what breaks next: in the simulator, on a copy of any other cluster.";
    "leave-copy", "original", on_copy, leave_copy, "From a copy back to the cluster that it was made of.";
    "refresh", "", has_cluster, refresh, "Read the cluster again now.";
    "select-topic", "", has_cluster, select_topic, "Show figures and knobs of this topic only, or of all topics.";
}

fn has_clock(app: &App) -> Option<&'static str> {
    unless(app.clock.is_some(), "only a simulated cluster has a clock to control")
}

fn has_event_log(app: &App) -> Option<&'static str> {
    unless(app.detail.is_some(), "only a simulated cluster has an event log")
}

fn acts(app: &App) -> Option<&'static str> {
    unless(app.origin.acts(), "this cluster is read-only: faults need a simulated one")
}

fn on_broker(app: &App) -> Option<&'static str> {
    let on_broker = app.focus == Pane::Brokers && app.selected_broker().is_some();
    unless(on_broker, "select a broker first (pane 1)")
}

fn can_play(app: &App) -> Option<&'static str> {
    match app.assessment() {
        _ if app.is_computing() => Some("what breaks next is being computed"),
        None => Some("no cluster has been read yet"),
        Some(assessment) => {
            unless(!assessment.next_break_brokers.is_empty(), "nothing that breaks next can be played")
        }
    }
}

fn on_copy(app: &App) -> Option<&'static str> {
    unless(app.is_copy(), "this is no copy of another cluster")
}

fn play_break(app: &mut App) -> Vec<Effect> {
    app.play_next_break()
}

fn leave_copy(app: &mut App) -> Vec<Effect> {
    app.leave_copy()
}

fn pause(app: &mut App) -> Vec<Effect> {
    if let Some(clock) = app.clock {
        return vec![Effect::Drive(Command::Pause(!clock.paused))];
    }
    match app.frozen.take() {
        None => app.frozen = Some((app.now_ms, None)),
        Some((_, Some(held))) => return app.show(held),
        Some((_, None)) => {}
    }
    Vec::new()
}

fn faster(app: &mut App) -> Vec<Effect> {
    pace(app, 2.0)
}

fn slower(app: &mut App) -> Vec<Effect> {
    pace(app, 0.5)
}

fn pace(app: &App, times: f64) -> Vec<Effect> {
    let Some(clock) = app.clock else { return Vec::new() };
    let pace = (clock.pace * times).clamp(1.0 / 64.0, 4096.0);
    vec![Effect::Drive(Command::Pace(pace))]
}

fn step(_: &mut App) -> Vec<Effect> {
    vec![Effect::Drive(Command::Step)]
}

fn rewind(app: &mut App) -> Vec<Effect> {
    seek(app, -SEEK_MS)
}

fn forward(app: &mut App) -> Vec<Effect> {
    seek(app, SEEK_MS)
}

fn seek(app: &App, by_ms: Millis) -> Vec<Effect> {
    let to = app.clock.map(|clock| (clock.at_ms + by_ms).max(0));
    to.map(|to| Effect::Drive(Command::Seek(to))).into_iter().collect()
}

fn open_event_log(app: &mut App) -> Vec<Effect> {
    app.overlay = Some(Overlay::Page(event_log::page(app), 0));
    Vec::new()
}

fn open_faults(app: &mut App) -> Vec<Effect> {
    app.open_prompt(PromptKind::Palette, faults::PREFIX);
    Vec::new()
}

fn reset(_: &mut App) -> Vec<Effect> {
    vec![Effect::Drive(Command::Reset)]
}

fn refresh(_: &mut App) -> Vec<Effect> {
    vec![Effect::Refresh]
}

/// A fault of the simulator; on a real cluster a what-if.
fn toggle_broker(app: &mut App) -> Vec<Effect> {
    let Some(id) = app.selected_broker() else { return Vec::new() };
    if app.origin.acts() {
        let down = app.summary.brokers.iter().any(|row| row.id == id && row.state == BrokerStatus::Down);
        let process = Process::Broker(id);
        let act = if down { Act::Restart(process) } else { Act::Kill(process) };
        return vec![Effect::Drive(Command::Act(act))];
    }
    match app.lost.iter().position(|lost| *lost == id) {
        Some(at) => {
            app.lost.remove(at);
            app.notify(Level::Notice, format!("broker {id} is shown as it really is"));
        }
        None => {
            app.lost.push(id);
            app.notify(Level::Notice, format!("what if broker {id} crashed: nothing is sent"));
        }
    }
    app.changed()
}

fn select_topic(app: &mut App) -> Vec<Effect> {
    let selected = app.selected_item(Pane::Partitions).zip(app.cluster()).map(|(item, cluster)| {
        let partition = cluster.partitions.view(PartitionIx(item));
        cluster.topic(partition.topic()).name.clone()
    });
    app.selected_topic = if app.selected_topic.is_some() { None } else { selected };
    app.changed()
}
