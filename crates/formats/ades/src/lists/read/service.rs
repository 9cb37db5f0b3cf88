use xml::{Node, dsig::base64_text};

use super::{Limits, child, missing, qualifications, scheme::contact, text, texts, time, trimmed};
use crate::lists::{
    Blob, Identity, Instance, ListError, Provider, Service,
    uri::{ECC, TSL},
};

/// `TrustServiceProvider` (clause 5.4).
pub(super) fn provider(node: Node<'_, '_>, limits: &Limits, services: &mut usize) -> Result<Provider, ListError> {
    let about = child(node, "TSPInformation")?;
    let mut all = Vec::new();
    for one in child(node, "TSPServices")?.children_named(TSL, "TSPService") {
        *services += 1;
        if *services > limits.services {
            return Err(ListError::TooLarge("services"));
        }
        all.push(service(one, limits)?);
    }
    Ok(Provider {
        names: texts(about, "TSPName"),
        trade_names: texts(about, "TSPTradeName"),
        contact: about.only(TSL, "TSPAddress").map(contact).unwrap_or_default(),
        information: texts(about, "TSPInformationURI"),
        services: all,
    })
}

/// `TSPService` with its history (clauses 5.5 and 5.6).
fn service(node: Node<'_, '_>, limits: &Limits) -> Result<Service, ListError> {
    let now = child(node, "ServiceInformation")?;
    let mut criteria = 0;
    let mut instances = vec![instance(now, limits, &mut criteria)?];
    let history = node.only(TSL, "ServiceHistory").into_iter();
    for past in history.flat_map(|h| h.children_named(TSL, "ServiceHistoryInstance")) {
        if instances.len() >= limits.history {
            return Err(ListError::TooLarge("history"));
        }
        instances.push(instance(past, limits, &mut criteria)?);
    }
    // Equal times stay in the order of the list: what stands first is the later.
    instances.sort_by_key(|i| std::cmp::Reverse(i.since));
    let points = now.only(TSL, "ServiceSupplyPoints").into_iter().flat_map(Node::children).map(trimmed).collect();
    Ok(Service { identity: identity(child(now, "ServiceDigitalIdentity")?)?, instances, supply_points: points })
}

/// `ServiceDigitalIdentity` (clause 5.5.3).
fn identity(node: Node<'_, '_>) -> Result<Identity, ListError> {
    let mut found = Identity::default();
    for part in node.children_named(TSL, "DigitalId").flat_map(Node::children) {
        match part.local() {
            "X509Certificate" => {
                let der = base64_text(part).map_err(|_| missing("X509Certificate"))?;
                found.certificates.push(Blob(der));
            }
            "X509SKI" => found.key_id = Some(Blob(base64_text(part).map_err(|_| missing("X509SKI"))?)),
            "X509SubjectName" => found.subject = Some(trimmed(part)),
            _ => {}
        }
    }
    Ok(found)
}

fn instance(node: Node<'_, '_>, limits: &Limits, criteria: &mut usize) -> Result<Instance, ListError> {
    let mut found = Instance {
        kind: text(node, "ServiceTypeIdentifier")?,
        names: texts(node, "ServiceName"),
        status: text(node, "ServiceStatus")?,
        since: time(child(node, "StatusStartingTime")?)?,
        additional: Vec::new(),
        qualifications: Vec::new(),
        expired_revocation: None,
        taken_over_by: None,
        unknown_critical: Vec::new(),
    };
    let extensions = node.only(TSL, "ServiceInformationExtensions").into_iter();
    for extension in extensions.flat_map(|e| e.children_named(TSL, "Extension")) {
        let critical = matches!(extension.attribute("Critical"), Some("true" | "1"));
        for part in extension.children() {
            let known = extend(part, &mut found, limits, criteria)?;
            if !known && critical {
                found.unknown_critical.push(part.local().to_owned());
            }
        }
    }
    Ok(found)
}

/// Takes one extension (clause 5.5.9); whether it is understood.
fn extend(part: Node<'_, '_>, found: &mut Instance, limits: &Limits, criteria: &mut usize) -> Result<bool, ListError> {
    match (part.namespace(), part.local()) {
        (TSL, "AdditionalServiceInformation") => found.additional.push(text(part, "URI")?),
        (TSL, "ExpiredCertsRevocationInfo") => found.expired_revocation = Some(time(part)?),
        (_, "TakenOverBy") => {
            let names = part.children().find(|n| n.local() == "TSPName").into_iter().flat_map(Node::children);
            found.taken_over_by = names.map(trimmed).next();
        }
        (ECC, "Qualifications") => {
            for one in part.children_named(ECC, "QualificationElement") {
                found.qualifications.push(qualifications::read(one, limits, criteria)?);
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}
