/* Splitting a log into what a training knows and what is judged. */
#include "fail.h"
#include "purchases_split_inner.h"

#include <stdlib.h>

static pr_status no_memory(const prt_splitting *s) {
    return prt_fail_memory(s->error, "splitting the log");
}

/* ---- what makes relevant ---- */

static const uint16_t TYPES[PR_SIGNAL_KINDS] = {
    [PR_SIGNAL_VIEW] = PRT_EVENT_VIEW,         [PR_SIGNAL_CLICK] = PRT_EVENT_CLICK,
    [PR_SIGNAL_START] = PRT_EVENT_START,       [PR_SIGNAL_CART] = PRT_EVENT_CART,
    [PR_SIGNAL_COMPLETE] = PRT_EVENT_COMPLETE, [PR_SIGNAL_LIKE] = PRT_EVENT_LIKE,
    [PR_SIGNAL_PURCHASE] = PRT_EVENT_PURCHASE,
};

uint16_t prt_types_of_kinds(uint32_t kinds) {
    uint16_t types = 0;
    for (uint32_t k = 0; k < PR_SIGNAL_KINDS; k++)
        types |= kinds >> k & 1 ? TYPES[k] : 0;
    return types;
}

static uint32_t relevant_kinds(const prt_splitting *s) {
    const uint32_t bought = 1u << PR_SIGNAL_PURCHASE, finished = 1u << PR_SIGNAL_COMPLETE | 1u << PR_SIGNAL_LIKE;
    uint16_t seen = 0;
    for (uint64_t e = 0; e < s->dataset->events.count; e++)
        seen |= s->dataset->events.types[e];
    return s->given->relevant                    ? s->given->relevant
           : seen & prt_types_of_kinds(bought)   ? bought
           : seen & prt_types_of_kinds(finished) ? finished
                                                 : (1u << PR_SIGNAL_KINDS) - 1;
}

/* ---- pairs of user and item ---- */

/* Where `item` stands among items[low … end), which rise; PRT_NO_PAIR: nowhere. */
static uint64_t find_item(const uint32_t *items, uint64_t low, uint64_t end, uint32_t item) {
    uint64_t high = end;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (items[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && items[low] == item ? low : PRT_NO_PAIR;
}

uint64_t prt_pair_find(const prt_ledger *ledger, uint32_t user, uint32_t item) {
    return find_item(ledger->item, ledger->pairs[user], ledger->pairs[user + (size_t)1], item);
}

bool prt_pair_is_taken(const prt_ledger *ledger, uint64_t pair, uint32_t kinds) {
    for (uint64_t l = ledger->starts[pair]; l < ledger->starts[pair + 1]; l++) {
        if (kinds >> ledger->lines[l].kind & 1)
            return true;
    }
    return false;
}

bool prt_pair_is_relevant(const prt_ledger *ledger, uint64_t pair, uint32_t kinds) {
    return prt_pair_is_taken(ledger, pair, kinds) && !ledger->disliked[pair];
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

bool prt_set_holds(const prt_item_sets *sets, uint32_t set, uint32_t item) {
    return find_item(sets->item, sets->starts[set], sets->starts[set + (size_t)1], item) != PRT_NO_PAIR;
}

static pr_status make_subjects(const prt_splitting *s, uint64_t most, uint64_t relevant, uint64_t had) {
    prt_split *out = s->out;
    out->user = malloc((most + 1) * sizeof *out->user);
    out->lacking = calloc(most + 1, sizeof *out->lacking);
    bool good =
        out->user && out->lacking && make_sets(&out->relevant, most, relevant) && make_sets(&out->had, most, had);
    return good ? PR_OK : no_memory(s);
}

/* What the user had by a relevant kind, as the set of the next subject. */
static void add_had(const prt_splitting *s, const prt_ledger *train, uint32_t user) {
    prt_item_sets *had = &s->out->had;
    uint64_t used = had->starts[s->out->subjects];
    uint64_t first = user == PRT_NONE ? 0 : train->pairs[user],
             end = user == PRT_NONE ? 0 : train->pairs[user + (size_t)1];
    for (uint64_t p = first; p < end; p++) {
        if (prt_pair_is_taken(train, p, s->out->kinds))
            had->item[used++] = train->item[p];
    }
    had->starts[s->out->subjects + (size_t)1] = used;
}

/* The next subject, if anything is relevant to it. */
static void add_subject(const prt_splitting *s, uint32_t user, const prt_ledger *train, const uint32_t *items,
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
static pr_status gather_taken(const prt_splitting *s, const prt_ledger *train, const prt_ledger *test) {
    uint64_t pairs = test->pairs[test->users];
    uint32_t *fresh = malloc((pairs + 1) * sizeof *fresh);
    pr_status status = fresh ? make_subjects(s, test->users, pairs, train->pairs[train->users]) : no_memory(s);
    for (uint32_t u = 0; status == PR_OK && u < test->users; u++) {
        uint64_t count = 0;
        if (test->nobody[u])
            continue;
        for (uint64_t p = test->pairs[u]; p < test->pairs[u + (size_t)1]; p++) {
            uint64_t before = prt_pair_find(train, u, test->item[p]);
            if (prt_pair_is_relevant(test, p, s->out->kinds) &&
                (before == PRT_NO_PAIR || !prt_pair_is_taken(train, before, s->out->kinds)))
                fresh[count++] = test->item[p];
        }
        add_subject(s, u, train, fresh, count);
    }
    free(fresh);
    return status;
}

/* From a file: what it says. */
static pr_status gather_given(const prt_splitting *s, const prt_ledger *train, const prt_given_lists *lists) {
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
static uint8_t *all_but(const prt_splitting *s, uint8_t role) {
    uint64_t count = s->dataset->events.count;
    uint8_t *left_out = malloc(count + 1);
    for (uint64_t e = 0; left_out && e < count; e++)
        left_out[e] = s->out->roles[e] != role;
    return left_out;
}

static pr_status ledger_of(const prt_splitting *s, uint8_t role, prt_ledger *out) {
    uint8_t *left_out = all_but(s, role);
    if (!left_out)
        return no_memory(s);
    pr_status status = prt_ledger_make(s->config, s->dataset, left_out, s->threads, out, s->error);
    free(left_out);
    return status;
}

static pr_status read_given(const prt_splitting *s, prt_given_lists *out) {
    const prt_evaluation_config *given = s->given;
    const prt_name_list negatives = {1, &given->negatives};
    if (given->protocol == PRT_PROTOCOL_NCF)
        return prt_given_read(&negatives, true, s->dataset, out, s->error);
    if (s->valid && !given->valid.files.count)
        return prt_fail(s->error, PR_E_FORMAT, "%s: --valid judges by evaluation.valid; name its files there",
                        s->config->path);
    return prt_given_read(s->valid ? &given->valid.files : &given->test.files, false, s->dataset, out, s->error);
}

static pr_status gather(const prt_splitting *s, const prt_given_lists *lists) {
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

static void count_roles(const prt_splitting *s) {
    for (uint64_t e = 0; e < s->dataset->events.count; e++) {
        s->out->trained += s->out->roles[e] == PRT_ROLE_TRAIN;
        s->out->judged += s->out->roles[e] == PRT_ROLE_TEST;
    }
}

static pr_status split(const prt_splitting *s, prt_given_lists *lists) {
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
    PRT_TRY(prt_roles_make(s, lists));
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
    const prt_splitting s = {config, dataset, &config->evaluation, valid, threads, out, error};
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
