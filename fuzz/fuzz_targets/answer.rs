//! Fuzzes the decoder of brokers' answers.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| klever::kafka::read_as_any_answer(bytes));
