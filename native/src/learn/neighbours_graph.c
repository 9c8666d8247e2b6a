/* Shares of the graph of users and items, added to those of another model. */
#include "graph_basis.h"
#include "parallel.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { CHUNK = 64 /* items that a thread takes at a time */ };

typedef struct adding {
    prt_graph graph;
    prt_basis basis; /* rank 0: no low pass */
    const prt_neighbours_options *options;
    const prt_neighbours *own; /* that the shares are added to */
    prt_best_rows *rows;
    atomic_uint next; /* item */
    atomic_bool out_of_memory;
} adding;

/* Sums of a row, and what it has touched. */
typedef struct row {
    float *share;
    bool *known; /* is among the touched */
    uint32_t *touched;
    uint32_t count;
} row;

/* 1 / sqrt(sum of weights) of each user and item. */
static bool make_scales(prt_graph *g) {
    const prt_interactions *t = g->train;
    g->user_scale = calloc(t->users + (size_t)1, sizeof *g->user_scale);
    g->item_scale = calloc(t->items + (size_t)1, sizeof *g->item_scale);
    double *sums = calloc(t->items + (size_t)1, sizeof *sums);
    const bool good = g->user_scale && g->item_scale && sums;
    for (uint32_t u = 0; good && u < t->users; u++) {
        double sum = 0;
        for (uint64_t k = t->offsets[u]; k < t->offsets[u + (size_t)1]; k++) {
            sum += (double)t->weight[k];
            sums[t->item[k]] += (double)t->weight[k];
        }
        g->user_scale[u] = sum > 0 ? (float)(1 / sqrt(sum)) : 0;
    }
    for (uint32_t i = 0; good && i < t->items; i++)
        g->item_scale[i] = sums[i] > 0 ? (float)(1 / sqrt(sums[i])) : 0;
    free(sums);
    return good;
}

static void touch(row *r, uint32_t item, float share) {
    if (!r->known[item]) {
        r->known[item] = true;
        r->touched[r->count++] = item;
    }
    r->share[item] += share;
}

/* Two steps, from the item to its users and on to what they took. */
static void walk(const adding *a, uint32_t item, row *r) {
    const prt_graph *g = &a->graph;
    const prt_interactions *t = g->train;
    for (uint64_t k = g->columns->offsets[item]; k < g->columns->offsets[item + (size_t)1]; k++) {
        const uint32_t u = g->columns->user[k];
        const float there = t->weight[g->columns->place[k]] * g->item_scale[item] * g->user_scale[u] *
                            g->user_scale[u] * (float)a->options->graph;
        for (uint64_t p = t->offsets[u]; p < t->offsets[u + (size_t)1]; p++)
            touch(r, t->item[p], there * t->weight[p] * g->item_scale[t->item[p]]);
    }
}

/* What is smooth says also how much more is taken of one than of the other. */
static float low_pass(const adding *a, uint32_t item, uint32_t other) {
    const float *scale = a->graph.item_scale;
    return (float)a->options->low_pass * prt_basis_product(&a->basis, item, other) * scale[item] / scale[other];
}

static void make_row(adding *a, uint32_t item, row *r) {
    r->count = 0;
    walk(a, item, r);
    for (uint32_t n = 0; a->basis.rank && n < r->count; n++)
        r->share[r->touched[n]] += low_pass(a, item, r->touched[n]);
    for (uint64_t k = a->own->offsets[item]; k < a->own->offsets[item + (size_t)1]; k++)
        touch(r, a->own->neighbour[k], a->own->weight[k]);
    for (uint32_t n = 0; n < r->count; n++) {
        const uint32_t other = r->touched[n];
        if (other != item && r->share[other] > 0)
            prt_best_rows_keep(a->rows, item, (prt_share){r->share[other], other});
        r->share[other] = 0;
        r->known[other] = false;
    }
    prt_best_rows_sort(a->rows, item);
}

static void work(void *context, int thread) {
    adding *a = context;
    const uint32_t items = a->graph.train->items;
    row r = {calloc(items + (size_t)1, sizeof *r.share), calloc(items + (size_t)1, sizeof *r.known),
             malloc((items + (size_t)1) * sizeof *r.touched), 0};
    (void)thread;
    if (!r.share || !r.known || !r.touched)
        atomic_store(&a->out_of_memory, true);
    for (uint32_t first; !atomic_load(&a->out_of_memory) && (first = atomic_fetch_add(&a->next, CHUNK)) < items;) {
        for (uint32_t i = first; i < items && i < first + CHUNK; i++)
            make_row(a, i, &r);
    }
    free(r.share);
    free(r.known);
    free(r.touched);
}

static bool add_all(adding *a, int threads) {
    if (!make_scales(&a->graph) || !prt_best_rows_make(a->graph.train->items, a->options->top, a->rows))
        return false;
    if (a->options->low_pass > 0 && !prt_basis_make(&a->graph, a->options->rank, threads, &a->basis))
        return false;
    prt_parallel(threads, work, a);
    return !atomic_load(&a->out_of_memory);
}

bool prt_graph_add(const prt_interactions *train, const prt_neighbours_options *options, int threads,
                   prt_neighbours *neighbours) {
    prt_columns columns;
    prt_best_rows rows = {0};
    prt_neighbours sum = {0};
    adding a = {.graph = {train, &columns, NULL, NULL}, .options = options, .own = neighbours, .rows = &rows};
    const bool good = prt_columns_make(train, &columns) && add_all(&a, threads) && prt_best_rows_pack(&rows, &sum);
    prt_columns_free(&columns);
    prt_best_rows_free(&rows);
    free(a.graph.user_scale);
    free(a.graph.item_scale);
    free(a.basis.values);
    prt_neighbours_free(good ? neighbours : &sum);
    if (good)
        *neighbours = sum;
    return good;
}
