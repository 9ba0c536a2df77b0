//! A challenge on the screen: the start, the limits, the referee at the end, and another try.

use super::simulated::{seek, snapshot_of};
use super::*;
use crate::sim::Simulator;
use crate::workshop::{Outcome, find_challenge};

/// A player before the simulator of a challenge, whose time passes only when a test says so.
struct Player {
    app: App,
    simulator: Simulator,
    paused: bool,
}

impl Player {
    fn begins(id: &str) -> Player {
        let challenge = find_challenge(id).unwrap().challenge();
        let simulator = Simulator::new(challenge.scenario(), 1, None);
        let mut start = Start::new(Origin::Sim(id.into()));
        start.challenge = Some(challenge);
        let mut player = Player { app: App::new(start).unwrap(), simulator, paused: false };
        player.send(Msg::Resize(120, 40));
        player.look();
        player.look();
        player
    }

    fn send(&mut self, msg: Msg) {
        for effect in self.app.update(msg) {
            if let Effect::Drive(command) = effect {
                self.drive(command);
            }
        }
    }

    fn drive(&mut self, command: Command) {
        match command {
            Command::Pause(paused) => self.paused = paused,
            Command::Begin(scenario) => self.simulator = Simulator::new(&scenario, 1, None),
            Command::Seek(to_ms) => seek(&mut self.simulator, to_ms),
            Command::Act(crate::scenario::Act::Set(change)) => _ = self.simulator.set(change),
            Command::Act(act) => _ = self.simulator.apply(act),
            other => panic!("{other:?}"),
        }
    }

    fn look(&mut self) {
        let snapshot = snapshot_of(&mut self.simulator, self.paused);
        self.send(Msg::Snapshot(snapshot));
    }

    /// `x ":acks 1" enter`: keys by name, text in quotes, at a second of the run.
    fn at(&mut self, second: u64, keys: &str) {
        self.simulator.run_until(second * 1_000_000_000);
        self.look();
        for (at, part) in keys.split('"').enumerate() {
            if at % 2 == 1 {
                part.chars().for_each(|letter| self.send(Msg::Key(letter.into())));
            } else {
                part.split_whitespace().for_each(|key| self.send(Msg::Key(key.parse().unwrap())));
            }
        }
        self.look();
    }

    fn outcome(&self) -> Option<Outcome> {
        self.contest().judgement().map(|judgement| judgement.outcome)
    }

    fn contest(&self) -> &Contest {
        self.app.contest.as_ref().unwrap()
    }

    fn told(&self) -> String {
        self.app.toast.as_ref().map_or(String::new(), |toast| toast.text.clone())
    }

    fn page(&self) -> String {
        let Some(Overlay::Page(page, _)) = &self.app.overlay else { panic!("no page") };
        page.lines(100).into_iter().map(|(_, line)| line + "\n").collect()
    }
}

#[test]
fn time_stands_still_at_the_start_and_the_referee_judges_at_the_end() {
    let mut player = Player::begins("lose-a-record");
    assert_eq!((player.paused, player.simulator.now()), (true, 0));
    player.at(5, ": \"fault slow link broker 1\" enter");
    assert_eq!(player.contest().used_text(), "1 of 2 faults");
    player.at(10, ": \"fault kill broker 1\" enter");
    assert_eq!((player.outcome(), player.contest().used_text()), (None, "2 of 2 faults".into()));
    player.at(10, "o");
    assert!(player.told().contains("when the run is over"), "{}", player.told());
    player.at(10, "n");
    assert_eq!((player.outcome(), player.paused), (Some(Outcome::Reached), true));
    let page = player.page();
    for part in ["Reached.", "You did", "Our best answer", "10.0 s  kill broker/1", "Why"] {
        assert!(page.contains(part), "no {part}:\n{page}");
    }
}

#[test]
fn what_is_not_allowed_does_not_reach_the_cluster() {
    let mut player = Player::begins("lose-a-record");
    player.at(2, ": \"acks all\" enter");
    assert!(player.told().contains("allows no setting"), "{}", player.told());
    for broker in 1..=3 {
        player.at(5, &format!(": \"fault kill broker {broker}\" enter"));
    }
    assert!(player.told().contains("allows 2 faults, and they are used"), "{}", player.told());
    assert_eq!(player.simulator.attempt().acts.len(), 2);
    player.at(6, ": \"brokers 5\" enter");
    assert!(player.told().contains("needs a new cluster"), "{}", player.told());
    assert!(player.app.overlay.is_none());
}

#[test]
fn another_try_begins_again_or_takes_back_what_was_done() {
    let mut player = Player::begins("save-the-records");
    player.at(79, "n");
    assert_eq!(player.outcome(), Some(Outcome::NotReached));
    player.send(Msg::Key("esc".parse().unwrap()));
    player.drive(Command::Seek(5_000));
    player.look();
    assert_eq!(player.outcome(), None, "rewound, it is open again");
    player.at(5, ": \"min.insync.replicas 2\" enter");
    assert_eq!(player.contest().used_text(), "1 of 1 settings");
    player.at(6, "n");
    assert_eq!(player.outcome(), Some(Outcome::Reached), "{}", player.page());
    player.send(Msg::Key("esc".parse().unwrap()));
    player.at(80, "N");
    player.look();
    assert_eq!((player.outcome(), player.simulator.now(), player.paused), (None, 0, true));
    assert_eq!(player.contest().used_text(), "0 of 1 settings");
}

#[test]
fn a_state_of_the_run_before_that_comes_late_is_not_taken_for_the_start_of_another_try() {
    let mut player = Player::begins("lose-a-record");
    player.at(5, ": \"fault kill broker 1\" enter");
    let late = snapshot_of(&mut player.simulator, false);
    player.send(Msg::Key("N".parse().unwrap()));
    player.send(Msg::Snapshot(late));
    assert_eq!(player.contest().used_text(), "0 of 2 faults");
    assert!(!player.contest().has_begun);
    player.look();
    assert_eq!((player.paused, player.simulator.now(), player.contest().has_begun), (true, 0, true));
    player.at(5, ": \"fault kill broker 2\" enter");
    assert_eq!(player.contest().used_text(), "1 of 2 faults");
}

#[test]
fn the_list_opens_one_and_a_scene_takes_its_place() {
    let mut player = Player::begins("lose-a-record");
    player.at(1, "W c");
    let names: Vec<&str> =
        player.app.prompt.as_ref().unwrap().entries.iter().map(|entry| &*entry.name).collect();
    assert_eq!(names.len(), crate::workshop::CHALLENGES.len());
    assert!(names.contains(&"challenge restart-all"));
    player.at(1, "\"restart\" enter");
    player.look();
    assert_eq!(player.app.origin.name(), "restart-all");
    player.at(1, "W s");
    assert!(player.app.contest.is_none() && player.app.stage.is_some());
    let live = App::new(Start::new(Origin::Live("prod".into()))).unwrap();
    assert!(Action::named("challenge-open").unwrap().disabled(&live).is_some());
}
