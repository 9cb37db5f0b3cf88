use xml::Node;

use super::{Limits, missing, trimmed};
use crate::lists::{
    Assert, CriteriaList, Criterion, ListError, Qualification,
    criteria::KEY_USAGE_BITS,
    uri::{ECC, TSLX},
};

/// Deepest criteria within criteria.
const MAX_DEPTH: usize = 8;

/// `QualificationElement` (clause 5.5.9.2).
pub(super) fn read(node: Node<'_, '_>, limits: &Limits, count: &mut usize) -> Result<Qualification, ListError> {
    let qualifiers = node.only(ECC, "Qualifiers").ok_or_else(|| missing("Qualifiers"))?;
    let qualifiers = qualifiers.children_named(ECC, "Qualifier").filter_map(|q| q.attribute("uri"));
    let qualifiers: Vec<String> = qualifiers.map(|u| u.trim().to_owned()).collect();
    let criteria = node.only(ECC, "CriteriaList").ok_or_else(|| missing("CriteriaList"))?;
    Ok(Qualification { qualifiers, criteria: list(criteria, limits, count, 0)? })
}

fn list(node: Node<'_, '_>, limits: &Limits, count: &mut usize, depth: usize) -> Result<CriteriaList, ListError> {
    if depth >= MAX_DEPTH {
        return Err(ListError::TooLarge("criteria within criteria"));
    }
    let assert = match node.attribute("assert") {
        Some("all") | None => Assert::All,
        Some("atLeastOne") => Assert::AtLeastOne,
        Some("none") => Assert::None,
        Some(_) => return Err(missing("assert")),
    };
    let mut criteria = Vec::new();
    for part in node.children() {
        *count += 1;
        if *count > limits.criteria {
            return Err(ListError::TooLarge("criteria"));
        }
        match part.local() {
            "KeyUsage" => criteria.push(Criterion::KeyUsage(key_usage(part)?)),
            "PolicySet" => criteria.push(Criterion::Policies(identifiers(part))),
            "CriteriaList" => criteria.push(Criterion::List(list(part, limits, count, depth + 1)?)),
            "otherCriteriaList" => {
                for other in part.children() {
                    criteria.push(other_criterion(other)?);
                }
            }
            "Description" => {}
            // What is not understood must not be taken for met.
            other => return Err(missing(other)),
        }
    }
    Ok(CriteriaList { assert, criteria })
}

fn other_criterion(node: Node<'_, '_>) -> Result<Criterion, ListError> {
    match (node.namespace(), node.local()) {
        (TSLX, "ExtendedKeyUsage") => Ok(Criterion::ExtendedKeyUsage(identifiers(node))),
        (TSLX, "CertSubjectDNAttribute") => Ok(Criterion::SubjectAttributes(identifiers(node))),
        _ => Err(missing(node.local())),
    }
}

fn key_usage(node: Node<'_, '_>) -> Result<Vec<(u8, bool)>, ListError> {
    let bit = |n: Node<'_, '_>| {
        let name = n.attribute("name")?;
        let number = KEY_USAGE_BITS.iter().position(|b| *b == name)?;
        let value = match trimmed(n).as_str() {
            "true" | "1" => true,
            "false" | "0" => false,
            _ => return None,
        };
        Some((u8::try_from(number).ok()?, value))
    };
    node.children().map(|n| bit(n).ok_or_else(|| missing("KeyUsageBit"))).collect()
}

/// Object identifiers in the form of XAdES, `urn:oid:` taken away.
fn identifiers(node: Node<'_, '_>) -> Vec<String> {
    let all = node.descendants().filter(|n| n.local() == "Identifier").map(trimmed);
    all.map(|t| t.strip_prefix("urn:oid:").map_or(t.clone(), str::to_owned)).collect()
}
