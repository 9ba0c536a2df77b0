//! What breaks next, played: in the simulator itself, and on a copy of a cluster that nobody can change.

use super::*;
use crate::hypothesis::apply;
use crate::knobs::Change;

impl Robot {
    fn page(&self) -> String {
        let Some(Overlay::Page(page, _)) = &self.app.overlay else { panic!("no page") };
        page.lines(100).into_iter().map(|(_, line)| line + "\n").collect()
    }

    fn down(&self) -> Vec<i32> {
        let brokers = self.app.cluster().unwrap().brokers.iter();
        brokers.filter(|one| one.state == model::BrokerStatus::Down).map(|one| one.id.0).collect()
    }
}

fn fragile() -> Cluster {
    apply(&cluster(), &[Change::parse("topic:min.insync.replicas=3").unwrap()]).unwrap()
}

#[test]
fn on_the_simulator_it_happens_to_the_run_itself() {
    let robot = Robot::sim().keys(": \"min.insync.replicas 3\" enter").pass(3).keys("5 x");
    assert_eq!(robot.driven().last().unwrap(), "Act(Kill(Broker(BrokerId(1))))");
    assert_eq!((robot.down(), robot.app.focus), (vec![1], Pane::Log));
    let logs = robot.app.logs().unwrap();
    assert!(logs.replicas.iter().any(|one| one.broker.0 == 1), "a partition that it led is shown");
    let told = robot.app.toast.as_ref().unwrap().text.clone();
    assert!(
        told.starts_with("played: lose broker 1, then ") && told.ends_with("[ goes back before it"),
        "{told}"
    );
    assert!(!robot.app.is_copy() && robot.copy.is_none());
}

#[test]
fn a_real_cluster_is_copied_and_nothing_is_sent_to_it() {
    let mut robot = Robot::live();
    robot.see(fragile());
    let said = robot.app.assessment().unwrap().next_break.clone().unwrap();
    assert!(said.starts_with("lose broker 1, then no writes"), "{said}");
    let robot = robot.keys("5 x");
    assert_eq!(robot.app.origin, Origin::Copy("prod".into()));
    let page = robot.page();
    for part in [said.as_str(), "Nothing is sent to prod.", "B goes back to prod", "What was assumed"] {
        assert!(page.contains(part), "no {part}:\n{page}");
    }
    assert!(!page.contains("stands for what"), "topics and brokers have their names:\n{page}");
    let robot = robot.keys("esc").pass(15);
    assert_eq!(robot.down(), [1]);
    assert_eq!(robot.knob("min.insync.replicas"), "3");
    let names = robot.app.cluster().unwrap().topics.iter().map(|topic| topic.name.to_string());
    assert!(names.clone().any(|name| name == "orders"), "{:?}", names.collect::<Vec<_>>());
    assert!(robot.app.clock.is_some_and(|clock| clock.at_ms >= 25_000), "it goes on in virtual time");
    assert!(robot.driven().is_empty(), "{:?}", robot.driven());
    let robot = robot.keys("f \"kill broker 2\" enter").pass(10);
    assert_eq!(robot.down(), [1, 2], "faults act on the copy");
    assert!(robot.driven().is_empty(), "{:?}", robot.driven());
}

#[test]
fn the_way_back_leads_to_the_cluster_as_it_is_by_now() {
    let mut robot = Robot::live();
    robot.see(fragile());
    let mut robot = robot.keys(": \"acks 1\" enter 5 x").keys("esc").pass(5);
    assert!(robot.page_is_closed());
    let later = robot.copy.as_mut().map(|(number, copy)| (*number, copy.snapshot())).unwrap();
    let mut newer = fragile();
    newer.taken_at = 77;
    robot.see(newer);
    robot.send(Msg::SourceError(None));
    assert_eq!(robot.app.origin, Origin::Copy("prod".into()), "the cluster goes on unseen");
    let mut robot = robot.keys("B");
    assert_eq!(robot.app.origin, Origin::Live("prod".into()));
    assert_eq!(
        (robot.app.cluster().unwrap().taken_at, robot.down(), robot.app.focus),
        (77, vec![], Pane::Consequences)
    );
    assert_eq!(robot.knob("acks"), "1 (was all)", "the what-if is there still");
    assert!(robot.copy.is_none() && robot.app.clock.is_none() && robot.app.detail.is_none());
    robot.send(Msg::OfCopy(later.0, Box::new(Msg::Snapshot(later.1))));
    assert!(robot.app.clock.is_none(), "a copy that was left says nothing any more");
    let robot = robot.keys("5 x");
    assert!(robot.app.original.as_ref().unwrap().number() > later.0);
}

impl Robot {
    fn page_is_closed(&self) -> bool {
        self.app.overlay.is_none()
    }
}

#[test]
fn a_broker_with_another_number_and_one_that_is_down_are_so_on_the_copy() {
    let mut cluster = fragile();
    let mut brokers = cluster.brokers.to_vec();
    brokers.iter_mut().for_each(|broker| broker.id = BrokerId(broker.id.0 * 10));
    cluster.brokers = brokers.into();
    let mut rows = cluster.partitions.to_rows();
    for row in &mut rows {
        for id in row.replicas.iter_mut().chain(&mut row.isr).chain(&mut row.leader) {
            id.0 *= 10;
        }
    }
    cluster.partitions = Partitions::from_rows(&rows, cluster.partitions.elr.map(|_| ()));
    let mut robot = Robot::live();
    robot.see(cluster);
    let robot = robot.keys("5 x");
    assert!(robot.page().contains("broker 1 is broker 10 of the cluster"), "{}", robot.page());
    assert_eq!(robot.keys("esc").pass(15).down(), [1]);
}

#[test]
fn what_is_broken_already_is_not_played() {
    let mut cluster = fragile();
    let mut rows = cluster.partitions.to_rows();
    rows.iter_mut().for_each(|row| row.isr.truncate(1));
    cluster.partitions = Partitions::from_rows(&rows, cluster.partitions.elr.map(|_| ()));
    let mut robot = Robot::live();
    robot.see(cluster);
    let robot = robot.keys("5 x");
    assert_eq!(robot.app.toast.as_ref().unwrap().text, "nothing that breaks next can be played");
    assert!(!robot.app.is_copy());
    assert_eq!(robot.keys("B").app.toast.unwrap().text, "this is no copy of another cluster");
}

#[test]
fn the_loss_of_a_voter_is_not_played_on_a_copy_whose_controllers_run_apart() {
    let mut cluster = fragile();
    let voters = vec![BrokerId(1), BrokerId(2), BrokerId(3)];
    let leader = Some(BrokerId(1));
    cluster.quorum = cluster.quorum.map(|_| model::Quorum { leader, online: voters.clone(), voters });
    let mut robot = Robot::live();
    robot.see(cluster);
    let robot = robot.keys("5 x");
    let told = robot.app.toast.as_ref().unwrap().text.clone();
    assert!(told.ends_with("the loss of a voter cannot be played"), "{told}");
    assert!(!robot.app.is_copy());
}
