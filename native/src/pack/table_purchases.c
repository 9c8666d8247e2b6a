/* The tables of purchases: item_stats, factors, gram, neighbours. docs/bundle-format.md. */
#include "als.h"
#include "pack.h"
#include "purchases.h"
#include "round_row.h"
#include "varint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NEIGHBOURS = 255, LINK_BYTES = 48 << 10, MOST_LINK_SHARDS = 1024 };

static uint32_t row_of(const prt_pack *pack, uint32_t number) {
    return pack->counts->item_order[number];
}

/* ---- item_stats ---- */

static uint64_t stats_bytes(const prt_table *table, uint32_t number) {
    (void)table;
    (void)number;
    return 20;
}

/* Values of the rows [first, end), which are by row of the catalogue. */
static void put_floats(const prt_table *table, const char *name, const float *values, uint32_t first, uint32_t end,
                       prt_tensors *t) {
    float *out = pr_arena_array(t->arena, end - first + (size_t)1, sizeof *out);
    if (!out) {
        t->failed = true;
        return;
    }
    for (uint32_t n = first; n < end; n++)
        out[n - first] = values[row_of(table->pack, n)];
    prt_tensors_array(t, name, "", PR_F32, out, end - first, 1);
}

static void fill_stats(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_purchases *p = table->pack->purchases;
    uint32_t *buyers = pr_arena_array(t->arena, end - first + (size_t)1, sizeof *buyers);
    if (!buyers) {
        t->failed = true;
        return;
    }
    for (uint32_t n = first; n < end; n++)
        buyers[n - first] = p->buyers[row_of(table->pack, n)];
    put_floats(table, "price", p->price, first, end, t);
    put_floats(table, "units", p->units, first, end, t);
    put_floats(table, "popularity", p->popularity, first, end, t);
    put_floats(table, "cycle", p->cycle, first, end, t);
    prt_tensors_array(t, "buyers", "", PR_U32, buyers, end - first, 1);
}

/* ---- factors and gram ---- */

/* All rows, rounded to eight bits; row n is item n of the bundle. */
typedef struct rounded {
    uint32_t factors;
    int8_t *values;
    float *scale;
    float *gram;
} rounded;

static void round_rows(const prt_pack *pack, rounded *out, float *again) {
    const prt_factors *factors = &pack->purchases->factors;
    size_t d = factors->factors;
    for (uint32_t n = 0; n < pack->counts->item_count; n++) {
        out->scale[n] = prt_round_row(factors->values + row_of(pack, n) * d, factors->factors, out->values + n * d);
        for (size_t f = 0; f < d; f++)
            again[n * d + f] = (float)out->values[n * d + f] * out->scale[n];
    }
}

/* The lower triangle of the rounded factors' Y'Y: the browser folds in with what it has. */
static bool make_gram(const prt_pack *pack, float *again, rounded *out) {
    const prt_factors factors = {pack->counts->item_count, out->factors, again};
    double *whole = prt_als_gram(&factors);
    size_t used = 0;
    for (uint32_t r = 0; whole && r < out->factors; r++) {
        for (uint32_t c = 0; c <= r; c++)
            out->gram[used++] = (float)whole[r * (size_t)out->factors + c];
    }
    free(whole);
    return whole != NULL;
}

static pr_status round_factors(const prt_pack *pack, pr_arena *arena, rounded *out, pr_error *error) {
    size_t rows = pack->counts->item_count, d = pack->purchases->factors.factors;
    float *again = malloc((rows * d + 1) * sizeof *again);
    out->factors = (uint32_t)d;
    out->values = pr_arena_array(arena, rows + 1, d);
    out->scale = pr_arena_array(arena, rows + 1, sizeof *out->scale);
    out->gram = pr_arena_array(arena, d * (d + 1) / 2, sizeof *out->gram);
    bool done = again && out->values && out->scale && out->gram;
    if (done) {
        round_rows(pack, out, again);
        done = make_gram(pack, again, out);
    }
    free(again);
    return done ? PR_OK : pr_fail(error, PR_E_MEMORY, 0, "out of memory while packing the table factors");
}

static uint64_t factors_bytes(const prt_table *table, uint32_t number) {
    const rounded *r = table->context;
    (void)number;
    return r->factors + 4;
}

static void fill_factors(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const rounded *r = table->context;
    prt_tensors_array(t, "values", "", PR_I8, r->values + first * (size_t)r->factors, end - first, r->factors);
    prt_tensors_array(t, "scale", "", PR_F32, r->scale + first, end - first, 1);
}

static void fill_gram(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const rounded *r = table->context;
    (void)first;
    (void)end;
    prt_tensors_array(t, "gram", "", PR_F32, r->gram, r->factors * (uint64_t)(r->factors + 1) / 2, 1);
}

static pr_status pack_factors(const prt_pack *pack, prt_packed *out, pr_error *error) {
    pr_arena arena;
    rounded made = {0};
    pr_arena_init(&arena, NULL, 0);
    const prt_table factors = {"factors", pack->counts->item_count, pack, &made, factors_bytes, fill_factors, NULL},
                    gram = {"gram", 1, pack, &made, factors_bytes, fill_gram, NULL};
    pr_status status = round_factors(pack, &arena, &made, error);
    if (status == PR_OK)
        status = prt_pack_table(&factors, out, error);
    if (status == PR_OK)
        status = prt_pack_table(&gram, out, error);
    pr_arena_free(&arena);
    return status;
}

/* ---- neighbours ---- */

typedef struct link {
    uint32_t item;
    float weight;
} link;

static int by_item(const void *a, const void *b) {
    const link *x = a, *y = b;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* By rising number in the bundle; *most gets the largest weight. */
static uint32_t neighbours_of(const prt_pack *pack, uint32_t number, link *out, float *most) {
    const prt_neighbours *n = &pack->purchases->neighbours;
    uint32_t row = row_of(pack, number), count = 0;
    *most = 0;
    for (uint64_t k = n->offsets[row]; k < n->offsets[row + (size_t)1] && count < MOST_NEIGHBOURS; k++) {
        out[count++] = (link){pack->counts->item_number[n->neighbour[k]], n->weight[k]};
        *most = n->weight[k] > *most ? n->weight[k] : *most;
    }
    qsort(out, count, sizeof *out, by_item);
    return count;
}

static uint64_t neighbours_bytes(const prt_table *table, uint32_t number) {
    const prt_neighbours *n = &table->pack->purchases->neighbours;
    uint32_t row = row_of(table->pack, number);
    return 5 + 3 * (n->offsets[row + (size_t)1] - n->offsets[row]);
}

static uint8_t step_of(float weight, float most) {
    long step = lrintf(weight / most * 255);
    return step < 1 ? 1 : step > 255 ? 255 : (uint8_t)step;
}

static void fill_neighbours(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    link links[MOST_NEIGHBOURS];
    uint64_t room = 0;
    for (uint32_t n = first; n < end; n++)
        room += 2 * neighbours_bytes(table, n); /* a gap takes at most five bytes */
    prt_bytes out = {pr_arena_array(t->arena, (size_t)room + 1, 1), 0};
    float *scale = pr_arena_array(t->arena, end - first + (size_t)1, sizeof *scale);
    if (!out.data || !scale) {
        t->failed = true;
        return;
    }
    for (uint32_t n = first; n < end; n++) {
        uint32_t count = neighbours_of(table->pack, n, links, &scale[n - first]), before = 0;
        prt_put_varint(&out, count);
        for (uint32_t i = 0; i < count; i++) {
            prt_put_link(&out, n, before, i, links[i].item);
            out.data[out.size++] = step_of(links[i].weight, scale[n - first]);
            before = links[i].item;
        }
    }
    prt_tensors_array(t, "links", "", PR_U8, out.data, out.size, 1);
    prt_tensors_array(t, "scale", "", PR_F32, scale, end - first, 1);
}

/* Small shards, because a request needs the rows of a history only; but not so many that the manifest grows large. */
static pr_status pack_neighbours(const prt_pack *pack, prt_packed *out, pr_error *error) {
    prt_pack cut = *pack;
    const prt_table table = {"neighbours",     pack->counts->item_count, &cut, NULL,
                             neighbours_bytes, fill_neighbours,          NULL};
    uint64_t total = 0;
    for (uint32_t n = 0; n < table.rows; n++)
        total += neighbours_bytes(&table, n);
    cut.shard_bytes = total / MOST_LINK_SHARDS > LINK_BYTES ? total / MOST_LINK_SHARDS : LINK_BYTES;
    return prt_pack_table(&table, out, error);
}

pr_status prt_pack_purchases(const prt_pack *pack, prt_packed *out, pr_error *error) {
    const prt_purchases *p = pack->purchases;
    if (!p)
        return PR_OK;
    const prt_table stats = {"item_stats", pack->counts->item_count, pack, NULL, stats_bytes, fill_stats, NULL};
    pr_status status = prt_pack_table(&stats, out, error);
    if (status == PR_OK && p->has_als)
        status = pack_factors(pack, out, error);
    if (status == PR_OK && p->has_item_cf)
        status = pack_neighbours(pack, out, error);
    return status;
}
