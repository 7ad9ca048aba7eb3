// A function that is there once, for all layers: neither inlined nor copied for
// the arguments of one of them.
#ifndef EDGECC_KERNELS_SHARED_FUNCTION_H
#define EDGECC_KERNELS_SHARED_FUNCTION_H

#if defined(__clang__)
#define EDGECC_SHARED __attribute__((noinline))
#else
#define EDGECC_SHARED __attribute__((noinline, noclone))
#endif

#endif // EDGECC_KERNELS_SHARED_FUNCTION_H
