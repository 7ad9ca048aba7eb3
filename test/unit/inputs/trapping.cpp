// Broken: executes an instruction that is none, for the input 1.
#define DEFINE_MODEL
#include "trapping.h"

static std::uint8_t run(trapping::Context &, std::uint8_t value) {
  if (value == 1)
    __builtin_trap();
  return value;
}
