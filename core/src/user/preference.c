/* Summing up events by item with weights that fade, and adding up vectors. */
#include "preference.h"

#include <math.h>
#include <string.h>

static const double FADING_DAYS = 30;

double pr__preference_weight(pr_event_type type) {
    switch (type) {
    case PR_EVENT_PURCHASE:
    case PR_EVENT_COMPLETE: /* what a purchase is where nothing is sold */
        return 5;
    case PR_EVENT_RETURN:
        return -5;
    case PR_EVENT_CART:
        return 3;
    case PR_EVENT_LIKE:
        return 2;
    case PR_EVENT_RECOMMENDATION_CLICK:
        return 1.5;
    case PR_EVENT_CLICK:
    case PR_EVENT_START:
        return 1;
    case PR_EVENT_CART_REMOVE:
        return -1;
    default:
        return 0;
    }
}

double pr__preference_fade(int64_t age) {
    return age > 0 ? pr_exp(-((double)age / 86400) / FADING_DAYS) : 1;
}

/* Where `item` stands or would stand. */
static uint32_t place(const pr_preference *p, uint32_t item) {
    return pr__place(p->items, p->count, sizeof *p->items, item);
}

static pr_liking *liking_of(pr_preference *p, uint32_t item) {
    uint32_t at = place(p, item);
    if (at == p->count || p->items[at].item != item) {
        memmove(&p->items[at + 1], &p->items[at], (p->count - at) * sizeof *p->items);
        p->items[at] = (pr_liking){.item = item};
        p->count++;
    }
    return &p->items[at];
}

static void note(pr_liking *liking, pr_event_type type) {
    bool bought = type == PR_EVENT_PURCHASE || type == PR_EVENT_COMPLETE;
    if (type == PR_EVENT_LIKE || type == PR_EVENT_DISLIKE)
        liking->disliked = type == PR_EVENT_DISLIKE;
    if (bought || type == PR_EVENT_RETURN)
        liking->owned = bought;
    if (type == PR_EVENT_CART || type == PR_EVENT_CART_REMOVE || bought)
        liking->in_cart = type == PR_EVENT_CART;
}

pr_status pr__preference_read(pr_engine *engine, const pr_state *state, int64_t now, pr_preference *out,
                              pr_error *error) {
    *out = (pr_preference){.items = pr_arena_array(&engine->scratch, state->event_count + 1u, sizeof *out->items)};
    if (!out->items)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while reading the visitor's events");
    for (uint32_t i = 0; i < state->event_count; i++) {
        const pr_event *event = &state->events[i];
        uint32_t item = event->type == PR_EVENT_SEARCH ? UINT32_MAX : pr__item_find(engine, event->item);
        if (item == UINT32_MAX)
            continue;
        pr_liking *liking = liking_of(out, item);
        double weight = pr__preference_weight(event->type);
        out->events += weight != 0;
        /* times come from outside: as doubles their difference cannot overflow */
        double age = (double)now - (double)event->time;
        liking->weight += weight * pr__preference_fade(age < 1e15 ? (int64_t)age : (int64_t)1e15);
        liking->last = event->time;
        liking->position = i;
        note(liking, event->type);
    }
    return PR_OK;
}

static bool is_heavier(const pr_liking *a, const pr_liking *b) {
    double one = fabs(a->weight), other = fabs(b->weight);
    return one != other ? one > other : a->item < b->item;
}

uint32_t pr__preference_heaviest(const pr_preference *preference, uint32_t *out) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < preference->count; i++) {
        const pr_liking *liking = &preference->items[i];
        if (liking->weight == 0 ||
            (count == PR_MOST_LIKINGS && !is_heavier(liking, &preference->items[out[count - 1]])))
            continue;
        uint32_t at = count < PR_MOST_LIKINGS ? count++ : count - 1;
        for (; at > 0 && is_heavier(liking, &preference->items[out[at - 1]]); at--)
            out[at] = out[at - 1];
        out[at] = i;
    }
    return count;
}

bool pr__preference_normalise(double *sum, uint32_t dims) {
    double squares = 0;
    for (uint32_t d = 0; d < dims; d++)
        squares += sum[d] * sum[d];
    double length = sqrt(squares);
    bool fine = length > 0 && length < INFINITY;
    for (uint32_t d = 0; d < dims; d++)
        sum[d] = fine ? sum[d] / length : 0;
    return fine;
}
