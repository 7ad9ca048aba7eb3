#!/bin/bash
# run-arm.sh OUTPUT_DIR
# Builds the tests of kernels of vectors for Arm cores and runs them under QEMU:
# with dot products and without, with weights of -128 and without, and Armv7. The
# emulated core lacks what the target lacks. Cores whose compiler, emulator or
# GoogleTest's sources are missing are skipped; exit status 77 if none is left.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
output=${1:?usage: run-arm.sh OUTPUT_DIR}
mkdir -p "$output"
gtest=${GTEST_SOURCES:-/usr/src/googletest/googletest}
[ -f "$gtest/src/gtest-all.cc" ] || { echo "skipped: no sources of GoogleTest in $gtest"; exit 77; }
ccache=$(command -v ccache || true)
status=0
ran=0

while read -r name prefix emulator cpu options; do
  compiler=$prefix-g++
  for tool in "$compiler" "$emulator"; do
    command -v "$tool" >/dev/null || { echo "$name: skipped, no $tool"; continue 2; }
  done
  objects=()
  for source in "$gtest/src/gtest-all.cc" "$here"/Simd*Test.cpp; do
    object=$output/$name-$(basename "$source").o
    warnings=(-Wall -Wextra -Wconversion -Wshadow -Werror)
    [ "$source" = "$gtest/src/gtest-all.cc" ] && warnings=(-w)
    # shellcheck disable=SC2086
    $ccache "$compiler" -std=c++17 -O1 $options "${warnings[@]}" -isystem "$gtest/include" -isystem "$gtest" \
      -I"$here" -I"$here/../../backends/kernels" -c "$source" -o "$object" &
    objects+=("$object")
    # Two at a time.
    [ $((${#objects[@]} % 2)) -eq 0 ] && wait
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
cortex-a76 aarch64-linux-gnu qemu-aarch64 neoverse-n1 -mcpu=cortex-a76
cortex-a53 aarch64-linux-gnu qemu-aarch64 cortex-a53 -mcpu=cortex-a53
cortex-a53-all-weights aarch64-linux-gnu qemu-aarch64 cortex-a53 -mcpu=cortex-a53 -DEDGECC_ALL_WEIGHTS
cortex-a7 arm-linux-gnueabihf qemu-arm cortex-a7 -mcpu=cortex-a7 -marm -mfpu=neon-vfpv4 -mfloat-abi=hard
CORES

[ "$ran" -gt 0 ] || exit 77
exit $status
