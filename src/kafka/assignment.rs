//! The bytes in which a classic consumer's leader hands out partitions (ConsumerProtocolAssignment).

use std::sync::Arc;

/// The partitions of an assignment: version (i16), then an array of topic and array of partitions, then user
/// data. Bytes that end early yield what was complete; other protocols' bytes (Connect) yield nothing.
pub(super) fn assigned_partitions(bytes: &[u8]) -> Vec<(Arc<str>, i32)> {
    let mut owned = Vec::new();
    let mut rest = Cursor(bytes);
    // Every version so far starts alike (ConsumerProtocolAssignment.json, versions 0 to 3).
    if rest.i16().is_some_and(|version| (0..=3).contains(&version)) {
        let _ = topics(&mut rest, &mut owned);
    }
    owned
}

fn topics(rest: &mut Cursor<'_>, owned: &mut Vec<(Arc<str>, i32)>) -> Option<()> {
    for _ in 0..rest.i32()? {
        let length = usize::try_from(rest.i16()?).ok()?;
        let name: Arc<str> = std::str::from_utf8(rest.take(length)?).ok()?.into();
        for _ in 0..rest.i32()? {
            owned.push((name.clone(), rest.i32()?));
        }
    }
    Some(())
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn i16(&mut self) -> Option<i16> {
        self.take(2)?.try_into().ok().map(i16::from_be_bytes)
    }

    fn i32(&mut self) -> Option<i32> {
        self.take(4)?.try_into().ok().map(i32::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE_TOPIC: &[u8] = b"\0\x01\0\0\0\x01\0\x03pay\0\0\0\x02\0\0\0\0\0\0\0\x05\xff\xff\xff\xff";

    #[test]
    fn topics_and_partitions_are_read() {
        assert_eq!(assigned_partitions(ONE_TOPIC), [("pay".into(), 0), ("pay".into(), 5)]);
    }

    #[test]
    fn cut_or_foreign_bytes_do_no_harm() {
        for end in 0..ONE_TOPIC.len() {
            assert!(assigned_partitions(&ONE_TOPIC[..end]).len() <= 2);
        }
        assert!(assigned_partitions(b"\x7f\xff\xff\xff\xff\xff\xff").is_empty());
        assert!(assigned_partitions(b"\0\0\x7f\xff\xff\xff").is_empty());
    }
}
