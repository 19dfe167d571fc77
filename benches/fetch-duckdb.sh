#!/usr/bin/env bash
# Puts libduckdb.so where the benches look for it: <target>/duckdb. It comes ready built out of an npm package;
# building DuckDB takes longer than everything else here together.
set -euo pipefail

version=1.5.6-r.1
sha256=1b9f82478539bb9a1d1df44bd103121a12ae52142c07158dc52b97d2ec1d69ff
here=$(cd "$(dirname "$0")" && pwd)
folder=${CARGO_TARGET_DIR:-$here/target}/duckdb

[ -e "$folder/$version" ] && exit 0
mkdir -p "$folder"
cd "$folder"
npm pack --silent "@duckdb/node-bindings-linux-x64@$version" > /dev/null
archive=duckdb-node-bindings-linux-x64-$version.tgz
echo "$sha256  $archive" | sha256sum --check --quiet
tar --extract --gzip --file "$archive" --strip-components 1 package/libduckdb.so package/LICENSE
rm "$archive"
touch "$version"
echo "DuckDB $version is in $folder"
