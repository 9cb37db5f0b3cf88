//! Every place where bytes of strangers enter, one function each: for the fuzzer (`fuzz/`) and for the test that replays its finds.
//!
//! A function must return for every input: no panic, no endless loop, no memory beyond its limits.

mod certificates;
mod others;
mod signatures;

pub use certificates::*;
pub use others::*;
pub use signatures::*;

/// Takes whatever bytes.
pub type Entry = fn(&[u8]);

/// All entry points by name; a corpus folder has the same name.
pub const ENTRIES: &[(&str, Entry)] = &[
    ("certificate", certificate),
    ("certification-request", certification_request),
    ("crl", crl),
    ("ocsp-request", ocsp_request),
    ("ocsp-response", ocsp_response),
    ("time-stamp-request", time_stamp_request),
    ("time-stamp-response", time_stamp_response),
    ("time-stamp-token", time_stamp_token),
    ("cms", cms),
    ("pem", pem),
    ("xml", xml),
    ("xades", xades),
    ("zip", zip),
    ("asic", asic),
    ("pdf", pdf),
    ("jades", jades),
    ("evidence-record", evidence_record),
    ("any-file", any_file),
    ("pkcs12", pkcs12),
    ("lint", lint),
    ("apdu", apdu),
    ("tlv", tlv),
    ("web-eid-token", web_eid_token),
    ("trusted-list", trusted_list),
    ("entity-list", entity_list),
    ("picture", picture),
    ("to-sign", to_sign),
    ("replay", replay),
    ("client-assertion", client_assertion),
    ("json", json),
    ("policy", policy),
    ("ledger", ledger),
];
