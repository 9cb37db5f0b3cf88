use super::{Bench, LintFinding};
use crate::TstInfo;

/// Judges the `TSTInfo` of a qualified time stamp (RFC 3161, EN 319 422).
pub fn tst_info(der: &[u8]) -> Vec<LintFinding> {
    let mut bench = Bench::new();
    let Ok(info) = TstInfo::from_der(der) else {
        bench.error("pki.lint.unreadable", "RFC 3161 2.4.2", "TSTInfo");
        return bench.findings;
    };
    let strong = bench.strength.digest(info.digest, info.time).is_ok();
    bench.require(strong, "pki.lint.algorithm.weak", "EN 319 422 5.1.3", "messageImprint");
    let serial = crate::asn1::integer_bytes(&info.serial);
    bench.require(serial.len() <= 20, "pki.lint.time-stamp.serial", "RFC 3161 2.4.2", "serialNumber");
    match info.accuracy_micros {
        Some(1..=1_000_000) => {}
        Some(_) => bench.error("pki.lint.time-stamp.accuracy", "EN 319 422 5.2.2", "accuracy"),
        None => bench.error("pki.lint.time-stamp.no-accuracy", "EN 319 422 5.2.2", "accuracy"),
    }
    if info.ordering {
        bench.warn("pki.lint.time-stamp.ordering", "EN 319 422 5.2.2", "ordering");
    }
    bench.findings
}
