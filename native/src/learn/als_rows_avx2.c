/* Alternating least squares on processors with AVX2. */
#include "als_kernels.h"

#ifdef __x86_64__
#include "als_rows.h"

#include <math.h>
#include <string.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif

#define PRT_LANES   8
#define PRT_KERNELS prt_als_kernels_avx2
#include "als_rows_all.h"

#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
