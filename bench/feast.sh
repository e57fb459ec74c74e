#!/usr/bin/env bash
# Ingest beside Feast 0.67, in turn on the same machine over the same two weeks of files: Python 3.10 or newer and PyPI needed.
#
#   bench/feast.sh [rounds]      2 rounds of about half a minute, and a minute of installing the first time
#
# Feast lives in a virtual environment under ${TIDEMARK_CACHE:-~/.cache/tidemark}/python-feast. Where Python or PyPI is missing,
# this says so and ends with 0.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/.." && pwd)"
environment="${TIDEMARK_CACHE:-${HOME:-/tmp}/.cache/tidemark}/python-feast"
rounds="${1:-2}"

skip() {
  echo "skipped: $1"
  exit 0
}

command -v python3 >/dev/null || skip 'python3 is not installed'
recipe="$(python3 -VV; cat "$here/feast/requirements.txt")"
if [[ "$(cat "$environment/recipe" 2>/dev/null)" != "$recipe" ]]; then
  rm -rf "$environment"
  mkdir -p "$environment"
  python3 -m venv "$environment" || skip 'python3 has no venv'
  "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$here/feast/requirements.txt" || skip 'PyPI does not answer'
  printf '%s' "$recipe" >"$environment/recipe"
fi

files="$(mktemp -d)"
trap 'rm -rf "$files"' EXIT
cd "$root"
node() { command node scripts/bootstrap.mjs "$@"; }
node bench/feast/export-files.ts "$files"
for round in $(seq "$rounds"); do
  echo "== round $round: Feast"
  "$environment/bin/python" "$here/feast/write_rows.py" "$files" 2>/dev/null
  echo "== round $round: Tidemark"
  node bench/main.ts ingest
done
