//! Writing lists: the XML of TS 119 612 v2.4.1, and the signature over it in two steps, so that the key may be anywhere.

mod parts;
mod sign;
mod template;

pub use sign::{Prepared, prepare};
pub use template::Operator;

use xml::Tag;

use super::{List, Pointer, Scheme, uri};
use parts::{contact, date_time, provider, texts};

/// The XML of a list without a signature.
pub fn xml(list: &List) -> String {
    let mut root = Tag::new("tsl:TrustServiceStatusList")
        .with("xmlns:tsl", uri::TSL)
        .with("xmlns:tslx", uri::TSLX)
        .with("xmlns:ecc", uri::ECC)
        .with("xmlns:xades", crate::xades::XADES)
        .with("TSLTag", uri::TAG)
        .child(scheme(&list.scheme));
    if !list.providers.is_empty() {
        root = root.child(Tag::new("tsl:TrustServiceProviderList").children(list.providers.iter().map(provider)));
    }
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{root}")
}

fn scheme(s: &Scheme) -> Tag {
    let simple = |name: &'static str, value: &str| Tag::new(name).text(value);
    let mut tag = Tag::new("tsl:SchemeInformation")
        .child(simple("tsl:TSLVersionIdentifier", &s.version.to_string()))
        .child(simple("tsl:TSLSequenceNumber", &s.sequence.to_string()))
        .child(simple("tsl:TSLType", &s.kind))
        .child(texts("tsl:SchemeOperatorName", "tsl:Name", &s.operator))
        .child(contact("tsl:SchemeOperatorAddress", &s.contact))
        .child(texts("tsl:SchemeName", "tsl:Name", &s.name))
        .child(texts("tsl:SchemeInformationURI", "tsl:URI", &s.information))
        .child(simple("tsl:StatusDeterminationApproach", &s.determination));
    if !s.rules.is_empty() {
        tag = tag.child(texts("tsl:SchemeTypeCommunityRules", "tsl:URI", &s.rules));
    }
    if !s.territory.is_empty() {
        tag = tag.child(simple("tsl:SchemeTerritory", &s.territory));
    }
    if !s.notice.is_empty() {
        tag = tag.child(texts("tsl:PolicyOrLegalNotice", "tsl:TSLLegalNotice", &s.notice));
    }
    tag = tag.child(simple("tsl:HistoricalInformationPeriod", &s.history_days.to_string()));
    if !s.pointers.is_empty() {
        tag = tag.child(Tag::new("tsl:PointersToOtherTSL").children(s.pointers.iter().map(pointer)));
    }
    let next = s.next_update.map(|n| Tag::new("tsl:dateTime").text(date_time(n)));
    tag.child(simple("tsl:ListIssueDateTime", &date_time(s.issued))).child(Tag::new("tsl:NextUpdate").children(next))
}

fn pointer(p: &Pointer) -> Tag {
    let identities = p.signers.iter().map(|c| {
        let certificate = Tag::new("tsl:X509Certificate").text(parts::base64(&c.0));
        Tag::new("tsl:ServiceDigitalIdentity").child(Tag::new("tsl:DigitalId").child(certificate))
    });
    let other = |tag: Tag| Tag::new("tsl:OtherInformation").child(tag);
    let more = Tag::new("tsl:AdditionalInformation")
        .child(other(Tag::new("tsl:TSLType").text(&p.kind)))
        .child(other(texts("tsl:SchemeOperatorName", "tsl:Name", &p.operator)))
        .child(other(texts("tsl:SchemeTypeCommunityRules", "tsl:URI", &p.rules)))
        .child(other(Tag::new("tsl:SchemeTerritory").text(&p.territory)))
        .child(other(Tag::new("tslx:MimeType").text(&p.media_type)));
    Tag::new("tsl:OtherTSLPointer")
        .child(Tag::new("tsl:ServiceDigitalIdentities").children(identities))
        .child(Tag::new("tsl:TSLLocation").text(&p.location))
        .child(more)
}
