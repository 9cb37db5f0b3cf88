//! The floors: which crate may import which, how long a file may be, and that every crate inherits the lints.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use crate::{
    root,
    run::{Done, Fault, output},
};

/// Crate, floor, and the crates of this workspace it may import. Downwards only; services never each other.
const FLOORS: &[(&str, &str, &[&str])] = &[
    ("pki", "formats", &[]),
    ("xml", "formats", &["pki"]),
    ("token", "formats", &["pki"]),
    ("ades", "formats", &["pki", "token", "xml"]),
    ("protocol", "formats", &["pki", "xml"]),
    ("card", "formats", &["pki"]),
    ("base", "machines", &[]),
    ("contract", "machines", &["base"]),
    ("store", "machines", &["base"]),
    ("ledger", "machines", &["base", "store"]),
    ("keys", "machines", &["base", "pki"]),
    ("net", "machines", &["base", "pki", "ades"]),
    ("reader", "machines", &["base", "card", "pki"]),
    ("raster", "machines", &[]),
    ("agent", "machines", &["base", "card", "pki", "protocol", "reader"]),
    ("web", "machines", &["base", "contract", "store", "ledger", "pki"]),
    ("ca", "services", &["pki", "base", "contract", "store", "ledger", "keys", "net", "web"]),
    (
        "signing",
        "services",
        &["ades", "agent", "pki", "xml", "base", "contract", "store", "ledger", "keys", "net", "raster", "web"],
    ),
    ("identity", "services", &["agent", "pki", "protocol", "base", "contract", "store", "ledger", "web"]),
    ("register", "services", &["base", "contract", "store", "ledger", "web"]),
    ("documents", "services", &["card", "pki", "base", "contract", "store", "ledger", "reader", "web"]),
    ("portal", "services", &["base", "contract", "store", "ledger", "web"]),
    ("signer", "apps", &["ades", "agent", "base", "card", "keys", "net", "pki", "protocol", "raster", "reader", "xml"]),
    (
        "enkurs",
        "apps",
        &[
            "ades",
            "agent",
            "base",
            "ca",
            "card",
            "contract",
            "documents",
            "identity",
            "keys",
            "ledger",
            "natgen",
            "net",
            "pki",
            "portal",
            "protocol",
            "raster",
            "reader",
            "register",
            "signing",
            "store",
            "web",
            "xml",
        ],
    ),
    ("hostile", "dev", &["ades", "base", "protocol", "card", "ledger", "pki", "reader", "token", "xml"]),
    ("natgen", "dev", &[]),
    ("apart", "dev", &["base", "contract", "pki", "web"]),
    ("testkit", "dev", &["base", "contract", "keys", "ledger", "store", "web"]),
    (
        "bench",
        "dev",
        &["ades", "base", "ca", "contract", "keys", "ledger", "net", "pki", "signing", "store", "web", "xml"],
    ),
    ("xtask", "dev", &[]),
];

/// Crates from elsewhere that only one crate may name.
const ONLY: &[(&str, &str)] = &[("sqlx", "store"), ("cryptoki", "keys"), ("pcsc", "reader"), ("hayro", "raster")];
/// What floor 0 must not name.
const NOT_IN_FORMATS: &[&str] = &["tokio", "sqlx", "axum", "hyper", "reqwest"];

const LONG: usize = 600;

/// Checks everything; each breach is printed, any breach fails.
pub(crate) fn check() -> Done {
    let meta: Value =
        serde_json::from_str(&output(&root(), "cargo", &["metadata", "--format-version", "1", "--no-deps"])?)?;
    let floors: BTreeMap<_, _> = FLOORS.iter().map(|(c, f, d)| (*c, (*f, *d))).collect();
    let mut breaches = Vec::new();
    let empty = Vec::new();
    let packages = meta.get("packages").and_then(Value::as_array).unwrap_or(&empty);
    for package in packages {
        let text = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
        let name = text("name");
        let Some((floor, may)) = floors.get(name) else {
            breaches.push(format!("{name} has no floor: add it to the table in dev/xtask/src/layers.rs"));
            continue;
        };
        let manifest = text("manifest_path");
        if !manifest.contains(&format!("/{floor}/{name}/")) && *floor != "dev" {
            breaches.push(format!("{name} is not in the folder of its floor, {floor}"));
        }
        if !std::fs::read_to_string(manifest)?.contains("[lints]\nworkspace = true") {
            breaches.push(format!("{name} does not inherit the workspace's lints"));
        }
        for dep in package.get("dependencies").and_then(Value::as_array).unwrap_or(&empty) {
            let dep_name = dep.get("name").and_then(Value::as_str).unwrap_or_default();
            let for_tests = dep.get("kind").and_then(Value::as_str) == Some("dev");
            if floors.contains_key(dep_name) && !may.contains(&dep_name) && !for_tests {
                breaches.push(format!("{name} imports {dep_name}, which its floor does not allow"));
            }
            if ONLY.iter().any(|(c, owner)| *c == dep_name && *owner != name) {
                breaches.push(format!("{name} names {dep_name}, which only another crate may name"));
            }
            if *floor == "formats" && !for_tests && NOT_IN_FORMATS.contains(&dep_name) {
                breaches.push(format!("{name} is on the floor of formats and names {dep_name}"));
            }
        }
        if let Some(dir) = Path::new(manifest).parent() {
            lengths(dir, &mut breaches)?;
        }
    }
    for b in &breaches {
        eprintln!("layers: {b}");
    }
    if breaches.is_empty() { Ok(()) } else { Err(Fault(format!("{} breaches of the floors", breaches.len()))) }
}

fn lengths(dir: &Path, breaches: &mut Vec<String>) -> Done {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|n| n != "target" && n != "node_modules") {
                lengths(&path, breaches)?;
            }
        } else if path.extension().is_some_and(|e| e == "rs") {
            let lines = std::fs::read_to_string(&path)?.lines().count();
            if lines > LONG {
                breaches.push(format!("{} has {lines} lines: a file over {LONG} is a defect", path.display()));
            }
        }
    }
    Ok(())
}
