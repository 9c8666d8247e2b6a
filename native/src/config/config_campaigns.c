/* Campaigns: who may get which mail, and when. Defaults, and what the schema cannot say. */
#include "config_reader.h"
#include "readfile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 1u << PRT_INTEGER | 1u << PRT_REAL };

static const char *const KINDS[] = {
#define NAME(name) #name,
    PRT_CAMPAIGN_LIST(NAME)
#undef NAME
};

static const char DATE[] = "{date}";

const char *prt_campaign_name(prt_campaign_kind kind) {
    return KINDS[kind];
}

/* ---- paths ---- */

/* A file beside `out`. */
static pr_status beside(prt_config_reader *r, const char *out, const char *name, const char **path) {
    pr_buffer buffer = {.arena = &r->config->arena};
    pr_buffer_append(&buffer, out, prt_folder_size(out));
    pr_buffer_append(&buffer, name, strlen(name) + 1);
    *path = buffer.bytes;
    return buffer.failed ? prt_config_no_memory(r) : PR_OK;
}

static pr_status read_path(prt_config_reader *r, const pr_json *given, const char *key, const char *full,
                           const char *otherwise, const char **path) {
    PRT_TRY(prt_config_path(r, full, pr_json_get(given, key), path));
    return *path || !otherwise ? PR_OK : beside(r, r->config->campaigns.out, otherwise, path);
}

static pr_status read_paths(prt_config_reader *r, const pr_json *given, prt_campaigns_config *out) {
    PRT_TRY(prt_config_path(r, "campaigns.out", pr_json_get(given, "out"), &out->out));
    PRT_TRY(read_path(r, given, "carts", "campaigns.carts", "cart_abandonments.jsonl", &out->carts));
    PRT_TRY(read_path(r, given, "state", "campaigns.state", "campaigns.state.jsonl", &out->state));
    return read_path(r, given, "rejects", "campaigns.rejects", NULL, &out->rejects);
}

/* ---- preferences and earlier mails ---- */

static pr_status read_name(prt_config_reader *r, const pr_json *given, const char *key, const char *otherwise,
                           const char **out) {
    PRT_TRY(prt_config_text(r, pr_json_get(given, key), out));
    *out = *out ? *out : otherwise;
    return PR_OK;
}

static pr_status read_preferences(prt_config_reader *r, const pr_json *given, prt_preferences_config *out) {
    const pr_json *kinds = pr_json_get(given, "kinds");
    PRT_TRY(prt_config_source(r, "campaigns.preferences", given, &out->source));
    for (int k = 0; k < PRT_CAMPAIGNS; k++)
        PRT_TRY(read_name(r, kinds, KINDS[k], NULL, &out->kinds[k]));
    PRT_TRY(read_name(r, given, "user", "user_id", &out->user));
    PRT_TRY(read_name(r, given, "unsubscribed", NULL, &out->unsubscribed));
    PRT_TRY(read_name(r, given, "opted_in", NULL, &out->opted_in));
    PRT_TRY(read_name(r, given, "address", NULL, &out->address));
    PRT_TRY(read_name(r, given, "per_day", NULL, &out->per_day));
    PRT_TRY(read_name(r, given, "per_week", NULL, &out->per_week));
    PRT_TRY(read_name(r, given, "hour", NULL, &out->hour));
    return read_name(r, given, "utc_offset", NULL, &out->utc_offset);
}

/* Can the files of other nights be found by the name of this one's? */
static pr_status check_own_files(prt_config_reader *r, const char *out) {
    const char *date = strstr(out, DATE);
    if (date && strstr(date + 1, DATE))
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: campaigns.out has {date} more than once, so that earlier mails would not be found and no "
                        "cap would hold; write it once, or name campaigns.sent",
                        r->where);
    if (strpbrk(out, "*?[\\"))
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: campaigns.out (%s) holds one of * ? [ \\, so that earlier mails would not be found and no "
                        "cap would hold; choose another path, or name campaigns.sent",
                        r->where, out);
    return PR_OK;
}

/* The files that `out` has made in other nights: any day in the place of {date}. */
static pr_status own_files(prt_config_reader *r, prt_campaigns_config *out) {
    const char *date = strstr(out->out, DATE), **files = prt_config_take(r, 1, sizeof *files);
    pr_buffer pattern = {.arena = &r->config->arena};
    PRT_TRY(check_own_files(r, out->out));
    pr_buffer_append(&pattern, out->out, date ? (size_t)(date - out->out) : strlen(out->out));
    if (date) {
        static const char any_day[] = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";
        pr_buffer_append(&pattern, any_day, sizeof any_day - 1);
        pr_buffer_append(&pattern, date + sizeof DATE - 1, strlen(date + sizeof DATE - 1));
    }
    pr_buffer_append(&pattern, "", 1);
    if (!files || pattern.failed)
        return prt_config_no_memory(r);
    files[0] = pattern.bytes;
    out->own_sent = true;
    out->forgets = !date;
    out->sent = (prt_sent_config){{.key = "campaigns.sent",
                                   .files = {1, files},
                                   .format = PRT_FORMAT_JSONL,
                                   .delimiter = ',',
                                   .quote = '"',
                                   .header = true},
                                  "user_id",
                                  "kind",
                                  "created_at",
                                  "campaign_id"};
    return PR_OK;
}

static pr_status read_sent(prt_config_reader *r, const pr_json *given, prt_campaigns_config *out) {
    if (!given)
        return own_files(r, out);
    PRT_TRY(prt_config_source(r, "campaigns.sent", given, &out->sent.source));
    PRT_TRY(read_name(r, given, "user", "user_id", &out->sent.user));
    PRT_TRY(read_name(r, given, "kind", "kind", &out->sent.kind));
    PRT_TRY(read_name(r, given, "time", "created_at", &out->sent.time));
    return read_name(r, given, "id", NULL, &out->sent.id);
}

/* ---- rules ---- */

/* Left out: all for which there are columns. */
static void read_kinds(const pr_json *given, prt_campaigns_config *out) {
    for (const pr_json *kind = given ? given->first : NULL; kind; kind = kind->next)
        out->kinds[out->kind_count++] = (prt_campaign_kind)prt_config_position(kind, KINDS, PRT_CAMPAIGNS);
    for (int kind = 0; !given && kind < PRT_CAMPAIGNS; kind++) {
        if ((kind != PRT_CAMPAIGN_back_in_stock || out->stock) && (kind != PRT_CAMPAIGN_new_arrivals || out->arrived))
            out->kinds[out->kind_count++] = (prt_campaign_kind)kind;
    }
}

static void read_caps(const pr_json *given, prt_campaigns_config *out) {
    static const double days[PRT_CAMPAIGNS] = {
        [PRT_CAMPAIGN_abandoned_cart] = 3,
        [PRT_CAMPAIGN_back_in_stock] = 1,
        [PRT_CAMPAIGN_new_arrivals] = 7,
        [PRT_CAMPAIGN_weekly_digest] = 6,
    };
    out->per_day = (uint32_t)prt_config_number(given, "per_day", 1);
    out->per_week = (uint32_t)prt_config_number(given, "per_week", 3);
    for (int k = 0; k < PRT_CAMPAIGNS; k++)
        out->cool_down[k] = (uint32_t)prt_config_number(pr_json_get(given, "cool_down"), KINDS[k], days[k]);
}

static uint32_t read_weekday(const pr_json *given) {
    static const char *const days[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    const pr_json *day = pr_json_get(given, "weekday");
    return day ? prt_config_position(day, days, PRT_COUNT(days)) : 3;
}

static void read_rules(const pr_json *given, prt_campaigns_config *out) {
    const pr_json *cart = pr_json_get(given, "abandoned_cart"), *arrivals = pr_json_get(given, "new_arrivals"),
                  *send = pr_json_get(given, "send");
    read_kinds(pr_json_get(given, "kinds"), out);
    read_caps(pr_json_get(given, "caps"), out);
    out->picks = (uint32_t)prt_config_number(given, "picks", 4);
    out->by_default = pr_json_is(pr_json_get(given, "default"), "all");
    out->hour = (uint32_t)prt_config_number(send, "hour", 9);
    out->hours = (uint32_t)prt_config_number(send, "hours", 11);
    out->session_gap = (uint32_t)prt_config_number(cart, "session_gap", 30);
    out->after_hours = prt_config_number(cart, "after_hours", 4);
    out->within_days = prt_config_number(cart, "within_days", 7);
    out->new_days = (uint32_t)prt_config_number(arrivals, "days", 14);
    out->least_new = (uint32_t)prt_config_number(arrivals, "least", 3);
    out->weekday = read_weekday(pr_json_get(given, "weekly_digest"));
}

static pr_status read_columns(prt_config_reader *r, const pr_json *given, prt_campaigns_config *out) {
    const prt_config *c = r->config;
    PRT_TRY(read_name(r, given, "stock", c->meaning.stock, &out->stock));
    PRT_TRY(read_name(r, given, "price", c->has_shop ? c->shop.price : NULL, &out->price));
    if (!out->price && c->has_purchases)
        out->price = c->purchases.price;
    return read_name(r, pr_json_get(given, "new_arrivals"), "column", c->meaning.arrived, &out->arrived);
}

/* Hours, or the text of an offset or of a zone's name. */
static pr_status read_zone(prt_config_reader *r, const pr_json *given, const char **out) {
    enum { SIZE = 8 };
    if (given && given->type == PR_JSON_STRING)
        return prt_config_text(r, given, out);
    long minutes = given ? lround(60 * given->number) : 0;
    char *text = prt_config_take(r, 1, SIZE);
    if (!text)
        return prt_config_no_memory(r);
    snprintf(text, SIZE, "%c%02ld:%02ld", minutes < 0 ? '-' : '+', labs(minutes) / 60 % 100, labs(minutes) % 60);
    *out = text;
    return PR_OK;
}

pr_status prt_config_read_campaigns(prt_config_reader *r, const pr_json *root) {
    const pr_json *given = pr_json_get(root, "campaigns"), *preferences = pr_json_get(given, "preferences");
    prt_campaigns_config *out = &r->config->campaigns;
    r->config->has_campaigns = given != NULL;
    if (!given)
        return PR_OK;
    PRT_TRY(read_paths(r, given, out));
    PRT_TRY(read_columns(r, given, out));
    read_rules(given, out);
    PRT_TRY(read_zone(r, pr_json_get(pr_json_get(given, "send"), "utc_offset"), &out->zone));
    out->has_preferences = preferences != NULL;
    if (preferences)
        PRT_TRY(read_preferences(r, preferences, &out->preferences));
    return read_sent(r, pr_json_get(given, "sent"), out);
}

/* ---- what the schema cannot say ---- */

static pr_status check_kinds(prt_config_reader *r, const prt_campaigns_config *c) {
    for (uint32_t i = 0; i < c->kind_count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (c->kinds[i] == c->kinds[k])
                return prt_fail(r->error, PR_E_FORMAT, "%s: campaigns.kinds names \"%s\" twice; take one out", r->where,
                                KINDS[c->kinds[i]]);
        }
    }
    return PR_OK;
}

static pr_status check_files(prt_config_reader *r, const prt_campaigns_config *c) {
    const char *const paths[] = {c->out, c->carts, c->state, c->rejects};
    if (strstr(c->state, DATE))
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: campaigns.state (%s) has {date}, so that no night would find the last one's; name a file "
                        "without it",
                        r->where, c->state);
    for (size_t i = 0; i < PRT_COUNT(paths); i++) {
        for (size_t k = 0; k < i; k++) {
            if (paths[i] && strcmp(paths[i], paths[k]) == 0)
                return prt_fail(r->error, PR_E_FORMAT,
                                "%s: campaigns: %s would be written twice; name another file for one of out, carts, "
                                "state and rejects",
                                r->where, paths[i]);
        }
    }
    return PR_OK;
}

pr_status prt_config_check_campaigns(prt_config_reader *r) {
    const prt_config *c = r->config;
    const prt_campaigns_config *m = &c->campaigns;
    if (!c->has_campaigns)
        return PR_OK;
    if (!c->has_meaning && !c->has_purchases && !c->has_shop)
        return prt_fail(
            r->error, PR_E_FORMAT,
            "%s: campaigns need recommendations for known users; add \"meaning\", \"purchases\" or \"shop\"", r->where);
    PRT_TRY(check_kinds(r, m));
    PRT_TRY(check_files(r, m));
    if (m->stock)
        PRT_TRY(
            prt_config_check_column(r, "campaigns.stock", "items", &c->items, m->stock, NUMBERS, "an integer or real"));
    if (m->price)
        PRT_TRY(
            prt_config_check_column(r, "campaigns.price", "items", &c->items, m->price, NUMBERS, "an integer or real"));
    return m->arrived ? prt_config_check_column(r, "campaigns.new_arrivals.column", "items", &c->items, m->arrived,
                                                1u << PRT_DATE, "a date")
                      : PR_OK;
}
