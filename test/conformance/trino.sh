#!/usr/bin/env bash
# Runs the point-in-time plans on a real Trino, over histories in Glue format and in Iceberg's, and compares every answer with the oracle.
#
#   test/conformance/trino.sh            some minutes the first time (280 MB from Maven Central), then three or four
#
# Trino 406 on Java 17 is the newest that Maven Central has as libraries complete enough to read Parquet from the local disk,
# and close to what Athena engine version 3 grew from. It is assembled once under ${TIDEMARK_CACHE:-~/.cache/tidemark}/trino-406
# and listens on 127.0.0.1 only. Where it cannot run, this says why and ends with 0. Pass on TRINO_CASES, FAST_CHECK_SEED.
set -euo pipefail

version=406
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
cache="${TIDEMARK_CACHE:-$HOME/.cache/tidemark}/trino-$version"
node="$root/node_modules/.bin/node"
server_pid=''
run=''

skip() {
  echo "skipped: $1"
  exit 0
}

cleanup() {
  if [[ -n "$server_pid" ]] && kill -0 "$server_pid" 2>/dev/null; then
    kill "$server_pid"
    for _ in $(seq 50); do kill -0 "$server_pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$server_pid" 2>/dev/null || true
  fi
  [[ -z "$run" ]] || rm -rf "$run"
}

require_tools() {
  command -v java >/dev/null && command -v javac >/dev/null || skip 'java 17 is needed (a JDK, for javac)'
  [[ "$(java -version 2>&1)" == *'version "17'* ]] || skip "java 17 is needed, this is $(java -version 2>&1 | head -1)"
  command -v mvn >/dev/null || skip 'mvn (Apache Maven 3) is needed to fetch Trino'
  [[ -x "$node" ]] || skip 'the node of the project is not installed: run npm start or npm test once'
}

# Everything is built beside its place and moved there when it is whole, so that an interrupted run leaves nothing half.
assemble() {
  local recipe
  recipe="$(cat "$here/trino/pom.xml" "$here"/trino/java/*.java | sha256sum | cut -d' ' -f1)"
  [[ "$(cat "$cache/recipe" 2>/dev/null)" == "$recipe" ]] && return
  echo "assembling Trino $version in $cache"
  local building="$cache.$$"
  rm -rf "$building"
  mkdir -p "$building/main" "$building/plugin/lake/services/META-INF/services"
  fetch trino-main "$building/lib" && fetch trino-iceberg "$building/plugin/lake" || { rm -rf "$building"; skip 'Maven Central cannot be reached'; }
  javac -d "$building/main" -cp "$building/lib/*" "$here/trino/java/TrinoMain.java"
  # The Iceberg connector is made of the Hive one, and brings it along.
  javac -d "$building/plugin/lake/services" -cp "$building/plugin/lake/*:$building/lib/*" "$here/trino/java/LocalHivePlugin.java"
  printf '%s\n' LocalHivePlugin io.trino.plugin.iceberg.IcebergPlugin >"$building/plugin/lake/services/META-INF/services/io.trino.spi.Plugin"
  echo "$recipe" >"$building/recipe"
  rm -rf "$cache"
  mv "$building" "$cache"
}

fetch() {
  mvn -q -B -f "$here/trino/pom.xml" dependency:copy-dependencies -Dpart="$1" -DincludeScope=runtime -DoutputDirectory="$2"
}

configure() {
  mkdir -p "$run/etc/catalog" "$run/metastore" "$run/iceberg" "$run/tables"
  cat >"$run/etc/config.properties" <<PROPERTIES
node.environment=conformance
node.id=conformance
node.bind-ip=127.0.0.1
node.internal-address=127.0.0.1
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port=$1
discovery.uri=http://127.0.0.1:$1
query.max-memory=1GB
query.max-memory-per-node=1GB
memory.heap-headroom-per-node=512MB
catalog.config-dir=$run/etc/catalog
plugin.dir=$cache/plugin
PROPERTIES
  cat >"$run/etc/catalog/hive.properties" <<PROPERTIES
connector.name=hive
hive.metastore=file
hive.metastore.catalog.dir=file://$run/metastore
hive.security=allow-all
hive.non-managed-table-writes-enabled=true
PROPERTIES
  cat >"$run/etc/catalog/iceberg.properties" <<PROPERTIES
connector.name=iceberg
iceberg.catalog.type=TESTING_FILE_METASTORE
hive.metastore.catalog.dir=file://$run/iceberg
PROPERTIES
}

start() {
  (cd "$run" && exec java -Xmx2G -XX:+UseG1GC -Djdk.attach.allowAttachSelf=true -Dconfig="$run/etc/config.properties" \
    -cp "$cache/main:$cache/lib/*" TrinoMain "$version") >"$run/server.log" 2>&1 &
  server_pid=$!
  for _ in $(seq 480); do
    kill -0 "$server_pid" 2>/dev/null || { tail -20 "$run/server.log"; echo 'Trino ended while it was starting'; exit 1; }
    [[ "$(curl -s "http://127.0.0.1:$1/v1/info" || true)" == *'"starting":false'* ]] && return
    sleep 0.25
  done
  tail -20 "$run/server.log"
  echo 'Trino did not get ready within two minutes'
  exit 1
}

require_tools
assemble
trap cleanup EXIT
trap 'exit 130' INT TERM
run="$(mktemp -d)"
port="$("$node" -e "const s = require('node:net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")"
configure "$port"
start "$port"
echo "Trino $version is ready after ${SECONDS} s"
"$node" "$here/trino/compare.ts" "http://127.0.0.1:$port" "$run/tables"
echo "finished after ${SECONDS} s"
