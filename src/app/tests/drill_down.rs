//! From a broker to the member of a group and back, page by page.

use super::*;
use crate::model::{Group, GroupOffset, GroupState, Member, PartitionIx, Unknown};

fn read() -> Robot {
    let mut cluster = cluster();
    let member = |client_id: &str, assigned: &[u32]| Member {
        client_id: client_id.into(),
        host: "/10.0.0.7".into(),
        instance_id: None,
        assigned: assigned.iter().map(|ix| PartitionIx(*ix)).collect(),
    };
    let group = Group {
        id: "billing".into(),
        state: GroupState::Stable,
        protocol: "consumer".into(),
        coordinator: None,
        member_count: Datum::known(2, 0, model::Origin::Broker),
        members: Datum::known(
            vec![member("one", &[0]), member("two", &[3])].into(),
            0,
            model::Origin::Broker,
        ),
        offsets: Datum::known(
            vec![GroupOffset::new(PartitionIx(3), Some(5))].into(),
            0,
            model::Origin::Broker,
        ),
    };
    cluster.groups = Datum::known(vec![group].into(), 0, model::Origin::Broker);
    let mut robot = Robot::live();
    robot.see(cluster);
    robot
}

impl Robot {
    fn title(&self) -> &str {
        let Some(Overlay::Page(page, _)) = &self.app.overlay else { panic!("no page") };
        &page.title
    }

    /// Down to the link with this text, and in.
    fn goes_into(mut self, text: &str) -> Robot {
        for _ in 0..200 {
            let Some(Overlay::Page(page, top)) = &self.app.overlay else { panic!("no page") };
            let lines = page.lines(Page::room(self.app.size).0);
            let selected = page.selected_lines(*top, Page::room(self.app.size));
            if selected.is_some_and(|mut at| at.any(|line| lines[line].1.contains(text))) {
                return self.keys("enter");
            }
            self = self.keys("j");
        }
        panic!("no link `{text}` on {}", self.title());
    }
}

#[test]
fn from_a_broker_to_a_member_and_back_and_forward_again() {
    let robot = read().keys("1 enter");
    assert_eq!(robot.title(), "Broker 1");
    let robot = robot.goes_into("orders  leads 4, follows 8 of 12 partitions");
    assert_eq!(robot.title(), "Broker 1 > Topic orders");
    let robot = robot.goes_into("orders-3  leader").goes_into("billing  stable");
    assert_eq!(robot.title(), "Broker 1 > Topic orders > Partition orders-3 > Group billing");
    let robot = robot.goes_into("two  /10.0.0.7  1 partition");
    let all = "Broker 1 > Topic orders > Partition orders-3 > Group billing > Member 2";
    assert_eq!(robot.title(), all);
    let mut robot = robot.keys("backspace");
    robot.send(Msg::Resize(60, 24));
    let mut robot = robot.keys("l");
    assert_eq!(
        robot.title(),
        ".. > Partition orders-3 > Group billing > Member 2",
        "the last ones tell most"
    );
    robot.send(Msg::Resize(120, 40));
    let robot = robot.keys("backspace backspace");
    assert_eq!(robot.title(), "Broker 1 > Topic orders > Partition orders-3");
    let robot = robot.keys("l");
    assert_eq!(robot.title(), "Broker 1 > Topic orders > Partition orders-3 > Group billing");
    let robot = robot.goes_into("orders-3");
    assert!(robot.title().ends_with("Group billing > Partition orders-3"), "{}", robot.title());
    let robot = robot.keys("right");
    assert_eq!(robot.app.toast.as_ref().unwrap().text, "no page was left by going back");
    let robot = robot.keys("esc");
    assert!(robot.app.overlay.is_none());
}

#[test]
fn the_way_back_leads_to_the_line_that_one_left() {
    let robot = read().keys("2 enter").goes_into("broker 2").keys("backspace");
    let Some(Overlay::Page(page, top)) = &robot.app.overlay else { panic!() };
    let lines = page.lines(Page::room(robot.app.size).0);
    let at = page.selected_lines(*top, Page::room(robot.app.size)).unwrap().start;
    assert!(lines[at].1.starts_with("broker 2"), "{}", lines[at].1);
}

#[test]
fn the_page_of_a_topic_has_its_settings_and_what_was_not_read_is_unknown() {
    let robot = read().keys("2 enter").goes_into("topic orders");
    let page = |robot: &Robot| -> String {
        let Some(Overlay::Page(page, _)) = &robot.app.overlay else { panic!() };
        page.lines(100).into_iter().map(|(_, line)| line + "\n").collect()
    };
    let text = page(&robot);
    for part in
        ["12 partitions", "Configuration that differs", "orders-11  leader", "in sync 3/3, OK", "billing"]
    {
        assert!(text.contains(part), "no {part}:\n{text}");
    }
    let mut cluster = cluster();
    let mut topics = cluster.topics.to_vec();
    topics.iter_mut().for_each(|topic| topic.config = Datum::unknown(Unknown::NotAsked));
    cluster.topics = topics.into();
    cluster.groups = Datum::unknown(Unknown::NotAsked);
    let mut robot = Robot::live();
    robot.see(cluster);
    let text = page(&robot.keys("2 enter").goes_into("topic orders"));
    let reason = Unknown::NotAsked.to_string();
    assert!(text.contains(&format!("configuration: {reason}")), "{text}");
    assert!(text.contains(&format!("groups: {reason}")), "{text}");
}

#[test]
fn what_is_gone_when_one_comes_back_is_said_to_be_gone() {
    let mut robot = read().keys("3 enter").goes_into("orders-3");
    let mut without = cluster();
    without.groups = Datum::known(Vec::new().into(), 0, model::Origin::Broker);
    robot.see(without);
    let robot = robot.keys("backspace");
    let Some(Overlay::Page(page, _)) = &robot.app.overlay else { panic!() };
    assert_eq!(page.lines(80)[0].1, "Group billing is not there any more, or not read any more");
}
