#define MODEL unwritten
#include "byte_model.h"
