/* The tables segments and groups: counts in which nobody can be recognised. */
#include "pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Which rows are published, and how many of their cells. The first is the row of everyone: totals and views, but no
 * cells, because the counts of everyone stand in the items. */
typedef struct published {
    prt_row everyone;
    char key[2 * PRT_MAX_DIMENSIONS + 1];
    const prt_row **rows;
    uint32_t *cells;
    uint32_t count;
} published;

static uint32_t published_cells(const prt_pack *pack, const prt_row *row) {
    uint32_t count = 0;
    for (uint64_t c = row->first_cell; c < row->first_cell + row->cell_count; c++)
        count += pack->counts->cells[c].users >= pack->min_users;
    return count;
}

static void make_everyone(const prt_pack *pack, published *out) {
    const prt_counts *counts = pack->counts;
    char *end = out->key;
    for (uint32_t d = 0; d < pack->plan->dimension_count; d++) {
        *end++ = '*';
        *end++ = '|';
    }
    end[pack->plan->dimension_count ? -1 : 0] = 0;
    out->everyone = (prt_row){.mask = UINT32_MAX, .users = counts->active_users, .key = out->key};
    for (uint32_t i = 0; i < counts->item_count; i++) {
        out->everyone.totals.started += counts->items[i].started;
        out->everyone.totals.completed += counts->items[i].completed;
        out->everyone.totals.rated += counts->items[i].rated;
        out->everyone.totals.liked += counts->items[i].liked;
    }
}

static void add_row(published *out, const prt_row *row, uint32_t cells) {
    out->rows[out->count] = row;
    out->cells[out->count++] = cells;
}

static bool choose_rows(const prt_pack *pack, published *out) {
    const prt_counts *counts = pack->counts;
    out->rows = malloc((counts->row_count + (size_t)1) * sizeof *out->rows);
    out->cells = malloc((counts->row_count + (size_t)1) * sizeof *out->cells);
    out->count = 0;
    if (!out->rows || !out->cells)
        return false;
    make_everyone(pack, out);
    bool everyone = pack->plan->dimension_count && counts->active_users >= pack->min_users;
    for (uint32_t r = 0; r < counts->row_count; r++) {
        const prt_row *row = &counts->rows[r];
        if (everyone && strcmp(row->key, out->key) > 0) {
            add_row(out, &out->everyone, 0);
            everyone = false;
        }
        uint32_t cells = published_cells(pack, row);
        bool total = row->mask != 0 && row->users >= pack->min_users;
        if (cells == 0 && !total)
            continue;
        add_row(out, row, cells);
    }
    if (everyone)
        add_row(out, &out->everyone, 0);
    return true;
}

static uint64_t row_bytes(const prt_table *table, uint32_t row) {
    const published *p = table->context;
    return p->rows[row]->cell_count ? 64 + 7 * (uint64_t)p->cells[row] : 64;
}

static pr_text row_key(const prt_table *table, uint32_t row) {
    const char *key = ((const published *)table->context)->rows[row]->key;
    return (pr_text){key, strlen(key)};
}

/* Mean and sample standard deviation of `started` over the cells that are published. */
static void views_of(const pr_counts *cells, uint32_t count, double out[2]) {
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += cells[i].started;
    double mean = count ? sum / count : 0;
    for (uint32_t i = 0; i < count; i++) {
        double away = cells[i].started - mean;
        squares += away * away;
    }
    out[0] = mean;
    out[1] = count > 1 ? sqrt(squares / (count - 1)) : 0;
}

/* Everything of rows [first, end) as arrays. */
typedef struct segment_arrays {
    pr_text *keys;
    uint32_t *totals, *offsets, *items;
    double *views;
    pr_counts *cells;
} segment_arrays;

/* The views of everyone: over all items that enough people stand behind. */
static bool views_of_everyone(const prt_pack *pack, pr_arena *arena, double out[2]) {
    pr_counts *items = pr_arena_array(arena, pack->counts->item_count + (size_t)1, sizeof *items);
    uint32_t count = 0;
    for (uint32_t i = 0; items && i < pack->counts->item_count; i++) {
        if (pack->counts->item_users[i] >= pack->min_users)
            items[count++] = pack->counts->items[i];
    }
    if (items)
        views_of(items, count, out);
    return items != NULL;
}

static void put_row(const prt_table *table, uint32_t row, uint32_t place, segment_arrays *a) {
    const prt_pack *pack = table->pack;
    const prt_row *r = ((const published *)table->context)->rows[row];
    uint32_t start = a->offsets[place], at = start, before = 0;
    for (uint64_t c = r->first_cell; c < r->first_cell + r->cell_count; c++) {
        const prt_cell *cell = &pack->counts->cells[c];
        if (cell->users < pack->min_users)
            continue;
        a->items[at] = cell->item - before;
        a->cells[at++] = cell->counts;
        before = cell->item;
    }
    a->keys[place] = row_key(table, row);
    a->offsets[place + 1] = at;
    views_of(a->cells + start, at - start, a->views + 2 * (size_t)place);
    if (r->users < pack->min_users)
        return;
    uint32_t *totals = a->totals + 4 * (size_t)place;
    totals[0] = r->totals.started;
    totals[1] = r->totals.completed;
    totals[2] = r->totals.rated;
    totals[3] = r->totals.liked;
}

static void fill_segments(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const published *p = table->context;
    uint32_t rows = end - first, cells = 0;
    for (uint32_t r = first; r < end; r++)
        cells += p->cells[r];
    segment_arrays a = {
        .keys = pr_arena_array(t->arena, rows + (size_t)1, sizeof *a.keys),
        .totals = pr_arena_array(t->arena, rows + (size_t)1, 4 * sizeof *a.totals),
        .offsets = pr_arena_array(t->arena, rows + (size_t)1, sizeof *a.offsets),
        .items = pr_arena_array(t->arena, cells + (size_t)1, sizeof *a.items),
        .views = pr_arena_array(t->arena, rows + (size_t)1, 2 * sizeof *a.views),
        .cells = pr_arena_array(t->arena, cells + (size_t)1, sizeof *a.cells),
    };
    if (!a.keys || !a.totals || !a.offsets || !a.items || !a.views || !a.cells) {
        t->failed = true;
        return;
    }
    for (uint32_t r = first; r < end; r++) {
        put_row(table, r, r - first, &a);
        if (p->rows[r] == &p->everyone && !views_of_everyone(table->pack, t->arena, a.views + 2 * (size_t)(r - first)))
            t->failed = true;
    }
    prt_tensors_strings(t, "key", a.keys, rows);
    prt_tensors_array(t, "totals", "", PR_U32, a.totals, rows, 4);
    prt_tensors_array(t, "views", "", PR_F64, a.views, rows, 2);
    prt_tensors_array(t, "offsets", "", PR_U32, a.offsets, rows + (uint64_t)1, 1);
    prt_tensors_uints(t, "item", "", a.items, cells);
    prt_tensors_counts(t, a.cells, cells);
}

/* What the caller needs to know after the counts are gone. */
static bool note_published(const published *p, prt_packed *out) {
    out->published_rows = p->count;
    out->segment_keys = pr_arena_array(&out->arena, p->count + (size_t)1, sizeof *out->segment_keys);
    for (uint32_t r = 0; out->segment_keys && r < p->count; r++) {
        if (p->rows[r]->mask != 0)
            continue;
        const char *key = p->rows[r]->key;
        pr_text copy = prt_text_copy(&out->arena, (pr_text){key, strlen(key)});
        out->segment_keys[out->segment_count++] = copy;
        out->published_cells += p->cells[r];
        if (!copy.bytes)
            return false;
    }
    return out->segment_keys != NULL;
}

pr_status prt_pack_segments(const prt_pack *pack, prt_packed *out, pr_error *error) {
    published p;
    pr_status status = PR_OK;
    if (!choose_rows(pack, &p))
        status = pr_fail(error, PR_E_MEMORY, 0, "out of memory while packing the table segments");
    const prt_table table = {"segments", p.count, pack, &p, row_bytes, fill_segments, row_key};
    if (status == PR_OK && p.count)
        status = prt_pack_table(&table, out, error);
    if (status == PR_OK && !note_published(&p, out))
        status = pr_fail(error, PR_E_MEMORY, 0, "out of memory while packing the table segments");
    free(p.rows);
    free(p.cells);
    return status;
}

/* ---- groups: one shard ---- */

static uint64_t group_bytes(const prt_table *table, uint32_t row) {
    (void)table;
    (void)row;
    return 0;
}

static void fill_groups(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_pack *pack = table->pack;
    const uint32_t *codes = table->context, rows = end - first;
    uint32_t *started = pr_arena_array(t->arena, rows + (size_t)1, sizeof *started),
             *abandoned = pr_arena_array(t->arena, rows + (size_t)1, sizeof *abandoned);
    double *low = pr_arena_array(t->arena, rows + (size_t)1, sizeof *low),
           *high = pr_arena_array(t->arena, rows + (size_t)1, sizeof *high);
    uint8_t *flagged = pr_arena_array(t->arena, rows + (size_t)1, sizeof *flagged);
    if (!started || !abandoned || !low || !high || !flagged) {
        t->failed = true;
        return;
    }
    for (uint32_t i = 0; i < rows; i++) {
        const prt_group *group = &pack->counts->groups[codes[first + i]];
        prt_flag_verdict verdict = prt_flag_judge(group, pack->flag_rule);
        started[i] = group->started;
        abandoned[i] = group->abandoned;
        low[i] = verdict.low;
        high[i] = verdict.high;
        flagged[i] = verdict.flagged;
    }
    prt_tensors_uints(t, "code", "", codes + first, rows);
    prt_tensors_array(t, "started", "", PR_U32, started, rows, 1);
    prt_tensors_array(t, "abandoned", "", PR_U32, abandoned, rows, 1);
    prt_tensors_array(t, "low", "", PR_F64, low, rows, 1);
    prt_tensors_array(t, "high", "", PR_F64, high, rows, 1);
    prt_tensors_array(t, "flagged", "", PR_U8, flagged, rows, 1);
}

pr_status prt_pack_groups(const prt_pack *pack, prt_packed *out, pr_error *error) {
    if (!pack->flag_rule)
        return PR_OK;
    uint32_t rows = 0, *codes = malloc((pack->counts->group_count + (size_t)1) * sizeof *codes);
    if (!codes)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while packing the table groups");
    for (uint32_t g = 0; g < pack->counts->group_count; g++) {
        if (pack->counts->groups[g].users >= pack->min_users)
            codes[rows++] = g;
    }
    const prt_table table = {"groups", rows, pack, codes, group_bytes, fill_groups, NULL};
    pr_status status = prt_pack_table(&table, out, error);
    free(codes);
    return status;
}
