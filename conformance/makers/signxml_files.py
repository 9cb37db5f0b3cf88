"""XML-DSig and XAdES made by signxml.

Names are SHAPE[-context]-cN-KIND-B.xml (XAdES) and …-plain.xml (XML-DSig), N numbering canonicalisations. "context" is a document whose
element declares a namespace and a language and holds a comment; the other one has nothing that a canonicalisation could inherit.
"""

import subprocess

import lxml.etree as etree
from signxml import CanonicalizationMethod, DigestAlgorithm, SignatureMethod, XMLSigner, methods
from signxml.xades import XAdESDataObjectFormat, XAdESSignaturePolicy, XAdESSigner

DOCUMENT = "<ligums><summa valuta='EUR'>desmit eiro, ķēniņa</summa></ligums>"
CONTEXT = "<ligums xmlns='urn:paraugs' xml:lang='lv'><!-- piezīme --><summa valuta='EUR'>desmit eiro, ķēniņa</summa></ligums>"
ALGORITHMS = {
    "p256": ("p256", SignatureMethod.ECDSA_SHA256, DigestAlgorithm.SHA256),
    "p384": ("p384", SignatureMethod.ECDSA_SHA384, DigestAlgorithm.SHA384),
    "rsa": ("rsa", SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA256),
    "rsa512": ("rsa", SignatureMethod.RSA_SHA512, DigestAlgorithm.SHA512),
    "pss": ("rsa", SignatureMethod.SHA256_RSA_MGF1, DigestAlgorithm.SHA256),
}
POLICY = XAdESSignaturePolicy("urn:oid:1.2.3.4.5", "Paraugu politika", DigestAlgorithm.SHA256, "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=")


def make(authority, out, about):
    """Writes all files; detached ones are over `about`, which is written as well."""
    out.mkdir(parents=True)
    about.write_text(DOCUMENT, encoding="utf-8")
    form = XAdESDataObjectFormat(Description="Līgums", MimeType="text/xml")
    for kind, (key, algorithm, digest) in ALGORITHMS.items():
        for n, c14n in enumerate(CanonicalizationMethod):
            if kind != "p256" and c14n != CanonicalizationMethod.CANONICAL_XML_1_1:
                continue
            for shape in ("enveloped", "enveloping", "detached"):
                how = dict(method=methods[shape], signature_algorithm=algorithm, digest_algorithm=digest, c14n_algorithm=c14n)
                keys = dict(key=authority.keys[key], cert=authority.chain(key)[:2])
                if shape == "detached":
                    keys["reference_uri"] = about.name
                signers = {
                    f"{shape}-c{n}-{kind}-B": XAdESSigner(data_object_format=form, claimed_roles=["Valdes loceklis"], **how),
                    f"{shape}-policy-c{n}-{kind}-B": XAdESSigner(signature_policy=POLICY, data_object_format=form, **how),
                    f"{shape}-c{n}-{kind}-plain": XMLSigner(**how),
                }
                if kind == "p256" and shape != "detached":
                    signers[f"{shape}-context-c{n}-{kind}-plain"] = XMLSigner(**how)
                for stem, signer in signers.items():
                    signed = signer.sign(etree.fromstring(CONTEXT if "context" in stem else DOCUMENT), **keys)
                    (out / f"{stem}.xml").write_bytes(etree.tostring(signed, encoding="UTF-8", xml_declaration=True))


def beside_xmlsec(authority, out):
    """Where we refuse files of signxml, it leaves something out of the canonical form: xmlsec1 has to see them as we do."""
    xades = "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"
    ids = [xades, "http://www.w3.org/2000/09/xmldsig#:KeyInfo", "http://www.w3.org/2000/09/xmldsig#:Object"]
    trust = ["--trusted-pem", authority.root, "--untrusted-pem", authority.dir / "ca.pem"]
    # xmlsec1 looks for no files.
    files = sorted(out.glob("envelop*-p256-*.xml"))
    refused, expected = [], []
    for file in files:
        command = ["xmlsec1", "--verify", *(word for i in ids for word in ("--id-attr:Id", i)), *trust, file]
        if subprocess.run(command, capture_output=True).returncode:
            refused.append(file.name)
        n = file.name.split("-c")[-1][0]
        context = "-context-" in file.name
        comments, inherited = context and n in "135", context and n in "02" and file.name.startswith("enveloped")
        implied = file.name.endswith("-B.xml") and n in "45"
        if comments or inherited or implied:
            expected.append(file.name)
    if refused != expected:
        print(f"  signxml: xmlsec1 refuses {refused}, not {expected}")
    print(f"signxml: xmlsec1 refuses {len(refused)} of {len(files)}, as we do")
    return refused != expected
