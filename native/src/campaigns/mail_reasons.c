/* Going through one user's events. */
#include "mail_reasons.h"

#include <math.h>
#include <stdlib.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

/* ---- the trail ---- */

static bool make_room(prt_trail *t, uint64_t count) {
    if (count <= t->room)
        return true;
    if (count > UINT32_MAX / 2)
        return false;
    free(t->steps);
    free(t->carts.items);
    free(t->carts.carts);
    free(t->owned);
    t->room = (uint32_t)(2 * count);
    t->steps = malloc(t->room * sizeof *t->steps);
    t->carts.items = malloc(t->room * sizeof *t->carts.items);
    t->carts.carts = malloc(t->room * sizeof *t->carts.carts);
    t->owned = malloc(t->room * sizeof *t->owned);
    t->room = t->steps && t->carts.items && t->carts.carts && t->owned ? t->room : 0;
    return t->room;
}

void prt_trail_free(prt_trail *t) {
    free(t->steps);
    free(t->carts.items);
    free(t->carts.carts);
    free(t->owned);
    *t = (prt_trail){0};
}

static uint32_t place(const prt_trail *t, uint32_t item) {
    uint32_t low = 0, high = t->owned_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (t->owned[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool prt_trail_owns(const prt_trail *t, uint32_t item) {
    uint32_t at = place(t, item);
    return at < t->owned_count && t->owned[at] == item;
}

static void own(prt_trail *t, uint32_t item, bool owned) {
    uint32_t at = place(t, item);
    bool there = at < t->owned_count && t->owned[at] == item;
    if (owned && !there) {
        for (uint32_t i = t->owned_count++; i > at; i--)
            t->owned[i] = t->owned[i - 1];
        t->owned[at] = item;
    } else if (!owned && there) {
        t->owned_count--;
        for (uint32_t i = at; i < t->owned_count; i++)
            t->owned[i] = t->owned[i + 1];
    }
}

/* The first step of the visits that end within the days that count. */
static uint32_t first_step(const prt_trail *t, int64_t from, int64_t gap) {
    uint32_t first = t->count;
    while (first > 0 && t->steps[first - 1].time >= from)
        first--;
    while (first > 0 && first < t->count && t->steps[first].time - t->steps[first - 1].time <= gap)
        first--;
    return first;
}

bool prt_trail_read(const prt_night *n, uint32_t user, prt_trail *t) {
    const prt_events *events = &n->dataset->events;
    const prt_campaigns_config *c = &n->config->campaigns;
    uint64_t begin = n->states->starts[user], end = n->states->starts[user + (size_t)1];
    if (!make_room(t, end - begin + 1))
        return false;
    t->count = t->owned_count = 0;
    for (uint64_t i = begin; i < end; i++) {
        uint64_t e = n->states->events[i];
        if (events->types[e] & (PRT_EVENT_PURCHASE | PRT_EVENT_RETURN))
            own(t, events->item[e], events->types[e] & PRT_EVENT_PURCHASE);
        if (events->time && events->time[e] != PRT_NO_INTEGER)
            t->steps[t->count++] =
                (prt_step){events->time[e], events->item[e], events->types[e],
                           events->quantity ? events->quantity[e] : 1, events->price ? events->price[e] : NAN};
    }
    int64_t gap = (int64_t)c->session_gap * MINUTE;
    uint32_t first = first_step(t, n->now - (int64_t)(c->within_days * DAY), gap);
    prt_left_carts_find(t->steps + first, t->count - first, gap, n->now, &t->carts);
    return true;
}

/* ---- reasons ---- */

static bool is_listed(const prt_reason *reasons, uint32_t count, uint32_t item) {
    for (uint32_t i = 0; i < count; i++) {
        if (reasons[i].item == item)
            return true;
    }
    return false;
}

/* When the user last heard of a cart; INT64_MIN: never. */
static int64_t last_told(const prt_night *n, uint32_t user) {
    int64_t last = INT64_MIN;
    for (uint64_t i = n->people->starts[user]; i < n->people->starts[user + (size_t)1]; i++) {
        const prt_sent_mail *mail = &n->people->sent[i];
        if (mail->kind == PRT_CAMPAIGN_abandoned_cart && mail->time > last)
            last = mail->time;
    }
    return last;
}

static prt_mail_rule of_carts(const prt_night *n, uint32_t user, const prt_trail *t, bool *wanted, prt_reason *reasons,
                              uint32_t *count) {
    const prt_campaigns_config *c = &n->config->campaigns;
    const int64_t after = (int64_t)(c->after_hours * HOUR), within = (int64_t)(c->within_days * DAY),
                  told = last_told(n, user);
    bool fresh = false;
    for (uint32_t k = t->carts.cart_count; k-- > 0;) {
        const prt_left_cart *cart = &t->carts.carts[k];
        if (n->now - cart->last < after || n->now - cart->last > within)
            continue;
        for (uint32_t i = cart->first + cart->count; i-- > cart->first;) {
            const prt_left_item *left = &t->carts.items[i];
            if (left->bought != PRT_NO_INTEGER || left->gone)
                continue;
            *wanted = true;
            /* the mail that told of carts told of those only that were old enough then */
            bool was_told = told != INT64_MIN && cart->last <= told - after;
            fresh |= !was_told;
            if (!was_told && !n->shelf->out[left->item] && *count < PRT_MOST_REASONS &&
                !is_listed(reasons, *count, left->item))
                reasons[(*count)++] = (prt_reason){left->item, left->added, left->quantity, left->price};
        }
    }
    return *count ? PRT_MAIL_GOES : fresh ? PRT_MAIL_out_of_stock : PRT_MAIL_told_already;
}

/* What is back that the user looked at, wished for or put into the cart while it was out. */
static void of_shelf(const prt_night *n, const prt_trail *t, prt_reason *reasons, uint32_t *count) {
    enum { INTERESTED = PRT_EVENT_VIEW | PRT_EVENT_CLICK | PRT_EVENT_LIKE | PRT_EVENT_CART };
    for (uint32_t i = t->count; n->shelf->back && i-- > 0 && *count < PRT_MOST_REASONS;) {
        const prt_step *step = &t->steps[i];
        int64_t since = n->shelf->missed[step->item];
        if (since != PRT_NO_INTEGER && step->time >= since && (step->types & INTERESTED) &&
            !prt_trail_owns(t, step->item) && !is_listed(reasons, *count, step->item))
            reasons[(*count)++] = (prt_reason){step->item, step->time, 1, NAN};
    }
}

prt_mail_rule prt_mail_reasons(const prt_night *n, uint32_t user, const prt_trail *t, prt_campaign_kind kind,
                               bool *wanted, prt_reason *reasons, uint32_t *count) {
    *count = 0;
    *wanted = false;
    switch (kind) {
    case PRT_CAMPAIGN_abandoned_cart:
        return of_carts(n, user, t, wanted, reasons, count);
    case PRT_CAMPAIGN_back_in_stock:
        of_shelf(n, t, reasons, count);
        *wanted = *count > 0;
        break;
    case PRT_CAMPAIGN_new_arrivals: /* without events there is no taste that they could fit */
        *wanted = n->new_count > 0 && n->states->starts[user] < n->states->starts[user + (size_t)1];
        break;
    default:
        *wanted = n->digest;
    }
    return PRT_MAIL_GOES;
}
