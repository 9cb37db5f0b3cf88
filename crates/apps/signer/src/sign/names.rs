//! Names of files, inside and outside.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// Where the result goes: as told, or beside `input` under `name`.
pub(crate) fn target(out: Option<&Path>, input: &Path, name: &str) -> PathBuf {
    match out {
        Some(dir) if dir.is_dir() => dir.join(name),
        Some(path) => path.to_owned(),
        None => input.with_file_name(name),
    }
}

/// `Ligums.docx` → `Ligums.edoc`.
pub(crate) fn container(input: &Path, extension: &str) -> String {
    format!("{}.{extension}", stem(input))
}

/// `Ligums.pdf` → `Ligums-signed.pdf`.
pub(crate) fn signed(input: &Path) -> String {
    let extension = input.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
    format!("{}-signed.{extension}", stem(input))
}

fn stem(input: &Path) -> String {
    input.file_stem().map_or_else(|| "signed".into(), |s| s.to_string_lossy()).into_owned()
}

/// The names the files get in a container: their own; two of one name are refused.
pub(crate) fn inside(files: &[PathBuf]) -> Result<Vec<String>, Failure> {
    let mut seen = HashSet::new();
    let mut names = Vec::new();
    for f in files {
        let name = f.file_name().and_then(|n| n.to_str()).ok_or_else(|| Failure::usage("file.name", f.display()))?;
        if !seen.insert(name.to_lowercase()) {
            return Err(Failure::usage("sign.same-name", name));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_named_after_inputs() {
        assert_eq!(container(Path::new("a/Līgums.v2.docx"), "edoc"), "Līgums.v2.edoc");
        assert_eq!(signed(Path::new("a/x.edoc")), "x-signed.edoc");
        assert_eq!(target(None, Path::new("a/x.txt"), "x.edoc"), Path::new("a/x.edoc"));
        assert_eq!(target(Some(Path::new("/nowhere/y")), Path::new("a/x"), "x"), Path::new("/nowhere/y"));
        assert!(inside(&["a/x.txt".into(), "b/X.TXT".into()]).is_err());
        assert_eq!(inside(&["a/x".into(), "b/y".into()]).unwrap(), ["x", "y"]);
    }
}
