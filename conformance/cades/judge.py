"""Our CAdES files judged by EU DSS and openssl: usage judge.py WORK      (DSS_CLASSPATH and ENKURS_SIGN in the environment)

WORK as the example cades-samples leaves it.
"""

import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import matrix

WORK = pathlib.Path(sys.argv[1])
DATA, ROOT = WORK / "data/data.txt", WORK / "root.pem"
files = sorted((WORK / "ours").iterdir())


def dss():
    """EU DSS accepts each of ours, at the level claimed."""
    table = matrix.Table("cades", "EU DSS")
    judged = matrix.dss(os.environ["DSS_CLASSPATH"], WORK, files)
    for file in files:
        table.file(file.name, "CAdES", judged.get(file.name, []))
    return table.done()


def verifies(file, form, detached):
    """Whether openssl accepts the file, in DER or PEM, over the data."""
    command = ["openssl", "cms", "-verify", "-binary", "-inform", form, "-in", file, "-CAfile", ROOT, "-purpose", "any"]
    made = subprocess.run(command + (["-content", DATA] if detached else []), capture_output=True)
    good = made.returncode == 0 and made.stdout == DATA.read_bytes()
    if not good:
        print(f"  openssl: {file.name}: {made.stderr.decode()[-300:]}")
    return good


def openssl():
    """openssl accepts each CMS file of ours whose algorithm it knows in CMS."""
    problems = count = 0
    for file in files:
        if file.suffix not in (".p7m", ".p7s") or "-ed25519-" in file.name:
            # openssl cms refuses EdDSA with signed attributes: it wants a digest beside a key that has none.
            continue
        problems += not verifies(file, "DER", file.suffix == ".p7s")
        count += 1
    print(f"cades: openssl verified {count} of our files")
    return problems or count < 100


def pem():
    """The same read and raised by us as PEM: openssl reads and accepts them. What openssl writes as PEM of a file in DER we judge as that file."""
    problems = count = 0
    for file in sorted((WORK / "pem").iterdir()):
        if "-ed25519-" in file.name:
            continue
        problems += not verifies(file, "PEM", ".p7s." in file.name)
        count += 1
    texts = WORK / "openssl"
    texts.mkdir()
    cms = [f for f in files if f.suffix in (".p7m", ".p7s")]
    for file in cms:
        subprocess.run(["openssl", "cms", "-cmsout", "-inform", "DER", "-outform", "PEM", "-in", file, "-out", texts / f"{file.name}.pem"], check=True)
    options = ["--offline", "--trust-anchor", ROOT, "--detached", DATA]
    program = os.environ["ENKURS_SIGN"]
    # openssl writes the signers in the order of DER.
    same = lambda rows: sorted(row[:3] for row in rows)
    binary, text = matrix.ours(program, options, cms), matrix.ours(program, options, sorted(texts.iterdir()))
    for file in cms:
        if not binary[file.name] or same(binary[file.name]) != same(text.get(f"{file.name}.pem", [])):
            problems += 1
            print(f"  PEM of openssl: {file.name}: {text.get(f'{file.name}.pem')}, in DER {binary[file.name]}")
    print(f"cades: openssl verified {count} of our PEM files, and we judged {len(cms)} of its as in DER")
    return problems or count < 80


def older():
    """References with their time stamps, archive time stamps of version 2: EU DSS and we pass the same time stamps, and fail the one over something else.
    EU DSS has names of its own for the levels of TS 101 733."""
    older = sorted((WORK / "older").iterdir())
    theirs = matrix.java([os.environ["DSS_CLASSPATH"], "lv.enkurs.conformance.Judge", "--stamps", "--authority", WORK, *older])
    options = ["--offline", "--trust-anchor", ROOT, "--detached", DATA]
    problems = 0
    for file in older:
        made = subprocess.run([os.environ["ENKURS_SIGN"], "--json", "validate", *options, file], capture_output=True, text=True)
        report = json.loads(made.stdout)
        ours = [t["indication"] for t in report["signatures"][0]["timestamps"]]
        rows = theirs[file.name]
        dss = [got.split()[0] for kind, got, *_ in rows if kind == "inside"]
        wanted = ["PASSED", "FAILED"] if "otherwise" in file.name else ["PASSED"] * (2 + ("twice" in file.name) + ("-x" in file.name and "-v2" in file.name))
        signature = report["signatures"][0]
        verdicts = {got for kind, got, *_ in rows if kind == "signature"} | {signature["indication"]}
        # what the policy of EU DSS does not list
        ed25519 = "-ed25519" in file.name and verdicts == {"TOTAL_PASSED", "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE_NO_POE"}
        good = ours == dss == wanted and signature["level"] == "CAdES-BASELINE-LT" and (verdicts == {"TOTAL_PASSED"} or ed25519)
        problems += not good
        if not good:
            print(f"  {file.name}: ours {signature['indication']} {signature['level']} {ours}, EU DSS {rows}")
    print(f"cades: {len(older) - problems} of {len(older)} files of older forms as EU DSS has them")
    return problems or len(older) < 80


sys.exit(1 if dss() + older() + openssl() + pem() or len(files) != 334 else 0)
