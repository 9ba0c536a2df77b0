//! The bytes of one request, in the encoding of its version.

/// What was written so far, and how.
pub(super) struct Encoder {
    bytes: Vec<u8>,
    version: i16,
    is_flexible: bool,
}

impl Encoder {
    pub(super) fn new(version: i16, is_flexible: bool) -> Self {
        Encoder { bytes: Vec::new(), version, is_flexible }
    }

    pub(super) fn version(&self) -> i16 {
        self.version
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn i8(&mut self, value: i8) {
        self.bytes.extend(value.to_be_bytes());
    }

    pub(super) fn bool(&mut self, value: bool) {
        self.i8(value.into());
    }

    pub(super) fn i16(&mut self, value: i16) {
        self.bytes.extend(value.to_be_bytes());
    }

    pub(super) fn i32(&mut self, value: i32) {
        self.bytes.extend(value.to_be_bytes());
    }

    pub(super) fn i64(&mut self, value: i64) {
        self.bytes.extend(value.to_be_bytes());
    }

    fn unsigned_varint(&mut self, mut value: usize) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// A text in the old encoding, as the client id of every header is. Kafka's names have at most 249 bytes; what
    /// does not fit into the length is cut off.
    pub(super) fn old_text(&mut self, text: &str) {
        let length = text.len().min(i16::MAX as usize);
        self.i16(length as i16);
        self.bytes.extend(&text.as_bytes()[..length]);
    }

    pub(super) fn text(&mut self, text: &str) {
        if !self.is_flexible {
            return self.old_text(text);
        }
        self.unsigned_varint(text.len() + 1);
        self.bytes.extend(text.as_bytes());
    }

    /// A text that is not there, which in a filter means any.
    pub(super) fn null_text(&mut self) {
        if self.is_flexible {
            self.unsigned_varint(0);
        } else {
            self.i16(-1);
        }
    }

    /// The number of items that follow, each written by the caller.
    pub(super) fn length(&mut self, count: usize) {
        if self.is_flexible {
            self.unsigned_varint(count + 1);
        } else {
            self.i32(i32::try_from(count).unwrap_or(i32::MAX));
        }
    }

    /// An array that is not there, which in many requests means everything.
    pub(super) fn null_array(&mut self) {
        if self.is_flexible {
            self.unsigned_varint(0);
        } else {
            self.i32(-1);
        }
    }

    pub(super) fn array<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        self.length(items.len());
        for value in items {
            item(self, value);
        }
    }

    /// No tagged fields, where this version has any.
    pub(super) fn tags(&mut self) {
        if self.is_flexible {
            self.bytes.push(0);
        }
    }
}
