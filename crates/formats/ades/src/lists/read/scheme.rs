use xml::{Node, dsig::base64_text};

use super::{Limits, child, missing, text, texts, time, trimmed};
use crate::lists::{
    Blob, Contact, ListError, Pointer, Scheme,
    uri::{self, TSL},
};

/// `SchemeInformation` (clause 5.3).
pub(super) fn read(node: Node<'_, '_>, limits: &Limits) -> Result<Scheme, ListError> {
    let version = text(node, "TSLVersionIdentifier")?;
    let version = match version.as_str() {
        "5" => 5,
        "6" => 6,
        other => return Err(ListError::Form(format!("TSLVersionIdentifier {other}"))),
    };
    let tag = node.parent().and_then(|root| root.attribute("TSLTag"));
    if tag != Some(uri::TAG) {
        return Err(ListError::Form("TSLTag".to_owned()));
    }
    let next = child(node, "NextUpdate")?;
    let pointers = node.only(TSL, "PointersToOtherTSL").into_iter().flat_map(Node::children).collect::<Vec<_>>();
    if pointers.len() > limits.pointers {
        return Err(ListError::TooLarge("pointers"));
    }
    Ok(Scheme {
        version,
        sequence: text(node, "TSLSequenceNumber")?.parse().map_err(|_| missing("TSLSequenceNumber"))?,
        kind: text(node, "TSLType")?,
        operator: texts(node, "SchemeOperatorName"),
        contact: node.only(TSL, "SchemeOperatorAddress").map(contact).unwrap_or_default(),
        name: texts(node, "SchemeName"),
        information: texts(node, "SchemeInformationURI"),
        determination: node.only(TSL, "StatusDeterminationApproach").map(trimmed).unwrap_or_default(),
        rules: texts(node, "SchemeTypeCommunityRules"),
        territory: node.only(TSL, "SchemeTerritory").map(trimmed).unwrap_or_default().to_ascii_uppercase(),
        notice: texts(node, "PolicyOrLegalNotice"),
        history_days: node
            .only(TSL, "HistoricalInformationPeriod")
            .and_then(|n| trimmed(n).parse().ok())
            .unwrap_or_default(),
        issued: time(child(node, "ListIssueDateTime")?)?,
        next_update: next.only(TSL, "dateTime").map(time).transpose()?,
        pointers: pointers.into_iter().map(pointer).collect::<Result<_, _>>()?,
    })
}

/// Postal and electronic addresses.
pub(super) fn contact(node: Node<'_, '_>) -> Contact {
    let all = node.only(TSL, "PostalAddresses").into_iter().flat_map(|a| a.children_named(TSL, "PostalAddress"));
    let all: Vec<_> = all.collect();
    let english = all.iter().find(|a| a.attribute_ns(xml::XML_NS, "lang") == Some("en"));
    let postal = english.or(all.first());
    let part = |name| postal.and_then(|p| p.only(TSL, name)).map(trimmed).unwrap_or_default();
    Contact {
        street: part("StreetAddress"),
        locality: part("Locality"),
        postal_code: part("PostalCode"),
        country: part("CountryName"),
        electronic: texts(node, "ElectronicAddress"),
    }
}

/// `OtherTSLPointer` (clause 5.3.13).
fn pointer(node: Node<'_, '_>) -> Result<Pointer, ListError> {
    let identities = node.only(TSL, "ServiceDigitalIdentities");
    let mut signers = Vec::new();
    for certificate in identities.into_iter().flat_map(Node::descendants).filter(|n| n.is(TSL, "X509Certificate")) {
        signers.push(Blob(base64_text(certificate).map_err(|_| missing("X509Certificate"))?));
    }
    let more = node.only(TSL, "AdditionalInformation");
    let more: Vec<_> =
        more.into_iter().flat_map(|m| m.children_named(TSL, "OtherInformation")).flat_map(Node::children).collect();
    let of = |name: &str| more.iter().find(|n| n.local() == name).copied();
    let within = |name: &str| {
        let parent = of(name).and_then(Node::parent);
        parent.map(|p| texts(p, name)).unwrap_or_default()
    };
    Ok(Pointer {
        location: text(node, "TSLLocation")?,
        signers,
        kind: of("TSLType").map(trimmed).unwrap_or_default(),
        territory: of("SchemeTerritory").map(trimmed).unwrap_or_default().to_ascii_uppercase(),
        media_type: of("MimeType").map(trimmed).unwrap_or_default().to_ascii_lowercase(),
        operator: within("SchemeOperatorName"),
        rules: within("SchemeTypeCommunityRules"),
    })
}
