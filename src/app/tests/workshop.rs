//! A scene on the screen: steps and their moments, the hidden answer, the fix, the start, the table of both runs.

use super::simulated::{seek, snapshot_of};
use super::*;
use crate::scenario::Counter;
use crate::sim::Simulator;
use crate::workshop::find;

const TENTH: u64 = 100_000_000;

/// A speaker before the simulator of a scene, whose time passes only when a test says so.
struct Speaker {
    app: App,
    simulator: Simulator,
    paused: bool,
}

impl Speaker {
    fn begins(id: &str) -> Speaker {
        Speaker::opens(id, false)
    }

    fn learns(id: &str) -> Speaker {
        Speaker::opens(id, true)
    }

    fn opens(id: &str, learns: bool) -> Speaker {
        let scene = find(id).unwrap().scene();
        let simulator = Simulator::new(scene.scenario(), 1, None);
        let mut start = Start::new(Origin::Sim(id.into()));
        (start.scene, start.learns) = (Some(scene), learns);
        let mut speaker = Speaker { app: App::new(start).unwrap(), simulator, paused: false };
        speaker.send(Msg::Resize(120, 40));
        speaker.passes(1);
        speaker
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
            Command::BeginAs(scenario, version) => {
                self.simulator = Simulator::new(&scenario, 1, Some(version));
            }
            Command::Seek(to_ms) => seek(&mut self.simulator, to_ms),
            Command::Act(act) => self.simulator.apply(act).unwrap(),
            Command::Pace(_) | Command::Step | Command::Reset | Command::Pass(_) | Command::Beside(_) => {}
        }
    }

    /// So many looks at the simulator, between which a tenth of a second passes.
    fn passes(&mut self, looks: u32) {
        for _ in 0..looks {
            if !self.paused {
                self.simulator.run_until(self.simulator.now() + TENTH + 3_000_000);
            }
            let snapshot = snapshot_of(&mut self.simulator, self.paused);
            self.send(Msg::Snapshot(snapshot));
        }
    }

    fn presses(&mut self, key: char) {
        self.send(Msg::Key(Key::plain(Code::Char(key))));
        self.passes(2);
    }

    /// The step that is told, counted from 1, and the second of the run.
    fn at(&self) -> (usize, u64) {
        (self.stage().step() + 1, self.simulator.now() / 1_000_000_000)
    }

    fn stage(&self) -> &Stage {
        self.app.stage.as_ref().unwrap()
    }
}

#[test]
fn time_stands_still_where_a_step_is_told() {
    let mut speaker = Speaker::begins("isr-of-one");
    assert_eq!((speaker.at(), speaker.paused), ((1, 9), true), "the first step is there at once");
    speaker.presses('n');
    assert_eq!((speaker.stage().runs_to().map(|to| to.millis()), speaker.paused), (Some(29_000), false));
    speaker.passes(190);
    assert_eq!((speaker.at().0, speaker.paused), (1, false), "still on the way");
    speaker.passes(30);
    assert_eq!((speaker.at(), speaker.paused), ((2, 29), true));
    assert_eq!(speaker.simulator.now(), 29_000_000_000, "at the moment itself");
    speaker.presses('n');
    speaker.presses('n');
    assert_eq!(speaker.at(), (3, 58), "pressed again, it is there at once");
    speaker.presses('p');
    assert_eq!((speaker.at(), speaker.paused), ((2, 29), true));
}

#[test]
fn an_answer_is_hidden_until_it_is_asked_for() {
    let mut speaker = Speaker::begins("isr-of-one");
    speaker.presses('o');
    assert!(!speaker.stage().shows_answer(), "the first step asks nothing");
    speaker.presses('n');
    speaker.presses('n');
    assert!(!speaker.stage().shows_answer() && !speaker.stage().told().answer.is_empty());
    speaker.presses('o');
    assert!(speaker.stage().shows_answer());
    speaker.presses('n');
    speaker.presses('n');
    assert!(!speaker.stage().shows_answer(), "the next step hides its own");
}

#[test]
fn the_fix_plays_the_same_faults_and_the_table_tells_both_runs() {
    let mut speaker = Speaker::begins("isr-of-one");
    for _ in 0..6 {
        speaker.presses('n');
    }
    let lost = Counter::LostAcked;
    assert_eq!(speaker.at(), (4, 80));
    assert!(speaker.stage().counter(&lost).unwrap() > 50_000);
    speaker.presses('X');
    assert!(speaker.stage().is_with_fix() && speaker.simulator.now() < 1_000_000_000);
    speaker.presses('n');
    assert_eq!((speaker.simulator.now() / 1_000_000_000, speaker.stage().counter(&lost)), (80, Some(0)));
    let Some(Overlay::Page(page, _)) = &speaker.app.overlay else { panic!("no table") };
    let lines: Vec<String> = page.lines(80).into_iter().map(|(_, line)| line).collect();
    assert!(
        lines[0].contains("as it is, 80.0 s") && lines[0].contains("with the fix, 80.0 s"),
        "{}",
        lines[0]
    );
    let row = lines.iter().find(|line| line.starts_with("Lost, acked")).unwrap();
    assert!(row.ends_with(" 0") && !row.contains(" 0 "), "{row}");
    speaker.send(Msg::Key(Key::plain(Code::Esc)));
    speaker.presses('N');
    assert_eq!((speaker.at(), speaker.stage().is_with_fix(), speaker.paused), ((1, 9), false, true));
}

#[test]
fn a_scene_without_a_fix_says_so_and_elsewhere_there_is_no_scene() {
    let mut speaker = Speaker::begins("quorum");
    speaker.presses('X');
    assert!(!speaker.stage().is_with_fix());
    assert!(speaker.app.toast.as_ref().is_some_and(|toast| toast.text.contains("it has no fix")));
    let app = App::new(Start::new(Origin::Sim("reference".into()))).unwrap();
    assert!(Action::named("scene-next").unwrap().disabled(&app).is_some());
}

#[test]
fn what_the_simulator_does_not_turn_of_a_fix_is_a_what_if() {
    let mut speaker = Speaker::begins("sunday-night");
    assert!(!speaker.app.is_what_if());
    speaker.presses('X');
    assert!(speaker.app.is_what_if(), "default.replication.factor is none of the simulator's");
    speaker.presses('X');
    assert!(!speaker.app.is_what_if() && !speaker.stage().is_with_fix());
}

#[test]
fn two_keys_lead_from_the_first_screen_to_the_first_scene_and_on() {
    let mut speaker = Speaker::begins("one-broker");
    speaker.app.stage = None;
    for id in ["one-broker", "acks-one"] {
        speaker.presses('W');
        speaker.presses('s');
        speaker.passes(2);
        assert_eq!((speaker.app.origin.name(), &*speaker.stage().scene().scenario().id), (id, id));
        assert!(speaker.paused && speaker.stage().step() == 0, "its first step is told");
        assert_eq!(speaker.app.focus(), Pane::Log);
    }
    let live = App::new(Start::new(Origin::Live("prod".into()))).unwrap();
    assert!(Action::named("scene-open").unwrap().disabled(&live).is_some());
}

#[test]
fn one_who_learns_chooses_before_it_goes_on_and_is_told_right_or_wrong() {
    let mut speaker = Speaker::learns("isr-of-one");
    speaker.presses('n');
    speaker.presses('n');
    assert_eq!(speaker.at().0, 2);
    assert_eq!(speaker.stage().choices().len(), 3);
    speaker.presses('n');
    assert_eq!(speaker.at().0, 2, "a question is open");
    assert!(!speaker.stage().shows_answer());
    let right =
        speaker.stage().choices().iter().position(|one| *one == "All of the ISR, which is the leader alone");
    let key = ['a', 'b', 'c'][right.unwrap()];
    speaker.presses(key);
    assert_eq!(speaker.stage().chosen(), Some((right.unwrap(), right.unwrap())));
    assert!(speaker.stage().shows_answer(), "the answer is told with it");
    speaker.presses('d');
    assert_eq!(speaker.stage().score().unwrap().to_string(), "1 of 1 right");
    speaker.presses('n');
    speaker.presses('n');
    assert_eq!(speaker.at().0, 3);
    speaker.presses('T');
    let Some(Overlay::Page(page, _)) = &speaker.app.overlay else { panic!("no table") };
    assert!(page.lines(80).iter().any(|(_, line)| line.contains("1 of 1 right")));
}

#[test]
fn an_answer_that_is_shown_is_not_a_right_one_and_a_room_has_no_choices() {
    let mut speaker = Speaker::learns("isr-of-one");
    speaker.presses('n');
    speaker.presses('n');
    speaker.presses('o');
    assert!(speaker.stage().shows_answer() && speaker.stage().chosen().is_none());
    assert_eq!(speaker.stage().score().unwrap().to_string(), "0 of 1 right, 1 not answered");
    speaker.presses('n');
    assert_eq!(speaker.stage().runs_to().map(|to| to.millis()), Some(58_000));
    let room = Speaker::begins("isr-of-one");
    assert!(room.stage().choices().is_empty() && room.stage().score().is_none());
}

#[test]
fn a_scene_begins_again_when_its_file_changes_and_a_mistake_does_not_end_it() {
    let mut speaker = Speaker::begins("isr-of-one");
    speaker.presses('n');
    speaker.presses('n');
    assert_eq!(speaker.at(), (2, 29));
    speaker.send(Msg::SceneFile(Err("mine.toml:12: chapter is from 1 to 16".into())));
    let Some(Overlay::Page(page, _)) = &speaker.app.overlay else { panic!("no page") };
    assert!(page.lines(80).iter().any(|(_, line)| line.contains("mine.toml:12: chapter")));
    assert_eq!(speaker.at(), (2, 29), "it goes on as it was");
    let other = find("acks-one").unwrap().scene();
    speaker.send(Msg::SceneFile(Ok(Box::new(other))));
    speaker.passes(3);
    assert!(speaker.app.overlay.is_none());
    assert_eq!((speaker.at(), speaker.app.origin.name()), ((1, 7), "acks-one"));
}

#[test]
fn the_same_script_is_played_under_an_older_version_and_then_today_again() {
    let mut speaker = Speaker::begins("isr-of-one");
    let lost = Counter::LostAcked;
    speaker.presses('X');
    speaker.presses('n');
    assert_eq!(speaker.stage().counter(&lost), Some(0), "today");
    speaker.send(Msg::Key(Key::plain(Code::Esc)));
    speaker.presses('O');
    assert_eq!(speaker.stage().then().map(|version| version.to_string().starts_with("3.9")), Some(true));
    speaker.presses('n');
    assert!(speaker.stage().counter(&lost).unwrap() > 30_000, "{:?}", speaker.stage().counter(&lost));
    let Some(Overlay::Page(page, _)) = &speaker.app.overlay else { panic!("no table") };
    assert!(page.title.contains("under Kafka 3.9"), "{}", page.title);
    let head = page.lines(80)[0].1.clone();
    assert!(head.contains("as it is: not played"), "runs of two versions are not compared: {head}");
    speaker.send(Msg::Key(Key::plain(Code::Esc)));
    speaker.presses('O');
    speaker.presses('n');
    assert_eq!((speaker.stage().then(), speaker.stage().counter(&lost)), (None, Some(0)));
    let other = Speaker::begins("read-twice");
    assert!(Action::named("scene-then").unwrap().disabled(&other.app).is_some());
}

/// The rows of the code: who runs each line, and what no line stands for.
fn running(speaker: &Speaker) -> Vec<(String, Option<String>)> {
    let rows = speaker.app.code_rows().into_iter();
    rows.map(|row| match row {
        CodeRow::Heading(of) => (of, None),
        CodeRow::Line(text, by) => (text.trim().to_string(), by),
        CodeRow::Note(text) => (text, Some("note".into())),
    })
    .collect()
}

#[test]
fn the_line_that_runs_is_known_by_who_runs_it() {
    let mut speaker = Speaker::begins("poison-record");
    speaker.presses('n');
    speaker.presses('n');
    let rows = running(&speaker);
    let by = |text: &str| rows.iter().find(|(line, _)| line.starts_with(text)).unwrap().1.clone();
    assert_eq!(rows[0].0, "group/billing");
    let retries = [by("while not book(r)"), by("sleep(1)")].into_iter().flatten().count();
    assert_eq!(retries, 1, "one of the two members stands at the record: {rows:?}");
    assert!(by("while True:").is_none(), "a line that names nothing never runs");
    assert!(!rows.iter().any(|(text, _)| text.contains("dead_letters")), "that is the fix");
    speaker.presses('X');
    assert!(running(&speaker).iter().any(|(text, _)| text.contains("dead_letters")));
}

#[test]
fn a_client_that_does_not_run_is_told_and_without_a_word_of_it_nothing_runs() {
    let mut speaker = Speaker::begins("read-twice");
    speaker.simulator.run_until(11_500_000_000);
    speaker.passes(1);
    let rows = running(&speaker);
    assert!(rows.contains(&("does not run".into(), Some("note".into()))), "{rows:?}");
    let unknown = speaker.stage().code_rows(&[]);
    assert!(unknown.contains(&CodeRow::Note("what it does is not known".into())), "{unknown:?}");
    let runs = |row: &CodeRow| matches!(row, CodeRow::Line(_, Some(_)));
    assert!(!unknown.iter().any(runs));
}

#[test]
fn code_is_shown_where_there_is_room_and_a_key_turns_that_round() {
    let mut speaker = Speaker::begins("acks-one");
    assert!(speaker.app.shows_code(true) && !speaker.app.shows_code(false));
    speaker.presses('C');
    assert!(!speaker.app.shows_code(true) && speaker.app.shows_code(false));
    let speaker = Speaker::begins("quorum");
    assert!(Action::named("scene-code").unwrap().disabled(&speaker.app).is_some(), "it has no code");
}

/// The scoreboard fills as the presets are played, claims nothing before it is whole, and is not played twice.
#[test]
fn two_keys_play_the_finale_and_its_scoreboard_fills() {
    let app = App::new(Start::new(Origin::Sim("reference".into()))).unwrap();
    let mut robot = app;
    drop(robot.update(Msg::Resize(80, 24)));
    drop(robot.update(Msg::Key(Key::plain(Code::Char('W')))));
    let asked = robot.update(Msg::Key(Key::plain(Code::Char('f'))));
    assert!(matches!(asked[..], [Effect::PlayFinale]), "{asked:?}");
    let page = |app: &App| -> Vec<String> {
        let Some(Overlay::Page(page, _)) = &app.overlay else { panic!("no scoreboard") };
        page.lines(Page::room((80, 24)).0).into_iter().map(|(_, line)| line).collect()
    };
    assert!(page(&robot)[1].starts_with("throughput   not played yet"), "{:?}", page(&robot));
    let news = std::cell::RefCell::new(Vec::new());
    crate::workshop::tell_finale(&|| true, &|told| {
        news.borrow_mut().push(told);
        true
    });
    let news = news.into_inner();
    let half = news.len() / 2 + 3;
    news[..half].iter().for_each(|told| drop(robot.update(Msg::Finale(told.clone()))));
    let lines = page(&robot);
    assert!(lines.iter().any(|line| line.starts_with("durability   is played: ")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains('*')), "nothing is the best yet: {lines:?}");
    drop(robot.update(Msg::Key(Key::plain(Code::Esc))));
    news[half..].iter().for_each(|told| drop(robot.update(Msg::Finale(told.clone()))));
    assert!(robot.overlay.is_none(), "a page that was closed stays closed");
    drop(robot.update(Msg::Key(Key::plain(Code::Char('W')))));
    let again = robot.update(Msg::Key(Key::plain(Code::Char('f'))));
    assert!(again.is_empty(), "{again:?}");
    let lines = page(&robot);
    assert!(lines[1..5].iter().any(|line| line.contains('*')), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("the best of its column")));
    let live = App::new(Start::new(Origin::Live("prod".into()))).unwrap();
    assert!(Action::named("finale-open").unwrap().disabled(&live).is_some());
}
