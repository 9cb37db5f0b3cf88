//! Latvian and English hold the same keys with the same arguments, and the ledger's page has words for whatever the services record.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use crate::{
    root,
    run::{Done, Fault},
};

/// Key → the arguments its text names.
pub(crate) type Keys = BTreeMap<String, BTreeSet<String>>;

/// Every `lv`/`en` pair of Fluent files in the checkout: `X/lv.ftl` with `X/en.ftl`, or `NAME.lv.ftl` with `NAME.en.ftl`.
pub(crate) fn pairs() -> Done<Vec<(PathBuf, PathBuf)>> {
    let mut found = Vec::new();
    collect(&root().join("crates"), "ftl", &mut found)?;
    found.sort();
    let mut pairs = Vec::new();
    for lv in found.iter().filter(|p| side(p) == Some("lv")) {
        let en = PathBuf::from(lv.to_string_lossy().strip_suffix("lv.ftl").unwrap_or_default().to_owned() + "en.ftl");
        pairs.push((lv.clone(), en));
    }
    for en in found.iter().filter(|p| side(p) == Some("en")) {
        if !pairs.iter().any(|(_, e)| e == en) {
            return Err(Fault(format!("{} has no Latvian side", en.display())));
        }
    }
    Ok(pairs)
}

fn side(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?.to_str()?;
    if name.ends_with("lv.ftl") {
        Some("lv")
    } else if name.ends_with("en.ftl") {
        Some("en")
    } else {
        None
    }
}

fn collect(dir: &Path, extension: &str, found: &mut Vec<PathBuf>) -> Done {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, extension, found)?;
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    Ok(())
}

/// The keys of a Fluent file and the `$arguments` of each.
pub(crate) fn keys(text: &str) -> Keys {
    let mut keys = Keys::new();
    let mut current = None;
    for line in text.lines() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        if !line.starts_with([' ', '\t', '}', '[', '*', '.']) {
            current = line.split_once('=').map(|(k, _)| k.trim().to_owned());
            if let Some(k) = &current {
                keys.entry(k.clone()).or_default();
            }
        }
        if let Some(args) = current.as_ref().and_then(|k| keys.get_mut(k)) {
            for part in line.split('$').skip(1) {
                args.insert(part.chars().take_while(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect());
            }
        }
    }
    keys
}

/// Fails on a key, or an argument of one, that only one language has.
pub(crate) fn check() -> Done {
    let mut faults = Vec::new();
    for (lv, en) in pairs()? {
        let (l, e) = (keys(&std::fs::read_to_string(&lv)?), keys(&std::fs::read_to_string(&en).unwrap_or_default()));
        for key in l.keys().chain(e.keys()).collect::<BTreeSet<_>>() {
            match (l.get(key), e.get(key)) {
                (Some(a), Some(b)) if a == b => {}
                (Some(_), Some(_)) => {
                    faults.push(format!("{}: {key} names other arguments than in English", lv.display()))
                }
                (Some(_), None) => faults.push(format!("{}: {key} is missing", en.display())),
                _ => faults.push(format!("{}: {key} is missing", lv.display())),
            }
        }
    }
    faults.extend(wordless()?);
    for f in &faults {
        eprintln!("languages: {f}");
    }
    if faults.is_empty() { Ok(()) } else { Err(Fault(format!("{} faults of the languages", faults.len()))) }
}

/// Kinds of ledger entries that the page of the ledger would show by their bare names.
fn wordless() -> Done<Vec<String>> {
    let services = root().join("crates/services");
    let known = std::fs::read_to_string(services.join("portal/src/chronicle/mod.rs"))?;
    let mut codes = BTreeSet::new();
    for (_, en) in pairs()? {
        codes.extend(keys(&std::fs::read_to_string(&en)?).into_keys());
    }
    let mut sources = Vec::new();
    collect(&services, "rs", &mut sources)?;
    let mut faults = Vec::new();
    for path in sources.iter().filter(|p| p.components().any(|c| c.as_os_str() == "src")) {
        for kind in kinds(&std::fs::read_to_string(path)?) {
            let key = kind.replace('.', "-");
            let worded = known.contains(&format!("\"{kind}\"")) && codes.contains(&format!("portal-kind-{key}"));
            if !worded && !codes.contains(&format!("error-{key}")) {
                faults.push(format!("{}: the ledger's page has no words for {kind}", path.display()));
            }
        }
    }
    Ok(faults)
}

/// What looks like a kind in a source that writes to the ledger: `"service.thing.done"`, but neither the name of a job nor what
/// may happen once.
fn kinds(source: &str) -> BTreeSet<String> {
    if !source.contains("Entry::new(") && !source.contains("note(") {
        return BTreeSet::new();
    }
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let lines = source.lines().filter(|l| !l.contains(": &str = \"") && !l.contains(".once("));
    lines
        .flat_map(|l| l.split('"').skip(1).step_by(2))
        .filter(|s| s.split('.').count() == 3 && s.split('.').all(word))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{keys, kinds};

    #[test]
    fn arguments_and_continuations_belong_to_their_key() {
        let k = keys("# c\na = x { $n }\n    more { $m }\nb = y\n");
        assert_eq!(k.len(), 2);
        assert_eq!(k["a"].len(), 2);
    }

    #[test]
    fn kinds_are_found_where_the_ledger_is_written() {
        let source = "const JOB: &str = \"ca.crl.publish\";\nrecord(tx, Entry::new(\"ca.crl.published\", id, json!({ \"a.b\": 1 })))\n";
        assert_eq!(kinds(source).into_iter().collect::<Vec<_>>(), ["ca.crl.published"]);
        assert!(kinds("fault(\"ca.crl.published\")").is_empty());
    }
}
