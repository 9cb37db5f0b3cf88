//! Latvian and English hold the same keys with the same arguments.

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
    collect(&root().join("crates"), &mut found)?;
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

fn collect(dir: &Path, found: &mut Vec<PathBuf>) -> Done {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|e| e == "ftl") {
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
    for f in &faults {
        eprintln!("languages: {f}");
    }
    if faults.is_empty() { Ok(()) } else { Err(Fault(format!("{} differences between the languages", faults.len()))) }
}

#[cfg(test)]
mod tests {
    use super::keys;

    #[test]
    fn arguments_and_continuations_belong_to_their_key() {
        let k = keys("# c\na = x { $n }\n    more { $m }\nb = y\n");
        assert_eq!(k.len(), 2);
        assert_eq!(k["a"].len(), 2);
    }
}
