"""Signs with programs that are not ours, all with the keys of one small authority, and judges what they made with ours: usage makers.py WORK-DIR.

Certificates name the authority's OCSP, CRL and issuer on the loopback interface, so every file, of any level, has to be TOTAL_PASSED, at the level
at which it was made.
"""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import matrix
import signxml_files
from authority import Authority

FORMS = {"cades": "CAdES", "xades": "XAdES", "jades": "JAdES"}


def java(classpath, *words):
    made = subprocess.run(["java", "-cp", os.environ[classpath], *words], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"{words[0]}: {made.stderr[-3000:]}")


def judge(authority, maker, form, folder, anchors, about):
    """How many of the files of one maker in one format have another verdict than they should; detached ones are over `about`."""
    files = sorted(folder.iterdir())
    options = ["--trust-anchor", anchors, "--allow-origin", authority.base]
    apart = [f for f in files if matrix.detached(f)]
    over = [o for d in about for o in ("--detached", d)]
    program = os.environ["ENKURS_SIGN"]
    judged = matrix.ours(program, options, [f for f in files if f not in apart]) | matrix.ours(program, options + over, apart)
    table = matrix.Table(f"{maker}, {form}", "Enkurs")
    for file in files:
        table.file(file.name, form, judged.get(file.name, []))
    return table.done() + (not files)


def main(work):
    problems = 0
    with Authority(work / "authority") as authority:
        data = sorted((authority.dir / "data").iterdir())
        java("DSS_CLASSPATH", "lv.enkurs.conformance.Make", authority.dir, work / "dss")
        for folder, form in FORMS.items():
            # JAdES and CAdES sign one file, XAdES all.
            problems += judge(authority, "EU DSS", form, work / "dss" / folder, authority.root, data if form == "XAdES" else data[:1])
        java("DIGIDOC4J_CLASSPATH", "lv.enkurs.conformance.Digidoc", "make", authority.dir, f"{authority.base}/ocsp", work / "digidoc4j")
        # digidoc4j takes the services of its trusted list for anchors, and keeps no status of the authority in the file.
        problems += judge(authority, "digidoc4j", "XAdES", work / "digidoc4j", authority.dir / "anchors.pem", [])
        about = work / "ligums.xml"
        signxml_files.make(authority, work / "signxml", about)
        problems += judge(authority, "signxml", "XAdES", work / "signxml", authority.root, [about])
        problems += signxml_files.beside_xmlsec(authority, work / "signxml")
    return problems


sys.exit(1 if main(pathlib.Path(sys.argv[1])) else 0)
