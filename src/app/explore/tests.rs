//! Answers as rows, where scripts of keys would say too little.

use super::*;
use crate::hypothesis::reference_with;
use crate::model::KafkaVersion;

fn request(kind: SheetKind) -> PageRequest {
    let now = Arc::new(reference_with(KafkaVersion::REFERENCE, 3, 3, 12, 3));
    PageRequest { generation: 1, kind, now, others: Vec::new(), topic: None }
}

#[test]
fn nothing_known_is_said_to_be_so() {
    let mut asked = request(SheetKind::Frontier { x: 1, y: 0 });
    let mut cluster = Cluster::clone(&asked.now);
    cluster.topics = Arc::new([]);
    cluster.partitions = Default::default();
    asked.now = Arc::new(cluster);
    let data = explore(&asked, &|| true);
    assert!(data.rows.len() <= 1, "{data:?}");
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
        let data = explore(&request(kind.clone()), &|| true);
        assert_eq!(data.columns.len(), data.headings.len(), "{kind:?}");
        assert!(!data.rows.is_empty(), "{kind:?}");
        for row in &data.rows {
            assert_eq!(row.cells.len(), data.columns.len(), "{kind:?} {row:?}");
        }
    }
}

#[test]
fn of_many_partitions_one_topic_stands_for_all() {
    let mut asked = request(SheetKind::Advice("latency.ack"));
    assert_eq!(asked.tried_on(), (Subject::Cluster, None));
    asked.now = Arc::new(reference_with(KafkaVersion::REFERENCE, 3, 3, 20_001, 3));
    let (subject, note) = asked.tried_on();
    assert!(matches!(subject, Subject::Topic(_)) && note.unwrap().contains("orders"));
}
