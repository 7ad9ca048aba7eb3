#!/bin/sh
# check-headers.sh KERNELS_DIR
# Compiles every kernel header on its own, all together, and embedded as generated
# code has them, without exceptions and RTTI. No warning may come from g++ or
# clang++.
set -u
dir=$1
flags="-x c++ -std=c++17 -O1 -fsyntax-only -pedantic -Wall -Wextra -Wconversion
  -Wshadow -Werror -fno-exceptions -fno-rtti -I$dir"
status=0
compilers=0

# check COMPILER NAME: standard input is the source. A part of pipelines, thus of
# subshells: it fails rather than set a variable.
check() {
  # shellcheck disable=SC2086
  "$1" $flags - || {
    echo "$1: $2" >&2
    return 1
  }
}

# The names of all headers, each behind those that it includes.
in_order() {
  for header in "$dir"/*.h; do
    name=$(basename "$header")
    echo "$name $name"
    sed -n 's/^#include "\(.*\)".*/\1 '"$name/p" "$header"
  done | tsort
}

for compiler in g++ "${CLANGXX:-clang++-19}"; do
  command -v "$compiler" >/dev/null || continue
  compilers=$((compilers + 1))
  for header in "$dir"/*.h; do
    name=$(basename "$header")
    printf '#include "%s"\n#include "%s"\n' "$name" "$name" |
      check "$compiler" "$name" || status=1
  done
  for header in "$dir"/*.h; do
    printf '#include "%s"\n' "$(basename "$header")"
  done | check "$compiler" "all headers" || status=1
  # Embedded into the main file, where unused functions are noticed; what others
  # include comes first and thereby suppresses their #include.
  {
    for header in $(in_order); do
      cat "$dir/$header"
    done
  } | sed '/^#include "/s/.*/#error not suppressed/' |
    check "$compiler" "embedded" || status=1
  # With the vectors that other processors lack.
  for machine in -march=x86-64-v3 "-march=x86-64-v4 -mavx512vnni"; do
    # shellcheck disable=SC2086
    printf '' | "$compiler" $machine -x c++ -fsyntax-only - 2>/dev/null || continue
    for header in "$dir"/*simd*.h "$dir"/*_parts.h "$dir"/avx*_vectors.h; do
      # shellcheck disable=SC2086
      printf '#include "%s"\n' "$(basename "$header")" |
        "$compiler" $flags $machine - || {
        echo "$compiler $machine: $header" >&2
        status=1
      }
    done
  done
done
[ "$compilers" -gt 0 ] || { echo "no host compiler: skipped"; exit 77; }
exit $status
