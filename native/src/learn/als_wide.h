/* Sixteen floats at a time, as one, two or four vectors of the processor: PRT_LANES floats in each. Numbers are added
 * in the same order whatever PRT_LANES is, and multiplied and added with two roundings, so the bits are the same.
 * Included by als_rows_*.c only. */
#include "als_rows.h"

typedef float lanes __attribute__((vector_size(PRT_LANES * sizeof(float)), aligned(sizeof(float)), may_alias));
typedef float quad __attribute__((vector_size(4 * sizeof(float)), aligned(sizeof(float)), may_alias));

#define INLINE static inline __attribute__((always_inline))

#if PRT_LANES == 16
#define FOR_PARTS(DO) DO(a, 0)
#elif PRT_LANES == 8
#define FOR_PARTS(DO) DO(a, 0) DO(b, 8)
#else
#define FOR_PARTS(DO) DO(a, 0) DO(b, 4) DO(c, 8) DO(d, 12)
#endif

typedef struct wide {
#define DO(part, at) lanes part;
    FOR_PARTS(DO)
#undef DO
} wide;

INLINE wide load(const float *from) {
    wide x;
#define DO(part, at) x.part = *(const lanes *)(from + at);
    FOR_PARTS(DO)
#undef DO
    return x;
}

INLINE void store(float *to, wide x) {
#define DO(part, at) *(lanes *)(to + at) = x.part;
    FOR_PARTS(DO)
#undef DO
}

INLINE wide nothing(void) {
    wide x;
#define DO(part, at) x.part = (lanes){0};
    FOR_PARTS(DO)
#undef DO
    return x;
}

INLINE wide add(wide x, wide y) {
#define DO(part, at) x.part += y.part;
    FOR_PARTS(DO)
#undef DO
    return x;
}

INLINE wide times(wide x, wide y) {
#define DO(part, at) x.part *= y.part;
    FOR_PARTS(DO)
#undef DO
    return x;
}

INLINE wide scaled(wide x, float y) {
#define DO(part, at) x.part *= y;
    FOR_PARTS(DO)
#undef DO
    return x;
}

INLINE wide over(wide x, wide y) {
#define DO(part, at) x.part /= y.part;
    FOR_PARTS(DO)
#undef DO
    return x;
}

INLINE wide plus(wide x, float y) {
#define DO(part, at) x.part += y;
    FOR_PARTS(DO)
#undef DO
    return x;
}

/* l and l + 4, l + 8, l + 12 added up: (l + (l + 8)) + ((l + 4) + (l + 12)). */
INLINE quad fold(wide x) {
#if PRT_LANES == 16
    typedef float octet __attribute__((vector_size(8 * sizeof(float))));
    octet half = __builtin_shufflevector(x.a, x.a, 0, 1, 2, 3, 4, 5, 6, 7) +
                 __builtin_shufflevector(x.a, x.a, 8, 9, 10, 11, 12, 13, 14, 15);
    return __builtin_shufflevector(half, half, 0, 1, 2, 3) + __builtin_shufflevector(half, half, 4, 5, 6, 7);
#elif PRT_LANES == 8
    lanes half = x.a + x.b;
    return __builtin_shufflevector(half, half, 0, 1, 2, 3) + __builtin_shufflevector(half, half, 4, 5, 6, 7);
#else
    return (x.a + x.c) + (x.b + x.d);
#endif
}

/* The sums of four times sixteen numbers. */
INLINE quad sums(wide a, wide b, wide c, wide d) {
    quad p = fold(a), q = fold(b), r = fold(c), s = fold(d);
    quad even = __builtin_shufflevector(p, q, 0, 4, 1, 5) + __builtin_shufflevector(p, q, 2, 6, 3, 7);
    quad odd = __builtin_shufflevector(r, s, 0, 4, 1, 5) + __builtin_shufflevector(r, s, 2, 6, 3, 7);
    return __builtin_shufflevector(even, odd, 0, 1, 4, 5) + __builtin_shufflevector(even, odd, 2, 3, 6, 7);
}

INLINE float sum(wide a) {
    quad p = fold(a);
    return (p[0] + p[2]) + (p[1] + p[3]);
}

/* ---- rows of floats: counts are multiples of 16 ---- */

INLINE float dot(const float *a, const float *b, uint32_t count) {
    wide total = nothing();
    for (uint32_t k = 0; k < count; k += PRT_ALS_WIDE)
        total = add(total, times(load(a + k), load(b + k)));
    return sum(total);
}

/* The dot products of p with four rows. */
INLINE quad dot_four(const float *const row[4], const float *p, uint32_t count) {
    wide a = nothing(), b = a, c = a, d = a;
    for (uint32_t k = 0; k < count; k += PRT_ALS_WIDE) {
        wide x = load(p + k);
        a = add(a, times(load(row[0] + k), x));
        b = add(b, times(load(row[1] + k), x));
        c = add(c, times(load(row[2] + k), x));
        d = add(d, times(load(row[3] + k), x));
    }
    return sums(a, b, c, d);
}

/* out += row x factor */
INLINE void add_row(float *out, const float *row, float factor, uint32_t count) {
    for (uint32_t k = 0; k < count; k += PRT_ALS_WIDE)
        store(out + k, add(load(out + k), scaled(load(row + k), factor)));
}

/* out += row[0] x factor[0], then the others in turn. */
INLINE void add_four(float *out, const float *const row[4], quad factor, uint32_t count) {
    for (uint32_t k = 0; k < count; k += PRT_ALS_WIDE) {
        wide x = add(load(out + k), scaled(load(row[0] + k), factor[0]));
        x = add(x, scaled(load(row[1] + k), factor[1]));
        x = add(x, scaled(load(row[2] + k), factor[2]));
        store(out + k, add(x, scaled(load(row[3] + k), factor[3])));
    }
}

/* ---- products of matrices ---- */

/* A matrix on the left of a product: element (r, k) is at[r * row + k * column]. */
typedef struct left_matrix {
    const float *at;
    size_t row, column;
} left_matrix;

/* out[0 … 15] += sum over k of left(r, k) right[k][0 … 15], for one row r. */
INLINE void multiply_one(float *out, left_matrix left, uint32_t r, const float *right, size_t step, uint32_t depth) {
    const float *l = left.at + r * left.row;
    wide x = load(out);
    for (uint32_t k = 0; k < depth; k++)
        x = add(x, scaled(load(right + k * step), l[k * left.column]));
    store(out, x);
}

/* The same for eight rows (four, where a processor's registers do not hold eight) from r on; out's rows are `stride`
 * apart. */
#if PRT_LANES == 16
#define FOR_ROWS(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)
enum { TILE = 8 };
#else
#define FOR_ROWS(DO) DO(0) DO(1) DO(2) DO(3)
enum { TILE = 4 };
#endif
INLINE void multiply_tile(float *out, size_t stride, left_matrix left, uint32_t r, const float *right, size_t step,
                          uint32_t depth) {
    const float *l = left.at + r * left.row;
#define DO(i) wide x##i = load(out + i * stride);
    FOR_ROWS(DO)
#undef DO
    for (uint32_t k = 0; k < depth; k++) {
        wide y = load(right + k * step);
#define DO(i) x##i = add(x##i, scaled(y, l[i * left.row]));
        FOR_ROWS(DO)
#undef DO
        l += left.column;
    }
#define DO(i) store(out + i * stride, x##i);
    FOR_ROWS(DO)
#undef DO
}

/* out += left x right, columns from `from` to `to`, multiples of 16. */
INLINE void multiply(float *out, size_t stride, uint32_t rows, left_matrix left, const float *right, size_t step,
                     uint32_t depth, uint32_t from, uint32_t to) {
    for (uint32_t c = from; c < to; c += PRT_ALS_WIDE) {
        uint32_t r = 0;
        for (; r + TILE <= rows; r += TILE)
            multiply_tile(out + r * stride + c, stride, left, r, right + c, step, depth);
        for (; r < rows; r++)
            multiply_one(out + r * stride + c, left, r, right + c, step, depth);
    }
}

/* out (size x size) += left' x right, both depth x size: the part above and on the diagonal, in whole blocks of 16. */
INLINE void multiply_upper(float *out, uint32_t size, const float *left, const float *right, uint32_t depth,
                           uint32_t from) {
    for (uint32_t r = from; r < size; r += PRT_ALS_WIDE)
        multiply(out + (size_t)r * size, size, PRT_ALS_WIDE, (left_matrix){left + r, 1, size}, right, size, depth, r,
                 size);
}
