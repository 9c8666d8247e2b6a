/* POST /api/v1/interactions: what the visitor did, and in which list of recommendations it began; which lists were
 * shown. */
#include "stages.h"
#include "utf8.h"

#include <string.h>

enum { LONGEST_USER = 256, MOST_AT_ONCE = 1000 };

/* Names of interactions, as the state keeps them. */
static const struct {
    const char *name;
    pr_event_type type;
} KINDS[] = {{"VIEW", PR_EVENT_CLICK},
             {"CART_ADD", PR_EVENT_CART},
             {"CART_REMOVE", PR_EVENT_CART_REMOVE},
             {"PURCHASE", PR_EVENT_PURCHASE},
             {"WISHLIST_ADD", PR_EVENT_LIKE},
             {"RECOMMENDATION_CLICK", PR_EVENT_RECOMMENDATION_CLICK}};

/* One interaction: an event, or a list that was shown. */
typedef struct posted {
    bool impression;
    pr_event event;
    pr_shown shown;
} posted;

static bool refuse(pr_call *call, const char *field, const char *message) {
    pr__refuse(call, 422, "invalid_value", field, message);
    return false;
}

static bool is_key(const pr_json *member, const char *name) {
    return pr__equal(member->key, member->key_size, name, strlen(name));
}

/* ---- fields ---- */

static bool read_type(pr_call *call, const pr_json *given, posted *out) {
    const pr_json *name = pr_json_get(given, "interaction_type");
    out->impression = pr_json_is(name, "RECOMMENDATION_IMPRESSION");
    for (size_t i = 0; i < PR_COUNT(KINDS) && !out->impression; i++) {
        if (pr_json_is(name, KINDS[i].name)) {
            out->event.type = KINDS[i].type;
            return true;
        }
    }
    return out->impression || refuse(call, "interaction_type",
                                     "interaction_type must be VIEW, CART_ADD, CART_REMOVE, PURCHASE, WISHLIST_ADD, "
                                     "RECOMMENDATION_CLICK or RECOMMENDATION_IMPRESSION");
}

/* Members that an interaction of that type may have. */
static bool check_members(pr_call *call, const pr_json *given, const posted *p, bool alone) {
    bool amounts = !p->impression && pr__has_amounts(p->event.type);
    for (const pr_json *m = given->first; m; m = m->next) {
        bool known = is_key(m, "interaction_type") || is_key(m, "request_id") || is_key(m, "context") ||
                     (alone && is_key(m, "user_id")) || (amounts && (is_key(m, "quantity") || is_key(m, "price"))) ||
                     (p->impression ? is_key(m, "product_ids") : is_key(m, "product_id") || is_key(m, "position"));
        if (known)
            continue;
        pr__refuse(call, 422, "unknown_field", m->key, "an interaction of that type does not have that field");
        return false;
    }
    return true;
}

/* Where it began; `required` of what only a list of recommendations can cause. */
static bool read_origin(pr_call *call, const pr_json *given, bool required, pr_event *out) {
    enum { MOST_POSITIONS = 1000000 };
    const pr_json *request = pr_json_get(given, "request_id"), *position = pr_json_get(given, "position"),
                  *context = pr_json_get(given, "context");
    bool has_request = request && request->type != PR_JSON_NULL;
    if ((has_request || required) && !pr__is_request_id(request))
        return refuse(call, "request_id", "request_id must be that of a list, 1 to 64 letters, digits and . _ : -");
    if (has_request)
        out->request = (pr_text){request->string, request->size};
    if (position && position->type != PR_JSON_NULL) {
        if (position->type != PR_JSON_NUMBER || !position->is_integer || position->number < 1 ||
            position->number > MOST_POSITIONS)
            return refuse(call, "position", "position must be a whole number from 1 to 1,000,000");
        out->position = (uint32_t)position->number;
    }
    if (context && context->type != PR_JSON_NULL)
        out->context = pr__context_named(context);
    return out->context < PR_CONTEXTS ||
           refuse(call, "context", "context must be homepage, product_page, category_page, cart, search or email");
}

/* False when it was refused; a shard may be missing then, too. */
static bool read_product(pr_call *call, const char *field, const pr_json *id, pr_text *out) {
    if (!id || id->type != PR_JSON_STRING || !id->size)
        return refuse(call, field, "must be an id, a text that is not empty");
    uint32_t item = id->size <= PR_MAX_ID ? pr__item_find(call->engine, (pr_text){id->string, id->size}) : UINT32_MAX;
    *out = (pr_text){id->string, id->size};
    if (item != UINT32_MAX || (id->size <= PR_MAX_ID && (call->engine->missing_count || call->engine->needs_refused)))
        return true;
    pr__refuse(call, 404, "product_not_found", field, "there is no product with that id");
    return false;
}

static bool read_impression(pr_call *call, const pr_json *given, posted *out) {
    const pr_json *ids = pr_json_get(given, "product_ids");
    pr_text id;
    if (!ids || ids->type != PR_JSON_ARRAY || !ids->size || ids->size > PR_MOST_SHOWN_AT_ONCE)
        return refuse(call, "product_ids", "product_ids must be a list of 1 to 1000 ids");
    for (const pr_json *one = ids->first; one; one = one->next) {
        if (!read_product(call, "product_ids", one, &id))
            return false;
    }
    out->shown = (pr_shown){out->event.request, out->event.context, ids->size, call->request->now};
    return true;
}

static bool read_one(pr_call *call, const pr_json *given, bool alone, posted *out) {
    const char *field;
    if (given->type != PR_JSON_OBJECT)
        return refuse(call, "interactions", "an interaction must be an object with an interaction_type");
    if (!read_type(call, given, out) || !check_members(call, given, out, alone))
        return false;
    bool required = out->impression || out->event.type == PR_EVENT_RECOMMENDATION_CLICK;
    if (!read_origin(call, given, required, &out->event))
        return false;
    if (out->impression)
        return read_impression(call, given, out);
    out->event.time = call->request->now;
    if (pr__has_amounts(out->event.type) && !pr__amounts_read(given, &out->event, &field))
        return refuse(call, field, "quantity must be above 0 and at most 1,000,000, price from 0 to 1,000,000,000");
    return read_product(call, "product_id", pr_json_get(given, "product_id"), &out->event.item);
}

static bool read_user(pr_call *call) {
    const pr_json *user = pr_json_get(call->body, "user_id");
    return !user ||
           (user->type == PR_JSON_STRING && user->size && pr__utf8_length(user->string, user->size) <= LONGEST_USER) ||
           refuse(call, "user_id", "user_id must be a text of 1 to 256 characters");
}

/* ---- keeping ---- */

static pr_status store(pr_call *call, const posted *list, uint32_t listed) {
    pr_arena *scratch = &call->engine->scratch;
    pr_event *events = pr_arena_array(scratch, listed, sizeof *events);
    uint32_t count = 0;
    for (uint32_t i = 0; events && i < listed; i++) {
        if (!list[i].impression)
            events[count++] = list[i].event;
        else if (pr__shown_add(&call->state.shown, scratch, &list[i].shown))
            events = NULL;
    }
    if (!events)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while storing interactions");
    return pr__state_append(&call->state, events, count, scratch, call->error);
}

pr_status pr__post_feedback(pr_call *call) {
    const pr_json *list = pr_json_get(call->body, "interactions");
    uint32_t members = 1u + (pr_json_get(call->body, "user_id") != NULL), n = 0;
    if (list && (list->type != PR_JSON_ARRAY || !list->size || list->size > MOST_AT_ONCE))
        return pr__refuse(call, 422, "invalid_value", "interactions",
                          "interactions must be a list of 1 to 1000 interactions");
    if (list && call->body->size != members)
        return pr__refuse(call, 422, "unknown_field", "interactions", "beside interactions there may be user_id only");
    uint32_t count = list ? list->size : 1;
    posted *all = pr_arena_array(&call->engine->scratch, count, sizeof *all);
    if (!all)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while storing interactions");
    if (!read_user(call))
        return PR_OK;
    for (const pr_json *given = list ? list->first : call->body; given; given = list ? given->next : NULL) {
        if (!read_one(call, given, !list, &all[n++]))
            return PR_OK;
    }
    PR_TRY(store(call, all, count));
    return pr__answer_stored(call, count);
}
