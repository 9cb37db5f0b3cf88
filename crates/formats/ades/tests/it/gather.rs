//! Gathering validation material.

use ades::gather::{Ask, Gather, GatherError};
use pki::{
    CertStatus, Certificate,
    testing::{TestEntity, TestKey, leaf_extensions},
};

use crate::world::World;

struct Net {
    world: World,
    signer: TestEntity,
    status: CertStatus,
}

impl Net {
    fn new(status: CertStatus) -> Self {
        let world = World::new();
        let root = &world.root;
        let key = TestKey::p256();
        let mut extensions = pki::testing::ca_extensions(&key, Some(0), None);
        extensions.crl = vec!["http://crl/".to_owned()];
        extensions.ca_issuers = vec!["http://root/".to_owned()];
        let ca = root.issue(20, "Starpnieks", key, extensions, |_| {});
        let key = TestKey::p256();
        let mut extensions = leaf_extensions(&key, pki::KeyUsage::NON_REPUDIATION, &[]);
        extensions.ocsp = vec!["http://dead/".to_owned(), "http://ocsp/".to_owned()];
        extensions.ca_issuers = vec!["http://ca/".to_owned()];
        let signer = ca.issue(21, "Anna", key, extensions, |_| {});
        let world = World { ca, ..world };
        Self { world, signer, status }
    }

    fn run(&self, known: &[Vec<u8>]) -> (Result<ades::material::Material, GatherError>, Vec<String>) {
        let w = &self.world;
        let responder = w.ca.issue_ocsp(22, "Atbildētājs", TestKey::p256());
        let mut gather = Gather::new(&[self.signer.certificate.der().to_vec()], known, w.now).unwrap();
        let mut asked = Vec::new();
        while let Some(ask) = gather.ask() {
            asked.push(ask.url().to_owned());
            match &ask {
                Ask::Issuer { url } if url == "http://ca/" => gather.answer(Ok(w.ca.certificate.der())),
                Ask::Issuer { .. } => gather.answer(Ok(w.root.certificate.to_pem().as_bytes())),
                Ask::Ocsp { url, request } if url == "http://ocsp/" => {
                    assert_eq!(pki::OcspRequest::from_der(request).unwrap().ids.len(), 1);
                    gather.answer(Ok(&responder.ocsp(&w.ca.certificate, &self.signer.certificate, self.status, w.now)));
                }
                Ask::Ocsp { .. } => gather.answer(Err("no connection")),
                Ask::Crl { .. } => gather.answer(Ok(&w.root.crl(1, w.now, &[]))),
            }
        }
        (gather.finish(), asked)
    }
}

#[test]
fn everything_up_to_the_root() {
    let net = Net::new(CertStatus::Good);
    let (material, asked) = net.run(&[]);
    let material = material.unwrap();
    assert_eq!(asked, ["http://ca/", "http://dead/", "http://ocsp/", "http://root/", "http://crl/"]);
    assert_eq!((material.certificates.len(), material.crls.len(), material.ocsps.len()), (4, 1, 1));
    let names: Vec<_> = material.certificates.iter().map(|c| Certificate::from_der(c).unwrap()).collect();
    assert_eq!(names[0].subject().common_name(), Some("Anna"));
}

#[test]
fn what_is_known_is_not_asked() {
    let net = Net::new(CertStatus::Good);
    let known = [net.world.root.certificate.der().to_vec(), net.world.ca.certificate.der().to_vec()];
    let (material, asked) = net.run(&known);
    assert!(material.is_ok());
    assert_eq!(asked, ["http://dead/", "http://ocsp/", "http://crl/"]);
}

#[test]
fn revoked_and_unknown() {
    let at = pki::testing::day(1);
    let net = Net::new(CertStatus::Revoked { at, reason: Some(pki::RevocationReason::CertificateHold) });
    assert_eq!(net.run(&[]).0.unwrap_err().code(), "gather.revoked");
    let net = Net::new(CertStatus::Unknown);
    let error = net.run(&[]).0.unwrap_err();
    assert_eq!(error.code(), "gather.status");
    assert!(error.to_string().contains("http://dead/: no connection"), "{error}");
}

#[test]
fn wrong_answers_are_not_taken() {
    let net = Net::new(CertStatus::Good);
    let w = &net.world;
    let other = w.ca.issue_signer(99, "Cits", TestKey::p256());
    let old = w.now - jiff::SignedDuration::from_hours(24 * 30);
    let stranger = World::new();
    for wrong in [
        w.ca.ocsp(&w.ca.certificate, &other.certificate, CertStatus::Good, w.now),
        w.ca.ocsp(&w.ca.certificate, &net.signer.certificate, CertStatus::Good, old),
        stranger.ca.ocsp(&w.ca.certificate, &net.signer.certificate, CertStatus::Good, w.now),
        b"junk".to_vec(),
    ] {
        let known = [w.ca.certificate.der().to_vec()];
        let mut gather = Gather::new(&[net.signer.certificate.der().to_vec()], &known, w.now).unwrap();
        while gather.ask().is_some() {
            gather.answer(Ok(&wrong));
        }
        assert_eq!(gather.finish().unwrap_err().code(), "gather.status");
    }
}

/// What [`asked_since`] saw: the addresses with whether there was a nonce, and the ages of what was taken although older.
type Seen = (Result<ades::material::Material, GatherError>, Vec<(String, bool)>, Vec<i64>);

/// Gathers for a signature stamped at `now`; the OCSP answers are of so many seconds after (or before) it, one a question; the list of the
/// root is of `list` seconds after.
fn asked_since(net: &Net, ocsp: &[(i64, CertStatus)], list: i64) -> Seen {
    let w = &net.world;
    let after = |seconds| w.now + jiff::SignedDuration::from_secs(seconds);
    let known = [w.root.certificate.der().to_vec(), w.ca.certificate.der().to_vec()];
    let end = [net.signer.certificate.der().to_vec()];
    let mut gather = Gather::new(&end, &known, after(60)).unwrap().since(Some(w.now));
    let (mut asked, mut answers) = (Vec::new(), ocsp.iter());
    while let Some(ask) = gather.ask() {
        let nonce =
            matches!(&ask, Ask::Ocsp { request, .. } if pki::OcspRequest::from_der(request).unwrap().nonce.is_some());
        asked.push((ask.url().to_owned(), nonce));
        match &ask {
            Ask::Ocsp { url, .. } if url == "http://ocsp/" => match answers.next() {
                Some((of, status)) => {
                    let told = w.ca.ocsp(&w.ca.certificate, &net.signer.certificate, *status, after(*of));
                    gather.answer(Ok(&told));
                }
                None => gather.answer(Err("no connection")),
            },
            Ask::Crl { .. } => gather.answer(Ok(&w.root.crl(1, after(list), &[]))),
            _ => gather.answer(Err("no connection")),
        }
    }
    let ages = gather.stale().iter().map(|s| s.age.as_secs()).collect();
    (gather.finish(), asked, ages)
}

#[test]
fn status_of_after_the_time_stamp_is_preferred() {
    let net = Net::new(CertStatus::Good);
    let url = |u: &str, nonce| (u.to_owned(), nonce);
    let fresh = [url("http://dead/", false), url("http://ocsp/", false), url("http://crl/", false)];
    for of in [0, 5] {
        let (material, asked, ages) = asked_since(&net, &[(of, CertStatus::Good)], 0);
        assert_eq!((material.unwrap().ocsps.len(), asked, ages), (1, fresh.to_vec(), vec![]));
    }
    // An older one is asked for once more, with a nonce; the fresher answer alone is taken.
    let (material, asked, ages) = asked_since(&net, &[(-600, CertStatus::Good), (1, CertStatus::Good)], 0);
    let material = material.unwrap();
    assert_eq!((material.ocsps.len(), ages), (1, vec![]));
    let taken = pki::OcspResponse::from_der(&material.ocsps[0]).unwrap();
    assert_eq!(taken.responses[0].this_update, net.world.now + jiff::SignedDuration::from_secs(1));
    assert_eq!(asked[1..3], [url("http://ocsp/", false), url("http://ocsp/", true)]);
}

#[test]
fn without_a_fresher_status_the_freshest_is_taken_and_its_age_told() {
    let net = Net::new(CertStatus::Good);
    let good = CertStatus::Good;
    for answers in [&[(-600, good), (-300, good)][..], &[(-300, good), (-600, good)], &[(-300, good)]] {
        let (material, asked, ages) = asked_since(&net, answers, -3600);
        let material = material.unwrap();
        let taken = pki::OcspResponse::from_der(&material.ocsps[0]).unwrap();
        assert_eq!(taken.responses[0].this_update, net.world.now - jiff::SignedDuration::from_secs(300));
        assert_eq!((material.ocsps.len(), material.crls.len(), ages), (1, 1, vec![300, 3600]));
        assert_eq!(asked.iter().filter(|(u, _)| u == "http://ocsp/").count(), 2, "once more, not for ever");
        assert_eq!(asked.iter().filter(|(u, _)| u == "http://crl/").count(), 1, "a list has no other edition");
    }
}

#[test]
fn a_fresher_answer_that_tells_of_a_revocation_decides() {
    let net = Net::new(CertStatus::Good);
    let revoked = CertStatus::Revoked { at: net.world.now, reason: None };
    let (material, _, _) = asked_since(&net, &[(-600, CertStatus::Good), (1, revoked)], 0);
    assert_eq!(material.unwrap_err().code(), "gather.revoked");
}

#[test]
fn lists_of_some_reasons_are_gathered_until_all_are_covered() {
    let Net { world: w, .. } = Net::new(CertStatus::Good);
    let urls = ["http://crl/0", "http://crl/1", "http://crl/2"];
    let key = TestKey::p256();
    let mut extensions = leaf_extensions(&key, pki::KeyUsage::NON_REPUDIATION, &[]);
    extensions.crl = urls.map(str::to_owned).to_vec();
    let signer = w.ca.issue(21, "Anna", key, extensions, |_| {});
    let known = [w.root.certificate.der().to_vec(), w.ca.certificate.der().to_vec()];
    let gathered = |lists: [Vec<u8>; 3]| {
        let mut gather = Gather::new(&[signer.certificate.der().to_vec()], &known, w.now).unwrap();
        while let Some(ask) = gather.ask() {
            match urls.iter().position(|u| *u == ask.url()) {
                Some(place) => gather.answer(Ok(&lists[place])),
                None => gather.answer(Ok(&w.root.crl(1, w.now, &[]))),
            }
        }
        gather.finish().map(|m| m.crls)
    };
    let some = |reasons: &[u8], revoked: &[_]| w.ca.partial_crl(1, w.now, reasons, None, revoked);
    let (one, rest) = (some(&[1, 2], &[]), some(&[3, 4, 5, 6, 7, 8], &[]));
    let stranger = World::new().ca.partial_crl(1, w.now, &[3, 4, 5, 6, 7, 8], None, &[]);
    let crls = gathered([one.clone(), stranger.clone(), rest]).unwrap();
    assert!(crls.contains(&one) && !crls.contains(&stranger), "{}", crls.len());
    let changes = w.ca.partial_crl(2, w.now, &[], Some(1), &[]);
    assert_eq!(gathered([one.clone(), stranger.clone(), changes]).unwrap_err().code(), "gather.status");
    let entry = (&signer.certificate, w.now, pki::RevocationReason::Superseded);
    assert_eq!(gathered([one, stranger, some(&[4], &[entry])]).unwrap_err().code(), "gather.revoked");
}
