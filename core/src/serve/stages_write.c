/* Answers of the routes of four stages. */
#include "picks.h"
#include "stages.h"

#include <math.h>
#include <string.h>

/* ---- products ---- */

static double number_in(pr_engine *engine, pr_item item, uint32_t column) {
    if (engine->settings.columns[column].type == PR_COLUMN_REAL)
        return item.view->columns[column].reals[item.row];
    int32_t value = pr__item_integer(item, column);
    return value == INT32_MIN ? NAN : value;
}

double pr__price_of(pr_engine *engine, uint32_t item) {
    uint32_t column = engine->stages.price;
    pr_item_stats stats;
    pr_item view;
    double price = column != PR_NO_COLUMN && pr__item(engine, item, &view) ? number_in(engine, view, column) : NAN;
    if (price != price && engine->purchases.present && pr__item_stats(engine, item, &stats))
        price = stats.price;
    return price;
}

void pr__append_category(pr_engine *engine, uint32_t item, pr_buffer *out) {
    pr_item view;
    uint32_t first;
    bool begun = false;
    for (uint32_t level = 0; level < engine->stages.level_count && pr__item(engine, item, &view); level++) {
        uint32_t column = engine->stages.levels[level];
        const pr_strings *names = pr__dictionary(engine, column);
        if (!names || !pr__item_codes(&engine->settings, view, column, &first))
            continue;
        pr_text name = pr__string(names, pr__uint(view.view->columns[column].codes, first));
        if (begun)
            pr_buffer_append(out, " > ", 3);
        pr_buffer_append(out, name.bytes, name.size);
        begun = true;
    }
}

static void write_or_null(pr_writer *w, const char *key, pr_text text) {
    pr_write_key(w, key);
    if (text.size)
        pr_write_string(w, text.bytes, text.size);
    else
        pr_write_null(w);
}

static pr_text text_in(pr_item item, uint32_t column) {
    if (column == PR_NO_COLUMN)
        return (pr_text){NULL, 0};
    return pr__string(&item.view->columns[column].texts, item.row);
}

void pr__write_staged_product(pr_engine *engine, uint32_t item, pr_writer *w) {
    pr_item view;
    if (!pr__item(engine, item, &view))
        return;
    pr_text id = pr__string(&view.view->id, view.row);
    pr_buffer category = {.arena = &engine->scratch};
    pr__append_category(engine, item, &category);
    w->out->failed |= category.failed;
    pr_write_key(w, "product_id");
    pr_write_string(w, id.bytes, id.size);
    pr_write_key(w, "external_product_id");
    pr_write_string(w, id.bytes, id.size);
    write_or_null(w, "name", text_in(view, engine->stages.name));
    write_or_null(w, "category", (pr_text){category.bytes, category.size});
    pr__write_price(w, "price", pr__price_of(engine, item));
    write_or_null(w, "image_url", text_in(view, engine->stages.image));
}

static void write_pick(pr_staging *s, uint32_t place, pr_writer *w) {
    const pr_staged *pick = &s->picked[place];
    pr_write_object(w);
    pr__write_staged_product(s->call->engine, pick->item, w);
    pr_write_key(w, "score");
    pr_write_number(w, pick->score);
    pr_write_key(w, "position");
    pr_write_integer(w, (int64_t)place + 1);
    pr_write_key(w, "hybrid_score");
    pr_write_number(w, pick->hybrid);
    pr_write_key(w, "parts");
    pr_write_object(w);
    for (int v = 0; v < PR_VOICES; v++) {
        pr_write_key(w, pr__voice_names[v]);
        pr_write_number(w, pick->parts[v]);
    }
    pr_write_end_object(w);
    pr_write_key(w, "pair_score");
    pr_write_number(w, pick->pair);
    pr_write_key(w, "new_arrival");
    pr_write_bool(w, pick->new_arrival);
    pr_write_end_object(w);
}

/* ---- the request's id ---- */

static void add_text(pr_sha256 *hash, pr_text text) {
    uint8_t size[8];
    for (int i = 0; i < 8; i++)
        size[i] = (uint8_t)((uint64_t)text.size >> (8 * i));
    pr_sha256_update(hash, size, sizeof size);
    if (text.size)
        pr_sha256_update(hash, text.bytes, text.size);
}

static void add_number(pr_sha256 *hash, uint64_t value) {
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    pr_sha256_update(hash, bytes, sizeof bytes);
}

/* A UUID of version 8 (RFC 9562) from a hash of everything that the answer depends on: the core draws no random
 * number, but hosts give each request a seed of its own. */
static void make_id(const pr_call *call, char out[37]) {
    static const char shape[] = "xxxxxxxx-xxxx-8xxx-vxxx-xxxxxxxxxxxx";
    pr_sha256 hash;
    char hex[65];
    pr_sha256_init(&hash);
    add_text(&hash, call->engine->version);
    add_text(&hash, call->request->method);
    add_text(&hash, call->request->path);
    add_text(&hash, call->request->body);
    add_text(&hash, call->request->state);
    add_number(&hash, (uint64_t)call->request->now);
    add_number(&hash, call->request->seed);
    pr_sha256_hex(&hash, hex);
    for (int i = 0, used = 0; i < 37; i++) {
        char digit = hex[used];
        used += shape[i] == 'x' || shape[i] == 'v';
        int value = digit >= 'a' ? digit - 'a' + 10 : digit - '0';
        out[i] = shape[i] == 'x' ? digit : shape[i] == 'v' ? "89ab"[value & 3] : shape[i];
    }
}

/* ---- texts for a cross-encoder ---- */

static void append(pr_buffer *out, const char *text) {
    pr_buffer_append(out, text, strlen(text));
}

/* "Name. Category" */
static void append_product(pr_engine *engine, uint32_t item, pr_buffer *out) {
    pr_item view;
    if (!pr__item(engine, item, &view))
        return;
    pr_text name = text_in(view, engine->stages.name);
    pr_buffer category = {.arena = &engine->scratch};
    pr__append_category(engine, item, &category);
    pr_buffer_append(out, name.bytes, name.size);
    if (name.size && category.size)
        append(out, ". ");
    pr_buffer_append(out, category.bytes, category.size);
    out->failed |= category.failed;
}

/* What candidates should answer: the category, the product, what is in the cart, or what the visitor prefers most. */
static void append_query(pr_staging *s, pr_buffer *out) {
    enum { MOST = 5 };
    const pr_stage_request *request = s->request;
    uint32_t places[PR_MOST_LIKINGS], items[MOST], count = 0, heaviest;
    if (request->context == PR_CONTEXT_category_page)
        pr_buffer_append(out, request->category.name.bytes, request->category.name.size);
    if (request->product != UINT32_MAX)
        items[count++] = request->product;
    for (uint32_t i = 0; request->context == PR_CONTEXT_cart && i < request->cart_count && count < MOST; i++)
        items[count++] = request->cart[i];
    heaviest = request->context == PR_CONTEXT_homepage ? pr__preference_heaviest(&s->preference, places) : 0;
    for (uint32_t i = 0; i < heaviest && count < MOST; i++) {
        if (s->preference.items[places[i]].weight > 0)
            items[count++] = s->preference.items[places[i]].item;
    }
    for (uint32_t i = 0; i < count; i++) {
        append(out, i ? "; " : "");
        append_product(s->call->engine, items[i], out);
    }
}

static void write_pairs(pr_staging *s, pr_writer *w) {
    pr_engine *engine = s->call->engine;
    pr_buffer text = {.arena = &engine->scratch};
    append_query(s, &text);
    pr_write_key(w, "pairs");
    pr_write_object(w);
    pr_write_key(w, "query");
    pr_write_string(w, text.size ? text.bytes : "", text.size);
    pr_write_key(w, "documents");
    pr_write_array(w);
    for (uint32_t i = 0; i < s->asked_count && text.size; i++) {
        pr_item view;
        pr_buffer document = {.arena = &engine->scratch};
        if (!pr__item(engine, s->asked[i], &view))
            continue;
        pr_text id = pr__string(&view.view->id, view.row);
        append_product(engine, s->asked[i], &document);
        pr_write_object(w);
        pr_write_key(w, "product_id");
        pr_write_string(w, id.bytes, id.size);
        pr_write_key(w, "text");
        pr_write_string(w, document.size ? document.bytes : "", document.size);
        pr_write_end_object(w);
        w->out->failed |= document.failed;
    }
    pr_write_end_array(w);
    pr_write_end_object(w);
    w->out->failed |= text.failed;
}

/* ---- the answer ---- */

static void write_count(pr_writer *w, const char *key, uint32_t count) {
    pr_write_key(w, key);
    pr_write_integer(w, count);
}

static void write_candidates(const pr_stage_counts *counts, pr_writer *w) {
    pr_write_key(w, "candidates");
    pr_write_object(w);
    for (int v = 0; v < PR_VOICES; v++)
        write_count(w, pr__voice_names[v], counts->found[v]);
    write_count(w, "together", counts->together);
    pr_write_end_object(w);
}

static void write_rules(const pr_staging *s, pr_writer *w) {
    const pr_stage_counts *counts = &s->counts;
    write_count(w, "reranked", counts->pairs);
    pr_write_key(w, "rerank_skipped");
    pr_write_text(w, s->tiered ? "not_part_of_this_list" : counts->pairs ? NULL : "no_pair_scores");
    write_count(w, "out_of_stock", counts->out_of_stock);
    write_count(w, "new_arrivals", counts->new_arrivals);
    write_count(w, "held_back", counts->held_back);
    write_count(w, "filled_up", counts->filled_up);
}

/* Of the stages that the request reached. */
static void write_stages(const pr_staging *s, pr_writer *w) {
    pr_until until = s->request->until;
    pr_write_key(w, "stages");
    pr_write_object(w);
    if (until != PR_UNTIL_READ)
        write_candidates(&s->counts, w);
    if (until == PR_UNTIL_END || until == PR_UNTIL_RULES)
        write_rules(s, w);
    pr_write_end_object(w);
}

static void write_unknown(const pr_stage_request *request, pr_writer *w) {
    pr_write_key(w, "unknown_items");
    pr_write_array(w);
    for (uint32_t i = 0; i < request->unknown_count; i++)
        pr_write_string(w, request->unknown[i].bytes, request->unknown[i].size);
    pr_write_end_array(w);
}

static void write_list(pr_staging *s, pr_writer *w) {
    const pr_stage_request *request = s->request;
    char id[37];
    make_id(s->call, id);
    pr_write_object(w);
    pr_write_key(w, "recommendations");
    pr_write_array(w);
    for (uint32_t i = 0; i < s->picked_count; i++)
        write_pick(s, i, w);
    pr_write_end_array(w);
    pr_write_key(w, "request_id");
    pr_write_text(w, id);
    pr_write_key(w, "context");
    pr_write_text(w, pr__context_names[request->context]);
    if (request->context == PR_CONTEXT_category_page) {
        pr_write_key(w, "category");
        pr_write_string(w, request->category.name.bytes, request->category.name.size);
    }
    write_or_null(w, "user_id", request->user);
    pr__write_time(w, "generated_at", s->call->request->now);
    write_count(w, "requested", request->limit);
    write_count(w, "returned", s->picked_count);
    pr_write_key(w, "reason");
    pr_write_text(w, s->picked_count < request->limit ? "catalogue_exhausted" : NULL);
    pr_write_key(w, "fallback_used");
    pr_write_bool(w, s->fallback);
    write_stages(s, w);
    if (request->context == PR_CONTEXT_cart)
        write_unknown(request, w);
    if (request->pairs)
        write_pairs(s, w);
    pr_write_end_object(w);
}

static void write_counts(const pr_staging *s, pr_writer *w) {
    pr_write_object(w);
    pr_write_key(w, "until");
    pr_write_text(w, pr__until_names[s->request->until]);
    write_stages(s, w);
    pr_write_end_object(w);
}

void pr__stages_write(pr_staging *s) {
    if (s->request->until == PR_UNTIL_END)
        write_list(s, &s->call->w);
    else
        write_counts(s, &s->call->w);
}
