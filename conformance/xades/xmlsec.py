#!/usr/bin/env python3
"""xmlsec1 verifies our containers; our reader reads what xmlsec1 signs, whole and damaged.

usage: xmlsec.py WORK-DIR ENKURS-SIGN   (WORK-DIR/ours holds the files of the example xades-samples)
"""
import base64
import json
import pathlib
import re
import subprocess
import sys
import textwrap
import zipfile

work, tool = pathlib.Path(sys.argv[1]), sys.argv[2]
failures = []
checked = 0


def check(what, good, detail=""):
    global checked
    checked += 1
    if not good:
        failures.append(f"{what}: {detail}")


def run(*args, cwd=None):
    return subprocess.run(args, cwd=cwd, capture_output=True, text=True, errors="replace")


def verify_ours():
    for container in sorted((work / "ours").glob("*.*ce")) + sorted((work / "ours").glob("*.edoc")):
        if "-ed25519-" in container.name or "-pss-" in container.name or "-counter-" in container.name:
            continue  # not in this release of xmlsec1; of several signatures in a file it takes the first only
        place = work / "out" / container.name
        with zipfile.ZipFile(container) as z:
            z.extractall(place)
            names = [n for n in z.namelist() if n.startswith("META-INF/") and "signatures" in n]
        if container.name.startswith("asics-several"):
            continue
        for name in names:
            xml = (place / name).read_text()
            der = re.search(r"<ds:X509Certificate>(.*?)</ds:X509Certificate>", xml).group(1)
            (place / "signer.pem").write_text(
                "-----BEGIN CERTIFICATE-----\n" + "\n".join(textwrap.wrap(der, 64)) + "\n-----END CERTIFICATE-----\n")
            (place / "signature.xml").write_text(xml)
            args = ["xmlsec1", "--verify", "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
                    "--pubkey-cert-pem", "signer.pem", "signature.xml"]
            result = run(*args, cwd=place)
            check(f"xmlsec1 on {container.name} {name}", result.returncode == 0, result.stderr[-400:])
            damaged = xml.replace("<xades:SigningTime>20", "<xades:SigningTime>19")
            (place / "signature.xml").write_text(damaged)
            check(f"xmlsec1 on damaged {container.name}", run(*args, cwd=place).returncode != 0)


C14N = ["http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
        "http://www.w3.org/2006/12/xml-c14n11", "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"]
BODY = "<a:doc xmlns:a='urn:a' xmlns:b='urn:b' xml:lang='lv'>\n  <b:x y='2' b:z='&amp;'>ā &lt; <!-- c -->b</b:x>%s</a:doc>"


def template(c14n, method, reference, objects=""):
    return f"""<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="S"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="{c14n}"/><ds:SignatureMethod Algorithm="{method}"/>{reference}</ds:SignedInfo>
<ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo>{objects}</ds:Signature>"""


def reference(uri, transforms):
    listed = "".join(f'<ds:Transform Algorithm="{t}"/>' for t in transforms)
    listed = f"<ds:Transforms>{listed}</ds:Transforms>" if listed else ""
    return (f'<ds:Reference URI="{uri}">{listed}<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
            "<ds:DigestValue/></ds:Reference>")


def read_theirs():
    place = work / "theirs"
    place.mkdir()
    enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
    more = "http://www.w3.org/2001/04/xmldsig-more#"
    keys = {"rsa": (["genrsa", "-out"], more + "rsa-sha256"),
            "ec": (["ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out"], more + "ecdsa-sha384")}
    for kind, (make, method) in keys.items():
        key, cert = place / f"{kind}.pem", place / f"{kind}-cert.pem"
        assert run("openssl", *make, str(key)).returncode == 0
        run("openssl", "req", "-new", "-x509", "-key", str(key), "-subj", f"/C=LV/CN={kind}", "-out", str(cert))
        for n, c14n in enumerate(C14N):
            objects = "<ds:Object Id='o' xmlns:c='urn:c'><c:in xml:space='preserve'> ņ <!-- c --></c:in></ds:Object>"
            cases = {
                "enveloped": BODY % template(c14n, method, reference("", [enveloped, c14n])),
                "implicit": BODY % template(c14n, method, reference("", [enveloped])),
                "enveloping": template(c14n, method, reference("#o", [c14n]), objects),
                "nested": BODY % template(c14n, method, reference("#o", []), objects),
            }
            for name, text in cases.items():
                source, signed = place / "in.xml", place / f"{kind}-{n}-{name}.xml"
                source.write_text(text)
                made = run("xmlsec1", "--sign", "--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:Object",
                           "--privkey-pem", f"{key},{cert}", "--output", str(signed), str(source))
                assert made.returncode == 0, made.stderr
                check(f"we read {signed.name}", state(signed) == (True, [True]), state(signed))
                xml = signed.read_text()
                old, new = ('y="2"', 'y="3"') if name in ("enveloped", "implicit") else ('"preserve"', '"default"')
                changed = xml.replace(old, new, 1)
                assert changed != xml
                signed.write_text(changed)
                check(f"we see damage in {signed.name}", state(signed) == (True, [False]), state(signed))


def state(path):
    facts = json.loads(run(tool, "--json", "inspect", str(path)).stdout)
    signature = facts["signatures"][0]
    return signature["value_verifies"], [r["intact"] for r in signature["references"]]


verify_ours()
read_theirs()
for f in failures:
    print("FAILED", f)
print(f"xades: {checked} checks beside xmlsec1, {len(failures)} failed")
sys.exit(1 if failures or not checked else 0)
