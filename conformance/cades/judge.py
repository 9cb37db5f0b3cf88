"""Our CAdES files judged by EU DSS and openssl, those of EU DSS judged by us.

usage: judge.py WORK        with ENKURS_SIGN and DSS_CLASSPATH in the environment
"""

import json
import os
import pathlib
import subprocess
import sys

WORK = pathlib.Path(sys.argv[1])
DATA, ROOT = WORK / "data.txt", WORK / "root.pem"
JAVA = ["java", "-cp", os.environ["DSS_CLASSPATH"], "lv.enkurs.conformance.Cms"]
problems: list[str] = []


def level_of(name: str) -> str:
    return next(level for level in ("LTA", "LT", "T", "B") if f"-{level}" in name)


def problem(text: str) -> None:
    problems.append(text)
    print(f"  {text}")


def dss() -> None:
    """EU DSS accepts each of ours, at the level claimed."""
    files = sorted((WORK / "ours").iterdir())
    made = subprocess.run([*JAVA, "judge", WORK, *files], capture_output=True, text=True)
    rows: dict[str, list[tuple[str, str, str]]] = {}
    remarks: dict[str, list[str]] = {}
    current = ""
    for line in made.stdout.splitlines():
        if line.startswith("  "):
            remarks.setdefault(current, []).append(line.strip())
            continue
        path, kind, indication, sub, level = (line.split("\t") + [""] * 5)[:5]
        current = pathlib.Path(path).name
        rows.setdefault(current, []).append((kind, f"{indication} {sub}".strip(), level))
    for file in files:
        found = rows.get(file.name, [])
        if not found:
            problem(f"EU DSS says nothing of {file.name}: {made.stderr[-500:]}")
        for kind, indication, level in found:
            if kind == "time stamp":
                good = indication == "PASSED"
            else:
                # A counter-signature is raised with the signature it is on; its own level is B.
                expected = "CAdES-BASELINE-" + ("B" if kind == "counter" else level_of(file.name))
                # The default policy of EU DSS 6.4 does not authorise EdDSA; ours does.
                policy = "ed25519" in file.name and any("EdDSA" in r for r in remarks.get(file.name, []))
                verdict = "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE_NO_POE" if policy else "TOTAL_PASSED"
                good = indication == verdict and (level == expected or kind == "counter")
            if not good:
                problem(f"EU DSS: {file.name}: {kind} {indication} {level} {remarks.get(file.name, [])[:3]}")
    print(f"EU DSS judged {len(rows)} of our files")


def openssl() -> None:
    """openssl accepts each CMS file of ours whose algorithm it knows in CMS."""
    count = 0
    for file in sorted((WORK / "ours").glob("*.p7?")):
        if "ed25519" in file.name:
            # openssl cms refuses EdDSA with signed attributes: it wants a digest beside a key that has none.
            continue
        command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", file, "-CAfile", ROOT, "-purpose", "any"]
        if file.suffix == ".p7s":
            command += ["-content", DATA]
        made = subprocess.run(command, capture_output=True)
        if made.returncode != 0 or made.stdout != DATA.read_bytes():
            problem(f"openssl: {file.name}: {made.stderr.decode()[-300:]}")
        count += 1
    print(f"openssl verified {count} of our files")


def ours() -> None:
    """We accept each file of EU DSS, at the level at which it was made."""
    subprocess.run([*JAVA, "create", WORK, WORK / "theirs"], check=True)
    files = sorted((WORK / "theirs").iterdir())
    for file in files:
        command = [os.environ["ENKURS_SIGN"], "--json", "validate", "--offline", "--trust-anchor", ROOT, "--detached", DATA, file]
        made = subprocess.run(command, capture_output=True, text=True)
        try:
            report = json.loads(made.stdout)
        except json.JSONDecodeError:
            problem(f"we: {file.name}: {made.stderr[-300:]}")
            continue
        if "stamp" in file.name:
            inspected = subprocess.run([os.environ["ENKURS_SIGN"], "--json", "inspect", file], capture_output=True, text=True)
            stamps = json.loads(inspected.stdout)["timestamps"]
            if not stamps or not all(s["imprint_matches"] for s in stamps):
                problem(f"we: {file.name}: {[s['imprint_matches'] for s in stamps]}")
            continue
        if not report["signatures"]:
            problem(f"we: {file.name}: no signature: {made.stdout[:500]}")
        for s in report["signatures"]:
            level, counter = s["level"], "counter" in s["id"]
            verdicts = ("TOTAL_PASSED",) if level_of(file.name) in ("LT", "LTA") else ("TOTAL_PASSED", "INDETERMINATE")
            expected = f"CAdES-BASELINE-{level_of(file.name)}"
            if s["indication"] not in verdicts or (level != expected and not counter):
                findings = [f"{f['severity']}: {f['code']}" for f in s["findings"] if f["severity"] != "info"]
                problem(f"we: {file.name}: {s['id']} {s['indication']} {s['sub_indication']} {level} {findings}")
    print(f"we judged {len(files)} files of EU DSS")


dss()
openssl()
ours()
sys.exit(f"{len(problems)} disagreements" if problems else 0)
