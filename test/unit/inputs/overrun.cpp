// Broken: writes behind its context.
#define DEFINE_MODEL
#include "overrun.h"

static std::uint8_t run(overrun::Context &context, std::uint8_t value) {
  volatile std::size_t end = sizeof context;
  context.arena[end] = 0;
  return value;
}
