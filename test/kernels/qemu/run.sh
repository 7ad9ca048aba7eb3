#!/bin/bash
# run.sh OUTPUT_DIR
# Builds hash.cpp for the host, Cortex-M4, M7, M33, M55, M0+ and AArch64, runs it (under
# QEMU) and compares: every core has to print the same lines. A core whose
# compiler or emulator is missing is skipped with a message; exit status 77 if
# none but the host is left.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
output=${1:?usage: run.sh OUTPUT_DIR}
mkdir -p "$output"
flags=(-std=c++17 -fno-exceptions -fno-rtti -Wall -Wextra -Wconversion -Wshadow
  -Werror -I"$here" -I"$here/.." -I"$here/../../../backends/kernels")
ccache=$(command -v ccache || true)
status=0
compared=0

# have NAME TOOL...
have() {
  local name=$1
  shift
  for tool in "$@"; do
    command -v "$tool" >/dev/null || { echo "$name: skipped, no $tool"; return 1; }
  done
}

# build NAME PLATFORM COMPILER FLAG... -- LINK_FLAG...: compiles through ccache
# where there is one, as this is where the time goes.
build() {
  local name=$1 platform=$2 compiler=$3 options=()
  shift 3
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  $ccache "$compiler" "${flags[@]}" "${options[@]}" -c "$here/hash.cpp" \
    -o "$output/$name.o"
  "$compiler" "${flags[@]}" "${options[@]}" "$output/$name.o" \
    "$here/$platform.cpp" "$@" -o "$output/$name.elf"
}

# run_cortexm MACHINE ELF
run_cortexm() {
  timeout 60 qemu-system-arm -M "$1" -kernel "$2" -display none -monitor none \
    -serial none -semihosting-config enable=on,target=native 2>&1
}

# compare NAME: $output/NAME.txt with the host's.
compare() {
  if diff "$output/host.txt" "$output/$1.txt" >"$output/$1.diff"; then
    echo "$1: identical, $(wc -l <"$output/$1.txt") hashes"
  else
    echo "$1: differs from the host:"
    head -n 20 "$output/$1.diff"
    status=1
  fi
  compared=$((compared + 1))
}

build host hosted "${CXX:-g++}" -O2 --
"$output/host.elf" >"$output/host.txt"
[ -s "$output/host.txt" ] || { echo "host: no output"; exit 1; }

while read -r name machine script options; do
  have "$name" arm-none-eabi-g++ qemu-system-arm || continue
  # shellcheck disable=SC2086
  build "$name" cortexm arm-none-eabi-g++ -mthumb $options -- -nostartfiles \
    --specs=nosys.specs --specs=nano.specs -L"$here" -T"$here/$script.ld"
  run_cortexm "$machine" "$output/$name.elf" >"$output/$name.txt" || true
  compare "$name"
done <<'CORES'
cortex-m4 mps2-an386 cortexm -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard -O3
cortex-m7 mps2-an500 cortexm -mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard -O2
cortex-m33 mps2-an505 cortexm33 -mcpu=cortex-m33 -mfpu=fpv5-sp-d16 -mfloat-abi=hard -O3
cortex-m55 mps3-an547 cortexm55 -mcpu=cortex-m55 -mfloat-abi=hard -O3
cortex-m0plus mps2-an386 cortexm -mcpu=cortex-m0plus -mfloat-abi=soft -Os
CORES

if have aarch64 aarch64-linux-gnu-g++ qemu-aarch64; then
  build aarch64 hosted aarch64-linux-gnu-g++ -O3 -- -static
  qemu-aarch64 "$output/aarch64.elf" >"$output/aarch64.txt" || true
  compare aarch64
fi

[ "$compared" -gt 0 ] || exit 77
exit $status
