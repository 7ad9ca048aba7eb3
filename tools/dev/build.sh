# shellcheck shell=bash
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What tools/quickstart and tools/check share; sourced from the project's top folder.

# A compile job with MLIR's headers takes up to 1.5 GB. EDGECC_JOBS overrides.
default_jobs() {
  local by_memory
  by_memory=$(awk '/MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
  local jobs
  jobs=$(nproc)
  ((by_memory < jobs)) && jobs=$by_memory
  echo $((jobs > 0 ? jobs : 1))
}
jobs=${EDGECC_JOBS:-$(default_jobs)}

# Prints a heading for a step. Not on stdout of the step's own commands, so that results can be piped.
step() { printf '\n== %s\n' "$*"; }

# Configures and builds preset $1; its name is also that of the build preset.
build() {
  step "Configure ($1)"
  cmake --preset "$1"
  step "Build ($1, $jobs jobs)"
  cmake --build --preset "$1" -j "$jobs"
}
