"""Our XAdES files judged by EU DSS, digidoc4j, signxml and ourselves.

usage: judges.py WORK-DIR ENKURS-SIGN   (DSS_CLASSPATH and DIGIDOC4J_CLASSPATH in the environment)

WORK-DIR as the example xades-samples leaves it. EU DSS has the status information at hand, we are offline: at B and T, where a file carries none,
ours must end for want of it. digidoc4j has what stands in the files, so it gets LT and LTA; it reads containers, and of those with one file of
signatures (ASiC-S) only the first signature.
"""

import datetime
import os
import pathlib
import re
import sys
import textwrap
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import matrix
from signxml import exceptions
from signxml.xades import XAdESSignatureConfiguration, XAdESVerifier

work, program = pathlib.Path(sys.argv[1]), sys.argv[2]
files = sorted((work / "ours").iterdir())
data = {f.name: f.read_bytes() for f in (work / "data").iterdir()}


def dss():
    table = matrix.Table("xades", "EU DSS")
    judged = matrix.dss(os.environ["DSS_CLASSPATH"], work, files)
    for file in files:
        table.file(file.name, "XAdES", judged.get(file.name, []))
    return table.done()


def digidoc4j():
    table = matrix.Table("xades", "digidoc4j")
    some = [f for f in files if f.suffix != ".xml" and matrix.level(f.name) in ("LT", "LTA") and not f.name.startswith("asics-several")]
    judged = matrix.digidoc4j(os.environ["DIGIDOC4J_CLASSPATH"], work, some)
    for file in some:
        rows = [(kind, got, f"XAdES-BASELINE-{at}", remarks) for kind, got, at, remarks in judged.get(file.name, []) if kind == "signature"]
        table.file(file.name, "XAdES", rows, counters=False)
    return table.done()


def marks():
    """BDOC time marks: digidoc4j takes the mark over the signature value, and none that is over something else; we do as our policy says."""
    policy = work / "marks.toml"
    policy.write_text('name = "time marks"\ntime-marks = true\n')
    files = sorted((work / "marks").iterdir())
    theirs = matrix.digidoc4j(os.environ["DIGIDOC4J_CLASSPATH"], work, files)
    # half a year later only a mark tells that the status came in time
    later = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=180)).strftime("%Y-%m-%dT%H:%M:%SZ")
    options = ["--offline", "--trust-anchor", work / "root.pem", "--time", later]
    counted, without = (matrix.ours(program, options + more, files) for more in (["--policy", policy], []))
    wanted = {"marked.bdoc": ("TOTAL_PASSED LT_TM", "TOTAL_PASSED"), "marked-otherwise.bdoc": (None, "INDETERMINATE TRY_LATER")}
    problems = len(wanted) != len(files)
    for name, (digidoc, here) in wanted.items():
        [(_, got, at, remarks)] = theirs[name]
        accepted = f"{got} {at}" == digidoc if digidoc else got != "TOTAL_PASSED"
        ok = accepted and counted[name][0][1] == here and without[name][0][1] == "INDETERMINATE TRY_LATER"
        print(f"xades: {name}: digidoc4j {got} {at} {remarks}, counted here {counted[name][0][1]}, not counted {without[name][0][1]}")
        problems += not ok
    return problems


def ours():
    table = matrix.Table("xades", "Enkurs, offline")
    options = ["--offline", "--trust-anchor", work / "root.pem"]
    about = [o for name in sorted(data) for o in ("--detached", work / "data" / name)]
    apart = [f for f in files if matrix.detached(f)]
    judged = matrix.ours(program, options, [f for f in files if f not in apart]) | matrix.ours(program, options + about, apart)
    for file in files:
        table.file(file.name, "XAdES", judged.get(file.name, []))
    return table.done()


def signxml():
    """signxml verifies value and references of the packagings that it knows, and nobody's when a byte is another. It has no Ed25519, no XPath Filter 2.0
    (enveloped) and reads no element names with Latvian letters (envelopingxml)."""
    count = problems = 0
    for file in files:
        known = file.name.startswith(("enveloping-", "detached-")) and "-several-" not in file.name
        if not known or "-ed25519-" in file.name:
            continue
        xml = file.read_text(encoding="utf-8")
        der = re.search("<ds:X509Certificate>(.*?)</ds:X509Certificate>", xml, re.S).group(1)
        pem = "-----BEGIN CERTIFICATE-----\n" + "\n".join(textwrap.wrap(der, 64)) + "\n-----END CERTIFICATE-----\n"
        # Two files are detached; the properties are one more.
        config = XAdESSignatureConfiguration(expect_references=3 if file.name.startswith("detached") else 2)
        verify = lambda text: XAdESVerifier().verify(
            text.encode(), x509_cert=pem, expect_config=config, uri_resolver=lambda uri: data[urllib.parse.unquote(uri)])
        try:
            verify(xml)
        except (exceptions.SignXMLException, ValueError) as e:
            problems += 1
            print(f"  signxml: {file.name}: {type(e).__name__} {e}")
            continue
        try:
            verify(xml.replace("<xades:SigningTime>20", "<xades:SigningTime>19"))
            problems += 1
            print(f"  signxml: {file.name}: verifies though changed")
        except exceptions.SignXMLException:
            count += 1
    print(f"xades: signxml verifies {count} of our files, and none that was changed")
    return problems + (count < 50)


sys.exit(1 if dss() + digidoc4j() + marks() + ours() + signxml() or len(files) != 360 else 0)
