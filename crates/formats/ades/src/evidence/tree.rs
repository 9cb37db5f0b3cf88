use pki::{DigestAlgorithm, Digester};

/// A binary hash tree over groups of digests (RFC 4998 section 4.2, RFC 6283 section 3.2).
pub struct Tree {
    groups: Vec<Vec<Vec<u8>>>,
    /// From the group hashes up to the root; each level half of the one below.
    levels: Vec<Vec<Vec<u8>>>,
}

/// The digest of a list of digests: a single one is itself, several are sorted, put together and digested.
pub(crate) fn list_hash(method: DigestAlgorithm, list: &[&[u8]]) -> Vec<u8> {
    if let [one] = list {
        return one.to_vec();
    }
    let mut sorted = list.to_vec();
    sorted.sort_unstable();
    let mut digester = Digester::new(method);
    sorted.iter().for_each(|d| digester.update(d));
    digester.finish()
}

impl Tree {
    /// Over groups: the objects of one group are proven together.
    pub fn new(method: DigestAlgorithm, groups: Vec<Vec<Vec<u8>>>) -> Option<Self> {
        if groups.is_empty() || groups.iter().any(Vec::is_empty) {
            return None;
        }
        let hash = |list: &[Vec<u8>]| list_hash(method, &list.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let mut levels: Vec<Vec<Vec<u8>>> = vec![groups.iter().map(|g| hash(g)).collect()];
        while let Some(last) = levels.last().filter(|l| l.len() > 1) {
            // The last of an odd number goes up alone.
            let next = last.chunks(2).map(hash).collect();
            levels.push(next);
        }
        Some(Self { groups, levels })
    }

    /// What the time stamp has to be over.
    pub fn root(&self) -> &[u8] {
        self.levels.last().and_then(|l| l.first()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The reduced hash tree of group `n`: its own digests, then what each step up adds.
    pub fn reduced(&self, n: usize) -> Vec<Vec<Vec<u8>>> {
        let mut out: Vec<Vec<Vec<u8>>> = self.groups.get(n).cloned().into_iter().collect();
        let mut at = n;
        for level in &self.levels {
            if let Some(sibling) = level.get(at ^ 1) {
                out.push(vec![sibling.clone()]);
            }
            at /= 2;
        }
        out
    }
}

/// The root that a reduced hash tree leads to; `None` when a list is empty.
pub fn root(method: DigestAlgorithm, reduced: &[Vec<Vec<u8>>]) -> Option<Vec<u8>> {
    let mut so_far: Option<Vec<u8>> = None;
    for list in reduced {
        if list.is_empty() {
            return None;
        }
        let all: Vec<&[u8]> = list.iter().map(Vec::as_slice).chain(so_far.as_deref()).collect();
        so_far = Some(list_hash(method, &all));
    }
    so_far
}
