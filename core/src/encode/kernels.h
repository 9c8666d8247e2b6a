/* The arithmetic of the network, one table of functions for each kind of processor; all give the same bits.
 *
 * Products of floats: each output number is the sum over k of x[k] x w[k] in the order of k by one accumulator, every
 * product and sum rounded, so that it does not matter how many outputs are computed side by side. Products of whole
 * numbers are exact in any order. What is summed along a row has 16 accumulators (the numbers i, i + 16, i + 32 …
 * belong to accumulator i), which are added pairwise: i and i + 8, then i and i + 4, + 2, + 1. */
#ifndef PR_KERNELS_H
#define PR_KERNELS_H

#include "base.h"

enum { PR_PANEL = 16 /* outputs whose weights lie side by side */ };

static inline uint32_t pr__padded(uint32_t count) {
    return (count + PR_PANEL - 1) / PR_PANEL * PR_PANEL;
}

/* y = W x + bias with `out` rows of `in` weights, in panels:
 *   floats[out / 16][in][16], or
 *   bytes[out / 16][(in + 1) / 2][16][2] with a scale for each output. Padding is 0; scales and bias are padded too. */
typedef struct pr__linear {
    uint32_t in, out;
    const float *floats; /* or NULL */
    const int8_t *bytes;
    const float *scales, *bias;
} pr__linear;

/* Whole numbers that stand for activations: at most so large that no sum of products with bytes leaves 32 bits. */
static inline int32_t pr__most_quantised(uint32_t in) {
    const uint32_t most = 0x7FFFFFFFu / 128 / (in ? in : 1);
    return most < 32767 ? (int32_t)most : 32767;
}

/* Rows to multiply. Rows of y have at least pr__padded(out) numbers. */
typedef struct pr__product {
    uint32_t rows, in, out;
    const float *x; /* floats */
    size_t x_stride;
    const int16_t *q; /* or whole numbers: rows of (in + 1) / 2 pairs, q_scales[row] x q is x */
    const float *q_scales;
    const float *floats; /* weights as above */
    const int8_t *bytes;
    const float *scales, *bias; /* bias may be NULL */
    float *y;
    size_t y_stride;
} pr__product;

typedef struct pr__kernels {
    const char *name;
    void (*product_floats)(const pr__product *product);
    /* y = (float)sum x (q_scale x scale) + bias. */
    void (*product_bytes)(const pr__product *product);
    /* q[i] = x[i] / scale to the nearest, ties to even, |q| <= most; scale = the largest |x[i]| / most. An odd count
     * gets a 0 behind it. False when a number is not finite. */
    bool (*quantise)(const float *x, uint32_t count, int32_t most, int16_t *q, float *scale);
    /* x[i] = exp(factor x[i]) / the sum of all; up to pr__padded(count) the rest becomes 0. */
    void (*softmax)(float *x, uint32_t count, float factor);
    /* x/2 (1 + erf(x / sqrt 2)): Hendrycks and Gimpel 2016, arXiv:1606.08415, the exact form. */
    void (*gelu)(float *x, size_t count);
    /* x = (x + y - mean) / sqrt(variance + epsilon) x weight + bias: Ba, Kiros and Hinton 2016, arXiv:1607.06450. */
    void (*norm)(float *x, const float *y, uint32_t count, const float *weight, const float *bias, float epsilon);
    /* The sum of x[i] x x[i]. */
    float (*squares)(const float *x, uint32_t count);
} pr__kernels;

/* The tables that this processor can run, fastest first; NULL after the last. */
const pr__kernels *pr__kernels_of(uint32_t rank);

extern const pr__kernels pr__kernels_avx512, pr__kernels_avx2, pr__kernels_vectors, pr__kernels_plain;

#endif
