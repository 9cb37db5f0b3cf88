"""Compares verdicts on JAdES files: usage jades.py DIR (with dss.tsv and own.jsonl).

Levels LT and LTA pass with both judges, offline; but for Ed25519, which the default policy of EU DSS does not list (TS 119 312 does): there it
ends CRYPTO_CONSTRAINTS_FAILURE_NO_POE at the level claimed. At B and T neither has status information: both end INDETERMINATE, at the level the name says."""

import collections
import json
import pathlib
import sys

root = pathlib.Path(sys.argv[1])
dss = collections.defaultdict(list)
for line in (root / "dss.tsv").read_text(encoding="utf-8").splitlines():
    if not line.startswith("  "):
        file, _, indication, sub, level, _ = line.split("\t")
        dss[pathlib.Path(file).name].append((indication, sub, level))
own = {}
for line in (root / "own.jsonl").read_text(encoding="utf-8").splitlines():
    report = json.loads(line)
    own[report["file"]] = [(s["indication"], s["sub_indication"] or "", s["level"]) for s in report["signatures"]]
files = sorted(p.name for d in ("attached", "several", "detached", "by-uri") for p in (root / d).glob("*.json"))
wrong = 0
for name in files:
    level = name.removesuffix(".json").rsplit("-", 1)[1]
    expected = "B" if level == "countered" else level
    passed = expected in ("LT", "LTA")
    count = {"two": 2, "countered": 3}.get(name.removesuffix(".json").split("-")[1] if level != "countered" else "countered", 1)
    for who, verdicts in (("DSS", dss[name]), ("ours", own.get(name, []))):
        unlisted = who == "DSS" and name.startswith("ed25519")
        passes = lambda v: (v[0] == "TOTAL_PASSED") == passed or (unlisted and v[1] == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
        good = len(verdicts) == count and all(
            v[2] == f"JAdES-BASELINE-{expected}" and passes(v) and v[0] != "TOTAL_FAILED" for v in verdicts
        )
        if not good:
            wrong += 1
            print(f"{who}: {name}: {verdicts}", file=sys.stderr)
print(f"jades: {len(files)} files, {wrong} verdicts that should be others")
sys.exit(1 if wrong or len(files) < 100 else 0)
