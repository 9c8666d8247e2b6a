/* How soon something is bought again: the median of the days between one user's purchases of it. */
#include "fail.h"
#include "purchases_inner.h"

#include <stdlib.h>
#include <string.h>

#define SECONDS_A_DAY 86400

typedef struct gap {
    uint32_t user, item, days;
} gap;

typedef struct gap_list {
    gap *gaps; /* by user */
    uint64_t count;
} gap_list;

static int64_t day_of(int64_t time) {
    return time / SECONDS_A_DAY - (time % SECONDS_A_DAY < 0);
}

/* ---- gaps ---- */

/* Add those of one pair, whose lines stand in the order of time. */
static void add_gaps(const prt_ledger *ledger, uint32_t user, uint64_t pair, gap_list *out) {
    bool bought = false;
    int64_t before = 0;
    for (uint64_t l = ledger->starts[pair]; l < ledger->starts[pair + 1]; l++) {
        const pr_signal_event *line = &ledger->lines[l];
        if (line->kind != PR_SIGNAL_PURCHASE || line->time == INT64_MIN)
            continue;
        int64_t day = day_of(line->time);
        if (bought && day > before)
            out->gaps[out->count++] = (gap){user, ledger->item[pair], (uint32_t)(day - before)};
        before = day;
        bought = true;
    }
}

static bool list_gaps(const prt_ledger *ledger, gap_list *out) {
    uint64_t lines = ledger->starts[ledger->pairs[ledger->users]];
    out->gaps = malloc((lines + 1) * sizeof *out->gaps);
    for (uint32_t u = 0; out->gaps && u < ledger->users; u++) {
        for (uint64_t p = ledger->pairs[u]; p < ledger->pairs[u + (size_t)1]; p++)
            add_gaps(ledger, u, p, out);
    }
    return out->gaps != NULL;
}

/* ---- medians of groups ---- */

/* Items by group: the items themselves, or the values of a category or list column. */
typedef struct grouping {
    const prt_column *column; /* NULL: every item is a group */
    uint32_t groups;
} grouping;

/* The groups of an item: codes[0 … *count - 1]. */
static const uint32_t *groups_of(const grouping *by, const uint32_t *item, uint32_t *count) {
    const prt_column *column = by->column;
    *count = 1;
    if (!column)
        return item;
    if (column->type == PRT_CATEGORY) {
        *count = column->codes[*item] != PRT_NONE;
        return &column->codes[*item];
    }
    *count = column->list_offsets[*item + 1] - column->list_offsets[*item];
    return column->codes + column->list_offsets[*item];
}

static int by_days(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static float median(uint32_t *days, uint64_t n) {
    qsort(days, n, sizeof *days, by_days);
    return n % 2 ? (float)days[n / 2] : ((float)days[n / 2 - 1] + (float)days[n / 2]) / 2;
}

typedef struct grouped {
    uint64_t *starts; /* of the groups in `days`, groups + 1 */
    uint32_t *days;
    uint32_t *users, *last_user; /* distinct ones of each group, as the gaps go by user */
} grouped;

static void count_groups(const gap_list *list, const grouping *by, grouped *out) {
    for (uint64_t g = 0; g < list->count; g++) {
        uint32_t count;
        const uint32_t *groups = groups_of(by, &list->gaps[g].item, &count);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t group = groups[i];
            out->starts[group + (size_t)1]++;
            out->users[group] += out->last_user[group] != list->gaps[g].user + 1;
            out->last_user[group] = list->gaps[g].user + 1;
        }
    }
    for (uint32_t group = 0; group < by->groups; group++)
        out->starts[group + (size_t)1] += out->starts[group];
}

/* Moves starts on by one group; starts[group - 1] is the group's start afterwards. */
static void fill_groups(const gap_list *list, const grouping *by, grouped *out) {
    for (uint64_t g = 0; g < list->count; g++) {
        uint32_t count;
        const uint32_t *groups = groups_of(by, &list->gaps[g].item, &count);
        for (uint32_t i = 0; i < count; i++)
            out->days[out->starts[groups[i]]++] = list->gaps[g].days;
    }
}

/* The median of each group into out[groups], 0 where there is too little. */
static bool tell_groups(const gap_list *list, const grouping *by, uint32_t min_users, float *out) {
    size_t groups = by->groups + (size_t)1;
    grouped made = {calloc(groups, sizeof(uint64_t)), NULL, calloc(groups, sizeof(uint32_t)),
                    calloc(groups, sizeof(uint32_t))};
    bool done = made.starts && made.users && made.last_user;
    if (done) {
        count_groups(list, by, &made);
        made.days = malloc((made.starts[by->groups] + 1) * sizeof *made.days);
        done = made.days != NULL;
    }
    if (done) {
        fill_groups(list, by, &made);
        for (uint32_t group = 0; group < by->groups; group++) {
            uint64_t first = group ? made.starts[group - 1] : 0, count = made.starts[group] - first;
            bool enough = count >= PRT_CYCLE_GAPS && made.users[group] >= min_users;
            out[group] = enough ? median(made.days + first, count) : 0;
        }
    }
    free(made.starts);
    free(made.days);
    free(made.users);
    free(made.last_user);
    return done;
}

/* ---- items ---- */

/* Items without a cycle take that of their first group that has one. */
static bool fall_back(const gap_list *list, const prt_column *column, uint32_t min_users, prt_purchases *out) {
    const grouping by = {column, column->values.count};
    float *cycles = calloc(by.groups + (size_t)1, sizeof *cycles);
    bool done = cycles && tell_groups(list, &by, min_users, cycles);
    for (uint32_t i = 0; done && i < out->items; i++) {
        uint32_t count;
        const uint32_t *groups = groups_of(&by, &i, &count);
        for (uint32_t g = 0; g < count && out->cycle[i] == 0; g++)
            out->cycle[i] = cycles[groups[g]];
    }
    free(cycles);
    return done;
}

static bool tell_cycles(const prt_purchases_job *job, const gap_list *list, prt_purchases *out) {
    const prt_name_list *categories = &out->config.category;
    const grouping items = {NULL, out->items};
    if (!tell_groups(list, &items, job->min_users, out->cycle))
        return false;
    for (uint32_t c = categories->count; c-- > 0;) {
        const prt_column *column = prt_column_find(&job->dataset->items, categories->names[c]);
        if (column && !fall_back(list, column, job->min_users, out))
            return false;
    }
    return true;
}

pr_status prt_cycles_make(const prt_purchases_job *job, const prt_ledger *ledger, prt_purchases *out, pr_error *error) {
    gap_list list = {0};
    out->cycle = calloc(ledger->items + (size_t)1, sizeof *out->cycle);
    bool done = out->cycle && list_gaps(ledger, &list) && tell_cycles(job, &list, out);
    free(list.gaps);
    return done ? PR_OK : prt_fail_memory(error, "finding out how soon things are bought again");
}
