// Broken: does not come back.
#define DEFINE_MODEL
#include "endless.h"

static std::uint8_t run(endless::Context &, std::uint8_t value) {
  for (;;)
    __asm__ volatile("");
  return value;
}
