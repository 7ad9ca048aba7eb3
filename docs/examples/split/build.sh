#!/usr/bin/env bash
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Builds the device's program of a split network, or a whole network to fall back to:
#
#   build.sh host|cortex-m7 SPLIT_FOLDER NAME TIER PROGRAM      with NAME_wire.h, to tier TIER
#   build.sh host|cortex-m7 FOLDER NAME - PROGRAM               the whole network NAME.h
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
runtime=${EDGECC_RESOURCE_DIR:-$here/../../../backends}/runtime
kind=$1 folder=$2 name=$3 tier=$4 program=$5

if [[ $tier == - ]]; then
  model=$name source=$folder/$name.cpp
  flags=(-DWHOLE)
else
  model=${name}_device source=$folder/device/${name}_device.cpp
  flags=("-DWIRE_HEADER=\"${name}_wire.h\"" "-DLINK=${name}_wire::device_to_$tier")
fi
flags+=(-std=c++17 -O2 -ffunction-sections -fdata-sections "-DMODEL=$model" "-DMODEL_HEADER=\"$model.h\""
  -I "$runtime" -I "$folder" -I "$(dirname "$source")")
case $kind in
host) g++ -march=native "${flags[@]}" "$here/device.cpp" "$source" "$runtime/hosted.cpp" -o "$program" -lm ;;
cortex-m7)
  arm-none-eabi-g++ -mcpu=cortex-m7 -mthumb -mfpu=fpv5-d16 -mfloat-abi=hard -fno-exceptions -fno-rtti "${flags[@]}" \
    "$here/device.cpp" "$source" "$runtime/startup.cpp" "$runtime/semihosting.cpp" -nostartfiles -Wl,--gc-sections \
    -L "$runtime" -T mps2-an500.ld --specs=nano.specs -o "$program" -lm
  ;;
*)
  sed -n '6,7s/^# *//p' "${BASH_SOURCE[0]}" >&2
  exit 1
  ;;
esac
