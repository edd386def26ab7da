#!/bin/sh
# make-certs.sh [--look] [DIR]: makes key.pem, csr.pem and server.crt in DIR (default: this folder).
# It never touches a usable pair. It replaces an unusable one, and keeps the old files as *.bak-TIME.
# With --look it only says what it would do. It works with OpenSSL 1.1.1 or newer, and with the LibreSSL of macOS.
set -eu
look=
[ "${1:-}" != --look ] || { look=1 && shift; }
cd "${1:-$(dirname "$0")}"
umask 077
days=365
spare_days=7 # a certificate that ends sooner is replaced now

public_key_of_key() { openssl pkey -in key.pem -passin pass: -pubout 2>/dev/null; }
public_key_of_certificate() { openssl x509 -in server.crt -noout -pubkey 2>/dev/null; }
public_key_of_request() { openssl req -in csr.pem -noout -pubkey 2>/dev/null; }

# The label of the PEM block that a server reads from a key's file.
label_of_key() { tr -d '\r' <key.pem 2>/dev/null | sed -n 's/^-----BEGIN \(.*PRIVATE KEY\)-----$/\1/p' | head -n 1; }
blocks() { tr -d '\r' <server.crt 2>/dev/null | grep -c -e '-----BEGIN' || true; }
certificates() { # counts the readable certificates
  tr -d '\r' <server.crt 2>/dev/null | grep -q -e '^-----BEGIN .*CERTIFICATE-----$' || return 0
  openssl crl2pkcs7 -nocrl -certfile server.crt 2>/dev/null | openssl pkcs7 -print_certs 2>/dev/null | grep -c -e '-----BEGIN CERTIFICATE-----'
}

# Whether JDKs and browsers accept this kind of key: RSA of 2,048 bits or more, or a NIST curve.
key_is_common() {
  openssl x509 -in server.crt -noout -text 2>/dev/null | awk '
    /Public Key Algorithm:/ { kind = $NF }
    /Public-Key: \(/ { bits = $0; gsub(/[^0-9]/, "", bits) }
    /ASN1 OID:/ { curve = $NF }
    END { exit !((kind == "rsaEncryption" || kind == "rsassaPss") && bits >= 2048 || curve ~ /^(prime256v1|secp384r1|secp521r1)$/) }'
}

# Whether the certificate is not valid yet, which no option of openssl x509 tells.
begins_later() {
  begin=$(openssl x509 -in server.crt -noout -startdate | tr ':=' '  ' | awk '{
    month = (index("JanFebMarAprMayJunJulAugSepOctNovDec", $2) + 2) / 3
    printf "%04d%02d%02d%02d%02d%02d", $7, month, $3, $4, $5, $6
  }')
  [ "$begin" -gt "$(date -u +%Y%m%d%H%M%S)" ]
}

# Prints why the pair is unusable, or nothing. It must include everything that the server refuses when it starts.
fault() {
  if [ ! -e key.pem ] && [ ! -e server.crt ]; then echo "there was none"
  elif [ ! -e key.pem ]; then echo "key.pem was missing"
  elif [ ! -e server.crt ]; then echo "server.crt was missing"
  elif ! public_key_of_key >/dev/null || [ -z "$(label_of_key)" ] || [ "$(label_of_key)" = "ENCRYPTED PRIVATE KEY" ]; then
    echo "key.pem was not a readable private key"
  elif ! public_key_of_certificate >/dev/null || [ "$(certificates)" != "$(blocks)" ]; then
    echo "server.crt was not a readable certificate"
  elif [ "$(public_key_of_key)" != "$(public_key_of_certificate)" ]; then echo "key.pem did not belong to server.crt"
  elif ! key_is_common; then echo "clients or servers refuse this kind of key"
  elif begins_later; then echo "server.crt was not valid yet"
  elif ! openssl x509 -in server.crt -noout -checkend 0 >/dev/null; then echo "server.crt had expired"
  elif ! openssl x509 -in server.crt -noout -checkend $((spare_days * 86400)) >/dev/null; then echo "server.crt had less than $spare_days days left"
  fi
}

kept() { # kept [WORDS]
  echo "certs: kept, valid until $(openssl x509 -in server.crt -noout -enddate | cut -d = -f 2)${1:-}"
  openssl x509 -in server.crt -noout -text | grep -q 'DNS:localhost' ||
    echo "certs: server.crt does not name localhost, so clients refuse it there: to replace it, remove it and run make certs"
  exit 0
}

why=$(fault)
[ -n "$why" ] || [ "$(public_key_of_request)" != "$(public_key_of_key)" ] || kept
[ -z "$look" ] || { echo "certs: make certs would make ${why:+key.pem, }csr.pem${why:+ and server.crt, because $why}"; exit 0; }

work=$(mktemp -d ./new.XXXXXX 2>/dev/null) || {
  [ -n "$why" ] || kept "; csr.pem is missing or belongs to another key, and cannot be made: $PWD cannot be written to"
  echo "certs: $PWD cannot be written to, and $why: make it writable (it may be another user's, or the disk full)," \
    "or name a pair elsewhere by PUSH_CERT and PUSH_KEY" >&2
  exit 1
}
trap 'rm -rf "$work"' EXIT
cat >"$work/conf" <<'END'
[req]
prompt = no
distinguished_name = name
req_extensions = extensions
[name]
CN = localhost
[extensions]
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
END

request() { # request KEY: the CSR for that key
  openssl req -new -sha256 -key "$1" -config "$work/conf" -out "$work/csr.pem"
  chmod 644 "$work/csr.pem"
}

if [ -z "$why" ]; then
  request key.pem
  mv -f "$work/csr.pem" csr.pem
  kept "; made csr.pem again, because it was missing or belonged to another key"
fi

openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/key.pem" 2>"$work/errors" || { cat "$work/errors" >&2; exit 1; }
request "$work/key.pem"
openssl x509 -req -sha256 -days "$days" -set_serial "0x$(openssl rand -hex 8)" -in "$work/csr.pem" -signkey "$work/key.pem" \
  -extfile "$work/conf" -extensions extensions -out "$work/server.crt" 2>"$work/errors" || { cat "$work/errors" >&2; exit 1; }
chmod 600 "$work/key.pem"
chmod 644 "$work/server.crt"

stamp=$(date +%Y%m%dT%H%M%S)-$$
for file in key.pem csr.pem server.crt; do
  [ ! -e "$file" ] || mv "$file" "$file.bak-$stamp"
  mv "$work/$file" "$file"
done
echo "certs: made key.pem, csr.pem and server.crt, valid for $days days, because $why"
