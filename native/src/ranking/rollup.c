/* Rolling the weekly log up: rows are put in the order of user, item and week by three stable counting sorts, then
 * added up by pair, user, item and for everyone. */
#include "rollup.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_WEEK = 1000000 };

typedef struct rollup {
    const prt_weekly *log;
    prt_history *out;
    uint32_t *week_index;                        /* of each row of the log */
    uint64_t cell_count;                         /* pr_week cells of all pairs */
    uint32_t *cell_user, *cell_item, *cell_week; /* of each cell */
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

static pr_week row_of(const prt_weekly *log, uint64_t i) {
    return (pr_week){log->week[i], log->impressions[i], log->clicks[i], log->views[i], log->likes[i], log->watch[i]};
}

/* ---- weeks ---- */

static bool number_weeks(rollup *r) {
    const prt_weekly *log = r->log;
    uint32_t *index = calloc(MOST_WEEK + 1, sizeof *index);
    r->week_index = malloc((log->count + 1) * sizeof *r->week_index);
    for (uint64_t i = 0; index && i < log->count; i++)
        index[log->week[i]] = 1;
    uint32_t count = 0;
    for (uint32_t w = 0; index && w <= MOST_WEEK; w++)
        count += index[w];
    r->out->week_numbers = malloc((count + 1) * sizeof *r->out->week_numbers);
    if (!index || !r->week_index || !r->out->week_numbers) {
        free(index);
        return false;
    }
    for (uint32_t w = 0; w <= MOST_WEEK; w++) {
        if (!index[w])
            continue;
        r->out->week_numbers[r->out->week_count] = (int32_t)w;
        index[w] = r->out->week_count++;
    }
    for (uint64_t i = 0; i < log->count; i++)
        r->week_index[i] = index[log->week[i]];
    free(index);
    if (r->out->week_count) {
        r->out->first_week = r->out->week_numbers[0];
        r->out->last_week = r->out->week_numbers[r->out->week_count - 1];
    }
    return true;
}

/* ---- sorting ---- */

/* Order `from` (NULL: as they come) by keys[], stably, into `to`. */
static bool counting_sort(const uint32_t *keys, uint32_t key_count, const uint64_t *from, uint64_t *to, uint64_t n) {
    uint64_t *starts = calloc(key_count + (size_t)2, sizeof *starts);
    if (!starts)
        return false;
    for (uint64_t i = 0; i < n; i++)
        starts[keys[i] + (size_t)1]++;
    for (uint32_t k = 0; k < key_count; k++)
        starts[k + 1] += starts[k];
    for (uint64_t i = 0; i < n; i++) {
        uint64_t row = from ? from[i] : i;
        to[starts[keys[row]]++] = row;
    }
    free(starts);
    return true;
}

/* ---- pairs ---- */

static bool same_cell(const prt_weekly *log, uint64_t a, uint64_t b) {
    return log->user[a] == log->user[b] && log->item[a] == log->item[b] && log->week[a] == log->week[b];
}

static bool take_cells(rollup *r, uint64_t cells, uint32_t pairs) {
    prt_history *h = r->out;
    h->pairs.weeks = malloc((cells + 1) * sizeof *h->pairs.weeks);
    h->pairs.starts = malloc((pairs + (size_t)2) * sizeof *h->pairs.starts);
    h->pair_item = malloc((pairs + (size_t)1) * sizeof *h->pair_item);
    h->user_pairs = calloc(h->user_count + (size_t)2, sizeof *h->user_pairs);
    r->cell_user = malloc((cells + 1) * sizeof *r->cell_user);
    r->cell_item = malloc((cells + 1) * sizeof *r->cell_item);
    r->cell_week = malloc((cells + 1) * sizeof *r->cell_week);
    return h->pairs.weeks && h->pairs.starts && h->pair_item && h->user_pairs && r->cell_user && r->cell_item &&
           r->cell_week;
}

static bool roll_pairs(rollup *r, const uint64_t *order) {
    const prt_weekly *log = r->log;
    prt_history *h = r->out;
    uint64_t cells = 0;
    uint32_t pairs = 0;
    for (uint64_t i = 0; i < log->count; i++) {
        bool new_cell = i == 0 || !same_cell(log, order[i - 1], order[i]);
        bool new_pair =
            i == 0 || log->user[order[i - 1]] != log->user[order[i]] || log->item[order[i - 1]] != log->item[order[i]];
        cells += new_cell;
        pairs += new_pair;
    }
    if (!take_cells(r, cells, pairs))
        return false;
    for (uint64_t i = 0; i < log->count; i++) {
        uint64_t row = order[i];
        uint32_t user = log->user[row], item = log->item[row];
        pr_week week = row_of(log, row);
        if (i > 0 && same_cell(log, order[i - 1], row)) {
            add_week(&h->pairs.weeks[r->cell_count - 1], &week);
            continue;
        }
        if (i == 0 || log->user[order[i - 1]] != user || log->item[order[i - 1]] != item) {
            h->pair_item[h->pairs.count] = item;
            h->pairs.starts[h->pairs.count++] = r->cell_count;
            h->user_pairs[user + 1]++;
        }
        r->cell_user[r->cell_count] = user;
        r->cell_item[r->cell_count] = item;
        r->cell_week[r->cell_count] = r->week_index[row];
        h->pairs.weeks[r->cell_count++] = week;
    }
    h->pairs.starts[h->pairs.count] = r->cell_count;
    for (uint32_t u = 0; u < h->user_count; u++)
        h->user_pairs[u + 1] += h->user_pairs[u];
    return true;
}

/* ---- users, items, everyone ---- */

/* Sums by week of one key, and how many users stand behind each. */
typedef struct bins {
    pr_week *weeks;
    uint32_t *users;
} bins;

static void empty_bins(const prt_history *h, bins *b) {
    memset(b->weeks, 0, h->week_count * sizeof *b->weeks);
    memset(b->users, 0, h->week_count * sizeof *b->users);
}

static void close_bins(const prt_history *h, const bins *b, uint32_t least_users, prt_weeks *out, uint64_t *at) {
    for (uint32_t w = 0; w < h->week_count; w++) {
        if (!b->users[w] || b->users[w] < least_users)
            continue;
        out->weeks[*at] = b->weeks[w];
        out->weeks[(*at)++].week = h->week_numbers[w];
    }
}

/* Add the cells up by key (user or item): `order` lists them by key, NULL when they lie so already. */
static bool roll_keys(const rollup *r, const uint32_t *keys, uint32_t key_count, const uint64_t *order,
                      uint32_t least_users, prt_weeks *out) {
    const prt_history *h = r->out;
    bins b = {malloc((h->week_count + 1) * sizeof *b.weeks), malloc((h->week_count + 1) * sizeof *b.users)};
    uint64_t cell = 0, at = 0, room = (uint64_t)key_count * h->week_count;
    room = room < r->cell_count ? room : r->cell_count;
    out->count = key_count;
    out->starts = calloc(key_count + (size_t)1, sizeof *out->starts);
    out->weeks = malloc((room + 1) * sizeof *out->weeks);
    bool done = b.weeks && b.users && out->starts && out->weeks;
    for (uint32_t k = 0; done && k < key_count; k++) {
        empty_bins(h, &b);
        for (; cell < r->cell_count && keys[order ? order[cell] : cell] == k; cell++) {
            uint64_t c = order ? order[cell] : cell;
            add_week(&b.weeks[r->cell_week[c]], &h->pairs.weeks[c]);
            b.users[r->cell_week[c]]++;
        }
        close_bins(h, &b, least_users, out, &at);
        out->starts[k + 1] = at;
    }
    free(b.weeks);
    free(b.users);
    return done;
}

static bool roll_items(const rollup *r, uint32_t min_users) {
    uint64_t *order = malloc((r->cell_count + 1) * sizeof *order);
    bool done = order && counting_sort(r->cell_item, r->out->item_count, NULL, order, r->cell_count) &&
                roll_keys(r, r->cell_item, r->out->item_count, order, min_users, &r->out->items);
    free(order);
    return done;
}

static bool roll_everyone(const rollup *r) {
    uint32_t *one = calloc(r->cell_count + 1, sizeof *one);
    bool done = one && roll_keys(r, one, 1, NULL, 0, &r->out->everyone);
    free(one);
    return done;
}

static bool sort_rows(const rollup *r, uint64_t *order, uint64_t *other) {
    const prt_weekly *log = r->log;
    return counting_sort(r->week_index, r->out->week_count, NULL, other, log->count) &&
           counting_sort(log->item, r->out->item_count, other, order, log->count) &&
           counting_sort(log->user, r->out->user_count, order, other, log->count);
}

bool prt_rollup(const prt_weekly *log, uint32_t min_users, prt_history *out) {
    rollup r = {.log = log, .out = out};
    uint64_t *order = malloc((log->count + 1) * sizeof *order), *other = malloc((log->count + 1) * sizeof *other);
    bool done = order && other && number_weeks(&r) && sort_rows(&r, order, other) && roll_pairs(&r, other) &&
                roll_keys(&r, r.cell_user, out->user_count, NULL, 0, &out->users) && roll_items(&r, min_users) &&
                roll_everyone(&r);
    free(order);
    free(other);
    free(r.week_index);
    free(r.cell_user);
    free(r.cell_item);
    free(r.cell_week);
    return done;
}
