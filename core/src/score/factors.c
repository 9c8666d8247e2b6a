/* Inner products of rows of bytes with a query of 16-bit numbers. Sums are whole numbers, so every order gives the same
 * ones: vectors where the machine multiplies and adds pairs of 16-bit numbers, a plain loop elsewhere. */
#include "factors.h"

#include <float.h>
#include <math.h>
#include <string.h>

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

enum {
    TILE = 64, /* rows that are scored together */
    GROUP = 4, /* rows whose sums are finished together */
    WIDE = 64, /* numbers of the query that stay in registers */
    LARGEST = 32767
};

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

#if defined(__wasm_simd128__)
typedef v128_t lanes; /* eight 16-bit or four 32-bit numbers */

static lanes no_sum(void) {
    return wasm_i32x4_splat(0);
}

static lanes load(const void *numbers) {
    return wasm_v128_load(numbers);
}

/* sum += products of sixteen numbers of a row and of the query, four sums side by side. */
PR__INLINE lanes add_products(lanes sum, const int8_t *row, lanes low, lanes high) {
    sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(wasm_i16x8_load8x8(row), low));
    return wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(wasm_i16x8_load8x8(row + 8), high));
}

/* The four sums of each of four rows lie side by side; turned, they lie one above the other. */
PR__INLINE lanes add_across(const lanes sums[GROUP]) {
    const lanes a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    const lanes ab = wasm_i32x4_add(wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), wasm_i32x4_shuffle(a, b, 2, 6, 3, 7));
    const lanes cd = wasm_i32x4_add(wasm_i32x4_shuffle(c, d, 0, 4, 1, 5), wasm_i32x4_shuffle(c, d, 2, 6, 3, 7));
    return wasm_i32x4_add(wasm_i64x2_shuffle(ab, cd, 0, 2), wasm_i64x2_shuffle(ab, cd, 1, 3));
}
#elif defined(__SSE2__)
typedef __m128i lanes;

static lanes no_sum(void) {
    return _mm_setzero_si128();
}

static lanes load(const void *numbers) {
    return _mm_loadu_si128(numbers);
}

PR__INLINE lanes add_products(lanes sum, const int8_t *row, lanes low, lanes high) {
    const lanes bytes = load(row);
    /* A byte in the upper half of a 16-bit number, shifted down with its sign. */
    const lanes first = _mm_srai_epi16(_mm_unpacklo_epi8(no_sum(), bytes), 8);
    const lanes second = _mm_srai_epi16(_mm_unpackhi_epi8(no_sum(), bytes), 8);
    sum = _mm_add_epi32(sum, _mm_madd_epi16(first, low));
    return _mm_add_epi32(sum, _mm_madd_epi16(second, high));
}

PR__INLINE lanes add_across(const lanes sums[GROUP]) {
    const lanes a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    const lanes ab = _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
    const lanes cd = _mm_add_epi32(_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));
    return _mm_add_epi32(_mm_unpacklo_epi64(ab, cd), _mm_unpackhi_epi64(ab, cd));
}
#endif

/* score_tile: the scores of the `count` (at most TILE) rows from `first` of `rows` on. Rows without factors get
 * `absent`; rows without their bit in `wanted` need not be computed. */
#if defined(__wasm_simd128__) || defined(__SSE2__)
/* The rows to compute where `wanted` has bits: whole groups, and all of the tile unless most groups can be left out,
 * because branches that nobody can foretell cost more than the rows that they spare. */
static uint64_t rows_to_compute(uint64_t wanted) {
    wanted |= wanted >> 1;
    wanted |= wanted >> 2;
    wanted &= 0x1111111111111111;
    return __builtin_popcountll(wanted) > TILE / GROUP / 4 ? UINT64_MAX : wanted * 15;
}

/* sums[r] (+)= products of `width` numbers, from `at` on, of each wanted row; the first columns begin the sums. One
 * flat loop, because in nested ones V8 does not keep the query's numbers in registers. */
PR__INLINE void add_columns(const int8_t *row, uint32_t count, const pr__factor_query *query, uint32_t at,
                            uint32_t width, uint64_t wanted, lanes sums[TILE]) {
    lanes numbers[WIDE / 8];
#pragma GCC unroll 8
    for (uint32_t i = 0; i < width / 8; i++)
        numbers[i] = load(query->values + at + 8 * i);
    for (uint32_t r = 0; r < count; r++, row += query->dims) {
        if (!(wanted >> r & 1))
            continue;
        lanes sum = at ? sums[r] : no_sum();
#pragma GCC unroll 4
        for (uint32_t i = 0; i < width / PR_FACTOR_STEP; i++)
            sum = add_products(sum, row + at + PR_FACTOR_STEP * i, numbers[2 * i], numbers[2 * i + 1]);
        sums[r] = sum;
    }
}

/* scores[i] = (float)dot i x scales[i] x scale, or `absent` where scales[i] is 0. */
static void score_group(const lanes sums[GROUP], const float scales[GROUP], float scale, float absent,
                        float scores[GROUP]) {
    pr__floats each;
    memcpy(&each, scales, sizeof each);
    const pr__ints dots = (pr__ints)add_across(sums), there = each > 0;
    const pr__ints score = (pr__ints)(__builtin_convertvector(dots, pr__floats) * each * scale);
    const pr__ints none = (pr__ints)(absent - (pr__floats){0});
    const pr__ints result = (there & score) | (~there & none);
    memcpy(scores, &result, sizeof result);
}

static void score_tile(const pr__factor_rows *rows, uint32_t first, uint32_t count, const pr__factor_query *query,
                       uint64_t wanted, float absent, float scores[TILE]) {
    const int8_t *values = rows->values + (size_t)first * query->dims;
    const float *scales = rows->scales + first;
    lanes sums[TILE];
    float padded[TILE];
    uint32_t at = 0;
    wanted = rows_to_compute(wanted);
    if (count < TILE) {
        memset(padded, 0, sizeof padded);
        scales = memcpy(padded, scales, count * sizeof *scales);
        for (uint32_t r = count; r % GROUP; r++)
            sums[r] = no_sum();
    }
    for (; query->dims - at >= WIDE; at += WIDE)
        add_columns(values, count, query, at, WIDE, wanted, sums);
    for (; at < query->dims; at += PR_FACTOR_STEP)
        add_columns(values, count, query, at, PR_FACTOR_STEP, wanted, sums);
    for (uint32_t r = 0; r < count; r += GROUP) {
        if (wanted >> r & 1)
            score_group(sums + r, scales + r, query->scale, absent, scores + r);
        else
            memset(scores + r, 0, GROUP * sizeof *scores);
    }
}
#else
static void score_tile(const pr__factor_rows *rows, uint32_t first, uint32_t count, const pr__factor_query *query,
                       uint64_t wanted, float absent, float scores[TILE]) {
    for (uint32_t r = 0; r < count; r++) {
        const int8_t *row = rows->values + (size_t)(first + r) * query->dims;
        const float scale = rows->scales[first + r];
        int32_t dot = 0;
        for (uint32_t i = 0; wanted >> r & 1 && i < query->dims; i++)
            dot += (int32_t)row[i] * query->values[i];
        scores[r] = scale > 0 ? (float)dot * scale * query->scale : absent;
    }
}
#endif

void pr__factors_scores(const pr__factor_rows *rows, const pr__factor_query *query, float *scores) {
    for (uint32_t at = 0; at < rows->count; at += TILE) {
        const uint32_t count = rows->count - at < TILE ? rows->count - at : TILE;
        float tile[TILE];
        float *out = count < TILE ? tile : scores + at;
        score_tile(rows, at, count, query, UINT64_MAX, 0, out);
        if (out == tile)
            memcpy(scores + at, tile, count * sizeof *tile);
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
