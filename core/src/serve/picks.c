/* Requests for recommendations from purchases, and the pieces of their answers. */
#include "picks.h"
#include "utf8.h"

#include <math.h>
#include <string.h>

static bool refuse(pr_call *call, const char *field, const char *message) {
    pr__refuse(call, 422, "invalid_value", field, message);
    return false;
}

/* ---- requests ---- */

bool pr__picks_defaults(pr_call *call, pr_text user, pr_picks_request *out) {
    enum { WANTED = 5, LONGEST_USER = 256 };
    const pr_purchases *purchases = &call->engine->purchases;
    *out = (pr_picks_request){.user = user,
                              .wanted = WANTED,
                              .model = purchases->default_model,
                              .tuning = purchases->tuning,
                              .limits = {NAN, NAN, false, call->request->now}};
    return (user.size && pr__utf8_length(user.bytes, user.size) <= LONGEST_USER) ||
           refuse(call, "user_id", "user_id must be a text of 1 to 256 characters");
}

static bool set_wanted(pr_call *call, const char *field, double n, pr_picks_request *out) {
    if (!(n >= 1) || n != floor(n))
        return refuse(call, field, "must be a whole number, 1 or more");
    out->wanted = n < PR_MOST_PICKS ? (uint32_t)n : PR_MOST_PICKS;
    return true;
}

static bool set_model(pr_call *call, const char *field, pr_text name, pr_picks_request *out) {
    const pr_purchases *purchases = &call->engine->purchases;
    out->model = pr__source_named(name);
    if (out->model == PR_SOURCE_NAMES)
        return refuse(call, field, "there is no such model; take als, item_cf, hybrid or popularity");
    return out->model == PR_BY_HYBRID || purchases->has[out->model] ||
           refuse(call, field, "this bundle was made without that model; see /api/v1/models");
}

static bool set_time(pr_call *call, pr_text text, pr_picks_request *out) {
    return pr__read_time(text, &out->limits.now) ||
           refuse(call, "timestamp", "timestamp must be a date or time such as 2025-01-15T10:00:00");
}

static const pr_json *parsed(pr_call *call, pr_text text) {
    const pr_json *value = NULL;
    pr_status status = pr_json_parse(text.bytes, text.size, NULL, &call->engine->scratch, &value, NULL);
    call->out.failed |= status == PR_E_MEMORY;
    return status == PR_OK ? value : NULL;
}

static bool set_price(pr_call *call, const char *field, const pr_json *value, double *out) {
    if (!value || value->type != PR_JSON_NUMBER || !(value->number >= 0))
        return refuse(call, field, "must be a number, 0 or more");
    *out = value->number;
    return true;
}

static bool price_parameter(pr_call *call, const char *field, double *out) {
    pr_text text = pr__parameter(call, field);
    return !text.bytes || set_price(call, field, parsed(call, text), out);
}

static bool flag_parameter(pr_call *call, const char *field, bool *out) {
    pr_text text = pr__parameter(call, field);
    bool yes = pr__equal(text.bytes, text.size, "true", 4) || pr__equal(text.bytes, text.size, "1", 1),
         no = pr__equal(text.bytes, text.size, "false", 5) || pr__equal(text.bytes, text.size, "0", 1);
    if (!text.bytes)
        return true;
    *out = yes;
    return yes || no || refuse(call, field, "must be true or false");
}

bool pr__picks_parameters(pr_call *call, pr_picks_request *out) {
    pr_text n = pr__parameter(call, "n"), model = pr__parameter(call, "model"), time = pr__parameter(call, "timestamp");
    const pr_json *number = n.bytes ? parsed(call, n) : NULL;
    if (n.bytes && !set_wanted(call, "n", number && number->type == PR_JSON_NUMBER ? number->number : NAN, out))
        return false;
    return (!model.bytes || set_model(call, "model", model, out)) && (!time.bytes || set_time(call, time, out)) &&
           flag_parameter(call, "exclude_purchased", &out->limits.exclude_purchased) &&
           price_parameter(call, "price_range_min", &out->limits.least_price) &&
           price_parameter(call, "price_range_max", &out->limits.most_price);
}

static bool read_tuning(pr_call *call, const pr_json *given, pr_picks_request *out) {
    const char *field;
    pr_error error = {0};
    if (pr__tuning_read(given, &out->tuning, &field, &error) == PR_OK)
        return true;
    return refuse(call, field, error.message);
}

static bool read_member(pr_call *call, const pr_json *m, pr_picks_request *out) {
    bool text = m->type == PR_JSON_STRING;
    if (pr__equal(m->key, m->key_size, "user_id", 7))
        return true;
    if (pr__equal(m->key, m->key_size, "tuning", 6))
        return read_tuning(call, m, out);
    if (pr__equal(m->key, m->key_size, "num_recommendations", 19))
        return set_wanted(call, m->key, m->type == PR_JSON_NUMBER ? m->number : NAN, out);
    if (pr__equal(m->key, m->key_size, "model_type", 10))
        return set_model(call, m->key, text ? (pr_text){m->string, m->size} : (pr_text){"", 0}, out);
    if (pr__equal(m->key, m->key_size, "timestamp", 9))
        return m->type == PR_JSON_NULL || set_time(call, text ? (pr_text){m->string, m->size} : (pr_text){"", 0}, out);
    if (pr__equal(m->key, m->key_size, "price_range_min", 15))
        return m->type == PR_JSON_NULL || set_price(call, m->key, m, &out->limits.least_price);
    if (pr__equal(m->key, m->key_size, "price_range_max", 15))
        return m->type == PR_JSON_NULL || set_price(call, m->key, m, &out->limits.most_price);
    if (!pr__equal(m->key, m->key_size, "exclude_purchased", 17)) {
        pr__refuse(call, 422, "unknown_field", m->key, "this request does not take that field");
        return false;
    }
    out->limits.exclude_purchased = m->type == PR_JSON_BOOL && m->boolean;
    return m->type == PR_JSON_BOOL || refuse(call, m->key, "must be true or false");
}

bool pr__picks_body(pr_call *call, pr_picks_request *out) {
    for (const pr_json *member = call->body->first; member; member = member->next) {
        if (!read_member(call, member, out))
            return false;
    }
    return true;
}

/* ---- pieces of answers ---- */

static void write_text(pr_item view, uint32_t column, const char *key, pr_writer *w) {
    pr_text text = {NULL, 0};
    if (column != PR_NO_COLUMN)
        text = pr__string(&view.view->columns[column].texts, view.row);
    pr_write_key(w, key);
    if (text.size)
        pr_write_string(w, text.bytes, text.size);
    else
        pr_write_null(w);
}

void pr__write_item_members(pr_engine *engine, uint32_t item, pr_writer *w) {
    pr_item view;
    if (!pr__item(engine, item, &view))
        return;
    pr_text id = pr__string(&view.view->id, view.row);
    pr_write_key(w, "item_id");
    pr_write_string(w, id.bytes, id.size);
    write_text(view, engine->purchases.title, "title", w);
    write_text(view, engine->purchases.image, "image", w);
}

static double rounded(double value, double steps) {
    double times = value * steps;
    return times > -9e15 && times < 9e15 ? floor(times + 0.5) / steps : value;
}

void pr__write_price(pr_writer *w, const char *key, double price) {
    pr_write_key(w, key);
    pr_write_number(w, rounded(price, 100));
}

void pr__write_rounded(pr_writer *w, const char *key, double value) {
    pr_write_key(w, key);
    pr_write_number(w, rounded(value, 10000));
}

void pr__write_time(pr_writer *w, const char *key, int64_t time) {
    char text[21];
    pr_write_key(w, key);
    if (time == INT64_MIN) {
        pr_write_null(w);
        return;
    }
    pr__format_time(time, text);
    pr_write_text(w, text);
}

void pr__write_user_members(const pr_purchases *purchases, const pr_ledger *ledger, pr_text user, pr_writer *w) {
    enum { LOYAL = 10 /* purchases */ };
    uint32_t segment = pr__spending_segment(purchases, ledger);
    pr_write_key(w, "user_id");
    pr_write_string(w, user.bytes, user.size);
    pr_write_key(w, "user_type");
    pr_write_text(w, ledger->purchases == 0 ? "new" : ledger->purchases < LOYAL ? "regular" : "loyal");
    pr_write_key(w, "spending_segment");
    pr_write_text(w, segment < PR_SPENDING_SEGMENTS ? pr__spending_segments[segment] : NULL);
    pr_write_key(w, "total_purchases");
    pr_write_integer(w, ledger->purchases);
    pr_write_key(w, "unique_items");
    pr_write_integer(w, ledger->unique);
    pr__write_price(w, "avg_item_price", ledger->average_price);
    pr__write_time(w, "last_purchase_date", ledger->last);
}

double pr__relevance(double score) {
    const double quarter = 0.25;
    return score / (score + quarter);
}

/* ---- reasons ---- */

/* Would it show, in the digits that are written? */
static bool falls(double from, double to) {
    const double steps = 10000;
    return rounded(pr__relevance(to), steps) < rounded(pr__relevance(from), steps);
}

/* Would it fall without entry i? Only where the cheap score is too near the edge of a digit is the exact one asked. */
static bool falls_without(pr_explained *explained, uint32_t k, uint32_t i) {
    double error, from = pr__explained_score(explained, k), to = pr__explained_without(explained, k, i, &error);
    bool known = error < HUGE_VAL;
    if (known && falls(from, to + error))
        return true;
    if (known && !falls(from, to > error ? to - error : 0))
        return false;
    return falls(from, pr__explained_without_exactly(explained, k, i));
}

void pr__picks_because(pr_explained *explained, uint32_t k, pr_because *out) {
    enum { LOOKED_AT = 8 };
    const pr_ledger *ledger = explained->level->ledger;
    uint32_t entries[LOOKED_AT], looked_at = 0;
    double effects[LOOKED_AT], sum = 0;
    *out = (pr_because){0};
    for (uint32_t i = 0; i < ledger->heavy_count; i++) {
        double effect = pr__explained_effect(explained, k, i);
        if (effect <= 0)
            continue;
        sum += effect;
        uint32_t at = looked_at;
        while (at > 0 && effects[at - 1] < effect)
            at--;
        if (at == LOOKED_AT)
            continue;
        looked_at += looked_at < LOOKED_AT;
        for (uint32_t m = looked_at - 1; m > at; m--) {
            effects[m] = effects[m - 1];
            entries[m] = entries[m - 1];
        }
        effects[at] = effect;
        entries[at] = i;
    }
    for (uint32_t m = 0; m < looked_at && out->count < PR_MOST_BECAUSE; m++) {
        if (!falls_without(explained, k, entries[m]))
            continue;
        out->taken[out->count] = &ledger->items[ledger->heavy[entries[m]]];
        out->share[out->count++] = effects[m] / sum;
    }
}

static const char *verb_of(pr_event_type type) {
    switch (type) {
    case PR_EVENT_PURCHASE:
        return "you bought ";
    case PR_EVENT_CART:
        return "you put into the cart ";
    case PR_EVENT_LIKE:
        return "you liked ";
    case PR_EVENT_COMPLETE:
        return "you chose ";
    default:
        return "you looked at ";
    }
}

static void append(pr_buffer *out, const char *text) {
    pr_buffer_append(out, text, strlen(text));
}

/* The item's title, or else its id. */
static void append_name(pr_engine *engine, const pr_taken *taken, pr_buffer *out) {
    pr_item view;
    pr_text name = taken->id;
    if (engine->purchases.title != PR_NO_COLUMN && pr__item(engine, taken->item, &view)) {
        pr_text title = pr__string(&view.view->columns[engine->purchases.title].texts, view.row);
        name = title.size ? title : name;
    }
    pr_buffer_append(out, name.bytes, name.size);
}

static void append_due(const pr_taken *taken, pr_buffer *out) {
    const int64_t day = 86400;
    char date[11];
    pr__format_date(taken->last / day - (taken->last % day < 0), date);
    append(out, taken->type == PR_EVENT_COMPLETE ? "Due again: chosen on " : "Due again: bought on ");
    append(out, date);
}

pr_text pr__picks_reason(pr_call *call, const pr_because *because, const pr_taken *due) {
    pr_buffer out = {.arena = &call->engine->scratch};
    uint32_t named = because->count < 2 ? because->count : 2;
    if (due)
        append_due(due, &out);
    else
        append(&out, named ? "Because " : "Popular with other shoppers");
    for (uint32_t m = 0; !due && m < named; m++) {
        append(&out, m ? " and " : "");
        append(&out, m && because->taken[m]->type == because->taken[0]->type ? "" : verb_of(because->taken[m]->type));
        append_name(call->engine, because->taken[m], &out);
    }
    call->out.failed |= out.failed;
    return (pr_text){out.bytes, out.size};
}
