#!/usr/bin/env bash
# Makes firmware of a model and runs it in QEMU: run.sh model.onnx inputs.npy [cpu] [further options of redgen firmware]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
model=$1 inputs=$2 cpu=${3:-cortex-m7}
shift $(($# < 3 ? $# : 3))
exec dotnet run -c Release --project "$here/../../src/Cli" -- firmware "$model" -o "$here/build/$cpu" --cpu "$cpu" --run --inputs "$inputs" "$@"
