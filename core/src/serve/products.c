/* Products in answers, parameters, and the visitor's recent history. */
#include "products.h"

#include <math.h>

static const double FADE = 0.95; /* of a day */

/* ---- products ---- */

static bool number_of(const pr_settings *settings, pr_item item, uint32_t column, double *out) {
    if (column == PR_NO_COLUMN)
        return false;
    if (settings->columns[column].type == PR_COLUMN_REAL) {
        *out = item.view->columns[column].reals[item.row];
        return *out == *out;
    }
    int32_t value = pr__item_integer(item, column);
    *out = value;
    return value != INT32_MIN;
}

static void write_number(const pr_settings *settings, pr_item item, uint32_t column, const char *key, pr_writer *w) {
    double value;
    pr_write_key(w, key);
    if (number_of(settings, item, column, &value))
        pr_write_number(w, value);
    else
        pr_write_null(w);
}

static void write_text(pr_item item, uint32_t column, const char *key, pr_writer *w) {
    pr_text text = {NULL, 0};
    pr_write_key(w, key);
    if (column != PR_NO_COLUMN)
        text = pr__string(&item.view->columns[column].texts, item.row);
    if (text.size)
        pr_write_string(w, text.bytes, text.size);
    else
        pr_write_null(w);
}

uint32_t pr__category_of(pr_engine *engine, uint32_t item, uint32_t level) {
    pr_item view;
    uint32_t first, column = engine->shop.category[level];
    if (!pr__item(engine, item, &view) || !pr__item_codes(&engine->settings, view, column, &first))
        return UINT32_MAX;
    return pr__uint(view.view->columns[column].codes, first);
}

/* "Electronics > Audio" */
static void write_category(pr_engine *engine, uint32_t item, pr_writer *w) {
    pr_buffer path = {.arena = &engine->scratch};
    for (uint32_t level = 0; level < engine->shop.category_count; level++) {
        const pr_strings *names = pr__dictionary(engine, engine->shop.category[level]);
        uint32_t code = pr__category_of(engine, item, level);
        if (!names || code == UINT32_MAX)
            continue;
        pr_text name = pr__string(names, code);
        if (path.size)
            pr_buffer_append(&path, " > ", 3);
        pr_buffer_append(&path, name.bytes, name.size);
    }
    pr_write_key(w, "category");
    if (path.size)
        pr_write_string(w, path.bytes, path.size);
    else
        pr_write_null(w);
}

/* The share of the original price that is saved, to four digits. */
static void write_discount(const pr_shop *shop, const pr_settings *settings, pr_item item, pr_writer *w) {
    double price, original;
    pr_write_key(w, "discount_ratio");
    if (number_of(settings, item, shop->price, &price) && number_of(settings, item, shop->original_price, &original) &&
        original > 0 && price >= 0 && price <= original)
        pr_write_number(w, floor((1 - price / original) * 10000 + 0.5) / 10000);
    else
        pr_write_null(w);
}

void pr__write_product_members(pr_engine *engine, uint32_t item, pr_writer *w) {
    const pr_shop *shop = &engine->shop;
    const pr_settings *settings = &engine->settings;
    pr_item view;
    if (!pr__item(engine, item, &view))
        return;
    pr_text id = pr__string(&view.view->id, view.row);
    pr_write_key(w, "id");
    pr_write_string(w, id.bytes, id.size);
    write_text(view, shop->name, "name", w);
    write_category(engine, item, w);
    write_text(view, shop->image, "image", w);
    write_number(settings, view, shop->price, "price", w);
    write_number(settings, view, shop->original_price, "original_price", w);
    write_number(settings, view, shop->rating, "rating", w);
    write_number(settings, view, shop->reviews, "reviews", w);
    write_discount(shop, settings, view, w);
}

void pr__write_product(pr_engine *engine, uint32_t item, pr_writer *w) {
    pr_write_object(w);
    pr__write_product_members(engine, item, w);
    pr_write_end_object(w);
}

void pr__write_products(pr_engine *engine, const char *key, const uint32_t *items, uint32_t count, pr_writer *w) {
    pr_write_key(w, key);
    pr_write_array(w);
    for (uint32_t i = 0; i < count; i++)
        pr__write_product(engine, items[i], w);
    pr_write_end_array(w);
}

/* ---- parameters ---- */

static bool refuse_whole(pr_call *call, const char *name) {
    pr__refuse(call, 422, "invalid_value", name, "must be a whole number");
    return false;
}

bool pr__read_clamped(pr_call *call, const char *name, uint32_t fallback, uint32_t least, uint32_t most,
                      uint32_t *out) {
    enum { MOST_DIGITS = 300 };
    pr_text text = pr__parameter(call, name);
    double value = 0;
    *out = fallback;
    if (!text.bytes)
        return true;
    bool minus = text.size && text.bytes[0] == '-';
    size_t at = minus;
    for (; at < text.size && text.bytes[at] >= '0' && text.bytes[at] <= '9' && at < MOST_DIGITS; at++)
        value = value * 10 + (text.bytes[at] - '0');
    if (at != text.size || at == minus)
        return refuse_whole(call, name);
    value = minus ? -value : value;
    *out = value < least ? least : value > most ? most : (uint32_t)value;
    return true;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool pr__is_user_id(pr_text text) {
    enum { LONGEST = 50 };
    for (size_t i = 0; i < text.size; i++) {
        char c = text.bytes[i];
        if (!is_digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z'))
            return false;
    }
    return text.size >= 1 && text.size <= LONGEST;
}

bool pr__is_product_id(const pr_shop *shop, pr_text text) {
    enum { LENGTH = 10 };
    if (!shop->strict_ids)
        return text.size >= 1 && text.size <= PR_MAX_ID;
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.bytes[i]) && !(text.bytes[i] >= 'A' && text.bytes[i] <= 'Z'))
            return false;
    }
    return text.size == LENGTH;
}

/* ---- history ---- */

static double weight_of(pr_event_type type) {
    switch (type) {
    case PR_EVENT_PURCHASE:
        return 5;
    case PR_EVENT_CART:
        return 3;
    case PR_EVENT_CLICK:
    case PR_EVENT_RECOMMENDATION_CLICK:
    case PR_EVENT_LIKE:
        return 1;
    default:
        return 0;
    }
}

static double faded(double weight, int64_t seconds) {
    double days = seconds > 0 ? (double)seconds / 86400 : 0;
    return weight * pr_exp(days * pr_log(FADE));
}

static void add_item(pr_history *out, uint32_t item, double weight) {
    for (uint32_t i = 0; i < out->item_count; i++) {
        if (out->items[i].item == item) {
            out->items[i].weight += weight;
            return;
        }
    }
    if (out->item_count < PR_RECENT_EVENTS)
        out->items[out->item_count++] = (pr_recent){item, weight};
}

static void add_query(pr_history *out, pr_text query, double weight) {
    for (uint32_t i = 0; i < out->query_count; i++) {
        if (pr__equal(out->queries[i].bytes, out->queries[i].size, query.bytes, query.size)) {
            out->query_weights[i] += weight;
            return;
        }
    }
    if (out->query_count < PR_RECENT_EVENTS) {
        out->queries[out->query_count] = query;
        out->query_weights[out->query_count++] = weight;
    }
}

void pr__history_read(pr_call *call, uint32_t days, pr_history *out) {
    enum { MOST_LOOKED_AT = 200 };
    int64_t now = call->request->now;
    out->item_count = out->query_count = 0;
    for (uint32_t i = call->state.event_count, looked = 0; i > 0 && looked < MOST_LOOKED_AT; i--, looked++) {
        const pr_event *event = &call->state.events[i - 1];
        double weight = weight_of(event->type);
        int64_t age = now > event->time ? now - event->time : 0;
        if (age > (int64_t)days * 86400)
            continue;
        if (event->type == PR_EVENT_SEARCH) {
            add_query(out, event->item, faded(1, age));
            continue;
        }
        uint32_t item = weight > 0 ? pr__item_find(call->engine, event->item) : UINT32_MAX;
        if (item != UINT32_MAX)
            add_item(out, item, faded(weight, age));
    }
}

/* ---- taste ---- */

const float *pr__taste(pr_call *call, const pr_history *history) {
    pr_engine *engine = call->engine;
    if (!engine->shop.category_count || !history->item_count)
        return NULL;
    uint32_t level = engine->shop.category_count - 1,
             values = engine->settings.columns[engine->shop.category[level]].values;
    float *taste = pr_arena_array(&engine->scratch, values + 1u, sizeof *taste), most = 0;
    for (uint32_t i = 0; taste && i < history->item_count; i++) {
        uint32_t code = pr__category_of(engine, history->items[i].item, level);
        if (code == UINT32_MAX)
            continue;
        taste[code] += (float)history->items[i].weight;
        most = taste[code] > most ? taste[code] : most;
    }
    for (uint32_t code = 0; taste && most > 0 && code < values; code++)
        taste[code] /= most;
    return taste;
}

float pr__taste_of(pr_engine *engine, const float *taste, uint32_t item) {
    uint32_t code = pr__category_of(engine, item, engine->shop.category_count - 1);
    return code == UINT32_MAX ? 0 : taste[code];
}
