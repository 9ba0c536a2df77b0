//! After a loss in the simulator nothing on the screen says that the data is safe.

use super::*;
use crate::scenario::{Act, PowerDomain, Process, UnflushedTail};

impl Robot {
    /// Every machine of the site loses its power and all that is not on a disk, and starts again.
    fn after_a_power_loss_everywhere(mut self) -> Robot {
        let simulated = self.simulated.as_mut().unwrap();
        let mut act = |act| simulated.drive(Command::Act(act)).unwrap();
        act(Act::PowerLoss { domain: PowerDomain::Site, keep: UnflushedTail::Flushed });
        act(Act::ControllerBack);
        for id in 1..=3 {
            act(Act::Restart(Process::Broker(BrokerId(id))));
        }
        self.pass(20)
    }

    fn consequence(&self, id: &str) -> &Consequence {
        self.app.assessment().unwrap().consequences.iter().find(|row| row.id == id).unwrap()
    }
}

#[test]
fn a_sentence_that_the_run_has_refuted_is_not_said() {
    let robot = Robot::sim().pass(3);
    assert!(robot.consequence("durability.crash").headline.starts_with("Acknowledged data survives"));
    assert_eq!(robot.app.assessment().unwrap().count("critical"), 0);

    let robot = robot.after_a_power_loss_everywhere();
    let lost = robot.app.detail.as_ref().unwrap().counters.lost_acked;
    assert!(lost > 0);
    let promises = robot.app.assessment().unwrap();
    for row in promises.consequences.iter().filter(|row| row.id.starts_with("durability.")) {
        assert_eq!(row.level, Level::Bad, "{}", row.id);
        assert!(row.headline.contains("are lost in this run"), "{}: {}", row.id, row.headline);
    }
    let said = format!("{promises:?}");
    assert!(!said.contains("cknowledged data survives"), "{said}");
    let warning = &promises.warnings[0];
    assert_eq!((warning.word, warning.level), ("critical", Level::Bad));
    let count = crate::model::human_count(lost as i64);
    assert!(warning.evidence.starts_with(&format!("{count} acknowledged record")), "{}", warning.evidence);
    assert!(warning.fix.contains("event log"), "{}", warning.fix);
}

#[test]
fn pages_of_figures_say_what_was_lost() {
    let robot = Robot::sim().pass(3).after_a_power_loss_everywhere().keys("w \"survive data 1 crash\" enter");
    let page = robot.app.explore_page().unwrap().data.as_ref().unwrap();
    let (style, said) = &page.intro[0];
    assert!(said.contains("are lost in this run"), "{:?}", page.intro);
    assert_eq!(*style, CellStyle::Level(Level::Bad));
}

#[test]
fn a_rewind_before_the_loss_takes_the_refutation_back() {
    let mut robot = Robot::sim().pass(3).after_a_power_loss_everywhere();
    robot.simulated.as_mut().unwrap().drive(Command::Seek(3_000)).unwrap();
    robot.look();
    assert!(robot.consequence("durability.crash").headline.starts_with("Acknowledged data survives"));
    assert!(!robot.warnings().iter().any(|rule| rule.contains("acknowledged-records-lost")));
}

/// Followers that are down when the last replica in sync dies lead again only when somebody elects them uncleanly.
#[test]
fn what_an_unclean_election_takes_is_lost_on_the_screen() {
    let mut robot = Robot::sim().pass(3);
    for (act, seconds) in [
        (Act::Kill(Process::Broker(BrokerId(2))), 0),
        (Act::Kill(Process::Broker(BrokerId(3))), 20),
        (Act::Kill(Process::Broker(BrokerId(1))), 20),
        (Act::Restart(Process::Broker(BrokerId(2))), 0),
        (Act::Restart(Process::Broker(BrokerId(3))), 20),
    ] {
        robot.simulated.as_mut().unwrap().drive(Command::Act(act)).unwrap();
        robot = robot.pass(seconds);
    }
    assert_eq!(robot.app.refuted.lost, 0, "nothing is lost while nobody leads who lacks it");
    let robot = robot.keys("f \"elect unclean\" enter").pass(10);
    assert!(robot.app.refuted.lost > 0);
    assert_eq!(robot.app.assessment().unwrap().warnings[0].rule, "acknowledged-records-lost");
    let said = &robot.consequence("durability.crash").headline;
    assert!(said.contains("are lost in this run"), "{said}");
    let lost = |item: &u32| robot.app.row_text(Pane::Partitions, *item).contains("LOST ");
    assert!(robot.app.items(Pane::Partitions).iter().any(lost));
}
