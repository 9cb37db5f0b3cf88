#!/bin/sh
# Makes the seeds of the fuzz targets: seeds.sh CORPUS JOURNEY EXAMPLES (absolute paths; JOURNEY holds what `enkurs demo --journey` signed,
# EXAMPLES the built examples of ades: target/debug/examples).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1; j=$2; x=$3
rm -rf "$out"; mkdir -p "$out"
w=$(mktemp -d); cd "$w"
for k in certificate certification-request crl ocsp-request ocsp-response time-stamp-request time-stamp-response time-stamp-token cms pem xml zip asic pdf any-file pkcs12 lint apdu tlv web-eid-token xades jades evidence-record trusted-list entity-list to-sign replay client-assertion json policy ledger; do mkdir -p "$out/$k"; done
openssl ecparam -name prime256v1 -genkey -noout -out ca.key
openssl req -x509 -new -key ca.key -subj "/C=LV/O=Paraugs/CN=Paraugu sakne" -days 3650 -sha256 -out ca.pem
openssl ecparam -name secp384r1 -genkey -noout -out k.key
openssl genrsa -out r.key 3072 2>/dev/null
openssl genpkey -algorithm ed25519 -out e.key
for k in k r e; do openssl req -new -key $k.key -subj "/C=LV/CN=Anna Paraudziņa/serialNumber=PNOLV-320000-00007" -utf8 -addext "subjectAltName=DNS:paraugs.example" -outform DER -out "$out/certification-request/$k.der"; done
cat > ext <<X
basicConstraints=critical,CA:FALSE
keyUsage=critical,nonRepudiation
extendedKeyUsage=emailProtection
authorityInfoAccess=OCSP;URI:http://ocsp.example/,caIssuers;URI:http://ca.example/ca.cer
crlDistributionPoints=URI:http://ca.example/ca.crl
certificatePolicies=0.4.0.194112.1.2
X
for k in k r e; do openssl req -new -key $k.key -subj "/C=LV/CN=Anna Paraudziņa" -utf8 -out $k.req; openssl x509 -req -in $k.req -CA ca.pem -CAkey ca.key -CAcreateserial -days 800 -extfile ext -out $k.pem 2>/dev/null; openssl x509 -in $k.pem -outform DER -out "$out/certificate/$k.der"; done
openssl x509 -in ca.pem -outform DER -out "$out/certificate/ca.der"
cat ca.pem k.pem > "$out/pem/chain.pem"; cp r.pem "$out/pem/rsa.pem"
touch index.txt; echo 01 > crlnumber
cat > ca.cnf <<X
[ca]
default_ca=d
[d]
database=index.txt
crlnumber=crlnumber
default_md=sha256
default_crl_days=30
X
openssl ca -config ca.cnf -gencrl -keyfile ca.key -cert ca.pem -out c1.pem 2>/dev/null; openssl crl -in c1.pem -outform DER -out "$out/crl/empty.der"
openssl ca -config ca.cnf -revoke k.pem -keyfile ca.key -cert ca.pem -crl_reason keyCompromise 2>/dev/null
openssl ca -config ca.cnf -gencrl -keyfile ca.key -cert ca.pem -out c2.pem 2>/dev/null; openssl crl -in c2.pem -outform DER -out "$out/crl/one.der"
for n in 1 2; do a=$([ $n = 1 ] && echo "" || echo -no_nonce); openssl ocsp -issuer ca.pem -cert k.pem -cert r.pem $a -reqout "$out/ocsp-request/$n.der" >/dev/null 2>&1; openssl ocsp -index index.txt -CA ca.pem -rsigner ca.pem -rkey ca.key -ndays 7 -reqin "$out/ocsp-request/$n.der" -respout "$out/ocsp-response/$n.der" >/dev/null 2>&1; done
printf '\x30\x03\x0a\x01\x03' > "$out/ocsp-response/try-later.der"
echo teksts > t.txt
for d in sha256 sha512; do openssl ts -query -data t.txt -$d -cert -out "$out/time-stamp-request/$d.der" 2>/dev/null; done
cat > tsa.cnf <<X
[tsa]
default_tsa=t
[t]
serial=tsaserial
signer_digest=sha256
default_policy=0.4.0.2023.1.1
digests=sha256,sha512
accuracy=secs:1
ess_cert_id_alg=sha256
X
echo 01 > tsaserial
printf 'extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n' > text
openssl req -new -key k.key -subj "/C=LV/CN=Laika zīmogs" -utf8 -out t.req; openssl x509 -req -in t.req -CA ca.pem -CAkey ca.key -CAcreateserial -days 800 -extfile text -out t.pem 2>/dev/null
for d in sha256 sha512; do openssl ts -reply -config tsa.cnf -queryfile "$out/time-stamp-request/$d.der" -signer t.pem -inkey k.key -chain ca.pem -out "$out/time-stamp-response/$d.der" 2>/dev/null; openssl ts -reply -config tsa.cnf -in "$out/time-stamp-response/$d.der" -token_out -out "$out/time-stamp-token/$d.der" 2>/dev/null; done
for o in "" "-nodetach" "-nodetach -stream -indef"; do n=$((${n:-0}+1)); openssl cms -sign -binary -in t.txt -signer r.pem -inkey r.key $o -outform DER -cades -out "$out/cms/$n.der" 2>/dev/null; done
openssl pkcs12 -export -in k.pem -inkey k.key -certfile ca.pem -passout pass:x -out "$out/pkcs12/modern.p12"
openssl pkcs12 -export -in r.pem -inkey r.key -passout pass:y -keypbe NONE -certpbe NONE -out "$out/pkcs12/plain.p12"
# what is signed: the first element within the certificate
for c in k r ca; do openssl asn1parse -inform DER -in "$out/certificate/$c.der" -strparse 4 -noout -out "$out/lint/certificate-$c.der" 2>/dev/null; done
cp "$out/time-stamp-token/sha256.der" "$out/lint/token.der"
printf '<a xmlns:b="urn:b" b:c="d"><!-- e --><b:f>g&amp;</b:f><?h i?></a>' > "$out/xml/small.xml"
printf '\x06\x00\xa4\x04\x00\x02\x3f\x00\x05\x00\x20\x00\x01\x00\x0d\x00\xb0\x00\x00\x00' > "$out/apdu/select-verify-read.bin"
printf '\x15\x00\xa4\x04\x0c\x10\xa0\x00\x00\x00\x77\x01\x08\x00\x07\x00\x00\xfe\x00\x00\x01\x00\x05\x00\xcb\x3f\xff\x00' > "$out/apdu/application.bin"
printf '\x30\x80\x30\x80\x00\x00\x00\x00' > "$out/tlv/indefinite.bin"
printf '\x30\x1a\x30\x0e\x0c\x05PIN\x201\x03\x02\x06\xc0\x04\x01\x01\xa1\x08\x30\x06\x04\x01\x01\x80\x01\x09' > "$out/tlv/object.bin"
b64=$(openssl x509 -in k.pem -outform DER | base64 -w0)
printf '{"unverifiedCertificate":"%s","algorithm":"ES384","signature":"%s","format":"web-eid:1.0","appVersion":"https://web-eid.eu/web-eid-app/releases/v2.0.0"}' "$b64" "$(head -c 96 /dev/zero | base64 -w0)" > "$out/web-eid-token/token.json"
for f in "$j"/*.edoc "$j"/*.asice; do [ -f "$f" ] || continue; b=$(basename "$f"); cp "$f" "$out/asic/$b"; cp "$f" "$out/any-file/$b"; unzip -p "$f" 'META-INF/*signatures*.xml' > "$out/xml/signatures-$b.xml"; done
for f in "$j"/*.pdf; do [ -f "$f" ] || continue; cp "$f" "$out/pdf/"; cp "$f" "$out/any-file/"; done
mkdir z; echo a > z/a; head -c 3000 /dev/zero > z/b; (cd z && zip -q -r "$out/zip/two.zip" . && zip -q -0 "$out/zip/stored.zip" a)
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
for e in xades jades evidence list; do mkdir -p s/$e; done
"$x/xades-samples" s/xades "$now" >/dev/null; "$x/jades-samples" s/jades "$now" >/dev/null; "$x/evidence-samples" s/evidence "$now" >/dev/null
"$x/list-samples" s/list "$now" http://127.0.0.1:1 >/dev/null
cp s/xades/ours/enveloped-p256-B.xml s/xades/ours/enveloping-counter-p256-LT.xml s/xades/ours/envelopingxml-p256-LTA.xml "$out/xades/"
cp s/jades/by-uri/p256-flattened-by-uri-b64-LTA.json s/jades/by-uri/p256-compact-by-uri-b64-B.json s/jades/several/p256-countered.json "$out/jades/"
cp "$(find s/evidence -name '*.ers' -path '*last*' | sort | head -1)" "$out/evidence-record/regrown.ers"
cp "$(find s/evidence/xml-5-2-regrown -name '*.xml' | sort | head -1)" "$out/evidence-record/regrown.xml"
cp s/list/lotl.xml "$out/trusted-list/"; cp s/jades/by-uri/p256-compact-by-uri-b64-B.json "$out/entity-list/compact.jws"
printf '<?xml version="1.0"?><ListOfTrustedEntities xmlns="http://uri.etsi.org/019602/v1#"><ListAndSchemeInformation><LoTEVersionIdentifier>1</LoTEVersionIdentifier></ListAndSchemeInformation></ListOfTrustedEntities>' > "$out/entity-list/small.xml"
# a bundle of evidence of a verdict, and the facts in it
for f in "$j"/*.edoc; do [ -f "$f" ] || continue; "$x/../enkurs-sign" validate -q --offline --force --evidence "$out/replay/edoc.zip" "$f" >/dev/null || true; done
unzip -p "$out/replay/edoc.zip" 0/facts.json > "$out/replay/facts.json"
cp "$out"/pdf/*.pdf "$out/to-sign/"; cp "$out/xades/p256-B-enveloped.xml" "$out/to-sign/"; printf '<a xmlns="urn:a"/>' > "$out/to-sign/empty.xml"
url() { base64 -w0 | tr '+/' '-_' | tr -d '='; }
printf '{"keys":[{"kty":"EC","kid":"1","crv":"P-256","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"},{"kty":"OKP","kid":"2","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}' > "$out/client-assertion/keys.json"
printf '%s.%s.%s' "$(printf '{"alg":"ES256","kid":"1"}' | url)" "$(printf '{"iss":"x","sub":"x","aud":"https://enkurs.example","exp":60,"nbf":0,"iat":0,"jti":"1"}' | url)" "$(head -c 64 /dev/zero | url)" > "$out/client-assertion/statement.jwt"
printf '{"b":[1,-9007199254740991,0.5e3,true,null,"\\u0101\\n\\ud83d\\ude00"],"a":{"c":"ā"}}' > "$out/json/small.json"; cp "$out/jades/p256-countered.json" "$out/json/"
cp "$here"/../docs/policies/*.toml "$out/policy/"
printf '{"name":"P","revocation-without-next-update-hours":2,"clock-tolerance-seconds":5,"constraints":{"time-stamp-valid":"fail"},"algorithms":{"SHA-256":"unlimited","RSA-1900":"2029-01-01"},"algorithms-updated":"2026-01-31"}' > "$out/policy/small.json"
printf 'enkurs.example/ledger\n2\n%s\n\n\342\200\224 x %s\n' "$(head -c 32 /dev/zero | base64)" "$(head -c 68 /dev/zero | base64 -w0)" > "$out/ledger/checkpoint"
printf 'tile/entries/x001/234.p/5' > "$out/ledger/path"; printf '{"v":1,"id":"a","time":"2026-01-31T10:00:00Z","kind":"k","body":"AA=="}' > "$out/ledger/leaf.json"
mkdir -p "$out/picture"; printf '%s' 'iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAYAAACp8Z5+AAAAEklEQVR4nGMQaHD4j4wZSBcAAMPpHPGWC5kCAAAAAElFTkSuQmCC' | base64 -d > "$out/picture/small.png"
find "$out" -size 0 -print
