/* Alternating least squares on processors with AVX512. */
#include "als_kernels.h"

#ifdef __x86_64__
#include "als_rows.h"

#include <math.h>
#include <string.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw")
#endif

#define PRT_LANES   16
#define PRT_KERNELS prt_als_kernels_avx512
#include "als_rows_all.h"

#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
