use std::{fs, path::Path};

use ades::validate::Policy;

use crate::failure::Failure;

/// The policy of a file, TOML or JSON; the one built in when there is none.
pub(super) fn load(path: Option<&Path>) -> Result<Policy, Failure> {
    let Some(path) = path else { return Ok(Policy::default()) };
    let text = fs::read_to_string(path).map_err(Failure::reading(path))?;
    let wrong = |e: String| Failure::usage("validate.policy", format!("{}: {}", path.display(), e.trim_end()));
    if text.trim_start().starts_with('{') {
        serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))
    } else {
        toml::from_str(&text).map_err(|e| wrong(e.message().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::load;
    use ades::validate::{Action, Policy};

    fn of(text: &str) -> Result<Policy, String> {
        let file = tempfile::NamedTempFile::new().map_err(|e| e.to_string())?;
        std::fs::write(file.path(), text).map_err(|e| e.to_string())?;
        load(Some(file.path())).map_err(|f| f.detail)
    }

    #[test]
    fn toml_and_json_and_what_is_unknown() {
        let toml =
            "name = \"P\"\n[constraints]\nrevocation-freshness = \"ignore\"\n[algorithms]\nSHA-256 = \"unlimited\"\n";
        let policy = of(toml).unwrap();
        assert_eq!((policy.name.as_str(), policy.constraints.revocation_freshness), ("P", Action::Ignore));
        assert_eq!(policy.constraints.cryptography, Action::Fail);
        assert_eq!(policy.strength.rows().len(), 1);
        let anchor = "ab".repeat(32);
        let dated = of(&format!(
            "name = \"P\"\ntime-stamp-delay-minutes = 5\ntime-marks = true\n[anchors-until]\n\"{anchor}\" = \"2027-01-01\"\n"
        ));
        let dated = dated.unwrap();
        assert_eq!((dated.anchors_until.len(), dated.time_marks), (1, true));
        assert_eq!(of(&serde_json::to_string(&dated).unwrap()).unwrap(), dated);
        let json = serde_json::to_string(&Policy::default()).unwrap();
        assert_eq!(of(&json).unwrap(), Policy::default());
        for wrong in [
            "name = \"P\"\nmore = 1",
            "[constraints]\nrevocation-freshness = \"ignore\"",
            "name = \"P\"\n[constraints]\nrevocation-fresh = \"ignore\"",
            "name = \"P\"\n[constraints]\nrevocation-freshness = \"perhaps\"",
            "name = \"P\"\n[algorithms]\nSHA-9 = \"unlimited\"",
            "name = \"P\"\n[algorithms]\nSHA-256 = \"someday\"",
            "name = \"P\"\n[anchors-until]\n\"abcd\" = \"2027-01-01\"",
            "{\"name\":\"P\"",
        ] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_policies_in_the_documentation_are_read() {
        let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/policies");
        let latvia = load(Some(&docs.join("enkurs-lv.toml"))).map_err(|f| f.detail).unwrap();
        assert_eq!(latvia, Policy::default());
        load(Some(&docs.join("eu-dss.toml"))).map_err(|f| f.detail).unwrap();
    }
}
