#define MODEL trapping
#include "byte_model.h"
