"""Writes the files that the journey signs: usage inputs.py DIR."""

import pathlib
import sys


def pdf(text):
    """A one-page PDF 1.7 with a classic cross-reference table."""
    stream = f"BT /F1 24 Tf 72 720 Td ({text}) Tj ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for p in places:
        out += b"%010d 00000 n \n" % p
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def main(where):
    d = pathlib.Path(where)
    d.mkdir(parents=True, exist_ok=True)
    (d / "Ligums.pdf").write_bytes(pdf("Ligums par neko"))
    (d / "Pielikums ar atstarpi.txt").write_text("Šī ir izdomāta vienošanās.\nNeviens par to neatbild.\n", encoding="utf-8")
    (d / "Ķēdes žurnāls (ļoti ņiprs) & 50%.csv").write_text("diena;skaits\n2026-11-20;7\n", encoding="utf-8")
    (d / "dati.bin").write_bytes(bytes(range(256)) * 400)
    (d / "liels.bin").write_bytes(bytes((i * 31 + i // 257) % 256 for i in range(3_000_000)))


main(sys.argv[1])
