//! The same run under two settings beside each other: what the two differ in, and what came of it.

use crate::app::knob_rows::{change, shown_topic};
use crate::app::outcome::{self, Run};
use crate::app::{App, CellStyle, Command, Effect, KnobRow, Level, Pane};
use crate::knobs::{self, Change, Knob, producer};
use crate::model::{BrokerId, BrokerStatus, ClientProfile, Cluster, Millis, PartitionIx, plural};
use crate::report::{PartitionLogs, partition_logs};
use crate::scenario::{Act, Endpoint, Process};
use crate::sim::{OtherRun, SimView};
use std::sync::Arc;

/// So many settings name a run; of more it is told how many there are.
const NAMED: usize = 2;
/// How much slower the leader's messages to the others are, and for how long before it is killed.
const LAG_NS: u64 = 100_000_000;
const LAG_MS: Millis = 500;

/// That two runs are shown, and what is known of them between two snapshots.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct SideBySide {
    /// What the other run was begun with.
    asked: Vec<Change>,
    /// Whether the run of the panes is the one with the changes, which stands on the right.
    is_changed: bool,
    /// The pane that had the keys.
    before: Pane,
    /// What the run of the panes and the other one are called.
    names: (String, String),
    has_lost: bool,
    /// Why there is no other run, once the source has said it.
    refused: Option<String>,
}

/// One of the two runs.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The settings in which it differs from the other.
    pub name: &'a str,
    pub cluster: &'a Arc<Cluster>,
    pub view: &'a SimView,
    at_loss: bool,
}

impl Side<'_> {
    /// The logs of a partition in this run, if it is there.
    pub fn logs(&self, partition: &str) -> Option<PartitionLogs> {
        let ix = self.cluster.partition_named(partition)?;
        Some(partition_logs(self.cluster, Some(self.view), ix, self.at_loss))
    }

    /// The 99th percentile of the time to acknowledgements.
    pub fn ack_p99(&self) -> Option<String> {
        outcome::p99(self.view)
    }

    /// Partitions that have lost acknowledged records, in the order of the columns.
    fn losers(&self) -> impl Iterator<Item = String> + '_ {
        let lost = self.view.records.iter().zip(0..).filter(|(records, _)| records.lost > 0);
        lost.map(|(_, ix)| self.cluster.partition_name(PartitionIx(ix)))
    }
}

impl App {
    /// Left as it was, right as it is changed; `None` unless they are shown and there.
    pub fn sides(&self) -> Option<[Side<'_>; 2]> {
        let shown = self.side_by_side.as_ref()?;
        let (now, other) = (self.run_shown()?, self.other_run()?);
        let at_loss = self.logs_at_loss();
        let now = Side { name: &shown.names.0, cluster: now.0, view: now.1, at_loss };
        let other = Side { name: &shown.names.1, cluster: &other.cluster, view: &other.view, at_loss };
        Some(if shown.is_changed { [other, now] } else { [now, other] })
    }

    /// Whether two runs are shown, or one of them and a word that the other is on its way.
    pub fn is_side_by_side(&self) -> bool {
        self.side_by_side.is_some()
    }

    /// Why the other run could not be begun, where it could not.
    pub fn sides_refusal(&self) -> Option<&str> {
        self.side_by_side.as_ref()?.refused.as_deref()
    }

    /// What the two came to, a sentence each.
    pub fn sides_outcome(&self) -> Vec<(CellStyle, String)> {
        let Some([left, right]) = self.sides() else { return Vec::new() };
        outcome::outcome(Run { name: left.name, view: left.view }, Run { name: right.name, view: right.view })
    }

    /// Partitions to draw of both: the selected one, those that lost something, the others in their order.
    pub fn sides_partitions(&self) -> Vec<String> {
        let Some(sides) = self.sides() else { return Vec::new() };
        let name = |item: u32| self.cluster().map(|cluster| cluster.partition_name(PartitionIx(item)));
        let selected = self.selected_item(Pane::Partitions).and_then(name);
        let listed = self.items(Pane::Partitions).iter().filter_map(|item| name(*item));
        let mut names: Vec<String> = Vec::new();
        for name in selected.into_iter().chain(sides.iter().flat_map(Side::losers)).chain(listed) {
            if !names.contains(&name) {
                names.push(name);
            }
            if names.len() == 8 {
                break;
            }
        }
        names
    }

    fn run_shown(&self) -> Option<(&Arc<Cluster>, &SimView)> {
        Some((self.hypothesis.as_ref()?.base(), self.detail.as_deref()?))
    }

    fn other_run(&self) -> Option<&OtherRun> {
        self.detail.as_ref()?.other.as_deref()
    }

    /// Shows two runs: the one on the panes, and the same as it was before knobs were turned, or, where none was,
    /// with other `acks`. Shown already, it is closed.
    pub(super) fn toggle_side_by_side(&mut self) -> Vec<Effect> {
        if self.side_by_side.is_some() {
            self.close_side_by_side();
            return Vec::new();
        }
        let (asked, is_changed) = self.other_settings();
        let before = self.focus;
        self.focus_on(Pane::Partitions);
        let names = (String::new(), String::new());
        let effect = Effect::Drive(Command::Beside(Some(asked.clone())));
        self.side_by_side =
            Some(SideBySide { asked, is_changed, before, names, has_lost: false, refused: None });
        vec![effect]
    }

    pub(super) fn close_side_by_side(&mut self) {
        if let Some(shown) = self.side_by_side.take() {
            self.focus_on(shown.before);
        }
    }

    /// What belongs to a step: a run that is not shown any more ends, and one that is shown follows the knobs.
    pub(super) fn follow_side_by_side(&mut self, was_shown: bool, effects: &mut Vec<Effect>) {
        let turned = |one: &Effect| matches!(one, Effect::Drive(Command::Act(Act::Set(_))));
        match &self.side_by_side {
            None if was_shown => effects.push(Effect::Drive(Command::Beside(None))),
            Some(_) if effects.iter().any(turned) => effects.extend(self.begin_other_again()),
            Some(_) | None => {}
        }
    }

    /// Asks for the other run under other settings, unless it goes under these already.
    fn begin_other_again(&mut self) -> Option<Effect> {
        let (asked, is_changed) = self.other_settings();
        let shown = self.side_by_side.as_mut()?;
        if (&shown.asked, shown.is_changed) == (&asked, is_changed) {
            return None;
        }
        (shown.asked, shown.is_changed, shown.refused) = (asked.clone(), is_changed, None);
        Some(Effect::Drive(Command::Beside(Some(asked))))
    }

    /// What the source warns of while the other run has not come is why it does not.
    pub(super) fn note_refusal(&mut self, level: Level, text: &str) {
        let waits = level == Level::Warn && self.other_run().is_none();
        if let Some(shown) = self.side_by_side.as_mut().filter(|_| waits) {
            shown.refused.get_or_insert_with(|| text.to_string());
        }
    }

    /// The settings of the other run, and whether it is the one as it was.
    fn other_settings(&self) -> (Vec<Change>, bool) {
        let topic = self.selected_topic.as_ref();
        let acts = |row: &&KnobRow| row.what_if.is_none();
        let rows = || self.knob_rows().iter().filter(acts);
        let is_changed = rows().any(KnobRow::is_changed);
        // A knob that was turned and turned back differs from the run's first settings all the same.
        let meant = |row: &&KnobRow| row.is_changed() || self.was_turned(row.knob);
        let was = |row: &KnobRow| Some(change(row.knob, row.was.clone().ok()?, topic));
        let mut changes: Vec<Change> = rows().filter(meant).filter_map(was).collect();
        if !is_changed {
            let acks = self.other_acks();
            changes.retain(|change| acks.iter().all(|other| other.knob != change.knob));
            changes.extend(acks);
        }
        (changes, is_changed)
    }

    fn was_turned(&self, knob: &Knob) -> bool {
        let moved = self.moved.iter().chain(&self.undone);
        moved.flat_map(|moved| moved.knobs()).any(|turned| turned == knob)
    }

    /// `acks=1` beside `acks=all`, and the other way round. Below all a producer that asks for idempotence does not
    /// start, so it does not ask for it there.
    fn other_acks(&self) -> Vec<Change> {
        let row = self.knob_rows().iter().find(|row| *row.knob == producer::ACKS);
        let Some(now) = row.and_then(|row| row.now.as_ref().ok()) else { return Vec::new() };
        if ["0", "1"].contains(&now.to_string().as_str()) {
            return Change::read(&producer::ACKS, "all").into_iter().collect();
        }
        let asks = self.asks_for_idempotence();
        let off = asks.then(|| Change::read(&producer::ENABLE_IDEMPOTENCE, "false"));
        std::iter::once(Change::read(&producer::ACKS, "1")).chain(off).flatten().collect()
    }

    fn asks_for_idempotence(&self) -> bool {
        let name = producer::ENABLE_IDEMPOTENCE.name;
        let asks = |client: &ClientProfile| client.settings.get(name).is_some_and(|set| set != "false");
        let now = self.hypothesis.as_ref().map(|hypothesis| hypothesis.now());
        now.is_some_and(|cluster| cluster.assumed.producers.iter().any(asks))
    }

    /// Follows newer states of the two: what they differ in, and where the first records are lost.
    pub(super) fn refresh_side_by_side(&mut self) {
        let Some((now, other)) = self.run_shown().zip(self.other_run()) else { return };
        let names = names(now.0, &other.cluster, self.selected_topic.as_ref());
        let Some(shown) = &mut self.side_by_side else { return };
        (shown.names, shown.refused) = (names, None);
        let Some(sides) = self.sides() else { return };
        let lost: Vec<(String, u64)> =
            sides.iter().map(|side| (side.name.to_string(), side.view.counters.lost_acked)).collect();
        let first = sides.iter().flat_map(Side::losers).next();
        let has_lost = first.is_some();
        let is_news = self.side_by_side.as_ref().is_some_and(|shown| has_lost && !shown.has_lost);
        if let Some(shown) = &mut self.side_by_side {
            shown.has_lost = has_lost;
        }
        if let Some(partition) = first.filter(|_| is_news) {
            self.select_partition(&partition);
            if let Some((name, count)) = lost.iter().find(|(_, lost)| *lost > 0) {
                let records = plural(*count as usize, "acknowledged record");
                self.notify(Level::Bad, format!("LOST {records} with {name}"));
            }
        }
    }

    fn select_partition(&mut self, name: &str) {
        let Some(ix) = self.cluster().and_then(|cluster| cluster.partition_named(name)) else { return };
        if let Some(row) = self.items(Pane::Partitions).iter().position(|item| *item == ix.0) {
            self.lists[Pane::Partitions as usize].select(row);
        }
    }

    /// Kills the leader of the selected partition while its followers lag; once a broker is down, brings all back.
    pub(super) fn kill_lagging_leader(&mut self) -> Vec<Effect> {
        let act = |act: Act| Effect::Drive(Command::Act(act));
        let rows = self.summary.brokers.iter();
        let down = rows.filter(|row| row.state == BrokerStatus::Down).map(|row| row.id);
        let down: Vec<BrokerId> = down.collect();
        if !down.is_empty() {
            let restarts = down.into_iter().map(|id| act(Act::Restart(Process::Broker(id))));
            return std::iter::once(act(Act::HealAll)).chain(restarts).collect();
        }
        let selected = self.selected_item(Pane::Partitions).zip(self.cluster());
        let leader = selected.and_then(|(item, cluster)| cluster.partitions.view(PartitionIx(item)).leader());
        let Some(id) = leader else {
            self.notify(Level::Notice, "the selected partition has no leader");
            return Vec::new();
        };
        let (from, to) = (Endpoint::Broker(id), Endpoint::Brokers);
        self.notify(Level::Notice, format!("broker {id} is killed half a second ahead of its followers"));
        vec![
            act(Act::SlowLink { from, to, extra: LAG_NS, loss_permille: 0 }),
            Effect::Drive(Command::Pass(LAG_MS)),
            act(Act::Kill(Process::Broker(id))),
        ]
    }
}

/// What two clusters are called: the settings in which they differ.
fn names(one: &Cluster, other: &Cluster, topic: Option<&Arc<str>>) -> (String, String) {
    let text = |cluster: &Cluster, knob: &Knob| {
        let value = knobs::resolve(cluster, shown_topic(cluster, topic), knob);
        value.get().map_or("?".to_string(), ToString::to_string)
    };
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for knob in knobs::ALL {
        let (a, b) = (text(one, knob), text(other, knob));
        if a != b {
            first.push(format!("{}={a}", knob.name));
            second.push(format!("{}={b}", knob.name));
        }
    }
    (joined(&first), joined(&second))
}

fn joined(settings: &[String]) -> String {
    let more = settings.len().saturating_sub(NAMED);
    match settings {
        [] => "the same settings".into(),
        few if more == 0 => few.join(" "),
        many => format!("{} and {more} more", many[..NAMED].join(" ")),
    }
}
