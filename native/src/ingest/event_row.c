/* Checking a row of a log of events. */
#include "event_row.h"

#include "exclude.h"
#include "money.h"
#include "row_reasons.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { USER, ITEM };

/* ---- who and what ---- */

static uint32_t find(const prt_idmap *ids, const prt_field *f) {
    return f->kind == PRT_FIELD_TEXT ? prt_idmap_find(ids, f->bytes, f->size) : PRT_NONE;
}

static bool can_be_id(const prt_field *f) {
    return f->kind == PRT_FIELD_TEXT && f->size <= PRT_MOST_ID && !prt_check_text(f->bytes, f->size);
}

static bool is_blank(const prt_field *f) {
    return prt_field_trim(f).kind == PRT_FIELD_MISSING;
}

/* Whoever made the session. The source is part of the id, so that equal texts in two logs are two people. */
static const char *make_user(const prt_event_sink *s, prt_piece *piece, const prt_field *session, prt_event_row *out) {
    if (is_blank(session))
        return prt_say_wrong(piece, s->config->user, &(prt_field){.kind = PRT_FIELD_MISSING}, "");
    if (!can_be_id(session))
        return prt_say_unknown(piece, s->config->session, session, "");
    int size = snprintf(out->made_id, sizeof out->made_id, "%.16s:%.*s", s->config->source.key, (int)session->size,
                        session->bytes);
    if (size > PRT_MOST_ID)
        return prt_say_wrong(piece, s->config->session, session, "is too long to stand for a user");
    out->user_id = (prt_field){.bytes = out->made_id, .size = (uint32_t)size, .kind = PRT_FIELD_TEXT};
    return NULL;
}

static const char *check_user(const prt_event_sink *s, prt_piece *piece, const prt_field *f, prt_event_row *out) {
    prt_missing_user missing = s->config->missing_user;
    out->user_id = f[USER];
    if (missing != PRT_MISSING_REJECT && is_blank(&f[USER])) {
        out->fate = PRT_EVENT_SKIPPED;
        if (missing == PRT_MISSING_SKIP)
            return NULL;
        out->fate = PRT_EVENT_KEPT;
        const char *wrong = make_user(s, piece, &f[s->session_field], out);
        if (wrong)
            return wrong;
    }
    out->user = find(s->users, &out->user_id);
    if (out->user != PRT_NONE || (s->open_users && can_be_id(&out->user_id)))
        return NULL;
    return prt_say_unknown(piece, s->config->user, &out->user_id, s->open_users ? "" : "is not one of the users");
}

static const char *check_item(const prt_event_sink *s, prt_piece *piece, const prt_field *f, prt_event_row *out) {
    if (out->item != PRT_NONE || (s->new_items && can_be_id(f)))
        return NULL;
    return prt_say_unknown(piece, s->config->item, f, s->new_items ? "" : "is not one of the items");
}

/* ---- what happened ---- */

static uint32_t find_meaning(const prt_event_sink *s, const prt_field *f) {
    const prt_event_config *config = s->config;
    double number = 0;
    if (f->kind != PRT_FIELD_TEXT)
        return PRT_NONE;
    if (config->kind == PRT_MEANING_VALUES && f->size == 1)
        return s->by_character[(unsigned char)*f->bytes];
    if (config->kind == PRT_MEANING_RANGES && !prt_parse_real(f->bytes, f->size, &number))
        return PRT_NONE;
    for (uint32_t i = 0; i < config->meaning_count; i++) {
        const prt_meaning *m = &config->meanings[i];
        if (config->kind == PRT_MEANING_RANGES
                ? number >= m->minimum && number <= m->maximum
                : strlen(m->value) == f->size && memcmp(m->value, f->bytes, f->size) == 0)
            return i;
    }
    return PRT_NONE;
}

static const char *check_type(const prt_event_sink *s, prt_piece *piece, const prt_field *f, prt_event_row *out) {
    uint32_t meaning = s->type_field >= 0 ? find_meaning(s, &f[s->type_field]) : 0;
    if (meaning == PRT_NONE)
        return prt_say_wrong(piece, s->config->type_from, &f[s->type_field], "has no event type in the configuration");
    out->types = s->config->meanings[meaning].types;
    if (out->types == 0)
        out->fate = PRT_EVENT_UNMEANT;
    return NULL;
}

static const char *check_time(const prt_event_sink *s, prt_piece *piece, const prt_field *f, prt_event_row *out) {
    out->time = PRT_NO_INTEGER;
    if (f->kind == PRT_FIELD_MISSING)
        return NULL;
    if (f->kind != PRT_FIELD_TEXT || !prt_parse_time(f->bytes, f->size, &out->time))
        return prt_say_wrong(piece, s->config->time, f, "is not a time (ISO 8601 or Unix seconds)");
    return out->time <= s->latest ? NULL : prt_say_wrong(piece, s->config->time, f, "lies in the future");
}

static const char *check_session(const prt_event_sink *s, prt_piece *piece, const prt_field *f) {
    if (f->kind == PRT_FIELD_MISSING || can_be_id(f))
        return NULL;
    return prt_say_unknown(piece, s->config->session, f, "");
}

/* ---- how much ---- */

static const double LEAST_UNITS = 1e-6, MOST_UNITS = 1e6, MOST_PRICE = 1e9;

/* A negative quantity is a return, as invoices write it. */
static const char *check_quantity(const prt_event_sink *s, prt_piece *piece, const prt_field *f, prt_event_row *out) {
    double units;
    if (f->kind == PRT_FIELD_MISSING)
        return NULL;
    if (f->kind != PRT_FIELD_TEXT || !prt_parse_real(f->bytes, f->size, &units))
        return prt_say_wrong(piece, s->config->quantity, f, "is not a number");
    if (units == 0)
        return prt_say_wrong(piece, s->config->quantity, f, "is no quantity");
    if (fabs(units) < LEAST_UNITS || fabs(units) > MOST_UNITS)
        return prt_say_wrong(piece, s->config->quantity, f, "is not between 0.000001 and 1000000 units");
    if (units < 0)
        out->types |= PRT_EVENT_RETURN;
    out->quantity = (float)fabs(units);
    return NULL;
}

static bool parse_price(const prt_event_sink *s, const prt_field *f, double *out) {
    char digits[PRT_MOST_AMOUNT + 1];
    size_t size;
    if (s->config->price_form == PRT_NUMBER_PLAIN)
        return prt_parse_real(f->bytes, f->size, out);
    return prt_money_plain(f->bytes, f->size, digits, &size) && prt_parse_real(digits, size, out);
}

/* What costs nothing has no price that says anything: a gift, a correction of the stock. */
static const char *check_price(const prt_event_sink *s, prt_piece *piece, const prt_field *f, prt_event_row *out) {
    double price;
    if (f->kind == PRT_FIELD_MISSING)
        return NULL;
    if (f->kind != PRT_FIELD_TEXT || !parse_price(s, f, &price))
        return prt_say_wrong(piece, s->config->price, f, "is not a price");
    if (price < 0)
        return prt_say_wrong(piece, s->config->price, f, "is negative");
    if (price > MOST_PRICE)
        return prt_say_wrong(piece, s->config->price, f, "is above 1000000000, the most a price can be");
    if ((float)price > 0)
        out->price = (float)price;
    return NULL;
}

static bool begins(const prt_field *f, const char *prefix) {
    size_t size = strlen(prefix);
    return f->kind == PRT_FIELD_TEXT && f->size >= size && memcmp(f->bytes, prefix, size) == 0;
}

static const char *check_amounts(const prt_event_sink *s, prt_piece *piece, const prt_field *f, prt_event_row *out) {
    const char *wrong = NULL;
    out->quantity = 1;
    out->price = NAN;
    if (s->quantity_field >= 0)
        wrong = check_quantity(s, piece, &f[s->quantity_field], out);
    if (!wrong && s->price_field >= 0)
        wrong = check_price(s, piece, &f[s->price_field], out);
    if (s->returns_field >= 0 && begins(&f[s->returns_field], s->config->returns_prefix))
        out->types |= PRT_EVENT_RETURN;
    if (out->types & PRT_EVENT_RETURN)
        out->types = PRT_EVENT_RETURN; /* whatever the log calls it, nobody bought or liked anything here */
    return wrong;
}

const char *prt_event_check(const prt_event_sink *s, prt_piece *piece, const prt_field *f, prt_event_row *out) {
    const char *wrong;
    out->fate = PRT_EVENT_KEPT;
    out->item = find(s->items, &f[ITEM]);
    if (out->item == PRT_NONE && prt_excludes(s->exclude, &f[ITEM])) {
        out->fate = PRT_EVENT_EXCLUDED;
        return NULL;
    }
    if ((wrong = check_user(s, piece, f, out)) || out->fate != PRT_EVENT_KEPT)
        return wrong;
    if ((wrong = check_item(s, piece, &f[ITEM], out)) || (wrong = check_type(s, piece, f, out)))
        return wrong;
    out->time = PRT_NO_INTEGER;
    if (s->time_field >= 0 && (wrong = check_time(s, piece, &f[s->time_field], out)))
        return wrong;
    out->session = s->session_field >= 0 ? &f[s->session_field] : NULL;
    if (out->session && (wrong = check_session(s, piece, out->session)))
        return wrong;
    return check_amounts(s, piece, f, out);
}
