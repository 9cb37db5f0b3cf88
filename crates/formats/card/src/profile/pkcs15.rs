//! The PKCS #15 directory of one ADF: which files hold the key directory and the certificate directory, which key and which certificate hold.

use super::{EF_CDF, EF_PRKD, Slot, Use};
use crate::tlv;

const SEQUENCE: u32 = 0x30;
const OCTETS: u32 = 0x04;
const BITS: u32 = 0x03;
const INTEGER: u32 = 0x02;
const TEXT: u32 = 0x0C;
const PRIVATE_KEYS: u32 = 0xA0;
const CERTIFICATES: u32 = 0xA4;
const TYPE_ATTRIBUTES: u32 = 0xA1;

/// `EF.OD`: where the directories are.
pub fn object_directory() -> Vec<u8> {
    let mut out = Vec::new();
    tlv::put(&mut out, PRIVATE_KEYS, &path(EF_PRKD));
    tlv::put(&mut out, CERTIFICATES, &path(EF_CDF));
    out
}

fn path(file: u16) -> Vec<u8> {
    tlv::object(SEQUENCE, &tlv::object(OCTETS, &file.to_be_bytes()))
}

/// `EF.PrKD`: the one private key that holds.
pub fn key_directory(slot: Slot, usage: Use) -> Vec<u8> {
    let mut class = tlv::object(OCTETS, &[usage.object_id()]);
    let bits: &[u8] = match usage {
        Use::Authentication => &[5, 0x20],
        Use::Signature => &[6, 0x00, 0x40],
    };
    tlv::put(&mut class, BITS, bits);
    tlv::put(&mut class, INTEGER, &[0, slot.key(usage)]);
    let label: &[u8] = match usage {
        Use::Authentication => b"Authentication key",
        Use::Signature => b"Signature key",
    };
    let mut key = tlv::object(SEQUENCE, &tlv::object(TEXT, label));
    tlv::put(&mut key, SEQUENCE, &class);
    tlv::put(&mut key, TYPE_ATTRIBUTES, &path(slot.certificate(usage)));
    tlv::object(PRIVATE_KEYS, &key)
}

/// `EF.CDF`: the one certificate that holds.
pub fn certificate_directory(slot: Slot, usage: Use) -> Vec<u8> {
    let label: &[u8] = match usage {
        Use::Authentication => b"Authentication certificate",
        Use::Signature => b"Signature certificate",
    };
    let mut certificate = tlv::object(SEQUENCE, &tlv::object(TEXT, label));
    tlv::put(&mut certificate, SEQUENCE, &tlv::object(OCTETS, &[usage.object_id()]));
    tlv::put(&mut certificate, TYPE_ATTRIBUTES, &path(slot.certificate(usage)));
    tlv::object(SEQUENCE, &certificate)
}

/// `EF.TokenInfo`: version, serial number, maker, label.
pub fn token_info(serial: &[u8], label: &str) -> Vec<u8> {
    let mut info = tlv::object(INTEGER, &[0]);
    tlv::put(&mut info, OCTETS, serial);
    tlv::put(&mut info, TEXT, b"Enkurs");
    tlv::put(&mut info, 0x80, label.as_bytes());
    tlv::put(&mut info, BITS, &[4, 0x30]);
    tlv::object(SEQUENCE, &info)
}

/// Reads `EF.OD`: files of the key directory and of the certificate directory.
pub fn read_object_directory(bytes: &[u8]) -> Option<(u16, u16)> {
    Some((read_path(tlv::find(bytes, PRIVATE_KEYS)?)?, read_path(tlv::find(bytes, CERTIFICATES)?)?))
}

/// Reads the first entry of `EF.PrKD`: the key reference.
pub fn read_key_directory(bytes: &[u8]) -> Option<u8> {
    let first = tlv::walk(bytes).next()?.ok()?;
    let class = tlv::walk(first.value).map_while(Result::ok).filter(|t| t.tag == SEQUENCE).nth(1)?;
    tlv::find(class.value, INTEGER)?.last().copied()
}

/// Reads the first entry of `EF.CDF`: the certificate's file.
pub fn read_certificate_directory(bytes: &[u8]) -> Option<u16> {
    let first = tlv::walk(bytes).next()?.ok()?;
    read_path(tlv::find(first.value, TYPE_ATTRIBUTES)?)
}

/// A path is an octet string in one or two sequences; its last two bytes name the file.
fn read_path(bytes: &[u8]) -> Option<u16> {
    let mut inner = bytes;
    for _ in 0..3 {
        if let Some(octets) = tlv::find(inner, OCTETS) {
            return octets.last_chunk().map(|c| u16::from_be_bytes(*c));
        }
        inner = tlv::find(inner, SEQUENCE)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(read_object_directory(&object_directory()), Some((EF_PRKD, EF_CDF)));
        for slot in Slot::ALL {
            for usage in Use::ALL {
                assert_eq!(read_key_directory(&key_directory(slot, usage)), Some(slot.key(usage)));
                assert_eq!(
                    read_certificate_directory(&certificate_directory(slot, usage)),
                    Some(slot.certificate(usage))
                );
            }
        }
    }

    #[test]
    fn deeper_paths_are_read_too() {
        let deep = tlv::object(SEQUENCE, &path(0x341E));
        assert_eq!(read_path(&deep), Some(0x341E));
        let full = tlv::object(SEQUENCE, &tlv::object(OCTETS, &[0x3F, 0x00, 0xAD, 0xF1, 0x34, 0x02]));
        assert_eq!(read_path(&full), Some(0x3402));
    }
}
