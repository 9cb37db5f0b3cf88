use std::collections::{BTreeMap, BTreeSet};

use crate::{Certificate, Oid, oid};

/// The policy tree of RFC 5280, as the graph of RFC 9618: one node for each policy at each depth, so that mappings cannot make it grow.
pub(super) struct State<'a> {
    nodes: BTreeMap<Oid, Node>,
    wanted: &'a [Oid],
    explicit: usize,
    mapping: usize,
    inhibit_any: usize,
}

#[derive(Clone, Default)]
struct Node {
    expected: BTreeSet<Oid>,
    /// The policies of the anchor's domain from which it comes; `anyPolicy`: any.
    roots: BTreeSet<Oid>,
}

const MAX_NODES: usize = 256;

impl<'a> State<'a> {
    pub(super) fn new(length: usize, wanted: &'a [Oid]) -> Self {
        let any = Node { expected: [oid::ANY_POLICY].into(), roots: [oid::ANY_POLICY].into() };
        let explicit = if wanted.is_empty() { length + 1 } else { 0 };
        Self { nodes: [(oid::ANY_POLICY, any)].into(), wanted, explicit, mapping: length + 1, inhibit_any: length + 1 }
    }

    /// 6.1.3 (d) to (f), and 6.1.5 for the last certificate.
    pub(super) fn certificate(&mut self, certificate: &Certificate, last: bool, self_issued: bool) -> bool {
        let policies = &certificate.extensions().policies;
        let before = std::mem::take(&mut self.nodes);
        let mut after: BTreeMap<Oid, Node> = BTreeMap::new();
        for policy in policies.iter().filter(|p| p.oid != oid::ANY_POLICY) {
            let mut roots: BTreeSet<Oid> = BTreeSet::new();
            for node in before.values().filter(|n| n.expected.contains(&policy.oid)) {
                roots.extend(&node.roots);
            }
            if roots.is_empty() && before.contains_key(&oid::ANY_POLICY) {
                roots.insert(policy.oid);
            }
            if !roots.is_empty() {
                after.insert(policy.oid, Node { expected: [policy.oid].into(), roots });
            }
        }
        let any = policies.iter().any(|p| p.oid == oid::ANY_POLICY) && (self.inhibit_any > 0 || (!last && self_issued));
        if any {
            for node in before.values() {
                for expected in &node.expected {
                    let listed = policies.iter().any(|p| p.oid == *expected && *expected != oid::ANY_POLICY);
                    if !listed {
                        let child = after.entry(*expected).or_default();
                        child.expected = [*expected].into();
                        child.roots.extend(&node.roots);
                    }
                }
            }
        }
        if after.len() <= MAX_NODES {
            self.nodes = after;
        }
        if last {
            self.explicit = self.explicit.saturating_sub(1);
            if certificate.extensions().require_explicit_policy == Some(0) {
                self.explicit = 0;
            }
            return self.explicit > 0 || self.holds();
        }
        self.explicit > 0 || !self.nodes.is_empty()
    }

    /// Whether a wanted policy (or any, if none is wanted) is left.
    fn holds(&self) -> bool {
        let mut roots = self.nodes.values().flat_map(|n| &n.roots);
        match self.wanted {
            [] => !self.nodes.is_empty(),
            wanted => roots.any(|r| *r == oid::ANY_POLICY || wanted.contains(r) || wanted.contains(&oid::ANY_POLICY)),
        }
    }

    /// 6.1.4 (a), (b), (h) to (j). False when a mapping uses `anyPolicy`.
    pub(super) fn prepare(&mut self, certificate: &Certificate, self_issued: bool) -> bool {
        let e = certificate.extensions();
        if e.policy_mappings.iter().any(|(a, b)| *a == oid::ANY_POLICY || *b == oid::ANY_POLICY) {
            return false;
        }
        let mut mapped: BTreeMap<Oid, BTreeSet<Oid>> = BTreeMap::new();
        for (issuer, subject) in &e.policy_mappings {
            mapped.entry(*issuer).or_default().insert(*subject);
        }
        for (issuer, subjects) in mapped {
            if self.mapping == 0 {
                self.nodes.remove(&issuer);
            } else if let Some(node) = self.nodes.get_mut(&issuer) {
                node.expected = subjects;
            } else if self.nodes.contains_key(&oid::ANY_POLICY) && self.nodes.len() < MAX_NODES {
                self.nodes.insert(issuer, Node { expected: subjects, roots: [issuer].into() });
            }
        }
        if !self_issued {
            self.explicit = self.explicit.saturating_sub(1);
            self.mapping = self.mapping.saturating_sub(1);
            self.inhibit_any = self.inhibit_any.saturating_sub(1);
        }
        let lower = |now: &mut usize, to: Option<u32>| {
            if let Some(n) = to {
                *now = (*now).min(n as usize);
            }
        };
        lower(&mut self.explicit, e.require_explicit_policy);
        lower(&mut self.mapping, e.inhibit_policy_mapping);
        lower(&mut self.inhibit_any, e.inhibit_any_policy);
        true
    }
}
