/* States from a log. */
#include "states.h"
#include "fail.h"
#include "pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a state calls what happened; a view is what a browser would have sent as a click. */
static const struct {
    uint16_t type;
    const char *name;
} NAMES[] = {
    {PRT_EVENT_START, "start"},     {PRT_EVENT_COMPLETE, "complete"},
    {PRT_EVENT_ABANDON, "abandon"}, {PRT_EVENT_LIKE, "like"},
    {PRT_EVENT_DISLIKE, "dislike"}, {PRT_EVENT_VIEW | PRT_EVENT_CLICK, "click"},
    {PRT_EVENT_CART, "cart"},       {PRT_EVENT_PURCHASE, "purchase"},
    {PRT_EVENT_RETURN, "return"},   {PRT_EVENT_CART_REMOVE, "cart_remove"},
};

static int64_t time_of(const prt_events *events, uint64_t e) {
    return events->time ? events->time[e] : PRT_NO_INTEGER;
}

/* ---- order ---- */

typedef struct timed {
    int64_t time;
    uint64_t event;
} timed;

static int by_time(const void *a, const void *b) {
    const timed *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->event < y->event ? -1 : x->event > y->event;
}

static void sort_user(const prt_states *s, uint32_t user, timed *scratch) {
    uint64_t first = s->starts[user], count = s->starts[user + (size_t)1] - first;
    for (uint64_t i = 0; i < count; i++)
        scratch[i] = (timed){time_of(&s->dataset->events, s->events[first + i]), s->events[first + i]};
    qsort(scratch, count, sizeof *scratch, by_time);
    for (uint64_t i = 0; i < count; i++)
        s->events[first + i] = scratch[i].event;
}

static bool list_events(prt_states *s) {
    const prt_events *events = &s->dataset->events;
    uint32_t users = s->dataset->users.count;
    s->starts = calloc(users + (size_t)2, sizeof *s->starts); /* one more, to count with */
    s->events = malloc((events->count + 1) * sizeof *s->events);
    timed *scratch = malloc((events->count + 1) * sizeof *scratch);
    bool good = s->starts && s->events && scratch;
    for (uint64_t e = 0; good && e < events->count; e++) {
        if (time_of(events, e) > s->until)
            continue;
        s->starts[events->user[e] + (size_t)2]++;
        s->latest = time_of(events, e) > s->latest ? time_of(events, e) : s->latest;
    }
    for (uint32_t u = 0; good && u < users; u++)
        s->starts[u + (size_t)2] += s->starts[u + (size_t)1];
    for (uint64_t e = 0; good && e < events->count; e++) {
        if (time_of(events, e) <= s->until)
            s->events[s->starts[events->user[e] + (size_t)1]++] = e;
    }
    for (uint32_t u = 0; good && u < users; u++)
        sort_user(s, u, scratch);
    free(scratch);
    return good;
}

pr_status prt_states_make(const prt_dataset *dataset, prt_states *out, pr_error *error) {
    return prt_states_make_until(dataset, INT64_MAX, out, error);
}

pr_status prt_states_make_until(const prt_dataset *dataset, int64_t until, prt_states *out, pr_error *error) {
    *out = (prt_states){.dataset = dataset, .until = until};
    if (list_events(out))
        return PR_OK;
    prt_states_free(out);
    return prt_fail_memory(error, "sorting the log by user");
}

void prt_states_free(prt_states *states) {
    free(states->starts);
    free(states->events);
    *states = (prt_states){0};
}

/* ---- JSON ---- */

/* The shortest number that is the same float: 2.1, not 2.0999999. */
static void put_float(pr_writer *w, const char *key, float value) {
    char text[32];
    int digits = 6;
    do
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
    while (strtof(text, NULL) != value && ++digits <= 9);
    pr_write_key(w, key);
    pr_write_number(w, strtod(text, NULL));
}

static void put_event(const prt_states *s, uint64_t e, const char *type, pr_writer *w) {
    const prt_events *events = &s->dataset->events;
    pr_text item = prt_string(&s->dataset->items.ids, events->item[e]);
    int64_t time = time_of(events, e);
    pr_write_object(w);
    pr_write_key(w, "type");
    pr_write_text(w, type);
    pr_write_key(w, "item");
    pr_write_string(w, item.bytes, item.size);
    pr_write_key(w, "time");
    pr_write_integer(w, time == PRT_NO_INTEGER ? s->latest : time);
    if (events->quantity && events->quantity[e] != 1)
        put_float(w, "quantity", events->quantity[e]);
    if (events->price && events->price[e] > 0)
        put_float(w, "price", events->price[e]);
    pr_write_end_object(w);
}

static uint64_t entries_of(const prt_states *s, uint64_t event) {
    uint64_t count = 0;
    for (size_t n = 0; n < PRT_COUNT(NAMES); n++)
        count += (s->dataset->events.types[event] & NAMES[n].type) != 0;
    return count;
}

/* The first event of the user from which on no more than a state's worth follows. */
static uint64_t first_kept(const prt_states *s, uint32_t user) {
    uint64_t first = s->starts[user + (size_t)1], count = 0;
    while (first > s->starts[user] && count + entries_of(s, s->events[first - 1]) <= PRT_STATE_EVENTS)
        count += entries_of(s, s->events[--first]);
    return first;
}

bool prt_state_is_whole(const prt_states *states, uint32_t user) {
    return first_kept(states, user) == states->starts[user];
}

void prt_state_write(const prt_states *states, uint32_t user, pr_writer *w) {
    const prt_states *s = states;
    pr_write_object(w);
    pr_write_key(w, "version");
    pr_write_integer(w, 1);
    pr_write_key(w, "profile");
    pr_write_object(w);
    pr_write_end_object(w);
    pr_write_key(w, "events");
    pr_write_array(w);
    for (uint64_t i = first_kept(s, user); i < s->starts[user + (size_t)1]; i++) {
        for (size_t n = 0; n < PRT_COUNT(NAMES); n++) {
            if (s->dataset->events.types[s->events[i]] & NAMES[n].type)
                put_event(s, s->events[i], NAMES[n].name, w);
        }
    }
    pr_write_end_array(w);
    pr_write_end_object(w);
}
