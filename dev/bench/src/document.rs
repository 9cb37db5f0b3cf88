//! PDF: create and validate, beside pyHanko and EU DSS.

use std::path::Path;

use ades::validate::{Anchors, Basis, Lang, Material, Policy, validate_file};
use jiff::SignedDuration;

use crate::{
    Failed, Raw, peers,
    rate::{Table, measure, now},
    sample::{Pki, blank_pdf},
};

pub(crate) fn run(seconds: f64, pki: &Pki, dir: &Path, raw: &Raw, table: &mut Table) -> Result<(), Failed> {
    let root = peers::root(pki, dir)?;
    let keys = peers::keys(dir)?;
    let anchors = Anchors::new([pki.root.certificate.clone()]);
    let (policy, material) = (Policy::default(), Material::default());
    for (label, size) in [("10 kB", 10_000), ("10 MB", 10_000_000)] {
        let input = dir.join("input.pdf");
        let data = blank_pdf(size);
        std::fs::write(&input, &data)?;
        let b = measure(seconds, || pki.document(&data, false).is_ok());
        let beside = [
            ("EU DSS", peers::dss_create(seconds, &keys, "pdf", &input)),
            ("pyHanko", peers::pyhanko("sign", seconds, &[&keys, &input])),
        ];
        table.row(&format!("create PDF B, {label}"), b, &beside);
        let bytes = pki.document(&data, true)?;
        let file = dir.join("lt.pdf");
        std::fs::write(&file, &bytes)?;
        let basis = Basis {
            anchors: &anchors,
            policy: &policy,
            material: &material,
            time: now() + SignedDuration::from_secs(5),
            lang: Lang::En,
        };
        let limits = ades::pdf::Limits::default();
        let judge = || ades::pades::read("x.pdf", &bytes, &limits).map(|facts| validate_file("x.pdf", &facts, &basis));
        if !judge()?.all_passed() {
            return Err(format!("our own verdict of the sample: {:?}", judge()?).into());
        }
        let rate = measure(seconds, || judge().is_ok_and(|r| r.all_passed()));
        let beside = [
            ("EU DSS", peers::dss_validate(seconds, &root, &file)),
            ("pyHanko", peers::pyhanko("validate", seconds, &[&root, &file])),
        ];
        table.row(&format!("validate PDF LT, {label}"), rate, &beside);
        if size < 100_000 {
            let physical = raw.verify.per_second / Pki::VERIFIES_LT;
            table.note(format!(
                "  of the raw verify rate of its {} signatures ({physical:.0}/s): {:.0} %",
                Pki::VERIFIES_LT,
                100.0 * rate.per_second / physical
            ));
        }
    }
    Ok(())
}
