#define MODEL oversized
#include "byte_model.h"
