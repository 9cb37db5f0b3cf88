"""pyHanko as an independent judge of PDFs.

usage: judge_pdf.py ANCHORS.pem FILE...

Offline, against the given anchors: every signature must be intact, cover what it says, and validate from the material embedded in
the file alone, revocation required. A file with a document time stamp (LTA) is judged by the long-term algorithm of EN 319 102-1;
pyHanko's version of it demands one, so others are judged with the store of validation data as the only source. One line a
signature; exit 0 only if all pass.
"""

import asyncio
import sys

from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager


def spec(anchors):
    roots = [CertTrustAnchor(c) for c in load_certs_from_pemder([anchors])]
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=roots),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
    )
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=policy,
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
            ),
        )
    )


def stored(reader, anchors):
    store = DocumentSecurityStore.read_dss(reader)
    roots = list(load_certs_from_pemder([anchors]))
    return store.as_validation_context({"trust_roots": roots, "revocation_mode": "require", "allow_fetching": False})


async def verdict(reader, s, anchors):
    """Whether a signature passes, what is said of it, and its status."""
    if reader.embedded_timestamp_signatures:
        result = await ades_lta_validation(s, spec(anchors))
        status = result.api_status
        passed = result.ades_subindic.status.name == "PASSED" and status is not None and status.intact
        return passed, str(result.ades_subindic), status
    status = await async_validate_pdf_signature(s, stored(reader, anchors))
    stamp = status.timestamp_validity
    passed = status.bottom_line and stamp is not None and stamp.valid and stamp.trusted
    return passed, status.summary(), status


async def judge(anchors, files):
    good = bool(files)
    for name in files:
        with open(name, "rb") as f:
            reader = PdfFileReader(f)
            signatures = reader.embedded_regular_signatures
            if not signatures:
                print(f"{name}\tno signature")
                good = False
            for s in signatures:
                passed, said, status = await verdict(reader, s, anchors)
                covers = status.coverage.name if status is not None and status.coverage else "?"
                print(f"{name}\t{s.field_name}\t{said}\t{covers}\tintact={status and status.intact}")
                good = good and passed
    return good


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(judge(sys.argv[1], sys.argv[2:])) else 1)
