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
const ALGORITHM_LIST: u32 = 0xA1;
const ALGORITHM_TABLE: u32 = 0xA2;
const OBJECT: u32 = 0x06;
/// The row of the algorithm table that our keys cite.
const ROW: u8 = 7;
/// compute-signature among the supported operations of a row.
const COMPUTE_SIGNATURE: u8 = 0x40;
/// `ecPublicKey`, 1.2.840.10045.2.1.
const EC_PUBLIC_KEY: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];

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
    tlv::put(&mut class, ALGORITHM_LIST, &tlv::object(INTEGER, &[ROW]));
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

/// `EF.TokenInfo`: version, serial number, maker, label, and the table of algorithms with what MANAGE SECURITY ENVIRONMENT wants of each.
pub fn token_info(serial: &[u8], label: &str, algorithm: &[u8]) -> Vec<u8> {
    let mut info = tlv::object(INTEGER, &[0]);
    tlv::put(&mut info, OCTETS, serial);
    tlv::put(&mut info, TEXT, b"Enkurs");
    tlv::put(&mut info, 0x80, label.as_bytes());
    tlv::put(&mut info, BITS, &[4, 0x30]);
    let mut row = tlv::object(INTEGER, &[ROW]);
    tlv::put(&mut row, INTEGER, &[0x10, 0x41]);
    tlv::put(&mut row, BITS, &[6, COMPUTE_SIGNATURE]);
    tlv::put(&mut row, OBJECT, &EC_PUBLIC_KEY);
    tlv::put(&mut row, INTEGER, algorithm);
    tlv::put(&mut info, ALGORITHM_TABLE, &tlv::object(SEQUENCE, &row));
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

/// The algorithm that the key of `EF.PrKD` signs with, by the table of `EF.TokenInfo`: the bytes for tag 80. The first row that the key
/// cites and that can sign; its reference is the last integer of the row, bytes and not a number. Row numbers stand in binary in one
/// file and in BCD in the other, so both readings are tried.
pub fn read_algorithm(keys: &[u8], token_info: &[u8]) -> Option<Vec<u8>> {
    let first = tlv::walk(keys).next()?.ok()?;
    let class = tlv::walk(first.value).map_while(Result::ok).filter(|t| t.tag == SEQUENCE).nth(1)?;
    let cited = tlv::walk(tlv::find(class.value, ALGORITHM_LIST)?).map_while(Result::ok).filter(|t| t.tag == INTEGER);
    let info = tlv::find(token_info, SEQUENCE)?;
    let table: Vec<_> = tlv::walk(tlv::find(info, ALGORITHM_TABLE)?).map_while(Result::ok).take(64).collect();
    for row in cited.filter_map(|t| t.value.last()).take(16) {
        let bcd = ((row / 10) << 4) | (row % 10);
        for number in [*row, bcd] {
            let found = table.iter().find(|r| tlv::find(r.value, INTEGER).and_then(<[u8]>::last) == Some(&number));
            let Some(found) = found else { continue };
            let signs =
                tlv::find(found.value, BITS).is_none_or(|b| b.get(1).is_some_and(|ops| ops & COMPUTE_SIGNATURE != 0));
            let reference = tlv::walk(found.value).map_while(Result::ok).filter(|t| t.tag == INTEGER).skip(1).last();
            if let Some(reference) = reference.filter(|r| signs && (1..=4).contains(&r.value.len())) {
                return Some(reference.value.to_vec());
            }
        }
    }
    None
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
    fn the_algorithm_is_the_cards_own_word() {
        for algorithm in [&[0x04][..], &[0xFF, 0x15, 0x08, 0x00]] {
            let keys = key_directory(Slot::Two, Use::Signature);
            assert_eq!(read_algorithm(&keys, &token_info(b"1", "x", algorithm)).as_deref(), Some(algorithm));
        }
        assert_eq!(read_algorithm(&key_directory(Slot::One, Use::Signature), b""), None);
    }

    #[test]
    fn rows_are_found_in_binary_and_in_bcd() {
        let row = |number: u8, operations: u8, reference: &[u8]| {
            let mut row = tlv::object(INTEGER, &[number]);
            tlv::put(&mut row, BITS, &[0, operations]);
            tlv::put(&mut row, INTEGER, reference);
            tlv::object(SEQUENCE, &row)
        };
        let table =
            [row(0x09, 0x01, &[9]), row(0x10, COMPUTE_SIGNATURE, &[0x54]), row(0x11, COMPUTE_SIGNATURE, &[1])].concat();
        let info = tlv::object(SEQUENCE, &tlv::object(ALGORITHM_TABLE, &table));
        let cites = |rows: &[u8]| {
            let list: Vec<u8> = rows.iter().flat_map(|r| tlv::object(INTEGER, &[*r])).collect();
            let class = [tlv::object(INTEGER, &[0, 0x9E]), tlv::object(ALGORITHM_LIST, &list)].concat();
            let key = [tlv::object(SEQUENCE, b""), tlv::object(SEQUENCE, &class)].concat();
            tlv::object(SEQUENCE, &key)
        };
        // Row 10 stands as 0x10 in the table; row 9 cannot sign.
        assert_eq!(read_algorithm(&cites(&[9, 10]), &info), Some(vec![0x54]));
        assert_eq!(read_algorithm(&cites(&[12]), &info), None);
    }

    #[test]
    fn deeper_paths_are_read_too() {
        let deep = tlv::object(SEQUENCE, &path(0x341E));
        assert_eq!(read_path(&deep), Some(0x341E));
        let full = tlv::object(SEQUENCE, &tlv::object(OCTETS, &[0x3F, 0x00, 0xAD, 0xF1, 0x34, 0x02]));
        assert_eq!(read_path(&full), Some(0x3402));
    }
}
