//! Answers as rows, where scripts of keys would say too little.

use super::*;
use crate::app::Parameters;
use crate::consequences::{Subject, parse_goals};
use crate::hypothesis::reference_with;
use crate::model::{Cluster, KafkaVersion};
use std::sync::Arc;

fn request(page: &'static [Action]) -> PageRequest {
    let mut app = crate::app::tests::showing(reference_with(KafkaVersion::REFERENCE, 3, 3, 12, 3));
    let effects = match page[0].name {
        "goal" => {
            let goals = parse_goals("survive disk_loss").unwrap();
            app.open_explore_page(&GOAL, Parameters { goals, ..Parameters::default() })
        }
        _ => app.run(&page[0]),
    };
    match effects.into_iter().next() {
        Some(crate::app::Effect::Explore(request)) => request,
        other => panic!("{}: {other:?}", page[0].name),
    }
}

#[test]
fn nothing_known_is_said_to_be_so() {
    let mut asked = request(frontier::ACTIONS);
    let mut cluster = Cluster::clone(&asked.now);
    cluster.topics = Arc::new([]);
    cluster.partitions = Default::default();
    asked.now = Arc::new(cluster);
    let data = explore(&asked, &|| true);
    assert!(data.rows.len() <= 1, "{data:?}");
}

#[test]
fn every_row_has_a_cell_for_every_column() {
    for page in PAGES {
        let name = page[0].name;
        let data = explore(&request(page), &|| true);
        assert_eq!(data.columns.len(), data.headings.len(), "{name}");
        assert!(!data.rows.is_empty(), "{name}");
        for row in &data.rows {
            assert_eq!(row.cells.len(), data.columns.len(), "{name} {row:?}");
        }
    }
}

#[test]
fn of_many_partitions_one_topic_stands_for_all() {
    let mut asked = request(advice::ACTIONS);
    assert_eq!(asked.tried_on(), (Subject::Cluster, None));
    asked.now = Arc::new(reference_with(KafkaVersion::REFERENCE, 3, 3, 20_001, 3));
    let (subject, note) = asked.tried_on();
    assert!(matches!(subject, Subject::Topic(_)) && note.unwrap().contains("orders"));
}
