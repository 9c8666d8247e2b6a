/* POST /api/v1/events: what the visitor did. One event, or a list of them; all are stored or none. */
#include "call.h"
#include "utf8.h"

#include <string.h>

/* An event, or what it adds to the week's sums. */
typedef struct posted {
    pr_event event;
    bool weekly;
    pr_week sums;
} posted;

static bool refuse(pr_call *call, int status, const char *code, const char *field, const char *message) {
    pr__refuse(call, status, code, field, message);
    return false;
}

/* Events that are kept as weekly sums, in bundles with ranking. */
static bool is_weekly(const pr_call *call, const pr_json *type) {
    return PR_WITH_RANKING && call->engine->ranking.feature_count &&
           (pr_json_is(type, "impression") || pr_json_is(type, "click") || pr_json_is(type, "view"));
}

/* The share of a video that was watched, in thousandths. */
static bool read_watch(pr_call *call, const pr_json *given, uint64_t *out) {
    const pr_json *watch = pr_json_get(given, "watch");
    if (!watch)
        return true;
    if (watch->type != PR_JSON_NUMBER || watch->number < 0 || watch->number > 1 ||
        !pr_json_is(pr_json_get(given, "type"), "view"))
        return refuse(call, 422, "invalid_value", "watch", "watch is the share of a view, a number from 0 to 1");
    *out = (uint64_t)(watch->number * 1000 + 0.5);
    return true;
}

static bool read_sums(pr_call *call, const pr_json *given, posted *out) {
    const pr_json *type = pr_json_get(given, "type");
    if (!is_weekly(call, type))
        return true;
    out->weekly = true;
    out->sums = (pr_week){.week = pr__week_of(&call->engine->ranking, call->request->now)};
    out->sums.impressions = pr_json_is(type, "impression");
    out->sums.clicks = pr_json_is(type, "click");
    out->sums.views = pr_json_is(type, "view");
    return read_watch(call, given, &out->sums.watch);
}

/* Does this bundle take events of that type? */
static bool is_taken(const pr_call *call, pr_event_type type) {
    const pr_settings *settings = &call->engine->settings;
    bool shop = PR_WITH_SHOP && settings->shop, buys = PR_WITH_PURCHASES && settings->buys;
    if (type >= PR_EVENT_CART_REMOVE) /* these come with a recommendation's context, by a route of their own */
        return false;
    if (type == PR_EVENT_RETURN)
        return buys;
    if (type == PR_EVENT_SEARCH)
        return shop;
    return type < PR_EVENT_CLICK || shop || buys;
}

static bool is_amount(const pr_json *member) {
    return pr__equal(member->key, member->key_size, "quantity", 8) ||
           pr__equal(member->key, member->key_size, "price", 5);
}

static bool read_event(pr_call *call, const pr_json *given, posted *into) {
    const bool buys = PR_WITH_PURCHASES && call->engine->settings.buys;
    const pr_json *type = pr_json_get(given, "type");
    pr_event *out = &into->event;
    out->type = pr__event_type(type);
    if (out->type != PR_EVENT_TYPES && !is_taken(call, out->type))
        out->type = PR_EVENT_TYPES;
    bool search = out->type == PR_EVENT_SEARCH;
    const bool amounts = buys && pr__has_amounts(out->type);
    const pr_json *item = pr_json_get(given, search ? "query" : "item");
    if (given->type != PR_JSON_OBJECT)
        return refuse(call, 422, "invalid_value", "events", "an event must be an object with type and item");
    for (const pr_json *member = given->first; member; member = member->next) {
        if (member != type && member != item && !(amounts && is_amount(member)) &&
            !(is_weekly(call, type) && pr__equal(member->key, member->key_size, "watch", 5)))
            return refuse(call, 422, "unknown_field", member->key,
                          amounts ? "this event has type, item, quantity and price only"
                                  : "this event has type and item only");
    }
    const char *field;
    if (amounts && !pr__amounts_read(given, out, &field))
        return refuse(call, 422, "invalid_value", field,
                      "quantity must be above 0 and at most 1,000,000, price from 0 to 1,000,000,000");
    if (!read_sums(call, given, into))
        return false;
    if (out->type == PR_EVENT_TYPES && !into->weekly)
        return refuse(call, 422, "invalid_value", "type",
                      buys                          ? "type must be start, complete, abandon, like, dislike, click, "
                                                      "cart, purchase, return, or search in a shop"
                      : call->engine->settings.shop ? "type must be start, complete, abandon, like, dislike, click, "
                                                      "cart, purchase or search"
                      : call->engine->settings.ranked
                          ? "type must be start, complete, abandon, like, dislike, impression, click or view"
                          : "type must be start, complete, abandon, like or dislike");
    out->time = call->request->now;
    if (search) {
        if (item && item->type == PR_JSON_STRING)
            out->item = pr__trim((pr_text){item->string, item->size});
        return out->item.size && pr__utf8_length(out->item.bytes, out->item.size) <= PR_MAX_QUERY
                   ? true
                   : refuse(call, 422, "invalid_value", "query", "query must be a text of 1 to 255 characters");
    }
    if (!item || item->type != PR_JSON_STRING || item->size == 0)
        return refuse(call, 422, "invalid_value", "item", "item must be an id, a text that is not empty");
    out->item = (pr_text){item->string, item->size};
    uint32_t found = item->size <= PR_MAX_ID ? pr__item_find(call->engine, out->item) : UINT32_MAX;
    bool known = found != UINT32_MAX || call->engine->missing_count || call->engine->needs_refused;
    if (!known || item->size > PR_MAX_ID)
        return refuse(call, 404, "item_not_found", "item", "there is no item with that id");
    return true;
}

/* Append, dropping the oldest beyond the limit. */
static pr_status append(pr_call *call, const posted *list, uint32_t listed) {
    pr_state *state = &call->state;
    pr_event *added = pr_arena_array(&call->engine->scratch, listed, sizeof *added);
    uint32_t count = 0;
    for (uint32_t i = 0; added && i < listed; i++) {
        if (!PR_WITH_RANKING || !list[i].weekly)
            added[count++] = list[i].event;
        else if (pr__own_weeks_add(&state->weekly, &call->engine->scratch, list[i].event.item, &list[i].sums))
            added = NULL;
    }
    if (!added)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while storing events");
    return pr__state_append(state, added, count, &call->engine->scratch, call->error);
}

pr_status pr__post_events(pr_call *call) {
    const pr_json *list = pr_json_get(call->body, "events");
    if (list && (list->type != PR_JSON_ARRAY || list->size == 0 || list->size > 1000 || call->body->size != 1))
        return pr__refuse(call, 422, "invalid_value", "events",
                          "events must be the only field, a list of 1 to 1000 events");
    uint32_t count = list ? list->size : 1, n = 0;
    posted *events = pr_arena_array(&call->engine->scratch, count, sizeof *events);
    if (!events)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while storing events");
    for (const pr_json *given = list ? list->first : call->body; given; given = list ? given->next : NULL) {
        if (!read_event(call, given, &events[n++]))
            return PR_OK;
    }
    PR_TRY(append(call, events, count));
    return pr__answer_stored(call, count);
}
