#!/usr/bin/env python3
"""Certification paths with one thing peculiar to each (RFC 5280 section 6, RFC 9525), judged by `enkurs-sign verify-chain`, by openssl
and, but for TLS purposes, by pyhanko-certvalidator.

paths.py ENKURS_SIGN WORK: our verdict must be the one that stands here, and so must the peers', but for the differences named.
A difference that is gone is a fault, too.
"""
import asyncio, base64, datetime as dt, ipaddress, pathlib, subprocess, sys
from asn1crypto import pem, x509 as ax
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID as EKU, NameOID, ObjectIdentifier as OID
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.policy_decl import PKIXValidationParams

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.timezone.utc)
DAY = dt.timedelta(days=1)
KEYS = {}
def key(name):
    return KEYS.setdefault(name, ec.generate_private_key(ec.SECP256R1()))
def name(cn, **more):
    rows = [x509.NameAttribute(NameOID.COUNTRY_NAME, "LV")]
    if "o" in more: rows.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, more["o"]))
    if "email" in more: rows.append(x509.NameAttribute(NameOID.EMAIL_ADDRESS, more["email"]))
    if cn: rows.append(x509.NameAttribute(NameOID.COMMON_NAME, cn))
    return x509.Name(rows)

class C:
    """A certificate to be made; every field may be changed by a case."""
    def __init__(self, cn, issuer=None, ca=False, **k):
        self.cn, self.issuer, self.ca = cn, issuer, ca
        self.subject = k.get("subject", name(cn)); self.key = k.get("key", cn)
        self.issuer_name = k.get("issuer_name"); self.signer = k.get("signer")
        self.start, self.end = k.get("start", NOW - 30 * DAY), k.get("end", NOW + 300 * DAY)
        self.path = k.get("path"); self.basic = k.get("basic", True); self.basic_critical = k.get("basic_critical", True)
        self.usage = k.get("usage", "default"); self.eku = k.get("eku")
        self.san = k.get("san"); self.san_critical = k.get("san_critical", False)
        self.more = k.get("more", []); self.hash = k.get("hash", hashes.SHA256())
        self.aki = k.get("aki", True); self.spoil = k.get("spoil", False)
        self.serial = k.get("serial")
    def make(self):
        signer = key(self.signer or (self.issuer.key if self.issuer else self.key))
        issuer_name = self.issuer_name or (self.issuer.subject if self.issuer else self.subject)
        b = (x509.CertificateBuilder().subject_name(self.subject).issuer_name(issuer_name).public_key(key(self.key).public_key())
             .serial_number(self.serial or x509.random_serial_number()).not_valid_before(self.start).not_valid_after(self.end))
        if self.basic and (self.ca or self.path is not None):
            b = b.add_extension(x509.BasicConstraints(self.ca, self.path), self.basic_critical)
        usage = self.usage
        if usage == "default": usage = {"key_cert_sign", "crl_sign"} if self.ca else {"digital_signature"}
        if usage is not None:
            all_ = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
            b = b.add_extension(x509.KeyUsage(**{u: u in usage for u in all_}), True)
        if self.eku: b = b.add_extension(x509.ExtendedKeyUsage(self.eku), False)
        if self.san is not None: b = b.add_extension(x509.SubjectAlternativeName(self.san), self.san_critical)
        b = b.add_extension(x509.SubjectKeyIdentifier.from_public_key(key(self.key).public_key()), False)
        if self.issuer and self.aki: b = b.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
        for ext, critical in self.more: b = b.add_extension(ext, critical)
        cert = b.sign(signer, self.hash)
        pem = cert.public_bytes(serialization.Encoding.PEM)
        if self.spoil:
            der = bytearray(cert.public_bytes(serialization.Encoding.DER)); der[-5] ^= 1
            pem = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(bytes(der)) + b"-----END CERTIFICATE-----\n"
        return pem

def nc(permitted=None, excluded=None): return (x509.NameConstraints(permitted, excluded), True)
dns, ip, mail, uri, dn = x509.DNSName, lambda t: x509.IPAddress(ipaddress.ip_address(t)), x509.RFC822Name, x509.UniformResourceIdentifier, lambda n: x509.DirectoryName(n)
net = lambda t: x509.IPAddress(ipaddress.ip_network(t))
def pol(*oids, critical=False): return (x509.CertificatePolicies([x509.PolicyInformation(OID(o), None) for o in oids]), critical)
ANY = "2.5.29.32.0"; P1, P2, P3 = "1.3.6.1.4.1.99999.1.1", "1.3.6.1.4.1.99999.1.2", "1.3.6.1.4.1.99999.1.3"
def der_policy_mappings(pairs):
    def tlv(t, b): return bytes([t, len(b)]) + b if len(b) < 128 else bytes([t, 0x81, len(b)]) + b
    def oid(s):
        a = [int(x) for x in s.split(".")]; out = bytes([a[0] * 40 + a[1]])
        for n in a[2:]:
            chunk = [n & 127]; n >>= 7
            while n: chunk.insert(0, (n & 127) | 128); n >>= 7
            out += bytes(chunk)
        return tlv(6, out)
    return tlv(0x30, b"".join(tlv(0x30, oid(a) + oid(b)) for a, b in pairs))
def mapping(*pairs, critical=True): return (x509.UnrecognizedExtension(OID("2.5.29.33"), der_policy_mappings(pairs)), critical)
def pc(explicit=None, inhibit=None): return (x509.PolicyConstraints(explicit, inhibit), True)
def iap(n): return (x509.InhibitAnyPolicy(n), True)

CASES = []
def case(title, valid, leaf=None, mids=None, root=None, purpose="any", dns=None, ip=None, policy=None, differ=None, drop=(), time=NOW):
    CASES.append(dict(title=title, valid=valid, leaf=leaf or {}, mids=mids if mids is not None else [{}], root=root or {}, purpose=purpose, dns=dns, ip=ip,
                      policy=policy or [], differ=differ or {}, drop=drop, time=time))
S = dict(san=[dns("a.example.lv")], eku=[EKU.SERVER_AUTH])
def tls(title, valid, leaf=None, mids=None, dns="a.example.lv", **k): case(title, valid, {**S, **(leaf or {})}, mids, purpose="tls-server", dns=dns, **k)

case("plain", True)
case("no intermediate", True, mids=[], differ=dict(openssl="it finds no path when the file of further certificates is empty"))
case("two intermediates", True, mids=[{}, {}])
case("five intermediates", True, mids=[{}] * 5)
case("intermediate not given", False, drop=[0])
case("leaf signature spoilt", False, dict(spoil=True))
case("intermediate signature spoilt", False, mids=[dict(spoil=True)])
case("leaf expired", False, dict(end=NOW - DAY))
case("leaf not yet valid", False, dict(start=NOW + DAY))
case("intermediate expired", False, mids=[dict(end=NOW - DAY)])
case("intermediate not yet valid", False, mids=[dict(start=NOW + DAY)])
case("valid at the first second", True, dict(start=NOW))
case("valid at the last second", True, dict(end=NOW), differ=dict(openssl="notAfter is inclusive (4.1.2.5); openssl excludes it"))
case("a second after the end", False, dict(end=NOW), time=NOW + dt.timedelta(seconds=1))
case("intermediate is no authority", False, mids=[dict(ca=False, path=None, usage={"digital_signature"})])
case("intermediate with basicConstraints cA false", False, mids=[dict(ca=False, basic=True)])
case("intermediate without basicConstraints", False, mids=[dict(basic=False)])
case("intermediate without keyCertSign", False, mids=[dict(usage={"crl_sign"})])
case("intermediate without keyUsage", True, mids=[dict(usage=None)])
case("basicConstraints not critical", True, mids=[dict(basic_critical=False)])
case("pathLen 0 above a leaf", True, mids=[dict(path=0)])
case("pathLen 0 above an authority", False, mids=[dict(path=0), {}])
case("pathLen 1 above one authority", True, mids=[dict(path=1), {}])
case("pathLen 1 above two authorities", False, mids=[dict(path=1), {}, {}])
case("pathLen 6, 0, leaf", True, mids=[dict(path=6), dict(path=0)])
case("pathLen 0, 6, leaf", False, mids=[dict(path=0), dict(path=6)])
case("pathLen 0 with a self-issued authority below", True, mids=[dict(path=0), dict(subject_of=0)])
case("pathLen 0 in the root, one authority", False, root=dict(path=0), mids=[{}], differ=dict(certvalidator="section 6.1 leaves out what the anchor says; RFC 5937 lets it count"))
case("issuer's name differs", False, dict(issuer_name=name("Somebody else")))
case("issuer's name in other case", True, dict(issuer_name=name("CA 0".lower())))
case("issuer's name with more blanks", True, dict(issuer_name=name("  CA   0 ")))
case("unknown critical extension in the leaf", False, dict(more=[(x509.UnrecognizedExtension(OID("1.2.3.4.5"), b"\x05\x00"), True)]))
case("unknown extension in the leaf", True, dict(more=[(x509.UnrecognizedExtension(OID("1.2.3.4.5"), b"\x05\x00"), False)]))
case("unknown critical extension in the intermediate", False, mids=[dict(more=[(x509.UnrecognizedExtension(OID("1.2.3.4.5"), b"\x05\x00"), True)])])
case("root without keyCertSign", False, root=dict(usage={"digital_signature"}), differ=dict(certvalidator="as above: what the anchor says"))
case("no subject, alternative name critical", True, dict(subject=x509.Name([]), san=[mail("anna@example.lv")], san_critical=True))
case("no subject, alternative name not critical", False, dict(subject=x509.Name([]), san=[mail("anna@example.lv")]), differ=dict(openssl="section 4.1.2.6", certvalidator="section 4.1.2.6"))
case("authority without a name", False, mids=[dict(subject=x509.Name([]))], differ=dict(openssl="section 4.1.2.4", certvalidator="section 4.1.2.4"))
case("no key identifiers of the authority", True, dict(aki=False))
# purposes
tls("server", True)
tls("server, other host", False, dns="b.example.lv")
tls("server, host in other case", True, dns="A.EXAMPLE.lv")
tls("server without names", False, dict(san=None))
tls("server named in the common name only", False, dict(san=[mail("x@example.lv")], subject=name("a.example.lv")), differ=dict(openssl="it falls back to the common name; RFC 9525 does not"))
tls("server, wildcard", True, dict(san=[dns("*.example.lv")]))
tls("server, wildcard does not cover two labels", False, dict(san=[dns("*.example.lv")]), dns="x.a.example.lv")
tls("server, wildcard does not cover the parent", False, dict(san=[dns("*.example.lv")]), dns="example.lv")
tls("server, wildcard inside a label", False, dict(san=[dns("a*.example.lv")]), dns="ab.example.lv", differ=dict(openssl="RFC 9525 takes a wildcard for a whole label only"))
tls("server, wildcard not leftmost", False, dict(san=[dns("a.*.lv")]), dns="a.example.lv")
tls("server, by address", True, dict(san=[ip("192.0.2.1")]), dns=None, ip="192.0.2.1")
tls("server, by another address", False, dict(san=[ip("192.0.2.1")]), dns=None, ip="192.0.2.2")
tls("server, by IPv6 address", True, dict(san=[ip("2001:db8::1")]), dns=None, ip="2001:db8::1")
tls("server, address as DNS name", False, dict(san=[dns("192.0.2.1")]), dns=None, ip="192.0.2.1")
tls("client's key usage only", False, dict(eku=[EKU.CLIENT_AUTH]))
tls("server, intermediate for clients", False, mids=[dict(eku=[EKU.CLIENT_AUTH])])
tls("server, intermediate for servers", True, mids=[dict(eku=[EKU.SERVER_AUTH])])
tls("server, intermediate for any", True, mids=[dict(eku=[EKU.ANY_EXTENDED_KEY_USAGE])], differ=dict(openssl="it does not take anyExtendedKeyUsage of an authority for the purpose"))
tls("server without extended key usage", True, dict(eku=None))
case("client", True, dict(eku=[EKU.CLIENT_AUTH]), purpose="tls-client")
case("server used as client", False, dict(eku=[EKU.SERVER_AUTH]), purpose="tls-client")
# name constraints
E = lambda *p: [nc(list(p))]
X = lambda *p: [nc(None, list(p))]
tls("DNS inside", True, mids=[dict(more=E(dns("example.lv")))])
tls("DNS outside", False, mids=[dict(more=E(dns("example.ee")))])
tls("DNS that only ends like it", False, dict(san=[dns("badexample.lv")]), dns="badexample.lv", mids=[dict(more=E(dns("example.lv")))])
tls("DNS excluded", False, mids=[dict(more=X(dns("example.lv")))])
tls("DNS excluded exactly", False, mids=[dict(more=X(dns("a.example.lv")))])
tls("DNS not among the excluded", True, mids=[dict(more=X(dns("b.example.lv")))])
tls("DNS inside, constraint in other case", True, mids=[dict(more=E(dns("EXAMPLE.LV")))])
tls("DNS inside one, outside the next", False, mids=[dict(more=E(dns("example.lv"))), dict(more=E(dns("b.example.lv")))])
tls("one name outside", False, dict(san=[dns("a.example.lv"), dns("a.example.ee")]), mids=[dict(more=E(dns("example.lv")))])
tls("wildcard inside", True, dict(san=[dns("*.example.lv")]), mids=[dict(more=E(dns("example.lv")))])
tls("constraint of e-mail only", True, mids=[dict(more=E(mail("example.lv")))])
tls("address inside", True, dict(san=[ip("192.0.2.1")]), dns=None, ip="192.0.2.1", mids=[dict(more=E(net("192.0.2.0/24")))])
tls("address outside", False, dict(san=[ip("198.51.100.1")]), dns=None, ip="198.51.100.1", mids=[dict(more=E(net("192.0.2.0/24")))])
tls("address excluded", False, dict(san=[ip("192.0.2.1")]), dns=None, ip="192.0.2.1", mids=[dict(more=X(net("192.0.2.0/28")))])
tls("IPv6 address inside", True, dict(san=[ip("2001:db8::1")]), dns=None, ip="2001:db8::1", mids=[dict(more=E(net("2001:db8::/32")))])
tls("IPv4 address, constraint of IPv6", False, dict(san=[ip("192.0.2.1")]), dns=None, ip="192.0.2.1", mids=[dict(more=E(net("2001:db8::/32")))])
case("e-mail of the host", True, dict(san=[mail("anna@example.lv")]), mids=[dict(more=E(mail("example.lv")))])
case("e-mail of a host below", False, dict(san=[mail("anna@a.example.lv")]), mids=[dict(more=E(mail("example.lv")))])
case("e-mail of any host below", True, dict(san=[mail("anna@a.example.lv")]), mids=[dict(more=E(mail(".example.lv")))])
case("e-mail exactly", True, dict(san=[mail("anna@example.lv")]), mids=[dict(more=E(mail("anna@example.lv")))])
case("e-mail of another person", False, dict(san=[mail("peteris@example.lv")]), mids=[dict(more=E(mail("anna@example.lv")))])
case("e-mail in the subject outside", False, dict(subject=name("Leaf", email="anna@example.ee")), mids=[dict(more=E(mail("example.lv")))])
case("e-mail in the subject inside", True, dict(subject=name("Leaf", email="anna@example.lv")), mids=[dict(more=E(mail("example.lv")))])
case("URI inside", True, dict(san=[uri("https://a.example.lv/x")]), mids=[dict(more=E(uri(".example.lv")))])
case("URI outside", False, dict(san=[uri("https://a.example.ee/x")]), mids=[dict(more=E(uri(".example.lv")))])
case("directory name inside", True, dict(subject=name("Leaf", o="Iestāde")), mids=[dict(more=E(dn(x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "LV"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Iestāde")]))))])
case("directory name outside", False, dict(subject=name("Leaf", o="Cita")), mids=[dict(more=E(dn(x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "LV"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Iestāde")]))))])
case("directory name in the alternative name outside", False, dict(subject=name("Leaf", o="Iestāde"), san=[dn(name("X", o="Cita"))]), mids=[dict(more=E(dn(x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "LV"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Iestāde")]))))])
case("directory name excluded", False, dict(subject=name("Leaf", o="Iestāde")), mids=[dict(more=X(dn(x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "LV"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Iestāde")]))))])
case("constraints do not bind a self-issued authority", True, dict(subject=name("Leaf", o="I")), mids=[dict(more=E(dn(x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "LV"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "I")])))), dict(subject_of=0)])
case("constraints bind the intermediate", False, dict(subject=name("Leaf", o="I")), mids=[dict(more=E(dn(x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "LV"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "I")])))), {}])
case("unsupported kind of name constrained, and present", False, dict(san=[x509.RegisteredID(OID("1.2.3.4"))]), mids=[dict(more=E(x509.RegisteredID(OID("1.2.3"))))])
case("unsupported kind of name constrained, not present", True, dict(san=[mail("a@example.lv")]), mids=[dict(more=E(x509.RegisteredID(OID("1.2.3"))))])
# policies
case("policy asked and there", True, dict(more=[pol(P1)]), mids=[dict(more=[pol(P1)])], policy=[P1])
case("policy asked, another there", False, dict(more=[pol(P2)]), mids=[dict(more=[pol(P2)])], policy=[P1])
case("policy asked, none there", False, policy=[P1])
case("policy asked, intermediate any", True, dict(more=[pol(P1)]), mids=[dict(more=[pol(ANY)])], policy=[P1])
case("policy asked, leaf any", True, dict(more=[pol(ANY)]), mids=[dict(more=[pol(P1)])], policy=[P1])
case("policy of the leaf not the intermediate's", False, dict(more=[pol(P1)]), mids=[dict(more=[pol(P2)])], policy=[P1])
case("policies without any in common, none asked", True, dict(more=[pol(P1)]), mids=[dict(more=[pol(P2)])])
case("explicit policy required, none in common", False, dict(more=[pol(P1)]), mids=[dict(more=[pol(P2), pc(explicit=0)])])
case("explicit policy required, in common", True, dict(more=[pol(P1)]), mids=[dict(more=[pol(P1), pc(explicit=0)])],
     differ=dict(openssl="without policies asked it takes none for acceptable; section 6.1.1 (c) says any"))
case("explicit policy required after one more, leaf without", True, {}, mids=[dict(more=[pol(P1), pc(explicit=2)])])
case("explicit policy required at once, leaf without", False, {}, mids=[dict(more=[pol(P1), pc(explicit=0)])])
case("explicit policy required by the leaf", False, dict(more=[pc(explicit=0)]), mids=[dict(more=[pol(P1)])])
case("policy mapped", True, dict(more=[pol(P2)]), mids=[dict(more=[pol(P1), mapping((P1, P2))])], policy=[P1])
case("policy mapped, leaf keeps the old", False, dict(more=[pol(P1)]), mids=[dict(more=[pol(P1), mapping((P1, P2))])], policy=[P1])
case("mapping inhibited", False, dict(more=[pol(P3)]), mids=[dict(more=[pol(P1), pc(explicit=0, inhibit=0)]), dict(more=[pol(P1), mapping((P1, P3))])], policy=[P1])
case("mapping inhibited later", True, dict(more=[pol(P3)]), mids=[dict(more=[pol(P1), pc(explicit=0, inhibit=1)]), dict(more=[pol(P1), mapping((P1, P3))])], policy=[P1])
case("mapping from any", False, dict(more=[pol(P1)]), mids=[dict(more=[pol(ANY), mapping((ANY, P1))])])
case("mapping to any", False, dict(more=[pol(P1)]), mids=[dict(more=[pol(P1), mapping((P1, ANY))])])
case("any policy inhibited in the intermediate", False, dict(more=[pol(P1)]), mids=[dict(more=[pol(P1), iap(0)]), dict(more=[pol(ANY)])], policy=[P1])
case("any policy inhibited below", False, dict(more=[pol(ANY)]), mids=[dict(more=[pol(P1), iap(0)])], policy=[P1])
case("any policy inhibited after one", True, dict(more=[pol(P1)]), mids=[dict(more=[pol(P1), iap(1)]), dict(more=[pol(ANY)])], policy=[P1])
case("any policy, self-issued, inhibited", True, dict(more=[pol(P1)]), mids=[dict(more=[pol(P1), iap(0)]), dict(subject_of=0, more=[pol(ANY)])], policy=[P1])
case("policies critical", True, dict(more=[pol(P1, critical=True)]), mids=[dict(more=[pol(P1, critical=True)])], policy=[P1])
case("one of two policies asked", True, dict(more=[pol(P2)]), mids=[dict(more=[pol(P1, P2)])], policy=[P1, P2])
case("mapped to two, one asked", True, dict(more=[pol(P3)]), mids=[dict(more=[pol(P1), mapping((P1, P2), (P1, P3))])], policy=[P1])
case("same policy twice", False, dict(more=[(x509.UnrecognizedExtension(OID("2.5.29.32"), bytes.fromhex("301a300b06092b06010401868d1f01300b06092b06010401868d1f01")), False)]), mids=[dict(more=[pol(P1)])], policy=[P1])

def make(c, where):
    where.mkdir(parents=True, exist_ok=True)
    root = C("Root", ca=True, **{k: v for k, v in c["root"].items()})
    chain, above = [], root
    for i, m in enumerate(c["mids"]):
        m = dict(m); of = m.pop("subject_of", None); ca = m.pop("ca", True)
        if of is not None: m["subject"] = chain[of].subject
        x = C(f"CA {i}", above, ca=ca, **m); chain.append(x); above = x
    leaf = C("Leaf", above, **c["leaf"])
    (where / "root.pem").write_bytes(root.make()); (where / "leaf.pem").write_bytes(leaf.make())
    mids = []
    for i, x in enumerate(chain):
        if i in c["drop"]: continue
        f = where / f"ca{i}.pem"; f.write_bytes(x.make()); mids.append(f)
    return where / "root.pem", mids, where / "leaf.pem"

def ours(sign, c, root, mids, leaf):
    args = [sign, "verify-chain", "--leaf", leaf, "--anchor", root, "--time", c["time"].strftime("%Y-%m-%dT%H:%M:%SZ"), "--purpose", c["purpose"], "--json"]
    for m in mids: args += ["--intermediate", m]
    if c["dns"]: args += ["--dns", c["dns"]]
    if c["ip"]: args += ["--ip", c["ip"]]
    for p in c["policy"]: args += ["--policy", p]
    r = subprocess.run(args, capture_output=True, text=True)
    return {0: True, 4: False}.get(r.returncode, f"exit {r.returncode}"), (r.stdout + r.stderr)

def openssl(c, root, mids, leaf):
    bundle = leaf.parent / "untrusted.pem"; bundle.write_bytes(b"".join(m.read_bytes() for m in mids))
    args = ["openssl", "verify", "-CAfile", root, "-untrusted", bundle, "-attime", str(int(c["time"].timestamp())), "-no-CApath", "-no-CAstore"]
    args += {"tls-server": ["-purpose", "sslserver"], "tls-client": ["-purpose", "sslclient"], "sign": [], "any": []}[c["purpose"]]
    if c["dns"]: args += ["-verify_hostname", c["dns"]]
    if c["ip"]: args += ["-verify_ip", c["ip"]]
    args += ["-policy_check"]
    for p in c["policy"]: args += ["-policy", p]
    if c["policy"]: args += ["-explicit_policy"]
    r = subprocess.run([*map(str, args), str(leaf)], capture_output=True, text=True)
    return r.returncode == 0

def certvalidator(c, root, mids, leaf):
    def load(p): return ax.Certificate.load(pem.unarmor(p.read_bytes())[2])
    try:
        ctx = ValidationContext(trust_roots=[load(root)], other_certs=[load(m) for m in mids], moment=c["time"], allow_fetching=False, time_tolerance=dt.timedelta(0), revocation_mode="soft-fail")
        params = PKIXValidationParams(user_initial_policy_set=frozenset(c["policy"] or ["any_policy"]), initial_explicit_policy=bool(c["policy"]))
        v = CertificateValidator(load(leaf), validation_context=ctx, pkix_params=params)
        asyncio.run(v.async_validate_path())
        return True
    except Exception:  # whatever it says, it does not accept the path
        return False

def main():
    sign, work = sys.argv[1], pathlib.Path(sys.argv[2])
    faults = 0
    for i, c in enumerate(CASES):
        files = make(c, work / f"{i:03}")
        mine, said = ours(sign, c, *files)
        peers = {"openssl": openssl(c, *files)} | ({"certvalidator": certvalidator(c, *files)} if c["purpose"] == "any" else {})
        wrong = [f"enkurs-sign says {mine}: {said.strip()}"] if mine != c["valid"] else []
        wrong += [f"{peer} says {verdict}" for peer, verdict in peers.items() if (verdict == c["valid"]) == (peer in c["differ"])]
        for w in wrong:
            print(f"{i:03} {c['title']}: expected {c['valid']}, {w}", file=sys.stderr)
        faults += bool(wrong)
    named = sum(len(c["differ"]) for c in CASES)
    if not faults:
        print(f"paths: {len(CASES)} judged as they should be beside openssl and certvalidator, {named} differences of theirs named")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
