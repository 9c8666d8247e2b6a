/* Co-occurrence: for each item, its users' rows are added up; then the greatest sums are kept. */
#include "neighbours_inner.h"
#include "parallel.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { CHUNK = 64 /* items that a thread takes at a time */ };

typedef struct making {
    const prt_interactions *train;
    const prt_neighbours_options *options;
    const prt_columns *columns;
    float *left;  /* of the columns' interactions */
    float *right; /* of the users' interactions, as train->item */
    prt_best_rows *rows;
    atomic_uint next; /* item */
    atomic_bool out_of_memory;
} making;

/* ---- weights ---- */

/* What one interaction weighs before its column is scaled. */
static double weigh(const making *m, uint32_t u, double c, double length) {
    const prt_neighbours_options *o = m->options;
    const prt_interactions *t = m->train;
    double degree = (double)(t->offsets[u + (size_t)1] - t->offsets[u]);
    double rarity = log((double)t->items / (1 + degree));
    rarity = rarity > 0 ? rarity : 0;
    switch (o->kind) {
    case PRT_NEIGHBOURS_SPENDING:
        return c;
    case PRT_NEIGHBOURS_TFIDF:
        return sqrt(c) * rarity;
    case PRT_NEIGHBOURS_BM25:
        return c * (o->k1 + 1) / (o->k1 * (1 - o->b + o->b * length) + c) * rarity;
    case PRT_NEIGHBOURS_RP3BETA:
        return pow(degree, -o->alpha);
    default:
        return 1;
    }
}

/* One item's weights: the symmetric kinds but BM25 are scaled to length 1. */
static void weigh_item(making *m, uint32_t item, double average) {
    const uint64_t *place = m->columns->place;
    const prt_neighbours_options *o = m->options;
    uint64_t first = m->columns->offsets[item], end = m->columns->offsets[item + (size_t)1];
    double sum = 0, squares = 0, users = (double)(end - first), left = 1, right = 1;
    for (uint64_t k = first; k < end; k++)
        sum += (double)m->train->weight[place[k]];
    for (uint64_t k = first; k < end; k++) {
        double w = weigh(m, m->columns->user[k], (double)m->train->weight[place[k]], average > 0 ? sum / average : 1);
        squares += w * w;
    }
    if (o->kind == PRT_NEIGHBOURS_RP3BETA) {
        left = pow(users, -o->alpha);
        right = pow(users, -o->beta);
    } else if (o->kind != PRT_NEIGHBOURS_BM25)
        left = right = squares > 0 ? 1 / sqrt(squares) : 0;
    for (uint64_t k = first; k < end; k++) {
        double w = weigh(m, m->columns->user[k], (double)m->train->weight[place[k]], average > 0 ? sum / average : 1);
        m->left[k] = (float)(w * left);
        /* a step to the user is weighed once */
        m->right[place[k]] = (float)(o->kind == PRT_NEIGHBOURS_RP3BETA ? right : w * right);
    }
}

static void weigh_all(making *m) {
    const prt_interactions *t = m->train;
    double sum = 0;
    for (uint64_t k = 0; k < t->offsets[t->users]; k++)
        sum += (double)t->weight[k];
    for (uint32_t i = 0; i < t->items; i++)
        weigh_item(m, i, sum / t->items);
}

/* ---- rows ---- */

/* Sums of a row, and what it has touched. */
typedef struct row {
    float *share;
    uint32_t *both; /* users who took both; NULL when nobody asks */
    uint32_t *touched;
    uint32_t count;
} row;

static void add_up(const making *m, uint32_t item, row *r) {
    const prt_interactions *t = m->train;
    r->count = 0;
    for (uint64_t k = m->columns->offsets[item]; k < m->columns->offsets[item + (size_t)1]; k++) {
        const uint32_t u = m->columns->user[k];
        const float left = m->left[k];
        for (uint64_t p = t->offsets[u]; p < t->offsets[u + (size_t)1]; p++) {
            const uint32_t other = t->item[p];
            const float share = left * m->right[p];
            if (!(share > 0)) /* who says nothing touches nothing */
                continue;
            if (r->share[other] == 0)
                r->touched[r->count++] = other;
            r->share[other] += share;
            if (r->both)
                r->both[other]++;
        }
    }
}

static void make_row(making *m, uint32_t item, row *r) {
    add_up(m, item, r);
    for (uint32_t n = 0; n < r->count; n++) {
        const uint32_t other = r->touched[n];
        float share = r->share[other];
        if (r->both)
            share *= (float)(r->both[other] / (r->both[other] + m->options->shrinkage));
        if (other != item && share > 0)
            prt_best_rows_keep(m->rows, item, (prt_share){share, other});
        r->share[other] = 0;
        if (r->both)
            r->both[other] = 0;
    }
    prt_best_rows_sort(m->rows, item);
}

static void work(void *context, int thread) {
    making *m = context;
    const uint32_t items = m->train->items;
    row r = {calloc(items + (size_t)1, sizeof *r.share), NULL, malloc((items + (size_t)1) * sizeof *r.touched), 0};
    (void)thread;
    if (m->options->shrinkage > 0)
        r.both = calloc(items + (size_t)1, sizeof *r.both);
    if (!r.share || !r.touched || (m->options->shrinkage > 0 && !r.both))
        atomic_store(&m->out_of_memory, true);
    for (uint32_t first; !atomic_load(&m->out_of_memory) && (first = atomic_fetch_add(&m->next, CHUNK)) < items;) {
        for (uint32_t i = first; i < items && i < first + CHUNK; i++)
            make_row(m, i, &r);
    }
    free(r.share);
    free(r.both);
    free(r.touched);
}

static bool make(making *m, int threads) {
    const size_t entries = (size_t)m->train->offsets[m->train->users];
    m->left = malloc((entries + 1) * sizeof *m->left);
    m->right = malloc((entries + 1) * sizeof *m->right);
    if (!m->left || !m->right || !prt_best_rows_make(m->train->items, m->options->top, m->rows))
        return false;
    weigh_all(m);
    prt_parallel(threads, work, m);
    return !atomic_load(&m->out_of_memory);
}

bool prt_walks_make(const prt_interactions *train, const prt_neighbours_options *options, int threads,
                    prt_neighbours *out) {
    prt_columns columns;
    prt_best_rows rows = {0};
    making m = {.train = train, .options = options, .columns = &columns, .rows = &rows};
    bool good = prt_columns_make(train, &columns) && make(&m, threads) && prt_best_rows_pack(&rows, out);
    prt_columns_free(&columns);
    prt_best_rows_free(&rows);
    free(m.left);
    free(m.right);
    return good;
}
