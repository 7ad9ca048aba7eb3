#define MODEL overrun
#include "byte_model.h"
