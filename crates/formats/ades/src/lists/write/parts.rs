use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use xml::Tag;

use crate::lists::{
    Assert, Contact, CriteriaList, Criterion, Identity, Instance, Provider, Qualification, Service, Text,
    criteria::KEY_USAGE_BITS,
};

pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// `2026-11-20T10:15:30Z`, whole seconds.
pub(super) fn date_time(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

pub(super) fn texts(name: &'static str, each: &'static str, all: &[Text]) -> Tag {
    Tag::new(name).children(all.iter().map(|t| Tag::new(each).with("xml:lang", &t.lang).text(&t.value)))
}

pub(super) fn contact(name: &'static str, c: &Contact) -> Tag {
    let mut postal = Tag::new("tsl:PostalAddress")
        .with("xml:lang", "en")
        .child(Tag::new("tsl:StreetAddress").text(&c.street))
        .child(Tag::new("tsl:Locality").text(&c.locality));
    if !c.postal_code.is_empty() {
        postal = postal.child(Tag::new("tsl:PostalCode").text(&c.postal_code));
    }
    let postal = postal.child(Tag::new("tsl:CountryName").text(&c.country));
    Tag::new(name).child(Tag::new("tsl:PostalAddresses").child(postal)).child(texts(
        "tsl:ElectronicAddress",
        "tsl:URI",
        &c.electronic,
    ))
}

pub(super) fn provider(p: &Provider) -> Tag {
    let mut about = Tag::new("tsl:TSPInformation").child(texts("tsl:TSPName", "tsl:Name", &p.names));
    if !p.trade_names.is_empty() {
        about = about.child(texts("tsl:TSPTradeName", "tsl:Name", &p.trade_names));
    }
    let about = about.child(contact("tsl:TSPAddress", &p.contact)).child(texts(
        "tsl:TSPInformationURI",
        "tsl:URI",
        &p.information,
    ));
    Tag::new("tsl:TrustServiceProvider")
        .child(about)
        .child(Tag::new("tsl:TSPServices").children(p.services.iter().map(service)))
}

fn service(s: &Service) -> Tag {
    let mut tag = Tag::new("tsl:TSPService");
    let Some((now, past)) = s.instances.split_first() else { return tag };
    let mut information = instance("tsl:ServiceInformation", now, &s.identity, false);
    if !s.supply_points.is_empty() {
        let points = s.supply_points.iter().map(|p| Tag::new("tsl:ServiceSupplyPoint").text(p));
        information = information.child(Tag::new("tsl:ServiceSupplyPoints").children(points));
    }
    tag = tag.child(information.children(extensions(now)));
    if !past.is_empty() {
        let all =
            past.iter().map(|i| instance("tsl:ServiceHistoryInstance", i, &s.identity, true).children(extensions(i)));
        tag = tag.child(Tag::new("tsl:ServiceHistory").children(all));
    }
    tag
}

/// In the history a service is named by its key identifier and subject only (clause 5.6.3).
fn identity(identity: &Identity, past: bool) -> Tag {
    let id = |tag: Tag| Tag::new("tsl:DigitalId").child(tag);
    let mut tag = Tag::new("tsl:ServiceDigitalIdentity");
    if !past {
        tag =
            tag.children(identity.certificates.iter().map(|c| id(Tag::new("tsl:X509Certificate").text(base64(&c.0)))));
    }
    if let Some(subject) = &identity.subject {
        tag = tag.child(id(Tag::new("tsl:X509SubjectName").text(subject)));
    }
    if let Some(key) = &identity.key_id {
        tag = tag.child(id(Tag::new("tsl:X509SKI").text(base64(&key.0))));
    }
    tag
}

fn instance(name: &'static str, i: &Instance, who: &Identity, past: bool) -> Tag {
    Tag::new(name)
        .child(Tag::new("tsl:ServiceTypeIdentifier").text(&i.kind))
        .child(texts("tsl:ServiceName", "tsl:Name", &i.names))
        .child(identity(who, past))
        .child(Tag::new("tsl:ServiceStatus").text(&i.status))
        .child(Tag::new("tsl:StatusStartingTime").text(date_time(i.since)))
}

fn extensions(i: &Instance) -> Option<Tag> {
    let extension =
        |critical: bool, tag: Tag| Tag::new("tsl:Extension").with("Critical", critical.to_string()).child(tag);
    let mut all = Vec::new();
    if !i.qualifications.is_empty() {
        let each = i.qualifications.iter().map(qualification);
        all.push(extension(true, Tag::new("ecc:Qualifications").children(each)));
    }
    for uri in &i.additional {
        let value = Tag::new("tsl:URI").with("xml:lang", "en").text(uri);
        all.push(extension(true, Tag::new("tsl:AdditionalServiceInformation").child(value)));
    }
    if let Some(since) = i.expired_revocation {
        all.push(extension(false, Tag::new("tsl:ExpiredCertsRevocationInfo").text(date_time(since))));
    }
    (!all.is_empty()).then(|| Tag::new("tsl:ServiceInformationExtensions").children(all))
}

fn qualification(q: &Qualification) -> Tag {
    let qualifiers = q.qualifiers.iter().map(|u| Tag::new("ecc:Qualifier").with("uri", u));
    Tag::new("ecc:QualificationElement")
        .child(Tag::new("ecc:Qualifiers").children(qualifiers))
        .child(criteria(&q.criteria))
}

/// The schema wants the kinds of criteria in an order of its own.
fn criteria(list: &CriteriaList) -> Tag {
    let assert = match list.assert {
        Assert::All => "all",
        Assert::AtLeastOne => "atLeastOne",
        Assert::None => "none",
    };
    let (mut usages, mut policies, mut lists, mut other) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for criterion in &list.criteria {
        match criterion {
            Criterion::KeyUsage(bits) => usages.push(key_usage(bits)),
            Criterion::Policies(oids) => {
                policies.push(Tag::new("ecc:PolicySet").children(oids.iter().map(|o| oid("ecc:PolicyIdentifier", o))));
            }
            Criterion::List(inner) => lists.push(criteria(inner)),
            Criterion::ExtendedKeyUsage(oids) => {
                other.push(Tag::new("tslx:ExtendedKeyUsage").children(oids.iter().map(|o| oid("tslx:KeyPurposeId", o))))
            }
            Criterion::SubjectAttributes(oids) => other.push(
                Tag::new("tslx:CertSubjectDNAttribute").children(oids.iter().map(|o| oid("tslx:AttributeOID", o))),
            ),
        }
    }
    let mut tag =
        Tag::new("ecc:CriteriaList").with("assert", assert).children(usages).children(policies).children(lists);
    if !other.is_empty() {
        tag = tag.child(Tag::new("ecc:otherCriteriaList").children(other));
    }
    tag
}

fn key_usage(bits: &[(u8, bool)]) -> Tag {
    let each = bits.iter().filter_map(|(bit, value)| {
        let name = KEY_USAGE_BITS.get(usize::from(*bit))?;
        Some(Tag::new("ecc:KeyUsageBit").with("name", name).text(value.to_string()))
    });
    Tag::new("ecc:KeyUsage").children(each)
}

fn oid(name: &'static str, oid: &str) -> Tag {
    Tag::new(name).child(Tag::new("xades:Identifier").with("Qualifier", "OIDAsURN").text(format!("urn:oid:{oid}")))
}
