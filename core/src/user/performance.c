/* Counting what became of lists, and how far products came on their way to being bought. */
#include "performance.h"

#include <math.h>

#define SECONDS_A_DAY 86400.0

static pr_status memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while counting what became of recommendations");
}

/* Times come from outside: as doubles their difference cannot overflow. */
static bool is_within(int64_t time, int64_t now, double days) {
    return (double)now - (double)time <= days * SECONDS_A_DAY;
}

static bool same(pr_text a, pr_text b) {
    return pr__equal(a.bytes, a.size, b.bytes, b.size);
}

/* ---- lists ---- */

static pr_list_performance *list_of(pr_performance *p, pr_text request, pr_context context, int64_t time) {
    uint32_t i = 0;
    while (i < p->count && !same(p->lists[i].request, request))
        i++;
    if (i == p->count)
        p->lists[p->count++] = (pr_list_performance){.request = request, .time = time};
    if (p->lists[i].context == PR_NO_CONTEXT)
        p->lists[i].context = context;
    return &p->lists[i];
}

static bool is_repeated(const pr_state *state, uint32_t at) {
    const pr_event *event = &state->events[at];
    for (uint32_t i = 0; i < at; i++) {
        const pr_event *earlier = &state->events[i];
        if (earlier->type == event->type && same(earlier->request, event->request) && same(earlier->item, event->item))
            return true;
    }
    return false;
}

/* The event whose list the purchase belongs to; NULL: to none. */
static const pr_event *origin_of(const pr_state *state, uint32_t at) {
    const pr_event *event = &state->events[at];
    if (event->request.size)
        return event;
    for (uint32_t i = at; i-- > 0;) {
        const pr_event *earlier = &state->events[i];
        if (earlier->type == PR_EVENT_RECOMMENDATION_CLICK && earlier->request.size && same(earlier->item, event->item))
            return is_within(earlier->time, event->time, PR_ATTRIBUTION_DAYS) ? earlier : NULL;
    }
    return NULL;
}

static double value_of(pr_engine *engine, const pr_event *event, pr_price_lookup price) {
    double units = event->quantity > 0 ? event->quantity : 1;
    if (event->price > 0)
        return event->price * units;
    uint32_t item = pr__item_find(engine, event->item);
    double each = item == UINT32_MAX ? NAN : price(engine, item);
    return each > 0 ? each * units : 0;
}

static void count_event(pr_engine *engine, const pr_state *state, uint32_t at, pr_price_lookup price,
                        pr_performance *out) {
    const pr_event *event = &state->events[at], *origin;
    if (event->type == PR_EVENT_RECOMMENDATION_CLICK && event->request.size)
        list_of(out, event->request, event->context, event->time)->clicks += !is_repeated(state, at);
    if (event->type != PR_EVENT_PURCHASE || !(origin = origin_of(state, at)))
        return;
    pr_list_performance *list = list_of(out, origin->request, origin->context, origin->time);
    list->conversions++;
    list->revenue += value_of(engine, event, price);
}

/* Falling time; equal ones keep their order. */
static void order(pr_performance *p) {
    for (uint32_t i = 1; i < p->count; i++) {
        pr_list_performance list = p->lists[i];
        uint32_t at = i;
        for (; at > 0 && p->lists[at - 1].time < list.time; at--)
            p->lists[at] = p->lists[at - 1];
        p->lists[at] = list;
    }
}

pr_status pr__performance_read(pr_engine *engine, const pr_state *state, int64_t now, uint32_t days,
                               pr_price_lookup price, pr_performance *out, pr_error *error) {
    size_t room = (size_t)state->shown.count + 2 * (size_t)state->event_count + 1;
    *out = (pr_performance){.lists = pr_arena_array(&engine->scratch, room, sizeof *out->lists)};
    if (!out->lists)
        return memory(error);
    for (uint32_t i = 0; i < state->shown.count; i++) {
        const pr_shown *shown = &state->shown.rows[i];
        if (is_within(shown->time, now, days))
            list_of(out, shown->request, shown->context, shown->time)->impressions += shown->count;
    }
    for (uint32_t i = 0; i < state->event_count; i++) {
        if (is_within(state->events[i].time, now, days))
            count_event(engine, state, i, price, out);
    }
    order(out);
    return PR_OK;
}

/* ---- the funnel ---- */

/* How far one product came. */
typedef struct passage {
    pr_text item;
    bool seen[PR_FUNNEL_STAGES];
    uint32_t reached; /* stages, in order */
    bool in_cart;
} passage;

static pr_funnel_stage stage_of(pr_event_type type) {
    switch (type) {
    case PR_EVENT_CLICK:
    case PR_EVENT_RECOMMENDATION_CLICK:
    case PR_EVENT_START:
        return PR_FUNNEL_VIEW;
    case PR_EVENT_CART:
        return PR_FUNNEL_CART_ADD;
    case PR_EVENT_PURCHASE:
    case PR_EVENT_COMPLETE:
        return PR_FUNNEL_PURCHASE;
    default:
        return PR_FUNNEL_STAGES;
    }
}

static passage *passage_of(passage *passages, uint32_t *count, pr_text item) {
    uint32_t i = 0;
    while (i < *count && !same(passages[i].item, item))
        i++;
    if (i == *count)
        passages[(*count)++] = (passage){.item = item};
    return &passages[i];
}

static void pass(passage *p, pr_event_type type, pr_funnel *out) {
    pr_funnel_stage stage = stage_of(type);
    if (type == PR_EVENT_CART_REMOVE)
        p->in_cart = false;
    if (stage == PR_FUNNEL_STAGES)
        return;
    p->in_cart = stage == PR_FUNNEL_VIEW ? p->in_cart : stage == PR_FUNNEL_CART_ADD;
    out->events[stage]++;
    out->products[stage] += !p->seen[stage];
    p->seen[stage] = true;
    if (p->reached == (uint32_t)stage) {
        p->reached++;
        out->reached[stage]++;
    }
}

pr_status pr__funnel_read(const pr_state *state, int64_t now, uint32_t days, pr_arena *arena, pr_funnel *out,
                          pr_error *error) {
    passage *passages = pr_arena_array(arena, state->event_count + 1u, sizeof *passages);
    uint32_t count = 0;
    *out = (pr_funnel){0};
    if (!passages)
        return memory(error);
    for (uint32_t i = 0; i < state->event_count; i++) {
        const pr_event *event = &state->events[i];
        if (event->type != PR_EVENT_SEARCH && is_within(event->time, now, days))
            pass(passage_of(passages, &count, event->item), event->type, out);
    }
    for (uint32_t i = 0; i < count; i++)
        out->abandoned += passages[i].in_cart;
    return PR_OK;
}
