/* Asking for picks. A list that the rules of mails leave too short is asked for again, longer. */
#include "mail_picks.h"
#include "fail.h"
#include "pack.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The longest list that is asked for. */
static uint32_t most_asked(const prt_config *config) {
    enum { MOST = 100, MOST_OF_SHOP = 60 /* its routes give no more */ };
    return config->has_meaning || config->has_purchases ? MOST : MOST_OF_SHOP;
}

pr_status prt_mail_asker_open(const prt_night *night, const prt_idmap *items, prt_mail_asker *out, pr_error *error) {
    *out = (prt_mail_asker){.night = night, .items = items};
    pr_arena_init(&out->arena, NULL, 0);
    return prt_bundle_open(night->bundle, &out->bundle, error);
}

void prt_mail_asker_close(prt_mail_asker *asker) {
    prt_bundle_close(asker->bundle);
    pr_arena_free(&asker->arena);
    *asker = (prt_mail_asker){0};
}

pr_status prt_mail_asker_begin(prt_mail_asker *asker, uint32_t user, pr_error *error) {
    pr_arena_reset(&asker->arena);
    asker->user = user;
    asker->state = (pr_buffer){.arena = &asker->arena};
    pr_writer w = {.out = &asker->state};
    prt_state_write(asker->night->states, user, &w);
    return asker->state.failed ? prt_fail_memory(error, "writing a user's state") : PR_OK;
}

/* ---- requests ---- */

static void append(pr_buffer *out, const char *text) {
    pr_buffer_append(out, text, strlen(text));
}

static pr_text id_of(const prt_night *night, uint32_t item) {
    return prt_string(&night->dataset->items.ids, item);
}

static void append_encoded(pr_buffer *out, pr_text text) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        const char encoded[3] = {'%', digits[c >> 4], digits[c & 15]};
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        pr_buffer_append(out, plain ? text.bytes + i : encoded, plain ? 1 : sizeof encoded);
    }
}

/* {"items":[…],"limit":8} */
static void write_cart(const prt_night *night, const prt_reason *reasons, uint32_t count, uint32_t limit,
                       pr_buffer *out) {
    pr_writer w = {.out = out};
    pr_write_object(&w);
    pr_write_key(&w, "items");
    pr_write_array(&w);
    for (uint32_t i = 0; i < count; i++) {
        pr_text id = id_of(night, reasons[i].item);
        pr_write_string(&w, id.bytes, id.size);
    }
    pr_write_end_array(&w);
    pr_write_key(&w, "limit");
    pr_write_integer(&w, limit);
    pr_write_end_object(&w);
}

/* Is it asked for what goes with one product? */
static bool asks_about_product(const prt_config *config, prt_campaign_kind kind) {
    return config->has_meaning
               ? kind == PRT_CAMPAIGN_back_in_stock
               : !config->has_purchases && (kind == PRT_CAMPAIGN_back_in_stock || kind == PRT_CAMPAIGN_abandoned_cart);
}

/* Where the page would ask: four stages where the bundle has them, else what purchases or the shop say. */
static void write_request(const prt_night *night, prt_campaign_kind kind, const prt_reason *reasons, uint32_t count,
                          uint32_t limit, pr_buffer *path, pr_buffer *body) {
    const prt_config *config = night->config;
    char number[48];
    bool about = asks_about_product(config, kind);
    if (config->has_meaning && kind == PRT_CAMPAIGN_abandoned_cart) {
        append(path, "/api/v1/recommendations/cart");
        write_cart(night, reasons, count, limit, body);
        return;
    }
    if (config->has_meaning)
        append(path, about ? "/api/v1/recommendations/product/" : "/api/v1/recommendations/homepage");
    else if (config->has_purchases)
        append(path, "/api/v1/recommendations/me");
    else
        append(path, about ? "/recommendations/product/" : "/recommendations/home");
    if (about)
        append_encoded(path, id_of(night, reasons[0].item));
    snprintf(number, sizeof number,
             config->has_meaning     ? "?limit=%u"
             : config->has_purchases ? "?n=%u"
                                     : "?user_id=me&response_limit=%u",
             limit);
    append(path, number);
}

/* Does a refusal say that the bundle has no such product, or not even such ids? */
static bool is_unknown_product(prt_mail_asker *a, const pr_response *response) {
    const pr_json *answer;
    return pr_json_parse(response->body.bytes, response->body.size, NULL, &a->arena, &answer, NULL) == PR_OK &&
           pr_json_is(pr_json_get(pr_json_get(answer, "error"), "field"), "product_id");
}

/* *answer is NULL when the bundle does not know the product that is asked about: the first reason. */
static pr_status ask(prt_mail_asker *a, prt_campaign_kind kind, const prt_reason *reasons, uint32_t count,
                     uint32_t limit, const pr_json **answer, pr_error *error) {
    const pr_json_limits limits = {.max_bytes = (size_t)64 << 20};
    pr_buffer path = {.arena = &a->arena}, body = {.arena = &a->arena};
    pr_response response;
    write_request(a->night, kind, reasons, count, limit, &path, &body);
    if (path.failed || body.failed)
        return prt_fail_memory(error, "asking for picks");
    const pr_request request = {.method = {body.size ? "POST" : "GET", body.size ? 4u : 3u},
                                .path = {path.bytes, path.size},
                                .body = {body.bytes, body.size},
                                .state = {a->state.bytes, a->state.size},
                                .now = a->night->now};
    pr_error broken = {0};
    PRT_TRY(prt_bundle_call(a->bundle, &request, &response, &broken) == PR_OK
                ? PR_OK
                : prt_fail(error, broken.code ? broken.code : PR_E_MEMORY, "%s", broken.message));
    *answer = NULL;
    if (response.status != 200 && is_unknown_product(a, &response))
        return PR_OK;
    if (response.status != 200)
        return prt_fail(error, PR_E_FORMAT,
                        "%s: does not recommend to known users as this configuration says (%.*s); train it anew",
                        a->night->bundle, (int)(response.body.size < 100 ? response.body.size : 100),
                        response.body.bytes);
    return pr_json_parse(response.body.bytes, response.body.size, &limits, &a->arena, answer, error);
}

/* Ask about the first reason that the bundle knows: others came in after it was made. */
static pr_status ask_about_known(prt_mail_asker *a, prt_campaign_kind kind, const prt_reason *reasons, uint32_t count,
                                 uint32_t limit, const pr_json **answer, pr_error *error) {
    PRT_TRY(ask(a, kind, reasons, count, limit, answer, error));
    for (uint32_t i = 1; !*answer && i < count; i++)
        PRT_TRY(ask(a, kind, reasons + i, count - i, limit, answer, error));
    return PR_OK;
}

/* ---- answers ---- */

static pr_text text_of(const pr_json *value) {
    return value && value->type == PR_JSON_STRING ? (pr_text){value->string, value->size} : (pr_text){"", 0};
}

static double number_of(const pr_json *value) {
    return value && value->type == PR_JSON_NUMBER ? value->number : NAN;
}

static const pr_json *either(const pr_json *pick, const char *key, const char *other) {
    const pr_json *value = pr_json_get(pick, key);
    return value ? value : pr_json_get(pick, other);
}

/* The part that adds most to the score, or the sentence that says so. */
static pr_text reason_of(const pr_json *pick, const char *list) {
    const pr_json *sentence = pr_json_get(pick, "recommendation_reason"), *parts = pr_json_get(pick, "parts"),
                  *best = NULL;
    if (sentence)
        return text_of(sentence);
    for (const pr_json *part = parts ? parts->first : NULL; part; part = part->next)
        best = !best || part->number > best->number ? part : best;
    return best ? (pr_text){best->key, best->key_size} : (pr_text){list, strlen(list)};
}

static bool is_reason(const prt_reason *reasons, uint32_t count, uint32_t item) {
    for (uint32_t i = 0; i < count; i++) {
        if (reasons[i].item == item)
            return true;
    }
    return false;
}

static bool is_picked(const prt_mail_picks *picks, pr_text id) {
    for (uint32_t i = 0; i < picks->count; i++) {
        if (picks->picks[i].id.size == id.size && memcmp(picks->picks[i].id.bytes, id.bytes, id.size) == 0)
            return true;
    }
    return false;
}

/* What one mail asks for. */
typedef struct wish {
    const prt_trail *trail;
    prt_campaign_kind kind;
    const prt_reason *reasons;
    uint32_t reason_count;
} wish;

/* The core knows when what was bought is due again; the shop's own home does not ask. */
static bool may_be_picked(const prt_mail_asker *a, const wish *w, uint32_t item) {
    const prt_night *n = a->night;
    bool knows_bought = n->config->has_meaning || n->config->has_purchases;
    return item != PRT_NONE && !n->shelf->out[item] && !is_reason(w->reasons, w->reason_count, item) &&
           (knows_bought || !prt_trail_owns(w->trail, item)) &&
           (w->kind != PRT_CAMPAIGN_new_arrivals || n->is_new[item]);
}

/* Take what may be picked of a list; returns how long the list is. */
static uint32_t take(const prt_mail_asker *a, const wish *w, const pr_json *answer, const char *name,
                     prt_mail_picks *out) {
    const pr_json *list = pr_json_get(answer, name);
    for (const pr_json *pick = list ? list->first : NULL; pick && out->count < out->wanted; pick = pick->next) {
        pr_text id = text_of(either(pick, "product_id", "item_id"));
        id = id.size ? id : text_of(pr_json_get(pick, "id"));
        uint32_t item = prt_idmap_look_up(a->items, id.bytes, id.size);
        if (!may_be_picked(a, w, item) || is_picked(out, id))
            continue;
        out->picks[out->count++] =
            (prt_mail_pick){id, text_of(either(pick, "name", "title")), reason_of(pick, name),
                            number_of(either(pick, "price", "item_price")), number_of(pr_json_get(pick, "score"))};
    }
    return list ? list->size : 0;
}

pr_status prt_mail_pick_all(prt_mail_asker *a, const prt_trail *trail, prt_campaign_kind kind,
                            const prt_reason *reasons, uint32_t reason_count, prt_mail_picks *out, pr_error *error) {
    static const char *const lists[] = {"recommendations", "personalized", "similar", "trending"};
    const wish w = {trail, kind, reasons, reason_count};
    const uint32_t most = most_asked(a->night->config);
    uint32_t limit = a->night->config->campaigns.picks;
    *out = (prt_mail_picks){.wanted = limit};
    for (limit = kind == PRT_CAMPAIGN_new_arrivals ? most : limit;; limit *= 2) {
        const pr_json *answer;
        uint32_t length = 0;
        out->count = 0;
        PRT_TRY(ask_about_known(a, kind, reasons, reason_count, limit, &answer, error));
        for (size_t l = 0; l < PRT_COUNT(lists); l++)
            length += take(a, &w, answer, lists[l], out);
        if (out->count == out->wanted || length < limit || limit >= most)
            return PR_OK;
        limit = limit > most / 2 ? most / 2 : limit;
    }
}
