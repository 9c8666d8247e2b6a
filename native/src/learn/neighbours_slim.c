/* Each item explained by those most like it: a small regression of its own, whose matrix is made of the users who took
 * some of them. */
#include "neighbours_inner.h"
#include "parallel.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 16 /* items that a thread takes at a time */, SWEEPS = 30 };

static const float STILL = 1e-4F; /* no share moves further in a sweep: done */

typedef struct making {
    const prt_interactions *train;
    const prt_neighbours_options *options;
    const prt_columns *columns;
    const float *weight;        /* of the columns' interactions */
    prt_neighbours *candidates; /* of each item; their weights become the shares by which they explain it */
    prt_best_rows *rows;
    atomic_uint next; /* item */
    atomic_bool out_of_memory;
} making;

/* A user's interactions with the candidates at hand. */
typedef struct taken {
    uint32_t candidate;
    float weight;
} taken;

typedef struct room {
    float *gram;      /* candidates x candidates */
    float *pull;      /* of each candidate: its product with what is not explained yet */
    float *share;     /* of each candidate */
    float *target;    /* of each user: the weight of the item at hand, 0 between items */
    uint64_t *end;    /* of each user: where the next of `taken` goes, 0 between items */
    uint32_t *user;   /* who took a candidate */
    taken *list;      /* of those users, one after the other */
    size_t list_room; /* of `list` */
} room;

static bool make_room(const making *m, room *r) {
    const size_t users = m->train->users, most = m->options->candidates;
    *r = (room){.gram = malloc(most * most * sizeof *r->gram),
                .pull = malloc(most * sizeof *r->pull),
                .share = malloc(most * sizeof *r->share),
                .target = calloc(users + 1, sizeof *r->target),
                .end = calloc(users + 1, sizeof *r->end),
                .user = malloc((users + 1) * sizeof *r->user)};
    return r->gram && r->pull && r->share && r->target && r->end && r->user;
}

static void free_room(room *r) {
    free(r->gram);
    free(r->pull);
    free(r->share);
    free(r->target);
    free(r->end);
    free(r->user);
    free(r->list);
}

/* ---- the regression's matrix ---- */

typedef struct candidates {
    const uint32_t *item;
    float *share;
    uint32_t count;
} candidates;

static candidates candidates_of(const making *m, uint32_t item) {
    const uint64_t first = m->candidates->offsets[item];
    return (candidates){m->candidates->neighbour + first, m->candidates->weight + first,
                        (uint32_t)(m->candidates->offsets[item + (size_t)1] - first)};
}

/* Count what each user took of the candidates; how many users there are, or UINT32_MAX when memory is out. */
static uint32_t count_taken(const making *m, candidates c, room *r) {
    const prt_columns *columns = m->columns;
    uint32_t users = 0;
    uint64_t total = 0;
    for (uint32_t a = 0; a < c.count; a++) {
        const uint64_t first = columns->offsets[c.item[a]], end = columns->offsets[c.item[a] + (size_t)1];
        total += end - first;
        for (uint64_t k = first; k < end; k++) {
            if (r->end[columns->user[k]]++ == 0)
                r->user[users++] = columns->user[k];
        }
    }
    if (total > r->list_room) {
        free(r->list);
        r->list_room = total + total / 2;
        r->list = malloc(r->list_room * sizeof *r->list);
    }
    return r->list ? users : UINT32_MAX;
}

/* Lay out the lists of the users, one after the other: their ends become their starts and, while filling, ends again.
 */
static void list_taken(const making *m, candidates c, room *r, uint32_t users) {
    const prt_columns *columns = m->columns;
    uint64_t start = 0;
    for (uint32_t n = 0; n < users; n++) {
        uint64_t count = r->end[r->user[n]];
        r->end[r->user[n]] = start;
        start += count;
    }
    for (uint32_t a = 0; a < c.count; a++) {
        const uint64_t first = columns->offsets[c.item[a]], end = columns->offsets[c.item[a] + (size_t)1];
        for (uint64_t k = first; k < end; k++)
            r->list[r->end[columns->user[k]]++] = (taken){a, m->weight[k]};
    }
}

/* One user's part of the products of the candidates with each other (above and on the diagonal) and the target. */
static void add_user(room *r, const taken *first, const taken *end, uint32_t size, float target) {
    for (const taken *a = first; a < end; a++) {
        float *row = r->gram + (size_t)a->candidate * size;
        r->pull[a->candidate] += a->weight * target;
        for (const taken *b = a; b < end; b++)
            row[b->candidate] += a->weight * b->weight;
    }
}

static bool fill_gram(const making *m, uint32_t item, candidates c, room *r) {
    const prt_columns *columns = m->columns;
    const uint64_t own = columns->offsets[item], own_end = columns->offsets[item + (size_t)1];
    const uint32_t size = c.count;
    const uint32_t users = count_taken(m, c, r);
    if (users == UINT32_MAX)
        return false;
    list_taken(m, c, r, users);
    for (uint64_t k = own; k < own_end; k++)
        r->target[columns->user[k]] = m->weight[k];
    memset(r->gram, 0, (size_t)size * size * sizeof *r->gram);
    memset(r->pull, 0, size * sizeof *r->pull);
    const taken *first = r->list;
    for (uint32_t n = 0; n < users; n++) {
        const taken *end = r->list + r->end[r->user[n]];
        add_user(r, first, end, size, r->target[r->user[n]]);
        r->end[r->user[n]] = 0;
        first = end;
    }
    for (uint64_t k = own; k < own_end; k++)
        r->target[columns->user[k]] = 0;
    for (uint32_t a = 0; a < size; a++) {
        r->gram[(size_t)a * size + a] += (float)m->options->regularization;
        for (uint32_t b = 0; b < a; b++)
            r->gram[(size_t)a * size + b] = r->gram[(size_t)b * size + a];
    }
    return true;
}

/* ---- solving it ---- */

/* The best share of one candidate while the others stand still; by how much it moved. */
static float descend(room *r, uint32_t a, uint32_t size) {
    const float *row = r->gram + (size_t)a * size;
    float better = r->share[a] + r->pull[a] / row[a];
    better = better > 0 ? better : 0;
    const float move = better - r->share[a];
    if (move == 0)
        return 0;
    r->share[a] = better;
    for (uint32_t b = 0; b < size; b++)
        r->pull[b] -= move * row[b];
    return fabsf(move);
}

/* Coordinate descent (Friedman, Hastie and Tibshirani, "Regularization Paths for Generalized Linear Models via
 * Coordinate Descent" 2010, section 2.2, covariance updates), shares held at 0 or above. */
static void explain(room *r, uint32_t size) {
    memset(r->share, 0, size * sizeof *r->share);
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        float furthest = 0;
        for (uint32_t a = 0; a < size; a++) {
            const float move = descend(r, a, size);
            furthest = move > furthest ? move : furthest;
        }
        if (furthest < STILL)
            break;
    }
}

static bool explain_item(const making *m, uint32_t item, room *r) {
    const candidates c = candidates_of(m, item);
    if (c.count == 0)
        return true;
    if (!fill_gram(m, item, c, r))
        return false;
    explain(r, c.count);
    memcpy(c.share, r->share, c.count * sizeof *c.share);
    return true;
}

static void explain_items(void *context, int thread) {
    making *m = context;
    const uint32_t items = m->train->items;
    room r;
    bool good = make_room(m, &r);
    for (uint32_t first;
         good && !atomic_load(&m->out_of_memory) && (first = atomic_fetch_add(&m->next, CHUNK)) < items;) {
        for (uint32_t i = first; good && i < items && i < first + CHUNK; i++)
            good = explain_item(m, i, &r);
    }
    if (!good)
        atomic_store(&m->out_of_memory, true);
    free_room(&r);
    (void)thread;
}

/* ---- from what explains an item to what an item says of others ---- */

static void turn(const making *m) {
    for (uint32_t item = 0; item < m->train->items; item++) {
        const candidates c = candidates_of(m, item);
        for (uint32_t a = 0; a < c.count; a++) {
            if (c.share[a] > 0)
                prt_best_rows_keep(m->rows, c.item[a], (prt_share){c.share[a], item});
        }
    }
    for (uint32_t item = 0; item < m->train->items; item++)
        prt_best_rows_sort(m->rows, item);
}

static bool make(making *m, int threads) {
    prt_neighbours_options alike = *m->options;
    alike.kind = PRT_NEIGHBOURS_COSINE;
    alike.top = m->options->candidates;
    alike.shrinkage = 0;
    if (!prt_walks_make(m->train, &alike, threads, m->candidates))
        return false;
    prt_parallel(threads, explain_items, m);
    if (atomic_load(&m->out_of_memory) || !prt_best_rows_make(m->train->items, m->options->top, m->rows))
        return false;
    turn(m);
    return true;
}

/* The weights of the columns' interactions. */
static float *column_weights(const prt_interactions *train, const prt_columns *columns) {
    const size_t entries = (size_t)train->offsets[train->users];
    float *weight = malloc((entries + 1) * sizeof *weight);
    for (size_t k = 0; weight && k < entries; k++)
        weight[k] = train->weight[columns->place[k]];
    return weight;
}

bool prt_slim_make(const prt_interactions *train, const prt_neighbours_options *options, int threads,
                   prt_neighbours *out) {
    prt_columns columns;
    prt_neighbours chosen = {0};
    prt_best_rows rows = {0};
    float *weight = NULL;
    bool good = prt_columns_make(train, &columns) && (weight = column_weights(train, &columns));
    making m = {.train = train,
                .options = options,
                .columns = &columns,
                .weight = weight,
                .candidates = &chosen,
                .rows = &rows};
    good = good && make(&m, threads) && prt_best_rows_pack(&rows, out);
    prt_columns_free(&columns);
    prt_neighbours_free(&chosen);
    prt_best_rows_free(&rows);
    free(weight);
    return good;
}
