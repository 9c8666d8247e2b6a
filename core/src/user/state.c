/* Reading and writing the visitor's state, and summing up their events by item. */
#include "state.h"
#include "utf8.h"

#include <string.h>

const char *const pr__event_names[PR_EVENT_TYPES] = {"start",   "complete", "abandon",     "like",
                                                     "dislike", "click",    "cart",        "purchase",
                                                     "search",  "return",   "cart_remove", "recommendation_click"};

pr_event_type pr__event_type(const pr_json *name) {
    int type = 0;
    while (type < PR_EVENT_TYPES && !pr_json_is(name, pr__event_names[type]))
        type++;
    return (pr_event_type)type;
}

static pr_status wrong(const char *what, pr_error *error) {
    return pr_fail(error, PR_E_FORMAT, 0, "the visitor's state ", what, "; import it again or delete it");
}

bool pr__has_amounts(pr_event_type type) {
    return type == PR_EVENT_CART || type == PR_EVENT_PURCHASE || type == PR_EVENT_RETURN;
}

bool pr__amounts_read(const pr_json *given, pr_event *out, const char **field) {
    const double most_units = 1e6, most_price = 1e9;
    const pr_json *quantity = pr_json_get(given, "quantity"), *price = pr_json_get(given, "price");
    *field = "quantity";
    if (quantity) {
        if (quantity->type != PR_JSON_NUMBER || !(quantity->number > 0 && quantity->number <= most_units))
            return false;
        out->quantity = quantity->number;
    }
    *field = "price";
    if (price && price->type != PR_JSON_NULL) {
        if (price->type != PR_JSON_NUMBER || !(price->number >= 0 && price->number <= most_price))
            return false;
        out->price = price->number;
    }
    return true;
}

bool pr__origin_read(const pr_json *given, pr_event *out, const char **field) {
    const double most_positions = 1e6;
    const pr_json *request = pr_json_get(given, *field = "request"), *position, *context;
    if (request && request->type != PR_JSON_NULL) {
        if (!pr__is_request_id(request))
            return false;
        out->request = (pr_text){request->string, request->size};
    }
    position = pr_json_get(given, *field = "position");
    if (position && position->type != PR_JSON_NULL) {
        if (position->type != PR_JSON_NUMBER || !position->is_integer ||
            !(position->number >= 1 && position->number <= most_positions))
            return false;
        out->position = (uint32_t)position->number;
    }
    context = pr_json_get(given, *field = "context");
    return pr__context_kept(context, &out->context);
}

static pr_status read_event(const pr_settings *settings, const pr_json *given, pr_event *out, pr_error *error) {
    const pr_json *time = pr_json_get(given, "time");
    out->type = pr__event_type(pr_json_get(given, "type"));
    bool search = out->type == PR_EVENT_SEARCH;
    const pr_json *item = pr_json_get(given, search ? "query" : "item");
    if (out->type == PR_EVENT_TYPES)
        return wrong("has an event whose type is not known", error);
    if (search && (!item || item->type != PR_JSON_STRING || item->size == 0 ||
                   pr__utf8_length(item->string, item->size) > PR_MAX_QUERY))
        return wrong("has a search whose query is not a text of 1 to 255 characters", error);
    if (!search && (!item || item->type != PR_JSON_STRING || item->size == 0 || item->size > PR_MAX_ID))
        return wrong("has an event whose item is not an id of 1 to 256 bytes", error);
    if (!time || time->type != PR_JSON_NUMBER || !time->is_integer)
        return wrong("has an event whose time is not in whole seconds", error);
    out->item = (pr_text){item->string, item->size};
    out->time = (int64_t)time->number;
    const char *field;
    bool amounts = (PR_WITH_PURCHASES && settings->buys) || (PR_WITH_MEANING && settings->meant);
    if (amounts && pr__has_amounts(out->type) && !pr__amounts_read(given, out, &field))
        return wrong("has an event whose quantity or price is out of its bounds", error);
    if (PR_WITH_MEANING && settings->meant && !pr__origin_read(given, out, &field))
        return wrong("has an event whose request, position or context is not what it should be", error);
    return PR_OK;
}

/* What only bundles with a ranking know; others leave it out, like answers to questions that they do not ask. */
static pr_status read_ranking(const pr_json *root, pr_arena *arena, pr_state *out, pr_error *error) {
    const char *what = NULL;
    pr_status status = pr__own_weeks_read(pr_json_get(root, "weekly"), arena, &out->weekly, &what);
    if (status == PR_E_MEMORY)
        return pr_fail(error, status, 0, "out of memory while reading the visitor's state");
    if (status)
        return wrong(what, error);
    const pr_json *goal = pr_json_get(root, "goal");
    if (goal && (goal->type != PR_JSON_STRING || pr__utf8_length(goal->string, goal->size) > PR_MAX_GOAL))
        return wrong("must hold the goal as a text of at most 200 characters", error);
    if (goal)
        out->goal = (pr_text){goal->string, goal->size};
    return PR_OK;
}

static pr_status read_shown(const pr_json *root, pr_arena *arena, pr_state *out, pr_error *error) {
    const char *what = NULL;
    pr_status status = pr__shown_read(pr_json_get(root, "shown"), arena, &out->shown, &what);
    if (status == PR_E_MEMORY)
        return pr_fail(error, status, 0, "out of memory while reading the visitor's state");
    return status ? wrong(what, error) : PR_OK;
}

pr_status pr__state_read(const pr_settings *settings, pr_text bytes, pr_arena *arena, pr_state *out, pr_error *error) {
    memset(out, 0, sizeof *out);
    const pr_json *root = NULL, *events = NULL;
    if (bytes.size) {
        pr_json_limits limits = {PR_MAX_STATE, 6};
        pr_error inner = {0};
        pr_status status = pr_json_parse(bytes.bytes, bytes.size, &limits, arena, &root, &inner);
        if (status == PR_E_MEMORY)
            return pr_fail(error, status, 0, "out of memory while reading the visitor's state");
        if (status)
            return wrong(inner.message, error);
        const pr_json *version = pr_json_get(root, "version");
        if (!version || version->type != PR_JSON_NUMBER || version->number != 1)
            return wrong("is not of version 1", error);
        events = pr_json_get(root, "events");
        if (events && (events->type != PR_JSON_ARRAY || events->size > PR_MAX_EVENTS))
            return wrong("must hold a list of at most 2000 events", error);
        const pr_json *profile = pr_json_get(root, "profile");
        if (profile && profile->type != PR_JSON_OBJECT)
            return wrong("must hold the profile as an object", error);
        pr__profile_restore(settings, profile, &out->profile);
        if (PR_WITH_RANKING && settings->ranked)
            PR_TRY(read_ranking(root, arena, out, error));
        if (PR_WITH_MEANING && settings->meant)
            PR_TRY(read_shown(root, arena, out, error));
    }
    uint32_t count = events ? events->size : 0;
    out->events = pr_arena_array(arena, count + 1u, sizeof *out->events); /* all 0 */
    if (!out->events)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while reading the visitor's state");
    for (const pr_json *given = events ? events->first : NULL; given; given = given->next)
        PR_TRY(read_event(settings, given, &out->events[out->event_count++], error));
    return PR_OK;
}

static void write_amounts(const pr_event *event, pr_writer *w) {
    if (event->quantity > 0) {
        pr_write_key(w, "quantity");
        pr_write_number(w, event->quantity);
    }
    if (event->price > 0) {
        pr_write_key(w, "price");
        pr_write_number(w, event->price);
    }
}

static void write_origin(const pr_event *event, pr_writer *w) {
    if (event->request.size) {
        pr_write_key(w, "request");
        pr_write_string(w, event->request.bytes, event->request.size);
    }
    if (event->position) {
        pr_write_key(w, "position");
        pr_write_integer(w, event->position);
    }
    if (event->context != PR_NO_CONTEXT) {
        pr_write_key(w, "context");
        pr_write_text(w, pr__context_names[event->context]);
    }
}

void pr__state_write(const pr_settings *settings, const pr_state *state, pr_writer *w) {
    pr_write_object(w);
    pr_write_key(w, "version");
    pr_write_integer(w, 1);
    pr_write_key(w, "profile");
    pr__profile_write(settings, &state->profile, w);
    pr_write_key(w, "events");
    pr_write_array(w);
    for (uint32_t i = 0; i < state->event_count; i++) {
        const pr_event *event = &state->events[i];
        pr_write_object(w);
        pr_write_key(w, "type");
        pr_write_text(w, pr__event_names[event->type]);
        pr_write_key(w, event->type == PR_EVENT_SEARCH ? "query" : "item");
        pr_write_string(w, event->item.bytes, event->item.size);
        pr_write_key(w, "time");
        pr_write_integer(w, event->time);
        if (PR_WITH_PURCHASES || PR_WITH_MEANING)
            write_amounts(event, w);
        if (PR_WITH_MEANING)
            write_origin(event, w);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
    if (PR_WITH_RANKING && state->goal.size) {
        pr_write_key(w, "goal");
        pr_write_string(w, state->goal.bytes, state->goal.size);
    }
    if (PR_WITH_RANKING)
        pr__own_weeks_write(&state->weekly, w);
    if (PR_WITH_MEANING)
        pr__shown_write(&state->shown, w);
    pr_write_end_object(w);
}

pr_status pr__state_append(pr_state *state, const pr_event *events, uint32_t count, pr_arena *arena, pr_error *error) {
    pr_event *all = pr_arena_array(arena, (size_t)state->event_count + count, sizeof *all);
    if (!all)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while storing events");
    if (state->event_count)
        memcpy(all, state->events, state->event_count * sizeof *all);
    if (count)
        memcpy(all + state->event_count, events, count * sizeof *all);
    uint32_t total = state->event_count + count, dropped = total > PR_MAX_EVENTS ? total - PR_MAX_EVENTS : 0;
    state->events = all + dropped;
    state->event_count = total - dropped;
    return PR_OK;
}

/* Where `item` stands or would stand. */
static uint32_t place(const pr_own *own, uint32_t item) {
    return pr__place(own->items, own->count, sizeof *own->items, item);
}

const pr_own_item *pr__own_find(const pr_own *own, uint32_t item) {
    uint32_t at = place(own, item);
    return at < own->count && own->items[at].item == item ? &own->items[at] : NULL;
}

pr_status pr__own_read(pr_engine *engine, const pr_state *state, pr_own *out, pr_error *error) {
    out->count = 0;
    out->items = pr_arena_array(&engine->scratch, state->event_count + 1u, sizeof *out->items);
    if (!out->items)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while reading the visitor's events");
    for (uint32_t i = 0; i < state->event_count; i++) {
        const pr_event *event = &state->events[i];
        uint32_t item = event->type == PR_EVENT_SEARCH ? UINT32_MAX : pr__item_find(engine, event->item);
        if (item == UINT32_MAX)
            continue;
        uint32_t at = place(out, item);
        if (at == out->count || out->items[at].item != item) {
            memmove(&out->items[at + 1], &out->items[at], (out->count - at) * sizeof *out->items);
            out->items[at] = (pr_own_item){.item = item, .id = event->item};
            out->count++;
        }
        pr_own_item *own = &out->items[at];
        if (event->type == PR_EVENT_LIKE || event->type == PR_EVENT_DISLIKE) {
            own->liked = event->type == PR_EVENT_LIKE;
            own->disliked = !own->liked;
        } else
            own->seen = true;
    }
    return PR_OK;
}
