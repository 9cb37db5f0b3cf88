"""Flips one byte of signed content in each file: usage flip.py IN_DIR OUT_DIR."""

import pathlib
import shutil
import sys
import zipfile

source, target = map(pathlib.Path, sys.argv[1:])
shutil.rmtree(target, ignore_errors=True)
target.mkdir(parents=True)
for path in sorted(source.iterdir()):
    if path.suffix == ".pdf":
        data = bytearray(path.read_bytes())
        at = data.index(b"Ligums par")
        data[at] ^= 1
        (target / path.name).write_bytes(data)
    elif path.suffix in (".edoc", ".asice"):
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(target / path.name, "w") as new:
            for entry in old.infolist():
                data = bytearray(old.read(entry))
                if not entry.filename.startswith("META-INF/") and entry.filename != "mimetype":
                    data[len(data) // 2] ^= 1
                new.writestr(entry, bytes(data))
