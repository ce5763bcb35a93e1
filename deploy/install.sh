#!/bin/sh
# Installs the server from tarballs, for production: install.sh <folder of tarballs> <target>. Needs Node and npm alone.
# Sources, declarations and source maps of all packages are left out: nothing reads them at run time.
set -eu
tarballs=$(cd "$1" && pwd)
mkdir -p "$2"
cd "$2"
node -e '
  const { readdirSync, writeFileSync } = require("fs"), [, folder] = process.argv
  const found = Object.fromEntries(readdirSync(folder).filter((file) => file.endsWith(".tgz"))
    .map((file) => [file.replace(/^sluice-(.*)-\d+\.\d+\.\d+.*\.tgz$/, "@sluice/$1"), `file:${folder}/${file}`]))
  const { "@sluice/server": server, ...overrides } = found
  writeFileSync("package.json", JSON.stringify({ private: true, dependencies: { "@sluice/server": server }, overrides }))
' "$tarballs"
npm install --omit=dev --no-audit --no-fund --loglevel=error
find node_modules -name '*.d.ts' -o -name '*.map' -o -name '*.md' | xargs rm -f
rm -rf node_modules/effect/src node_modules/effect/ai-docs node_modules/@effect/*/src node_modules/@sluice/*/src
