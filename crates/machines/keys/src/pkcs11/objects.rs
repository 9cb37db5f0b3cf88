//! Finding, making and removing key objects.

use cryptoki::{
    context::Function,
    error::{Error, RvError},
    mechanism::Mechanism,
    object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle},
    types::Ulong,
};

use super::{mechanism, session::Open};
use crate::{KeyInfo, KeyKind, check_label};

/// The handle of the private key, found once a session.
pub(super) fn private(open: &mut Open, label: &str) -> Result<ObjectHandle, Error> {
    if let Some(known) = open.private.get(label) {
        return Ok(*known);
    }
    let wanted = [
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::Token(true),
        Attribute::Label(label.as_bytes().to_vec()),
    ];
    let found = open.session.find_objects(&wanted)?;
    let handle = *found.first().ok_or(Error::Pkcs11(RvError::KeyHandleInvalid, Function::FindObjects))?;
    open.private.insert(label.to_owned(), handle);
    Ok(handle)
}

/// The public keys with this label, or all whose label this store could have made.
pub(super) fn public(open: &Open, label: Option<&str>) -> Result<Vec<KeyInfo>, Error> {
    let mut wanted = vec![Attribute::Class(ObjectClass::PUBLIC_KEY), Attribute::Token(true)];
    wanted.extend(label.map(|l| Attribute::Label(l.as_bytes().to_vec())));
    let mut keys = Vec::new();
    for handle in open.session.find_objects(&wanted)? {
        let read = [AttributeType::Label, AttributeType::KeyType];
        let (mut label, mut kind) = (None, None);
        for attribute in open.session.get_attributes(handle, &read)? {
            match attribute {
                Attribute::Label(l) => label = String::from_utf8(l).ok().filter(|l| check_label(l).is_ok()),
                Attribute::KeyType(k) => kind = Some(k),
                _ => {}
            }
        }
        let bits = match kind {
            Some(KeyType::RSA) => &[AttributeType::Modulus, AttributeType::PublicExponent][..],
            Some(KeyType::EC | KeyType::EC_EDWARDS) => &[AttributeType::EcParams, AttributeType::EcPoint][..],
            _ => continue,
        };
        let spki = mechanism::spki(&open.session.get_attributes(handle, bits)?);
        if let (Some(label), Some(spki)) = (label, spki)
            && let Some(kind) = KeyKind::of_spki(&spki)
        {
            keys.push(KeyInfo { label, kind, spki });
        }
    }
    Ok(keys)
}

/// Makes a key pair that never leaves the token.
pub(super) fn generate(open: &mut Open, label: &str, kind: KeyKind, id: &[u8]) -> Result<(), Error> {
    let mut public = vec![
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Verify(true),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Id(id.to_vec()),
    ];
    let how = match kind {
        KeyKind::P256 | KeyKind::P384 => Mechanism::EccKeyPairGen,
        KeyKind::Ed25519 => Mechanism::EccEdwardsKeyPairGen,
        KeyKind::Rsa3072 | KeyKind::Rsa4096 => Mechanism::RsaPkcsKeyPairGen,
    };
    match kind {
        KeyKind::P256 | KeyKind::P384 | KeyKind::Ed25519 => {
            public.push(Attribute::EcParams(mechanism::curve(kind).to_vec()))
        }
        KeyKind::Rsa3072 => {
            public.extend([Attribute::ModulusBits(Ulong::new(3072)), Attribute::PublicExponent(vec![1, 0, 1])])
        }
        KeyKind::Rsa4096 => {
            public.extend([Attribute::ModulusBits(Ulong::new(4096)), Attribute::PublicExponent(vec![1, 0, 1])])
        }
    }
    let private = [
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Id(id.to_vec()),
    ];
    let (_, handle) = open.session.generate_key_pair(&how, &public, &private)?;
    open.private.insert(label.to_owned(), handle);
    Ok(())
}

/// Removes both halves; tells how many objects there were.
pub(super) fn destroy(open: &mut Open, label: &str) -> Result<usize, Error> {
    open.private.remove(label);
    let found = open.session.find_objects(&[Attribute::Token(true), Attribute::Label(label.as_bytes().to_vec())])?;
    for handle in &found {
        open.session.destroy_object(*handle)?;
    }
    Ok(found.len())
}
