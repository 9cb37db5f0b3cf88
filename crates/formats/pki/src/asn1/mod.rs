//! The one DER reader and writer of the platform: strict, bounded, without copies.

mod read;
pub mod time;
mod write;

pub(crate) use read::unsigned;
pub use read::{Bits, Reader, Tlv};
pub use write::{
    bit_string, boolean, context, enumerated, explicit, generalized_time, ia5, integer, integer_bytes, named_bits,
    null, octets, oid, printable, seq, set_of, small_integer, tlv, utf8, x509_time,
};
pub(crate) use write::{header, header64};

/// Universal tag octets.
pub mod tag {
    #![expect(missing_docs, reason = "the names are those of X.680")]
    pub const BOOLEAN: u8 = 0x01;
    pub const INTEGER: u8 = 0x02;
    pub const BIT_STRING: u8 = 0x03;
    pub const OCTET_STRING: u8 = 0x04;
    pub const NULL: u8 = 0x05;
    pub const OID: u8 = 0x06;
    pub const ENUMERATED: u8 = 0x0a;
    pub const UTF8: u8 = 0x0c;
    pub const NUMERIC: u8 = 0x12;
    pub const PRINTABLE: u8 = 0x13;
    pub const TELETEX: u8 = 0x14;
    pub const IA5: u8 = 0x16;
    pub const UTC_TIME: u8 = 0x17;
    pub const GENERALIZED_TIME: u8 = 0x18;
    pub const VISIBLE: u8 = 0x1a;
    pub const UNIVERSAL: u8 = 0x1c;
    pub const BMP: u8 = 0x1e;
    pub const SEQUENCE: u8 = 0x30;
    pub const SET: u8 = 0x31;
    /// `[n]`, constructed.
    pub const fn constructed(n: u8) -> u8 {
        0xa0 | n
    }
    /// `[n]`, primitive.
    pub const fn primitive(n: u8) -> u8 {
        0x80 | n
    }
}
