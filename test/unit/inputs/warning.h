#define MODEL warning
#include "byte_model.h"
