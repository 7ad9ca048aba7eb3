#define MODEL roomy
#define ARENA_BYTES (8 << 20)
#include "byte_model.h"
