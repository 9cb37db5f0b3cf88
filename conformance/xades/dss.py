"""Our XAdES files judged by EU DSS and by ourselves: usage dss.py WORK-DIR ENKURS-SIGN   (DSS_CLASSPATH in the environment)

WORK-DIR as the example xades-samples leaves it. EU DSS has the status information at hand, we are offline: at B and T, where a file carries none,
ours must end for want of it.
"""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import matrix

work, program = pathlib.Path(sys.argv[1]), sys.argv[2]
files = sorted((work / "ours").iterdir())
theirs = matrix.Table("xades", "EU DSS")
judged = matrix.dss(os.environ["DSS_CLASSPATH"], work, files)
for file in files:
    theirs.file(file.name, "XAdES", judged.get(file.name, []))

own = matrix.Table("xades", "Enkurs, offline")
options = ["--offline", "--trust-anchor", work / "root.pem"]
data = [o for f in sorted((work / "data").iterdir()) for o in ("--detached", f)]
apart = [f for f in files if matrix.detached(f)]
judged = matrix.ours(program, options, [f for f in files if f not in apart]) | matrix.ours(program, options + data, apart)
for file in files:
    own.file(file.name, "XAdES", judged.get(file.name, []))
sys.exit(1 if theirs.done() + own.done() or len(files) != 360 else 0)
