/* Reading requests for recommendations in four stages. */
#include "stages.h"
#include "utf8.h"

#include <math.h>
#include <string.h>

enum { LONGEST_USER = 256 };

const char *const pr__until_names[PR_UNTILS] = {"", "read", "find", "score", "rules"};

static bool refuse(pr_call *call, const char *field, const char *message) {
    pr__refuse(call, 422, "invalid_value", field, message);
    return false;
}

static bool is_missing(const pr_engine *engine) {
    return engine->missing_count || engine->needs_refused;
}

/* ---- members and parameters, one for one ---- */

static bool set_user(pr_call *call, pr_text user, pr_stage_request *out) {
    out->user = user;
    return (user.size && pr__utf8_length(user.bytes, user.size) <= LONGEST_USER) ||
           refuse(call, "user_id", "user_id must be a text of 1 to 256 characters");
}

static bool set_limit(pr_call *call, const pr_json *n, pr_stage_request *out) {
    if (!n || n->type != PR_JSON_NUMBER || !(n->number >= 1) || n->number != floor(n->number))
        return refuse(call, "limit", "limit must be a whole number, 1 or more");
    out->limit = n->number < PR_MOST_STAGED ? (uint32_t)n->number : PR_MOST_STAGED;
    return true;
}

/* Put a product into the cart, or among what is not known. */
static bool add_to_cart(pr_call *call, pr_text id, pr_stage_request *out) {
    if (!id.size || pr__utf8_length(id.bytes, id.size) > PR_MAX_ID)
        return refuse(call, "items", "items must hold ids of 1 to 256 characters");
    if (out->items_given++ == PR_MOST_CART)
        return refuse(call, "items", "items must hold at most 50 ids");
    uint32_t item = id.size <= PR_MAX_ID ? pr__item_find(call->engine, id) : UINT32_MAX;
    if (item == UINT32_MAX) {
        out->unknown[out->unknown_count++] = id;
        return true;
    }
    for (uint32_t i = 0; i < out->cart_count; i++) {
        if (out->cart[i] == item)
            return true;
    }
    out->cart[out->cart_count++] = item;
    return true;
}

static bool set_until(pr_call *call, pr_text name, pr_stage_request *out) {
    for (int until = PR_UNTIL_READ; until < PR_UNTILS; until++) {
        if (pr__equal(name.bytes, name.size, pr__until_names[until], strlen(pr__until_names[until])))
            out->until = (pr_until)until;
    }
    return out->until != PR_UNTIL_END || refuse(call, "until", "until must be read, find, score or rules");
}

static bool set_flag(pr_call *call, const char *field, bool yes, bool no, bool *out) {
    *out = yes;
    return yes || no || refuse(call, field, "must be true or false");
}

/* ---- the query string ---- */

static const pr_json *parsed(pr_call *call, pr_text text) {
    const pr_json *value = NULL;
    pr_status status = pr_json_parse(text.bytes, text.size, NULL, &call->engine->scratch, &value, NULL);
    call->out.failed |= status == PR_E_MEMORY;
    return status == PR_OK ? value : NULL;
}

static bool is_one_of(pr_text text, const char *a, const char *b) {
    return pr__equal(text.bytes, text.size, a, strlen(a)) || pr__equal(text.bytes, text.size, b, strlen(b));
}

static bool read_listed(pr_call *call, pr_text items, pr_stage_request *out) {
    size_t start = 0;
    out->cart_given = true;
    for (size_t i = 0; items.size && i <= items.size; i++) {
        if (i < items.size && items.bytes[i] != ',')
            continue;
        if (!add_to_cart(call, (pr_text){items.bytes + start, i - start}, out))
            return false;
        start = i + 1;
    }
    return true;
}

static bool read_parameters(pr_call *call, pr_stage_request *out) {
    pr_text user = pr__parameter(call, "user_id"), limit = pr__parameter(call, "limit"),
            items = pr__parameter(call, "items"), pairs = pr__parameter(call, "pairs"),
            until = pr__parameter(call, "until");
    if ((user.bytes && !set_user(call, user, out)) || (limit.bytes && !set_limit(call, parsed(call, limit), out)) ||
        (pairs.bytes &&
         !set_flag(call, "pairs", is_one_of(pairs, "true", "1"), is_one_of(pairs, "false", "0"), &out->pairs)) ||
        (until.bytes && !set_until(call, until, out)))
        return false;
    return out->context != PR_CONTEXT_cart || !items.bytes || read_listed(call, items, out);
}

/* ---- the body ---- */

static bool read_items(pr_call *call, const pr_json *items, pr_stage_request *out) {
    if (items->type != PR_JSON_ARRAY)
        return refuse(call, "items", "items must be a list of ids");
    out->cart_given = true;
    for (const pr_json *id = items->first; id; id = id->next) {
        if (!add_to_cart(call, id->type == PR_JSON_STRING ? (pr_text){id->string, id->size} : (pr_text){NULL, 0}, out))
            return false;
    }
    return true;
}

/* Scores of products that the bundle does not hold are left out: the catalogue may have changed in between. */
static bool read_pair_scores(pr_call *call, const pr_json *given, pr_stage_request *out) {
    const char *sentence = "pair_scores must be an object of at most 100 ids and their scores, numbers";
    const uint32_t most = 100;
    if (given->type != PR_JSON_OBJECT || given->size > most)
        return refuse(call, "pair_scores", sentence);
    out->scored = true;
    out->pair_scores = pr_arena_array(&call->engine->scratch, given->size + 1u, sizeof *out->pair_scores);
    if (!out->pair_scores) {
        call->out.failed = true;
        return true;
    }
    for (const pr_json *pair = given->first; pair; pair = pair->next) {
        if (pair->type != PR_JSON_NUMBER || !pair->key_size || pr__utf8_length(pair->key, pair->key_size) > PR_MAX_ID)
            return refuse(call, "pair_scores", sentence);
        pr_text id = {pair->key, pair->key_size};
        uint32_t item = id.size <= PR_MAX_ID ? pr__item_find(call->engine, id) : UINT32_MAX;
        if (item != UINT32_MAX)
            out->pair_scores[out->pair_score_count++] = (pr_pair_score){item, pair->number};
    }
    return true;
}

static bool is_key(const pr_json *member, const char *name) {
    return pr__equal(member->key, member->key_size, name, strlen(name));
}

static bool read_body(pr_call *call, pr_stage_request *out) {
    for (const pr_json *m = call->body->first; m; m = m->next) {
        bool flag = m->type == PR_JSON_BOOL, known = true, fine = true;
        if (is_key(m, "user_id"))
            fine = set_user(call, m->type == PR_JSON_STRING ? (pr_text){m->string, m->size} : (pr_text){NULL, 0}, out);
        else if (is_key(m, "limit"))
            fine = set_limit(call, m, out);
        else if (is_key(m, "pairs"))
            fine = set_flag(call, "pairs", flag && m->boolean, flag && !m->boolean, &out->pairs);
        else if (is_key(m, "pair_scores"))
            fine = read_pair_scores(call, m, out);
        else if (out->context == PR_CONTEXT_cart && is_key(m, "items"))
            fine = read_items(call, m, out);
        else
            known = false;
        if (!known)
            pr__refuse(call, 422, "unknown_field", m->key, "this request does not take that field");
        if (!known || !fine)
            return false;
    }
    return true;
}

/* ---- all ---- */

bool pr__stage_user_read(pr_call *call, pr_stage_request *out) {
    pr_text user = pr__parameter(call, "user_id");
    *out = (pr_stage_request){.product = UINT32_MAX};
    return !user.bytes || set_user(call, user, out);
}

bool pr__stage_request_read(pr_call *call, pr_context context, uint32_t limit, pr_stage_request *out) {
    *out = (pr_stage_request){.context = context, .limit = limit, .product = UINT32_MAX};
    return call->body ? read_body(call, out) : read_parameters(call, out);
}

bool pr__stage_category_read(pr_call *call, pr_stage_request *out) {
    if (pr__category_find(call->engine, call->id, &out->category))
        return true;
    if (!is_missing(call->engine))
        pr__refuse(call, 404, "category_not_found", "category",
                   call->engine->stages.listed_count ? "there is no category with that name"
                                                     : "this bundle has no lists of categories");
    return false;
}

bool pr__stage_product_read(pr_call *call, pr_stage_request *out) {
    out->product = call->id.size <= PR_MAX_ID ? pr__item_find(call->engine, call->id) : UINT32_MAX;
    if (out->product == UINT32_MAX && !is_missing(call->engine))
        pr__refuse(call, 404, "product_not_found", "product_id", "there is no product with that id");
    return out->product != UINT32_MAX;
}
