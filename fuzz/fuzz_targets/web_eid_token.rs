#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::web_eid_token(bytes));
