//! ZIP as containers of signatures need it: written and read as streams, in constant memory, and refused when it is not exactly what it says.
//!
//! A reader that is generous with malformed archives shows one file to the person and another to the verifier. So everything must agree:
//! the directory with the local headers, sizes with the data, every byte of the file with some entry.

mod deflate;
mod error;
mod read;
mod time;
mod write;

pub use deflate::Packing;
pub use error::ZipError;
pub use read::{Archive, Entry, EntryReader, Limits};
pub use write::{Writer, Written};

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END64: u32 = 0x0606_4b50;
const LOCATOR64: u32 = 0x0706_4b50;

const FLAG_DESCRIPTOR: u16 = 1 << 3;
const FLAG_UTF8: u16 = 1 << 11;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

const MAX32: u64 = 0xFFFF_FFFF;
