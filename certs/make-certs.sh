#!/bin/sh
# make-certs.sh [DIR]: makes key.pem, csr.pem and server.crt in DIR (this folder, if none is named).
# A pair that still serves is never touched. One that does not is kept aside, as *.bak-TIME, and replaced.
# Works with OpenSSL from 1.1.1 on, and with the LibreSSL of macOS.
set -eu
cd "${1:-$(dirname "$0")}"
umask 077
days=365
spare_days=7 # what ends sooner than this is replaced now

public_key_of_key() { openssl pkey -in key.pem -passin pass: -pubout 2>/dev/null; }
public_key_of_certificate() { openssl x509 -in server.crt -noout -pubkey 2>/dev/null; }
public_key_of_request() { openssl req -in csr.pem -noout -pubkey 2>/dev/null; }

# Why the pair does not serve; nothing if it does.
fault() {
  if [ ! -e key.pem ] && [ ! -e server.crt ]; then echo "there was none"
  elif [ ! -e key.pem ]; then echo "key.pem was missing"
  elif [ ! -e server.crt ]; then echo "server.crt was missing"
  elif ! public_key_of_key >/dev/null; then echo "key.pem was not a readable private key"
  elif ! public_key_of_certificate >/dev/null; then echo "server.crt was not a readable certificate"
  elif [ "$(public_key_of_key)" != "$(public_key_of_certificate)" ]; then echo "key.pem did not belong to server.crt"
  elif ! openssl x509 -in server.crt -noout -checkend 0 >/dev/null; then echo "server.crt had expired"
  elif ! openssl x509 -in server.crt -noout -checkend $((spare_days * 86400)) >/dev/null; then echo "server.crt had less than $spare_days days left"
  fi
}

work=$(mktemp -d ./new.XXXXXX)
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

why=$(fault)
if [ -z "$why" ]; then
  end=$(openssl x509 -in server.crt -noout -enddate | cut -d = -f 2)
  if [ "$(public_key_of_request)" = "$(public_key_of_key)" ]; then
    echo "certs: kept, valid until $end"
  else
    request key.pem
    mv -f "$work/csr.pem" csr.pem
    echo "certs: kept, valid until $end; made csr.pem anew, because it was missing or belonged to another key"
  fi
  exit 0
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
