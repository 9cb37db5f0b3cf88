//! Evidence records over REST: who may, what comes of it, and what is refused.

use std::io::{Cursor, Read as _};

use ades::{
    evidence::Record,
    facts::EvidenceForm,
    zip::{Archive, Limits},
};
use serde_json::Value;
use testkit::{Answer, Client, each_db};
use web::Right;

use crate::bench::{Bench, pdf};

const AT: &str = "/api/v1/signatures/evidence";

fn code(answer: &Answer) -> String {
    answer.json::<Value>()["code"].as_str().unwrap_or_default().to_owned()
}

/// Sends files in their order.
async fn send(client: &mut Client, at: &str, files: &[(&str, &[u8])]) -> Answer {
    let files: Vec<(&str, &str, &[u8])> = files.iter().map(|(name, bytes)| ("file", *name, *bytes)).collect();
    client.upload(at, &[], &files).await
}

/// The file that a job makes.
async fn later(b: &Bench, client: &mut Client, at: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let accepted = send(client, at, files).await.expect(202);
    assert_eq!(accepted.header("preference-applied"), Some("respond-async"));
    let job = accepted.header("location").unwrap().to_owned();
    assert_eq!(client.get(&job).await.expect(200).json::<Value>()["state"], "waiting");
    b.work().await;
    let done: Value = client.get(&job).await.expect(200).json();
    assert_eq!(done["state"], "done", "{done:#}");
    client.get(done["result"]["file"].as_str().unwrap()).await.expect(200).body.to_vec()
}

/// Verdicts about the records of a file, as anyone gets them.
async fn judged(b: &Bench, files: &[(&str, &[u8])]) -> Vec<String> {
    let mut anyone = b.browser(None);
    let verdict: Value = send(&mut anyone.client, &format!("{AT}/validate"), files).await.expect(200).json();
    let inside = verdict["signatures"].as_array().into_iter().flatten().flat_map(|s| s["evidence_records"].as_array());
    let all = verdict["evidence_records"].as_array().into_iter().chain(inside).flatten();
    all.map(|r| r["indication"].as_str().unwrap_or_default().to_owned()).collect()
}

each_db! {
    async fn records_are_made_renewed_and_judged(world: World) {
        let b = Bench::new(world).await;
        let mut program = b.program(&[Right::Preserve]).await;
        let files: [(&str, &[u8]); 2] = [("līgums.txt", b"Desmit eiro."), ("x.xml", b"<x  a='1'/>")];
        for (form, extension, kind) in [("ers", "ers", EvidenceForm::Ers), ("xml", "ers.xml", EvidenceForm::XmlErs)] {
            let zip = send(&mut program, &format!("{AT}?form={form}"), &files).await.expect(200).body;
            let mut archive = Archive::open(Cursor::new(zip), &Limits::default()).unwrap();
            for (name, data) in files {
                let mut record = Vec::new();
                archive.read(&format!("{name}.{extension}")).unwrap().read_to_end(&mut record).unwrap();
                assert_eq!(Record::read(&record).unwrap().form, kind);
                assert_eq!(judged(&b, &[("r", &record), (name, data)]).await, ["PASSED"]);
                assert_eq!(judged(&b, &[("r", &record), (name, b"changed")]).await, ["FAILED"]);
                let renewed = send(&mut program, &format!("{AT}/renew"), &[("r", &record)]).await.expect(200).body;
                let at = format!("{AT}/renew?tree=SHA-512");
                let regrown = send(&mut program, &at, &[("r", &renewed), (name, data)]).await.expect(200).body;
                assert_eq!(Record::read(&regrown).unwrap().chains.len(), 2);
                assert_eq!(judged(&b, &[("r", &regrown), (name, data)]).await, ["PASSED"]);
                let other = send(&mut program, &at, &[("r", &renewed), (name, b"changed")]).await.expect(422);
                assert_eq!(code(&other), "signing.evidence.foreign");
            }
        }
        let one = send(&mut program, AT, &files[..1]).await.expect(200).body;
        assert!(Record::read(&one).is_ok());
    }

    async fn a_record_goes_into_a_signed_file(world: World) {
        let b = Bench::new(world).await;
        let mut program = b.program(&[Right::Preserve]).await;
        for form in ["ers", "xml"] {
            let signed = b.browser(Some(&b.anna)).signed(&[("L.txt", b"teksts")], "edoc", &b.anna.card).await;
            let at = format!("{AT}/embed?form={form}&digest=SHA-384");
            let sealed = send(&mut program, &at, &[("L.edoc", &signed)]).await.expect(200).body;
            assert_eq!(judged(&b, &[("L.edoc", &sealed)]).await, ["PASSED"]);
            let renewed = send(&mut program, &format!("{AT}/renew"), &[("L.edoc", &sealed)]).await.expect(200).body;
            let at = format!("{AT}/renew?tree=SHA-512");
            let regrown = send(&mut program, &at, &[("L.edoc", &renewed)]).await.expect(200).body;
            assert_eq!(judged(&b, &[("L.edoc", &regrown)]).await, ["PASSED"]);
            // with none inside there is nothing to renew
            let none = send(&mut program, &format!("{AT}/renew"), &[("L.edoc", &signed)]).await.expect(422);
            assert_eq!(code(&none), "signing.evidence.malformed");
        }
        let none = send(&mut program, &format!("{AT}/embed"), &[("L.pdf", &pdf())]).await.expect(422);
        assert_eq!(code(&none), "signing.evidence.impossible");
    }

    async fn long_work_is_a_job_for_who_prefers_that(world: World) {
        let b = Bench::new(world).await;
        let mut program = b.program(&[Right::Preserve]).await.header("prefer", "wait=5, respond-async");
        let files: [(&str, &[u8]); 2] = [("līgums.txt", b"Desmit eiro."), ("x.xml", b"<x  a='1'/>")];
        let zip = later(&b, &mut program, AT, &files).await;
        let mut archive = Archive::open(Cursor::new(zip), &Limits::default()).unwrap();
        let mut record = Vec::new();
        archive.read("līgums.txt.ers").unwrap().read_to_end(&mut record).unwrap();
        let renewed = later(&b, &mut program, &format!("{AT}/renew"), &[("r", &record)]).await;
        let regrown = later(&b, &mut program, &format!("{AT}/renew?tree=SHA-512"), &[("r", &renewed), files[0]]).await;
        assert_eq!(judged(&b, &[("r", &regrown), files[0]]).await, ["PASSED"]);
        let signed = b.browser(Some(&b.anna)).signed(&[("L.txt", b"teksts")], "edoc", &b.anna.card).await;
        let sealed = later(&b, &mut program, &format!("{AT}/embed"), &[("L.edoc", &signed)]).await;
        assert_eq!(judged(&b, &[("L.edoc", &sealed)]).await, ["PASSED"]);
        // what cannot be done ends with its code, what is malformed is refused at once
        let job = send(&mut program, &format!("{AT}/renew?tree=SHA-512"), &[("r", &renewed), ("līgums.txt", b"changed")]).await;
        let job = job.expect(202).header("location").unwrap().to_owned();
        b.work().await;
        let failed: Value = program.get(&job).await.expect(200).json();
        assert_eq!((failed["state"].as_str(), failed["code"].as_str()), (Some("failed"), Some("signing.evidence.foreign")));
        assert_eq!(code(&send(&mut program, &format!("{AT}?form=pdf"), &files).await.expect(400)), "signing.request.malformed");
    }

    async fn only_who_may_and_only_what_is_right(world: World) {
        let b = Bench::new(world).await;
        let files: [(&str, &[u8]); 1] = [("a.txt", b"a")];
        let mut others = b.program(&[Right::Validate, Right::Sign]).await;
        let mut anyone = b.browser(None);
        for at in [AT.to_owned(), format!("{AT}/embed"), format!("{AT}/renew")] {
            send(&mut others, &at, &files).await.expect(403);
            let refused = send(&mut anyone.client, &at, &files).await;
            assert!(!refused.status.is_success(), "{at}: {}", refused.status);
        }
        let mut program = b.program(&[Right::Preserve]).await;
        for at in ["?form=pdf", "?digest=SHA-1", "/renew?tree=MD5", "/embed?form=x"] {
            let wrong = send(&mut program, &format!("{AT}{at}"), &files).await.expect(400);
            assert_eq!(code(&wrong), "signing.request.malformed", "{at}");
        }
        assert_eq!(code(&send(&mut program, AT, &[]).await.expect(422)), "signing.file.none");
        assert_eq!(code(&send(&mut program, AT, &[("a", b"")]).await.expect(422)), "signing.file.empty");
        let twice = send(&mut program, AT, &[("a", b"1"), ("a", b"2")]).await.expect(422);
        assert_eq!(code(&twice), "signing.file.same-name");
        // the trust core is away
        b.core.away.store(true, std::sync::atomic::Ordering::SeqCst);
        assert!(send(&mut program, AT, &files).await.status.is_server_error());
    }
}
