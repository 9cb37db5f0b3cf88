"""pyHanko's rate, warm, one thread.

usage: pyhanko_rate.py sign SECONDS KEYS.p12 FILE.pdf | validate SECONDS ROOT.pem FILE.pdf (soft-fail revocation: less than we check)
"""

import asyncio
import io
import sys
import time

from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


def rate(work, seconds):
    work()
    start = time.perf_counter()
    n = 0
    while time.perf_counter() - start < seconds:
        work()
        n += 1
    return n / (time.perf_counter() - start)


what, seconds, first, name = sys.argv[1], float(sys.argv[2]), sys.argv[3], sys.argv[4]
data = open(name, "rb").read()
if what == "sign":
    signer = signers.SimpleSigner.load_pkcs12(first, passphrase=b"peer")
    meta = signers.PdfSignatureMetadata(field_name="Signature1", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")

    def work():
        signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), meta, signer=signer)

else:
    roots = list(load_certs_from_pemder([first]))

    def work():
        s = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures[0]
        # the certificates are judged from the file's own store and the anchor, as we do
        context = ValidationContext(trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail")
        status = asyncio.run(async_validate_pdf_signature(s, context))
        assert status.intact and status.valid, status


print(rate(work, seconds))
