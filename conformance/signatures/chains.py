"""Collects the certificates of a container's signatures and the root into one PEM, as xmlsec1 builds no chains from properties.

usage: chains.py EXTRACTED_DIR ROOT.pem OUT.pem
"""

import base64
import pathlib
import re
import sys

folder, root, out = sys.argv[1:]
pem = pathlib.Path(root).read_text()
for xml in pathlib.Path(folder).glob("META-INF/*signatures*.xml"):
    text = xml.read_text(encoding="utf-8")
    for der in re.findall(r"EncapsulatedX509Certificate[^>]*>([^<]+)<", text):
        body = base64.encodebytes(base64.b64decode(der)).decode()
        pem += f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"
pathlib.Path(out).write_text(pem)
