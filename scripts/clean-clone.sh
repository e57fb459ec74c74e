#!/usr/bin/env bash
# Proves that a clean clone works where there is some Node and npm and nothing else: clones HEAD into a temporary folder and
# runs the README's two commands with an empty HOME and an empty npm cache. Takes a few minutes.
#
#   scripts/clean-clone.sh [npm version]     for instance: scripts/clean-clone.sh 9
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

git clone --quiet --no-hardlinks "$source" "$place/clone"
mkdir "$place/home"
cd "$place/clone"

# No tool of this checkout, no setting of this shell: PATH without node_modules, npm's variables gone.
path=$(tr ':' '\n' <<<"$PATH" | grep -v node_modules | paste -sd ':')
clean() {
  env -i HOME="$place/home" PATH="$path" TERM="${TERM:-dumb}" LANG="${LANG:-C.UTF-8}" \
    ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS="$NODE_EXTRA_CA_CERTS"} "$@"
}
npm=(npm)
[ $# -gt 0 ] && npm=(npx --yes "npm@$1")

echo "Node $(clean node --version), npm $(clean "${npm[@]}" --version), commit $(git rev-parse --short HEAD)"
timed() {
  local began=$SECONDS
  echo "== $*"
  clean "${npm[@]}" "$@" </dev/null
  echo "== $*: $((SECONDS - began)) s"
}
timed start -- --once
timed start -- --once
timed test
git status --short
