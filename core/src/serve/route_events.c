/* POST /api/v1/events: what the visitor did. One event, or a list of them; all are stored or none. */
#include "call.h"

#include <string.h>

static bool refuse(pr_call *call, int status, const char *code, const char *field, const char *message) {
    pr__refuse(call, status, code, field, message);
    return false;
}

static bool read_event(pr_call *call, const pr_json *given, pr_event *out) {
    const pr_json *type = pr_json_get(given, "type"), *item = pr_json_get(given, "item");
    if (given->type != PR_JSON_OBJECT)
        return refuse(call, 422, "invalid_value", "events", "an event must be an object with type and item");
    for (const pr_json *member = given->first; member; member = member->next) {
        if (member != type && member != item)
            return refuse(call, 422, "unknown_field", member->key, "an event has type and item only");
    }
    out->type = pr__event_type(type);
    if (out->type == PR_EVENT_TYPES)
        return refuse(call, 422, "invalid_value", "type", "type must be start, complete, abandon, like or dislike");
    if (!item || item->type != PR_JSON_STRING || item->size == 0)
        return refuse(call, 422, "invalid_value", "item", "item must be an id, a text that is not empty");
    out->item = (pr_text){item->string, item->size};
    out->time = call->request->now;
    uint32_t found = item->size <= PR_MAX_ID ? pr__item_find(call->engine, out->item) : UINT32_MAX;
    bool known = found != UINT32_MAX || call->engine->missing_count || call->engine->needs_refused;
    if (!known || item->size > PR_MAX_ID)
        return refuse(call, 404, "item_not_found", "item", "there is no item with that id");
    return true;
}

/* Append, dropping the oldest beyond the limit. */
static pr_status append(pr_call *call, const pr_event *added, uint32_t count) {
    pr_state *state = &call->state;
    pr_event *all = pr_arena_array(&call->engine->scratch, (size_t)state->event_count + count, sizeof *all);
    if (!all)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while storing events");
    if (state->event_count)
        memcpy(all, state->events, state->event_count * sizeof *all);
    memcpy(all + state->event_count, added, count * sizeof *all);
    uint32_t total = state->event_count + count, dropped = total > PR_MAX_EVENTS ? total - PR_MAX_EVENTS : 0;
    state->events = all + dropped;
    state->event_count = total - dropped;
    return PR_OK;
}

pr_status pr__post_events(pr_call *call) {
    const pr_json *list = pr_json_get(call->body, "events");
    if (list && (list->type != PR_JSON_ARRAY || list->size == 0 || list->size > 1000 || call->body->size != 1))
        return pr__refuse(call, 422, "invalid_value", "events",
                          "events must be the only field, a list of 1 to 1000 events");
    uint32_t count = list ? list->size : 1, n = 0;
    pr_event *events = pr_arena_array(&call->engine->scratch, count, sizeof *events);
    if (!events)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while storing events");
    for (const pr_json *given = list ? list->first : call->body; given; given = list ? given->next : NULL) {
        if (!read_event(call, given, &events[n++]))
            return PR_OK;
    }
    PR_TRY(append(call, events, count));
    PR_TRY(pr__save_state(call));
    call->response->status = 201;
    pr_write_object(&call->w);
    pr_write_key(&call->w, "stored");
    pr_write_integer(&call->w, count);
    pr_write_key(&call->w, "events");
    pr_write_integer(&call->w, call->state.event_count);
    pr_write_end_object(&call->w);
    return PR_OK;
}
