//! A record's key, and the hashes by which clients find its partition.

/// A record's key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RecordKey {
    /// It never comes again; its hash, whatever the partitioner.
    Once(u32),
    /// The key of this number, whose bytes are those of [`RecordKey::text`].
    Numbered(u32),
}

impl RecordKey {
    /// What the application calls the key of this number, in UTF-8.
    pub(crate) fn text(number: u32) -> String {
        format!("key-{number}")
    }

    /// The hash that decides about its partition: taken modulo their number.
    pub(crate) fn hash(self, by: KeyHash) -> u32 {
        match self {
            RecordKey::Once(hash) => hash,
            RecordKey::Numbered(number) => by.of(Self::text(number).as_bytes()),
        }
    }
}

/// How a partitioner hashes the bytes of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum KeyHash {
    /// Kafka's own clients (`BuiltInPartitioner.partitionForKey`, `Utils.toPositive(Utils.murmur2(key))`), librdkafka's
    /// `murmur2` and `murmur2_random`.
    Murmur2,
    /// librdkafka's `consistent` and `consistent_random`, which is its default.
    Crc32,
    /// librdkafka's `fnv1a` and `fnv1a_random`.
    Fnv1a,
}

impl KeyHash {
    /// The hash as it is taken modulo the partitions.
    pub(crate) fn of(self, key: &[u8]) -> u32 {
        match self {
            KeyHash::Murmur2 => murmur2(key) & 0x7fff_ffff,
            KeyHash::Crc32 => crc32(key),
            KeyHash::Fnv1a => fnv1a(key),
        }
    }
}

/// The 32-bit murmur2 hash that Kafka's clients use (`Utils.murmur2`).
fn murmur2(data: &[u8]) -> u32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    let mut hash = SEED ^ data.len() as u32;
    let mut words = data.chunks_exact(4);
    for word in &mut words {
        let mut k = u32::from_le_bytes([word[0], word[1], word[2], word[3]]).wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        let tail = rest.iter().rev().fold(0u32, |tail, byte| tail << 8 | u32::from(*byte));
        hash = (hash ^ tail).wrapping_mul(M);
    }
    hash = (hash ^ hash >> 13).wrapping_mul(M);
    hash ^ hash >> 15
}

/// CRC-32 of IEEE 802.3 (`rd_crc32`), bit by bit: keys are short.
fn crc32(data: &[u8]) -> u32 {
    const REFLECTED: u32 = 0xedb8_8320;
    let byte = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| crc >> 1 ^ (REFLECTED * (crc & 1)))
    };
    !data.iter().fold(u32::MAX, byte)
}

/// FNV-1a of 32 bits, made positive as `rd_fnv1a` does: the absolute value of the signed number.
fn fnv1a(data: &[u8]) -> u32 {
    let hash =
        data.iter().fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    (hash as i32).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of Kafka's own `UtilsTest.testMurmur2`, and short keys as other clients test them.
    #[test]
    fn murmur2_agrees_with_kafka() {
        let vectors: [(&str, i32); 10] = [
            ("21", -973932308),
            ("foobar", -790332482),
            ("a-little-bit-long-string", -985981536),
            ("a-little-bit-longer-string", -1486304829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
            ("abc", 479470107),
            ("1", -1993445489),
            ("12", 126087238),
            ("12345", -1188365604),
            ("kafka", -798503068),
        ];
        for (key, hash) in vectors {
            assert_eq!(murmur2(key.as_bytes()) as i32, hash, "{key}");
        }
        assert_eq!(KeyHash::Murmur2.of(b"21"), 1_173_551_340);
    }

    /// The vectors of librdkafka's `unittest_murmur2` (2.12.1): every length modulo four, and no bytes at all.
    #[test]
    fn murmur2_agrees_with_librdkafka() {
        let vectors: [(&str, u32); 11] = [
            ("kafka", 0xd067_cf64),
            ("giberish123456789", 0x8f55_2b0c),
            ("1234", 0x9fc9_7b14),
            ("234", 0xe7c0_09ca),
            ("34", 0x8739_30da),
            ("4", 0x5a4b_5ca1),
            ("PreAmbleWillBeRemoved,ThePrePartThatIs", 0x7842_4f1c),
            ("reAmbleWillBeRemoved,ThePrePartThatIs", 0x4a62_b377),
            ("eAmbleWillBeRemoved,ThePrePartThatIs", 0xe0e4_e09e),
            ("AmbleWillBeRemoved,ThePrePartThatIs", 0x62b8_b43f),
            ("", 0x106e_08d9),
        ];
        for (key, hash) in vectors {
            assert_eq!(murmur2(key.as_bytes()), hash, "{key}");
        }
    }

    /// What librdkafka's test 0048 expects of its partitioners before the modulo.
    #[test]
    fn each_hash_agrees_with_librdkafkas_partitioners() {
        let long = "this is another string with more length to it perhaps";
        let vectors = [
            ("", 0, 0x106e_08d9, 0x7ee3_623b),
            ("23456", 0xb1b4_51d7, 0x058d_780f, 0x27e6_f469),
            (long, 0xb015_0df7, 0x4f77_03da, 0x155e_3e5f),
            ("hejsan", 0xd077_037e, 0x5ec1_9395, 0x17b1_e27a),
        ];
        for (key, crc32, murmur2, fnv1a) in vectors {
            let hashes = [KeyHash::Crc32, KeyHash::Murmur2, KeyHash::Fnv1a].map(|by| by.of(key.as_bytes()));
            assert_eq!(hashes, [crc32, murmur2, fnv1a], "{key}");
        }
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926, "the check value of CRC-32");
    }

    #[test]
    fn a_numbered_key_is_hashed_by_its_text() {
        assert_eq!(RecordKey::Numbered(17).hash(KeyHash::Crc32), crc32(b"key-17"));
        assert_eq!(RecordKey::Once(5).hash(KeyHash::Crc32), RecordKey::Once(5).hash(KeyHash::Murmur2));
    }
}
