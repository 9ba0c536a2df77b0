//! A 64-bit FNV-1a hash, equal on every machine: of the bytes of numbers and texts, or of whole values in
//! postcard's wire format, which is documented and stable.

use postcard::ser_flavors::Flavor;
use serde::Serialize;

/// A running FNV-1a hash. Numbers go in as little-endian bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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

    /// Adds a text, its length first.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.u64(text.len() as u64).bytes(text.as_bytes())
    }

    /// Adds every field of a value in its declared order.
    ///
    /// # Panics
    /// If it has a sequence that does not know its length.
    pub(crate) fn value(&mut self, value: &(impl Serialize + ?Sized)) {
        postcard::serialize_with_flavor(value, Hashed(self)).expect("a value of known length");
    }
}

/// Where postcard's bytes go.
struct Hashed<'a>(&'a mut Fnv);

impl Flavor for Hashed<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.try_extend(&[byte])
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.bytes(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
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

    #[test]
    fn a_value_is_hashed_as_its_bytes_on_the_wire() {
        let (mut value, mut bytes) = (Fnv::default(), Fnv::default());
        value.value(&(300u32, -1i64, "ab", Some(true)));
        bytes.bytes(&[0xac, 0x02, 0x01, 2, b'a', b'b', 1, 1]);
        assert_eq!(value, bytes);
    }
}
