#!/usr/bin/env bash
# Runs the public Python clients against `tidemark dev`: AWS CLI, boto3, awswrangler, and the SageMaker SDK's Feature Store classes.
#
#   test/conformance/python.sh [argument of pytest…]      about 2 minutes, and one more the first time (900 MB from PyPI)
#
# The clients live in virtual environments under ${TIDEMARK_CACHE:-~/.cache/tidemark}/python-*, their versions in
# python/requirements*.txt. TIDEMARK_SAGEMAKER_SDK=0 leaves the SageMaker SDK out. Where Python or PyPI is missing, this says so
# and ends with 0. The engine is a child of this script, on free ports of 127.0.0.1, over a folder that is removed at the end.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
cache="${TIDEMARK_CACHE:-${HOME:-/tmp}/.cache/tidemark}"
engine_pid=''
run=''
failed=0

skip() {
  echo "skipped: $1"
  exit 0
}

cleanup() {
  if [[ -n "$engine_pid" ]] && kill -0 "$engine_pid" 2>/dev/null; then
    kill "$engine_pid"
    for _ in $(seq 100); do kill -0 "$engine_pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 -- "-$engine_pid" 2>/dev/null || true
  fi
  [[ -z "$run" ]] || rm -rf "$run"
}

# prepare NAME REQUIREMENTS: the environment of these very requirements on this very Python. The recipe is written last,
# so that an interrupted install begins again.
prepare() {
  local environment="$cache/python-$1" recipe
  recipe="$(python3 -VV; cat "$2")"
  [[ "$(cat "$environment/recipe" 2>/dev/null)" == "$recipe" ]] && return
  echo "installing $(basename "$2") into $environment"
  rm -rf "$environment"
  mkdir -p "$cache"
  python3 -m venv "$environment" 2>"$run/why" || return 1
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$2" 2>"$run/why" || return 1
  echo "$recipe" >"$environment/recipe"
}

# In a process group of its own, so that what does not end by itself is ended as a whole.
start_engine() {
  set -m
  node "$root/scripts/bootstrap.mjs" packages/cli/src/main.ts dev --json --port 0 --api-port 0 --data "$run/data" \
    >"$run/ready" 2>"$run/engine.log" </dev/null &
  engine_pid=$!
  set +m
  for _ in $(seq 600); do
    [[ -s "$run/ready" ]] && break
    kill -0 "$engine_pid" 2>/dev/null || { cat "$run/engine.log"; echo 'tidemark dev ended while it was starting'; exit 1; }
    sleep 0.2
  done
  AWS_ENDPOINT_URL="$(python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["endpoint"])' <"$run/ready")"
  export AWS_ENDPOINT_URL
}

# What a person has configured for the real AWS stays out of it.
configure_clients() {
  unset "${!AWS_@}"
  export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
  export AWS_CONFIG_FILE="$run/none" AWS_SHARED_CREDENTIALS_FILE="$run/none" AWS_PAGER=''
  export PYTHONDONTWRITEBYTECODE=1 TIDEMARK_COUNTS="$run/counts"
}

# test_with NAME FOLDER [argument of pytest…]
test_with() {
  local name="$1" environment="$cache/python-$1" folder="$2"
  shift 2
  "$environment/bin/python" -m pip list --format=freeze --disable-pip-version-check | grep -E '^(awscli|boto3|botocore|awswrangler|pandas|pyarrow|sagemaker)==' | xargs
  (cd "$here/python" && "$environment/bin/python" -m pytest --basetemp="$run/$name" "$folder" "$@") || failed=1
}

command -v node >/dev/null || skip 'node is needed, 18 or newer'
command -v python3 >/dev/null || skip 'python3 is needed'
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || skip "Python 3.11 is needed, this is $(python3 -V)"
python3 -c 'import venv, ensurepip' 2>/dev/null || skip 'the venv module of Python is needed'
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
run="$(mktemp -d)"
prepare clients "$here/python/requirements.txt" || skip "the clients could not be installed: $(tail -1 "$run/why")"
with_sdk="${TIDEMARK_SAGEMAKER_SDK:-1}"
if [[ "$with_sdk" != 0 ]] && ! prepare sagemaker "$here/python/requirements-sagemaker.txt"; then
  echo "skipped: the SageMaker SDK could not be installed: $(tail -1 "$run/why")"
  with_sdk=0
fi

configure_clients
start_engine
echo "tidemark dev is ready after ${SECONDS} s"
test_with clients clients "$@"
[[ "$with_sdk" == 0 ]] || test_with sagemaker sagemaker_sdk "$@"
echo "finished after ${SECONDS} s"
# A run that ended before it could count is one that failed.
touch "$run/counts"
awk -v broken="$failed" '{ passed += $1; failed += $2; skipped += $3 } END { if (broken && !failed) failed = 1; printf "%d passed, %d failed", passed, failed; if (skipped) printf ", %d skipped", skipped; print "" }' "$run/counts"
exit "$failed"
