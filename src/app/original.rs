//! A copy of a cluster that runs in the simulator, to play on it what nobody would do to the cluster itself; and the
//! cluster that it was made of, kept as it was shown until one goes back.

use crate::app::pin::Pins;
use crate::app::refuted::Refuted;
use crate::app::time_line::TimeLine;
use crate::app::tweak::Moved;
use crate::app::{
    App, AssessmentView, CellStyle, Clock, ClusterSummary, Command, Effect, Level, Msg, Origin, Overlay,
    Page, Pane, Snapshot, SourceError,
};
use crate::consequences::LagHistory;
use crate::hypothesis::Hypothesis;
use crate::model::{BrokerId, Cluster, Millis, PartitionIx, plural};
use crate::scenario::{Act, ClusterScenario, Process, Scenario};
use crate::sim::SimView;
use std::sync::Arc;

/// Clients of a copy have connected and groups have settled by then.
const WARM_UP_MS: Millis = 10_000;
/// So many of the partitions that stand for others are told.
const MOST_TOLD: usize = 12;

/// All that is about one cluster and not about the screen; while a copy is shown, that of the cluster behind it.
#[derive(Default)]
pub(super) struct Original {
    /// Of the copy.
    number: u64,
    origin: Option<Origin>,
    clock: Option<Clock>,
    detail: Option<Arc<SimView>>,
    source_error: Option<SourceError>,
    request_rate: Option<u64>,
    summary: ClusterSummary,
    assessment: Option<Arc<AssessmentView>>,
    answer: Option<Arc<AssessmentView>>,
    refuted: Refuted,
    selected_topic: Option<Arc<str>>,
    time_line: TimeLine,
    frozen: Option<(Millis, Option<Snapshot>)>,
    hypothesis: Option<Hypothesis>,
    lost: Vec<BrokerId>,
    shown: Option<Arc<Cluster>>,
    moved: Vec<Moved>,
    undone: Vec<Moved>,
    pins: Pins,
    lags: LagHistory,
    focus: Option<Pane>,
    /// Brokers that the event took; one of the partitions that they led is selected once there are any.
    hit: Vec<BrokerId>,
    /// The newest state of the cluster, which is not shown.
    newest: Option<Snapshot>,
}

impl Original {
    #[cfg(test)]
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

impl App {
    /// Whether a copy is shown.
    pub(super) fn is_copy(&self) -> bool {
        self.original.is_some()
    }

    /// Plays what breaks next: in the simulator itself, elsewhere on a copy.
    pub(super) fn play_next_break(&mut self) -> Vec<Effect> {
        let Some((brokers, said)) = self.assessment().and_then(|assessment| {
            Some((assessment.next_break_brokers.clone(), assessment.next_break.clone()?))
        }) else {
            return Vec::new();
        };
        match self.origin {
            Origin::Sim(_) | Origin::Copy(_) => self.play_here(brokers, &said),
            Origin::Live(_) | Origin::File(_) | Origin::Lab(_) => self.play_on_copy(&brokers, &said),
        }
    }

    fn play_here(&mut self, brokers: Vec<BrokerId>, said: &str) -> Vec<Effect> {
        self.select_led_by(&brokers);
        self.focus_on(Pane::Log);
        let back = self.keys_text("rewind");
        self.notify(Level::Notice, format!("played: {said}; {back} goes back before it"));
        brokers.into_iter().map(kill).collect()
    }

    /// The first partition that one of these leads.
    fn select_led_by(&mut self, brokers: &[BrokerId]) {
        let is_led = |item: &u32| {
            let leader = |cluster: &Arc<Cluster>| cluster.partitions.view(PartitionIx(*item)).leader();
            self.cluster().and_then(leader).is_some_and(|leader| brokers.contains(&leader))
        };
        if let Some(row) = self.items(Pane::Partitions).iter().position(is_led) {
            self.lists[Pane::Partitions as usize].select(row);
        }
    }

    fn play_on_copy(&mut self, brokers: &[BrokerId], said: &str) -> Vec<Effect> {
        let Some(cluster) = self.shown.clone() else { return Vec::new() };
        if takes_a_voter(&cluster, brokers) {
            let why =
                "the simulator's controllers run apart from brokers: the loss of a voter cannot be played";
            self.notify(Level::Warn, why.to_string());
            return Vec::new();
        }
        let mut made = match Scenario::of_cluster(&cluster) {
            Ok(made) => made,
            Err(why) => {
                self.notify(Level::Warn, format!("it cannot be simulated: {why}"));
                return Vec::new();
            }
        };
        if cluster.quorum.get().is_some_and(|quorum| quorum.voters.iter().any(|id| is_broker(&cluster, *id)))
        {
            made.assumptions.push("controllers that are brokers, too, run apart from them".into());
        }
        let page = self.page_of_copy(&made, said);
        let stop = |id: &BrokerId| Effect::Drive(Command::Act(Act::Stop(Process::Broker(*id))));
        let mut effects = vec![self.open_copy(made.scenario.clone())];
        effects.extend(made.down.iter().map(stop));
        effects.push(Effect::Drive(Command::Pass(WARM_UP_MS)));
        let hit: Vec<BrokerId> = brokers.iter().filter_map(|id| made.own(*id)).collect();
        effects.extend(hit.iter().copied().map(kill));
        if let Some(original) = &mut self.original {
            original.hit = hit;
        }
        self.overlay = Some(Overlay::Page(page, 0));
        effects
    }

    /// What is played on what, and what in it is not as in the cluster.
    fn page_of_copy(&self, made: &ClusterScenario, said: &str) -> Page {
        let name = self.origin.name();
        let mut page = Page::new(format!("Copy of {name}"));
        page.add(CellStyle::Strong, said);
        page.gap();
        page.add(
            CellStyle::Plain,
            format!("This is played in the simulator, 10 s after it began as {name} is shown. Nothing is sent to {name}."),
        );
        let settings = self.hypothesis.as_ref().map_or(0, |hypothesis| hypothesis.changes().len());
        if settings > 0 {
            let settings = plural(settings, "setting");
            page.add(CellStyle::Changed, format!("It has {settings} of the what-if, which {name} has not."));
        }
        let (leave, rewind, forward) =
            (self.keys_text("leave-copy"), self.keys_text("rewind"), self.keys_text("forward"));
        page.add(
            CellStyle::Plain,
            format!("{leave} goes back to {name}; {rewind} and {forward} go through the copy's time."),
        );
        page.section("What was assumed", made.assumptions.iter().cloned());
        page.section("What stands for what", stand_ins(made));
        page
    }

    fn open_copy(&mut self, scenario: Scenario) -> Effect {
        let origin = Origin::Copy(self.origin.name().to_string());
        let mut other =
            Box::new(Original { origin: Some(origin), focus: Some(Pane::Log), ..Original::default() });
        self.exchange(&mut other);
        // It grows with every exchange.
        other.number = self.generation;
        self.original = Some(other);
        Effect::OpenCopy(self.generation, Box::new(scenario))
    }

    /// Back to the cluster, as it is by now.
    pub(super) fn leave_copy(&mut self) -> Vec<Effect> {
        let Some(mut original) = self.original.take() else { return Vec::new() };
        self.exchange(&mut original);
        let mut effects = vec![Effect::CloseCopy];
        match original.newest.take() {
            Some(newest) => effects.extend(self.snapshot(newest)),
            None => effects.extend(self.changed()),
        }
        effects
    }

    /// Shows the other cluster, and keeps this one.
    fn exchange(&mut self, other: &mut Original) {
        use std::mem::swap;
        let focus = self.focus;
        if let Some(origin) = &mut other.origin {
            swap(&mut self.origin, origin);
        }
        swap(&mut self.clock, &mut other.clock);
        swap(&mut self.detail, &mut other.detail);
        swap(&mut self.source_error, &mut other.source_error);
        swap(&mut self.request_rate, &mut other.request_rate);
        swap(&mut self.summary, &mut other.summary);
        swap(&mut self.assessment, &mut other.assessment);
        swap(&mut self.answer, &mut other.answer);
        swap(&mut self.refuted, &mut other.refuted);
        swap(&mut self.selected_topic, &mut other.selected_topic);
        swap(&mut self.time_line, &mut other.time_line);
        swap(&mut self.frozen, &mut other.frozen);
        swap(&mut self.hypothesis, &mut other.hypothesis);
        swap(&mut self.lost, &mut other.lost);
        swap(&mut self.shown, &mut other.shown);
        swap(&mut self.moved, &mut other.moved);
        swap(&mut self.undone, &mut other.undone);
        swap(&mut self.pins, &mut other.pins);
        swap(&mut self.lags, &mut other.lags);
        // Answers to what was asked about the other cluster are not about this one.
        self.generation += 1;
        self.assessed = self.generation;
        self.asked = None;
        self.knobs.clear();
        self.focus_on(other.focus.replace(focus).unwrap_or(focus));
        self.refresh_rows(Pane::ALL.into_iter());
    }

    /// What the source of the cluster behind the copy says meanwhile.
    pub(super) fn keep_for_original(&mut self, msg: Msg) {
        let Some(original) = &mut self.original else { return };
        match msg {
            Msg::Snapshot(snapshot) => original.newest = Some(snapshot),
            Msg::RequestRate(per_s) => original.request_rate = Some(per_s),
            Msg::SourceError(trouble) => original.source_error = trouble,
            _ => {}
        }
    }

    /// What a copy says; one that was left says nothing any more.
    pub(super) fn of_copy(&mut self, number: u64, msg: Msg) -> Vec<Effect> {
        if self.original.as_ref().is_none_or(|original| original.number != number) {
            return Vec::new();
        }
        match msg {
            Msg::Snapshot(snapshot) => {
                let effects = self.snapshot(snapshot);
                let hit = self.original.as_mut().map(|original| std::mem::take(&mut original.hit));
                self.select_led_by(&hit.unwrap_or_default());
                effects
            }
            Msg::Notice(level, text) => {
                self.note_refusal(level, &text);
                self.notify(level, text);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// While a copy is shown, no command goes anywhere else.
    pub(super) fn address(&self, effects: &mut [Effect]) {
        if !self.is_copy() {
            return;
        }
        for effect in effects {
            if let Effect::Drive(command) = effect {
                *effect = Effect::DriveCopy(command.clone());
            }
        }
    }
}

/// Whether a voter of the quorum is away, or is one of these brokers: on the copy it would go on to vote.
fn takes_a_voter(cluster: &Cluster, brokers: &[BrokerId]) -> bool {
    let is_down = |id: &BrokerId| is_broker(cluster, *id) && !cluster.is_up(*id);
    cluster.quorum.get().is_some_and(|quorum| {
        quorum.voters.iter().any(|id| !quorum.online.contains(id) || brokers.contains(id) || is_down(id))
    })
}

fn is_broker(cluster: &Cluster, id: BrokerId) -> bool {
    cluster.brokers.iter().any(|broker| broker.id == id)
}

fn kill(id: BrokerId) -> Effect {
    Effect::Drive(Command::Act(Act::Kill(Process::Broker(id))))
}

/// Brokers and partitions of the copy that have another name in the cluster, or stand for several.
fn stand_ins(made: &ClusterScenario) -> Vec<String> {
    let brokers = made.brokers.iter().zip(1..).filter(|(id, own)| id.0 != *own);
    let mut told: Vec<String> =
        brokers.map(|(id, own)| format!("broker {own} is broker {id} of the cluster")).collect();
    let others = made.stand_ins.iter().filter(|(own, of)| **own != of.example || of.partitions > 1);
    let others: Vec<String> = others
        .map(|(own, of)| match of.partitions {
            1 => format!("{own} is {}", of.example),
            more => format!("{own} stands for {more} partitions such as {}", of.example),
        })
        .collect();
    told.extend(others.iter().take(MOST_TOLD).cloned());
    if others.len() > MOST_TOLD {
        told.push(format!("and {} more", others.len() - MOST_TOLD));
    }
    told
}
