/* The kernels in vectors of sixteen bytes: SIMD128 of WebAssembly, SSE2 natively. */
#include "base.h"

#if PR_VECTORS
#define PR_LANES        4
#define PR_TILE_ROWS    4
#define PR_TILE_VECTORS 2
#define PR_KERNELS      pr__kernels_vectors
#define PR_KERNELS_NAME "vectors"
#include "kernels_types.h"

#include <string.h>

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>

typedef v128_t words;

PR__INLINE words widen(const int8_t *bytes) {
    return wasm_i16x8_load8x8(bytes);
}

PR__INLINE words twins(const int16_t *pair) {
    return wasm_v128_load32_splat(pair);
}

PR__INLINE ints add_twins(ints sums, words a, words b) {
    return sums + (ints)wasm_i32x4_dot_i16x8(a, b);
}
#elif defined(__SSE2__)
#include <emmintrin.h>

typedef __m128i words;

PR__INLINE words widen(const int8_t *bytes) {
    const __m128i eight = _mm_loadl_epi64((const __m128i *)bytes);
    /* A byte in the upper half of a 16-bit number, shifted down with its sign. */
    return _mm_srai_epi16(_mm_unpacklo_epi8(eight, eight), 8);
}

PR__INLINE words twins(const int16_t *pair) {
    int32_t both;
    memcpy(&both, pair, sizeof both);
    return _mm_set1_epi32(both);
}

PR__INLINE ints add_twins(ints sums, words a, words b) {
    return sums + (ints)_mm_madd_epi16(a, b);
}
#else
typedef struct words {
    ints a, b;
} words;

PR__INLINE words widen(const int8_t *bytes) {
    return (words){{bytes[0], bytes[2], bytes[4], bytes[6]}, {bytes[1], bytes[3], bytes[5], bytes[7]}};
}

PR__INLINE words twins(const int16_t *pair) {
    return (words){(ints){0} + pair[0], (ints){0} + pair[1]};
}

PR__INLINE ints add_twins(ints sums, words a, words b) {
    return sums + (a.a * b.a + a.b * b.b);
}
#endif

#include "kernels_wide.h"
#endif
