#!/bin/sh
# Makes d3-zoom-kdbush.js, LICENSES.txt and SHA256SUMS anew from the versions in package.json.
# Needs node and npm; who only uses the viewer needs neither.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/entry.js" "$work/"
cd "$work"
npm install --no-audit --no-fund --no-package-lock
npx esbuild entry.js --bundle --format=esm --minify --target=es2021 --legal-comments=none \
  --banner:js="/* d3-zoom and kdbush with what they need; licences in LICENSES.txt */" \
  --outfile="$here/d3-zoom-kdbush.js"
for package in node_modules/d3-*/ node_modules/kdbush/; do
  node -p "const p = require('./${package}package.json'); p.name + ' ' + p.version + ' (' + p.license + ')'"
  echo
  cat "${package}LICENSE"
  echo
done > "$here/LICENSES.txt"
cd "$here"
sha256sum d3-zoom-kdbush.js LICENSES.txt > SHA256SUMS
