//! The fault menu on producers, members of groups, services and records.

use super::*;
use crate::app::PaletteRun;
use crate::scenario::Process;

/// Every producer, member, service and partition of the run can be hit from the menu, and nothing there is refused as
/// unknown.
#[test]
fn faults_on_clients_are_in_the_menu_and_act() {
    let mut robot = Robot::sim().pass(3);
    let entries = crate::app::faults::entries(&robot.app);
    for name in [
        "fault restart producer/app",
        "fault pause group/billing/2",
        "fault restart group/analytics/0",
        "fault lose answer group/billing/0",
        "fault slow service billing",
        "fault failing service billing",
        "fault healthy service billing",
        "fault poison record orders-4",
        "fault greedy producer/app",
        "fault modest producer/app",
        "fault deploy producer/app: rename field",
        "fault deploy group/analytics: newest schema",
    ] {
        let entry = entries.iter().find(|entry| entry.name == name).unwrap_or_else(|| panic!("{name}"));
        let PaletteRun::Act(act) = &entry.run else { panic!("{name}") };
        robot.simulated.as_mut().unwrap().drive(Command::Act(act.clone())).unwrap();
    }
    // A member that is neither paused nor restarted has it.
    let robot = robot.pass(5);
    let lines = &robot.app.detail.as_ref().unwrap().lines;
    assert!(lines.iter().all(|line| !line.text.contains("refused")), "{lines:?}");
    assert!(lines.iter().any(|line| line.text.contains("cannot process the record")), "{lines:?}");
}

#[test]
fn thousands_of_producers_do_not_fill_the_menu() {
    let mut robot = Robot::sim().pass(1);
    let mut detail = SimView::clone(robot.app.detail.as_ref().unwrap());
    detail.clients = (0..1_000).map(|number| Process::Producer(format!("app-{number}"))).collect();
    robot.app.detail = Some(Arc::new(detail));
    let entries = crate::app::faults::entries(&robot.app);
    let kills = entries.iter().filter(|entry| entry.name.starts_with("fault kill producer/"));
    assert_eq!(kills.count(), 24);
}
