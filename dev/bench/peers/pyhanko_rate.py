"""pyHanko's rate, warm, one thread.

usage: pyhanko_rate.py sign SECONDS KEYS.p12 FILE.pdf | validate SECONDS ROOT.pem FILE.pdf (as conformance judges)
"""

import asyncio
import io
import sys
import time
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

sys.path.append(str(Path(__file__).parents[3] / "conformance/signatures"))
from judge_pdf import verdict  # noqa: E402


def rate(work, seconds):
    """Once is warm enough: nothing is compiled. Without seconds that once is all."""
    first = time.perf_counter()
    work()
    if not seconds:
        return 1 / (time.perf_counter() - first)
    start = time.perf_counter()
    n = 0
    while n == 0 or time.perf_counter() - start < seconds:
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

    def work():
        reader = PdfFileReader(io.BytesIO(data))
        passed, said, _ = asyncio.run(verdict(reader, reader.embedded_regular_signatures[0], first))
        assert passed, said


print(rate(work, seconds))
