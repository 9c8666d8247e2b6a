/* Summing up events by item: returns are settled, each item weighed by core's signals, the visitor's spending added. */
#include "ledger.h"

#include <math.h>
#include <string.h>

#define SECONDS_A_DAY 86400

/* An event of an item that the bundle holds. */
typedef struct entry {
    uint32_t item, order;
    const pr_event *event;
} entry;

static pr_signal_kind kind_of(pr_event_type type, bool *counts) {
    *counts = true;
    switch (type) {
    case PR_EVENT_START:
        return PR_SIGNAL_START;
    case PR_EVENT_COMPLETE:
        return PR_SIGNAL_COMPLETE;
    case PR_EVENT_LIKE:
        return PR_SIGNAL_LIKE;
    case PR_EVENT_CLICK:
    case PR_EVENT_RECOMMENDATION_CLICK:
        return PR_SIGNAL_CLICK;
    case PR_EVENT_CART:
        return PR_SIGNAL_CART;
    case PR_EVENT_PURCHASE:
        return PR_SIGNAL_PURCHASE;
    case PR_EVENT_RETURN:
        return PR_SIGNAL_RETURN;
    default:
        *counts = false;
        return PR_SIGNAL_VIEW;
    }
}

/* By item, then time, then as they came. */
static bool is_before(const entry *a, const entry *b) {
    if (a->item != b->item)
        return a->item < b->item;
    return a->event->time != b->event->time ? a->event->time < b->event->time : a->order < b->order;
}

static void sift(entry *heap, uint32_t root, uint32_t count) {
    entry moved = heap[root];
    for (uint32_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && is_before(&heap[child], &heap[child + 1]))
            child++;
        if (!is_before(&moved, &heap[child]))
            break;
        heap[root] = heap[child];
    }
    heap[root] = moved;
}

static void sort(entry *entries, uint32_t count) {
    for (uint32_t root = count / 2; root-- > 0;)
        sift(entries, root, count);
    for (uint32_t end = count; end > 1; end--) {
        entry last = entries[end - 1];
        entries[end - 1] = entries[0];
        entries[0] = last;
        sift(entries, 0, end - 1);
    }
}

static uint32_t collect(pr_engine *engine, const pr_state *state, entry *out) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < state->event_count; i++) {
        const pr_event *event = &state->events[i];
        uint32_t item = event->type == PR_EVENT_SEARCH ? UINT32_MAX : pr__item_find(engine, event->item);
        if (item != UINT32_MAX)
            out[count++] = (entry){item, i, event};
    }
    sort(out, count);
    return count;
}

/* ---- one item ---- */

static void note_event(pr_taken *taken, const pr_event *event, const pr_signals *signals, double *most) {
    bool counts;
    pr_signal_kind kind = kind_of(event->type, &counts);
    if (event->type == PR_EVENT_LIKE || event->type == PR_EVENT_DISLIKE)
        taken->disliked = event->type == PR_EVENT_DISLIKE;
    if (event->type == PR_EVENT_START || event->type == PR_EVENT_COMPLETE)
        taken->has = true;
    if (counts && kind < PR_SIGNAL_KINDS && signals->weight[kind] >= *most) {
        *most = signals->weight[kind];
        taken->type = event->type;
    }
}

static uint32_t gather(const entry *entries, uint32_t count, const pr_signals *signals, pr_taken *taken,
                       pr_signal_event *out) {
    uint32_t kept = 0;
    double most = 0;
    for (uint32_t i = 0; i < count; i++) {
        const pr_event *event = entries[i].event;
        bool counts;
        pr_signal_kind kind = kind_of(event->type, &counts);
        note_event(taken, event, signals, &most);
        if (counts)
            out[kept++] = (pr_signal_event){event->time, kind, event->quantity > 0 ? (float)event->quantity : 1,
                                            event->price > 0 ? (float)event->price : NAN};
    }
    return pr_signals_settle(out, kept);
}

/* What was bought for good; a price that was not noted is the item's own. */
static void add_purchases(pr_taken *taken, const pr_signal_event *events, uint32_t count, const pr_item_stats *stats,
                          pr_ledger *ledger, double *prices, uint32_t *priced) {
    for (uint32_t i = 0; i < count; i++) {
        if ((events[i].kind == PR_SIGNAL_COMPLETE || events[i].kind == PR_SIGNAL_START) && events[i].time > taken->last)
            taken->last = events[i].time;
        if (events[i].kind != PR_SIGNAL_PURCHASE)
            continue;
        double price = events[i].price > 0 ? events[i].price : stats->price;
        taken->has = true;
        taken->times++;
        taken->units += events[i].units;
        taken->last = events[i].time > taken->last ? events[i].time : taken->last;
        ledger->purchases++;
        ledger->last = events[i].time > ledger->last ? events[i].time : ledger->last;
        if (price > 0) {
            taken->spend += price * events[i].units;
            *prices += price;
            *priced += 1;
        }
    }
    ledger->spend += taken->spend;
    ledger->unique += taken->times > 0;
}

/* The prices that were noted with purchases of an item; how many. */
static uint32_t add_paid(const pr_ledger *ledger, const pr_taken *taken, double *sum) {
    uint32_t priced = 0;
    for (uint32_t e = taken->first; e < taken->first + taken->count; e++) {
        if (ledger->signals[e].kind == PR_SIGNAL_PURCHASE && ledger->signals[e].price > 0) {
            *sum += ledger->signals[e].price;
            priced++;
        }
    }
    return priced;
}

static double paid_on_average(double paid, uint32_t priced) {
    return priced ? paid / priced : NAN;
}

static double weight_of(pr_engine *engine, const pr_ledger *ledger, const pr_taken *taken, double average) {
    pr_item_stats stats;
    if (taken->disliked || !pr__item_stats(engine, taken->item, &stats))
        return 0;
    return pr_signals_strength(&engine->purchases.signals, ledger->signals + taken->first, taken->count, average,
                               stats.units, ledger->now);
}

/* ---- all ---- */

static void note_heavy(pr_ledger *ledger) {
    ledger->heavy_count = 0;
    ledger->weight = 0;
    for (uint32_t i = 0; i < ledger->count; i++) {
        if (!(ledger->items[i].weight > 0))
            continue;
        ledger->heavy[ledger->heavy_count++] = i;
        ledger->weight += ledger->items[i].weight;
    }
}

static void weigh(pr_engine *engine, pr_ledger *ledger) {
    ledger->paid = 0;
    ledger->priced = 0;
    for (uint32_t i = 0; i < ledger->count; i++)
        ledger->priced += add_paid(ledger, &ledger->items[i], &ledger->paid);
    for (uint32_t i = 0; i < ledger->count; i++)
        ledger->items[i].weight =
            weight_of(engine, ledger, &ledger->items[i], paid_on_average(ledger->paid, ledger->priced));
    note_heavy(ledger);
}

static void add_up(pr_engine *engine, pr_ledger *ledger) {
    double prices = 0;
    uint32_t priced = 0;
    for (uint32_t i = 0; i < ledger->count; i++) {
        pr_taken *taken = &ledger->items[i];
        pr_item_stats stats;
        if (pr__item_stats(engine, taken->item, &stats))
            add_purchases(taken, ledger->signals + taken->first, taken->count, &stats, ledger, &prices, &priced);
    }
    ledger->average_price = priced ? prices / priced : NAN;
}

static pr_status no_room(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while reading the visitor's events");
}

pr_status pr__ledger_read(pr_engine *engine, const pr_state *state, int64_t now, pr_ledger *out, pr_error *error) {
    pr_arena *scratch = &engine->scratch;
    size_t room = state->event_count + (size_t)1;
    entry *entries = pr_arena_array(scratch, room, sizeof *entries);
    *out = (pr_ledger){.now = now, .last = INT64_MIN, .average_price = NAN};
    out->signals = pr_arena_array(scratch, room, sizeof *out->signals);
    out->items = pr_arena_array(scratch, room, sizeof *out->items);
    out->heavy = pr_arena_array(scratch, room, sizeof *out->heavy);
    if (!entries || !out->signals || !out->items || !out->heavy)
        return no_room(error);
    uint32_t count = collect(engine, state, entries), used = 0;
    for (uint32_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && entries[end].item == entries[first].item;)
            end++;
        pr_taken *taken = &out->items[out->count++];
        *taken =
            (pr_taken){.item = entries[first].item, .id = entries[first].event->item, .last = INT64_MIN, .first = used};
        taken->count = gather(entries + first, end - first, &engine->purchases.signals, taken, out->signals + used);
        used += taken->count;
    }
    weigh(engine, out);
    add_up(engine, out);
    return PR_OK;
}

pr_status pr__ledger_room(const pr_ledger *like, pr_arena *arena, pr_ledger *out, pr_error *error) {
    *out = (pr_ledger){.items = pr_arena_array(arena, like->count + 1u, sizeof *out->items),
                       .heavy = pr_arena_array(arena, like->count + 1u, sizeof *out->heavy)};
    return out->items && out->heavy ? PR_OK : no_room(error);
}

void pr__ledger_without(pr_engine *engine, const pr_ledger *ledger, uint32_t left_out, pr_ledger *out) {
    *out = (pr_ledger){.now = ledger->now,
                       .count = ledger->count - 1,
                       .items = out->items,
                       .heavy = out->heavy,
                       .signals = ledger->signals};
    memcpy(out->items, ledger->items, left_out * sizeof *out->items);
    memcpy(out->items + left_out, ledger->items + left_out + 1, (out->count - left_out) * sizeof *out->items);
    weigh(engine, out);
}

void pr__ledger_weights_without(pr_engine *engine, const pr_ledger *ledger, uint32_t left_out, double *weights) {
    double given_up = 0, unused = 0;
    uint32_t fewer = add_paid(ledger, &ledger->items[ledger->heavy[left_out]], &given_up);
    double average = paid_on_average(ledger->paid - given_up, ledger->priced - fewer);
    for (uint32_t i = 0; i < ledger->heavy_count; i++) {
        const pr_taken *taken = &ledger->items[ledger->heavy[i]];
        bool moves = fewer > 0 && add_paid(ledger, taken, &unused) > 0;
        weights[i] = moves ? weight_of(engine, ledger, taken, average) : taken->weight;
    }
    weights[left_out] = 0;
}

const pr_taken *pr__ledger_find(const pr_ledger *ledger, uint32_t item) {
    uint32_t at = pr__place(ledger->items, ledger->count, sizeof *ledger->items, item);
    return at < ledger->count && ledger->items[at].item == item ? &ledger->items[at] : NULL;
}

uint32_t pr__spending_segment(const pr_purchases *purchases, const pr_ledger *ledger) {
    uint32_t segment = 0;
    bool known = purchases->spend[PR_SPENDING_SEGMENTS - 2] > 0;
    if (!ledger->purchases || !known)
        return PR_SPENDING_SEGMENTS;
    while (segment < PR_SPENDING_SEGMENTS - 1 && ledger->spend >= purchases->spend[segment])
        segment++;
    return segment;
}

int64_t pr__due(pr_engine *engine, const pr_tuning *tuning, const pr_taken *taken, double *cycle_days) {
    pr_item_stats stats = {0};
    pr__item_stats(engine, taken->item, &stats);
    *cycle_days = stats.cycle > 0 ? stats.cycle : tuning->default_cycle;
    return taken->last == INT64_MIN ? INT64_MIN : taken->last + (int64_t)(*cycle_days * SECONDS_A_DAY);
}
