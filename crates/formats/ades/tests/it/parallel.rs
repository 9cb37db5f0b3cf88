//! Several enveloping signatures in one XML file.

use ades::{
    facts::FileFacts,
    validate::{Anchors, Basis, Indication, Lang, Policy, validate_file},
    xades::{Content, Nothing, Request, prepare_enveloped, prepare_enveloping, prepare_parallel, read_document},
};

use crate::world::World;

const ORDER: &[u8] = b"<order xmlns=\"urn:o\"><sum>10</sum></order>";

fn signed(w: &World, content: Content<'_>, request: Request) -> String {
    let prepared = prepare_enveloping(content, "text/xml", request).unwrap();
    let value = w.signer.key.sign(prepared.to_be_signed());
    let xml = prepared.finish(&value).unwrap().xml();
    xml.split_once("?>\n").unwrap().1.to_owned()
}

fn verdicts(w: &World, xml: &str) -> (FileFacts, Vec<(String, Indication, Vec<String>)>) {
    let found = read_document(xml.as_bytes(), &mut Nothing);
    let anchors = Anchors::new([w.root.certificate.clone()]);
    let (policy, material) = (Policy::default(), w.material());
    let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time: w.now, lang: Lang::En };
    let report = validate_file("a.xml", &found, &basis);
    let row = |s: ades::validate::SignatureReport| {
        (s.id, s.indication, s.findings.into_iter().map(|f| format!("{} {}", f.code, f.object)).collect())
    };
    (found, report.signatures.into_iter().map(row).collect())
}

#[test]
fn beside_each_other_and_one_in_the_other() {
    let w = World::new();
    for content in [Content::Xml(ORDER), Content::Bytes(b"dati")] {
        let [one, two] = ["S1", "S2"].map(|id| signed(&w, content, w.request(id)));
        let nested = signed(&w, Content::Xml(one.as_bytes()), w.request("S2"));
        for xml in [format!("<r>{one}{two}</r>"), format!("<r><a>{one}</a><b>{two}</b></r>"), nested] {
            let (found, verdicts) = verdicts(&w, &xml);
            assert_eq!(verdicts.len(), 2);
            for (id, indication, told) in verdicts {
                assert_eq!(indication, Indication::TotalPassed, "{id}: {told:?} {:?}\n{xml}", found.unsigned);
            }
        }
    }
}

/// There is nothing in such a file but signatures, which an enveloped one leaves out, and no place in it that is not inside of one.
#[test]
fn nothing_is_added_to_a_file_that_is_a_signature() {
    let w = World::new();
    let one = signed(&w, Content::Xml(ORDER), w.request("S1"));
    let made =
        [prepare_enveloped(one.as_bytes(), w.request("S2")), prepare_parallel(one.as_bytes(), &[], w.request("S2"))];
    for refused in made {
        assert!(refused.unwrap_err().to_string().contains("its document element is a signature"));
    }
}
