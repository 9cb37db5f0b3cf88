//! What a record is over: an object, or a signature with everything in it.

use pki::DigestAlgorithm;
use xml::C14n;

use super::{Record, digest_by};
use crate::{
    facts::{Defect, ObjectId},
    xades::Objects,
};

/// One of the ways in which a subject may have been digested.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    /// The objects that are proven with it.
    pub(crate) covers: Vec<ObjectId>,
    /// Its digest for each chain of the record.
    pub(crate) digests: Vec<Option<Vec<u8>>>,
}

impl Form {
    /// With the digest for each chain; the same method is asked for once.
    pub(crate) fn new(
        record: &Record,
        covers: Vec<ObjectId>,
        mut digest: impl FnMut(DigestAlgorithm, &C14n) -> Option<Vec<u8>>,
    ) -> Self {
        let mut digests: Vec<Option<Vec<u8>>> = Vec::new();
        for (n, chain) in record.chains.iter().enumerate() {
            let before = record.chains.iter().take(n);
            let known = before.zip(&digests).find(|(c, _)| c.digest == chain.digest && c.canonical == chain.canonical);
            let one = match known {
                Some((_, known)) => known.clone(),
                None => digest(chain.digest, &chain.canonical),
            };
            digests.push(one);
        }
        Self { covers, digests }
    }

    pub(super) fn digest(&self, chain: usize) -> Option<&Vec<u8>> {
        self.digests.get(chain)?.as_ref()
    }
}

/// Something that a record is over.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// Its name.
    pub(crate) name: String,
    /// The ways in which it may have been digested; none: it was not found.
    pub(crate) forms: Vec<Form>,
}

impl Subject {
    /// An object by its name.
    pub(crate) fn object(record: &Record, name: &str, objects: &mut dyn Objects, defects: &mut Vec<Defect>) -> Self {
        let forms = match objects.digest(name, DigestAlgorithm::Sha256) {
            Ok(digest) => {
                let covers = ObjectId::from_digest(&digest).into_iter().collect();
                let of = |method, canonical: &C14n| digest_by(objects, name, method, record.form, canonical).ok();
                vec![Form::new(record, covers, of)]
            }
            Err(d) => {
                defects.push(d);
                Vec::new()
            }
        };
        Self { name: name.to_owned(), forms }
    }

    /// The form that the first list has; of one that is in none, the first.
    pub(super) fn in_list(&self, list: &[Vec<u8>]) -> Option<&Form> {
        let has = |f: &&Form| f.digest(0).is_some_and(|d| list.contains(d));
        self.forms.iter().find(has).or_else(|| self.forms.first())
    }
}
