#!/usr/bin/env python3
"""Revocation lists with one thing peculiar to each (RFC 5280 sections 5 and 6.3), used by `enkurs-sign verify-chain`, by openssl and by
pyhanko-certvalidator.

status.py ENKURS_SIGN WORK: 0 valid, 4 revoked, 3 the status is not known. The differences of the others are named; one that is gone is a
fault, too.
"""
from paths import *

from asn1crypto import crl as ac
from pyhanko_certvalidator.errors import RevokedError
from cryptography.x509 import CertificateRevocationListBuilder as B, ReasonFlags as F, RevokedCertificateBuilder as R

H = dt.timedelta(hours=1)


def crl(issuer, signer, revoked=(), this=NOW - H, nxt=NOW + DAY, number=1, idp=None, delta=None, hash=hashes.SHA256(), spoil=False, unknown=None, aki=True, name_=None, fresh=None):
    b = B().issuer_name(name_ or issuer).last_update(this).next_update(nxt)
    if number is not None: b = b.add_extension(x509.CRLNumber(number), False)
    if aki: b = b.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key(signer).public_key()), False)
    if idp: b = b.add_extension(idp, True)
    if fresh: b = b.add_extension(*fresh)
    if delta is not None: b = b.add_extension(x509.DeltaCRLIndicator(delta), True)
    if unknown: b = b.add_extension(x509.UnrecognizedExtension(OID("1.2.3.4.5"), b"\x05\x00"), True)
    for serial, when, reason, *more in revoked:
        r = R().serial_number(serial).revocation_date(when)
        if reason: r = r.add_extension(x509.CRLReason(reason), False)
        for e, c in more: r = r.add_extension(e, c)
        b = b.add_revoked_certificate(r.build())
    der = bytearray(b.sign(key(signer), hash).public_bytes(serialization.Encoding.DER))
    if spoil: der[-4] ^= 1
    return bytes(der)


IDP = lambda **k: x509.IssuingDistributionPoint(**{**dict(full_name=None, relative_name=None, only_contains_user_certs=False, only_contains_ca_certs=False, only_some_reasons=None, indirect_crl=False, only_contains_attribute_certs=False), **k})
ROOT, CA, LEAF = name("Root"), name("CA 0"), 4242
rc = lambda **k: crl(ROOT, "Root", **k); cc = lambda **k: crl(CA, "CA 0", **k)
hit = (LEAF, NOW - DAY, F.key_compromise)
U = uri("http://crl.example.lv/a.crl"); U2 = uri("http://crl.example.lv/b.crl")
dp = lambda *n, reasons=None, issuer=None: (x509.CRLDistributionPoints([x509.DistributionPoint(list(n), None, reasons, issuer)]), False)
LISTS = []


def t(title, want, crls, leaf=None, mids=None, differ=None):
    LISTS.append((title, want, crls, leaf or {}, mids or [{}], {"openssl": differ} if isinstance(differ, str) else differ or {}))


t("both lists, not listed", 0, [rc(), cc()])
t("revoked", 4, [rc(), cc(revoked=[hit])])
t("on hold", 4, [rc(), cc(revoked=[(LEAF, NOW - DAY, F.certificate_hold)])])
t("no reason", 4, [rc(), cc(revoked=[(LEAF, NOW - DAY, None)])])
t("removed from list", 0, [rc(), cc(revoked=[(LEAF, NOW - DAY, F.remove_from_crl)])])
t("revoked later", 0, [rc(), cc(revoked=[(LEAF, NOW + DAY, F.key_compromise)], this=NOW - H)],
  differ="the entry is for a time to come")
t("no list of the CA", 3, [rc()])
t("no list of the root", 3, [cc()])
t("expired list", 3, [rc(), cc(this=NOW - 2 * DAY, nxt=NOW - DAY)])
t("future list", 3, [rc(), cc(this=NOW + DAY, nxt=NOW + 2 * DAY)])
t("spoilt list", 3, [rc(), cc(spoil=True)])
t("list signed by another key", 3, [rc(), crl(CA, "Other")])
t("list of another issuer", 3, [rc(), crl(name("X"), "CA 0")])
t("two lists, the newer tells", 4, [rc(), cc(number=1, this=NOW - 2 * H), cc(number=2, revoked=[hit])])
t("two lists, the older tells only", 4, [rc(), cc(number=1, this=NOW - 2 * H, revoked=[hit]), cc(number=2)],
  differ="a certificate once revoked stays so while that list holds")
t("unknown critical extension", 3, [rc(), cc(unknown=True)])
t("unknown critical extension, listed", 4, [rc(), cc(unknown=True, revoked=[hit])],
  differ={"openssl": "such a list can still speak against a certificate", "certvalidator": "the same"})
t("only user", 0, [rc(), cc(idp=IDP(only_contains_user_certs=True))])
t("only CA", 3, [rc(), cc(idp=IDP(only_contains_ca_certs=True))])
t("only attribute", 3, [rc(), cc(idp=IDP(only_contains_attribute_certs=True))])
t("root list only CA", 0, [rc(idp=IDP(only_contains_ca_certs=True)), cc()])
t("root list only user", 3, [rc(idp=IDP(only_contains_user_certs=True)), cc()])
t("dp match", 0, [rc(), cc(idp=IDP(full_name=[U]))], dict(more=[dp(U)]))
t("dp mismatch", 3, [rc(), cc(idp=IDP(full_name=[U2]))], dict(more=[dp(U)]))
t("dp in the list only", 3, [rc(), cc(idp=IDP(full_name=[U]))])
t("dp in cert only", 0, [rc(), cc()], dict(more=[dp(U)]))
t("some reasons", 3, [rc(), cc(idp=IDP(only_some_reasons=frozenset([F.key_compromise])))])
allr=[f for f in F if f not in (F.unspecified, F.remove_from_crl)]
t("reasons complement", 0, [rc(), cc(idp=IDP(only_some_reasons=frozenset(allr[:4]))), cc(idp=IDP(only_some_reasons=frozenset(allr[4:])))])
t("some reasons, listed", 4, [rc(), cc(idp=IDP(only_some_reasons=frozenset([F.key_compromise])), revoked=[hit])])
t("delta only", 3, [rc(), cc(delta=1, number=2)])
t("base and delta, delta revokes", 4, [rc(), cc(number=1), cc(delta=1, number=2, revoked=[hit])],
  differ={"openssl": "it looks for freshestCRL in the certificate or the list", "certvalidator": "it looks for freshestCRL in the list"})
t("base hold, delta removes", 0, [rc(), cc(number=1, revoked=[(LEAF, NOW - DAY, F.certificate_hold)]), cc(delta=1, number=2, revoked=[(LEAF, NOW - H, F.remove_from_crl)])],
  differ={"openssl": "it looks for freshestCRL in the certificate or the list", "certvalidator": "it looks for freshestCRL in the list"})
fresh = (x509.FreshestCRL([x509.DistributionPoint([U2], None, None, None)]), False)
held = [(LEAF, NOW - DAY, F.certificate_hold)]
d = lambda **k: cc(**{**dict(delta=1, number=2), **k})
t("base and delta named by both", 0, [rc(), cc(fresh=fresh, number=1), d()], dict(more=[fresh]))
t("base and delta named by both, delta revokes", 4, [rc(), cc(fresh=fresh, number=1), d(revoked=[hit])], dict(more=[fresh]))
t("base hold, delta removes, named by both", 0, [rc(), cc(fresh=fresh, number=1, revoked=held), d(revoked=[(LEAF, NOW - H, F.remove_from_crl)])], dict(more=[fresh]))
t("base hold, delta says nothing", 4, [rc(), cc(fresh=fresh, number=1, revoked=held), d()], dict(more=[fresh]))
t("base ended, delta current", 0, [rc(), cc(fresh=fresh, number=1, this=NOW - 2 * DAY, nxt=NOW - DAY), d()], dict(more=[fresh]),
  differ={"certvalidator": "section 5.2.4: the times of the constructed list are those of the delta"})
t("delta of a newer base", 0, [rc(), cc(fresh=fresh, number=1), d(delta=5, number=6, revoked=[hit])], dict(more=[fresh]),
  differ={"certvalidator": "section 5.2.4 (c): the base must not be older than what the delta starts from"})
t("delta older than the base", 0, [rc(), cc(fresh=fresh, number=3), d(revoked=[hit])], dict(more=[fresh]),
  differ={"certvalidator": "section 5.2.4 (d): the delta must be newer than the base"})
t("delta by another key", 0, [rc(), cc(fresh=fresh, number=1), crl(CA, "Other", delta=1, number=2, revoked=[hit])], dict(more=[fresh]),
  differ={"certvalidator": "the base stands without it"})
t("delta of another scope", 0, [rc(), cc(fresh=fresh, number=1), d(idp=IDP(only_contains_user_certs=True), revoked=[hit])], dict(more=[fresh]),
  differ={"certvalidator": "the base stands without it"})
t("delta ended", 0, [rc(), cc(fresh=fresh, number=1), d(this=NOW - 2 * DAY, nxt=NOW - DAY, revoked=[hit])], dict(more=[fresh]),
  differ={"openssl": "it uses a delta that has ended"})
half = lambda n, **k: cc(idp=IDP(only_some_reasons=frozenset(allr[:4] if n == 0 else allr[4:])), **k)
t("reasons complement, listed on the second", 4, [rc(), half(0), half(1, revoked=held)])
t("reasons complement, second ended", 3, [rc(), half(0), half(1, this=NOW - 2 * DAY, nxt=NOW - DAY)])
t("reasons complement, second by another key", 3, [rc(), half(0), crl(CA, "Other", idp=IDP(only_some_reasons=frozenset(allr[4:])))])
t("reasons by distribution point", 0, [rc(), cc(idp=IDP(full_name=[U], only_some_reasons=frozenset(allr[:4]))), cc(idp=IDP(full_name=[U2], only_some_reasons=frozenset(allr[4:])))],
  dict(more=[(x509.CRLDistributionPoints([x509.DistributionPoint([U], None, frozenset(allr[:4]), None), x509.DistributionPoint([U2], None, frozenset(allr[4:]), None)]), False)]))
t("reasons complement with a delta that removes", 0, [rc(), half(0, number=1), half(1, number=1, revoked=held, fresh=fresh), half(1, number=2, delta=1, revoked=[(LEAF, NOW - H, F.remove_from_crl)])], dict(more=[fresh]))
t("base older than delta base", 3, [rc(), cc(number=1, nxt=NOW - H / 2), cc(delta=5, number=6)])
t("CA without cRLSign", 3, [rc(), cc()], mids=[dict(usage={"key_cert_sign"})])
t("CA revoked", 4, [None, cc()])
t("list SHA-384", 0, [rc(), cc(hash=hashes.SHA384())])
t("no AKI", 0, [rc(), cc(aki=False)])
t("no number", 0, [rc(), cc(number=None)])
t("invalidity date", 4, [rc(), cc(revoked=[(LEAF, NOW - DAY, F.key_compromise, (x509.InvalidityDate(dt.datetime(2026, 1, 1)), False))])])
t("unknown critical entry extension, listed", 4, [rc(), cc(revoked=[(LEAF, NOW - DAY, F.key_compromise, (x509.UnrecognizedExtension(OID("1.2.3.4.5"), b"\x05\x00"), True))])],
  differ={"openssl": "the entry still speaks against its certificate", "certvalidator": "the same"})
t("unknown critical entry extension, other listed", 3, [rc(), cc(revoked=[(777, NOW - DAY, F.key_compromise, (x509.UnrecognizedExtension(OID("1.2.3.4.5"), b"\x05\x00"), True))])],
  differ={"certvalidator": "section 5.3: such a list tells no good status"})
# indirect
t("indirect by the root", 0, [rc(number=7), rc(idp=IDP(indirect_crl=True, full_name=[U]))], dict(more=[dp(U, issuer=[dn(ROOT)])]))
t("indirect, listed with certificate issuer", 4, [rc(number=7), rc(idp=IDP(indirect_crl=True, full_name=[U]), revoked=[(LEAF, NOW - DAY, F.key_compromise, (x509.CertificateIssuer([dn(CA)]), True))])], dict(more=[dp(U, issuer=[dn(ROOT)])]))
t("indirect, same serial of the root itself", 0, [rc(number=7), rc(idp=IDP(indirect_crl=True, full_name=[U]), revoked=[(LEAF, NOW - DAY, F.key_compromise)])], dict(more=[dp(U, issuer=[dn(ROOT)])]))
t("indirect not asked for by the certificate", 3, [rc(number=7), rc(idp=IDP(indirect_crl=True))])
t("not marked indirect", 3, [rc(number=7)], dict(more=[dp(U, issuer=[dn(ROOT)])]))


def judged(sign, where, crls, leaf, mids):
    root, mids, leaf = make(dict(root={}, mids=mids, leaf={**leaf, "serial": LEAF}, drop=()), where)
    if crls[0] is None:
        serial = x509.load_pem_x509_certificate(mids[0].read_bytes()).serial_number
        crls = [rc(revoked=[(serial, NOW - DAY, F.key_compromise)]), *crls[1:]]
    args = [sign, "verify-chain", "--leaf", leaf, "--anchor", root, "--time", NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), "--purpose", "any", "--json"]
    for m in mids: args += ["--intermediate", m]
    for i, der in enumerate(crls):
        f = where / f"{i}.crl"; f.write_bytes(der); args += ["--crl", f]
    mine = subprocess.run(args, capture_output=True, text=True).returncode
    lists, between = where / "crls.pem", where / "between.pem"
    lists.write_bytes(b"".join(b"-----BEGIN X509 CRL-----\n" + base64.encodebytes(d) + b"-----END X509 CRL-----\n" for d in crls))
    between.write_bytes(b"".join(m.read_bytes() for m in mids))
    args = ["openssl", "verify", "-CAfile", root, "-untrusted", between, "-CRLfile", lists, "-crl_check_all", "-extended_crl", "-use_deltas"]
    said = subprocess.run([*args, "-attime", str(int(NOW.timestamp())), leaf], capture_output=True, text=True)
    openssl = 0 if said.returncode == 0 else 4 if "certificate revoked" in said.stderr else 3
    return mine, dict(openssl=openssl, certvalidator=certvalidator(root, mids, leaf, crls))


def certvalidator(root, mids, leaf, crls):
    load = lambda p: ax.Certificate.load(pem.unarmor(p.read_bytes())[2])
    context = ValidationContext(trust_roots=[load(root)], other_certs=[load(m) for m in mids], moment=NOW, allow_fetching=False,
                                time_tolerance=dt.timedelta(0), revocation_mode="require", crls=[ac.CertificateList.load(c) for c in crls])
    try:
        asyncio.run(CertificateValidator(load(leaf), validation_context=context).async_validate_path())
        return 0
    except RevokedError:
        return 4
    except Exception:  # whatever it says, the status is not known to it
        return 3


def main():
    sign, work = sys.argv[1], pathlib.Path(sys.argv[2])
    faults = 0
    for i, (title, want, crls, leaf, mids, differ) in enumerate(LISTS):
        mine, theirs = judged(sign, work / f"{i:03}", crls, leaf, mids)
        if mine != want or {peer for peer, said in theirs.items() if said != want} != set(differ):
            print(f"{i:03} {title}: expected {want}, enkurs-sign says {mine}, {theirs}", file=sys.stderr)
            faults += 1
    if not faults:
        named = sum(len(x[5]) for x in LISTS)
        print(f"lists: {len(LISTS)} used as they should be beside openssl and certvalidator, {named} differences of theirs named")
    sys.exit(1 if faults else 0)


main()
