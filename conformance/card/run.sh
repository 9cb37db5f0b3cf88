#!/usr/bin/env bash
# The virtual card in the machine's own card stack: pcscd and vpcd, driven by OpenSC (pkcs15-tool, pkcs11-tool) and by our own terminal
# code through PC/SC; openssl judges the signatures. Exits non-zero when anything fails, 77 when the machine cannot run it.
# Needs: pcscd vsmartcard-vpcd opensc opensc-pkcs11 openssl libpcsclite-dev, and root: vpcd listens on every address, so all of it runs in
# a network namespace of its own.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd); root=$(cd "$here/../.." && pwd)
for tool in pcscd opensc-tool pkcs15-tool pkcs11-tool openssl unshare; do
  command -v "$tool" >/dev/null || { echo "card: $tool is missing"; exit 77; }
done
if [ "${1:-}" != inside ]; then
  [ "$(id -u)" = 0 ] || { echo "card: needs root for a network namespace"; exit 77; }
  (cd "$root" && cargo build --quiet -p reader --features pcsc --example virtual-card && cargo build --quiet -p signer)
  target=$(cd "$root" && cargo metadata --format-version 1 --no-deps | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
  export ENKURS_VIRTUAL_CARD=$target/debug/examples/virtual-card ENKURS_SIGN=$target/debug/enkurs-sign
  exec unshare --net --mount --pid --fork --mount-proc --kill-child "$0" inside
fi

work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
ip link set lo up 2>/dev/null || ifconfig lo up
mount -t tmpfs none /run/pcscd 2>/dev/null || { mkdir -p /run/pcscd; mount -t tmpfs none /run/pcscd; }
vc=$ENKURS_VIRTUAL_CARD; module=$(dpkg -L opensc-pkcs11 | grep '/opensc-pkcs11.so$' | head -1)
passed=0
ok() { passed=$((passed + 1)); echo "  ok  $1"; }
fail() { echo "  FAILED  $1"; [ -f "$work/out" ] && cat "$work/out"; exit 1; }
must() { local what=$1; shift; "$@" >"$work/out" 2>&1 || fail "$what"; ok "$what"; }
mustnt() { local what=$1; shift; if "$@" >"$work/out" 2>&1; then fail "$what"; fi; ok "$what"; }
says() { local what=$1 text=$2; grep -qiE "$text" "$work/out" || fail "$what"; ok "$what"; }

# pcscd needs a moment to see that a card was put in.
wait_for_card() { for _ in $(seq 50); do opensc-tool -r 0 -n 2>/dev/null | grep -q EstEID && return; sleep 0.2; done; fail "a card in the reader"; }

# A card with the answer to reset that OpenSC 0.23 knows, and certificates of a small CA made by openssl.
printf '%s\n' 1234 123456 12345678 >"$work/pins"
cd "$work"
"$vc" blank --cards cards --serial TEST1 --model estonian
"$vc" keys --cards cards --serial TEST1 --out keys
openssl ecparam -name secp384r1 -genkey -noout -out ca.key
openssl req -x509 -new -key ca.key -subj "/C=LV/O=Paraugs/CN=Test CA" -days 3650 -sha384 -out ca.pem
for name in authentication signature; do
  openssl pkey -pubin -inform DER -in "keys/$name.der" -out "$name.pub.pem"
  [ $name = authentication ] && usage=digitalSignature || usage=nonRepudiation
  printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,%s\n' "$usage" >ext
  openssl req -new -key ca.key -subj "/C=LV/CN=ANDRIS PARAUGS/SN=PARAUGS/GN=ANDRIS/serialNumber=PNOLV-320000-00007" -out req.pem
  openssl x509 -req -in req.pem -force_pubkey "$name.pub.pem" -CA ca.pem -CAkey ca.key -CAcreateserial -days 1800 -sha384 \
    -extfile ext -outform DER -out "$name.cer" 2>/dev/null
done
"$vc" fill --cards cards --serial TEST1 --authentication authentication.cer --signature signature.cer --pins pins
echo "a document" >message; openssl dgst -sha384 -binary -out digest message; openssl dgst -sha256 -binary -out digest32 message

pcscd --foreground >pcscd.log 2>&1 & daemon=$!
for _ in $(seq 50); do [ -S /run/pcscd/pcscd.comm ] && break; sleep 0.1; done
"$vc" serve --cards cards --serial TEST1 >serve.log 2>&1 & player=$!
wait_for_card

echo "OpenSC $(opensc-tool --info | head -1)"
must   "the reader has the card" opensc-tool -r 0 -a
must   "OpenSC names the card" opensc-tool -r 0 -n
says   "it is the 2018 applet" "esteid|eID"
must   "pkcs15-tool lists it" pkcs15-tool -r 0 -D
says   "two private keys" "Private EC Key"
must   "the authentication certificate is read" pkcs15-tool -r 0 --read-certificate 01 -o auth.pem
must   "it is the one we wrote" sh -c 'openssl x509 -in auth.pem -outform DER | cmp - authentication.cer'
must   "the signature certificate is read" pkcs15-tool -r 0 --read-certificate 02 -o sign.pem
must   "it is the one we wrote" sh -c 'openssl x509 -in sign.pem -outform DER | cmp - signature.cer'
must   "pkcs11-tool lists the slots" pkcs11-tool --module "$module" -L
says   "PIN1 and PIN2 are tokens" "PIN1"

sign11() { pkcs11-tool --module "$module" --slot-index "$1" -l --pin "$2" -s -m ECDSA --id "$3" -i "$4" -o sig --signature-format openssl; }
must   "PIN1 key signs by PKCS#11" sign11 0 1234 01 digest
must   "openssl verifies it" openssl dgst -sha384 -verify authentication.pub.pem -signature sig message
must   "PIN2 key signs by PKCS#11" sign11 1 123456 02 digest
must   "openssl verifies it" openssl dgst -sha384 -verify signature.pub.pem -signature sig message
must   "PIN2 key signs a SHA-256 digest" sign11 1 123456 02 digest32
must   "openssl verifies it" openssl dgst -sha256 -verify signature.pub.pem -signature sig message

must   "PIN1 is verified" pkcs15-tool -r 0 --verify-pin --auth-id 01 --pin 1234
for n in 1 2 3; do mustnt "wrong PIN1, time $n" pkcs15-tool -r 0 --verify-pin --auth-id 01 --pin 9999; done
mustnt "the right PIN1 is refused now" pkcs15-tool -r 0 --verify-pin --auth-id 01 --pin 1234
says   "PIN1 is blocked" "block"
kill "$player"; wait "$player" 2>/dev/null || true
"$vc" serve --cards cards --serial TEST1 >serve.log 2>&1 & player=$!
wait_for_card
mustnt "taking the card out does not free it" pkcs15-tool -r 0 --verify-pin --auth-id 01 --pin 1234
says   "PIN1 is still blocked" "block"
must   "the PUK frees PIN1" pkcs15-tool -r 0 --unblock-pin --auth-id 01 --puk 12345678 --new-pin 4321
must   "the new PIN1 holds" pkcs15-tool -r 0 --verify-pin --auth-id 01 --pin 4321
must   "PIN1 is changed" pkcs15-tool -r 0 --change-pin --auth-id 01 --pin 4321 --new-pin 1234
must   "the changed PIN1 holds" pkcs15-tool -r 0 --verify-pin --auth-id 01 --pin 1234
for n in 1 2 3; do mustnt "wrong PIN2, time $n" pkcs15-tool -r 0 --verify-pin --auth-id 02 --pin 999999; done
must   "the PUK frees PIN2" pkcs15-tool -r 0 --unblock-pin --auth-id 02 --puk 12345678 --new-pin 654321
must   "PIN2 is changed" pkcs15-tool -r 0 --change-pin --auth-id 02 --pin 654321 --new-pin 123456
must   "PIN2 key still signs" sign11 1 123456 02 digest
must   "openssl verifies it" openssl dgst -sha384 -verify signature.pub.pem -signature sig message

# r ‖ s to the DER that openssl reads.
der() {
  local r s; r=$(head -c 48 "$1" | od -An -v -tx1 | tr -d ' \n'); s=$(tail -c 48 "$1" | od -An -v -tx1 | tr -d ' \n')
  printf 'asn1=SEQUENCE:s\n[s]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' "$r" "$s" >der.cnf
  openssl asn1parse -genconf der.cnf -noout -out "$2"
}
echo "our own terminal, through pcscd"
must   "our terminal reads the card" "$vc" use
says   "it tells the document number" "document PA0000001"
says   "it tells the tries left" "PIN1 3"
for key in authentication signature; do
  must "our terminal signs with the $key key" "$vc" use --key $key --pins pins --digest digest --out raw
  der raw sig.der
  must "openssl verifies it" openssl dgst -sha384 -verify $key.pub.pem -signature sig.der message
done
start=$(date +%s%N); "$vc" use >/dev/null; once=$(date +%s%N)
"$vc" use --key authentication --pins pins --digest digest --out raw --times 20 >/dev/null; end=$(date +%s%N)
echo "  a signature through pcscd, directory, certificate and PIN included: $(( ((end - once) - (once - start)) / 20000 )) µs"
echo "enkurs-sign, through pcscd"
sign="$ENKURS_SIGN --lang en --json"
must   "card info" $sign card info
says   "it names holder and certificates" '"surname":"PARAUGS".*"usage":"signature"'
head -1 pins >pin1; printf '1234\n4321\n' >change; printf '12345678\n1234\n' >free; printf '9999\n' >wrong; printf '4321\n' >fresh
must   "card verify" $sign card verify pin1 --pin-file pin1
must   "card change-pin" $sign card change-pin pin1 --pin-file change
must   "the new PIN holds" $sign card verify pin1 --pin-file fresh
for n in 1 2; do mustnt "a wrong PIN, time $n" $sign card verify pin1 --pin-file wrong; done
says   "the tries left are told" 'Tries left: 1'
mustnt "a wrong PIN, time 3" $sign card verify pin1 --pin-file wrong
says   "it is blocked" '"code":"card.pin-blocked"'
must   "card unblock" $sign card unblock pin1 --pin-file free
must   "the PIN set with the PUK holds" $sign card verify pin1 --pin-file pin1
sed -n 2p pins >pin2; echo "text" >Dokuments.txt
must   "a document is signed with the card" $sign sign --format asice --level B --key card --pin-file pin2 --out Dokuments.asice Dokuments.txt
must   "it is judged" sh -c "$sign validate --offline --trust-anchor ca.pem Dokuments.asice; [ \$? = 3 ]"
says   "it names its signer" '"common_name":"ANDRIS PARAUGS"'
says   "nothing but its status is open" '"findings":\[\{"code":"validate.revocation.missing"[^]]*\]'
kill "$player" "$daemon" 2>/dev/null || true
for _ in $(seq 50); do [ -S /run/pcscd/pcscd.comm ] || break; sleep 0.1; done
mustnt "without pcscd the message is clear" "$vc" use
says   "it names the service" "service is not running"
echo "card: $passed checks passed"
