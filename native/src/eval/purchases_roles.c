/* Who gets which role: one protocol after the other. */
#include "fail.h"
#include "pack.h"
#include "purchases_split_inner.h"

#include <math.h>
#include <stdlib.h>

static pr_status no_memory(const prt_splitting *s) {
    return prt_fail_memory(s->error, "splitting the log");
}

/* ---- by time ---- */

static int by_time(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static pr_status without_times(const prt_splitting *s) {
    return prt_fail(s->error, PR_E_FORMAT,
                    "%s: the protocol time needs events at different times; name their column in events[].time, or "
                    "choose the protocol leave-last or random",
                    s->config->path);
}

/* The moment at which the last `share` of the events of the role `from` begins. Events of one moment stay together. */
static pr_status find_cut(const prt_splitting *s, uint8_t from, double share, int64_t *cut) {
    const prt_events *events = &s->dataset->events;
    int64_t *times = malloc((events->count + 1) * sizeof *times);
    uint64_t count = 0, at;
    if (!times)
        return no_memory(s);
    for (uint64_t e = 0; events->time && e < events->count; e++) {
        if (s->out->roles[e] == from && events->time[e] != PRT_NO_INTEGER)
            times[count++] = events->time[e];
    }
    qsort(times, count, sizeof *times, by_time);
    at = count - (uint64_t)llround(share * (double)count);
    while (at < count && times[at] == times[0])
        at++;
    bool found = at < count;
    *cut = found ? times[at] : PRT_NO_INTEGER;
    free(times);
    return found ? PR_OK : without_times(s);
}

static void cut_roles(const prt_splitting *s, int64_t cut, uint8_t role) {
    const prt_events *events = &s->dataset->events;
    for (uint64_t e = 0; e < events->count; e++) {
        if (s->out->roles[e] == PRT_ROLE_TRAIN && events->time[e] >= cut)
            s->out->roles[e] = role;
        else if (events->time[e] == PRT_NO_INTEGER)
            s->out->roles[e] = PRT_ROLE_NONE;
    }
}

static pr_status split_by_time(const prt_splitting *s) {
    PRT_TRY(find_cut(s, PRT_ROLE_TRAIN, s->given->test.share, &s->out->cut));
    cut_roles(s, s->out->cut, s->valid ? PRT_ROLE_NONE : PRT_ROLE_TEST);
    if (!s->valid)
        return PR_OK;
    PRT_TRY(find_cut(s, PRT_ROLE_TRAIN, s->given->valid.share, &s->out->cut));
    cut_roles(s, s->out->cut, PRT_ROLE_TEST);
    return PR_OK;
}

/* ---- by pairs of user and item ---- */

/* Events get the role of their pair. What was given back in full is no pair, and stays where it does nothing. */
static void spread_roles(const prt_splitting *s, const prt_ledger *ledger, const uint8_t *pair_roles) {
    const prt_events *events = &s->dataset->events;
    for (uint64_t e = 0; e < events->count; e++) {
        uint64_t pair = prt_pair_find(ledger, events->user[e], events->item[e]);
        if (pair != PRT_NO_PAIR)
            s->out->roles[e] = pair_roles[pair];
    }
}

/* ---- each user's last ---- */

/* The event by which each pair was first taken: the earliest of a relevant type, ties as logged. */
static uint64_t *first_events(const prt_splitting *s, const prt_ledger *ledger) {
    const prt_events *events = &s->dataset->events;
    uint64_t pairs = ledger->pairs[ledger->users], *first = malloc((pairs + 1) * sizeof *first);
    uint16_t types = prt_types_of_kinds(s->out->kinds);
    for (uint64_t p = 0; first && p < pairs; p++)
        first[p] = PRT_NO_PAIR;
    for (uint64_t e = 0; first && e < events->count; e++) {
        uint64_t pair =
            events->types[e] & types ? prt_pair_find(ledger, events->user[e], events->item[e]) : PRT_NO_PAIR;
        if (pair != PRT_NO_PAIR &&
            (first[pair] == PRT_NO_PAIR || (events->time && events->time[e] < events->time[first[pair]])))
            first[pair] = e;
    }
    return first;
}

static bool is_later(const prt_events *events, uint64_t a, uint64_t b) {
    if (events->time && events->time[a] != events->time[b])
        return events->time[a] > events->time[b];
    return a > b;
}

/* The pair of a user, among those of the role `from`, that was first taken last; *count of such pairs. */
static uint64_t last_pair(const prt_splitting *s, const prt_ledger *ledger, const uint64_t *first, const uint8_t *roles,
                          uint32_t user, uint32_t *count) {
    uint64_t last = PRT_NO_PAIR;
    *count = 0;
    for (uint64_t p = ledger->pairs[user]; p < ledger->pairs[user + (size_t)1]; p++) {
        if (first[p] == PRT_NO_PAIR || roles[p] != PRT_ROLE_TRAIN || !prt_pair_is_relevant(ledger, p, s->out->kinds))
            continue;
        ++*count;
        if (last == PRT_NO_PAIR || is_later(&s->dataset->events, first[p], first[last]))
            last = p;
    }
    return last;
}

static pr_status split_last(const prt_splitting *s, const prt_ledger *ledger, uint8_t *roles) {
    uint64_t *first = first_events(s, ledger);
    if (!first)
        return no_memory(s);
    for (uint32_t u = 0; u < ledger->users; u++) {
        uint32_t count;
        if (ledger->nobody[u])
            continue;
        uint64_t last = last_pair(s, ledger, first, roles, u, &count);
        if (s->valid && count > 1) { /* the test's own, of which nothing is seen; then the last before it */
            roles[last] = PRT_ROLE_NONE;
            last = last_pair(s, ledger, first, roles, u, &count);
        }
        if (count > 1)
            roles[last] = PRT_ROLE_TEST;
    }
    free(first);
    return PR_OK;
}

/* ---- by chance ---- */

/* The numbers that ids are; NULL with the error set when one is none. */
static uint32_t *id_numbers(const prt_splitting *s, const prt_strings *ids, const char *what) {
    uint32_t *numbers = malloc((ids->count + (size_t)1) * sizeof *numbers);
    if (!numbers)
        no_memory(s);
    for (uint32_t i = 0; numbers && i < ids->count; i++) {
        pr_text id = prt_string(ids, i);
        uint64_t number = 0;
        bool good = id.size > 0 && id.size <= 10;
        for (size_t at = 0; good && at < id.size; at++) {
            good = id.bytes[at] >= '0' && id.bytes[at] <= '9';
            number = number * 10 + (uint64_t)(id.bytes[at] - '0');
        }
        if (!good || number > UINT32_MAX) {
            prt_fail(s->error, PR_E_FORMAT,
                     "%s: evaluation.split \"hash\" needs ids that are whole numbers below 2^32, not the %s \"%.*s\"; "
                     "choose \"seeded\"",
                     s->config->path, what, (int)(id.size < 60 ? id.size : 60), id.bytes);
            free(numbers);
            return NULL;
        }
        numbers[i] = (uint32_t)number;
    }
    return numbers;
}

/* One draw for all pairs of a role that have none. */
typedef struct drawing {
    const uint32_t *users, *items; /* numbers of the ids, or NULL: places */
    double share;
    uint64_t seed;
    uint8_t role;
} drawing;

static bool is_drawn(const drawing *d, uint32_t user, uint32_t item) {
    uint64_t u = d->users ? d->users[user] : user, i = d->items ? d->items[item] : item;
    uint64_t key = u << 32 | i, one_in = (uint64_t)llround(1 / d->share);
    if (!d->users)
        return pr_uniform(d->seed, key) < d->share;
    return pr_mix64(pr_mix64(d->seed) ^ key) % (one_in ? one_in : 1) == 0;
}

static void draw_pairs(const prt_ledger *ledger, const drawing *d, uint8_t *roles) {
    for (uint32_t u = 0; u < ledger->users; u++) {
        for (uint64_t p = ledger->pairs[u]; !ledger->nobody[u] && p < ledger->pairs[u + (size_t)1]; p++) {
            if (roles[p] == PRT_ROLE_TRAIN && is_drawn(d, u, ledger->item[p]))
                roles[p] = d->role;
        }
    }
}

static pr_status split_random(const prt_splitting *s, const prt_ledger *ledger, uint8_t *roles) {
    uint32_t *users = NULL, *items = NULL;
    if (s->given->by_ids) {
        users = id_numbers(s, &s->dataset->users.ids, "user");
        items = users ? id_numbers(s, &s->dataset->items.ids, "item") : NULL;
        if (!items) {
            free(users);
            return s->error ? s->error->code : PR_E_FORMAT;
        }
    }
    drawing d = {users, items, s->given->test.share, s->given->seed, s->valid ? PRT_ROLE_NONE : PRT_ROLE_TEST};
    draw_pairs(ledger, &d, roles);
    if (s->valid) {
        d = (drawing){users, items, s->given->valid.share, s->given->seed + 1, PRT_ROLE_TEST};
        draw_pairs(ledger, &d, roles);
    }
    free(users);
    free(items);
    return PR_OK;
}

/* ---- given ---- */

/* Lists to be judged; of ncf the first item of each line alone. */
static void mark_given(const prt_ledger *ledger, const prt_given_lists *lists, bool first_alone, uint8_t role,
                       uint8_t *roles) {
    for (uint32_t l = 0; l < lists->count; l++) {
        uint64_t start = lists->starts[l], end = lists->starts[l + (size_t)1];
        end = first_alone && end > start ? start + 1 : end;
        for (uint64_t at = start; lists->user[l] != PRT_NONE && at < end; at++) {
            uint64_t pair =
                lists->item[at] == PRT_NONE ? PRT_NO_PAIR : prt_pair_find(ledger, lists->user[l], lists->item[at]);
            if (pair != PRT_NO_PAIR)
                roles[pair] = role;
        }
    }
}

/* ---- together ---- */

static pr_status pair_roles(const prt_splitting *s, const prt_given_lists *lists) {
    prt_ledger all;
    PRT_TRY(prt_ledger_make(s->config, s->dataset, NULL, s->threads, &all, s->error));
    uint8_t *roles = calloc(all.pairs[all.users] + 1, sizeof *roles);
    pr_status status = roles ? PR_OK : no_memory(s);
    if (status == PR_OK && s->given->protocol == PRT_PROTOCOL_LEAVE_LAST)
        status = split_last(s, &all, roles);
    else if (status == PR_OK && s->given->protocol == PRT_PROTOCOL_RANDOM)
        status = split_random(s, &all, roles);
    else if (status == PR_OK)
        mark_given(&all, lists, s->given->protocol == PRT_PROTOCOL_NCF, PRT_ROLE_TEST, roles);
    if (status == PR_OK)
        spread_roles(s, &all, roles);
    free(roles);
    prt_ledger_free(&all);
    return status;
}

pr_status prt_roles_make(const prt_splitting *splitting, const prt_given_lists *lists) {
    return splitting->given->protocol == PRT_PROTOCOL_TIME ? split_by_time(splitting) : pair_roles(splitting, lists);
}
