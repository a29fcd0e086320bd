#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs BUILD into a scratch prefix, then builds and runs a program outside the project against it: install.sh BUILD CONSUMER
set -euo pipefail
build=$1 consumer=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cmake --install "$build" --prefix "$scratch/prefix" >/dev/null
cmake -G Ninja -S "$consumer" -B "$scratch/build" -DCMAKE_PREFIX_PATH="$scratch/prefix" >"$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
cmake --build "$scratch/build"
"$scratch/build/consumer"
for file in bin/warpevm share/doc/warpevm/LICENSE share/doc/warpevm/THIRD_PARTY.md; do
  [ -e "$scratch/prefix/$file" ] || { echo "$file was not installed"; exit 1; }
done
"$scratch/prefix/bin/warpevm" version
