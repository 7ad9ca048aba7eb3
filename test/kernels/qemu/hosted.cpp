// The platform on an operating system.
#include <cstdio>

#include "platform.h"

void writeText(const char *text) { std::fputs(text, stdout); }
