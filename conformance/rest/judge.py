"""Files that the tests of the service made through its API, judged by EU DSS: usage judge.py WORK      (DSS_CLASSPATH in the environment)

WORK has a folder for each authority and set of files, as Judge --authority reads it; the format is the first word after the part in a file's name.
"""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import matrix

FORMS = {"pdf": "PAdES", "cades": "CAdES", "jades": "JAdES"}


def form(name):
    words = pathlib.Path(name).stem.split("-")
    return "CAdES" if "cades" in words else FORMS.get(words[1], "XAdES")


work = pathlib.Path(sys.argv[1])
files, words = [], [os.environ["DSS_CLASSPATH"], "lv.enkurs.conformance.Judge"]
for authority in sorted(work.iterdir()):
    own = sorted((authority / "ours").iterdir())
    files += own
    words += ["--authority", authority, *own]
table = matrix.Table("rest", "EU DSS")
judged = matrix.java(words)
for file in files:
    table.file(file.name, form(file.name), judged.get(file.name, []))
sys.exit(1 if table.done() or len({f.name for f in files}) != len(files) or len(files) != 87 else 0)
