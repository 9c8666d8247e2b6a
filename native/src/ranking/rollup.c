/* Rolling the weekly log up: rows are put in the order of user, item and week by three stable counting sorts, then
 * added up by pair, and the pairs' weeks by user, item and for everyone. Threads take runs of users, so the result does
 * not depend on their number. */
#include "rollup.h"
#include "parallel.h"

#include <stdlib.h>
#include <string.h>

/* What one thread does to the pairs: users [first, end). */
typedef struct share {
    uint32_t first, end;
    uint64_t cells; /* counted first; then where its own begin */
    uint32_t pairs;
} share;

typedef struct rollup {
    const prt_weekly *log;
    prt_history *out;
    uint32_t min_users;
    int threads;
    uint32_t *week_index; /* of each row of the log */
    uint32_t *order;      /* rows by user, item and week */
    uint32_t *user_rows;  /* where each user's rows begin in `order`; user_count + 1 */
    share *shares;
    uint64_t cell_count;             /* pr_week cells of all pairs */
    uint32_t *cell_item, *cell_week; /* of each cell; week: its index */
    bool failed[2];
} rollup;

static uint32_t add32(uint32_t a, uint32_t b) {
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static void add_week(pr_week *sum, const pr_week *more) {
    sum->impressions = add32(sum->impressions, more->impressions);
    sum->clicks = add32(sum->clicks, more->clicks);
    sum->views = add32(sum->views, more->views);
    sum->likes = add32(sum->likes, more->likes);
    sum->watch += more->watch;
}

/* ---- weeks ---- */

static void find_bounds(const prt_weekly *log, int32_t *least, int32_t *most) {
    *least = INT32_MAX;
    *most = INT32_MIN;
    for (uint64_t i = 0; i < log->count; i++) {
        *least = log->week[i] < *least ? log->week[i] : *least;
        *most = log->week[i] > *most ? log->week[i] : *most;
    }
}

static bool number_weeks(rollup *r) {
    const prt_weekly *log = r->log;
    int32_t least, most;
    find_bounds(log, &least, &most);
    uint32_t span = log->count ? (uint32_t)(most - least) + 1 : 0, *index = calloc(span + (size_t)1, sizeof *index);
    r->week_index = malloc((log->count + 1) * sizeof *r->week_index);
    for (uint64_t i = 0; index && i < log->count; i++)
        index[log->week[i] - least] = 1;
    uint32_t count = 0;
    for (uint32_t w = 0; index && w < span; w++)
        count += index[w];
    r->out->week_numbers = malloc((count + (size_t)1) * sizeof *r->out->week_numbers);
    if (!index || !r->week_index || !r->out->week_numbers) {
        free(index);
        return false;
    }
    for (uint32_t w = 0; w < span; w++) {
        if (!index[w])
            continue;
        r->out->week_numbers[r->out->week_count] = least + (int32_t)w;
        index[w] = r->out->week_count++;
    }
    for (uint64_t i = 0; i < log->count; i++)
        r->week_index[i] = index[log->week[i] - least];
    free(index);
    r->out->first_week = count ? least : 0;
    r->out->last_week = count ? most : 0;
    return true;
}

/* ---- sorting ---- */

/* Order `from` (NULL: as they come) by keys[], stably, into `to`; starts[k], of key_count + 1, is where key k begins.
 */
static void counting_sort(const uint32_t *keys, uint32_t key_count, const uint32_t *from, uint32_t *to, uint64_t n,
                          uint32_t *starts) {
    memset(starts, 0, (key_count + (size_t)1) * sizeof *starts);
    for (uint64_t i = 0; i < n; i++)
        starts[keys[i]]++;
    uint32_t at = 0;
    for (uint32_t k = 0; k <= key_count; k++) {
        uint32_t count = starts[k];
        starts[k] = at;
        at += count;
    }
    for (uint64_t i = 0; i < n; i++) {
        uint32_t row = from ? from[i] : (uint32_t)i;
        to[starts[keys[row]]++] = row;
    }
    memmove(starts + 1, starts, key_count * sizeof *starts);
    starts[0] = 0;
}

static bool sort_rows(rollup *r) {
    const prt_weekly *log = r->log;
    const prt_history *h = r->out;
    uint32_t *other = malloc((log->count + 1) * sizeof *other);
    uint32_t *starts = malloc(((size_t)h->week_count + h->item_count + 2) * sizeof *starts);
    r->order = malloc((log->count + 1) * sizeof *r->order);
    r->user_rows = malloc((h->user_count + (size_t)2) * sizeof *r->user_rows);
    bool done = other && starts && r->order && r->user_rows;
    if (done) {
        counting_sort(r->week_index, h->week_count, NULL, r->order, log->count, starts);
        counting_sort(log->item, h->item_count, r->order, other, log->count, starts);
        counting_sort(log->user, h->user_count, other, r->order, log->count, r->user_rows);
    }
    free(other);
    free(starts);
    return done;
}

/* ---- pairs ---- */

static bool same_pair(const prt_weekly *log, uint32_t a, uint32_t b) {
    return log->user[a] == log->user[b] && log->item[a] == log->item[b];
}

static void count_share(void *context, int thread) {
    rollup *r = context;
    share *s = &r->shares[thread];
    for (uint32_t i = r->user_rows[s->first]; i < r->user_rows[s->end]; i++) {
        bool first = i == r->user_rows[s->first] || !same_pair(r->log, r->order[i - 1], r->order[i]);
        s->pairs += first;
        s->cells += first || r->week_index[r->order[i - 1]] != r->week_index[r->order[i]];
    }
}

static void fill_share(void *context, int thread) {
    rollup *r = context;
    const share *s = &r->shares[thread];
    const prt_weekly *log = r->log;
    prt_history *h = r->out;
    uint64_t cell = s->cells;
    uint32_t pair = s->pairs;
    for (uint32_t u = s->first; u < s->end; u++) {
        h->user_pairs[u] = pair;
        for (uint32_t i = r->user_rows[u]; i < r->user_rows[u + 1]; i++) {
            uint32_t row = r->order[i];
            pr_week week = {log->week[row],  log->impressions[row], log->clicks[row],
                            log->views[row], log->likes[row],       log->watch[row]};
            bool first = i == r->user_rows[u] || !same_pair(log, r->order[i - 1], row);
            if (!first && r->week_index[r->order[i - 1]] == r->week_index[row]) {
                add_week(&h->pairs.weeks[cell - 1], &week);
                continue;
            }
            if (first) {
                h->pair_item[pair] = log->item[row];
                h->pairs.starts[pair++] = cell;
            }
            r->cell_item[cell] = log->item[row];
            r->cell_week[cell] = r->week_index[row];
            h->pairs.weeks[cell++] = week;
        }
    }
}

static bool roll_pairs(rollup *r) {
    prt_history *h = r->out;
    uint64_t cells = 0;
    for (int t = 0; t < r->threads; t++)
        r->shares[t] = (share){(uint32_t)((uint64_t)h->user_count * (uint64_t)t / (uint64_t)r->threads),
                               (uint32_t)((uint64_t)h->user_count * (uint64_t)(t + 1) / (uint64_t)r->threads), 0, 0};
    prt_parallel(r->threads, count_share, r);
    for (int t = 0; t < r->threads; t++) {
        share counted = r->shares[t];
        r->shares[t].cells = cells;
        r->shares[t].pairs = h->pairs.count;
        cells += counted.cells;
        h->pairs.count += counted.pairs;
    }
    r->cell_count = cells;
    h->pairs.weeks = malloc((cells + 1) * sizeof *h->pairs.weeks);
    h->pairs.starts = malloc((h->pairs.count + (size_t)1) * sizeof *h->pairs.starts);
    h->pair_item = malloc((h->pairs.count + (size_t)1) * sizeof *h->pair_item);
    h->user_pairs = malloc((h->user_count + (size_t)1) * sizeof *h->user_pairs);
    r->cell_item = malloc((cells + 1) * sizeof *r->cell_item);
    r->cell_week = malloc((cells + 1) * sizeof *r->cell_week);
    if (!h->pairs.weeks || !h->pairs.starts || !h->pair_item || !h->user_pairs || !r->cell_item || !r->cell_week)
        return false;
    prt_parallel(r->threads, fill_share, r);
    h->pairs.starts[h->pairs.count] = cells;
    h->user_pairs[h->user_count] = h->pairs.count;
    return true;
}

/* ---- users, items, everyone ---- */

/* Sums by week of one key, and how many cells stand behind each. */
typedef struct bins {
    pr_week *weeks;
    uint32_t *cells;
} bins;

static bool open_bins(const prt_history *h, uint32_t key_count, uint64_t most, bins *b, prt_weeks *out) {
    uint64_t room = (uint64_t)key_count * h->week_count;
    b->weeks = calloc(h->week_count + (size_t)1, sizeof *b->weeks);
    b->cells = calloc(h->week_count + (size_t)1, sizeof *b->cells);
    out->count = key_count;
    out->starts = calloc(key_count + (size_t)1, sizeof *out->starts);
    out->weeks = malloc(((room < most ? room : most) + 1) * sizeof *out->weeks);
    return b->weeks && b->cells && out->starts && out->weeks;
}

static void put_in_bin(bins *b, uint32_t week, const pr_week *sums) {
    add_week(&b->weeks[week], sums);
    b->cells[week]++;
}

/* Hand the weeks of a key over that at least `least` cells stand behind, and empty the bins. */
static void end_key(const prt_history *h, bins *b, uint32_t least, uint32_t key, prt_weeks *out) {
    uint64_t at = out->starts[key];
    for (uint32_t w = 0; w < h->week_count; w++) {
        if (b->cells[w] && b->cells[w] >= least) {
            out->weeks[at] = b->weeks[w];
            out->weeks[at++].week = h->week_numbers[w];
        }
    }
    out->starts[key + 1] = at;
    memset(b->weeks, 0, h->week_count * sizeof *b->weeks);
    memset(b->cells, 0, h->week_count * sizeof *b->cells);
}

static void close_bins(bins *b) {
    free(b->weeks);
    free(b->cells);
}

static bool roll_users(rollup *r) {
    prt_history *h = r->out;
    bins b;
    bool done = open_bins(h, h->user_count, r->cell_count, &b, &h->users);
    for (uint32_t u = 0; done && u < h->user_count; u++) {
        for (uint64_t c = h->pairs.starts[h->user_pairs[u]]; c < h->pairs.starts[h->user_pairs[u + 1]]; c++)
            put_in_bin(&b, r->cell_week[c], &h->pairs.weeks[c]);
        end_key(h, &b, 0, u, &h->users);
    }
    close_bins(&b);
    return done;
}

/* A pair has one cell a week, so the cells of an (item, week) are its distinct users. */
static bool roll_items(rollup *r) {
    prt_history *h = r->out;
    bins b;
    uint32_t *order = malloc((r->cell_count + 1) * sizeof *order),
             *starts = malloc((h->item_count + (size_t)2) * sizeof *starts);
    bool done = order && starts && open_bins(h, h->item_count, r->cell_count, &b, &h->items);
    if (done)
        counting_sort(r->cell_item, h->item_count, NULL, order, r->cell_count, starts);
    for (uint32_t k = 0; done && k < h->item_count; k++) {
        for (uint32_t i = starts[k]; i < starts[k + 1]; i++)
            put_in_bin(&b, r->cell_week[order[i]], &h->pairs.weeks[order[i]]);
        end_key(h, &b, r->min_users, k, &h->items);
    }
    if (order && starts)
        close_bins(&b);
    free(order);
    free(starts);
    return done;
}

/* Users' weeks add up to everyone's. */
static bool roll_everyone(rollup *r) {
    prt_history *h = r->out;
    bins b;
    uint64_t cells = h->users.starts[h->user_count];
    bool done = open_bins(h, 1, h->week_count, &b, &h->everyone);
    for (uint64_t c = 0; done && c < cells; c++) {
        uint32_t week = 0;
        while (h->week_numbers[week] != h->users.weeks[c].week)
            week++;
        put_in_bin(&b, week, &h->users.weeks[c]);
    }
    if (done)
        end_key(h, &b, 0, 0, &h->everyone);
    close_bins(&b);
    return done;
}

/* Two jobs that do not touch each other. */
static void roll_keys(void *context, int job) {
    rollup *r = context;
    r->failed[job] = job == 0 ? !roll_items(r) : !roll_users(r) || !roll_everyone(r);
}

bool prt_rollup(const prt_weekly *log, uint32_t min_users, int threads, prt_history *out) {
    rollup r = {.log = log, .out = out, .min_users = min_users, .threads = threads < 1 ? 1 : threads};
    r.shares = calloc((size_t)r.threads, sizeof *r.shares);
    bool done = log->count < UINT32_MAX && r.shares && number_weeks(&r) && sort_rows(&r) && roll_pairs(&r);
    if (done) {
        if (r.threads > 1)
            prt_parallel(2, roll_keys, &r);
        else {
            roll_keys(&r, 0);
            roll_keys(&r, 1);
        }
        done = !r.failed[0] && !r.failed[1];
    }
    free(r.week_index);
    free(r.order);
    free(r.user_rows);
    free(r.shares);
    free(r.cell_item);
    free(r.cell_week);
    return done;
}
