//! A cursor over the bytes of one answer. What it yields never takes more memory than the bytes that came allow for:
//! a count or a length that the rest of the frame cannot hold is refused before anything is set aside.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

/// Why bytes are not the answer that was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Malformed(pub &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What a decoding step yields.
pub(super) type Decoded<T> = Result<T, Malformed>;

/// The unread bytes of an answer, and how they are encoded.
pub(super) struct Decoder<'a> {
    rest: &'a [u8],
    version: i16,
    is_flexible: bool,
    /// Names that came before: those of topics repeat with every group.
    names: HashSet<Arc<str>>,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(bytes: &'a [u8], version: i16, is_flexible: bool) -> Self {
        Decoder { rest: bytes, version, is_flexible, names: HashSet::new() }
    }

    pub(super) fn version(&self) -> i16 {
        self.version
    }

    /// How many bytes are unread.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    /// That nothing is left.
    pub(super) fn end(&self) -> Decoded<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed("it is longer than its content")) }
    }

    fn take(&mut self, count: usize) -> Decoded<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(count).ok_or(Malformed("it ends early"))?;
        self.rest = tail;
        Ok(head)
    }

    fn fixed<const N: usize>(&mut self) -> Decoded<[u8; N]> {
        let bytes = self.take(N)?;
        bytes.try_into().map_err(|_| Malformed("it ends early"))
    }

    pub(super) fn i8(&mut self) -> Decoded<i8> {
        Ok(i8::from_be_bytes(self.fixed()?))
    }

    pub(super) fn i16(&mut self) -> Decoded<i16> {
        Ok(i16::from_be_bytes(self.fixed()?))
    }

    pub(super) fn i32(&mut self) -> Decoded<i32> {
        Ok(i32::from_be_bytes(self.fixed()?))
    }

    pub(super) fn i64(&mut self) -> Decoded<i64> {
        Ok(i64::from_be_bytes(self.fixed()?))
    }

    pub(super) fn bool(&mut self) -> Decoded<bool> {
        Ok(self.i8()? != 0)
    }

    /// Passes over a UUID.
    pub(super) fn skip_uuid(&mut self) -> Decoded<()> {
        self.take(16).map(|_| ())
    }

    fn unsigned_varint(&mut self) -> Decoded<u32> {
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.fixed()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed("a number has no end"))
    }

    /// A length or a count before what it belongs to; `None` for null. In compact encodings it is one more than that.
    fn count(&mut self, old: fn(&mut Self) -> Decoded<i32>) -> Decoded<Option<usize>> {
        let count = if self.is_flexible { i64::from(self.unsigned_varint()?) - 1 } else { old(self)?.into() };
        match usize::try_from(count) {
            // Everything that is counted takes a byte at least.
            Ok(count) if count > self.rest.len() => Err(Malformed("a count is larger than the whole")),
            Ok(count) => Ok(Some(count)),
            Err(_) if count == -1 => Ok(None),
            Err(_) => Err(Malformed("a count is below zero")),
        }
    }

    fn bytes_counted_by(&mut self, old: fn(&mut Self) -> Decoded<i32>) -> Decoded<Option<&'a [u8]>> {
        let Some(length) = self.count(old)? else { return Ok(None) };
        self.take(length).map(Some)
    }

    /// Bytes; empty for null.
    pub(super) fn bytes(&mut self) -> Decoded<&'a [u8]> {
        Ok(self.bytes_counted_by(Decoder::i32)?.unwrap_or_default())
    }

    pub(super) fn nullable_text(&mut self) -> Decoded<Option<Cow<'a, str>>> {
        let bytes = self.bytes_counted_by(|decoder| Ok(decoder.i16()?.into()))?;
        Ok(bytes.map(String::from_utf8_lossy))
    }

    pub(super) fn text(&mut self) -> Decoded<Cow<'a, str>> {
        self.nullable_text()?.ok_or(Malformed("a text is missing"))
    }

    pub(super) fn string(&mut self) -> Decoded<String> {
        Ok(self.text()?.into_owned())
    }

    pub(super) fn nullable_string(&mut self) -> Decoded<Option<String>> {
        Ok(self.nullable_text()?.map(Cow::into_owned))
    }

    /// A name that may come again in the same answer: all its places share one allocation.
    pub(super) fn name(&mut self) -> Decoded<Arc<str>> {
        let text = self.text()?;
        if let Some(known) = self.names.get(&*text) {
            return Ok(known.clone());
        }
        let name: Arc<str> = text.into();
        self.names.insert(name.clone());
        Ok(name)
    }

    /// An array; empty for null.
    pub(super) fn array<T>(&mut self, item: impl FnMut(&mut Self) -> Decoded<T>) -> Decoded<Vec<T>> {
        Ok(self.nullable_array(item)?.unwrap_or_default())
    }

    pub(super) fn nullable_array<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Decoded<T>,
    ) -> Decoded<Option<Vec<T>>> {
        let Some(count) = self.count(Decoder::i32)? else { return Ok(None) };
        // A count costs its sender nothing: no more is set aside at once than bytes have come.
        let mut items = Vec::with_capacity(count.min(self.rest.len() / size_of::<T>().max(1)));
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(Some(items))
    }

    /// Each item of an array in turn; none for null.
    pub(super) fn each(&mut self, mut item: impl FnMut(&mut Self) -> Decoded<()>) -> Decoded<()> {
        for _ in 0..self.count(Decoder::i32)?.unwrap_or(0) {
            item(self)?;
        }
        Ok(())
    }

    /// Passes over tagged fields, where this version has any.
    pub(super) fn tags(&mut self) -> Decoded<()> {
        self.tagged(|_, _| Ok(()))
    }

    /// Tagged fields, each with a decoder of its own bytes.
    pub(super) fn tagged(&mut self, mut field: impl FnMut(u32, &mut Self) -> Decoded<()>) -> Decoded<()> {
        let count = if self.is_flexible { self.unsigned_varint()? } else { 0 };
        for _ in 0..count {
            let tag = self.unsigned_varint()?;
            let size = self.unsigned_varint()?;
            let bytes = self.take(usize::try_from(size).unwrap_or(usize::MAX))?;
            field(tag, &mut Decoder::new(bytes, self.version, self.is_flexible))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn old(bytes: &[u8]) -> Decoder<'_> {
        Decoder::new(bytes, 0, false)
    }

    fn compact(bytes: &[u8]) -> Decoder<'_> {
        Decoder::new(bytes, 0, true)
    }

    #[test]
    fn both_encodings_of_texts_are_read() {
        assert_eq!(old(b"\0\x02ab").text().as_deref(), Ok("ab"));
        assert_eq!(compact(b"\x03ab").text().as_deref(), Ok("ab"));
        assert_eq!(old(b"\xff\xff").nullable_text(), Ok(None));
        assert_eq!(compact(b"\0").nullable_text(), Ok(None));
        assert_eq!(compact(b"\x01").text().as_deref(), Ok(""), "an empty name is a name");
        assert_eq!(compact(b"\0").text(), Err(Malformed("a text is missing")));
    }

    #[test]
    fn a_count_that_the_frame_cannot_hold_is_refused() {
        let claims = |bytes| old(bytes).array(|item| item.i64());
        assert_eq!(claims(b"\x7f\xff\xff\xff\0\0\0\0"), Err(Malformed("a count is larger than the whole")));
        assert_eq!(claims(b"\x80\0\0\0"), Err(Malformed("a count is below zero")));
        assert_eq!(claims(b"\0\0\0\x02\0\0\0\0\0\0\0\x01"), Err(Malformed("it ends early")));
        let claims = |bytes| compact(bytes).array(|item| item.i64());
        assert_eq!(claims(b"\xff\xff\xff\xff\x0f\0"), Err(Malformed("a count is larger than the whole")));
        assert_eq!(claims(b"\xff\xff\xff\xff\xff\xff"), Err(Malformed("a number has no end")));
    }

    #[test]
    fn what_is_set_aside_is_no_larger_than_what_came() {
        let mut bytes = vec![0; 4 + 4000];
        bytes[2..4].copy_from_slice(&4000_u16.to_be_bytes());
        let items = old(&bytes).array(|item| item.i8().map(|byte| [i64::from(byte); 16])).unwrap();
        assert_eq!(items.len(), 4000);
        let refused = old(&bytes[..1000]).array(|item| item.i8().map(|byte| [i64::from(byte); 16]));
        assert!(refused.is_err());
    }

    #[test]
    fn tagged_fields_are_passed_over_or_read_within_their_bounds() {
        let bytes = b"\x02\x00\x02\x00\x07\x05\x01\x09\x2a";
        let mut decoder = compact(bytes);
        decoder.tags().unwrap();
        assert_eq!((decoder.i8(), decoder.end()), (Ok(0x2a), Ok(())));
        let mut seen = Vec::new();
        compact(bytes)
            .tagged(|tag, field| {
                seen.push((tag, field.i8()?, field.i16().is_err()));
                Ok(())
            })
            .unwrap();
        assert_eq!(seen, [(0, 0, true), (5, 9, true)], "a field ends where its size says");
        assert!(compact(b"\x01\x00\x05\x00").tags().is_err());
    }

    #[test]
    fn names_that_repeat_are_shared() {
        let bytes = b"\x03ab\x03ab\x02a";
        let mut decoder = compact(bytes);
        let (first, second) = (decoder.name().unwrap(), decoder.name().unwrap());
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(&*decoder.name().unwrap(), "a");
    }
}
