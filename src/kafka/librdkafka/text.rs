//! From C strings and arrays to owned Rust values; null is empty, never a crash.
#![allow(unsafe_code)]

use super::ffi;
use crate::kafka::CallError;
use std::ffi::{CStr, CString, c_char, c_int};

/// A copy of a C string; empty for null, with replacement characters where it is not UTF-8.
///
/// # Safety
/// `at` is null or a NUL-terminated string that lives during the call.
pub(super) unsafe fn text(at: *const c_char) -> String {
    // SAFETY: the caller's promise.
    unsafe { optional_text(at) }.unwrap_or_default()
}

/// A copy of a C string; `None` for null.
///
/// # Safety
/// As for [`text`].
pub(super) unsafe fn optional_text(at: *const c_char) -> Option<String> {
    if at.is_null() {
        return None;
    }
    // SAFETY: not null, and a terminated string by the caller's promise.
    Some(unsafe { CStr::from_ptr(at) }.to_string_lossy().into_owned())
}

/// A C array as a slice; empty for null or no elements.
///
/// # Safety
/// `at` is null or points to `count` initialised elements that live as long as the slice is used.
pub(super) unsafe fn slice<'a, T>(at: *const T, count: usize) -> &'a [T] {
    if at.is_null() || count == 0 {
        return &[];
    }
    // SAFETY: not null, and `count` elements by the caller's promise.
    unsafe { std::slice::from_raw_parts(at, count) }
}

/// As [`slice`] with C's signed count; a negative one is none.
///
/// # Safety
/// As for [`slice`].
pub(super) unsafe fn counted<'a, T>(at: *const T, count: c_int) -> &'a [T] {
    // SAFETY: the caller's promise.
    unsafe { slice(at, usize::try_from(count).unwrap_or(0)) }
}

/// An error object of librdkafka as a value, without freeing it; `None` for null or code 0.
///
/// # Safety
/// `error` is null or a live error object.
pub(super) unsafe fn call_error(error: *const ffi::RkError) -> Option<CallError> {
    if error.is_null() {
        return None;
    }
    // SAFETY: a live error object by the caller's promise.
    let (code, message) =
        unsafe { (ffi::rd_kafka_error_code(error), text(ffi::rd_kafka_error_string(error))) };
    (code != 0).then_some(CallError { code, message })
}

/// librdkafka's words for an error code.
pub(super) fn code_text(code: c_int) -> String {
    // SAFETY: takes any integer and returns a static string.
    unsafe { text(ffi::rd_kafka_err2str(code)) }
}

/// A name as a C string; what follows an embedded NUL (impossible in Kafka's names) is cut off.
pub(super) fn c_string(name: &str) -> CString {
    let clean = name.split('\0').next().unwrap_or_default();
    CString::new(clean).unwrap_or_default()
}
