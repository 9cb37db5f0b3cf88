"""Compares verdicts on JAdES files: usage jades.py DIR (with dss.tsv and own.jsonl).

Files are named KIND-…-LEVEL.json. Both judges are offline: at LT and LTA every signature has to pass, at B and T, where
a file carries no status information, it has to end for want of it; always at the level of the name. What EU DSS says otherwise is named in
differences.toml."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import matrix

root = pathlib.Path(sys.argv[1])
dss, own = {}, {}
for line in (root / "dss.tsv").read_text(encoding="utf-8").splitlines():
    if not line.startswith("  "):
        file, _, indication, sub, level, _ = line.split("\t")
        dss.setdefault(pathlib.Path(file).name, []).append((f"{indication} {sub}".strip(), level))
for line in (root / "own.jsonl").read_text(encoding="utf-8").splitlines():
    report = json.loads(line)
    own[report["file"]] = [(f"{s['indication']} {s['sub_indication'] or ''}".strip(), s["level"]) for s in report["signatures"]]
files = sorted(p.name for d in ("attached", "several", "detached", "by-uri") for p in (root / d).glob("*.json"))
wrong = 0
for judge, verdicts in (("EU DSS", dss), ("Enkurs, offline", own)):
    table = matrix.Table("jades", judge)
    for name in files:
        level = matrix.level(name)
        words = name.removesuffix(".json").split("-")
        count = 3 if "countered" in words else 2 if "two" in words else 1
        rows = verdicts.get(name, [])
        if len(rows) != count:
            table.problem(f"{name}: {len(rows)} signatures of {count}")
        for n, (verdict, at) in enumerate(rows):
            kind = "signature" if n == 0 else f"signature {n + 1}"
            wanted = "TOTAL_PASSED" if level in ("LT", "LTA") else "INDETERMINATE CERTIFICATE_CHAIN_GENERAL_FAILURE"
            table.verdict(name, kind, wanted, verdict)
            # The second of a counter-signed file is the counter-signature: it stays at B, its material is in the signature that it stands on.
            right = "B" if "countered" in words and n == 1 else level
            table.verdict(name, f"{kind} level", f"JAdES-BASELINE-{right}", at)
    wrong += table.done()
sys.exit(1 if wrong or len(files) != 176 else 0)
