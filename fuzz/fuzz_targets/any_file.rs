#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::any_file(bytes));
