/* The kernels for processors with AVX512 and its products of 16-bit numbers. */
#include "kernels.h"

#ifdef __x86_64__
#include <immintrin.h>
#include <math.h>
#include <string.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512vnni"))),                 \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl,avx512bw,avx512dq,avx512vnni,prefer-vector-width=512")
#endif

#define PR_LANES        16
#define PR_TILE_ROWS    12
#define PR_TILE_VECTORS 2
#define PR_KERNELS      pr__kernels_avx512
#define PR_KERNELS_NAME "avx512"
#include "kernels_types.h"

typedef __m512i words;

PR__INLINE words widen(const int8_t *bytes) {
    return _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)bytes));
}

PR__INLINE words twins(const int16_t *pair) {
    int32_t both;
    memcpy(&both, pair, sizeof both);
    return _mm512_set1_epi32(both);
}

PR__INLINE ints add_twins(ints sums, words a, words b) {
    return (ints)_mm512_dpwssd_epi32((words)sums, a, b);
}

#include "kernels_wide.h"

#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
