"""PDFs signed by pyHanko, for our validation to judge: usage foreign.py IN_DIR OUT_DIR.

Makes a throwaway PKI (root, signer, time-stamping unit, CRL; the keys also as PKCS#12, for other makers) and signs every PDF of IN_DIR
at each level, visibly, certified, twice, with forms filled afterwards, and encrypted under the empty user password.
"""

import asyncio
import datetime
import io
import pathlib
import sys

from asn1crypto import crl as asn1_crl
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko import stamp
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
DAY = datetime.timedelta(days=1)


def name(common):
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "LV"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


def issue(common, key, issuer=None, usage=None, purpose=None):
    ca = issuer is None
    issuer_cert, issuer_key = issuer or (None, key)
    subject = name(common)
    b = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_cert.subject if issuer_cert else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + 365 * DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    flags = dict.fromkeys(
        ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"], False)
    flags.update(dict.fromkeys(["key_cert_sign", "crl_sign"] if ca else [usage], True))
    b = b.add_extension(x509.KeyUsage(**flags), critical=True)
    if purpose:
        b = b.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    if not ca:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier("http://crl.example/sakne.crl")], None, None, None)
        b = b.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    return b.sign(issuer_key, hashes.SHA256())


def der(cert):
    return asn1_x509.Certificate.load(cert.public_bytes(serialization.Encoding.DER))


def private(key):
    return asn1_keys.PrivateKeyInfo.load(
        key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


class Pki:
    def __init__(self, out):
        root_key = ec.generate_private_key(ec.SECP256R1())
        self.root = issue("Sakne", root_key)
        issuer = (self.root, root_key)
        keys = {
            "rsa": rsa.generate_private_key(65537, 2048),
            "p256": ec.generate_private_key(ec.SECP256R1()),
            "p384": ec.generate_private_key(ec.SECP384R1()),
        }
        self.signers = {k: (issue("Anna Paraugs", key, issuer, "content_commitment"), key) for k, key in keys.items()}
        tsa_key = rsa.generate_private_key(65537, 2048)
        tsa = issue("Laika zimogs", tsa_key, issuer, "digital_signature", ExtendedKeyUsageOID.TIME_STAMPING)
        crl = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.subject)
            .last_update(NOW - datetime.timedelta(minutes=5))
            .next_update(NOW + 7 * DAY)
            .add_extension(x509.CRLNumber(1), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
            .sign(root_key, hashes.SHA256())
        )
        self.crl = crl.public_bytes(serialization.Encoding.DER)
        store = SimpleCertificateStore()
        store.register(der(self.root))
        self.store = store
        self.stamper = DummyTimeStamper(der(tsa), private(tsa_key), certs_to_embed=store)
        pem = self.root.public_bytes(serialization.Encoding.PEM)
        (out / "root.pem").write_bytes(pem)
        (out / "sakne.crl").write_bytes(self.crl)
        secret = serialization.BestAvailableEncryption(b"paraugs")
        for stem, (cert, key) in {**self.signers, "tsa": (tsa, tsa_key)}.items():
            p12 = pkcs12.serialize_key_and_certificates(stem.encode(), key, cert, [self.root], secret)
            (out / f"{stem}.p12").write_bytes(p12)

    def signer(self, kind, pss=False):
        cert, key = self.signers[kind]
        return signers.SimpleSigner(der(cert), private(key), self.store, prefer_pss=pss)

    def context(self):
        return ValidationContext(
            trust_roots=[der(self.root)],
            crls=[asn1_crl.CertificateList.load(self.crl)],
            allow_fetching=False,
            revocation_mode="hard-fail",
        )


async def sign(pki, data, kind="p256", level="B", pss=False, writer=None, field="Signature1", style=None, new=None, **more):
    w = writer or IncrementalPdfFileWriter(io.BytesIO(data))
    long = level in ("LT", "LTA")
    meta = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=more.pop("subfilter", fields.SigSeedSubFilter.PADES),
        embed_validation_info=long,
        validation_context=pki.context() if long else None,
        use_pades_lta=level == "LTA",
        **more,
    )
    signer = signers.PdfSigner(
        meta,
        pki.signer(kind, pss),
        timestamper=None if level == "B" else pki.stamper,
        stamp_style=style,
        new_field_spec=new,
    )
    out = await signer.async_sign_pdf(w, in_place=False)
    return out.getvalue()


async def everything(pki, stem, data, out):
    def put(suffix, signed):
        (out / f"{stem}-{suffix}.pdf").write_bytes(signed)

    for level in ("B", "T", "LT", "LTA"):
        put(f"p256-{level}", await sign(pki, data, level=level))
        put(f"p384-{level}", await sign(pki, data, kind="p384", level=level))
        put(f"rsa-{level}", await sign(pki, data, kind="rsa", level=level))
        put(f"pss-{level}", await sign(pki, data, kind="rsa", pss=True, level=level))
    style = stamp.TextStampStyle(stamp_text="Paraksts: %(signer)s\n%(ts)s")
    box = fields.SigFieldSpec("Redzams", box=(60, 500, 260, 560))
    put("visible-LT", await sign(pki, data, level="LT", field="Redzams", style=style, new=box))
    for p in fields.MDPPerm:
        put(f"certified{p.value}-T", await sign(pki, data, level="T", certify=True, docmdp_permissions=p))
    two = await sign(pki, await sign(pki, data, level="T"), kind="rsa", level="LT", field="Signature2")
    put("two-LT", two)
    # LTA renewed by another document time stamp
    lta = await sign(pki, data, level="LTA")
    renewed = await signers.PdfTimeStamper(pki.stamper).async_update_archival_timestamp_chain(
        PdfFileReader(io.BytesIO(lta)), pki.context(), in_place=False
    )
    put("renewed-LTA", renewed.getvalue())
    # Adobe's older form, with revocation data among the signed attributes
    put("adobe-T", await sign(pki, data, level="T", subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED))
    put("adobe-LT", await sign(pki, data, level="LT", subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED))

def fill(data):
    """Fills the text field of a signed form."""
    w = IncrementalPdfFileWriter(io.BytesIO(data))
    field = w.root["/AcroForm"]["/Fields"][0]
    field["/V"] = generic.pdf_string("LV80BANK0000435195001")
    w.update_container(field)
    out = io.BytesIO()
    w.write(out)
    return out.getvalue()


def with_form(data):
    w = IncrementalPdfFileWriter(io.BytesIO(data))
    page = w.root["/Pages"]["/Kids"][0]
    field = generic.DictionaryObject({
        generic.pdf_name("/FT"): generic.pdf_name("/Tx"),
        generic.pdf_name("/T"): generic.pdf_string("iban"),
        generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
        generic.pdf_name("/Subtype"): generic.pdf_name("/Widget"),
        generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (60, 600, 260, 620))),
        generic.pdf_name("/F"): generic.NumberObject(4),
    })
    ref = w.add_object(field)
    page["/Annots"] = generic.ArrayObject([ref])
    w.update_container(page)
    w.root["/AcroForm"] = generic.DictionaryObject({generic.pdf_name("/Fields"): generic.ArrayObject([ref])})
    w.update_root()
    out = io.BytesIO()
    w.write(out)
    return out.getvalue()


async def main(source, target):
    out = pathlib.Path(target)
    out.mkdir(parents=True, exist_ok=True)
    pki = Pki(out)
    for path in sorted(pathlib.Path(source).glob("encrypted/*.pdf")):
        writer = IncrementalPdfFileWriter(io.BytesIO(path.read_bytes()))
        writer.encrypt("")
        (out / f"encrypted-{path.stem}-LT.pdf").write_bytes(await sign(pki, None, level="LT", writer=writer))
    for path in sorted(pathlib.Path(source).glob("*.pdf")):
        data = path.read_bytes()
        await everything(pki, path.stem, data, out)
        form = with_form(data)
        for p in (fields.MDPPerm.FILL_FORMS, fields.MDPPerm.NO_CHANGES):
            signed = await sign(pki, form, level="LT", certify=True, docmdp_permissions=p)
            kind = "filled" if p == fields.MDPPerm.FILL_FORMS else "forbidden"
            (out / f"{path.stem}-{kind}-LT.pdf").write_bytes(fill(signed))


asyncio.run(main(*sys.argv[1:]))
