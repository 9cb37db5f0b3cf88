"""A small certification authority for signing programs that are not ours: made anew for each run, served on the loopback interface.

DIR gets root.pem, ca.pem, tsa.pem, anchors.pem (those three), root.crl, one KIND.ocsp for each certificate, KIND.p12 (password "secret") for the signers p256, p384, rsa, ed25519 and
second and for tsa and ocsp, and data/ with the files that are signed. Certificates name OCSP, CRL and issuer under the served address.
"""

import base64
import datetime
import http.server
import pathlib
import threading
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)
SECRET = b"secret"
FILES = {"Līgums Nr. 1 (50%).txt": "Līguma teksts.\n".encode(), "dati.bin": bytes(range(256))}


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


class Authority:
    """Makes the folder; with `with` it answers under `self.base` until the end of the block."""

    def __init__(self, directory):
        self.dir = pathlib.Path(directory)
        (self.dir / "data").mkdir(parents=True)
        for name, data in FILES.items():
            (self.dir / "data" / name).write_bytes(data)
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.base = f"http://127.0.0.1:{self.http.server_port}"
        self.keys, self.certificates = {}, {}
        self._issue("root", ec.generate_private_key(ec.SECP384R1()), "root", "Paraugu sakne", ca=True)
        self._issue("ca", ec.generate_private_key(ec.SECP384R1()), "root", "Paraugu izdevējs", ca=True)
        long = lambda: rsa.generate_private_key(65537, 3072)
        self._issue("tsa", long(), "ca", "Paraugu laika zīmogi", purpose=ExtendedKeyUsageOID.TIME_STAMPING)
        self._issue("ocsp", ec.generate_private_key(ec.SECP256R1()), "ca", "Paraugu OCSP", purpose=ExtendedKeyUsageOID.OCSP_SIGNING)
        signers = {
            "p256": ec.generate_private_key(ec.SECP256R1()),
            "p384": ec.generate_private_key(ec.SECP384R1()),
            "rsa": long(),
            "ed25519": ed25519.Ed25519PrivateKey.generate(),
            "second": ec.generate_private_key(ec.SECP256R1()),
        }
        for kind, key in signers.items():
            self._issue(kind, key, "ca", "Jānis Otrais" if kind == "second" else "Anna Paraudziņa")
        for name in [*signers, "tsa", "ocsp"]:
            self._keep(name)
        for name in ["root", "ca", "tsa"]:
            (self.dir / f"{name}.pem").write_bytes(self.certificates[name].public_bytes(serialization.Encoding.PEM))
        (self.dir / "anchors.pem").write_bytes(b"".join((self.dir / f"{name}.pem").read_bytes() for name in ["root", "ca", "tsa"]))
        (self.dir / "root.crl").write_bytes(self._crl())
        for name in [*signers, "tsa"]:
            (self.dir / f"{name}.ocsp").write_bytes(self._answer(self.certificates[name], hashes.SHA1()))

    @property
    def root(self):
        return self.dir / "root.pem"

    def chain(self, kind):
        """Certificates of a signer, its own first."""
        return [self.certificates[kind], self.certificates["ca"], self.certificates["root"]]

    def _issue(self, name, key, by, common, ca=False, purpose=None):
        subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "LV"), x509.NameAttribute(NameOID.COMMON_NAME, common)])
        issuer = self.certificates[by].subject if by != name else subject
        self.keys[name] = key
        signing = self.keys[by]
        flags = dict.fromkeys(["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                               "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"], False)
        used = ["key_cert_sign", "crl_sign"] if ca else ["digital_signature"] if purpose else ["content_commitment"]
        flags.update(dict.fromkeys(used, True))
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now() - DAY).not_valid_after(now() + 365 * DAY)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**flags), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        )
        if purpose:
            builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=purpose == ExtendedKeyUsageOID.TIME_STAMPING)
        if purpose == ExtendedKeyUsageOID.OCSP_SIGNING:
            builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
        elif by == "ca":
            at = lambda method, path: x509.AccessDescription(method, x509.UniformResourceIdentifier(f"{self.base}/{path}"))
            access = [at(AuthorityInformationAccessOID.OCSP, "ocsp"), at(AuthorityInformationAccessOID.CA_ISSUERS, "ca.cer")]
            builder = builder.add_extension(x509.AuthorityInformationAccess(access), critical=False)
        elif name != "root":
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(f"{self.base}/root.crl")], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        self.certificates[name] = builder.sign(signing, hashes.SHA256())

    def _keep(self, name):
        chain = [self.certificates["ca"], self.certificates["root"]]
        how = serialization.BestAvailableEncryption(SECRET)
        p12 = pkcs12.serialize_key_and_certificates(name.encode(), self.keys[name], self.certificates[name], chain, how)
        (self.dir / f"{name}.p12").write_bytes(p12)

    def _crl(self):
        root = self.certificates["root"]
        builder = (
            x509.CertificateRevocationListBuilder().issuer_name(root.subject).last_update(now() - datetime.timedelta(minutes=5))
            .next_update(now() + 7 * DAY).add_extension(x509.CRLNumber(1), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), critical=False)
        )
        return builder.sign(self.keys["root"], hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def _answer(self, certificate, algorithm, nonce=None):
        """Good, as of a while later: time stamps of the run come before it, so that the answer speaks of their time."""
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate, issuer=self.certificates["ca"], algorithm=algorithm, cert_status=ocsp.OCSPCertStatus.GOOD,
            this_update=now(), next_update=now() + DAY, revocation_time=None, revocation_reason=None)
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.certificates["ocsp"]).certificates([self.certificates["ocsp"]])
        if nonce:
            builder = builder.add_extension(nonce, critical=False)
        return builder.sign(self.keys["ocsp"], hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def _asked(self, request):
        asked = ocsp.load_der_ocsp_request(request)
        known = [c for c in self.certificates.values() if c.serial_number == asked.serial_number]
        if not known:
            return ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED).public_bytes(serialization.Encoding.DER)
        nonce = next((e.value for e in asked.extensions if isinstance(e.value, x509.OCSPNonce)), None)
        return self._answer(known[0], asked.hash_algorithm, nonce)

    def _handler(self):
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def give(self, body, kind):
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def do_GET(self):
                if self.path == "/root.crl":
                    self.give((authority.dir / "root.crl").read_bytes(), "application/pkix-crl")
                elif self.path == "/ca.cer":
                    self.give(authority.certificates["ca"].public_bytes(serialization.Encoding.DER), "application/pkix-cert")
                elif self.path.startswith("/ocsp/"):
                    self.give(authority._asked(base64.b64decode(urllib.parse.unquote(self.path[6:]))), "application/ocsp-response")
                else:
                    self.give(None, "text/plain")

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.give(authority._asked(body) if self.path == "/ocsp" else None, "application/ocsp-response")

            def log_message(self, *_):
                pass

        return Handler

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()
