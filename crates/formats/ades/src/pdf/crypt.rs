//! The standard security handler with the empty user password (ISO 32000-2 clause 7.6): RC4, AES-128 and AES-256.
//!
//! Only for reading. What a signature covers are the bytes of the file; deciphered are the strings and streams that say where its
//! fields and validation data are.

use aws_lc_rs::{
    cipher::{AES_128, AES_256, Algorithm, DecryptingKey, DecryptionContext, EncryptingKey, UnboundCipherKey},
    digest::{SHA256, SHA384, SHA512, digest},
};
use md5::{Digest as _, Md5};

use super::{Dict, Object, PdfError, Ref, Stream};

const PADDING: [u8; 32] = [
    0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E, 0x56, 0xFF, 0xFA, 0x01, 0x08, 0x2E, 0x2E, 0x00,
    0xB6, 0xD0, 0x68, 0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    None,
    Rc4,
    Aes128,
    Aes256,
}

/// The key of a file and what it is used with.
pub(super) struct Cipher {
    key: Vec<u8>,
    streams: Method,
    strings: Method,
    metadata: bool,
    own: Option<Ref>,
}

impl Cipher {
    /// Opens the file of this encryption dictionary and first file identifier; `own` is the object of the dictionary.
    pub(super) fn open(dict: &Dict, id: &[u8], own: Option<Ref>) -> Result<Self, PdfError> {
        if !dict.is("Filter", "Standard") {
            return Err(PdfError::Encrypted);
        }
        let version = dict.get("V").as_int().unwrap_or(0);
        let revision = dict.get("R").as_int().ok_or(PdfError::Encrypted)?;
        let metadata = *dict.get("EncryptMetadata") != Object::Bool(false);
        let (streams, strings) = match version {
            1 | 2 => (Method::Rc4, Method::Rc4),
            4 | 5 => (method(dict, "StmF")?, method(dict, "StrF")?),
            _ => return Err(PdfError::Encrypted),
        };
        let key = match revision {
            2..=4 => old_key(dict, id, version, revision, metadata),
            5 | 6 => new_key(dict, revision),
            _ => None,
        };
        Ok(Self { key: key.ok_or(PdfError::Encrypted)?, streams, strings, metadata, own })
    }

    /// Deciphers the strings of an object. Those of the encryption dictionary and the value of a signature are not enciphered.
    pub(super) fn strings(&self, of: Ref, object: Object) -> Object {
        if self.own == Some(of) || self.strings == Method::None {
            return object;
        }
        self.walk(of, object)
    }

    fn walk(&self, of: Ref, object: Object) -> Object {
        match object {
            Object::String(s) => Object::String(self.plain(of, self.strings, s)),
            Object::Array(items) => Object::Array(items.into_iter().map(|i| self.walk(of, i)).collect()),
            Object::Dict(d) => Object::Dict(self.dict(of, d)),
            Object::Stream(s) if s.dict.is("Type", "XRef") => Object::Stream(s),
            Object::Stream(s) => Object::Stream(Stream { dict: self.dict(of, s.dict), ..s }),
            other => other,
        }
    }

    fn dict(&self, of: Ref, mut dict: Dict) -> Dict {
        let signature = dict.has("ByteRange") && dict.has("Contents");
        dict.map(|key, value| if signature && key == b"Contents" { value } else { self.walk(of, value) });
        dict
    }

    /// Whether the data of a stream are enciphered.
    pub(super) fn covers(&self, stream: &Stream) -> bool {
        let plain = self.streams == Method::None
            || stream.dict.is("Type", "XRef")
            || (!self.metadata && stream.dict.is("Type", "Metadata"));
        let own_filter = |o: &Object| o.as_name() == Some(b"Crypt");
        !plain
            && !own_filter(stream.dict.get("Filter"))
            && !stream.dict.get("Filter").as_array().is_some_and(|a| a.iter().any(own_filter))
    }

    /// Deciphers the data of a stream.
    pub(super) fn stream(&self, of: Ref, data: Vec<u8>) -> Vec<u8> {
        self.plain(of, self.streams, data)
    }

    fn plain(&self, of: Ref, method: Method, mut data: Vec<u8>) -> Vec<u8> {
        match method {
            Method::None => data,
            Method::Rc4 => {
                rc4(&self.object_key(of, false), &mut data);
                data
            }
            Method::Aes128 => decrypt(&AES_128, &self.object_key(of, true), data),
            Method::Aes256 => decrypt(&AES_256, &self.key, data),
        }
    }

    /// Algorithm 1: the key of one object.
    fn object_key(&self, of: Ref, aes: bool) -> Vec<u8> {
        let mut hash = Md5::new();
        hash.update(&self.key);
        hash.update(of.num.to_le_bytes().get(..3).unwrap_or_default());
        hash.update(of.generation.to_le_bytes());
        if aes {
            hash.update(b"sAlT");
        }
        let mut key = hash.finalize().to_vec();
        key.truncate((self.key.len() + 5).min(16));
        key
    }
}

fn method(dict: &Dict, which: &str) -> Result<Method, PdfError> {
    let name = match dict.get(which) {
        Object::Null => return Ok(Method::None),
        other => other.as_name().ok_or(PdfError::Encrypted)?,
    };
    if name == b"Identity" {
        return Ok(Method::None);
    }
    let filters = dict.get("CF").as_dict().ok_or(PdfError::Encrypted)?;
    let filter = filters.raw(name).as_dict().ok_or(PdfError::Encrypted)?;
    match filter.get("CFM").as_name() {
        None | Some(b"None") => Ok(Method::None),
        Some(b"V2") => Ok(Method::Rc4),
        Some(b"AESV2") => Ok(Method::Aes128),
        Some(b"AESV3") => Ok(Method::Aes256),
        _ => Err(PdfError::Encrypted),
    }
}

/// Algorithm 2, proven by algorithms 4 and 5 (revisions 2 to 4).
fn old_key(dict: &Dict, id: &[u8], version: i64, revision: i64, metadata: bool) -> Option<Vec<u8>> {
    let bits =
        if version == 1 { 40 } else { dict.get("Length").as_int().unwrap_or(if version == 4 { 128 } else { 40 }) };
    let size = usize::try_from(bits / 8).ok().filter(|s| (5..=16).contains(s))?;
    let owner = dict.get("O").as_string()?.get(..32)?;
    let user = dict.get("U").as_string()?;
    let permissions = dict.get("P").as_int()?;
    let mut hash = Md5::new();
    hash.update(PADDING);
    hash.update(owner);
    hash.update(permissions.to_le_bytes().get(..4)?);
    hash.update(id);
    if revision >= 4 && !metadata {
        hash.update([0xFF; 4]);
    }
    let mut key = hash.finalize().to_vec();
    if revision >= 3 {
        for _ in 0..50 {
            key = Md5::digest(key.get(..size)?).to_vec();
        }
    }
    key.truncate(size);
    let proof = if revision == 2 {
        let mut proof = PADDING.to_vec();
        rc4(&key, &mut proof);
        proof
    } else {
        let mut hash = Md5::new();
        hash.update(PADDING);
        hash.update(id);
        let mut proof = hash.finalize().to_vec();
        for round in 0..20u8 {
            let turned: Vec<u8> = key.iter().map(|b| b ^ round).collect();
            rc4(&turned, &mut proof);
        }
        proof
    };
    user.starts_with(&proof).then_some(key)
}

/// Algorithm 2.A (revisions 5 and 6).
fn new_key(dict: &Dict, revision: i64) -> Option<Vec<u8>> {
    let user = dict.get("U").as_string()?;
    let (proof, salts) = (user.get(..32)?, user.get(32..48)?);
    let (check, salt) = salts.split_at_checked(8)?;
    let hash = |salt: &[u8]| if revision == 5 { Some(digest(&SHA256, salt).as_ref().to_vec()) } else { hardened(salt) };
    if hash(check)? != proof {
        return None;
    }
    let wrapped = dict.get("UE").as_string()?.get(..32)?.to_vec();
    Some(cbc(&AES_256, &hash(salt)?, &[0; 16], wrapped))
}

/// Algorithm 2.B with the empty password.
fn hardened(salt: &[u8]) -> Option<Vec<u8>> {
    let mut key = digest(&SHA256, salt).as_ref().to_vec();
    for round in 0u32.. {
        let mut data = key.repeat(64);
        let first = key.get(..16)?;
        let cipher = EncryptingKey::ecb(UnboundCipherKey::new(&AES_128, first).ok()?).ok()?;
        let mut previous = key.get(16..32)?.to_vec();
        for block in data.chunks_exact_mut(16) {
            block.iter_mut().zip(&previous).for_each(|(b, p)| *b ^= p);
            cipher.encrypt(block).ok()?;
            previous = block.to_vec();
        }
        let turn = data.get(..16)?.iter().map(|b| u32::from(*b)).sum::<u32>() % 3;
        let algorithm = [&SHA256, &SHA384, &SHA512].into_iter().nth(usize::try_from(turn).ok()?)?;
        key = digest(algorithm, &data).as_ref().to_vec();
        if round >= 63 && u32::from(*data.last()?) <= round - 31 {
            break;
        }
    }
    key.truncate(32);
    Some(key)
}

/// AES-CBC with the initialisation vector in front and PKCS#7 padding; what cannot be deciphered becomes nothing.
fn decrypt(algorithm: &'static Algorithm, key: &[u8], mut data: Vec<u8>) -> Vec<u8> {
    if data.len() < 32 {
        return Vec::new();
    }
    let body = data.split_off(16);
    let mut plain = cbc(algorithm, key, &data, body);
    let padding = usize::from(plain.last().copied().unwrap_or(0));
    if (1..=16).contains(&padding) {
        plain.truncate(plain.len().saturating_sub(padding));
    }
    plain
}

fn cbc(algorithm: &'static Algorithm, key: &[u8], vector: &[u8], mut data: Vec<u8>) -> Vec<u8> {
    let Ok(cipher) = UnboundCipherKey::new(algorithm, key).and_then(DecryptingKey::ecb) else { return Vec::new() };
    data.truncate(data.len() / 16 * 16);
    let mut previous = vector.to_vec();
    for block in data.chunks_exact_mut(16) {
        let enciphered = block.to_vec();
        if cipher.decrypt(block, DecryptionContext::None).is_err() {
            return Vec::new();
        }
        block.iter_mut().zip(&previous).for_each(|(b, p)| *b ^= p);
        previous = enciphered;
    }
    data
}

fn rc4(key: &[u8], data: &mut [u8]) {
    let mut state: [u8; 256] = std::array::from_fn(|i| i as u8);
    let at = |state: &[u8; 256], i: u8| state.get(usize::from(i)).copied().unwrap_or(0);
    let mut j = 0u8;
    for (i, k) in (0..=255u8).zip(key.iter().cycle()) {
        j = j.wrapping_add(at(&state, i)).wrapping_add(*k);
        state.swap(usize::from(i), usize::from(j));
    }
    let (mut i, mut j) = (0u8, 0u8);
    for byte in data {
        i = i.wrapping_add(1);
        j = j.wrapping_add(at(&state, i));
        state.swap(usize::from(i), usize::from(j));
        *byte ^= at(&state, at(&state, i).wrapping_add(at(&state, j)));
    }
}
