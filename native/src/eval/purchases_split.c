/* Splitting a log into what a training knows and what is judged. */
#include "purchases_split.h"
#include "fail.h"
#include "pack.h"
#include "purchases_given.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NO_PAIR UINT64_MAX

typedef struct splitting {
    const prt_config *config;
    const prt_dataset *dataset;
    const prt_evaluation_config *given;
    bool valid;
    int threads;
    prt_split *out;
    pr_error *error;
} splitting;

static pr_status no_memory(const splitting *s) {
    return prt_fail_memory(s->error, "splitting the log");
}

/* ---- what makes relevant ---- */

static const uint16_t TYPES[PR_SIGNAL_KINDS] = {
    [PR_SIGNAL_VIEW] = PRT_EVENT_VIEW,         [PR_SIGNAL_CLICK] = PRT_EVENT_CLICK,
    [PR_SIGNAL_START] = PRT_EVENT_START,       [PR_SIGNAL_CART] = PRT_EVENT_CART,
    [PR_SIGNAL_COMPLETE] = PRT_EVENT_COMPLETE, [PR_SIGNAL_LIKE] = PRT_EVENT_LIKE,
    [PR_SIGNAL_PURCHASE] = PRT_EVENT_PURCHASE,
};

static uint16_t types_of(uint32_t kinds) {
    uint16_t types = 0;
    for (uint32_t k = 0; k < PR_SIGNAL_KINDS; k++)
        types |= kinds >> k & 1 ? TYPES[k] : 0;
    return types;
}

static uint32_t relevant_kinds(const splitting *s) {
    const uint32_t bought = 1u << PR_SIGNAL_PURCHASE, finished = 1u << PR_SIGNAL_COMPLETE | 1u << PR_SIGNAL_LIKE;
    uint16_t seen = 0;
    for (uint64_t e = 0; e < s->dataset->events.count; e++)
        seen |= s->dataset->events.types[e];
    return s->given->relevant          ? s->given->relevant
           : seen & types_of(bought)   ? bought
           : seen & types_of(finished) ? finished
                                       : (1u << PR_SIGNAL_KINDS) - 1;
}

/* ---- by time ---- */

static int by_time(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static pr_status without_times(const splitting *s) {
    return prt_fail(s->error, PR_E_FORMAT,
                    "%s: the protocol time needs events at different times; name their column in events[].time, or "
                    "choose the protocol leave-last or random",
                    s->config->path);
}

/* The moment at which the last `share` of the events of the role `from` begins. Events of one moment stay together. */
static pr_status find_cut(const splitting *s, uint8_t from, double share, int64_t *cut) {
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

static void cut_roles(const splitting *s, int64_t cut, uint8_t role) {
    const prt_events *events = &s->dataset->events;
    for (uint64_t e = 0; e < events->count; e++) {
        if (s->out->roles[e] == PRT_ROLE_TRAIN && events->time[e] >= cut)
            s->out->roles[e] = role;
        else if (events->time[e] == PRT_NO_INTEGER)
            s->out->roles[e] = PRT_ROLE_NONE;
    }
}

static pr_status split_by_time(const splitting *s) {
    PRT_TRY(find_cut(s, PRT_ROLE_TRAIN, s->given->test.share, &s->out->cut));
    cut_roles(s, s->out->cut, s->valid ? PRT_ROLE_NONE : PRT_ROLE_TEST);
    if (!s->valid)
        return PR_OK;
    PRT_TRY(find_cut(s, PRT_ROLE_TRAIN, s->given->valid.share, &s->out->cut));
    cut_roles(s, s->out->cut, PRT_ROLE_TEST);
    return PR_OK;
}

/* ---- by pairs of user and item ---- */

static uint64_t find_pair(const prt_ledger *ledger, uint32_t user, uint32_t item) {
    uint64_t low = ledger->pairs[user], end = ledger->pairs[user + (size_t)1], high = end;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (ledger->item[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && ledger->item[low] == item ? low : NO_PAIR;
}

/* Events get the role of their pair. What was given back in full is no pair, and stays where it does nothing. */
static void spread_roles(const splitting *s, const prt_ledger *ledger, const uint8_t *pair_roles) {
    const prt_events *events = &s->dataset->events;
    for (uint64_t e = 0; e < events->count; e++) {
        uint64_t pair = find_pair(ledger, events->user[e], events->item[e]);
        if (pair != NO_PAIR)
            s->out->roles[e] = pair_roles[pair];
    }
}

static bool is_taken(const prt_ledger *ledger, uint64_t pair, uint32_t kinds) {
    for (uint64_t l = ledger->starts[pair]; l < ledger->starts[pair + 1]; l++) {
        if (kinds >> ledger->lines[l].kind & 1)
            return true;
    }
    return false;
}

static bool is_relevant(const prt_ledger *ledger, uint64_t pair, uint32_t kinds) {
    return is_taken(ledger, pair, kinds) && !ledger->disliked[pair];
}

/* ---- each user's last ---- */

/* The event by which each pair was first taken: the earliest of a relevant type, ties as logged. */
static uint64_t *first_events(const splitting *s, const prt_ledger *ledger) {
    const prt_events *events = &s->dataset->events;
    uint64_t pairs = ledger->pairs[ledger->users], *first = malloc((pairs + 1) * sizeof *first);
    uint16_t types = types_of(s->out->kinds);
    for (uint64_t p = 0; first && p < pairs; p++)
        first[p] = NO_PAIR;
    for (uint64_t e = 0; first && e < events->count; e++) {
        uint64_t pair = events->types[e] & types ? find_pair(ledger, events->user[e], events->item[e]) : NO_PAIR;
        if (pair != NO_PAIR &&
            (first[pair] == NO_PAIR || (events->time && events->time[e] < events->time[first[pair]])))
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
static uint64_t last_pair(const splitting *s, const prt_ledger *ledger, const uint64_t *first, const uint8_t *roles,
                          uint32_t user, uint32_t *count) {
    uint64_t last = NO_PAIR;
    *count = 0;
    for (uint64_t p = ledger->pairs[user]; p < ledger->pairs[user + (size_t)1]; p++) {
        if (first[p] == NO_PAIR || roles[p] != PRT_ROLE_TRAIN || !is_relevant(ledger, p, s->out->kinds))
            continue;
        ++*count;
        if (last == NO_PAIR || is_later(&s->dataset->events, first[p], first[last]))
            last = p;
    }
    return last;
}

static pr_status split_last(const splitting *s, const prt_ledger *ledger, uint8_t *roles) {
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
static uint32_t *id_numbers(const splitting *s, const prt_strings *ids, const char *what) {
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

static pr_status split_random(const splitting *s, const prt_ledger *ledger, uint8_t *roles) {
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
            uint64_t pair = lists->item[at] == PRT_NONE ? NO_PAIR : find_pair(ledger, lists->user[l], lists->item[at]);
            if (pair != NO_PAIR)
                roles[pair] = role;
        }
    }
}

/* ---- subjects ---- */

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Copy the items that the catalogue has to the end of a set, sorted, each once; returns how many are lacking. */
static uint32_t add_set(prt_item_sets *sets, uint32_t set, const uint32_t *items, uint64_t count) {
    uint32_t *own = sets->item + sets->starts[set], used = 0, kept = 0, lacking = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (items[i] == PRT_NONE)
            lacking++;
        else
            own[used++] = items[i];
    }
    qsort(own, used, sizeof *own, by_number);
    for (uint32_t i = 0; i < used; i++) {
        if (i == 0 || own[i] != own[i - 1])
            own[kept++] = own[i];
    }
    sets->starts[set + (size_t)1] = sets->starts[set] + kept;
    return lacking;
}

static bool make_sets(prt_item_sets *sets, uint64_t count, uint64_t items) {
    sets->starts = calloc(count + 1, sizeof *sets->starts);
    sets->item = malloc((items + 1) * sizeof *sets->item);
    return sets->starts && sets->item;
}

static pr_status make_subjects(const splitting *s, uint64_t most, uint64_t relevant, uint64_t had) {
    prt_split *out = s->out;
    out->user = malloc((most + 1) * sizeof *out->user);
    out->lacking = calloc(most + 1, sizeof *out->lacking);
    bool good =
        out->user && out->lacking && make_sets(&out->relevant, most, relevant) && make_sets(&out->had, most, had);
    return good ? PR_OK : no_memory(s);
}

/* What the user had by a relevant kind, as the set of the next subject. */
static void add_had(const splitting *s, const prt_ledger *train, uint32_t user) {
    prt_item_sets *had = &s->out->had;
    uint64_t used = had->starts[s->out->subjects];
    uint64_t first = user == PRT_NONE ? 0 : train->pairs[user],
             end = user == PRT_NONE ? 0 : train->pairs[user + (size_t)1];
    for (uint64_t p = first; p < end; p++) {
        if (is_taken(train, p, s->out->kinds))
            had->item[used++] = train->item[p];
    }
    had->starts[s->out->subjects + (size_t)1] = used;
}

/* The next subject, if anything is relevant to it. */
static void add_subject(const splitting *s, uint32_t user, const prt_ledger *train, const uint32_t *items,
                        uint64_t count) {
    prt_split *out = s->out;
    uint32_t at = out->subjects, lacking = add_set(&out->relevant, at, items, count);
    if (out->relevant.starts[at + (size_t)1] == out->relevant.starts[at] && !lacking)
        return;
    add_had(s, train, user);
    out->user[at] = user;
    out->lacking[at] = lacking;
    out->subjects++;
}

/* From the log: what each user newly took among the test's events. */
static pr_status gather_taken(const splitting *s, const prt_ledger *train, const prt_ledger *test) {
    uint64_t pairs = test->pairs[test->users];
    uint32_t *fresh = malloc((pairs + 1) * sizeof *fresh);
    pr_status status = fresh ? make_subjects(s, test->users, pairs, train->pairs[train->users]) : no_memory(s);
    for (uint32_t u = 0; status == PR_OK && u < test->users; u++) {
        uint64_t count = 0;
        if (test->nobody[u])
            continue;
        for (uint64_t p = test->pairs[u]; p < test->pairs[u + (size_t)1]; p++) {
            uint64_t before = find_pair(train, u, test->item[p]);
            if (is_relevant(test, p, s->out->kinds) && (before == NO_PAIR || !is_taken(train, before, s->out->kinds)))
                fresh[count++] = test->item[p];
        }
        add_subject(s, u, train, fresh, count);
    }
    free(fresh);
    return status;
}

/* From a file: what it says. */
static pr_status gather_given(const splitting *s, const prt_ledger *train, const prt_given_lists *lists) {
    bool negatives = s->given->protocol == PRT_PROTOCOL_NCF;
    prt_split *out = s->out;
    PRT_TRY(make_subjects(s, lists->count, lists->starts[lists->count], train->pairs[train->users]));
    if (negatives && !make_sets(&out->choices, lists->count, lists->starts[lists->count]))
        return no_memory(s);
    for (uint32_t l = 0; l < lists->count; l++) {
        const uint32_t *items = lists->item + lists->starts[l], at = out->subjects;
        uint64_t count = lists->starts[l + (size_t)1] - lists->starts[l];
        add_subject(s, lists->user[l], train, items, negatives && count ? 1 : count);
        if (negatives && out->subjects > at)
            add_set(&out->choices, at, items, count);
    }
    return PR_OK;
}

/* ---- together ---- */

/* An array of left-out marks: everything but the role. */
static uint8_t *all_but(const splitting *s, uint8_t role) {
    uint64_t count = s->dataset->events.count;
    uint8_t *left_out = malloc(count + 1);
    for (uint64_t e = 0; left_out && e < count; e++)
        left_out[e] = s->out->roles[e] != role;
    return left_out;
}

static pr_status ledger_of(const splitting *s, uint8_t role, prt_ledger *out) {
    uint8_t *left_out = all_but(s, role);
    if (!left_out)
        return no_memory(s);
    pr_status status = prt_ledger_make(s->config, s->dataset, left_out, s->threads, out, s->error);
    free(left_out);
    return status;
}

static pr_status read_given(const splitting *s, prt_given_lists *out) {
    const prt_evaluation_config *given = s->given;
    const prt_name_list negatives = {1, &given->negatives};
    if (given->protocol == PRT_PROTOCOL_NCF)
        return prt_given_read(&negatives, true, s->dataset, out, s->error);
    if (s->valid && !given->valid.files.count)
        return prt_fail(s->error, PR_E_FORMAT, "%s: --valid judges by evaluation.valid; name its files there",
                        s->config->path);
    return prt_given_read(s->valid ? &given->valid.files : &given->test.files, false, s->dataset, out, s->error);
}

static pr_status pair_roles(const splitting *s, const prt_given_lists *lists) {
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

static pr_status gather(const splitting *s, const prt_given_lists *lists) {
    prt_ledger train, test = {0};
    bool given = s->given->protocol >= PRT_PROTOCOL_LIGHTGCN;
    PRT_TRY(ledger_of(s, PRT_ROLE_TRAIN, &train));
    pr_status status = given ? gather_given(s, &train, lists) : ledger_of(s, PRT_ROLE_TEST, &test);
    if (status == PR_OK && !given)
        status = gather_taken(s, &train, &test);
    prt_ledger_free(&train);
    prt_ledger_free(&test);
    return status;
}

static void count_roles(const splitting *s) {
    for (uint64_t e = 0; e < s->dataset->events.count; e++) {
        s->out->trained += s->out->roles[e] == PRT_ROLE_TRAIN;
        s->out->judged += s->out->roles[e] == PRT_ROLE_TEST;
    }
}

static pr_status split(const splitting *s, prt_given_lists *lists) {
    PRT_TRY(prt_evaluation_check(s->given, s->config->path, s->error));
    if (s->valid && s->given->protocol == PRT_PROTOCOL_NCF)
        return prt_fail(s->error, PR_E_FORMAT,
                        "%s: the protocol ncf has no validation part; name a file made for it in evaluation.negatives",
                        s->config->path);
    s->out->roles = calloc(s->dataset->events.count + 1, sizeof *s->out->roles);
    if (!s->out->roles)
        return no_memory(s);
    if (s->given->protocol >= PRT_PROTOCOL_LIGHTGCN)
        PRT_TRY(read_given(s, lists));
    PRT_TRY(s->given->protocol == PRT_PROTOCOL_TIME ? split_by_time(s) : pair_roles(s, lists));
    count_roles(s);
    PRT_TRY(gather(s, lists));
    if (s->out->subjects == 0)
        return prt_fail(s->error, PR_E_FORMAT,
                        "%s: the protocol %s leaves nobody to judge by; hold out more, or choose another protocol",
                        s->config->path, prt_protocol_name(s->given->protocol));
    return PR_OK;
}

pr_status prt_split_make(const prt_config *config, const prt_dataset *dataset, bool valid, int threads, prt_split *out,
                         pr_error *error) {
    *out = (prt_split){.cut = PRT_NO_INTEGER};
    const splitting s = {config, dataset, &config->evaluation, valid, threads, out, error};
    prt_given_lists lists = {0};
    out->kinds = relevant_kinds(&s);
    pr_status status = split(&s, &lists);
    prt_given_free(&lists);
    return status;
}

static void free_sets(prt_item_sets *sets) {
    free(sets->starts);
    free(sets->item);
}

void prt_split_free(prt_split *split) {
    free(split->roles);
    free(split->user);
    free(split->lacking);
    free_sets(&split->relevant);
    free_sets(&split->had);
    free_sets(&split->choices);
    *split = (prt_split){0};
}
