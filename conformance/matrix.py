"""What every part of the conformance matrix shares: running judges, and holding each verdict against what the name of its file says.

A file is named SHAPE[-VARIANT]-KIND-LEVEL.EXTENSION. Its signatures must pass at the level of the name; counter-signatures pass at level B, the
signature that they stand on carries their material. Whatever else a judge says must be named in differences.toml, and said for every
file that is named there: an explained difference that is gone fails as an unexplained one does.
"""

import collections
import json
import pathlib
import re
import subprocess
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
LEVELS = ("B", "T", "LT", "LTA")
# A signature without signed properties, such as plain XML-DSig, in the place of a level.
PLAIN = "plain"


def level(name):
    """Level that the name of a file says, without the format; None for files that hold only time stamps."""
    last = pathlib.Path(name).stem.rsplit("-", 1)[-1]
    return last if last in (*LEVELS, PLAIN) else None


def expected(name):
    """How many signatures and counter-signatures a file has, by its name."""
    parts = pathlib.Path(name).stem.split("-")
    if level(name) is None:
        return {}
    return {"signature": 2 if "several" in parts else 1} | ({"counter": 1} if "counter" in parts else {})


class Table:
    """Verdicts of one judge in one part of the matrix."""

    def __init__(self, part, judge):
        self.part, self.judge = part, judge
        with open(HERE / "differences.toml", "rb") as f:
            rows = tomllib.load(f)["difference"]
        self.known = [r for r in rows if part in r["parts"] and r["judge"] == judge]
        self.used = collections.Counter()
        self.same = self.different = 0
        self.problems = []

    def problem(self, text):
        self.problems.append(text)
        print(f"  {self.part}: {self.judge}: {text}")

    def verdict(self, name, kind, wanted, got, remarks=()):
        """One verdict, in words; `wanted` unless it is explained."""
        key = f"{name} {kind}"
        row = next((n for n, r in enumerate(self.known) if re.search(r["files"], key)), None)
        if row is not None:
            self.used[row] += 1
            wanted = self.known[row]["verdict"]
        if got != wanted:
            explained = "an explained difference is another now" if row is not None else "unexplained"
            self.problem(f"{key}: {got!r}, not {wanted!r} ({explained}) {list(remarks)[:4]}")
        elif row is None:
            self.same += 1
        else:
            self.different += 1

    def file(self, name, form, rows, counters=True):
        """All verdicts of a file: rows of (kind, indication and sub-indication, level, remarks). Not every judge tells of counter-signatures."""
        counts = collections.Counter(kind for kind, *_ in rows if kind != "stamp")
        wanted = {kind: n for kind, n in expected(name).items() if counters or kind != "counter"}
        if counts != wanted or not rows:
            self.problem(f"{name}: {dict(counts)} instead of {wanted}: {rows[:2]}")
            return
        seen = 0
        for kind, got, at, remarks in rows:
            wanted = "PASSED" if kind == "stamp" else "TOTAL_PASSED"
            if kind == "signature":
                seen += 1
                kind = "signature 2" if seen == 2 else kind
            self.verdict(name, kind, wanted, got, remarks)
            right = "B" if kind == "counter" else level(name)
            right = {None: "TIMESTAMP", PLAIN: "XML-NOT-ETSI"}.get(right, f"{form}-BASELINE-{right}")
            right = "TIMESTAMP" if kind == "stamp" else right
            self.verdict(name, f"{kind} level", right, at)

    def done(self):
        """Prints what was seen; gives the number of problems."""
        for n, row in enumerate(self.known):
            if not self.used[n]:
                self.problem(f"the explained difference {row['files']!r} was not seen")
        print(f"{self.part}: {self.judge}: {self.same} as they should be, {self.different} explained differences, {len(self.problems)} not explained")
        return len(self.problems)


def dss(classpath, directory, files):
    """Verdicts of EU DSS by name of file, in the form that Table.file takes."""
    return java([classpath, "lv.enkurs.conformance.Judge", "--authority", directory, *files])


def digidoc4j(classpath, directory, files):
    """Verdicts of digidoc4j likewise, without the form's name in the level."""
    return java([classpath, "lv.enkurs.conformance.Digidoc", "judge", directory, *files])


def java(words):
    made = subprocess.run(["java", "-cp", *words], capture_output=True, text=True)
    found = collections.defaultdict(list)
    remarks = []
    for line in made.stdout.splitlines():
        if line.startswith("  "):
            remarks.append(line.strip())
            continue
        path, kind, indication, sub, at = line.split("\t")
        remarks = []
        found[pathlib.Path(path).name].append((kind, f"{indication} {sub}".strip(), at, remarks))
    if made.returncode or not found:
        raise SystemExit(f"{words[1]}: {made.stderr[-2000:]}")
    return found


def ours(program, options, files):
    """Our verdicts by name of file, in the form that Table.file takes."""
    found = {}
    if not files:
        return found
    made = subprocess.run([program, "--json", "validate", *options, *files], capture_output=True, text=True)
    for line in made.stdout.splitlines():
        report = json.loads(line)
        rows = found.setdefault(report["file"], [])
        for s in report["signatures"]:
            kind = "counter" if "counter_of" in s else "signature"
            findings = [f"{f['severity']}: {f['code']}" for f in s["findings"] if f["severity"] != "info"]
            rows.append((kind, f"{s['indication']} {s['sub_indication'] or ''}".strip(), s["level"], findings))
            if any(c["covered"] != "full" for c in s["scope"]):
                rows.append((kind, f"covers {s['scope']}", s["level"], []))
        for t in report.get("timestamps", []):
            rows.append(("stamp", t["indication"], "TIMESTAMP", []))
    if made.stderr:
        print(made.stderr[-2000:])
    return found


def detached(path):
    return path.suffix == ".p7s" or "detached" in path.name
