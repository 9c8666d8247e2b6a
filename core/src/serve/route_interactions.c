/* /api/v1/interactions/interactions: what the visitor clicked and searched for. */
#include "products.h"
#include "utf8.h"

static bool refuse(pr_call *call, int status, const char *field, const char *message) {
    pr__refuse(call, status, status == 400 ? "missing_field" : "invalid_value", field, message);
    return false;
}

static pr_text text_of(const pr_json *value) {
    return value && value->type == PR_JSON_STRING ? (pr_text){value->string, value->size} : (pr_text){NULL, 0};
}

static bool is_absent(const pr_json *value) {
    return !value || value->type == PR_JSON_NULL;
}

static bool read_click(pr_call *call, pr_event *event) {
    const pr_json *id = pr_json_get(call->body, "product_id");
    if (is_absent(id))
        return refuse(call, 400, "product_id", "a product_click needs a product_id");
    event->type = PR_EVENT_CLICK;
    event->item = text_of(id);
    /* whether the catalogue still has it is asked when it is used, not when it is noted */
    return pr__is_product_id(&call->engine->shop, event->item) ||
           refuse(call, 422, "product_id", "product_id must be an id as this shop has them");
}

static bool read_query(pr_call *call, pr_event *event) {
    const pr_json *query = pr_json_get(call->body, "query");
    if (!is_absent(query) && query->type != PR_JSON_STRING)
        return refuse(call, 422, "query", "query must be a text");
    event->type = PR_EVENT_SEARCH;
    event->item = pr__trim(text_of(query));
    if (event->item.size == 0)
        return refuse(call, 400, "query", "a search_query needs a query that is not empty");
    return pr__utf8_length(event->item.bytes, event->item.size) <= PR_MAX_QUERY ||
           refuse(call, 422, "query", "query must not be longer than 255 characters");
}

pr_status pr__post_interaction(pr_call *call) {
    const pr_json *type = pr_json_get(call->body, "event_type");
    pr_event event = {.time = call->request->now};
    if (!pr__is_user_id(text_of(pr_json_get(call->body, "user_id")))) {
        refuse(call, 422, "user_id", "user_id must be 1 to 50 letters and digits");
        return PR_OK;
    }
    bool click = pr_json_is(type, "product_click");
    if (!click && !pr_json_is(type, "search_query")) {
        refuse(call, 422, "event_type", "event_type must be product_click or search_query");
        return PR_OK;
    }
    if (!(click ? read_click(call, &event) : read_query(call, &event)))
        return PR_OK;
    PR_TRY(pr__state_append(&call->state, &event, 1, &call->engine->scratch, call->error));
    return pr__save_state(call);
}

static void write_event(const pr_event *event, pr_writer *w) {
    char time[21];
    bool search = event->type == PR_EVENT_SEARCH;
    pr_write_object(w);
    pr_write_key(w, "event_type");
    pr_write_text(w, search                          ? "search_query"
                     : event->type == PR_EVENT_CLICK ? "product_click"
                                                     : pr__event_names[event->type]);
    pr_write_key(w, search ? "query" : "product_id");
    pr_write_string(w, event->item.bytes, event->item.size);
    pr_write_key(w, "timestamp");
    pr__format_time(event->time, time);
    pr_write_text(w, time);
    pr_write_end_object(w);
}

pr_status pr__get_interactions(pr_call *call) {
    enum { DAYS = 30, MOST_DAYS = 365 };
    uint32_t days;
    pr_writer *w = &call->w;
    if (!pr__is_user_id(call->id)) {
        pr__refuse(call, 400, "invalid_value", "user_id", "user_id must be 1 to 50 letters and digits");
        return PR_OK;
    }
    if (!pr__read_clamped(call, "days", DAYS, 1, MOST_DAYS, &days))
        return PR_OK;
    pr_write_object(w);
    pr_write_key(w, "user_id");
    pr_write_string(w, call->id.bytes, call->id.size);
    pr_write_key(w, "days");
    pr_write_integer(w, days);
    pr_write_key(w, "interactions");
    pr_write_array(w);
    for (uint32_t i = call->state.event_count; i > 0; i--) {
        const pr_event *event = &call->state.events[i - 1];
        if (event->time >= call->request->now - (int64_t)days * 86400)
            write_event(event, w);
    }
    pr_write_end_array(w);
    pr_write_end_object(w);
    return PR_OK;
}
