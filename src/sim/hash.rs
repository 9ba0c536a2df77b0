//! The trace hash: FNV-1a with 64 bits over bytes that are laid down here, equal on every machine.

use serde::{Deserialize, Serialize};

/// A running FNV-1a hash. Numbers go in as little-endian bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Fnv(pub u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self
    }

    pub(crate) fn u64(&mut self, number: u64) -> &mut Self {
        self.bytes(&number.to_le_bytes())
    }

    /// Adds a number with its sign.
    pub(crate) fn i64(&mut self, number: i64) -> &mut Self {
        self.bytes(&number.to_le_bytes())
    }

    /// Adds a text, its length first.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.u64(text.len() as u64).bytes(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FNV-1a of 64 bits: vectors from the test suite of Fowler, Noll and Vo.
    #[test]
    fn the_test_vectors_of_fnv_hold() {
        let of = |text: &str| Fnv::default().bytes(text.as_bytes()).0;
        assert_eq!(of(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(of("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(of("foobar"), 0x8594_4171_f739_67e8);
    }
}
