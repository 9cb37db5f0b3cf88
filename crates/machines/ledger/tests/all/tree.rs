use ledger::tree::{self, Hash, Tiles};
use proptest::prelude::*;

// RFC 6962 2.1, word by word.
fn k(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}
fn mth(d: &[Hash]) -> Hash {
    match d {
        [] => tree::empty_root(),
        [one] => *one,
        _ => tree::node_hash(&mth(&d[..k(d.len())]), &mth(&d[k(d.len())..])),
    }
}
fn path(m: usize, d: &[Hash]) -> Vec<Hash> {
    if d.len() == 1 {
        return vec![];
    }
    let k = k(d.len());
    if m < k {
        [path(m, &d[..k]), vec![mth(&d[k..])]].concat()
    } else {
        [path(m - k, &d[k..]), vec![mth(&d[..k])]].concat()
    }
}
fn subproof(m: usize, d: &[Hash], whole: bool) -> Vec<Hash> {
    if m == d.len() {
        return if whole { vec![] } else { vec![mth(d)] };
    }
    let k = k(d.len());
    if m <= k {
        [subproof(m, &d[..k], whole), vec![mth(&d[k..])]].concat()
    } else {
        [subproof(m - k, &d[k..], false), vec![mth(&d[..k])]].concat()
    }
}

fn leaves(n: usize) -> Vec<Hash> {
    (0..n).map(|i| tree::leaf_hash(&i.to_be_bytes())).collect()
}
fn grown(leaves: &[Hash]) -> Tiles {
    let mut tiles = Tiles::default();
    for (i, leaf) in leaves.iter().enumerate() {
        tiles.append(i as u64, *leaf);
    }
    tiles
}

#[test]
fn known_roots() {
    assert_eq!(hex(&tree::empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    // Roots of the first trees of the certificate-transparency test vectors: leaves "", 00, 10, 2021, 3031, 40414243…
    let inputs: [&[u8]; 8] =
        [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43", b"PQRSTUVW", b"`abcdefghijklmno"];
    let hashes: Vec<Hash> = inputs.iter().map(|l| tree::leaf_hash(l)).collect();
    let mut tiles = grown(&hashes);
    assert_eq!(hex(&tiles.root(1)), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_eq!(hex(&tiles.root(8)), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

fn hex(h: &Hash) -> String {
    h.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn small_trees_are_those_of_the_rfc() {
    let all = leaves(140);
    let mut tiles = grown(&all);
    for size in 1..=all.len() {
        let root = mth(&all[..size]);
        assert_eq!(tiles.root(size as u64), root, "{size}");
        for m in (0..size).step_by(7).chain([size - 1]) {
            let proof = tiles.inclusion(m as u64, size as u64);
            assert_eq!(proof, path(m, &all[..size]), "{m} in {size}");
            assert!(tree::included(&all[m], m as u64, size as u64, &proof, &root));
            assert!(!tree::included(&all[(m + 1) % size], m as u64, size as u64, &proof, &root) || size == 1);
        }
        for old in (1..=size).step_by(5) {
            let proof = tiles.consistency(old as u64, size as u64);
            assert_eq!(proof, if old == size { vec![] } else { subproof(old, &all[..size], true) }, "{old} to {size}");
            assert!(tree::consistent(old as u64, &mth(&all[..old]), size as u64, &root, &proof), "{old} to {size}");
        }
    }
    assert!(tiles.take_missing().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn larger_trees_are_those_of_the_rfc(size in 200usize..70_000, a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>(), flip in any::<prop::sample::Index>()) {
        let all = leaves(size);
        let mut tiles = grown(&all);
        let root = mth(&all);
        prop_assert_eq!(tiles.root(size as u64), root);
        let (m, old) = (a.index(size), 1 + b.index(size));
        let proof = tiles.inclusion(m as u64, size as u64);
        prop_assert_eq!(&proof, &path(m, &all));
        prop_assert!(tree::included(&all[m], m as u64, size as u64, &proof, &root));
        let mut bad = proof.clone();
        let at = flip.index(bad.len());
        bad[at][0] ^= 1;
        prop_assert!(!tree::included(&all[m], m as u64, size as u64, &bad, &root));
        prop_assert!(!tree::included(&all[m], m as u64, size as u64, &proof[1..], &root));
        let proof = tiles.consistency(old as u64, size as u64);
        let old_root = mth(&all[..old]);
        prop_assert!(tree::consistent(old as u64, &old_root, size as u64, &root, &proof));
        let mut wrong = old_root;
        wrong[0] ^= 1;
        prop_assert!(!tree::consistent(old as u64, &wrong, size as u64, &root, &proof));
        // A tree grown from its edge alone is the same tree.
        let mut edge = Tiles::default();
        for id in tree::edge(size as u64) {
            edge.insert(id, &tiles.content(id));
        }
        let more = tree::leaf_hash(b"more");
        edge.append(size as u64, more);
        let again = edge.root(size as u64 + 1);
        prop_assert!(edge.take_missing().is_empty());
        tiles.append(size as u64, more);
        prop_assert_eq!(tiles.root(size as u64 + 1), again);
        let stored: Vec<_> = tree::all_tiles(size as u64 + 1).collect();
        let known: Vec<_> = tiles.ids().collect();
        prop_assert_eq!(stored, known);
        for id in tiles.ids().collect::<Vec<_>>() {
            prop_assert_eq!(tiles.content(id).len() as u64, 32 * tree::width(size as u64 + 1, id));
        }
    }

    #[test]
    fn paths_are_spelled_in_one_way(level in 0u32..8, number in 0u64..5_000_000, width in 1u64..=256) {
        let text = tree::path(&level.to_string(), number, width);
        prop_assert_eq!(tree::parse_path(&text), Some((Some(level), number, width)));
    }
}

#[test]
fn paths_of_the_specification() {
    assert_eq!(tree::path("0", 1_234_067, 256), "tile/0/x001/x234/067");
    assert_eq!(tree::path("entries", 0, 5), "tile/entries/000.p/5");
    for bad in [
        "tile/0/67",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/00/000",
        "tile/9/000",
        "tile/0/x000/000",
        "tile/0/../000",
        "tile/-1/000",
        "tile/0/000.p/05",
    ] {
        assert_eq!(tree::parse_path(bad), None, "{bad}");
    }
}
