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
from authority import Authority

FORMS = {"cades": "CAdES", "xades": "XAdES", "jades": "JAdES"}


def dss(authority, out):
    made = subprocess.run(["java", "-cp", os.environ["DSS_CLASSPATH"], "lv.enkurs.conformance.Make", authority.dir, out], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"EU DSS: {made.stderr[-3000:]}")


def judge(authority, maker, folder):
    """How many of the files of one maker in one format have another verdict than they should."""
    files = sorted(folder.iterdir())
    options = ["--trust-anchor", authority.root, "--allow-origin", authority.base]
    data = sorted((authority.dir / "data").iterdir())
    # JAdES and CAdES sign one file, XAdES all.
    data = data if folder.name == "xades" else data[:1]
    apart = [f for f in files if matrix.detached(f)]
    about = [o for d in data for o in ("--detached", d)]
    program = os.environ["ENKURS_SIGN"]
    judged = matrix.ours(program, options, [f for f in files if f not in apart]) | matrix.ours(program, options + about, apart)
    table = matrix.Table(f"{maker} {folder.name}", "Enkurs")
    for file in files:
        table.file(file.name, FORMS[folder.name], judged.get(file.name, []))
    return table.done() + (not files)


def main(work):
    with Authority(work / "authority") as authority:
        dss(authority, work / "dss")
        return sum(judge(authority, "EU DSS", work / "dss" / form) for form in FORMS)


sys.exit(1 if main(pathlib.Path(sys.argv[1])) else 0)
