#define MODEL looping
#include "byte_model.h"
