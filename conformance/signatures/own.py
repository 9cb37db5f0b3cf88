"""Reads the JSON Lines of `enkurs-sign validate --json`: usage own.py [--none-passed] FILE. Exit 0 if all (none) are TOTAL_PASSED."""

import json
import sys

none = sys.argv[1] == "--none-passed"
with open(sys.argv[-1], encoding="utf-8") as f:
    reports = [json.loads(line) for line in f if line.strip()]
assert reports, "no report"
for r in reports:
    got = [s["indication"] for s in r["signatures"]]
    print(r["file"], r["container"], [(s["level"], s["indication"], s["sub_indication"]) for s in r["signatures"]], "unsigned:", r["unsigned"])
    if none:
        assert "TOTAL_PASSED" not in got, r
    else:
        assert got and all(g == "TOTAL_PASSED" for g in got), r
        assert all(s["level"].endswith("-LT") for s in r["signatures"]), r
