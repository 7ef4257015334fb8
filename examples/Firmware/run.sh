#!/usr/bin/env bash
# Makes firmware of a model and runs it in QEMU: run.sh model.onnx inputs.npy [cpu] [further options of redgen firmware]
# Without arguments: the digits CNN, and the models of MLPerf Tiny that REDGEN_SHARED has, in floats and in integers, on 10 inputs each.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tool=$here/../../artifacts/bin/RedGen.Cli/release/redgen.dll
[ -f "$tool" ] || dotnet build "$here/../../src/Cli" -c Release -v q --nologo

run() {
  model=$1 inputs=$2 cpu=$3
  shift 3
  name=$(basename "$(dirname "$model")")
  dotnet "$tool" firmware "$model" -o "$here/build/$name-$cpu" --cpu "$cpu" --run --inputs "$inputs" "$@"
}

if [ $# -gt 0 ]; then
  [ $# -gt 1 ] || { echo "usage: run.sh model.onnx inputs.npy [cpu] [options of redgen firmware]" >&2; exit 2; }
  model=$1 inputs=$2 cpu=${3:-cortex-m7}
  shift $(($# < 3 ? $# : 3))
  run "$model" "$inputs" "$cpu" "$@"
  exit
fi

failed=0
run "$here/../Digits/digits.onnx" "$here/../Digits/data/images.npy" cortex-m4 || failed=1
for name in mlperf-tiny-kws-dscnn-folded mlperf-tiny-kws-dscnn-int8-qdq mlperf-tiny-ad-autoencoder-folded mlperf-tiny-ic-resnet8-folded mlperf-tiny-ic-resnet8-int8-qdq; do
  folder=${REDGEN_SHARED:-}/models/$name
  if [ -f "$folder/model.onnx" ]; then run "$folder/model.onnx" "$folder/inputs.npy" cortex-m7 || failed=1; else echo "$name: not in REDGEN_SHARED, left out"; fi
done
exit $failed
