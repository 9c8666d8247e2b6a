/* Events are put to their users, sorted there by item and time, and settled item by item; then the gaps that settling
 * left are closed. Every user's events have a place of their own, so the threads don't meet. */
#include "event_ledger.h"
#include "fail.h"
#include "parallel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LINES ((uint64_t)1 << 28) /* of one user: what the bits of `place` can number */

/* A line before it is settled. */
typedef struct entry {
    int64_t time;
    uint32_t item;
    uint32_t place : 28; /* among the user's, as logged */
    uint32_t kind : 4;
    float units, price;
} entry;

typedef struct making {
    int threads;
    uint64_t *starts; /* of each user's entries, users + 1 */
    entry *entries;
    uint32_t *pair_counts; /* of each user */
    uint64_t *line_counts;
    uint32_t *item; /* of pairs and the lines behind each, at the user's start until the gaps are closed */
    uint32_t *lengths;
    uint8_t *disliked;
    prt_ledger *out;
} making;

enum { DISLIKE = 15 }; /* beside the kinds of signals: is no line, but takes a like back */

static const struct {
    uint16_t type;
    uint32_t kind;
} KINDS[] = {
    {PRT_EVENT_VIEW, PR_SIGNAL_VIEW},
    {PRT_EVENT_CLICK, PR_SIGNAL_CLICK},
    {PRT_EVENT_START, PR_SIGNAL_START},
    {PRT_EVENT_CART, PR_SIGNAL_CART},
    {PRT_EVENT_COMPLETE, PR_SIGNAL_COMPLETE},
    {PRT_EVENT_LIKE, PR_SIGNAL_LIKE},
    {PRT_EVENT_PURCHASE, PR_SIGNAL_PURCHASE},
    {PRT_EVENT_RETURN, PR_SIGNAL_RETURN},
    {PRT_EVENT_DISLIKE, DISLIKE},
};

static bool is_left_out(const uint8_t *left_out, uint64_t event) {
    return left_out && left_out[event];
}

/* Ingest calls them by the key of the log and the session: "events[0]:500001". */
bool prt_is_session_user(const prt_config *config, const prt_dataset *dataset, uint32_t user) {
    const prt_strings *ids = &dataset->users.ids;
    const char *id = ids->bytes + ids->offsets[user];
    size_t size = (size_t)(ids->offsets[user + (size_t)1] - ids->offsets[user]);
    for (uint32_t e = 0; e < config->event_count; e++) {
        const char *key = config->events[e].source.key;
        size_t length = strlen(key);
        if (config->events[e].missing_user == PRT_MISSING_SESSION && size > length && id[length] == ':' &&
            memcmp(id, key, length) == 0)
            return true;
    }
    return false;
}

/* ---- to the users ---- */

static pr_status count_entries(const prt_events *events, const uint8_t *left_out, making *m, pr_error *error) {
    for (uint64_t e = 0; e < events->count; e++) {
        for (size_t k = 0; k < PRT_COUNT(KINDS); k++)
            m->starts[events->user[e] + (size_t)1] += !is_left_out(left_out, e) && events->types[e] & KINDS[k].type;
    }
    for (uint32_t u = 0; u < m->out->users; u++) {
        if (m->starts[u + (size_t)1] >= MOST_LINES)
            return prt_fail(error, PR_E_LIMIT, "user number %u of the log has %llu events, more than %llu; is it one?",
                            u, (unsigned long long)m->starts[u + (size_t)1], (unsigned long long)MOST_LINES);
        m->starts[u + (size_t)1] += m->starts[u];
    }
    return PR_OK;
}

static entry entry_of(const prt_events *events, uint64_t e, uint32_t kind) {
    return (entry){
        .time = events->time ? events->time[e] : PRT_NO_INTEGER,
        .item = events->item[e],
        .kind = kind & 15u,
        .units = events->quantity ? events->quantity[e] : 1,
        .price = events->price ? events->price[e] : NAN,
    };
}

static void fill_entries(const prt_events *events, const uint8_t *left_out, making *m, uint64_t *next) {
    memcpy(next, m->starts, m->out->users * sizeof *next);
    for (uint64_t e = 0; e < events->count; e++) {
        uint32_t u = events->user[e];
        for (size_t k = 0; k < PRT_COUNT(KINDS); k++) {
            if (is_left_out(left_out, e) || !(events->types[e] & KINDS[k].type))
                continue;
            entry *made = &m->entries[next[u]];
            *made = entry_of(events, e, KINDS[k].kind);
            made->place = (next[u]++ - m->starts[u]) & (MOST_LINES - 1);
            m->out->returns += made->kind == PR_SIGNAL_RETURN;
        }
    }
}

/* ---- a user's own ---- */

static int by_item_and_time(const void *a, const void *b) {
    const entry *x = a, *y = b;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* Sort the user's entries, settle each item's and lay what is left end to end from the user's start. */
static void settle_user(making *m, uint32_t u) {
    uint64_t first = m->starts[u], end = m->starts[u + (size_t)1], used = first;
    uint32_t pairs = 0;
    qsort(m->entries + first, end - first, sizeof *m->entries, by_item_and_time);
    for (uint64_t e = first; e < end;) {
        uint32_t item = m->entries[e].item, count = 0;
        pr_signal_event *lines = m->out->lines + used;
        bool disliked = false;
        for (; e < end && m->entries[e].item == item; e++) {
            const entry *from = &m->entries[e];
            if (from->kind == DISLIKE || from->kind == PR_SIGNAL_LIKE)
                disliked = from->kind == DISLIKE;
            if (from->kind == DISLIKE)
                continue;
            lines[count++] = (pr_signal_event){from->time, (pr_signal_kind)from->kind, from->units, from->price};
        }
        count = pr_signals_settle(lines, count);
        if (count == 0)
            continue;
        m->item[first + pairs] = item;
        m->disliked[first + pairs] = disliked;
        m->lengths[first + pairs++] = count;
        used += count;
    }
    m->pair_counts[u] = pairs;
    m->line_counts[u] = used - first;
}

static void settle_share(void *context, int thread) {
    making *m = context;
    for (uint32_t u = (uint32_t)thread; u < m->out->users; u += (uint32_t)m->threads)
        settle_user(m, u);
}

/* ---- together ---- */

static void note_time(prt_ledger *ledger, int64_t time) {
    ledger->as_of = time > ledger->as_of ? time : ledger->as_of;
}

static pr_status close_gaps(making *m) {
    prt_ledger *out = m->out;
    uint64_t pairs = 0, lines = 0;
    for (uint32_t u = 0; u < out->users; u++)
        pairs += m->pair_counts[u];
    out->starts = malloc((pairs + 1) * sizeof *out->starts);
    out->item = malloc((pairs + 1) * sizeof *out->item);
    out->disliked = malloc(pairs + 1);
    if (!out->starts || !out->item || !out->disliked)
        return PR_E_MEMORY;
    pairs = 0;
    out->starts[0] = 0;
    for (uint32_t u = 0; u < out->users; u++) {
        memmove(out->lines + lines, out->lines + m->starts[u], m->line_counts[u] * sizeof *out->lines);
        for (uint32_t p = 0; p < m->pair_counts[u]; p++) {
            out->item[pairs] = m->item[m->starts[u] + p];
            out->disliked[pairs] = m->disliked[m->starts[u] + p];
            lines += m->lengths[m->starts[u] + p];
            out->starts[++pairs] = lines;
        }
        out->pairs[u + (size_t)1] = pairs;
    }
    for (uint64_t l = 0; l < lines; l++)
        note_time(out, out->lines[l].time);
    return PR_OK;
}

static pr_status make(const prt_config *config, const prt_dataset *dataset, const uint8_t *left_out, making *m,
                      pr_error *error) {
    prt_ledger *out = m->out;
    size_t users = out->users;
    m->starts = calloc(users + 1, sizeof *m->starts);
    m->pair_counts = calloc(users + 1, sizeof *m->pair_counts);
    m->line_counts = calloc(users + 1, sizeof *m->line_counts);
    out->pairs = calloc(users + 1, sizeof *out->pairs);
    out->nobody = calloc(users + 1, 1);
    if (!m->starts || !m->pair_counts || !m->line_counts || !out->pairs || !out->nobody)
        return PR_E_MEMORY;
    for (uint32_t u = 0; u < users; u++)
        out->nobody[u] = prt_is_session_user(config, dataset, u);
    PRT_TRY(count_entries(&dataset->events, left_out, m, error));
    uint64_t entries = m->starts[users];
    m->entries = malloc((entries + 1) * sizeof *m->entries);
    m->item = malloc((entries + 1) * sizeof *m->item);
    m->lengths = malloc((entries + 1) * sizeof *m->lengths);
    m->disliked = malloc(entries + 1);
    out->lines = malloc((entries + 1) * sizeof *out->lines);
    if (!m->entries || !m->item || !m->lengths || !m->disliked || !out->lines)
        return PR_E_MEMORY;
    fill_entries(&dataset->events, left_out, m, m->line_counts); /* as scratch until they are known */
    prt_parallel(m->threads, settle_share, m);
    return close_gaps(m);
}

pr_status prt_ledger_make(const prt_config *config, const prt_dataset *dataset, const uint8_t *left_out, int threads,
                          prt_ledger *out, pr_error *error) {
    *out = (prt_ledger){.users = dataset->users.count, .items = dataset->items.count, .as_of = INT64_MIN};
    making m = {.threads = threads < 1 ? 1 : threads, .out = out};
    pr_status status = make(config, dataset, left_out, &m, error);
    free(m.starts);
    free(m.entries);
    free(m.pair_counts);
    free(m.line_counts);
    free(m.item);
    free(m.lengths);
    free(m.disliked);
    if (status != PR_OK)
        prt_ledger_free(out);
    return status == PR_E_MEMORY ? prt_fail_memory(error, "sorting what was taken") : status;
}

pr_status prt_ledger_cut(const prt_ledger *ledger, const uint8_t *gone, prt_ledger *out, pr_error *error) {
    uint64_t pairs = ledger->pairs[ledger->users], kept = 0, lines = 0;
    *out = (prt_ledger){.users = ledger->users, .items = ledger->items, .as_of = INT64_MIN, .returns = ledger->returns};
    out->nobody = malloc(ledger->users + (size_t)1);
    out->pairs = calloc(ledger->users + (size_t)1, sizeof *out->pairs);
    out->item = malloc((pairs + 1) * sizeof *out->item);
    out->disliked = malloc(pairs + 1);
    out->starts = calloc(pairs + 1, sizeof *out->starts);
    out->lines = malloc((ledger->starts[pairs] + 1) * sizeof *out->lines);
    if (!out->nobody || !out->pairs || !out->item || !out->disliked || !out->starts || !out->lines) {
        prt_ledger_free(out);
        return prt_fail_memory(error, "holding some of what was taken out");
    }
    memcpy(out->nobody, ledger->nobody, ledger->users);
    for (uint32_t u = 0; u < ledger->users; u++) {
        for (uint64_t p = ledger->pairs[u]; p < ledger->pairs[u + (size_t)1]; p++) {
            if (gone[p])
                continue;
            for (uint64_t l = ledger->starts[p]; l < ledger->starts[p + 1]; l++) {
                out->lines[lines++] = ledger->lines[l];
                note_time(out, ledger->lines[l].time);
            }
            out->disliked[kept] = ledger->disliked[p];
            out->item[kept++] = ledger->item[p];
            out->starts[kept] = lines;
        }
        out->pairs[u + (size_t)1] = kept;
    }
    return PR_OK;
}

void prt_ledger_free(prt_ledger *ledger) {
    free(ledger->nobody);
    free(ledger->pairs);
    free(ledger->item);
    free(ledger->disliked);
    free(ledger->starts);
    free(ledger->lines);
    memset(ledger, 0, sizeof *ledger);
}
