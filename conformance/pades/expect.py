"""Holds verdicts against what the names of the files say: usage expect.py ours|dss|pyhanko FILE.

A file is named STEM-WHAT-LEVEL.pdf. At LT and LTA every signature must pass, at B and T it cannot (no revocation data, offline) but must
be whole and of its level. What differs is named here with its reason.
"""

import json
import pathlib
import sys

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
    for line in lines:
        if line.startswith("  "):
            continue
        name, _, indication, sub, level = line.split("\t")[:5]
        what, expected = parts(name)
        if what == "ed25519" and expected in ("LT", "LTA"):
            # the policy that DSS brings does not list EdDSA
            good = sub == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
        elif expected in ("LT", "LTA"):
            good = indication == "TOTAL_PASSED"
        else:
            good = indication == "INDETERMINATE" and sub == "CERTIFICATE_CHAIN_GENERAL_FAILURE"
        check(name, (indication, sub, level), good and level == f"PAdES-BASELINE-{expected}")
else:
    for line in lines:
        name, _, verdict, covered, intact = line.split("\t")
        what, _ = parts(name)
        passed = verdict == "AdESPassed.OK" or verdict.startswith("INTACT:TRUSTED")
        # without a signature time stamp pyHanko looks for none in the document's, so these are judged for being whole
        late = what in ("ed25519", "p384", "together")
        check(name, (verdict, covered, intact), covered == "ENTIRE_REVISION" and intact == "intact=True" and (passed or late))
print(f"{kind}: {seen - wrong} as expected, {wrong} not")
sys.exit(1 if wrong or not seen else 0)
