/* The smoothest directions of the graph of users and items: an orthonormal basis of the space in which its normalised
 * adjacency is largest, by subspace iteration from random numbers (Halko, Martinsson and Tropp, "Finding Structure with
 * Randomness", SIAM Review 2011, algorithm 4.4). Each number is one sum in a fixed order, so threads do not change it.
 */
#include "graph_basis.h"
#include "parallel.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 /* rows that a thread takes at a time */, TURNS = 8, LANES = 8 };

typedef float lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

typedef struct iteration {
    const prt_graph *graph;
    prt_basis *basis;
    float *middle; /* users x stride: the adjacency times the basis */
    double *gram;  /* rank x rank: products of the basis's columns, then its Cholesky factor */
    void (*rows)(struct iteration *it, uint32_t first, uint32_t end);
    uint32_t count; /* of rows of the step at hand */
    atomic_uint next;
    atomic_bool out_of_memory;
} iteration;

static void take_rows(void *context, int thread) {
    iteration *it = context;
    (void)thread;
    for (uint32_t first; (first = atomic_fetch_add(&it->next, CHUNK)) < it->count;)
        it->rows(it, first, first + CHUNK < it->count ? first + CHUNK : it->count);
}

static void each_row(iteration *it, int threads, uint32_t count, void (*rows)(iteration *, uint32_t, uint32_t)) {
    it->rows = rows;
    it->count = count;
    atomic_store(&it->next, 0);
    prt_parallel(threads, take_rows, it);
}

/* ---- the adjacency times the basis, and back ---- */

static void add(float *sum, float weight, const float *row, uint32_t stride) {
    for (uint32_t k = 0; k < stride; k += LANES)
        *(lanes *)(sum + k) += weight * *(const lanes *)(row + k);
}

static void to_users(iteration *it, uint32_t first, uint32_t end) {
    const prt_graph *g = it->graph;
    const uint32_t stride = it->basis->stride;
    for (uint32_t u = first; u < end; u++) {
        float *sum = it->middle + (size_t)u * stride;
        memset(sum, 0, stride * sizeof *sum);
        for (uint64_t k = g->train->offsets[u]; k < g->train->offsets[u + (size_t)1]; k++) {
            const uint32_t item = g->train->item[k];
            add(sum, g->train->weight[k] * g->user_scale[u] * g->item_scale[item],
                it->basis->values + (size_t)item * stride, stride);
        }
    }
}

static void to_items(iteration *it, uint32_t first, uint32_t end) {
    const prt_graph *g = it->graph;
    const uint32_t stride = it->basis->stride;
    for (uint32_t i = first; i < end; i++) {
        float *sum = it->basis->values + (size_t)i * stride;
        memset(sum, 0, stride * sizeof *sum);
        for (uint64_t k = g->columns->offsets[i]; k < g->columns->offsets[i + (size_t)1]; k++) {
            const uint32_t u = g->columns->user[k];
            add(sum, g->train->weight[g->columns->place[k]] * g->user_scale[u] * g->item_scale[i],
                it->middle + (size_t)u * stride, stride);
        }
    }
}

/* ---- the basis made orthonormal: Cholesky of its products, twice, which is as good as Householder's (Yamamoto et al.,
 * "Roundoff Error Analysis of the CholeskyQR2 Algorithm", 2015) ---- */

/* Rows of the products, up to the diagonal. */
static void multiply(iteration *it, uint32_t first, uint32_t end) {
    const uint32_t rank = it->basis->rank, stride = it->basis->stride;
    for (uint32_t p = first; p < end; p++)
        memset(it->gram + (size_t)p * rank, 0, rank * sizeof *it->gram);
    for (uint32_t i = 0; i < it->graph->train->items; i++) {
        const float *row = it->basis->values + (size_t)i * stride;
        for (uint32_t p = first; p < end; p++) {
            const double left = (double)row[p];
            double *sum = it->gram + (size_t)p * rank;
            for (uint32_t q = 0; q <= p && left != 0; q++)
                sum[q] += left * (double)row[q];
        }
    }
}

/* In place, the lower triangle. A direction that the others span has 0 on the diagonal. */
static void factorise(double *a, uint32_t size) {
    const double least = 1e-12;
    for (uint32_t column = 0; column < size; column++) {
        double *diagonal = a + (size_t)column * size;
        const double whole = diagonal[column];
        for (uint32_t k = 0; k < column; k++)
            diagonal[column] -= diagonal[k] * diagonal[k];
        diagonal[column] = diagonal[column] > least * whole ? sqrt(diagonal[column]) : 0;
        for (uint32_t row = column + 1; row < size; row++) {
            double *other = a + (size_t)row * size;
            for (uint32_t k = 0; k < column; k++)
                other[column] -= other[k] * diagonal[k];
            other[column] = diagonal[column] > 0 ? other[column] / diagonal[column] : 0;
        }
    }
}

/* Each row of the basis times the inverse of the factor, transposed. */
static void divide(iteration *it, uint32_t first, uint32_t end) {
    const uint32_t rank = it->basis->rank;
    for (uint32_t i = first; i < end; i++) {
        float *row = it->basis->values + (size_t)i * it->basis->stride;
        for (uint32_t k = 0; k < rank; k++) {
            const double *factor = it->gram + (size_t)k * rank;
            double value = (double)row[k];
            for (uint32_t j = 0; j < k; j++)
                value -= factor[j] * (double)row[j];
            row[k] = (float)(factor[k] > 0 ? value / factor[k] : 0);
        }
    }
}

static void orthonormalise(iteration *it, int threads) {
    each_row(it, threads, it->basis->rank, multiply);
    factorise(it->gram, it->basis->rank);
    each_row(it, threads, it->graph->train->items, divide);
}

/* ---- all ---- */

static void begin(prt_basis *basis, uint32_t items) {
    for (uint32_t i = 0; i < items; i++) {
        for (uint32_t k = 0; k < basis->rank; k++)
            basis->values[(size_t)i * basis->stride + k] = (float)(pr_uniform(i, k) - 0.5);
    }
}

bool prt_basis_make(const prt_graph *graph, uint32_t rank, int threads, prt_basis *out) {
    const uint32_t items = graph->train->items, users = graph->train->users, least = items < users ? items : users;
    *out = (prt_basis){.rank = rank < least ? rank : least};
    out->stride = (out->rank + LANES - 1) / LANES * LANES;
    out->values = calloc((size_t)items * out->stride + 1, sizeof *out->values);
    iteration it = {.graph = graph,
                    .basis = out,
                    .middle = malloc(((size_t)users * out->stride + 1) * sizeof *it.middle),
                    .gram = malloc(((size_t)out->rank * out->rank + 1) * sizeof *it.gram)};
    const bool good = out->values && it.middle && it.gram;
    if (good) {
        begin(out, items);
        for (int turn = 0; turn < TURNS; turn++) {
            each_row(&it, threads, users, to_users);
            each_row(&it, threads, items, to_items);
            orthonormalise(&it, threads);
        }
        orthonormalise(&it, threads);
    }
    free(it.middle);
    free(it.gram);
    return good;
}

float prt_basis_product(const prt_basis *basis, uint32_t a, uint32_t b) {
    const float *left = basis->values + (size_t)a * basis->stride, *right = basis->values + (size_t)b * basis->stride;
    lanes sum = {0};
    for (uint32_t k = 0; k < basis->stride; k += LANES)
        sum += *(const lanes *)(left + k) * *(const lanes *)(right + k);
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}
