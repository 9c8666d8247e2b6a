/* The logs of events of a configuration: columns, and what their values mean. */
#include "config_reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static uint16_t type_bit(const pr_json *name) {
    static const char *const names[] = {"view",  "start", "complete", "abandon", "like",       "dislike",
                                        "click", "cart",  "purchase", "return",  "cart_remove"}; /* as PRT_EVENT_* */
    return (uint16_t)(1u << prt_config_position(name, names, PRT_COUNT(names)));
}

static uint16_t type_bits(const pr_json *array) {
    uint16_t bits = 0;
    for (const pr_json *name = array->first; name; name = name->next)
        bits |= type_bit(name);
    return bits;
}

static pr_status read_meaning(prt_config_reader *r, const pr_json *given, prt_meaning_kind kind, prt_meaning *out) {
    const pr_json name = {.type = PR_JSON_STRING, .string = given->key, .size = given->key_size};
    *out = (prt_meaning){.minimum = -INFINITY, .maximum = INFINITY};
    if (kind == PRT_MEANING_VALUES) {
        out->types = type_bits(given);
        return prt_config_text(r, &name, &out->value);
    }
    out->minimum = prt_config_number(given, "minimum", -INFINITY);
    out->maximum = prt_config_number(given, "maximum", INFINITY);
    out->types = type_bits(pr_json_get(given, "types"));
    return PR_OK;
}

static pr_status read_type(prt_config_reader *r, const char *key, const pr_json *given, prt_event_config *out) {
    const pr_json *values = pr_json_get(given, "values"), *ranges = pr_json_get(given, "ranges");
    if (given->type == PR_JSON_OBJECT && !values == !ranges)
        return prt_fail(r->error, PR_E_FORMAT, "%s: %s.type must have either values or ranges", r->where, key);
    const pr_json *several = values ? values : ranges;
    out->kind = values ? PRT_MEANING_VALUES : ranges ? PRT_MEANING_RANGES : PRT_MEANING_FIXED;
    prt_meaning *meanings = prt_config_take(r, several ? several->size : 1, sizeof *meanings);
    if (!meanings)
        return prt_config_no_memory(r);
    out->meanings = meanings;
    if (!several) {
        meanings[out->meaning_count++] =
            (prt_meaning){.minimum = -INFINITY, .maximum = INFINITY, .types = type_bit(given)};
        return PR_OK;
    }
    for (const pr_json *m = several->first; m; m = m->next)
        PRT_TRY(read_meaning(r, m, out->kind, &meanings[out->meaning_count++]));
    return prt_config_text(r, pr_json_get(given, "from"), &out->type_from);
}

/* A column, or how the numbers in it are written. */
static pr_status read_price(prt_config_reader *r, const pr_json *given, prt_event_config *out) {
    bool plain = !given || given->type != PR_JSON_OBJECT;
    out->price_form = !plain && pr_json_is(pr_json_get(given, "number"), "money") ? PRT_NUMBER_MONEY : PRT_NUMBER_PLAIN;
    return prt_config_text(r, plain ? given : pr_json_get(given, "from"), &out->price);
}

static pr_status read_missing_user(prt_config_reader *r, const char *key, const pr_json *given, prt_event_config *out) {
    static const char *const names[] = {"reject", "skip", "session"}; /* as prt_missing_user */
    out->missing_user = given ? (prt_missing_user)prt_config_position(given, names, PRT_COUNT(names)) : 0;
    if (out->missing_user != PRT_MISSING_SESSION)
        return PR_OK;
    if (!out->session)
        return prt_fail(r->error, PR_E_FORMAT, "%s: %s.missing_user is \"session\", but there are none; add %s.session",
                        r->where, key, key);
    if (r->config->has_users)
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: %s.missing_user is \"session\", but only rows of users.files are users; take out users or "
                        "write \"skip\"",
                        r->where, key);
    return PR_OK;
}

/* Of other formats: which columns are what. */
static pr_status read_columns(prt_config_reader *r, const char *key, const pr_json *given, prt_event_config *out) {
    static const char *const needed[] = {"user", "item"};
    const pr_json *returns = pr_json_get(given, "returns");
    for (size_t i = 0; i < PRT_COUNT(needed); i++) {
        if (!pr_json_get(given, needed[i]))
            return prt_fail(r->error, PR_E_FORMAT, "%s: the key %s.%s is missing", r->where, key, needed[i]);
    }
    PRT_TRY(prt_config_text(r, pr_json_get(given, "user"), &out->user));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "item"), &out->item));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "time"), &out->time));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "session"), &out->session));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "quantity"), &out->quantity));
    PRT_TRY(read_price(r, pr_json_get(given, "price"), out));
    PRT_TRY(prt_config_text(r, pr_json_get(returns, "column"), &out->returns));
    PRT_TRY(prt_config_text(r, pr_json_get(returns, "prefix"), &out->returns_prefix));
    return read_missing_user(r, key, pr_json_get(given, "missing_user"), out);
}

/* Lines of a user and items have no columns. */
static pr_status read_lists(prt_config_reader *r, const char *key, const pr_json *given, prt_event_config *out) {
    for (const pr_json *k = given->first; k; k = k->next) {
        if (strcmp(k->key, "files") != 0 && strcmp(k->key, "format") != 0 && strcmp(k->key, "type") != 0)
            return prt_fail(r->error, PR_E_FORMAT, "%s: %s.%s means nothing where %s.format is \"lists\"; take it out",
                            r->where, key, k->key, key);
    }
    if (pr_json_get(given, "type")->type != PR_JSON_STRING)
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: %s.type must be one event type, as \"lists\" have no column to tell it", r->where, key);
    out->user = "user";
    out->item = "item";
    return PR_OK;
}

static pr_status read_event(prt_config_reader *r, uint32_t number, const pr_json *given, prt_event_config *out) {
    char *key = prt_config_take(r, 24, 1);
    if (!key)
        return prt_config_no_memory(r);
    snprintf(key, 24, "events[%u]", number);
    PRT_TRY(prt_config_source(r, key, given, &out->source));
    bool lists = out->source.format == PRT_FORMAT_LISTS;
    PRT_TRY(lists ? read_lists(r, key, given, out) : read_columns(r, key, given, out));
    return read_type(r, key, pr_json_get(given, "type"), out);
}

pr_status prt_config_read_events(prt_config_reader *r, const pr_json *events) {
    prt_config *c = r->config;
    prt_event_config *read = prt_config_take(r, events ? events->size : 0, sizeof *read);
    if (!read)
        return prt_config_no_memory(r);
    c->events = read;
    for (const pr_json *event = events ? events->first : NULL; event; event = event->next, c->event_count++)
        PRT_TRY(read_event(r, c->event_count, event, &read[c->event_count]));
    return PR_OK;
}
