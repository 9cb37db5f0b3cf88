//! The Merkle tree of RFC 6962 in the tiles of C2SP tlog-tiles: pure arithmetic on hashes.
//!
//! A tile of level L holds up to 256 hashes of subtrees of 256^L leaves. Everything else is computed from tiles.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest::{Context, SHA256};

/// SHA-256.
pub type Hash = [u8; 32];

/// Hashes in a full tile.
pub const WIDTH: u64 = 256;

/// Level and number of a tile.
pub type TileId = (u32, u64);

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut c = Context::new(&SHA256);
    for p in parts {
        c.update(p);
    }
    let mut out = [0; 32];
    out.copy_from_slice(c.finish().as_ref());
    out
}

/// Hash of a leaf.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    sha256(&[&[0], leaf])
}

/// Hash of an inner node.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// Root of the empty tree.
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// Tiles in memory, and a note of those that were asked for and absent.
#[derive(Clone, Debug, Default)]
pub struct Tiles {
    tiles: BTreeMap<TileId, Vec<Hash>>,
    missing: BTreeSet<TileId>,
}

/// Length of the tile at `id` in a tree of `size` leaves.
pub fn width(size: u64, (level, number): TileId) -> u64 {
    let hashes = size.checked_shr(8 * level).unwrap_or(0);
    hashes.saturating_sub(number * WIDTH).min(WIDTH)
}

/// The rightmost, unfinished tiles of a tree of `size` leaves: what is needed to append to it and to know its root.
pub fn edge(size: u64) -> Vec<TileId> {
    (0..8)
        .map(|level| (level, size.checked_shr(8 * level + 8).unwrap_or(0)))
        .filter(|id| width(size, *id) > 0)
        .collect()
}

/// All tiles of a tree of `size` leaves.
pub fn all_tiles(size: u64) -> impl Iterator<Item = TileId> {
    (0..8u32).flat_map(move |level| {
        let hashes = size.checked_shr(8 * level).unwrap_or(0);
        (0..hashes.div_ceil(WIDTH)).map(move |n| (level, n))
    })
}

impl Tiles {
    /// Puts a tile in. False if its content is no whole number of hashes.
    pub fn insert(&mut self, id: TileId, content: &[u8]) -> bool {
        let (hashes, rest) = content.as_chunks::<32>();
        self.tiles.insert(id, hashes.to_vec());
        rest.is_empty()
    }

    /// The hashes of a tile, as bytes.
    pub fn content(&self, id: TileId) -> Vec<u8> {
        self.tiles.get(&id).map(|t| t.concat()).unwrap_or_default()
    }

    /// Ids of all tiles that are here.
    pub fn ids(&self) -> impl Iterator<Item = TileId> {
        self.tiles.keys().copied()
    }

    /// Tiles that a computation asked for in vain; forgets them.
    pub fn take_missing(&mut self) -> BTreeSet<TileId> {
        std::mem::take(&mut self.missing)
    }

    /// Appends the hash of a leaf to a tree of `size` leaves, whose edge must be here; answers the tiles that changed.
    pub fn append(&mut self, size: u64, leaf: Hash) -> Vec<TileId> {
        let mut changed = Vec::new();
        let (mut hash, mut index) = (leaf, size);
        for level in 0..8 {
            let id = (level, index / WIDTH);
            let tile = self.tiles.entry(id).or_default();
            tile.push(hash);
            changed.push(id);
            if index % WIDTH + 1 < WIDTH {
                break;
            }
            hash = perfect(tile);
            index /= WIDTH;
        }
        changed
    }

    /// Root of the tree of `size` leaves.
    pub fn root(&mut self, size: u64) -> Hash {
        if size == 0 { empty_root() } else { self.range(0, size) }
    }

    /// RFC 6962 2.1.1: the audit path of leaf `index` in the tree of `size` leaves.
    pub fn inclusion(&mut self, index: u64, size: u64) -> Vec<Hash> {
        let mut path = Vec::new();
        let (mut low, mut high) = (0, size);
        while high.saturating_sub(low) > 1 {
            let middle = low + split(high - low);
            if index < middle {
                path.push(self.range(middle, high));
                high = middle;
            } else {
                path.push(self.range(low, middle));
                low = middle;
            }
        }
        path.reverse();
        path
    }

    /// RFC 6962 2.1.2: that the tree of `old` leaves is the beginning of the tree of `size` leaves.
    pub fn consistency(&mut self, old: u64, size: u64) -> Vec<Hash> {
        let mut path = Vec::new();
        if old == 0 || old >= size {
            return path;
        }
        let (mut low, mut high, mut whole) = (0, size, true);
        while high != old {
            let middle = low + split(high - low);
            if old <= middle {
                path.push(self.range(middle, high));
                high = middle;
            } else {
                path.push(self.range(low, middle));
                low = middle;
                whole = false;
            }
        }
        if !whole {
            path.push(self.range(low, high));
        }
        path.reverse();
        path
    }

    /// Hash of the subtree over leaves `low..high` as RFC 6962 cuts the tree.
    fn range(&mut self, low: u64, high: u64) -> Hash {
        let n = high - low;
        if n.is_power_of_two() && low.is_multiple_of(n) {
            return self.node(n.trailing_zeros(), low / n);
        }
        let middle = low + split(n);
        let (left, right) = (self.range(low, middle), self.range(middle, high));
        node_hash(&left, &right)
    }

    /// Hash of the perfect subtree of 2^height leaves with this index.
    fn node(&mut self, height: u32, index: u64) -> Hash {
        let (level, up) = (height / 8, height % 8);
        let first = index << up;
        let id = (level, first / WIDTH);
        let from = (first % WIDTH) as usize;
        match self.tiles.get(&id).and_then(|t| t.get(from..from + (1usize << up))) {
            Some(hashes) => perfect(hashes),
            None => {
                self.missing.insert(id);
                [0; 32]
            }
        }
    }
}

/// Root of a perfect tree over these hashes.
fn perfect(hashes: &[Hash]) -> Hash {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.as_chunks::<2>().0.iter().map(|[l, r]| node_hash(l, r)).collect();
    }
    row.first().copied().unwrap_or_default()
}

/// The largest power of two smaller than `n` (`n` > 1).
fn split(n: u64) -> u64 {
    n.next_power_of_two() / 2
}

/// Whether `proof` shows that the leaf with this hash stands at `index` in the tree of `size` leaves with this root.
pub fn included(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node.is_multiple_of(2) && node != 0 {
                (node, last) = (node / 2, last / 2);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node / 2, last / 2);
    }
    last == 0 && hash == *root
}

/// Whether `proof` shows that the tree of `old` leaves is the beginning of the tree of `size` leaves.
pub fn consistent(old: u64, old_root: &Hash, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    if old > size || old == 0 {
        return old == 0 && proof.is_empty() && *old_root == empty_root();
    }
    if old == size {
        return proof.is_empty() && old_root == root;
    }
    let (mut node, mut last) = (old - 1, size - 1);
    while node % 2 == 1 {
        (node, last) = (node / 2, last / 2);
    }
    let mut rest = proof.iter();
    let seed = if node == 0 { Some(old_root) } else { rest.next() };
    let Some(seed) = seed else { return false };
    let (mut first, mut second) = (*seed, *seed);
    for sibling in rest {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            first = node_hash(sibling, &first);
            second = node_hash(sibling, &second);
            while node.is_multiple_of(2) && node != 0 {
                (node, last) = (node / 2, last / 2);
            }
        } else {
            second = node_hash(&second, sibling);
        }
        (node, last) = (node / 2, last / 2);
    }
    last == 0 && first == *old_root && second == *root
}

/// The path of a tile or entry bundle: `tile/0/x001/234.p/5`; `level` is a number or `entries`.
pub fn path(level: &str, number: u64, width: u64) -> String {
    let mut groups = vec![format!("{:03}", number % 1000)];
    let mut rest = number / 1000;
    while rest > 0 {
        groups.push(format!("x{:03}", rest % 1000));
        rest /= 1000;
    }
    groups.reverse();
    let partial = if width < WIDTH { format!(".p/{width}") } else { String::new() };
    format!("tile/{level}/{}{partial}", groups.join("/"))
}

/// Reads a [`path`] back: level (nothing for entries), number, width. Only the one spelling of each.
pub fn parse_path(text: &str) -> Option<(Option<u32>, u64, u64)> {
    let rest = text.strip_prefix("tile/")?;
    let (level, rest) = rest.split_once('/')?;
    let (number, width) = match rest.split_once(".p/") {
        Some((number, width)) => (number, width.parse().ok().filter(|w| (1..WIDTH).contains(w))?),
        None => (rest, WIDTH),
    };
    let mut n = 0u64;
    for group in number.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        let value: u64 = (digits.len() == 3).then(|| digits.parse().ok())??;
        n = n.checked_mul(1000)?.checked_add(value)?;
    }
    let parsed = match level {
        "entries" => None,
        level => Some(level.parse::<u32>().ok().filter(|l| *l < 8 && l.to_string() == level)?),
    };
    (path(level, n, width) == text).then_some((parsed, n, width))
}
