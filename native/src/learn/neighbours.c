/* Co-occurrence: for each item, its users' rows are added up; then the greatest sums are kept. */
#include "neighbours.h"
#include "fail.h"
#include "parallel.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TOP = 1000, CHUNK = 64 /* items that a thread takes at a time */ };

/* An item with its share in the row at hand. */
typedef struct neighbour {
    float share;
    uint32_t item;
} neighbour;

typedef struct making {
    const prt_interactions *train;
    const prt_neighbours_options *options;
    uint64_t *starts; /* of each item's users, items + 1 */
    uint32_t *user;   /* of the items' interactions, rising within an item */
    float *left;      /* of the items' interactions */
    float *right;     /* of the users' interactions, as train->item */
    uint32_t *count;  /* neighbours of each item */
    neighbour *rows;  /* items x top */
    atomic_uint next; /* item */
    atomic_bool out_of_memory;
} making;

prt_neighbours_options prt_neighbours_defaults(void) {
    return (prt_neighbours_options){PRT_NEIGHBOURS_COSINE, 100, 10, 1.2, 0.75, 1, 0.6};
}

static bool is_within(double value, double most) {
    return value >= 0 && value <= most;
}

static pr_status check(const prt_neighbours_options *o, pr_error *error) {
    if (o->kind < PRT_NEIGHBOURS_COSINE || o->kind > PRT_NEIGHBOURS_RP3BETA)
        return prt_fail(error, PR_E_ARGUMENT, "there is no such kind of neighbours");
    if (o->top < 1 || o->top > MOST_TOP)
        return prt_fail(error, PR_E_ARGUMENT, "neighbours: 1 to %d can be kept of each item, not %u", MOST_TOP, o->top);
    if (!is_within(o->shrinkage, 1e6) || !is_within(o->k1, 1000) || !is_within(o->b, 1) || !is_within(o->alpha, 10) ||
        !is_within(o->beta, 10))
        return prt_fail(error, PR_E_ARGUMENT, "neighbours: shrinkage, k1, b, alpha or beta is out of its bounds");
    return PR_OK;
}

/* ---- weights ---- */

/* The columns of the matrix, with each interaction's place among the rows. */
static bool transpose(making *m, uint64_t *place) {
    const prt_interactions *t = m->train;
    uint64_t *next = malloc((t->items + (size_t)1) * sizeof *next);
    if (!next)
        return false;
    for (uint64_t k = 0; k < t->offsets[t->users]; k++)
        m->starts[t->item[k] + (size_t)1]++;
    for (uint32_t i = 0; i < t->items; i++)
        m->starts[i + (size_t)1] += m->starts[i];
    memcpy(next, m->starts, (t->items + (size_t)1) * sizeof *next);
    for (uint32_t u = 0; u < t->users; u++) {
        for (uint64_t k = t->offsets[u]; k < t->offsets[u + (size_t)1]; k++) {
            m->user[next[t->item[k]]] = u;
            place[next[t->item[k]]++] = k;
        }
    }
    free(next);
    return true;
}

/* What one interaction weighs before its column is scaled. */
static double weigh(const making *m, uint32_t u, double c, double length) {
    const prt_neighbours_options *o = m->options;
    const prt_interactions *t = m->train;
    double degree = (double)(t->offsets[u + (size_t)1] - t->offsets[u]);
    double rarity = log((double)t->items) - log1p(degree);
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
static void weigh_item(making *m, uint32_t item, const uint64_t *place, double average) {
    const prt_neighbours_options *o = m->options;
    uint64_t first = m->starts[item], end = m->starts[item + (size_t)1];
    double sum = 0, squares = 0, users = (double)(end - first), left = 1, right = 1;
    for (uint64_t k = first; k < end; k++)
        sum += (double)m->train->weight[place[k]];
    for (uint64_t k = first; k < end; k++) {
        double w = weigh(m, m->user[k], (double)m->train->weight[place[k]], average > 0 ? sum / average : 1);
        squares += w * w;
    }
    if (o->kind == PRT_NEIGHBOURS_RP3BETA) {
        left = pow(users, -o->alpha);
        right = pow(users, -o->beta);
    } else if (o->kind != PRT_NEIGHBOURS_BM25)
        left = right = squares > 0 ? 1 / sqrt(squares) : 0;
    for (uint64_t k = first; k < end; k++) {
        double w = weigh(m, m->user[k], (double)m->train->weight[place[k]], average > 0 ? sum / average : 1);
        m->left[k] = (float)(w * left);
        /* a step to the user is weighed once */
        m->right[place[k]] = (float)(o->kind == PRT_NEIGHBOURS_RP3BETA ? right : w * right);
    }
}

static bool weigh_all(making *m) {
    const prt_interactions *t = m->train;
    uint64_t entries = t->offsets[t->users];
    uint64_t *place = malloc((entries + 1) * sizeof *place);
    double sum = 0;
    if (!place || !transpose(m, place)) {
        free(place);
        return false;
    }
    for (uint64_t k = 0; k < entries; k++)
        sum += (double)t->weight[k];
    for (uint32_t i = 0; i < t->items; i++)
        weigh_item(m, i, place, sum / t->items);
    free(place);
    return true;
}

/* ---- rows ---- */

/* Is a worse than b: smaller share, ties by rising number? */
static bool is_worse(neighbour a, neighbour b) {
    return a.share != b.share ? a.share < b.share : a.item > b.item;
}

/* Put `added` into the place of the root of a heap whose root is the worst. */
static void sift(neighbour *heap, uint32_t count, neighbour added) {
    uint32_t root = 0;
    for (uint32_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && is_worse(heap[child + 1], heap[child]))
            child++;
        if (!is_worse(heap[child], added))
            break;
        heap[root] = heap[child];
    }
    heap[root] = added;
}

static void keep(neighbour *heap, uint32_t *count, uint32_t top, neighbour added) {
    if (*count == top) {
        if (is_worse(heap[0], added))
            sift(heap, top, added);
        return;
    }
    uint32_t at = (*count)++;
    for (; at > 0 && is_worse(added, heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = added;
}

/* Falling: the worst goes to the end again and again. */
static void sort_heap(neighbour *heap, uint32_t count) {
    while (count > 1) {
        neighbour worst = heap[0], last = heap[--count];
        sift(heap, count, last);
        heap[count] = worst;
    }
}

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
    for (uint64_t k = m->starts[item]; k < m->starts[item + (size_t)1]; k++) {
        const uint32_t u = m->user[k];
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
    const uint32_t top = m->options->top;
    neighbour *heap = m->rows + (size_t)item * top;
    uint32_t count = 0;
    add_up(m, item, r);
    for (uint32_t n = 0; n < r->count; n++) {
        uint32_t other = r->touched[n];
        float share = r->share[other];
        if (r->both)
            share *= (float)(r->both[other] / (r->both[other] + m->options->shrinkage));
        if (other != item && share > 0)
            keep(heap, &count, top, (neighbour){share, other});
        r->share[other] = 0;
        if (r->both)
            r->both[other] = 0;
    }
    sort_heap(heap, count);
    m->count[item] = count;
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

static bool lay_out(const making *m, prt_neighbours *out) {
    const uint32_t items = m->train->items;
    uint64_t used = 0;
    out->items = items;
    out->offsets = calloc(items + (size_t)1, sizeof *out->offsets);
    for (uint32_t i = 0; out->offsets && i < items; i++)
        out->offsets[i + (size_t)1] = out->offsets[i] + m->count[i];
    uint64_t total = out->offsets ? out->offsets[items] : 0;
    out->neighbour = malloc((total + 1) * sizeof *out->neighbour);
    out->weight = malloc((total + 1) * sizeof *out->weight);
    if (!out->offsets || !out->neighbour || !out->weight)
        return false;
    for (uint32_t i = 0; i < items; i++) {
        for (uint32_t n = 0; n < m->count[i]; n++, used++) {
            out->neighbour[used] = m->rows[(size_t)i * m->options->top + n].item;
            out->weight[used] = m->rows[(size_t)i * m->options->top + n].share;
        }
    }
    return true;
}

pr_status prt_neighbours_make(const prt_interactions *train, const prt_neighbours_options *options, int threads,
                              prt_neighbours *out, pr_error *error) {
    const size_t items = train->items, entries = (size_t)train->offsets[train->users];
    *out = (prt_neighbours){0};
    PRT_TRY(check(options, error));
    making m = {.train = train, .options = options};
    m.starts = calloc(items + 1, sizeof *m.starts);
    m.user = malloc((entries + 1) * sizeof *m.user);
    m.left = malloc((entries + 1) * sizeof *m.left);
    m.right = malloc((entries + 1) * sizeof *m.right);
    m.count = calloc(items + 1, sizeof *m.count);
    m.rows = malloc((items * options->top + 1) * sizeof *m.rows);
    bool ok = m.starts && m.user && m.left && m.right && m.count && m.rows && weigh_all(&m);
    if (ok)
        prt_parallel(threads, work, &m);
    ok = ok && !atomic_load(&m.out_of_memory) && lay_out(&m, out);
    free(m.starts);
    free(m.user);
    free(m.left);
    free(m.right);
    free(m.count);
    free(m.rows);
    if (ok)
        return PR_OK;
    prt_neighbours_free(out);
    return prt_fail_memory(error, "looking for neighbours");
}

void prt_neighbours_free(prt_neighbours *neighbours) {
    free(neighbours->offsets);
    free(neighbours->neighbour);
    free(neighbours->weight);
    *neighbours = (prt_neighbours){0};
}
