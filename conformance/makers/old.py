"""XAdES as it was before the baseline profiles (levels C, X, XL and A; editions 1.1.1 and 1.2.2), digests of SHA-3 and SHA-224, made by EU DSS, judged
by us: usage old.py WORK-DIR.
"""

import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from authority import Authority

# EU DSS cannot find what the references of the editions before 1.3.2 stand in: it makes no C, X and XL of those.
NOT_MADE = {f"xades-{edition}-{shape}-v1-{level}.xml" for edition in ("1.1.1", "1.2.2") for shape in ("enveloped", "enveloping", "detached")
            for level in ("C", "X", "XL")}
# The level at which we find each, and its time stamps.
LEVELS = {"BES": ("B", 0), "T": ("T", 1), "C": ("T", 1), "X": ("T", 2), "XL": ("LT", 2), "A": ("LTA", 3), "LTA": ("LTA", 2)}


def judge(authority, file):
    data = sorted((authority.dir / "data").iterdir())[0]
    command = [os.environ["ENKURS_SIGN"], "--json", "validate", "--trust-anchor", authority.root, "--allow-origin", authority.base, "--detached", data, file]
    made = subprocess.run(command, capture_output=True, text=True)
    return json.loads(made.stdout)["signatures"][0]


def wrong(name, report):
    level = name.removesuffix(".xml").rsplit("-", 1)[1]
    codes = {f["code"] for f in report["findings"] if f["severity"] != "info"}
    found = (report["indication"], report["sub_indication"])
    if "sha224" in name:
        # A digest that is not known here: nothing is said of the data.
        return found != ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE")
    expected, stamps = LEVELS[level]
    # In edition 1.1.1 EU DSS writes a time stamp that names an Id which is not in the file: nobody can tell what it is over.
    lost = "-1.1.1-" in name and level == "T"
    if lost:
        expected = "B"
    good = found == ("TOTAL_PASSED", None) and report["level"] == f"XAdES-BASELINE-{expected}"
    told = {"validate.timestamp.imprint-not-judged"} if lost else set()
    return not good or codes != told or len(report["timestamps"]) != stamps


def main(work):
    with Authority(work / "authority") as authority:
        out = work / "dss"
        out.mkdir()
        command = ["java", "-cp", os.environ["DSS_CLASSPATH"], "lv.enkurs.conformance.Old", authority.dir, out]
        made = subprocess.run(command, capture_output=True, text=True)
        if made.returncode:
            sys.exit(f"EU DSS: {made.stderr[-3000:]}")
        problems = 0
        not_made = {line.split("\t")[1] for line in made.stdout.splitlines() if line.startswith("not made")}
        if not_made != NOT_MADE:
            problems += 1
            print(f"  EU DSS made others than it did: {sorted(not_made ^ NOT_MADE)} {made.stdout[-500:]}")
        files = sorted(out.iterdir())
        for file in files:
            report = judge(authority, file)
            if wrong(file.name, report):
                problems += 1
                codes = [f["code"] for f in report["findings"] if f["severity"] != "info"]
                print(f"  {file.name}: {report['indication']} {report['sub_indication']} {report['level']} {codes}")
        print(f"old XAdES of EU DSS: {len(files) - problems} of {len(files)} as they should be")
        return problems


sys.exit(1 if main(pathlib.Path(sys.argv[1])) else 0)
