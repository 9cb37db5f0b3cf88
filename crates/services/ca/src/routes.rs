use web::{
    Permission, Role, Route, Routes,
    limits::Class,
    ops::{Finding, Health, Watch},
};

use crate::{Ca, Certainty, api, crl, ocsp, tsa};

const LV: &str = include_str!("../locale/lv.ftl");
const EN: &str = include_str!("../locale/en.ftl");

/// Error codes that a visitor may see.
pub const CODES: &[&str] = &[
    "ca.unavailable",
    "ca.pki.not-created",
    "ca.pki.unknown-authority",
    "ca.pki.bad-address",
    "ca.pki.stored-unreadable",
    "ca.service-key.none-in-force",
    "ca.issue.bad-subject",
    "ca.issue.key-unreadable",
    "ca.issue.key-weak",
    "ca.issue.key-kind",
    "ca.issue.bad-period",
    "ca.issue.authority-expired",
    "ca.issue.key-reused",
    "ca.issue.bad-idempotency-key",
    "ca.issue.lint",
    "ca.issue.mismatch",
    "ca.issue.not-encodable",
    "ca.status.not-found",
    "ca.status.revoked-is-final",
    "ca.revoke.already-revoked",
    "ca.revoke.bad-reason",
    "ca.suspend.not-active",
    "ca.resume.not-activated",
    "ca.resume.with-its-card",
    "ca.activate.suspended",
    "ca.activate.no-hand-over",
    "ca.stamp.not-found",
    "keys.bad-label",
    "keys.not-found",
    "keys.exists",
    "keys.other-kind",
    "keys.wrong-passphrase",
    "keys.damaged",
    "keys.file",
    "keys.unsupported",
    "keys.digest-length",
    "keys.bad-import",
    "keys.token-away",
    "keys.pin-refused",
    "keys.token-failed",
    "keys.timeout",
    "keys.crypto",
    "keys.interrupted",
];

pub(crate) fn routes(ca: &Ca) -> Routes {
    let public = Permission::Public;
    let operator = Permission::Staff(Role::Operator);
    Routes::new("ca", LV, EN)
        .errors(CODES)
        .route(
            Route::post("/ocsp", public)
                .raw()
                .class(Class::Machine)
                .most(ocsp::MAX_REQUEST as u64)
                .summary("Status of certificates (RFC 6960)")
                .documented()
                .takes_bytes("application/ocsp-request")
                .gives_bytes(200, "OCSPResponse, DER", "application/ocsp-response")
                .to(ca.clone(), ocsp::post),
        )
        .route(
            Route::get("/ocsp/{*request}", public)
                .class(Class::Machine)
                .summary("Status of a certificate (RFC 6960, appendix A.1): the request in base64 as the path")
                .documented()
                .gives_bytes(200, "OCSPResponse, DER", "application/ocsp-response")
                .to(ca.clone(), ocsp::get),
        )
        .route(
            Route::post("/tsa", public)
                .raw()
                .class(Class::Machine)
                .most(tsa::MAX_REQUEST as u64)
                .summary("Time stamps (RFC 3161)")
                .documented()
                .takes_bytes("application/timestamp-query")
                .gives_bytes(200, "TimeStampResp, DER", "application/timestamp-reply")
                .to(ca.clone(), tsa::post),
        )
        .route(
            Route::get("/crl/{file}", public)
                .class(Class::Machine)
                .summary("Revocation list of an authority: NAME.crl")
                .documented()
                .gives_bytes(200, "CertificateList, DER", "application/pkix-crl")
                .to(ca.clone(), crl::get),
        )
        .route(
            Route::get("/ca/{file}", public)
                .class(Class::Machine)
                .summary("Certificate of an authority: NAME.cer")
                .documented()
                .gives_bytes(200, "Certificate, DER", "application/pkix-cert")
                .to(ca.clone(), crl::authority_certificate),
        )
        .route(
            Route::get("/api/v1/ca/authorities", public)
                .summary("The certification authorities")
                .gives::<Vec<api::AuthorityView>>(200, "Root first")
                .to(ca.clone(), api::authorities),
        )
        .route(
            Route::get("/api/v1/ca/certificates", operator)
                .summary("Certificates of a holder")
                .query("holder", "Semantics identifier (PNOLV-…, NTRLV-…) or host name")
                .query("after", "Id of the last certificate of the page before")
                .audited()
                .gives::<Vec<api::CertificateView>>(200, "At most 100, by id")
                .to(ca.clone(), api::certificates),
        )
        .route(
            Route::get("/api/v1/ca/certificates/{id}", operator)
                .summary("One certificate with its history")
                .audited()
                .gives::<api::CertificateView>(200, "The certificate")
                .refuses(&["ca.status.not-found"])
                .to(ca.clone(), api::certificate),
        )
        .route(
            Route::post("/api/v1/ca/certificates/{id}/status", operator)
                .summary("Suspends, resumes or revokes a certificate")
                .audited()
                .takes::<api::StatusWish>()
                .gives::<api::CertificateView>(200, "The certificate as it is now")
                .refuses(&[
                    "ca.status.not-found",
                    "ca.status.revoked-is-final",
                    "ca.revoke.already-revoked",
                    "ca.revoke.bad-reason",
                    "ca.activate.no-hand-over",
                    "ca.resume.with-its-card",
                ])
                .to(ca.clone(), api::change),
        )
        .route(
            Route::get("/api/v1/ca/timestamps/{serial}", operator)
                .summary("The record of a time stamp")
                .gives::<api::StampView>(200, "Time and digest of what the stamp says")
                .refuses(&["ca.stamp.not-found"])
                .to(ca.clone(), api::stamp),
        )
        .watch(watch(ca))
}

fn watch(ca: &Ca) -> Watch {
    let ca = ca.clone();
    Watch::new("ca", "ca-watch-title", move |cx, lang| {
        let ca = ca.clone();
        async move {
            let say = |lv: &str, en: &str| if lang == web::Lang::Lv { lv.to_owned() } else { en.to_owned() };
            let authorities = ca.authorities().await;
            let keys = ca.realms().keys().health().await;
            let clock = ca.clock_health().check(cx.now());
            let health = match (&authorities, &keys, &clock) {
                (Ok(_), Ok(_), Ok(Certainty::Synchronised)) => Health::Good,
                (Ok(_), Ok(_), _) => Health::Look,
                _ => Health::Down,
            };
            let authorities = authorities.map_or_else(|e| e.code().to_owned(), |a| a.len().to_string());
            let keys = keys.map_or_else(|e| e.code().to_owned(), |h| format!("{} ({})", h.keys, h.store));
            let clock = match clock {
                Ok(Certainty::Synchronised) => say("saskan ar UTC", "agrees with UTC"),
                Ok(Certainty::Unsynchronised) => say(
                    "nav salīdzināts ar UTC (konfigurācija to atļauj)",
                    "not compared with UTC (the configuration allows it)",
                ),
                Err(doubt) => doubt.to_owned(),
            };
            Finding::new(health)
                .row(say("Sertifikācijas iestādes", "Authorities"), authorities)
                .row(say("Atslēgas", "Keys"), keys)
                .row(say("Pulkstenis", "Clock"), clock)
        }
    })
}
