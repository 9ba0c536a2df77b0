//! DescribeLogDirs: which partitions a broker has on its disks; not filtered by topic, so that it shows what is hidden.

use super::{Coded, by_topic, coded};
use crate::kafka::reads::HeldPartitions;
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;

pub(in crate::kafka::wire) struct DescribeLogDirs;

/// `Errors.CLUSTER_AUTHORIZATION_FAILED`.
const REFUSED: i16 = 31;

impl ReadRequest for DescribeLogDirs {
    const API: Api = Api::DescribeLogDirs;
    const VERSIONS: (i16, i16) = (1, 4);
    type Answer = Coded<HeldPartitions>;

    fn encode(&self, out: &mut Encoder) {
        // Every topic.
        out.null_array();
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let code = if answer.version() >= 3 { answer.i16()? } else { 0 };
        let mut held = Vec::new();
        let mut first_error = 0;
        let mut directories = 0;
        answer.each(|directory| {
            let (code, partitions) = log_dir(directory)?;
            directories += 1;
            held.extend(partitions);
            first_error = if first_error == 0 { code } else { first_error };
            Ok(())
        })?;
        answer.tags()?;
        // Every broker has a directory: before version 3 none at all is how it refuses.
        let refused = if directories == 0 { REFUSED } else { 0 };
        let code = [code, first_error, refused].into_iter().find(|code| *code != 0).unwrap_or(0);
        Ok(coded(code, held))
    }
}

/// What a directory that cannot be read holds is not told.
fn log_dir(directory: &mut Decoder<'_>) -> Decoded<(i16, HeldPartitions)> {
    let code = directory.i16()?;
    directory.text()?;
    let held = by_topic(directory, |partition, topic| {
        let number = partition.i32()?;
        // Its size and how far it is behind.
        partition.i64()?;
        partition.i64()?;
        partition.bool()?;
        partition.tags()?;
        Ok((topic, number))
    })?;
    if directory.version() >= 4 {
        // The size of the volume, and what is free of it.
        directory.i64()?;
        directory.i64()?;
    }
    directory.tags()?;
    Ok((code, held))
}
