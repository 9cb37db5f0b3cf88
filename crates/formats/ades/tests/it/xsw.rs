//! XML signature wrapping by the eight classes of Somorovsky et al. ("On Breaking SAML", 2012): each for the signed object, the manifest and
//! the signed properties, of a signature in the object, around it, beside it and in a container; each with the forged element under the Id of
//! the signed one, under another and under none. Every digest and the value still hold for the element that was moved.

use std::collections::BTreeMap;

use ades::{
    asic::Naming,
    facts::FileFacts,
    validate::Indication,
    xades::{Content, prepare_enveloping, read_document},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::SignedDuration;
use pki::DigestAlgorithm;
use xml::{
    Document, Limits,
    dsig::{DS, Signature, to_xml_value},
};

use crate::{
    cades::judge,
    jades::Files,
    world::{World, defects},
};

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const SPACES: &str =
    "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\"";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Enveloped,
    Enveloping,
    Detached,
    Container,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Object,
    Manifest,
    Properties,
}

/// What Id the forged element has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Id {
    Same,
    Other,
    None,
}

fn cut<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let from = text.find(start).unwrap();
    &text[from..from + text[from..].find(end).unwrap() + end.len()]
}

fn files() -> Files {
    Files::of(&[("a.txt", b"a")])
}

/// Puts the right digests and the value of the world's signer into the only signature of a document.
fn resign(world: &World, xml: &str) -> String {
    let put = |xml: &str, values: Vec<(std::ops::Range<usize>, Vec<u8>)>| {
        let mut out = xml.to_owned();
        for (span, value) in values.into_iter().rev() {
            let from = out[span.clone()].find('>').unwrap() + span.start + 1;
            let to = out[span.clone()].rfind("</").unwrap() + span.start;
            out.replace_range(from..to, &STANDARD.encode(value));
        }
        out
    };
    let node = |doc: &Document<'_>| doc.elements().find(|n| n.is(DS, "Signature")).unwrap().id();
    let doc = Document::parse(xml, &Limits::default()).unwrap();
    let signature = Signature::read(doc.node(node(&doc)).unwrap()).unwrap();
    let digests = signature.signed_info.references.iter().filter(|r| r.uri.unwrap().starts_with('#')).map(|r| {
        let digest = r.digest_of(&r.resolve(signature.node).unwrap()).unwrap();
        (r.node.only(DS, "DigestValue").unwrap().span(), digest)
    });
    let xml = put(xml, digests.collect());
    let doc = Document::parse(&xml, &Limits::default()).unwrap();
    let signature = Signature::read(doc.node(node(&doc)).unwrap()).unwrap();
    let algorithm = world.signer.key.algorithm();
    let value = world.signer.key.sign(&signature.signed_bytes().unwrap());
    let value = to_xml_value(algorithm, world.signer.certificate.public_key().kind(), &value).unwrap();
    put(&xml, vec![(signature.value_node.span(), value)])
}

/// Object, manifest and properties, signed in the form; in a document with room around.
fn base(world: &World, form: Form) -> String {
    let order = b"<order xmlns='urn:o' Id='o'><to>Anna</to><sum>10</sum></order>";
    let made = prepare_enveloping(Content::Xml(order), "text/xml", world.request("S1")).unwrap();
    let value = world.signer.key.sign(made.to_be_signed());
    let xml = made.finish(&value).unwrap().xml();
    let mut signature = cut(&xml, "<ds:Signature ", "</ds:Signature>")
        .replace(" xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\"", "");
    signature = signature.replace("http://www.w3.org/2006/12/xml-c14n11", EXCLUSIVE);
    signature = signature.replacen("<ds:Signature ", &format!("<ds:Signature {SPACES} "), 1);
    signature = signature.replacen("xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"S1\"", "Id=\"S1\"", 1);
    let method = "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>";
    let digest = STANDARD.encode(DigestAlgorithm::Sha256.of(b"a"));
    let transform = format!("<ds:Transforms><ds:Transform Algorithm=\"{EXCLUSIVE}\"/></ds:Transforms>");
    let manifest = format!(
        "<ds:Object><ds:Manifest Id=\"m\"><ds:Reference URI=\"a.txt\">{method}<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:Manifest></ds:Object>"
    );
    let entry = format!(
        "<ds:Reference Type=\"http://www.w3.org/2000/09/xmldsig#Manifest\" URI=\"#m\">{transform}{method}<ds:DigestValue></ds:DigestValue></ds:Reference>"
    );
    signature = signature.replacen("</ds:SignedInfo>", &format!("{entry}</ds:SignedInfo>"), 1);
    signature = signature.replacen("</ds:Signature>", &format!("{manifest}</ds:Signature>"), 1);
    let object = cut(&signature, "<ds:Object Id=\"S1-object\"", "</ds:Object>").to_owned();
    let apart = signature.replace(&object, "").replace("URI=\"#S1-object\"", "URI=\"#o\"");
    let order = |inner: &str| format!("<order xmlns=\"urn:o\" Id=\"o\"><to>Anna</to><sum>10</sum>{inner}</order>");
    let xml = match form {
        Form::Enveloped => {
            let enveloped = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";
            let at = apart.find("<ds:Transforms>").unwrap() + "<ds:Transforms>".len();
            format!("<r {SPACES}>{}</r>", order(&format!("{}{enveloped}{}", &apart[..at], &apart[at..])))
        }
        Form::Detached => format!("<r {SPACES}>{}{apart}</r>", order("")),
        Form::Enveloping => format!("<r {SPACES}>{signature}</r>"),
        Form::Container => format!(
            "<asic:XAdESSignatures xmlns:asic=\"http://uri.etsi.org/02918/v1.2.1#\" {SPACES}>{signature}</asic:XAdESSignatures>"
        ),
    };
    resign(world, &xml)
}

/// The signed element as it stands, without a signature in it.
fn element(xml: &str, form: Form, target: Target) -> String {
    match (target, form) {
        (Target::Object, Form::Enveloping | Form::Container) => {
            cut(xml, "<ds:Object Id=\"S1-object\"", "</ds:Object>").to_owned()
        }
        (Target::Object, _) => {
            let signature = cut(xml, "<ds:Signature ", "</ds:Signature>");
            cut(&xml.replace(signature, ""), "<order ", "</order>").to_owned()
        }
        (Target::Manifest, _) => cut(xml, "<ds:Manifest ", "</ds:Manifest>").to_owned(),
        (Target::Properties, _) => cut(xml, "<xades:SignedProperties", "</xades:SignedProperties>").to_owned(),
    }
}

/// The element with other content and Id.
fn forge(element: &str, target: Target, id: Id) -> String {
    let forged = match target {
        Target::Object => element.replace(">10<", ">9999<"),
        Target::Manifest => element.replace("\"a.txt\"", "\"b.txt\""),
        Target::Properties => element.replace("<xades:SigningTime>2026", "<xades:SigningTime>2020"),
    };
    assert_ne!(forged, element);
    let from = forged.find(" Id=\"").unwrap();
    let to = from + 5 + forged[from + 5..].find('"').unwrap() + 1;
    match id {
        Id::Same => forged,
        Id::Other => format!("{} Id=\"forged\"{}", &forged[..from], &forged[to..]),
        Id::None => format!("{}{}", &forged[..from], &forged[to..]),
    }
}

/// `inner` at the end of an element.
fn with(element: &str, inner: &str) -> String {
    let at = element.rfind("</").unwrap();
    format!("{}{inner}{}", &element[..at], &element[at..])
}

/// The document after an attack of a class.
fn attack(xml: &str, form: Form, target: Target, class: u8, id: Id) -> String {
    let original = element(xml, form, target);
    let evil = forge(&original, target, id);
    let signature = cut(xml, "<ds:Signature ", "</ds:Signature>").to_owned();
    let key_info = |signature: &str, inner: &str| {
        signature.replacen("</ds:KeyInfo>", &format!("<x xmlns=\"urn:x\">{inner}</x></ds:KeyInfo>"), 1)
    };
    let boxed = |inner: &str| format!("<ds:Object>{inner}</ds:Object>");
    if target == Target::Object && matches!(form, Form::Enveloped | Form::Detached) {
        let place =
            if form == Form::Enveloped { with(&original, &signature) } else { format!("{original}{signature}") };
        let changed = match class {
            1 => with(&evil, &with(&signature, &original)),
            2 => with(&evil, &format!("{original}{signature}")),
            3 => format!("{evil}{place}"),
            4 => with(&evil, &place),
            5 => format!("{}{original}", with(&evil, &signature)),
            6 => with(&evil, &key_info(&signature, &original)),
            7 => format!("<extensions xmlns=\"urn:x\">{evil}</extensions>{place}"),
            _ => with(&evil, &with(&signature, &boxed(&original))),
        };
        assert!(xml.contains(&place));
        return xml.replacen(&place, &changed, 1);
    }
    let replaced = signature.replacen(&original, &evil, 1);
    let changed = match class {
        1 => with(&replaced, &original),
        2 => signature.replacen(&original, &format!("{original}{evil}"), 1),
        3 => signature.replacen(&original, &format!("{evil}{original}"), 1),
        4 => signature.replacen(&original, &with(&evil, &original), 1),
        5 => format!("{replaced}{original}"),
        6 => key_info(&replaced, &original),
        7 => signature.replacen("<ds:Object", &format!("{}<ds:Object", boxed(&evil)), 1),
        _ => with(&replaced, &boxed(&original)),
    };
    xml.replacen(&signature, &changed, 1)
}

fn read(world: &World, form: Form, xml: &str) -> FileFacts {
    if form == Form::Container {
        let bytes = world.container_of(Naming::Asice, &[("a.txt", b"a")], |_, _| xml.to_owned());
        return crate::world::facts(&bytes);
    }
    read_document(xml.as_bytes(), &mut files())
}

fn passes(world: &World, found: &FileFacts) -> bool {
    let report = judge(world, found, world.now + SignedDuration::from_mins(5));
    !report.signatures.is_empty() && report.signatures.iter().all(|s| s.indication == Indication::TotalPassed)
}

#[test]
fn what_is_attacked_is_good() {
    let world = World::new();
    for form in [Form::Enveloped, Form::Enveloping, Form::Detached, Form::Container] {
        let xml = base(&world, form);
        let found = read(&world, form, &xml);
        assert_eq!(defects(&found), [""; 0], "{form:?}");
        assert_eq!(found.unsigned, [""; 0], "{form:?}");
        let names: Vec<&str> = found.signatures[0].scope.iter().map(|c| c.name.as_str()).collect();
        assert!(names.contains(&"a.txt") && names.len() == 2, "{form:?} {names:?}");
        assert!(passes(&world, &found), "{form:?} {:?}", found.signatures[0].references);
    }
}

/// None passes, and each says why: by the Id that two elements have, by the properties that are not those signed, by an element out of place,
/// or by the unsigned element that could be taken for the signed one.
#[test]
fn eight_classes_of_wrapping() {
    let world = World::new();
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for form in [Form::Enveloped, Form::Enveloping, Form::Detached, Form::Container] {
        let xml = base(&world, form);
        for target in [Target::Object, Target::Manifest, Target::Properties] {
            for (class, id) in (1..=8).flat_map(|class| [Id::Same, Id::Other, Id::None].map(|id| (class, id))) {
                let case = format!("{form:?} {target:?} {class} {id:?}");
                let found = read(&world, form, &attack(&xml, form, target, class, id));
                assert!(!passes(&world, &found), "{case}");
                let codes = defects(&found);
                let named = match (id, target) {
                    (Id::Same, _) => ["xades.duplicate-id", "xml.dsig.structure"].as_slice(),
                    (_, Target::Properties) => {
                        &["xades.wrapped-properties", "xades.unsigned-lookalike", "xml.dsig.structure"]
                    }
                    _ => &["xades.unsigned-lookalike", "xml.dsig.structure"],
                };
                let code = named.iter().find(|c| codes.contains(c));
                *counted.entry(code.unwrap_or_else(|| panic!("{case}: {codes:?}"))).or_default() += 1;
            }
        }
    }
    let counts: Vec<usize> = counted.into_values().collect();
    assert_eq!(counts.iter().sum::<usize>(), 4 * 3 * 8 * 3, "{counts:?}");
    assert_eq!(counts, [86, 124, 48, 30], "duplicate Id, lookalike, wrapped properties, structure");
}

/// Documents in which only a part is signed are told as that, and stay valid when nothing else can be taken for the part.
#[test]
fn parts_that_are_not_signed_are_named() {
    let world = World::new();
    let xml = base(&world, Form::Detached);
    for (more, unsigned) in [
        ("<note xmlns=\"urn:o\">paid</note>", &["note"][..]),
        ("<note Id=\"n\"><order xmlns=\"urn:other\"/></note>", &["#n"]),
        ("text", &["r"]),
        ("<!-- a comment -->", &[]),
    ] {
        let found = read(&world, Form::Detached, &xml.replacen("</r>", &format!("{more}</r>"), 1));
        assert_eq!(found.unsigned, unsigned);
        assert!(passes(&world, &found), "{more}: {:?}", defects(&found));
    }
    // Each order signed by somebody: none is a lookalike.
    let second = xml.replace("\"S1", "\"S2").replace("#S1", "#S2").replace("\"o\"", "\"p\"").replace("#o\"", "#p\"");
    let second = resign(&world, &second.replace("\"m\"", "\"n\"").replace("#m\"", "#n\""));
    let both = xml.replacen("</r>", &format!("{second}</r>"), 1);
    let found = read(&world, Form::Detached, &both);
    assert_eq!((found.signatures.len(), found.unsigned.len()), (2, 0));
    assert!(passes(&world, &found), "{:?}", defects(&found));
}
