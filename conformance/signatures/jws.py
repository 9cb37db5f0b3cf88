"""Another JOSE library (jwcrypto) verifies the JWS core of JAdES files: usage jws.py DIR.

Every signature must verify with the key of the first certificate in `x5c`, over the payload that is carried or, detached, over the data
files; a changed payload must not. `crit` lists sigD, which JOSE libraries do not know: it is declared to be understood, and what it says is
computed here."""

import base64
import hashlib
import json
import pathlib
import sys

from cryptography import x509
from jwcrypto import jwk, jws
from jwcrypto.common import JWSEHeaderParameter

root = pathlib.Path(sys.argv[1])
data = {p.name: p.read_bytes() for p in (root / "data").iterdir()}


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def un64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signatures(text):
    """(protected, signature, payload as carried or None) of a file."""
    if not text.startswith("{"):
        protected, payload, value = text.strip().split(".")
        return [(protected, value, payload or None)]
    outer = json.loads(text)
    payload = outer.get("payload") or None
    return [(s["protected"], s["signature"], payload) for s in outer.get("signatures", [outer])]


def input_payload(header, carried):
    """What stands behind the protected header in the signing input."""
    raw = header.get("b64", True) is False
    code = (lambda b: b) if raw else (lambda b: b64(b).encode())
    if carried is not None:
        return carried.encode()
    d = header.get("sigD")
    if d is None:
        return code(data["a.txt"])
    if d["mId"].endswith("Hash"):
        name = {"S256": "sha256", "S384": "sha384", "S512": "sha512"}[d["hashM"]]
        for par, value in zip(d["pars"], d["hashV"], strict=True):
            assert hashlib.new(name, code(data[par])).digest() == un64(value), par
        return b""
    return b"".join(code(data[par]) for par in d["pars"])


known = {"sigD": JWSEHeaderParameter("Detached data", True, True, lambda _: True)}
ALGORITHMS = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA"]


def verifies(key, protected, payload, value):
    token = jws.JWS(header_registry=known)
    token.allowed_algs = ALGORITHMS
    token.deserialize(json.dumps({"payload": payload, "protected": protected, "signature": value}))
    token.verify(key)


checked = left = 0
for path in sorted(root.glob("*/*.json")):
    for protected, value, carried in signatures(path.read_text(encoding="utf-8")):
        header = json.loads(un64(protected))
        key = jwk.JWK.from_pyca(x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0])).public_key())
        try:
            payload = input_payload(header, carried).decode()
            if header.get("b64", True) and b64(un64(payload)) != payload:
                raise ValueError("several base64url texts, one after another")
        except ValueError:
            # A payload that is neither text nor one base64url text has no place in a JWS that this library reads.
            left += 1
            continue
        verifies(key, protected, payload, value)
        try:
            verifies(key, protected, payload + "YWJj", value)
        except jws.InvalidJWSSignature:
            checked += 1
            continue
        raise SystemExit(f"{path}: a changed payload verifies")
print(f"jws: {checked} signatures verify with jwcrypto, {left} have a payload that it cannot hold")
assert checked > 100, checked
