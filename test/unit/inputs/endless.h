#define MODEL endless
#include "byte_model.h"
