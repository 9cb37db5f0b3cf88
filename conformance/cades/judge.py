"""Our CAdES files judged by EU DSS and openssl: usage judge.py WORK      (DSS_CLASSPATH in the environment)

WORK as the example cades-samples leaves it.
"""

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


def openssl():
    """openssl accepts each CMS file of ours whose algorithm it knows in CMS."""
    problems = count = 0
    for file in files:
        if file.suffix not in (".p7m", ".p7s") or "-ed25519-" in file.name:
            # openssl cms refuses EdDSA with signed attributes: it wants a digest beside a key that has none.
            continue
        command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", file, "-CAfile", ROOT, "-purpose", "any"]
        if file.suffix == ".p7s":
            command += ["-content", DATA]
        made = subprocess.run(command, capture_output=True)
        if made.returncode != 0 or made.stdout != DATA.read_bytes():
            problems += 1
            print(f"  openssl: {file.name}: {made.stderr.decode()[-300:]}")
        count += 1
    print(f"cades: openssl verified {count} of our files")
    return problems or count < 100


sys.exit(1 if dss() + openssl() or len(files) != 334 else 0)
