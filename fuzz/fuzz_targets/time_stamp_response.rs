#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::time_stamp_response(bytes));
