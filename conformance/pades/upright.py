"""A visible signature looks the same however the page is turned: poppler's pictures TURN-WHAT.png compared with that of the page that is not.

usage: upright.py FOLDER
"""

import struct
import sys
import zlib
from pathlib import Path

# left, top, right, bottom in pixels at 72 dpi of the 500 × 400 points shown: where the signature was placed
PLACE = (60, 220, 360, 300)


def read(path):
    """Width, height and rows of RGB of a PNG without palette and interlacing."""
    data = path.read_bytes()
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert (depth, colour) == (8, 2), path
        packed += body if kind == b"IDAT" else b""
        at += length + 12
    raw, size, rows, above = zlib.decompress(packed), width * 3, [], bytearray(width * 3)
    for y in range(height):
        how, row = raw[y * (size + 1)], bytearray(raw[y * (size + 1) + 1 : (y + 1) * (size + 1)])
        for i in range(size):
            a, b, c = (row[i - 3] if i > 2 else 0), above[i], (above[i - 3] if i > 2 else 0)
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            row[i] = (row[i] + (0, a, b, (a + b) // 2, paeth)[how]) & 255
        rows.append(row)
        above = row
    return width, height, rows


folder = Path(sys.argv[1])
width, height, straight = read(folder / "0-new.png")
assert (width, height) == (500, 400)
dark = [(x, y) for y in range(height) for x in range(width) if min(straight[y][3 * x : 3 * x + 3]) < 160]
left, top, right, bottom = PLACE
assert len(dark) > 500, "nothing is drawn"
outside = [p for p in dark if not (left <= p[0] < right and top <= p[1] < bottom)]
assert not outside, f"drawn outside its place: {outside[:3]}"
count = 0
for path in sorted(folder.glob("*.png")):
    w, h, rows = read(path)
    assert (w, h) == (width, height), f"{path.name}: {w} x {h}"
    # edges of letters are smoothed otherwise when turned; a letter in another place differs wholly
    other = sum(abs(a - b) > 128 for r, s in zip(rows, straight) for a, b in zip(r, s)) / 3
    assert other < 0.03 * len(dark), f"{path.name}: {other:.0f} of {len(dark)} dark pixels are elsewhere"
    count += 1
assert count == 12, count
print(f"{count} pages: upright and inside, however they are turned")
