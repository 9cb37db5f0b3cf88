"""Holds what EU DSS says of evidence records beside a changed file: usage evidence.py TSV. What it says otherwise than that the digest is
wrong is named in differences.toml."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import matrix

table = matrix.Table("evidence, changed", "EU DSS")
for line in pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
    file, indication, sub, _ = line.split("\t")
    table.verdict(pathlib.Path(file).name, "record", "FAILED HASH_FAILURE", f"{indication} {sub}".strip())
sys.exit(table.done() > 0)
