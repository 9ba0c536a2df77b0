//! Scripts: a start, keys through the real keymap, and what must come of it. The engine answers at once.

mod advising;
mod challenge;
mod client_faults;
mod drill_down;
mod exploring;
mod knobs;
mod next_break;
mod refuted;
mod side_by_side;
mod simulated;
mod spoken;
mod time_line;
mod workshop;

use super::*;
use crate::hypothesis::reference_with;
use crate::keymap::{Code, UserKeys};
use crate::model::{self, Datum, KafkaVersion, Partitions};
use proptest::prelude::*;
use simulated::Simulated;

/// A user with a keyboard, before the simulator or a cluster that nobody can change.
struct Robot {
    app: App,
    simulated: Option<Simulated>,
    /// The copy that runs, with its number.
    copy: Option<(u64, Simulated)>,
    effects: Vec<Effect>,
}

/// An application that shows a cluster.
pub(in crate::app) fn showing(cluster: Cluster) -> App {
    let mut app = App::new(Start::new(Origin::Live("prod".into()))).unwrap();
    drop(app.update(Msg::Snapshot(Snapshot { cluster: Arc::new(cluster), clock: None, detail: None })));
    app
}

fn cluster() -> Cluster {
    reference_with(KafkaVersion::REFERENCE, 3, 3, 12, 3)
}

impl Robot {
    fn on(origin: Origin) -> Robot {
        let app = App::new(Start::new(origin)).unwrap();
        let simulated = matches!(app.origin, Origin::Sim(_)).then(Simulated::new);
        let mut robot = Robot { app, simulated, copy: None, effects: Vec::new() };
        robot.send(Msg::Resize(120, 40));
        for pane in Pane::ALL {
            robot.send(Msg::Shown(pane, 8));
        }
        match robot.simulated {
            Some(_) => robot.look(),
            None => robot.see(cluster()),
        }
        robot
    }

    /// Lets time pass in the simulator.
    fn pass(mut self, seconds: u64) -> Robot {
        if let Some(simulated) = &mut self.simulated {
            simulated.pass(seconds);
        }
        if let Some((_, copy)) = &mut self.copy {
            copy.pass(seconds);
        }
        self.look();
        self
    }

    /// The newest state of the simulator comes in.
    fn look(&mut self) {
        if let Some(snapshot) = self.simulated.as_mut().map(Simulated::snapshot) {
            self.send(Msg::Snapshot(snapshot));
        }
        if let Some((number, snapshot)) = self.copy.as_mut().map(|(number, copy)| (*number, copy.snapshot()))
        {
            self.send(Msg::OfCopy(number, Box::new(Msg::Snapshot(snapshot))));
        }
    }

    fn sim() -> Robot {
        Robot::on(Origin::Sim("reference".into()))
    }

    fn live() -> Robot {
        Robot::on(Origin::Live("prod".into()))
    }

    fn see(&mut self, cluster: Cluster) {
        self.send(Msg::Snapshot(Snapshot { cluster: Arc::new(cluster), clock: None, detail: None }));
    }

    fn send(&mut self, msg: Msg) {
        let effects = self.app.update(msg);
        self.follow(effects);
    }

    fn follow(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Assess(request) = &effect {
                let answer = Msg::Assessed(request.generation, Arc::new(assess(request)));
                assert!(self.app.update(answer).is_empty());
            }
            if let Effect::Explore(request) = &effect {
                let data = Arc::new(explore(request, &|| true));
                assert!(self.app.update(Msg::Explored(request.generation, data)).is_empty());
            }
            self.effects.push(effect.clone());
            match &effect {
                Effect::OpenCopy(number, scenario) => self.copy = Some((*number, Simulated::of(scenario))),
                Effect::CloseCopy => self.copy = None,
                Effect::DriveCopy(command) => {
                    let (_, copy) = self.copy.as_mut().unwrap();
                    let _ = copy.drive(command.clone());
                    self.look();
                }
                _ => {}
            }
            if let Effect::Drive(command) = effect
                && let Some(simulated) = &mut self.simulated
            {
                if let Err(why) = simulated.drive(command) {
                    let effects = self.app.update(Msg::Notice(Level::Warn, why.word().into()));
                    assert!(effects.is_empty());
                }
                self.look();
            }
        }
    }

    /// `4 j "acks 1" enter`: keys by name, text in quotes.
    fn keys(mut self, keys: &str) -> Robot {
        for (at, part) in keys.split('"').enumerate() {
            if at % 2 == 1 {
                part.chars().for_each(|letter| self.send(Msg::Key(letter.into())));
            } else {
                part.split_whitespace().for_each(|key| self.send(Msg::Key(key.parse().unwrap())));
            }
        }
        self
    }

    fn knob(&self, name: &str) -> String {
        let row = self.app.knob_rows().iter().find(|row| row.knob.name == name).unwrap();
        let value = |value: &Result<crate::knobs::Value, String>| value.as_ref().unwrap().to_string();
        if row.is_changed() {
            format!("{} (was {})", value(&row.now), value(&row.was))
        } else {
            value(&row.now)
        }
    }

    fn warnings(&self) -> Vec<String> {
        let rows = &self.app.assessment().unwrap().warnings;
        let mark = |under| match under {
            WarningDelta::Unchanged => "",
            WarningDelta::New => "+",
            WarningDelta::Resolved => "-",
        };
        rows.iter().map(|row| format!("{}{}", mark(row.delta), row.rule)).collect()
    }

    fn selected(&self) -> String {
        let item = self.app.selected_item(self.app.focus).unwrap();
        (self.app.focus.declaration().cells)(&self.app, item)[0].text.clone()
    }

    fn driven(&self) -> Vec<String> {
        let told = self.effects.iter().filter_map(|effect| match effect {
            Effect::Drive(Command::Act(crate::scenario::Act::Set(change))) => Some(change.to_string()),
            Effect::Drive(command) => Some(format!("{command:?}")),
            _ => None,
        });
        told.collect()
    }

    fn quit(&self) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::Quit(_)))
    }
}

#[test]
fn a_knob_moves_consequences_and_warnings_and_undo_takes_it_back() {
    let robot = Robot::live().keys(": \"acks 1\" enter");
    assert_eq!(robot.knob("acks"), "1 (was all)");
    let highs = robot.app.assessment().unwrap().warnings.iter().filter(|warning| warning.word == "high");
    let highs: Vec<_> = highs.map(|warning| (warning.rule, warning.delta)).collect();
    assert_eq!(highs[0], ("acks-one", WarningDelta::New), "what a knob brings stands first: {highs:?}");
    assert!(highs.len() > 1, "among others: {highs:?}");
    let crash = robot.app.assessment().unwrap().consequences.iter().find(|row| row.id == "durability.crash");
    assert_eq!(crash.unwrap().change, std::cmp::Ordering::Less, "{crash:?}");
    let robot = robot.keys("u");
    assert_eq!(robot.knob("acks"), "all");
    assert!(!robot.warnings().iter().any(|rule| rule.contains("acks-one")));
    assert_eq!(robot.keys("ctrl-r").knob("acks"), "1 (was all)");
}

#[test]
fn arrows_step_along_the_ladder_and_enter_takes_a_value() {
    let robot = Robot::live().keys("4 g g left");
    assert_eq!(robot.knob("acks"), "1 (was all)");
    let robot = robot.keys("left left");
    assert_eq!(robot.knob("acks"), "0 (was all)");
    let robot = robot.keys("r");
    assert_eq!(robot.knob("acks"), "all");
    let robot = robot.keys("enter \"2\" enter");
    assert_eq!(robot.knob("acks"), "all", "2 is refused and the line stays");
    assert!(robot.app.prompt.as_ref().unwrap().error.as_ref().unwrap().contains("not allowed"));
    let robot = robot.keys("ctrl-u \"1\" enter");
    assert_eq!(robot.knob("acks"), "1 (was all)");
    assert_eq!(robot.keys("R").knob("acks"), "all");
}

#[test]
fn on_the_simulator_knobs_act_and_a_rebuild_is_asked_for() {
    let robot = Robot::sim().keys(": \"min.insync.replicas 2\" enter");
    assert_eq!(robot.driven(), ["topic:min.insync.replicas=2"]);
    assert_eq!(robot.knob("min.insync.replicas"), "2 (was 1)");
    let robot = robot.keys("u");
    assert_eq!(robot.driven().last().unwrap(), "topic:min.insync.replicas=1");
    assert_eq!(robot.knob("min.insync.replicas"), "1");
    let robot = robot.keys("ctrl-r");
    assert_eq!(robot.knob("min.insync.replicas"), "2 (was 1)");
    let robot = robot.keys("R");
    assert_eq!(robot.knob("min.insync.replicas"), "1");
    let robot = robot.keys(": \"brokers 5\" enter");
    assert!(matches!(robot.app.overlay, Some(Overlay::Ask { .. })));
    assert_eq!(robot.knob("brokers"), "3");
    let robot = robot.keys("n : \"brokers 5\" enter y");
    assert_eq!(robot.knob("brokers"), "5 (was 3)");
    assert_eq!(robot.driven().last().unwrap(), "cluster:brokers=5");
}

#[test]
fn crashing_a_broker_is_a_fault_here_and_a_hypothesis_there() {
    let robot = Robot::sim().keys("1 j x");
    assert_eq!(robot.driven(), ["Act(Kill(Broker(BrokerId(2))))"]);
    let robot = robot.pass(15);
    assert_eq!(robot.app.summary.brokers[1].leaders, 0, "its session has ended");
    // It leaders again once the controller has looked for preferred leaders, every five minutes.
    assert_eq!(robot.keys("x").pass(330).app.summary.brokers[1].leaders, 4);
    let robot = Robot::live().keys("1 j x");
    assert!(robot.driven().is_empty());
    assert!(robot.app.is_what_if());
    assert_eq!(robot.app.summary.brokers[1].leaders, 0);
    let robot = robot.keys("x");
    assert!(!robot.app.is_what_if());
    assert_eq!(robot.app.summary.brokers[1].leaders, 4);
}

#[test]
fn panes_are_reached_by_digit_and_by_ring() {
    let focus = |keys: &str| Robot::live().keys(keys).app.focus();
    assert_eq!(focus("2"), Pane::Partitions);
    assert_eq!(focus("8 tab"), Pane::Brokers);
    assert_eq!(focus("1 shift-tab shift-tab shift-tab shift-tab"), Pane::Consequences);
    assert_eq!(focus("? 3"), Pane::Groups);
}

#[test]
fn the_selection_stays_on_its_thing() {
    let robot = Robot::live().keys("2 j j j");
    assert_eq!(robot.selected(), "orders-3");
    let robot = robot.keys("s s");
    assert_eq!(robot.selected(), "orders-3", "sorted by leader");
    let robot = robot.keys("/ \"leader:1\" enter");
    assert_eq!(robot.app.list(Pane::Partitions).len(), 4);
    assert_eq!(robot.keys("g g G k").selected().split('-').next(), Some("orders"));
    let mut robot = Robot::live().keys("2 G");
    assert_eq!(robot.selected(), "orders-11");
    robot.see(reference_with(KafkaVersion::REFERENCE, 3, 3, 24, 3));
    assert_eq!(robot.selected(), "orders-11");
}

#[test]
fn filters_apply_while_typing_and_escape_puts_the_old_one_back() {
    let robot = Robot::live().keys("2 / \"-1\"");
    assert_eq!(robot.app.list(Pane::Partitions).len(), 3);
    let robot = robot.keys("enter / \"1\" esc");
    assert_eq!(robot.app.filter(Pane::Partitions).text(), "-1");
    let robot = robot.keys("1 2 esc");
    assert_eq!(robot.app.list(Pane::Partitions).len(), 12, "escape clears a filter that stands");
    let robot = robot.keys("/ \"size>3\" enter");
    assert!(robot.app.prompt.unwrap().error.unwrap().contains("cannot be compared"));
}

#[test]
fn a_frozen_view_keeps_still_and_shows_the_newest_afterwards() {
    let mut robot = Robot::live().keys("space");
    let mut later = cluster();
    let mut rows = later.partitions.to_rows();
    rows[0].leader = None;
    later.partitions = Partitions::from_rows(&rows, later.partitions.elr.map(|_| ()));
    robot.see(later);
    assert_eq!(robot.app.summary.count(Health::NoLeader), 0);
    assert_eq!(robot.keys("space").app.summary.count(Health::NoLeader), 1);
}

#[test]
fn changes_that_no_longer_fit_are_taken_back_aloud() {
    let mut robot = Robot::live().keys("2 e : \"partitions 24\" enter");
    assert_eq!(robot.knob("partitions"), "24 (was 12)");
    // Topics of a cluster that is there cannot shrink; those of an assumed one can.
    let mut grown = reference_with(KafkaVersion::REFERENCE, 3, 3, 48, 3);
    grown.id = Datum::known("prod".into(), 0, model::Origin::Broker);
    robot.see(grown);
    assert_eq!(robot.knob("partitions"), "48");
    assert!(robot.app.toast.unwrap().text.contains("no longer possible"));
}

#[test]
fn disabled_actions_say_why() {
    let robot = Robot::live().keys("4 x >");
    assert_eq!(robot.app.toast.unwrap().text, "only a simulated cluster has a clock to control");
}

#[test]
fn a_misspelt_action_has_a_neighbour() {
    let start = |text: &str| {
        let keys = vec![UserKeys::file("keys.toml", text)];
        App::new(Start { keys, ..Start::new(Origin::Live("prod".into())) }).err().unwrap().to_string()
    };
    assert_eq!(
        start("[global]\n\"x\" = \"pane-broker\"\n"),
        "keys.toml:2: `pane-broker` is not an action; did you mean `pane-brokers`?"
    );
    assert_eq!(start("[list]\n\"x\" = \"zzzzzzzzz\"\n"), "keys.toml:2: `zzzzzzzzz` is not an action");
}

#[test]
fn a_second_click_on_a_row_opens_it() {
    let mut robot = Robot::live().keys("2");
    robot.send(Msg::Click(Target::Row(Pane::Partitions, 3)));
    assert_eq!((robot.selected().as_str(), robot.app.overlay.is_some()), ("orders-3", false));
    robot.send(Msg::Click(Target::Row(Pane::Partitions, 3)));
    assert!(matches!(&robot.app.overlay, Some(Overlay::Page(page, _)) if page.title == "Partition orders-3"));
    robot.send(Msg::Click(Target::Overlay));
    assert!(robot.app.overlay.is_none());
    robot.send(Msg::Click(Target::Row(Pane::Groups, 0)));
    assert!(robot.app.overlay.is_none(), "the first click on another pane goes there");
}

#[test]
fn a_theme_that_was_guessed_follows_what_the_terminal_says_of_its_background() {
    let begin = |follows_background| {
        let themes = ["dark", "mono", "light"].map(String::from).to_vec();
        App::new(Start { themes, follows_background, ..Start::new(Origin::Live("prod".into())) }).unwrap()
    };
    let is_theme = |effects: &[Effect], name: &str| {
        effects.iter().any(|effect| matches!(effect, Effect::Theme(to) if to == name))
    };
    let mut app = begin(true);
    assert!(app.update(Msg::Background { is_light: false }).is_empty());
    assert!(is_theme(&app.update(Msg::Background { is_light: true }), "light"));
    assert_eq!(app.theme(), "light");
    assert!(is_theme(&app.update(Msg::Key('t'.into())), "dark"), "the others follow in their order");
    assert!(app.update(Msg::Background { is_light: true }).is_empty(), "a theme that was chosen stays");
    let mut app = begin(false);
    assert!(app.update(Msg::Background { is_light: true }).is_empty());
}

#[test]
fn a_paste_runs_nothing() {
    let mut robot = Robot::live();
    robot.send(Msg::Paste("q".into()));
    assert!(!robot.quit());
    let mut robot = robot.keys("/");
    robot.send(Msg::Paste("q\n".into()));
    assert_eq!(robot.app.prompt.unwrap().line.text(), "q");
}

#[test]
fn q_leaves_and_closes_pages_first() {
    assert!(Robot::live().keys("q").quit());
    assert!(Robot::live().keys("ctrl-c").quit());
    assert!(!Robot::live().keys("? q").quit());
    assert!(!Robot::live().keys(": ctrl-c").quit());
}

#[test]
fn every_action_has_a_key_or_stands_in_the_palette() {
    let map = default_keymap().unwrap();
    assert!(map.rows().count() > 50);
    for action in Action::all() {
        let keyed = map.rows().any(|(_, _, runs)| runs == action);
        assert!(keyed || Action::offered().any(|offered| offered == action), "{action:?}");
        assert!(keyed || action.hint.is_empty(), "a hint without a key: {action:?}");
        let named = Action::all().filter(|other| other.name == action.name);
        assert_eq!(named.count(), 1, "{action:?} is one action only");
    }
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
        Code::F(5),
        Code::Delete,
    ];
    let named = prop::sample::select(codes.to_vec()).prop_map(Key::plain);
    let typed = prop::char::range(' ', '~').prop_map(Key::from);
    let held =
        prop::char::range('a', 'z').prop_map(|letter| Key::new(Code::Char(letter), true, false, false));
    prop_oneof![3 => typed, 2 => named, 1 => held]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nothing_typed_ever_drives_a_real_cluster(keys in prop::collection::vec(any_key(), 0..80)) {
        let mut robot = Robot::live();
        keys.into_iter().for_each(|key| robot.send(Msg::Key(key)));
        prop_assert!(robot.driven().is_empty());
    }

    #[test]
    fn escape_never_leaves_and_ends_in_plain_panes(keys in prop::collection::vec(any_key(), 0..40)) {
        let mut robot = Robot::live();
        keys.into_iter().for_each(|key| robot.send(Msg::Key(key)));
        robot.effects.clear();
        for _ in 0..5 {
            robot.send(Msg::Key(Key::plain(Code::Esc)));
        }
        prop_assert!(!robot.quit());
        prop_assert!(robot.app.prompt.is_none() && robot.app.overlay.is_none() && !robot.app.zoom);
    }

    #[test]
    fn undo_is_the_opposite_of_doing(steps in prop::collection::vec((0usize..60, any::<bool>()), 1..12)) {
        let mut robot = Robot::live();
        let before = robot.app.knob_rows().to_vec();
        let moves = steps.len();
        for (at, up) in steps {
            robot.send(Msg::Key('4'.into()));
            robot.app.lists[Pane::Knobs as usize].select(at);
            robot.send(Msg::Key(Key::plain(if up { Code::Right } else { Code::Left })));
        }
        for _ in 0..moves {
            robot.send(Msg::Key('u'.into()));
        }
        prop_assert_eq!(&before, robot.app.knob_rows());
    }
}
