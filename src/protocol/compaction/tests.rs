//! Whatever is cleaned how often: the last value of each key stays, and nothing else of it for ever.

use super::*;
use proptest::prelude::*;

const RETENTION: Nanos = 100;

/// One record an offset: its key and whether it is a tombstone.
fn keyed(records: &[(u32, bool)]) -> Vec<KeyedRecords> {
    let run = |(offset, (key, tombstone)): (Offset, &(u32, bool))| KeyedRecords {
        offset,
        count: 1,
        key: *key,
        tombstone: *tombstone,
    };
    (0..).zip(records).map(run).collect()
}

fn pass(cleaned: &mut Cleaned, records: &[(u32, bool)], upto: Offset, now: Nanos) -> Removed {
    let dirty = (cleaned.first_dirty(0, records.len() as Offset), upto);
    let tombstones = TombstoneRule::Horizon { now, retention: RETENTION };
    cleaned.clean(&keyed(records), Cleaning { dirty, tombstones }, |_| 0)
}

fn kept(cleaned: &Cleaned, count: usize) -> Vec<usize> {
    (0..count).filter(|offset| !cleaned.removed().contains(*offset as u64)).collect()
}

#[test]
fn the_last_record_of_a_key_below_the_end_of_the_dirty_part_stays() {
    let records = [(1, false), (2, false), (1, false), (1, false), (2, false)];
    let mut cleaned = Cleaned::default();
    let removed = pass(&mut cleaned, &records, 4, 0);
    assert_eq!(removed.offsets.ranges(), [(0, 1), (2, 3)]);
    assert_eq!(kept(&cleaned, 5), [1, 3, 4], "the later record of key 2 is not cleaned yet");
    assert_eq!(pass(&mut cleaned, &records, 5, 0).offsets.ranges(), [(1, 2)]);
}

#[test]
fn a_tombstone_goes_with_the_first_pass_after_its_time() {
    let records = [(1, false), (1, true), (2, false), (3, false), (4, false)];
    let mut cleaned = Cleaned::default();
    pass(&mut cleaned, &records, 2, 50);
    assert_eq!(kept(&cleaned, 5), [1, 2, 3, 4], "the value is gone, its tombstone is not");
    assert_eq!(pass(&mut cleaned, &records, 3, 149).tombstones, 0);
    let removed = pass(&mut cleaned, &records, 4, 150);
    assert_eq!((removed.tombstones, kept(&cleaned, 5)), (1, vec![2, 3, 4]));
}

#[test]
fn before_3_1_a_tombstone_goes_by_the_age_of_its_segment() {
    let records = [(1, true), (2, false), (3, false)];
    for (upto, tombstones) in [(9, 0), (10, 1)] {
        let cleaning = Cleaning { dirty: (1, 3), tombstones: TombstoneRule::SegmentAge { upto } };
        let removed = Cleaned::default().clean(&keyed(&records), cleaning, |_| 10);
        assert_eq!(removed.tombstones, tombstones, "{upto}");
    }
}

#[test]
fn what_is_cut_off_is_dirty_again() {
    let records = [(1, false), (1, false), (1, false)];
    let mut cleaned = Cleaned::default();
    pass(&mut cleaned, &records, 3, 0);
    cleaned.truncate_to(1);
    assert_eq!((cleaned.first_dirty(0, 1), kept(&cleaned, 3)), (1, vec![1, 2]));
    assert_eq!(cleaned.first_dirty(0, 0), 0, "a mark beyond the log's end is not trusted");
}

proptest! {
    /// A reader of what is left gets the state that a reader of everything gets, but for keys that are deleted.
    #[test]
    fn the_state_of_every_key_stays(
        records in prop::collection::vec((0u32..5, any::<bool>()), 1..60),
        passes in prop::collection::vec((0usize..60, 0u64..80), 1..8),
    ) {
        let mut cleaned = Cleaned::default();
        let (mut upto, mut now) = (0, 0);
        for (further, later) in passes {
            (upto, now) = ((upto + further).min(records.len()), now + later);
            pass(&mut cleaned, &records, upto as Offset, now);
            let state = |offsets: &mut dyn Iterator<Item = usize>| -> BTreeMap<u32, usize> {
                let mut state = BTreeMap::new();
                for offset in offsets {
                    match records[offset] {
                        (key, true) => _ = state.remove(&key),
                        (key, false) => _ = state.insert(key, offset),
                    }
                }
                state
            };
            let left = kept(&cleaned, records.len());
            prop_assert_eq!(state(&mut left.iter().copied()), state(&mut (0..records.len())));
            prop_assert!(left.iter().filter(|offset| **offset >= upto).count() == records.len() - upto);
        }
    }
}
