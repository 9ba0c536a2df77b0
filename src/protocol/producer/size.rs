//! How large records and batches are on the wire (record format v2, `DefaultRecord`).

use crate::model::Nanos;

/// Bytes of a batch before its first record.
pub(crate) const BATCH_HEADER_BYTES: u32 = 61;

/// Offset deltas from which a varint needs another byte.
const DELTA_STEPS: [u32; 4] = [64, 8192, 1_048_576, u32::MAX];

/// Size of one record: its bytes, attributes, time and offset delta, lengths.
///
/// Only the total of key, value and headers is known; the framing is that of a value without a key.
pub(crate) fn record_size(record_bytes: u32, since_first: Nanos, offset_delta: u32) -> u32 {
    let time_delta_ms = (since_first / 1_000_000).min(u64::from(u32::MAX)) as u32;
    let body = 1 // attributes
        + varint_bytes(time_delta_ms)
        + varint_bytes(offset_delta)
        + 1 // no key
        + varint_bytes(record_bytes)
        + 1 // header count
        + record_bytes;
    body + varint_bytes(body)
}

/// Bytes of a number that is not negative, zigzag-encoded.
fn varint_bytes(number: u32) -> u32 {
    let bits = 64 - (u64::from(number) << 1).leading_zeros();
    bits.div_ceil(7).max(1)
}

/// How many of `count` equal records fit into `room` bytes behind `before` others, and their bytes.
pub(super) fn fitting(
    record_bytes: u32,
    since_first: Nanos,
    before: u32,
    count: u32,
    room: u32,
) -> (u32, u32) {
    let (mut fit, mut bytes) = (0, 0);
    for step in DELTA_STEPS {
        let at = before + fit;
        if fit == count || at >= step {
            continue;
        }
        let size = record_size(record_bytes, since_first, at);
        let wanted = (count - fit).min(step - at);
        let taken = wanted.min((room - bytes) / size);
        fit += taken;
        bytes += taken * size;
        if taken < wanted {
            break;
        }
    }
    (fit, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framing_of_a_200_byte_record_is_nine_bytes() {
        assert_eq!(record_size(200, 0, 0), 209);
        assert_eq!(record_size(200, 64_000_000, 0), 210);
        assert_eq!(record_size(200, 0, 64), 210);
        assert_eq!(record_size(10, 0, 0), 17);
    }

    #[test]
    fn many_at_once_fill_like_one_by_one() {
        for room in [0, 208, 209, 13_000, 13_376, 14_000, 20_000, 2_000_000] {
            let (mut one_by_one, mut bytes) = (0, 0);
            while one_by_one < 9000 && bytes + record_size(200, 0, one_by_one) <= room {
                bytes += record_size(200, 0, one_by_one);
                one_by_one += 1;
            }
            assert_eq!(fitting(200, 0, 0, 9000, room), (one_by_one, bytes), "room {room}");
        }
    }
}
