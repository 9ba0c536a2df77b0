//! Everything a user can do, declared once. Keys, hints, `?`, the palette and the generated docs derive from it.

use crate::app::{App, Overlay, Pane, SheetKind};
use crate::consequences::{Preset, preset};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Group {
    Knobs,
    Cluster,
    Exploring,
    View,
    Move,
    Program,
    /// A line being typed.
    Typing,
}

impl Group {
    /// All groups in the order of help.
    pub const ALL: [Group; 7] = [
        Group::Knobs,
        Group::Cluster,
        Group::Exploring,
        Group::View,
        Group::Move,
        Group::Program,
        Group::Typing,
    ];

    pub const fn title(self) -> &'static str {
        match self {
            Group::Knobs => "Knobs",
            Group::Exploring => "Exploring",
            Group::Cluster => "Cluster",
            Group::View => "View",
            Group::Move => "Move",
            Group::Program => "Program",
            Group::Typing => "Typing",
        }
    }
}

/// Why an action cannot be done now; `None` when it can.
type When = fn(&App) -> Option<&'static str>;

macro_rules! actions {
    ($($group:ident { $($variant:ident, $name:literal, $hint:literal, $when:expr, $doc:literal;)+ })+) => {
        /// Something a user can do.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Action {
            $($(#[doc = $doc] $variant,)+)+
        }

        impl Action {
            /// All actions in the order of their declaration.
            pub const ALL: &'static [Action] = &[$($(Action::$variant),+),+];

            /// Its name in keymap files and in the palette.
            pub const fn name(self) -> &'static str {
                match self { $($(Action::$variant => $name),+),+ }
            }

            pub const fn doc(self) -> &'static str {
                match self { $($(Action::$variant => $doc),+),+ }
            }

            /// The heading that it stands under in help.
            pub const fn group(self) -> Group {
                match self { $($(Action::$variant => Group::$group),+),+ }
            }

            /// Its word in the line of hints; empty when it is no hint.
            pub const fn hint(self) -> &'static str {
                match self { $($(Action::$variant => $hint),+),+ }
            }

            /// Why it cannot be done now; `None` when it can.
            pub fn disabled(self, app: &App) -> Option<&'static str> {
                let when: When = match self { $($(Action::$variant => $when),+),+ };
                when(app)
            }
        }
    };
}

// Hints are shown in this order as far as the line is wide, those with a key of the present place first.
actions! {
    Knobs {
        KnobLess, "knob-less", "less", on_knob, "Step the selected knob down.";
        KnobMore, "knob-more", "more", on_knob, "Step the selected knob up.";
        KnobEdit, "knob-edit", "type", on_knob, "Type a value for the selected knob.";
        Undo, "undo", "undo", can_undo, "Take the last knob back.";
        Redo, "redo", "", can_redo, "Move the knob again that was taken back.";
        KnobReset, "knob-reset", "reset", on_changed_knob, "Put the selected knob back to what it was.";
        KnobResetAll, "knob-reset-all", "", has_changes, "Put all knobs back to what they were.";
        Pin, "pin", "", has_cluster, "UnflushedTail the present setting, and compare with it from now on.";
        Unpin, "unpin", "", is_pinned, "Forget the last pin; without one compare with the real state again.";
        PresetThroughput, "preset-throughput", "", has_cluster, "Move the knobs to throughput: large compressed batches, acks=1.";
        PresetLatency, "preset-latency", "", has_cluster, "Move the knobs to latency: no linger, no compression, acks=1.";
        PresetDurability, "preset-durability", "", has_cluster, "Move the knobs to durability: 3 replicas, 2 in sync, acks=all.";
        PresetAvailability, "preset-availability", "", has_cluster, "Move the knobs to availability: somebody always leads, even unclean.";
        PresetSane, "preset-sane", "", has_cluster, "Move the knobs to a sane default for most topics.";
    }
    Cluster {
        Pause, "pause", "pause", has_cluster, "Stop time, or freeze the view of a real cluster; again: go on.";
        Faster, "faster", "", has_clock, "Let the simulator run twice as fast.";
        Slower, "slower", "", has_clock, "Let the simulator run half as fast.";
        Step, "step", "", has_clock, "Let the simulator take one step.";
        Rewind, "rewind", "", has_clock, "Go back ten seconds of virtual time; what is done then makes another future.";
        Forward, "forward", "", has_clock, "Go ten seconds of virtual time ahead.";
        EventLog, "story", "story", has_event_log, "Tell what happened, and because of what; the newest first.";
        Faults, "faults", "faults", acts, "Choose a fault: kill, stop, pause, power, disk, links, controllers.";
        Reset, "reset", "", has_clock, "Start the simulator again with the same seed.";
        ToggleBroker, "toggle-broker", "crash", on_broker, "Crash the selected broker, or bring it back; on a real cluster: what if it crashed?";
        Refresh, "refresh", "", has_cluster, "Read the cluster again now.";
        Study, "study", "", has_cluster, "Study the topic of the selected partition; again: all topics.";
    }
    Exploring {
        Apply, "apply", "apply", applies, "Move the knobs to what the selected row says.";
        AxisX, "axis-x", "x axis", on_frontier, "Plot another figure from left to right.";
        AxisY, "axis-y", "y axis", on_frontier, "Plot another figure from below.";
        NextObjective, "next-objective", "next objective", on_advice, "Ask how to improve another figure.";
        Compare, "compare", "compare", has_cluster, "Compare the pinned settings and the present one, side by side.";
        Frontier, "frontier", "frontier", has_cluster, "Plot two figures over a sweep of the knobs: what nothing beats in both.";
        Advice, "advice", "advice", has_cluster, "List the single knobs that improve a figure most, with their price.";
        Goal, "goal", "", has_cluster, "Type goals; the cheapest knobs that meet them, or what forbids it.";
        Roll, "roll", "", has_cluster, "Say which brokers may be restarted, in which order, and what to wait for.";
    }
    View {
        Open, "open", "why", has_selection, "Show the selected row in full.";
        Filter, "filter", "filter", filters, "Show only rows that match.";
        Sort, "sort", "", sorts, "Sort by the next column.";
        SortReverse, "sort-reverse", "", sorts, "Turn the order round.";
        Zoom, "zoom", "zoom", always, "Let the pane fill the screen; again: all panes.";
        Back, "back", "", always, "Close what is open, clear the filter, leave the zoom.";
        NextPane, "next-pane", "pane", always, "Go to the next pane.";
        PreviousPane, "previous-pane", "", always, "Go to the previous pane.";
        PaneTopology, "pane-topology", "", always, "Go to the brokers.";
        PanePartitions, "pane-partitions", "", always, "Go to the partitions.";
        PaneGroups, "pane-groups", "", always, "Go to the consumer groups.";
        PaneKnobs, "pane-knobs", "", always, "Go to the knobs.";
        PaneConsequences, "pane-consequences", "", always, "Go to the consequences.";
        PaneWarnings, "pane-warnings", "", always, "Go to the warnings.";
        NextTheme, "next-theme", "", always, "Change the colours.";
    }
    Move {
        Up, "up", "", always, "One row up.";
        Down, "down", "", always, "One row down.";
        PageUp, "page-up", "", always, "One page up.";
        PageDown, "page-down", "", always, "One page down.";
        Top, "top", "", always, "To the first row.";
        Bottom, "bottom", "", always, "To the last row.";
    }
    Program {
        Palette, "palette", "palette", always, "Find any action, knob or topic by a few letters; set a knob: `acks 1`.";
        Help, "help", "help", always, "Show all keys.";
        Copy, "copy", "", has_selection, "Copy the selected row.";
        CopyPane, "copy-pane", "", has_selection, "Copy all rows of the pane as a Markdown table.";
        ToggleMouse, "toggle-mouse", "", always, "Use the mouse, or leave it to the terminal.";
        Redraw, "redraw", "", always, "Draw everything anew.";
        Suspend, "suspend", "", always, "Go back to the shell; `fg` returns.";
        Quit, "quit", "quit", always, "Leave klever.";
    }
    Typing {
        Accept, "accept", "", always, "Take what was typed.";
        Complete, "complete", "", always, "Type the rest of the selected entry.";
        RubOut, "rub-out", "", always, "Rub out a character; in an empty line: leave it.";
        RubOutWord, "rub-out-word", "", always, "Rub out a word.";
        RubOutAll, "rub-out-all", "", always, "Rub out everything.";
        CaretLeft, "cursor-left", "", always, "One character to the left.";
        CaretRight, "cursor-right", "", always, "One character to the right.";
        CaretHome, "cursor-home", "", always, "To the beginning of the line.";
        CaretEnd, "cursor-end", "", always, "To the end of the line.";
    }
}

impl Action {
    /// The action of this name.
    pub fn named(name: &str) -> Option<Action> {
        Action::ALL.iter().copied().find(|action| action.name() == name)
    }

    /// What the palette offers: all but moving and typing.
    pub fn offered() -> impl Iterator<Item = Action> {
        let hidden = |action: &Action| matches!(action.group(), Group::Move | Group::Typing);
        Action::ALL.iter().copied().filter(move |action| !hidden(action))
    }

    /// The preset that it moves the knobs to, if it is one of those.
    pub fn preset(self) -> Option<&'static Preset> {
        self.name().strip_prefix("preset-").and_then(preset)
    }

    /// The pane that it goes to, if it goes to one.
    pub const fn pane(self) -> Option<Pane> {
        match self {
            Action::PaneTopology => Some(Pane::Topology),
            Action::PanePartitions => Some(Pane::Partitions),
            Action::PaneGroups => Some(Pane::Groups),
            Action::PaneKnobs => Some(Pane::Knobs),
            Action::PaneConsequences => Some(Pane::Consequences),
            Action::PaneWarnings => Some(Pane::Warnings),
            _ => None,
        }
    }
}

fn always(_: &App) -> Option<&'static str> {
    None
}

fn unless(holds: bool, why: &'static str) -> Option<&'static str> {
    (!holds).then_some(why)
}

fn has_cluster(app: &App) -> Option<&'static str> {
    unless(app.cluster().is_some(), "there is no cluster yet")
}

fn has_selection(app: &App) -> Option<&'static str> {
    unless(app.list(app.focus).selected().is_some(), "no row is selected")
}

fn on_knob(app: &App) -> Option<&'static str> {
    unless(app.selected_knob().is_some(), "select a knob first (pane 4)")
}

fn on_changed_knob(app: &App) -> Option<&'static str> {
    let changed = app.selected_knob().is_some_and(|row| row.is_changed());
    unless(changed, "the selected knob is where it was")
}

fn has_changes(app: &App) -> Option<&'static str> {
    let changed = app.knob_rows().iter().any(|row| row.is_changed());
    unless(changed || app.is_hypothetical(), "no knob was moved")
}

fn applies(app: &App) -> Option<&'static str> {
    let changes =
        app.sheet().and_then(crate::app::ExplorePage::row).is_some_and(|row| !row.changes.is_empty());
    unless(changes, "this row changes nothing")
}

fn on_frontier(app: &App) -> Option<&'static str> {
    let shown = app.sheet().is_some_and(|sheet| matches!(sheet.kind, SheetKind::Frontier { .. }));
    unless(shown, "only the frontier has axes")
}

fn on_advice(app: &App) -> Option<&'static str> {
    let shown = app.sheet().is_some_and(|sheet| matches!(sheet.kind, SheetKind::Advice(_)));
    unless(shown, "only advice has an objective")
}

fn can_undo(app: &App) -> Option<&'static str> {
    unless(app.can_undo(), "no knob was moved")
}

fn can_redo(app: &App) -> Option<&'static str> {
    unless(app.can_redo(), "no knob was taken back")
}

fn is_pinned(app: &App) -> Option<&'static str> {
    unless(app.is_pinned(), "nothing is pinned")
}

fn has_event_log(app: &App) -> Option<&'static str> {
    unless(app.detail.is_some(), "only a simulator can tell its story")
}

fn acts(app: &App) -> Option<&'static str> {
    unless(app.origin.acts(), "nothing is ever done to this cluster")
}

fn has_clock(app: &App) -> Option<&'static str> {
    unless(app.clock.is_some(), "time is real here")
}

fn on_broker(app: &App) -> Option<&'static str> {
    let on_broker = app.focus == Pane::Topology && app.selected_broker().is_some();
    unless(on_broker, "select a broker first (pane 1)")
}

fn filters(app: &App) -> Option<&'static str> {
    match app.overlay {
        Some(Overlay::Ask { .. }) => Some("answer the request first"),
        Some(Overlay::ExplorePage(_)) => Some("this page has no filter"),
        _ => None,
    }
}

fn sorts(app: &App) -> Option<&'static str> {
    if app.sheet().is_some() {
        return Some("this page has one order only");
    }
    unless(!crate::app::Sort::names(app.focus).is_empty(), "this pane has one order only")
}
