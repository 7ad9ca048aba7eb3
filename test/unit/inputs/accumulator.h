#define MODEL accumulator
#include "byte_model.h"
