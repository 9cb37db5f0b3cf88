//! What attackers do with signed XML, each by its own test, and documents that are signed inside.

use ades::{
    augment::{Augmentation, Raise, Want},
    facts::{Coverage, FileFacts, Level},
    material::Material,
    validate::{Anchors, Basis, Indication, Lang, Policy, validate_file},
    xades::{
        self, Content, File, Nothing, Prepared, SignaturePolicy, Signed, prepare_counter, prepare_enveloped,
        prepare_enveloping, read_document,
    },
};
use pki::{DigestAlgorithm, testing::day};

use crate::world::{World, defects};

const DOCUMENT: &[u8] = b"<order xmlns='urn:o' Id='o'><to>Anna</to><sum>10</sum></order>";

fn finish(world: &World, prepared: Prepared) -> Signed {
    let value = world.signer.key.sign(prepared.to_be_signed());
    prepared.finish(&value).unwrap()
}

fn enveloped(world: &World) -> String {
    finish(world, prepare_enveloped(DOCUMENT, world.request("S1")).unwrap()).xml()
}

fn enveloping(world: &World) -> String {
    finish(world, prepare_enveloping(Content::Xml(DOCUMENT), "text/xml", world.request("S1")).unwrap()).xml()
}

fn read(xml: &str) -> FileFacts {
    read_document(xml.as_bytes(), &mut Nothing)
}

/// Whether every signature holds in value and references, and something was signed.
fn holds(found: &FileFacts) -> bool {
    let fatal = found.defects.iter().chain(found.signatures.iter().flat_map(|s| &s.defects)).any(|d| d.fatal);
    let good = |s: &ades::facts::SignatureFacts| {
        s.value_verifies == Some(true)
            && s.certificate_reference_matches == Some(true)
            && s.references.iter().any(|r| r.properties)
            && s.references.iter().any(|r| !r.properties)
            && s.references.iter().all(|r| r.found && r.intact)
    };
    !fatal && !found.signatures.is_empty() && found.signatures.iter().all(good)
}

fn cut<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let from = text.find(start).unwrap();
    &text[from..from + text[from..].find(end).unwrap() + end.len()]
}

#[test]
fn documents_hold_as_they_are_made() {
    let world = World::new();
    for xml in [enveloped(&world), enveloping(&world)] {
        let found = read(&xml);
        assert!(holds(&found), "{:?}", defects(&found));
        assert_eq!(defects(&found), [""; 0]);
        assert_eq!(found.signatures[0].scope[0].covered, Coverage::Full);
    }
}

/// Wrapping, class 1 to 4: the signed object is moved aside and another put in its place, before, after, above and below it.
#[test]
fn wrapped_object() {
    let world = World::new();
    let xml = enveloping(&world);
    let object = cut(&xml, "<ds:Object Id=\"S1-object\"", "</ds:Object>").to_owned();
    let forged = object.replace(">10<", ">9999<");
    for (name, changed) in [
        ("the copy before", xml.replace(&object, &format!("{forged}{object}"))),
        ("the copy after", xml.replace(&object, &format!("{object}{forged}"))),
        ("the copy around", xml.replace(&object, &forged.replace("</ds:Object>", &format!("{object}</ds:Object>")))),
        ("the copy inside", xml.replace(&object, &object.replace("</ds:Object>", &format!("{forged}</ds:Object>")))),
    ] {
        let found = read(&changed);
        assert!(!holds(&found), "{name}");
        assert!(defects(&found).contains(&"xades.duplicate-id"), "{name}: {:?}", defects(&found));
    }
    // The copy under another Id: what is shown as signed is the element that the reference leads to, not the one in its place.
    let aside = forged.replace("Id=\"S1-object\"", "Id=\"S1-other\"");
    let found = read(&xml.replace(&object, &format!("{aside}{object}")));
    let names: Vec<&str> = found.signatures[0].scope.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["#S1-object"]);
}

/// Wrapping, class 5 to 8, of the properties: see also `wrapping.rs`.
#[test]
fn wrapped_properties() {
    let world = World::new();
    let xml = enveloping(&world);
    let signed = cut(&xml, "<xades:SignedProperties", "</xades:SignedProperties>").to_owned();
    let forged = signed.replace("2026-", "2020-");
    let other = forged.replace("Id=\"S1-SignedProperties\"", "Id=\"x\"");
    let object = format!("<ds:Object xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\">{signed}</ds:Object>");
    for (name, changed) in [
        ("twice in place", xml.replace(&signed, &format!("{forged}{signed}"))),
        (
            "under another Id, the signed ones in an object",
            xml.replace(&signed, &other).replace("</ds:Signature>", &format!("{object}</ds:Signature>")),
        ),
        (
            "under another Id, the signed ones below",
            xml.replace(
                &signed,
                &other.replace("</xades:SignedProperties>", &format!("{signed}</xades:SignedProperties>")),
            ),
        ),
        ("under another Id beside the signed ones", xml.replace(&signed, &format!("{other}{signed}"))),
    ] {
        let found = read(&changed);
        assert!(found.signatures.iter().all(|s| s.claimed_time.is_none_or(|t| t == world.now)), "{name}");
        assert!(!holds(&found), "{name}");
    }
}

/// The same with a manifest: its entries count only when the reference leads to this manifest.
#[test]
fn wrapped_manifest() {
    let world = World::new();
    let digest = base64(&DigestAlgorithm::Sha256.of(b"data"));
    let method = "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>";
    let entry = format!("<ds:Reference URI=\"a.txt\">{method}<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>");
    let manifest = format!("<ds:Manifest xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{entry}</ds:Manifest>");
    let xml =
        finish(&world, prepare_enveloping(Content::Xml(manifest.as_bytes()), "text/xml", world.request("S1")).unwrap())
            .xml();
    let mut objects = One("a.txt", b"data");
    let found = read_document(xml.as_bytes(), &mut objects);
    assert!(holds(&found), "{:?}", defects(&found));
    assert!(found.signatures[0].scope.iter().any(|c| c.name == "a.txt"));
    let changed = read_document(xml.as_bytes(), &mut One("a.txt", b"other"));
    assert!(changed.signatures[0].references.iter().any(|r| r.found && !r.intact));
    let absent = read_document(xml.as_bytes(), &mut Nothing);
    assert!(absent.signatures[0].references.iter().any(|r| !r.found));
    let forged = xml.replacen(&manifest, &format!("{}{manifest}", manifest.replace("a.txt", "b.txt")), 1);
    assert!(!holds(&read_document(forged.as_bytes(), &mut objects)));
}

struct One(&'static str, &'static [u8]);

impl xades::Objects for One {
    fn has(&self, name: &str) -> bool {
        name == self.0
    }
    fn copy(&mut self, _: &str, out: &mut dyn std::io::Write) -> Result<(), ades::facts::Defect> {
        out.write_all(self.1).unwrap();
        Ok(())
    }
}

fn base64(bytes: &[u8]) -> String {
    pki::pem_encode("X", bytes).lines().filter(|l| !l.starts_with('-')).collect()
}

#[test]
fn document_types_and_entities() {
    let xml = enveloped(&World::new());
    for head in ["<!DOCTYPE order>", "<!DOCTYPE o [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"] {
        let found = read(&xml.replace("<order", &format!("{head}<order")));
        assert_eq!(defects(&found), ["xml.parse.doctype"]);
        assert!(found.signatures.is_empty());
    }
    assert_eq!(defects(&read(&xml.replace(">Anna<", ">&x;<"))), ["xml.parse.entity"]);
}

/// None of these algorithms verifies with a public key taken for a secret, or with a value cut short.
#[test]
fn algorithms_of_secret_keys() {
    let xml = enveloped(&World::new());
    let method = cut(&xml, "<ds:SignatureMethod", "/>").to_owned();
    for new in [
        "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#hmac-sha1\"/>",
        "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256\"><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>",
        "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#dsa-sha1\"/>",
    ] {
        let found = read(&xml.replace(&method, new));
        let code = if new.contains("#dsa-") { "validate.algorithm.dsa" } else { "xml.dsig.unsupported" };
        assert!(defects(&found).contains(&code));
        assert_eq!((found.signatures[0].value_verifies, found.signatures[0].algorithm), (None, None));
    }
}

#[test]
fn transforms_that_are_refused() {
    let xml = enveloped(&World::new());
    let filter = cut(&xml, "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"", "</ds:Transform>")
        .to_owned();
    let xpath = |e: &str| {
        format!(
            "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>{e}</ds:XPath></ds:Transform>"
        )
    };
    for (new, code) in [
        (
            "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>".to_owned(),
            "xml.dsig.unsupported",
        ),
        (xpath("document('file:///etc/passwd')"), "xml.dsig.xpath"),
        (xpath("$x"), "xml.dsig.unsupported"),
        (xpath("namespace::*"), "xml.dsig.unsupported"),
        (xpath("false()"), "xades.empty-reference"),
        (xpath(&format!("count(//*{}) = 0", "[count(//*) > 0]".repeat(400))), "xml.dsig.xpath"),
    ] {
        let found = read(&xml.replace(&filter, &new));
        assert!(defects(&found).contains(&code), "{new}: {:?}", defects(&found));
        assert!(!holds(&found));
    }
}

/// A filter that leaves data out is told: the document is not covered whole.
#[test]
fn a_filter_that_leaves_data_out() {
    let world = World::new();
    let xml = enveloped(&world).replace("/descendant::ds:Signature<", "//ds:Signature | //*[local-name() = 'sum']<");
    let found = read(&xml);
    assert_eq!(found.signatures[0].scope[0].covered, Coverage::Partial);
}

#[test]
fn comments_and_other_attributes_of_the_name_id() {
    let world = World::new();
    let xml = enveloping(&world);
    // A comment inside a value splits its text; what is read is what is signed.
    let found = read(&xml.replace(">10<", ">1<!-- -->0<"));
    assert!(holds(&found) || found.signatures[0].references.iter().any(|r| !r.intact));
    for attribute in ["id", "ID", "xml:id"] {
        let found = read(&xml.replace("<to>", &format!("<to {attribute}='S1-object'>")));
        assert!(!holds(&found));
        assert!(defects(&found).contains(&"xades.duplicate-id"));
    }
    // xml:base does not lead a reference elsewhere.
    let based = xml.replace("<ds:Signature ", "<ds:Signature xml:base='http://example.lv/' ");
    assert!(read(&based).signatures[0].references.iter().all(|r| r.found));
}

#[test]
fn nothing_signed() {
    let xml = enveloped(&World::new());
    let references = xml[xml.find("<ds:Reference").unwrap()..xml.find("</ds:SignedInfo>").unwrap()].to_owned();
    assert!(defects(&read(&xml.replace(&references, ""))).contains(&"xml.dsig.structure"));
    let deep = format!("{}{}", "<a>".repeat(300), "</a>".repeat(300));
    assert_eq!(defects(&read(&deep)), ["xml.parse.limit"]);
}

/// Any character of what is signed, changed: never valid with other content.
#[test]
fn every_character_counts() {
    let world = World::new();
    for xml in [enveloped(&world), enveloping(&world)] {
        let original: Vec<_> =
            read(&xml).signatures.iter().map(|s| (s.claimed_time, s.signing_certificate.clone())).collect();
        let places: Vec<usize> = xml.char_indices().map(|(i, _)| i).collect();
        for at in places.iter().step_by(23) {
            let old = xml[*at..].chars().next().unwrap();
            let new = if old == 'x' { 'y' } else { 'x' };
            let changed = format!("{}{new}{}", &xml[..*at], &xml[at + old.len_utf8()..]);
            let found = read(&changed);
            if holds(&found) {
                let now: Vec<_> =
                    found.signatures.iter().map(|s| (s.claimed_time, s.signing_certificate.clone())).collect();
                assert_eq!(now, original);
                assert!(changed.contains(">10<") && changed.contains(">Anna<"), "{at}");
            }
        }
    }
}

#[test]
fn counter_signatures() {
    let world = World::new();
    let xml = enveloping(&world);
    let once = finish(&world, prepare_counter(xml.as_bytes(), "S1", world.request("C1")).unwrap()).xml();
    let twice = finish(&world, prepare_counter(once.as_bytes(), "C1", world.request("C2")).unwrap()).xml();
    let found = read(&twice);
    assert!(found.signatures.iter().all(|s| s.value_verifies == Some(true)) && found.signatures.len() == 3);
    let of: Vec<_> = found.signatures.iter().map(|s| (s.id.as_str(), s.counter_of.as_deref())).collect();
    assert_eq!(of, [("S1", None), ("C1", Some("S1")), ("C2", Some("C1"))]);
    assert_eq!(defects(&found), [""; 0]);
    // Taken from another signature, it signs nothing here.
    let other = enveloping(&World::new());
    let piece = cut(&once, "<xades:UnsignedProperties>", "</xades:UnsignedProperties>");
    let moved = other.replace("</xades:QualifyingProperties>", &format!("{piece}</xades:QualifyingProperties>"));
    assert!(!holds(&read(&moved)));
    assert_eq!(
        prepare_counter(xml.as_bytes(), "S9", world.request("C1")).unwrap_err().code(),
        "xades.unknown-signature"
    );
    assert_eq!(prepare_counter(xml.as_bytes(), "S1", world.request("S1")).unwrap_err().code(), "xades.id-taken");
}

#[test]
fn a_counter_signature_is_raised_with_what_it_stands_on() {
    let world = World::new();
    let xml = finish(&world, prepare_counter(enveloping(&world).as_bytes(), "S1", world.request("C1")).unwrap()).xml();
    let file = Box::new(File::open(xml.as_bytes(), Box::new(Nothing)).unwrap());
    assert_eq!(file.ids(), ["S1"]);
    let mut steps = Augmentation::new(file, Level::LTA, None, DigestAlgorithm::Sha256).unwrap();
    while let Some(want) = steps.want().unwrap() {
        match want {
            Want::Stamp { algorithm, digest } => steps.give_stamp(&world.stamp(algorithm, &digest)).unwrap(),
            Want::Material { .. } => steps.give_material(&world.material()).unwrap(),
        }
    }
    let mut out = Vec::new();
    steps.into_file().write(&mut out).unwrap();
    let facts = read(std::str::from_utf8(&out).unwrap());
    let anchors = Anchors::new([world.root.certificate.clone()]);
    let (policy, material) = (Policy::default(), Material::default());
    // The counter-signature has no time stamp of its own, and its status is not carried by itself.
    for time in [day(110), day(900)] {
        let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time, lang: Lang::En };
        let report = validate_file("x.xml", &facts, &basis);
        let told: Vec<_> = report.signatures.iter().map(|s| (s.level.as_str(), s.indication)).collect();
        let passed = |level| (level, Indication::TotalPassed);
        assert_eq!(told, [passed("XAdES-BASELINE-LTA"), passed("XAdES-BASELINE-B")], "{time}");
    }
}

#[test]
fn policy_commitment_and_place_are_read_back() {
    let world = World::new();
    let mut request = world.request("S1");
    let digest = (DigestAlgorithm::Sha256, vec![7; 32]);
    request.policy =
        Some(SignaturePolicy::Named { id: "1.2.3.4".to_owned(), digest, uri: Some("https://example.lv/p".to_owned()) });
    request.commitments = vec!["http://uri.etsi.org/01903/v1.2.2#ProofOfApproval".to_owned()];
    let found = read(&finish(&world, prepare_enveloped(DOCUMENT, request.clone()).unwrap()).xml());
    let s = &found.signatures[0];
    let policy = s.policy.as_ref().unwrap();
    assert_eq!((policy.id.as_deref(), policy.uri.as_deref()), (Some("1.2.3.4"), Some("https://example.lv/p")));
    assert_eq!(s.commitments, request.commitments);
    request.policy = Some(SignaturePolicy::Implied);
    let found = read(&finish(&world, prepare_enveloped(DOCUMENT, request).unwrap()).xml());
    assert_eq!(found.signatures[0].policy.as_ref().unwrap().id, None);
}

/// Raised to LTA and renewed; each byte that was there stays, the other signer's signature holds.
#[test]
fn documents_are_raised_and_renewed() {
    let world = World::new();
    let one = enveloped(&world);
    let two = finish(&world, prepare_enveloped(one.as_bytes(), world.request("S2")).unwrap()).xml();
    let mut file = File::open(two.as_bytes(), Box::new(Nothing)).unwrap();
    assert_eq!(file.ids(), ["S1", "S2"]);
    assert_eq!(file.add_material("S1", &world.material()).unwrap_err().code(), "augment.order");
    let digest = DigestAlgorithm::Sha256;
    let imprint = file.stamp_imprint("S1", digest).unwrap();
    assert_eq!(file.add_stamp("S1", &world.stamp(digest, &[1; 32])).unwrap_err().code(), "augment.time-stamp");
    file.add_stamp("S1", &world.stamp(digest, &imprint)).unwrap();
    file.add_material("S1", &world.material()).unwrap();
    for round in 0..3 {
        let imprint = file.archive_imprint("S1", digest).unwrap();
        file.add_archive("S1", &world.stamp(digest, &imprint)).unwrap();
        let more = Material { ocsps: vec![world.material().ocsps[0].clone()], ..Material::default() };
        file.add_material("S1", &more).unwrap();
        assert_eq!(file.level("S1"), Some(Level::LTA));
        let mut out = Vec::new();
        file.write(&mut out).unwrap();
        let found = read(std::str::from_utf8(&out).unwrap());
        assert!(holds(&found));
        let stamps = &found.signatures[0].timestamps;
        assert!(stamps.len() == 2 + round && stamps.iter().all(|t| t.imprint_matches == Some(true)));
        // Each archive time stamp proves what stands before it, and no more.
        let covered: Vec<usize> = stamps.iter().map(|t| t.covers.len()).collect();
        assert!(covered.windows(2).all(|w| w[0] < w[1]), "{covered:?}");
    }
    assert_eq!(file.level("S2"), Some(Level::B));
}

/// A signature over the whole document but itself would break under any other: it is refused, not broken.
#[test]
fn what_another_signature_covers_stays() {
    let world = World::new();
    let enveloped_only = enveloped(&world);
    let filter = cut(
        &enveloped_only,
        "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"",
        "</ds:Transform>",
    );
    let narrow = enveloped_only
        .replace(filter, "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>");
    // The digest stays right, because both transforms leave out the only signature.
    assert!(read(&narrow).signatures[0].references.iter().all(|r| r.intact));
    let prepared = prepare_enveloped(narrow.as_bytes(), world.request("S2")).unwrap();
    let value = world.signer.key.sign(prepared.to_be_signed());
    assert_eq!(prepared.finish(&value).unwrap_err().code(), "xades.document");
}
