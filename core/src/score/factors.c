/* Inner products of rows of bytes with a query of 16-bit numbers. Sums are whole numbers, so every order gives the same
 * ones: vectors here, a plain loop elsewhere. Rows go four at a time, so that a load of the query serves four. */
#include "factors.h"

#include <float.h>
#include <math.h>

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { TILE = 64, GROUP = 4, LARGEST = 32767 };

bool pr__factors_query(const double *x, uint32_t dims, pr__factor_query *query) {
    double most = 0;
    for (uint32_t i = 0; i < dims; i++) {
        if (!isfinite(x[i]))
            return false;
        most = fabs(x[i]) > most ? fabs(x[i]) : most;
    }
    if (most / LARGEST > (double)FLT_MAX)
        return false;
    query->dims = dims;
    query->scale = (float)(most / LARGEST);
    for (uint32_t i = 0; i < dims; i++) {
        double value = query->scale > 0 ? x[i] / (double)query->scale : 0;
        /* A scale that was rounded down can lift the largest number above what fits. */
        value = value > LARGEST ? LARGEST : value < -LARGEST ? -LARGEST : value;
        query->values[i] = (int16_t)(value + (value < 0 ? -0.5 : 0.5));
    }
    return true;
}

/* dots[i] = row i · query for the four rows at row, row + step, …; a step of 0 computes one row four times. */
#if defined(__wasm_simd128__)
#define ADD_PRODUCTS(sum, row)                                                                                         \
    sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(wasm_i16x8_load8x8(row), low));                                     \
    sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(wasm_i16x8_load8x8((row) + 8), high))

static void dots_of_four(const int8_t *row, size_t step, const pr__factor_query *query, int32_t dots[GROUP]) {
    v128_t a = wasm_i32x4_splat(0), b = a, c = a, d = a;
    const int8_t *row1 = row + step, *row2 = row1 + step, *row3 = row2 + step;
    for (uint32_t i = 0; i < query->dims; i += PR_FACTOR_STEP) {
        const v128_t low = wasm_v128_load(query->values + i), high = wasm_v128_load(query->values + i + 8);
        ADD_PRODUCTS(a, row + i);
        ADD_PRODUCTS(b, row1 + i);
        ADD_PRODUCTS(c, row2 + i);
        ADD_PRODUCTS(d, row3 + i);
    }
    /* The four sums of each row lie side by side; turned, they lie one above the other. */
    v128_t ab = wasm_i32x4_add(wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), wasm_i32x4_shuffle(a, b, 2, 6, 3, 7));
    v128_t cd = wasm_i32x4_add(wasm_i32x4_shuffle(c, d, 0, 4, 1, 5), wasm_i32x4_shuffle(c, d, 2, 6, 3, 7));
    wasm_v128_store(dots, wasm_i32x4_add(wasm_i64x2_shuffle(ab, cd, 0, 2), wasm_i64x2_shuffle(ab, cd, 1, 3)));
}
#elif defined(__SSE2__)
static __m128i add_products(__m128i sum, const int8_t *row, __m128i low, __m128i high) {
    const __m128i zero = _mm_setzero_si128(), bytes = _mm_loadu_si128((const __m128i *)(const void *)row);
    /* A byte in the upper half of a 16-bit number, shifted down with its sign. */
    const __m128i first = _mm_srai_epi16(_mm_unpacklo_epi8(zero, bytes), 8);
    const __m128i second = _mm_srai_epi16(_mm_unpackhi_epi8(zero, bytes), 8);
    sum = _mm_add_epi32(sum, _mm_madd_epi16(first, low));
    return _mm_add_epi32(sum, _mm_madd_epi16(second, high));
}

static void dots_of_four(const int8_t *row, size_t step, const pr__factor_query *query, int32_t dots[GROUP]) {
    __m128i a = _mm_setzero_si128(), b = a, c = a, d = a;
    for (uint32_t i = 0; i < query->dims; i += PR_FACTOR_STEP) {
        const __m128i low = _mm_loadu_si128((const __m128i *)(const void *)(query->values + i));
        const __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(query->values + i + 8));
        a = add_products(a, row + i, low, high);
        b = add_products(b, row + step + i, low, high);
        c = add_products(c, row + 2 * step + i, low, high);
        d = add_products(d, row + 3 * step + i, low, high);
    }
    /* The four sums of each row lie side by side; turned, they lie one above the other. */
    const __m128i ab = _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
    const __m128i cd = _mm_add_epi32(_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));
    const __m128i sums = _mm_add_epi32(_mm_unpacklo_epi64(ab, cd), _mm_unpackhi_epi64(ab, cd));
    _mm_storeu_si128((__m128i *)(void *)dots, sums);
}
#else
static void dots_of_four(const int8_t *row, size_t step, const pr__factor_query *query, int32_t dots[GROUP]) {
    for (uint32_t r = 0; r < GROUP; r++, row += step) {
        int32_t sum = 0;
        for (uint32_t i = 0; i < query->dims; i++)
            sum += (int32_t)row[i] * query->values[i];
        dots[r] = sum;
    }
}
#endif

/* Dots of the `count` (at most TILE) rows at `row`; groups of rows without a bit in `wanted` get 0. */
static void dots_of_tile(const int8_t *row, uint32_t count, const pr__factor_query *query, uint64_t wanted,
                         int32_t dots[TILE]) {
    uint32_t r = 0;
    for (; r + GROUP <= count; r += GROUP, row += (size_t)GROUP * query->dims) {
        if (wanted >> r & ((1 << GROUP) - 1))
            dots_of_four(row, query->dims, query, dots + r);
        else
            dots[r] = dots[r + 1] = dots[r + 2] = dots[r + 3] = 0;
    }
    for (; r < count; r++, row += query->dims) {
        int32_t same[GROUP];
        dots_of_four(row, 0, query, same);
        dots[r] = same[0];
    }
}

/* The scores of rows first … first + count - 1 of `rows`; rows without factors get `absent`. */
static void score_tile(const pr__factor_rows *rows, uint32_t first, uint32_t count, const pr__factor_query *query,
                       uint64_t wanted, float absent, float *scores) {
    const float *scales = rows->scales + first;
    int32_t dots[TILE];
    dots_of_tile(rows->values + (size_t)first * query->dims, count, query, wanted, dots);
    for (uint32_t r = 0; r < count; r++) {
        const float score = (float)dots[r] * scales[r] * query->scale;
        scores[r] = scales[r] > 0 ? score : absent;
    }
}

void pr__factors_scores(const pr__factor_rows *rows, const pr__factor_query *query, float *scores) {
    for (uint32_t at = 0; at < rows->count; at += TILE) {
        const uint32_t count = rows->count - at < TILE ? rows->count - at : TILE;
        score_tile(rows, at, count, query, UINT64_MAX, 0, scores + at);
    }
}

void pr__factors_top(const pr__factor_rows *rows, const pr__factor_query *query, pr__allowed allowed, pr__best *best) {
    for (uint32_t at = 0; at < rows->count; at += TILE) {
        const uint32_t count = rows->count - at < TILE ? rows->count - at : TILE;
        const uint64_t wanted = pr__allowed_bits(allowed, rows->first + at, count);
        float scores[TILE];
        if (!wanted)
            continue;
        score_tile(rows, at, count, query, wanted, -HUGE_VALF, scores);
        pr__best_offer_bits(best, scores, rows->first + at, count, wanted);
    }
}
