/* The kernels for processors with AVX2. */
#include "kernels.h"

#ifdef __x86_64__
#include <immintrin.h>
#include <math.h>
#include <string.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif

#define PR_LANES        8
#define PR_TILE_ROWS    6
#define PR_TILE_VECTORS 2
#define PR_KERNELS      pr__kernels_avx2
#define PR_KERNELS_NAME "avx2"
#include "kernels_types.h"

typedef __m256i words;

PR__INLINE words widen(const int8_t *bytes) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)bytes));
}

PR__INLINE words twins(const int16_t *pair) {
    int32_t both;
    memcpy(&both, pair, sizeof both);
    return _mm256_set1_epi32(both);
}

PR__INLINE ints add_twins(ints sums, words a, words b) {
    return sums + (ints)_mm256_madd_epi16(a, b);
}

#include "kernels_wide.h"

#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
