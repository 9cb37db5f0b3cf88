//! Counter-signatures (RFC 5652 section 11.4): signatures over the value of another one, which may be counter-signed in turn.

use pki::{Certificate, cms::SignerParts, oid};

use super::{
    MAX_SIGNATURES,
    signer::{Placed, Reader},
};
use crate::{
    cades::content::{Content, Data},
    facts::{SignatureFacts, TimestampKind},
    xades::defect,
};

/// How deep counter-signatures are followed.
const MAX_DEPTH: usize = 8;

/// Reads the counter-signatures of `parent`, and theirs.
pub(super) fn read(
    placed: &Placed<'_>,
    carried: &[Certificate],
    parent: &SignerParts,
    id: &str,
    all: &mut Vec<SignatureFacts>,
) {
    let mut open = vec![(parent.clone(), id.to_owned(), 0)];
    while let Some((parent, id, depth)) = open.pop() {
        let values = parent.unsigned.iter().filter(|a| a.oid == oid::COUNTER_SIGNATURE).flat_map(|a| &a.values);
        let Ok(info) = parent.info() else { continue };
        for (n, value) in values.enumerate() {
            if all.len() > MAX_SIGNATURES {
                return;
            }
            let own = format!("{id}/counter-{}", n + 1);
            let parts = match SignerParts::read(value) {
                Ok(parts) if depth < MAX_DEPTH => parts,
                result => {
                    let code = if result.is_ok() { "cades.counter-depth" } else { "cades.signer" };
                    let told = all.iter_mut().find(|s| s.id == id);
                    told.into_iter().for_each(|s| s.defects.push(defect(code, own.clone(), false)));
                    continue;
                }
            };
            let mut content = Content::new(Data::Octets(&info.signature));
            let placed = Placed { object: &id, ..*placed };
            let mut facts =
                Reader { placed: &placed, carried, content: &mut content, parts: &parts }.counter(own.clone(), &id);
            // An archive time stamp over the counter-signed signature covers this one, too.
            let above = all.iter().find(|s| s.id == id).map(|s| s.timestamps.as_slice()).unwrap_or_default();
            let over = above.iter().filter(|t| t.kind == TimestampKind::Archive && t.covers.contains(&facts.value));
            facts.timestamps.extend(over.cloned().collect::<Vec<_>>());
            all.push(facts);
            open.push((parts, own, depth + 1));
        }
    }
}
