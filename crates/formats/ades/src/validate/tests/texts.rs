use super::*;

#[test]
fn every_code_speaks_both_languages() {
    let mut seen = std::collections::BTreeSet::new();
    for row in text::all() {
        assert!(seen.insert(row.code), "{} twice", row.code);
        for (text, remedy) in [row.lv, row.en] {
            assert!(text.ends_with('.') && remedy.ends_with('.'), "{}", row.code);
        }
        assert_eq!(row.lv.0.contains("{}"), row.en.0.contains("{}"), "{}", row.code);
        assert_ne!(row.lv.0, row.en.0, "{}", row.code);
    }
}

#[test]
fn every_code_used_has_a_text() {
    let sources = [
        include_str!("../chain.rs"),
        include_str!("../stamps.rs"),
        include_str!("../pool.rs"),
        include_str!("../revocation.rs"),
        include_str!("../signature.rs"),
        include_str!("../timestamp.rs"),
    ];
    for source in sources {
        for code in source.split('"').filter(|s| s.starts_with("validate.")) {
            assert_eq!(text::row(code).code, code);
        }
    }
}

#[test]
fn report_has_exactly_the_shape_of_the_contract() {
    let pki = Pki::new();
    let mut facts = pki.lt(day(100));
    facts.claimed_time = Some(day(100));
    let file = FileFacts {
        container: Some("ASiC-E"),
        signatures: vec![facts],
        unsigned: vec!["lieks.txt".into()],
        ..FileFacts::default()
    };
    let (anchors, policy, material) = (pki.anchors(), Policy::default(), nothing());
    let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time: day(300), lang: Lang::Lv };
    let report = validate_file("Līgums.edoc", &file, &basis);
    let json = serde_json::to_value(&report).unwrap();
    let keys = |v: &serde_json::Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&json), ["container", "file", "signatures", "unsigned"]);
    let signature = &json["signatures"][0];
    assert_eq!(
        keys(signature),
        [
            "best_time",
            "claimed_time",
            "findings",
            "format",
            "id",
            "indication",
            "level",
            "qualification",
            "scope",
            "signed_by",
            "sub_indication",
            "timestamps"
        ]
    );
    assert_eq!(signature["indication"], "TOTAL_PASSED");
    assert_eq!(signature["sub_indication"], serde_json::Value::Null);
    assert_eq!(signature["best_time"], "2026-04-11T00:00:00Z");
    assert_eq!(keys(&signature["timestamps"][0]), ["indication", "time", "type"]);
    assert_eq!(signature["timestamps"][0]["type"], "signature");
    assert_eq!(signature["timestamps"][0]["indication"], "PASSED");
    assert_eq!(signature["scope"][0]["covered"], "full");
    let english = serde_json::to_value(report.clone().in_language(Lang::En)).unwrap();
    for (lv, en) in json["signatures"][0]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .zip(english["signatures"][0]["findings"].as_array().unwrap())
    {
        assert_eq!(keys(lv), ["clause", "code", "remedy", "severity", "text"]);
        assert_ne!(lv["text"], en["text"]);
    }
}

#[test]
fn every_defect_of_a_reader_has_a_text() {
    fn walk(dir: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                for start in ["defect(\"", "Defect { code: \"", "code: \"pades."] {
                    let rows = text.split(start).skip(1).filter_map(|rest| rest.split('"').next());
                    let lead = start.rsplit('"').next().unwrap_or_default();
                    found.extend(rows.map(|code| format!("{lead}{code}")));
                }
            }
        }
    }
    let mut codes = Vec::new();
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for reader in ["asic", "evidence", "jades", "pades", "pdf", "xades", "zip"] {
        walk(&source.join(reader), &mut codes);
    }
    assert!(codes.len() > 40);
    for code in codes {
        assert_eq!(text::row(&code).code, code, "no text");
    }
}
