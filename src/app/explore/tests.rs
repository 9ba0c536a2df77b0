//! Answers as rows, where scripts of keys would say too little.

use super::*;
use crate::hypothesis::reference_with;
use crate::model::KafkaVersion;

fn inquiry(kind: SheetKind) -> Inquiry {
    let now = Arc::new(reference_with(KafkaVersion::REFERENCE, 3, 3, 12, 3));
    Inquiry { generation: 1, kind, now, others: Vec::new(), topic: None }
}

#[test]
fn nothing_known_is_said_to_be_so() {
    let mut asked = inquiry(SheetKind::Frontier { x: 1, y: 0 });
    let mut cluster = Cluster::clone(&asked.now);
    cluster.topics = Arc::new([]);
    cluster.partitions = Default::default();
    asked.now = Arc::new(cluster);
    let outcome = explore(&asked, &|| true);
    assert!(outcome.rows.len() <= 1, "{outcome:?}");
}

#[test]
fn every_row_has_a_cell_for_every_column() {
    let kinds = [
        SheetKind::Compare,
        SheetKind::Frontier { x: 1, y: 0 },
        SheetKind::Advice("latency.ack"),
        SheetKind::Goal(crate::consequences::parse_goals("survive disk_loss").unwrap()),
        SheetKind::Roll,
    ];
    for kind in kinds {
        let outcome = explore(&inquiry(kind.clone()), &|| true);
        assert_eq!(outcome.columns.len(), outcome.headings.len(), "{kind:?}");
        assert!(!outcome.rows.is_empty(), "{kind:?}");
        for row in &outcome.rows {
            assert_eq!(row.cells.len(), outcome.columns.len(), "{kind:?} {row:?}");
        }
    }
}

#[test]
fn of_many_partitions_one_topic_stands_for_all() {
    let mut asked = inquiry(SheetKind::Advice("latency.ack"));
    assert_eq!(asked.tried_on(), (Subject::Cluster, None));
    asked.now = Arc::new(reference_with(KafkaVersion::REFERENCE, 3, 3, 20_001, 3));
    let (subject, note) = asked.tried_on();
    assert!(matches!(subject, Subject::Topic(_)) && note.unwrap().contains("orders"));
}
