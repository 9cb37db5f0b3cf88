//! ASiC-E with XAdES: create and validate, beside EU DSS.

use std::{io::Cursor, path::Path};

use ades::validate::{Anchors, Basis, Lang, Material, Policy, validate_file};
use jiff::SignedDuration;

use crate::{
    Failed, Raw, peers,
    rate::{Table, measure, now},
    sample::Pki,
    write_input,
};

pub(crate) fn run(seconds: f64, pki: &Pki, dir: &Path, raw: &Raw, table: &mut Table) -> Result<(), Failed> {
    let root = peers::root(pki, dir)?;
    let keys = peers::keys(dir)?;
    let anchors = Anchors::new([pki.root.certificate.clone()]);
    let (policy, material) = (Policy::default(), Material::default());
    for (label, size) in [("10 kB", 10_000), ("10 MB", 10_000_000)] {
        let input = dir.join("input.bin");
        let data = write_input(&input, size)?;
        let b = measure(seconds, || pki.container("input.bin", &data, false).is_ok());
        table.row(
            &format!("create .edoc B, {label}"),
            b,
            &[("EU DSS", peers::dss_create(seconds, &keys, "asice", &input))],
        );
        let lt = measure(seconds, || pki.container("input.bin", &data, true).is_ok());
        table.row(&format!("create .edoc LT, {label} (time stamp and OCSP made too)"), lt, &[]);
        for (level, with_lt) in [("B", false), ("LT", true)] {
            let bytes = pki.container("input.bin", &data, with_lt)?;
            let file = dir.join(format!("{level}.edoc"));
            std::fs::write(&file, &bytes)?;
            let basis = Basis {
                anchors: &anchors,
                policy: &policy,
                material: &material,
                time: now() + SignedDuration::from_secs(5),
                lang: Lang::En,
            };
            let limits = ades::zip::Limits::default();
            let judge = || validate_file("x.edoc", &ades::asic::read(Cursor::new(&bytes[..]), &limits), &basis);
            if with_lt && !judge().all_passed() {
                return Err(format!("our own verdict of the sample: {:?}", judge()).into());
            }
            let rate = measure(seconds, || !judge().signatures.is_empty());
            table.row(
                &format!("validate .edoc {level}, {label}"),
                rate,
                &[("EU DSS", peers::dss_validate(seconds, &root, &file))],
            );
            if with_lt && size < 100_000 {
                let physical = raw.verify.per_second / Pki::VERIFIES_LT;
                table.note(format!(
                    "  of the raw verify rate of its {} signatures ({physical:.0}/s): {:.0} %",
                    Pki::VERIFIES_LT,
                    100.0 * rate.per_second / physical
                ));
            }
        }
    }
    Ok(())
}
