/* Laying the events out by user, users of a group together: one pass over buckets of neighbouring users, so that what
 * follows stays in the processor's cache. */
#include "counts.h"
#include "parallel.h"

#include <stdlib.h>
#include <string.h>

/* Users by group, stable; place_of is the inverse of user_at. */
static void order_users(const prt_user_groups *groups, uint32_t users, uint32_t *starts, uint32_t *user_at,
                        uint32_t *place_of) {
    for (uint32_t u = 0; u < users; u++)
        starts[groups->group[u] + 1]++;
    for (uint32_t g = 0; g < groups->group_count; g++)
        starts[g + 1] += starts[g];
    for (uint32_t u = 0; u < users; u++) {
        uint32_t place = starts[groups->group[u]]++;
        user_at[place] = u;
        place_of[u] = place;
    }
}

typedef struct scatter {
    const prt_events *events;
    const uint32_t *place_of;
    uint32_t shift, bucket_count;
    uint64_t *next; /* threads × bucket_count: counts, then where to write */
    uint64_t *out;
    int threads;
} scatter;

/* Bits of an event's types → what it counts as. */
static uint32_t flags_of(uint32_t types) {
    uint32_t flags = 0;
    if (types & (PRT_EVENT_START | PRT_EVENT_COMPLETE | PRT_EVENT_ABANDON))
        flags |= PRT_IS_STARTED;
    if (types & PRT_EVENT_COMPLETE)
        flags |= PRT_IS_COMPLETED;
    if (types & (PRT_EVENT_LIKE | PRT_EVENT_DISLIKE))
        flags |= PRT_IS_RATED;
    if (types & PRT_EVENT_LIKE)
        flags |= PRT_IS_LIKED;
    if (types & PRT_EVENT_ABANDON)
        flags |= PRT_IS_ABANDONED;
    return flags;
}

static void make_flag_table(uint8_t table[64]) {
    for (uint32_t types = 0; types < 64; types++)
        table[types] = (uint8_t)flags_of(types);
}

static uint64_t share_start(uint64_t count, int thread, int threads) {
    return count / (uint64_t)threads * (uint64_t)thread +
           (count % (uint64_t)threads) * (uint64_t)thread / (uint64_t)threads;
}

static void count_buckets(void *context, int thread) {
    scatter *s = context;
    uint64_t *next = s->next + (size_t)thread * s->bucket_count;
    uint64_t end = share_start(s->events->count, thread + 1, s->threads);
    uint8_t flags[64];
    make_flag_table(flags);
    for (uint64_t e = share_start(s->events->count, thread, s->threads); e < end; e++)
        next[s->place_of[s->events->user[e]] >> s->shift] += flags[s->events->types[e] & 63] != 0;
}

static void scatter_events(void *context, int thread) {
    scatter *s = context;
    uint64_t *next = s->next + (size_t)thread * s->bucket_count;
    uint64_t end = share_start(s->events->count, thread + 1, s->threads);
    uint8_t table[64];
    make_flag_table(table);
    for (uint64_t e = share_start(s->events->count, thread, s->threads); e < end; e++) {
        uint32_t flags = table[s->events->types[e] & 63];
        if (!flags)
            continue;
        uint64_t place = s->place_of[s->events->user[e]];
        s->out[next[place >> s->shift]++] = place << 32 | (uint64_t)s->events->item[e] << PRT_FLAG_BITS | flags;
    }
}

/* Counts of all threads → where each thread writes its events of each bucket, and where buckets start. */
static void place_buckets(scatter *s, uint64_t *starts) {
    uint64_t at = 0;
    for (uint32_t b = 0; b < s->bucket_count; b++) {
        starts[b] = at;
        for (int t = 0; t < s->threads; t++) {
            uint64_t *next = &s->next[(size_t)t * s->bucket_count + b], count = *next;
            *next = at;
            at += count;
        }
    }
    starts[s->bucket_count] = at;
}

static pr_status fill(scatter *s, prt_user_order *out) {
    s->next = calloc((size_t)s->threads * s->bucket_count + 1, sizeof *s->next);
    out->starts = malloc((s->bucket_count + (size_t)1) * sizeof *out->starts);
    if (!s->next || !out->starts)
        return PR_E_MEMORY;
    prt_parallel(s->threads, count_buckets, s);
    place_buckets(s, out->starts);
    s->out = out->events = malloc((out->starts[s->bucket_count] + 1) * sizeof *out->events);
    if (!out->events)
        return PR_E_MEMORY;
    prt_parallel(s->threads, scatter_events, s);
    return PR_OK;
}

pr_status prt_user_order_make(const prt_dataset *dataset, const prt_user_groups *groups, int threads,
                              prt_user_order *out) {
    uint32_t users = dataset->users.count;
    enum { MOST_BUCKETS = 2048, FIRST_SHIFT = 9 };
    *out = (prt_user_order){.users = users, .shift = FIRST_SHIFT};
    while ((users >> out->shift) >= MOST_BUCKETS)
        out->shift++;
    out->bucket_count = (users >> out->shift) + 1;
    uint32_t *starts = calloc(groups->group_count + (size_t)2, sizeof *starts);
    uint32_t *place_of = malloc((users + (size_t)1) * sizeof *place_of);
    out->user_at = malloc((users + (size_t)1) * sizeof *out->user_at);
    scatter s = {&dataset->events, place_of, out->shift, out->bucket_count, NULL, NULL, threads};
    pr_status status = starts && place_of && out->user_at ? PR_OK : PR_E_MEMORY;
    if (status == PR_OK) {
        order_users(groups, users, starts, out->user_at, place_of);
        status = fill(&s, out);
    }
    free(starts);
    free(place_of);
    free(s.next);
    if (status != PR_OK)
        prt_user_order_free(out);
    return status;
}

void prt_user_order_free(prt_user_order *order) {
    free(order->user_at);
    free(order->starts);
    free(order->events);
    *order = (prt_user_order){0};
}
