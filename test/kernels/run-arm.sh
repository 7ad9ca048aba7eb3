#!/bin/bash
# run-arm.sh OUTPUT_DIR
# Builds the tests of kernels of vectors for Arm cores and runs them under QEMU:
# with dot products and without, with weights of -128 and without, and Armv7. The
# emulated core lacks what the target lacks. Of the same code for several cores
# each test is compiled once, as that takes minutes: floats and int16 know nothing
# of dot products. Cores whose compiler, emulator or GoogleTest's sources are
# missing are skipped; exit status 77 if none is left.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
output=${1:?usage: run-arm.sh OUTPUT_DIR}
mkdir -p "$output"
gtest=${GTEST_SOURCES:-/usr/src/googletest/googletest}
[ -f "$gtest/src/gtest-all.cc" ] || { echo "skipped: no sources of GoogleTest in $gtest"; exit 77; }
ccache=$(command -v ccache || true)
status=0
ran=0

# start_compiling OBJECT COMPILER FLAG...
start_compiling() {
  local object=$1
  shift
  rm -f "$object" # Nothing of an earlier run may be linked.
  # Two at a time.
  [ "$(jobs -rp | wc -l)" -lt 2 ] || wait -n
  $ccache "$@" -std=c++17 -O1 -isystem "$gtest/include" -isystem "$gtest" -I"$here" -I"$here/../../backends/kernels" \
    -c -o "$object" &
  objects+=("$object")
}

all=$(cd "$here" && echo Simd*Test.cpp | sed 's/Simd\|Test\.cpp//g')
# NAME PREFIX EMULATOR CPU TESTS FLAG...
while read -r name prefix emulator cpu tests options; do
  compiler=$prefix-g++
  for tool in "$compiler" "$emulator"; do
    command -v "$tool" >/dev/null || { echo "$name: skipped, no $tool"; continue 2; }
  done
  objects=()
  start_compiling "$output/$prefix-gtest.o" "$compiler" -w "$gtest/src/gtest-all.cc"
  tests=${tests/#all/$all}
  for test in ${tests//,/ }; do
    # shellcheck disable=SC2086
    start_compiling "$output/$name-$test.o" "$compiler" $options -Wall -Wextra -Wconversion -Wshadow -Werror \
      "$here/Simd${test}Test.cpp"
  done
  wait
  # shellcheck disable=SC2086
  "$compiler" -static $options "${objects[@]}" -o "$output/$name.elf" -pthread
  if "$emulator" -cpu "$cpu" "$output/$name.elf" --gtest_brief=1 >"$output/$name.log" 2>&1; then
    echo "$name: $(tail -n 1 "$output/$name.log")"
  else
    echo "$name: fails"
    grep -v '^Running main' "$output/$name.log" | head -n 40
    status=1
  fi
  ran=$((ran + 1))
done <<'CORES'
cortex-a53 aarch64-linux-gnu qemu-aarch64 cortex-a53 all -mcpu=cortex-a53
cortex-a76 aarch64-linux-gnu qemu-aarch64 neoverse-n1 Conv2d,Packed,Recurrent,Depthwise,Matmul,Pool -mcpu=cortex-a76 -DEDGECC_INTEGERS_ONLY
cortex-a53-all-weights aarch64-linux-gnu qemu-aarch64 cortex-a53 Conv2d,Packed,Recurrent -mcpu=cortex-a53 -DEDGECC_ALL_WEIGHTS -DEDGECC_INTEGERS_ONLY
cortex-a7 arm-linux-gnueabihf qemu-arm cortex-a7 all -mcpu=cortex-a7 -marm -mfpu=neon-vfpv4 -mfloat-abi=hard
CORES

[ "$ran" -gt 0 ] || exit 77
exit $status
