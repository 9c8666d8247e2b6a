/* The tables weeks and weekly: what everyone did in each week, and what became of each item. */
#include "pack.h"

enum { MOST_WEEKS = 52, TOTALS = 5 };

/* Row 0 of `weeks` is week number `first` of the history. */
static uint32_t first_week(const prt_history *h) {
    return h->week_count > MOST_WEEKS ? h->week_count - MOST_WEEKS : 0;
}

/* ---- weeks ---- */

static uint64_t no_bytes(const prt_table *table, uint32_t row) {
    (void)table;
    (void)row;
    return 0; /* always one shard */
}

/* Everyone has a cell in each week that occurs, and so one for each row. */
static void fill_weeks(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_history *h = table->pack->history;
    const pr_week *weeks = h->everyone.weeks + h->everyone.starts[0] + first_week(h);
    uint32_t rows = end - first;
    int32_t *numbers = pr_arena_array(t->arena, rows + (size_t)1, sizeof *numbers);
    int64_t(*totals)[TOTALS] = pr_arena_array(t->arena, rows + (size_t)1, sizeof *totals);
    if (!numbers || !totals) {
        t->failed = true;
        return;
    }
    for (uint32_t r = 0; r < rows; r++) {
        const pr_week *week = &weeks[first + r];
        const int64_t values[TOTALS] = {week->impressions, week->clicks, week->views, week->likes,
                                        (int64_t)week->watch};
        numbers[r] = week->week;
        for (int i = 0; i < TOTALS; i++)
            totals[r][i] = values[i];
    }
    prt_tensors_array(t, "week", "", PR_I32, numbers, rows, 1);
    prt_tensors_array(t, "totals", "", PR_I64, totals, rows, TOTALS);
}

pr_status prt_pack_weeks(const prt_pack *pack, prt_packed *out, pr_error *error) {
    if (!pack->history)
        return PR_OK;
    const prt_history *h = pack->history;
    const prt_table table = {"weeks", h->week_count - first_week(h), pack, NULL, no_bytes, fill_weeks, NULL};
    return prt_pack_table(&table, out, error);
}

/* ---- weekly ---- */

/* The cells of the item with that number that lie within the rows of `weeks`. */
static const pr_week *cells_of(const prt_pack *pack, uint32_t number, uint32_t *count) {
    const prt_history *h = pack->history;
    uint32_t item = pack->counts->item_order[number];
    uint64_t from = h->items.starts[item], end = h->items.starts[item + 1];
    while (from < end && h->items.weeks[from].week < h->week_numbers[first_week(h)])
        from++;
    *count = (uint32_t)(end - from);
    return h->items.weeks + from;
}

static uint64_t item_bytes(const prt_table *table, uint32_t row) {
    uint32_t count;
    cells_of(table->pack, row, &count);
    return 4 + (uint64_t)count * 13;
}

/* Columns of the shard's cells. */
typedef struct cells {
    uint32_t *offsets, *week, *impressions, *clicks, *views, *likes, *watch;
} cells;

static bool take_cells(prt_tensors *t, uint32_t rows, uint32_t count, cells *out) {
    uint32_t **const columns[] = {&out->week, &out->impressions, &out->clicks, &out->views, &out->likes, &out->watch};
    out->offsets = pr_arena_array(t->arena, rows + (size_t)1, sizeof *out->offsets);
    bool all = out->offsets != NULL;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        *columns[i] = pr_arena_array(t->arena, count + (size_t)1, sizeof **columns[i]);
        all = all && *columns[i];
    }
    return all;
}

/* Rows of `weeks` rise with the weeks; `row` is the one of the item's cell before. */
static uint32_t row_of(const prt_history *h, int32_t week, uint32_t row) {
    while (h->week_numbers[first_week(h) + row] < week)
        row++;
    return row;
}

static void put_item(const prt_pack *pack, uint32_t number, cells *c, uint32_t at) {
    uint32_t count, row = 0;
    const pr_week *weeks = cells_of(pack, number, &count);
    for (uint32_t i = 0; i < count; i++, at++) {
        row = row_of(pack->history, weeks[i].week, row);
        c->week[at] = row;
        c->impressions[at] = weeks[i].impressions;
        c->clicks[at] = weeks[i].clicks;
        c->views[at] = weeks[i].views;
        c->likes[at] = weeks[i].likes;
        c->watch[at] = weeks[i].watch < UINT32_MAX ? (uint32_t)weeks[i].watch : UINT32_MAX;
    }
}

static void put_tensors(const cells *c, uint32_t rows, uint32_t count, prt_tensors *t) {
    prt_tensors_array(t, "offsets", "", PR_U32, c->offsets, rows + (uint64_t)1, 1);
    prt_tensors_uints(t, "week", "", c->week, count);
    prt_tensors_uints(t, "impressions", "", c->impressions, count);
    prt_tensors_uints(t, "clicks", "", c->clicks, count);
    prt_tensors_uints(t, "views", "", c->views, count);
    prt_tensors_uints(t, "likes", "", c->likes, count);
    prt_tensors_array(t, "watch", "", PR_U32, c->watch, count, 1);
}

static void fill_weekly(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    uint32_t rows = end - first, count = 0, of_item;
    cells c;
    for (uint32_t r = first; r < end; r++) {
        cells_of(table->pack, r, &of_item);
        count += of_item; /* at most 52 for each of 2^24 items */
    }
    if (!take_cells(t, rows, count, &c)) {
        t->failed = true;
        return;
    }
    c.offsets[0] = 0;
    for (uint32_t r = first; r < end; r++) {
        cells_of(table->pack, r, &of_item);
        put_item(table->pack, r, &c, c.offsets[r - first]);
        c.offsets[r - first + 1] = c.offsets[r - first] + of_item;
    }
    put_tensors(&c, rows, count, t);
}

pr_status prt_pack_weekly(const prt_pack *pack, prt_packed *out, pr_error *error) {
    const prt_table table = {"weekly", pack->counts->item_count, pack, NULL, item_bytes, fill_weekly, NULL};
    return pack->history ? prt_pack_table(&table, out, error) : PR_OK;
}
