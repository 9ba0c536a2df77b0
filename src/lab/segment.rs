//! Reads and cuts the segment files of a replica, as they lie on the disk.
//!
//! Record batches of format 2 (KIP-98), uncompressed. A batch is what a power failure keeps or loses whole:
//! Kafka drops a torn one by its checksum.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Bytes of a batch before its first record.
const HEADER: usize = 61;

/// One record batch of a segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct StoredBatch {
    /// Offset of its first record.
    pub base_offset: i64,
    /// Offset of its last record.
    pub last_offset: i64,
    /// The epoch of the leader that wrote it.
    pub leader_epoch: i32,
    /// Time of its first record, in milliseconds since 1970.
    pub base_time_ms: i64,
    /// Where it begins in the file.
    pub at: usize,
    /// How long it is.
    pub bytes: usize,
    /// A marker of a transaction or of the quorum, not data.
    pub control: bool,
    /// Its records; `None` when they are compressed.
    pub records: Option<Vec<StoredRecord>>,
}

/// One record of a batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct StoredRecord {
    pub offset: i64,
    /// Its time, in milliseconds since 1970.
    pub time_ms: i64,
    pub value: Vec<u8>,
}

/// The segments of a log folder, oldest first.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn segments(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let listed = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut found: Vec<PathBuf> =
        listed.filter(|path| path.extension().is_some_and(|end| end == "log")).collect();
    found.sort();
    Ok(found)
}

/// All whole batches of a log folder, in order.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn read_log(folder: &Path) -> io::Result<Vec<StoredBatch>> {
    let mut batches = Vec::new();
    for path in segments(folder)? {
        batches.extend(read_batches(&fs::read(path)?));
    }
    Ok(batches)
}

/// The whole batches of one segment; a torn or unwritten tail ends them.
pub(crate) fn read_batches(bytes: &[u8]) -> Vec<StoredBatch> {
    let mut batches: Vec<StoredBatch> = Vec::new();
    while let Some(batch) = read_batch(bytes, batches.last().map_or(0, |last| last.at + last.bytes)) {
        batches.push(batch);
    }
    batches
}

fn read_batch(bytes: &[u8], at: usize) -> Option<StoredBatch> {
    let head = bytes.get(at..at + HEADER)?;
    let length = usize::try_from(int(head, 8)?).ok().filter(|length| *length >= HEADER - 12)?;
    let whole = bytes.get(at..at + 12 + length)?;
    if head[16] != 2 {
        return None;
    }
    let (base_offset, base_time_ms) = (long(head, 0)?, long(head, 27)?);
    let attributes = i16::from_be_bytes([head[21], head[22]]);
    let count = usize::try_from(int(head, 57)?).ok()?;
    let records = (attributes & 7 == 0).then(|| read_records(whole, count, base_offset, base_time_ms));
    Some(StoredBatch {
        base_offset,
        last_offset: base_offset + i64::from(int(head, 23)?),
        leader_epoch: int(head, 12)?,
        base_time_ms,
        at,
        bytes: whole.len(),
        control: attributes & 0x20 != 0,
        records: records.flatten(),
    })
}

fn read_records(batch: &[u8], count: usize, base: i64, base_time_ms: i64) -> Option<Vec<StoredRecord>> {
    let mut cursor = Cursor { bytes: batch, at: HEADER };
    let mut records = Vec::new();
    for _ in 0..count {
        let length = usize::try_from(cursor.varint()?).ok()?;
        let end = cursor.at + length;
        cursor.at += 1;
        let time_ms = base_time_ms + cursor.varint()?;
        let offset = base + cursor.varint()?;
        cursor.nullable()?;
        let value = cursor.nullable()?.to_vec();
        records.push(StoredRecord { offset, time_ms, value });
        cursor.at = end;
    }
    Some(records)
}

fn int(bytes: &[u8], at: usize) -> Option<i32> {
    Some(i32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<i64> {
    Some(i64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn varint(&mut self) -> Option<i64> {
        let mut raw: u64 = 0;
        for shift in (0..70).step_by(7) {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            raw |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some((raw >> 1) as i64 ^ -((raw & 1) as i64));
            }
        }
        None
    }

    /// Bytes behind their length; a null is empty.
    fn nullable(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.varint()?).unwrap_or(0);
        let found = self.bytes.get(self.at..self.at + length)?;
        self.at += length;
        Some(found)
    }
}

/// Cuts a replica's log to its first batches: those below `flushed`, and `keep` more. Says how many went.
///
/// Indexes of what is cut are removed: Kafka builds them anew after an unclean stop.
///
/// # Errors
/// When a file cannot be read or changed.
pub(crate) fn cut_log(folder: &Path, flushed: i64, keep: usize) -> io::Result<usize> {
    let mut left = keep;
    let mut lost = 0;
    for path in segments(folder)? {
        let batches = read_batches(&fs::read(&path)?);
        let at_risk = batches.iter().position(|batch| batch.last_offset >= flushed).unwrap_or(batches.len());
        let kept = (at_risk + left).min(batches.len());
        left -= kept - at_risk;
        if kept == batches.len() {
            continue;
        }
        lost += batches.len() - kept;
        let length = batches[kept].at as u64;
        OpenOptions::new().write(true).open(&path)?.set_len(length)?;
        for index in ["index", "timeindex", "txnindex"] {
            let _ = fs::remove_file(path.with_extension(index));
        }
        if length == 0 && batches[0].base_offset > 0 {
            fs::remove_file(&path)?;
        }
    }
    Ok(lost)
}

/// Recovery points of a data folder by log: what is known to be flushed.
pub(crate) fn recovery_points(data: &Path) -> Vec<(String, i64)> {
    let text = fs::read_to_string(data.join("recovery-point-offset-checkpoint")).unwrap_or_default();
    let line = |line: &str| {
        let mut words = line.split(' ');
        let (topic, number, offset) = (words.next()?, words.next()?, words.next()?);
        Some((format!("{topic}-{number}"), offset.parse().ok()?))
    };
    text.lines().skip(2).filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varint(value: i64) -> Vec<u8> {
        let mut raw = (value << 1) as u64 ^ (value >> 63) as u64;
        let mut bytes = Vec::new();
        while raw >= 0x80 {
            bytes.push(raw as u8 | 0x80);
            raw >>= 7;
        }
        bytes.push(raw as u8);
        bytes
    }

    fn batch(base: i64, values: &[&str]) -> Vec<u8> {
        let mut records = Vec::new();
        for (delta, value) in values.iter().enumerate() {
            let mut record = vec![0];
            record.extend(varint(5));
            record.extend(varint(delta as i64));
            record.extend(varint(-1));
            record.extend(varint(value.len() as i64));
            record.extend(value.as_bytes());
            record.extend(varint(0));
            records.extend(varint(record.len() as i64));
            records.extend(record);
        }
        let mut bytes = base.to_be_bytes().to_vec();
        bytes.extend((49 + records.len() as i32).to_be_bytes());
        bytes.extend(7i32.to_be_bytes());
        bytes.push(2);
        bytes.extend([0; 4]);
        bytes.extend([0; 2]);
        bytes.extend((values.len() as i32 - 1).to_be_bytes());
        bytes.extend(1000i64.to_be_bytes());
        bytes.extend(1005i64.to_be_bytes());
        bytes.extend([0xff; 14]);
        bytes.extend((values.len() as i32).to_be_bytes());
        bytes.extend(records);
        bytes
    }

    fn values(batches: &[StoredBatch]) -> Vec<(i64, String)> {
        let records = batches.iter().flat_map(|batch| batch.records.clone().unwrap());
        records.map(|record| (record.offset, String::from_utf8(record.value).unwrap())).collect()
    }

    #[test]
    fn batches_are_read_up_to_a_torn_one() {
        let mut bytes = [batch(0, &["a", "bb"]), batch(2, &["c"])].concat();
        bytes.extend(&batch(3, &["torn"])[..70]);
        let batches = read_batches(&bytes);
        assert_eq!(values(&batches), [(0, "a".into()), (1, "bb".into()), (2, "c".into())]);
        assert_eq!((batches[1].leader_epoch, batches[1].base_offset, batches[0].last_offset), (7, 2, 1));
        assert_eq!(batches[0].records.as_ref().unwrap()[0].time_ms, 1005);
    }

    #[test]
    fn a_log_is_cut_at_a_batch_beyond_what_was_flushed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("00000000000000000000.log");
        let all = [batch(0, &["a"]), batch(1, &["b"]), batch(2, &["c"]), batch(3, &["d"])].concat();
        fs::write(&file, all).unwrap();
        fs::write(file.with_extension("index"), "").unwrap();
        assert_eq!(cut_log(folder.path(), 1, 5).unwrap(), 0);
        assert_eq!(cut_log(folder.path(), 2, 1).unwrap(), 1);
        assert_eq!(values(&read_log(folder.path()).unwrap()).len(), 3);
        assert!(!file.with_extension("index").exists());
        assert_eq!(cut_log(folder.path(), 1, 0).unwrap(), 2);
        assert_eq!(values(&read_log(folder.path()).unwrap()), [(0, "a".into())]);
    }
}
