/* Fewer numbers for a vector: principal components. */
#include "fail.h"
#include "item_meaning.h"
#include "parallel.h"
#include "symmetric_eigen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAMPLE = 32768,
    BLOCK = 64 /* vectors that stay in the cache while a thread adds them to all of its rows */
};

float prt_inner(const float *a, const float *b, uint32_t count) {
    enum { LANES = 16 };
    float sums[LANES] = {0};
    uint32_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (uint32_t l = 0; l < LANES; l++)
            sums[l] += a[i + l] * b[i + l];
    }
    for (uint32_t l = 0; i < count; i++, l++)
        sums[l] += a[i] * b[i];
    for (uint32_t half = LANES / 2; half > 0; half /= 2) {
        for (uint32_t l = 0; l < half; l++)
            sums[l] += sums[l + half];
    }
    return sums[0];
}

/* ---- the directions ---- */

/* The sum of x x^T over the sample, lower triangle. Thread t has every threads-th row of it: each number is added up in
 * the order of the vectors, whoever does it. */
typedef struct moments {
    const float *vectors;
    uint32_t count, sample, source;
    int threads;
    double *sums; /* source x source */
} moments;

static const float *sampled(const moments *m, uint32_t n) {
    return m->vectors + (size_t)((uint64_t)n * m->count / m->sample) * m->source;
}

static void add_moments(void *context, int thread) {
    const moments *m = context;
    for (uint32_t from = 0; from < m->sample; from += BLOCK) {
        const uint32_t end = m->sample - from < BLOCK ? m->sample : from + BLOCK;
        for (uint32_t i = (uint32_t)thread; i < m->source; i += (uint32_t)m->threads) {
            double *row = m->sums + (size_t)i * m->source;
            for (uint32_t n = from; n < end; n++) {
                const float *x = sampled(m, n);
                const double xi = (double)x[i];
                for (uint32_t j = 0; j <= i; j++)
                    row[j] += xi * (double)x[j];
            }
        }
    }
}

static void mirror(double *a, uint32_t size) {
    for (uint32_t i = 0; i < size; i++) {
        for (uint32_t j = 0; j < i; j++)
            a[(size_t)j * size + i] = a[(size_t)i * size + j];
    }
}

/* An eigenvector has two directions: the one whose largest number is positive. */
static void write_direction(const double *vector, uint32_t source, float *out) {
    uint32_t most = 0;
    for (uint32_t i = 1; i < source; i++)
        most = fabs(vector[i]) > fabs(vector[most]) ? i : most;
    for (uint32_t i = 0; i < source; i++)
        out[i] = (float)(vector[most] < 0 ? -vector[i] : vector[i]);
}

/* The `dims` largest, in their order. */
static void write_largest(const double *vectors, double *values, uint32_t source, uint32_t dims, float *rotation) {
    for (uint32_t d = 0; d < dims; d++) {
        uint32_t largest = 0;
        for (uint32_t i = 1; i < source; i++)
            largest = values[i] > values[largest] ? i : largest;
        values[largest] = -INFINITY;
        write_direction(vectors + (size_t)largest * source, source, rotation + (size_t)d * source);
    }
}

pr_status prt_rotation_find(const float *vectors, uint32_t count, uint32_t source, uint32_t dims, int threads,
                            float *rotation, pr_error *error) {
    moments m = {vectors, count, count < SAMPLE ? count : SAMPLE, source, threads, NULL};
    m.sums = calloc((size_t)source * source, sizeof *m.sums);
    double *values = calloc(2 * (size_t)source, sizeof *values);
    pr_status status = PR_OK;
    if (!m.sums || !values)
        status = prt_fail_memory(error, "turning the vectors of the items");
    else {
        prt_parallel(threads, add_moments, &m);
        mirror(m.sums, source);
        if (prt_symmetric_eigen(m.sums, source, values, values + source))
            write_largest(m.sums, values, source, dims, rotation);
        else
            status = prt_fail(error, PR_E_FORMAT,
                              "the vectors of the items have no principal components; "
                              "is the encoder sound?");
    }
    free(m.sums);
    free(values);
    return status;
}

/* ---- turning ---- */

typedef struct turning {
    const float *rotation, *vectors;
    uint32_t count, source, dims;
    int threads;
    float *out;
} turning;

static void turn(void *context, int thread) {
    const turning *t = context;
    for (uint32_t n = (uint32_t)thread; n < t->count; n += (uint32_t)t->threads) {
        const float *from = t->vectors + (size_t)n * t->source;
        float *to = t->out + (size_t)n * t->dims;
        for (uint32_t d = 0; d < t->dims; d++)
            to[d] = prt_inner(t->rotation + (size_t)d * t->source, from, t->source);
        const float length = sqrtf(prt_inner(to, to, t->dims));
        for (uint32_t d = 0; length > 0 && d < t->dims; d++)
            to[d] /= length;
    }
}

void prt_rotation_apply(const float *rotation, const float *vectors, uint32_t count, uint32_t source, uint32_t dims,
                        int threads, float *out) {
    turning t = {rotation, vectors, count, source, dims, threads, out};
    prt_parallel(threads, turn, &t);
}
