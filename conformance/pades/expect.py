"""Holds verdicts against what the names of the files say: usage expect.py ours|dss|pyhanko FILE.

A file is named STEM-WHAT-LEVEL.pdf. At LT and LTA every signature must pass, at B and T it cannot (no revocation data, offline) but must
be whole and of its level. What another judge says otherwise is named in differences.toml, with its reason.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import matrix

kind, source = sys.argv[1:]
wrong = 0
seen = 0


def check(name, what, good):
    global wrong, seen
    seen += 1
    if not good:
        wrong += 1
        print(f"{name}: {what}", file=sys.stderr)


def parts(name):
    _, what, level = pathlib.Path(name).stem.rsplit("-", 2)
    return what, level


with open(source, encoding="utf-8") as f:
    lines = [line.rstrip("\n") for line in f if line.strip()]
if kind == "ours":
    for report in map(json.loads, lines):
        what, level = parts(report["file"])
        for s in report["signatures"]:
            got = (s["level"], s["indication"], s["sub_indication"])
            codes = {f["code"] for f in s["findings"]}
            expected_level = f"PAdES-BASELINE-{level}" if what != "adobe" else "PDF-NOT-ETSI"
            if what == "forbidden":
                good = s["indication"] == "TOTAL_FAILED" and "pades.changed-after-signing" in codes
            elif level in ("LT", "LTA"):
                good = s["indication"] == "TOTAL_PASSED" and s["level"] == expected_level
            else:
                good = s["indication"] == "INDETERMINATE" and s["level"] == expected_level
            full = all(c["covered"] == "full" for c in s["scope"]) or what == "forbidden"
            check(report["file"], got, good and full)
        check(report["file"], "no signature", bool(report["signatures"]))
elif kind == "dss":
    table = matrix.Table("pades", "EU DSS")
    for line in lines:
        if line.startswith("  "):
            continue
        name, _, indication, sub, level = line.split("\t")[:5]
        name, (_, expected) = pathlib.Path(name).name, parts(name)
        wanted = "TOTAL_PASSED" if expected in ("LT", "LTA") else "INDETERMINATE CERTIFICATE_CHAIN_GENERAL_FAILURE"
        table.verdict(name, "signature", wanted, f"{indication} {sub}".strip())
        table.verdict(name, "signature level", f"PAdES-BASELINE-{expected}", level)
    wrong, seen = table.done(), len(lines)
else:
    table = matrix.Table("pades", "pyHanko")
    for line in lines:
        name, _, verdict, covered, intact = line.split("\t")
        name, (_, expected) = pathlib.Path(name).name, parts(name)
        # What was added after a signature and may be differs from file to file.
        verdict = ",".join(word for word in verdict.split(",") if not word.startswith("EXTENDED_WITH_"))
        wanted = "AdESPassed.OK" if expected == "LTA" else "INTACT:TRUSTED,TIMESTAMP_TOKEN<INTACT:TRUSTED>,ACCEPTABLE_MODIFICATIONS"
        table.verdict(name, "signature", wanted, verdict)
        table.verdict(name, "signature extent", "ENTIRE_REVISION intact=True", f"{covered} {intact}")
    wrong, seen = table.done(), len(lines)
print(f"{kind}: {seen - wrong} as expected, {wrong} not")
sys.exit(1 if wrong or not seen else 0)
