use super::Extensions;
use crate::{
    Oid,
    asn1::{self, tag},
    oid,
};

/// One `Extension`.
pub(crate) fn extension(id: Oid, critical: bool, value: &[u8]) -> Vec<u8> {
    let flag = if critical { asn1::boolean(true) } else { vec![] };
    asn1::seq([asn1::oid(id), flag, asn1::octets(value)])
}

impl Extensions {
    /// The `Extension` rows in the order in which RFC 5280 describes them.
    pub(super) fn encode(&self) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        let mut add = |id: Oid, critical: bool, value: &[u8]| all.push(extension(id, critical, value));
        if let Some(id) = &self.authority_key_id {
            add(oid::AUTHORITY_KEY_IDENTIFIER, false, &asn1::seq([asn1::context(0, id)]));
        }
        if let Some(id) = &self.subject_key_id {
            add(oid::SUBJECT_KEY_IDENTIFIER, false, &asn1::octets(id));
        }
        if let Some(usage) = self.key_usage {
            add(oid::KEY_USAGE, true, &asn1::named_bits(tag::BIT_STRING, &usage.bits()));
        }
        if !self.policies.is_empty() {
            let rows = self.policies.iter().map(|p| {
                let qualifiers =
                    p.cps.as_ref().map(|cps| asn1::seq([asn1::seq([asn1::oid(oid::CPS_QUALIFIER), asn1::ia5(cps)])]));
                asn1::seq([asn1::oid(p.oid), qualifiers.unwrap_or_default()])
            });
            add(oid::CERTIFICATE_POLICIES, false, &asn1::seq(rows));
        }
        if !self.policy_mappings.is_empty() {
            let rows = self.policy_mappings.iter().map(|(a, b)| asn1::seq([asn1::oid(*a), asn1::oid(*b)]));
            add(oid::POLICY_MAPPINGS, true, &asn1::seq(rows));
        }
        if !self.alt_names.is_empty() {
            add(
                oid::SUBJECT_ALT_NAME,
                self.alt_names_critical,
                &asn1::seq(self.alt_names.iter().map(super::super::GeneralName::to_der)),
            );
        }
        if let Some(b) = self.basic_constraints {
            let ca = if b.ca { asn1::boolean(true) } else { vec![] };
            let len = b.path_len.map(|n| asn1::small_integer(u64::from(n))).unwrap_or_default();
            add(oid::BASIC_CONSTRAINTS, true, &asn1::seq([ca, len]));
        }
        if let Some(n) = &self.name_constraints {
            let subtrees = |n: u8, names: &[crate::GeneralName]| {
                if names.is_empty() {
                    vec![]
                } else {
                    asn1::tlv(
                        tag::constructed(n),
                        &names.iter().flat_map(|g| asn1::seq([g.to_der()])).collect::<Vec<u8>>(),
                    )
                }
            };
            add(oid::NAME_CONSTRAINTS, true, &asn1::seq([subtrees(0, &n.permitted), subtrees(1, &n.excluded)]));
        }
        if self.require_explicit_policy.is_some() || self.inhibit_policy_mapping.is_some() {
            let number = |n: u8, v: Option<u32>| {
                v.map(|v| asn1::context(n, &asn1::integer_bytes(&v.to_be_bytes()))).unwrap_or_default()
            };
            add(
                oid::POLICY_CONSTRAINTS,
                true,
                &asn1::seq([number(0, self.require_explicit_policy), number(1, self.inhibit_policy_mapping)]),
            );
        }
        if !self.extended_key_usage.is_empty() {
            let list = asn1::seq(self.extended_key_usage.iter().map(|o| asn1::oid(*o)));
            add(oid::EXTENDED_KEY_USAGE, self.extended_key_usage_critical, &list);
        }
        if !self.crl.is_empty() {
            let points = self.crl.iter().map(|url| {
                let names = asn1::tlv(tag::constructed(0), &asn1::context(6, url.as_bytes()));
                asn1::seq([asn1::tlv(tag::constructed(0), &names)])
            });
            add(oid::CRL_DISTRIBUTION_POINTS, false, &asn1::seq(points));
        }
        if let Some(n) = self.inhibit_any_policy {
            add(oid::INHIBIT_ANY_POLICY, true, &asn1::small_integer(u64::from(n)));
        }
        if !self.ocsp.is_empty() || !self.ca_issuers.is_empty() {
            let row = |method: Oid, url: &String| asn1::seq([asn1::oid(method), asn1::context(6, url.as_bytes())]);
            let rows = self
                .ocsp
                .iter()
                .map(|u| row(oid::AD_OCSP, u))
                .chain(self.ca_issuers.iter().map(|u| row(oid::AD_CA_ISSUERS, u)));
            add(oid::AUTHORITY_INFO_ACCESS, false, &asn1::seq(rows));
        }
        if let Some(qc) = &self.qc {
            add(oid::QC_STATEMENTS, false, &qc.encode());
        }
        if self.ocsp_nocheck {
            add(oid::OCSP_NOCHECK, false, &asn1::null());
        }
        if self.validity_assured_short_term {
            add(oid::VALIDITY_ASSURED_SHORT_TERM, false, &asn1::null());
        }
        if self.no_revocation_available {
            add(oid::NO_REV_AVAIL, false, &asn1::null());
        }
        for e in &self.other {
            add(e.oid, e.critical, &e.value);
        }
        all
    }
}
