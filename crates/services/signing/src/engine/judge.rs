use std::{io::Write, sync::Arc};

use ades::{
    asic::{self, AsicError},
    detect,
    facts::FileFacts,
    lists::Catalogue,
    replay::{Recorder, ReplayError, fingerprint},
    validate::{Anchors, Basis, Lang, Material, Need, Policy, Report, validate_file},
    zip::ZipError,
};
use base::Cx;
use jiff::Timestamp;
use net::{Asked, fetch_needs};
use pki::{CertId, Certificate, DigestAlgorithm, OcspRequest};

use super::{Engine, EngineError, EngineLimits, Files, Input, blocking};

/// How often missing material is fetched for one verdict: each round may show that more is missing.
const ROUNDS: usize = 6;

/// How a file is to be judged.
#[derive(Clone, Debug, Default)]
pub struct Validation {
    /// What is trusted; the national PKI when nothing is given.
    pub anchors: Option<Anchors>,
    /// Trusted lists that are asked, too.
    pub lists: Option<Arc<Catalogue>>,
    /// Files that detached signatures speak of.
    pub beside: Files,
    /// The time of validation; now when nothing is given.
    pub time: Option<Timestamp>,
    /// Language of the texts.
    pub lang: Lang,
    /// Judge from the file alone.
    pub offline: bool,
}

impl Engine {
    /// Judges all signatures of a file.
    pub async fn validate(&self, cx: &Cx, input: &Input, how: &Validation) -> Result<Report, EngineError> {
        Ok(self.judge(cx, input, how).await?.report)
    }

    /// Judges all signatures of a file and keeps what the verdict was made from.
    pub(crate) async fn judge(&self, cx: &Cx, input: &Input, how: &Validation) -> Result<Judged, EngineError> {
        if input.size == 0 {
            return Err(EngineError::Empty(input.name.clone()));
        }
        let (file, beside, limits) = (input.clone(), how.beside.clone(), self.limits);
        let facts = blocking(move || facts(&file, &beside, &limits)).await?;
        if facts.signatures.is_empty()
            && let Some(d) = facts.defects.iter().find(|d| d.fatal || d.code == "pdf.rebuilt")
        {
            return Err(EngineError::Defect { code: d.code, object: d.object.clone() });
        }
        let policy = Policy::default();
        let mut material = Material::default();
        let national = self.trust.roots(cx).await;
        let mut anchors = match (&how.anchors, &national) {
            (Some(given), _) => given.clone(),
            (None, Ok(roots)) => Anchors::new(roots.roots.iter().cloned()),
            (None, Err(_)) => {
                national?;
                return Err(EngineError::State);
            }
        };
        if let Some(lists) = &how.lists {
            anchors.extend(Anchors::from_lists(Arc::clone(lists)));
        }
        let national: Vec<Certificate> = national.map(|r| [r.roots, r.issuers].concat()).unwrap_or_default();
        if !how.offline {
            material.certificates = national.iter().map(|c| c.der().to_vec()).collect();
        }
        let time = how.time.unwrap_or_else(|| cx.now());
        let judge = |material: &Material| {
            let basis = Basis { anchors: &anchors, policy: &policy, material, time, lang: how.lang };
            validate_file(&input.name, &facts, &basis)
        };
        let mut report = judge(&material);
        let asked = Asked::default();
        for _ in 0..ROUNDS {
            if how.offline {
                break;
            }
            let (ours, foreign): (Vec<Need>, Vec<Need>) = report
                .needs
                .iter()
                .cloned()
                .partition(|n| matches!(n, Need::Status { issuer, .. } if national.contains(issuer)));
            let mut any = self.fetch(cx, &ours, &mut material).await;
            if let Some(abroad) = &self.abroad {
                any |= fetch_needs(&abroad.at(cx), &foreign, &asked, abroad.round, &mut material).await;
            }
            if !any {
                break;
            }
            report = judge(&material);
        }
        Ok(Judged { report, facts, anchors, policy, material, time, lang: how.lang })
    }

    /// Fetches what the trust core knows of what is missing; whether anything came.
    async fn fetch(&self, cx: &Cx, needs: &[Need], material: &mut Material) -> bool {
        let mut any = false;
        for need in needs {
            let Need::Status { of, issuer, .. } = need else { continue };
            let id = CertId::new(DigestAlgorithm::Sha1, issuer, of.serial());
            let Ok(request) = (OcspRequest { ids: vec![id], nonce: None }).to_der() else { continue };
            if let Ok(found) = self.trust.ocsp(cx, &request).await {
                material.ocsps.push(found);
                any = true;
            }
        }
        any
    }
}

/// A verdict with everything it was made from.
pub(crate) struct Judged {
    pub(crate) report: Report,
    facts: FileFacts,
    anchors: Anchors,
    policy: Policy,
    material: Material,
    time: Timestamp,
    lang: Lang,
}

impl Judged {
    /// The report in XML (ETSI TS 119 102-2); `None` when nothing is signed.
    pub(crate) fn etsi(&self) -> Option<String> {
        self.report.etsi(self.time, &self.policy.name)
    }

    /// Writes the bundle from which the verdict can be made again, offline.
    pub(crate) async fn evidence<W: Write + Send + 'static>(self, input: &Input, out: W) -> Result<W, EngineError> {
        let input = input.clone();
        blocking(move || {
            let Self { report, facts, anchors, policy, material, time, lang } = &self;
            let basis = Basis { anchors, policy, material, time: *time, lang: *lang };
            let (size, sha256) = fingerprint(input.open()?)?;
            let mut recorder = Recorder::new(out, concat!("enkurs ", env!("CARGO_PKG_VERSION")), *time);
            recorder.add(facts, &basis, report, size, sha256)?;
            Ok(recorder.finish()?)
        })
        .await
    }
}

impl From<ReplayError> for EngineError {
    fn from(e: ReplayError) -> Self {
        tracing::error!(error = %e, "an evidence bundle was not written");
        Self::State
    }
}

/// Reads a file into facts by what it is.
fn facts(input: &Input, beside: &Files, limits: &EngineLimits) -> Result<FileFacts, EngineError> {
    let head = input.head(256)?;
    let facts = detect::read(&input.name, input.open()?, &mut beside.clone(), &limits.readers())?;
    let judged = facts.container.is_some() || facts.defects.iter().any(|d| d.fatal);
    if !judged && asic::is_candidate(&head) {
        return Err(EngineError::Container(AsicError::Zip(ZipError::NotZip)));
    }
    Ok(facts)
}
