"""A picture with transparency for visible signatures: usage picture.py OUT.png."""

import struct
import sys
import zlib

WIDTH, HEIGHT = 120, 80


def pixel(x, y):
    inside = (x - 60) ** 2 + (y - 40) ** 2 < 1400
    return bytes((x * 2, y * 3, 160, 255 if inside else 0))


def chunk(tag, body):
    return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))


rows = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(WIDTH)) for y in range(HEIGHT))
head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 6, 0, 0, 0)
with open(sys.argv[1], "wb") as f:
    f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
