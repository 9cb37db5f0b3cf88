use pki::Certificate;
use xml::{Node, dsig::base64_text};

use super::{Entity, EntityList, EntityService, MAX_BYTES, MAX_SERVICES, Period};
use crate::lists::{
    Blob, Identity, ListError, Text,
    read::{Limits, missing, parsed, time, trimmed},
    verify::{Signers, signer},
};

/// Namespace of the XML form.
const LOTE: &str = "http://uri.etsi.org/019602/v1#";

pub(super) fn verify(bytes: &[u8], signers: Signers<'_>) -> Result<(EntityList, Certificate), ListError> {
    let limits = Limits { bytes: MAX_BYTES, ..Limits::default() };
    parsed(bytes, &limits, |doc| {
        let list = list(doc.root())?;
        let signer = signer(doc, signers, list.issued)?;
        Ok((list, signer))
    })
}

fn child<'d, 'a>(node: Node<'d, 'a>, name: &str) -> Result<Node<'d, 'a>, ListError> {
    node.only(LOTE, name).ok_or_else(|| missing(name))
}

fn list(root: Node<'_, '_>) -> Result<EntityList, ListError> {
    if !root.is(LOTE, "ListOfTrustedEntities") {
        return Err(ListError::Form(root.local().to_owned()));
    }
    let scheme = child(root, "ListAndSchemeInformation")?;
    let text = |name: &str| scheme.only(LOTE, name).map(trimmed);
    if text("LoTEVersionIdentifier").as_deref() != Some("1") {
        return Err(ListError::Form("LoTEVersionIdentifier".to_owned()));
    }
    let sequence = text("LoTESequenceNumber").and_then(|t| t.parse().ok());
    let mut entities = Vec::new();
    let mut count = 0;
    let all = root.only(LOTE, "TrustedEntitiesList").into_iter();
    for node in all.flat_map(|l| l.children_named(LOTE, "TrustedEntity")) {
        entities.push(entity(node, &mut count)?);
    }
    Ok(EntityList {
        kind: text("LoTEType").unwrap_or_default(),
        sequence: sequence.ok_or_else(|| missing("LoTESequenceNumber"))?,
        operator: texts(scheme, "SchemeOperatorName"),
        territory: text("SchemeTerritory").unwrap_or_default(),
        issued: time(child(scheme, "ListIssueDateTime")?)?,
        next_update: scheme.only(LOTE, "NextUpdate").map(next_update).transpose()?.flatten(),
        entities,
    })
}

/// The time stands in the element itself, or in a `dateTime` below as in TS 119 612.
fn next_update(node: Node<'_, '_>) -> Result<Option<jiff::Timestamp>, ListError> {
    match node.children().next() {
        Some(inner) => time(inner).map(Some),
        None if node.has_text() => time(node).map(Some),
        None => Ok(None),
    }
}

fn texts(node: Node<'_, '_>, name: &str) -> Vec<Text> {
    let parts = node.only(LOTE, name).into_iter().flat_map(Node::children);
    let lang = |n: Node<'_, '_>| n.attribute_ns(xml::XML_NS, "lang").unwrap_or_default().to_ascii_lowercase();
    parts.map(|n| Text { lang: lang(n), value: trimmed(n) }).collect()
}

fn entity(node: Node<'_, '_>, count: &mut usize) -> Result<Entity, ListError> {
    let mut services = Vec::new();
    for one in child(node, "TrustedEntityServices")?.children_named(LOTE, "TrustedEntityService") {
        *count += 1;
        if *count > MAX_SERVICES {
            return Err(ListError::TooLarge("services"));
        }
        services.push(service(one)?);
    }
    Ok(Entity { names: texts(child(node, "TrustedEntityInformation")?, "TEName"), services })
}

fn service(node: Node<'_, '_>) -> Result<EntityService, ListError> {
    let now = child(node, "ServiceInformation")?;
    let mut periods = vec![period(now)?];
    let history = node.only(LOTE, "ServiceHistory").into_iter();
    for past in history.flat_map(|h| h.children_named(LOTE, "ServiceHistoryInstance")) {
        periods.push(period(past)?);
    }
    let mut identity = Identity::default();
    for part in now.only(LOTE, "ServiceDigitalIdentity").into_iter().flat_map(Node::descendants) {
        let bytes = || base64_text(part).map(Blob).map_err(|_| missing(part.local()));
        match part.local() {
            "X509Certificate" => identity.certificates.push(bytes()?),
            "X509SKI" => identity.key_id = Some(bytes()?),
            "X509SubjectName" => identity.subject = Some(trimmed(part)),
            _ => {}
        }
    }
    Ok(EntityService { names: texts(now, "ServiceName"), identity, periods })
}

fn period(node: Node<'_, '_>) -> Result<Period, ListError> {
    let text = |name: &str| node.only(LOTE, name).map(trimmed);
    Ok(Period {
        kind: text("ServiceTypeIdentifier").ok_or_else(|| missing("ServiceTypeIdentifier"))?,
        status: text("ServiceStatus"),
        since: node.only(LOTE, "StatusStartingTime").map(time).transpose()?,
    })
}
