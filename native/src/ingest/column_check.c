/* Is the value of a row right for its column? */
#include "column_build.h"
#include "field_check.h"
#include "money.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *say(const prt_column_build *c, const prt_field *value, const char *must, char *reason, size_t room) {
    int shown = (int)(value->size < 40 ? value->size : 40);
    snprintf(reason, room, "%s is \"%.*s\"; it must be %s", c->config->from, shown, value->bytes, must);
    return reason;
}

/* Text of a category or list: valid, not too long. */
static const char *check_value(const prt_column_build *c, const char *bytes, size_t size, char *reason, size_t room) {
    const char *wrong = prt_check_text(bytes, size);
    if (!wrong && size > PRT_MOST_VALUE)
        wrong = "is longer than 200 bytes";
    if (!wrong)
        return NULL;
    snprintf(reason, room, "%s %s", c->config->from, wrong);
    return reason;
}

static const char *check_band(prt_column_build *c, char *reason, size_t room) {
    int64_t number;
    if (!prt_parse_integer(c->value.bytes, c->value.size, &number))
        return say(c, &c->value, "a whole number", reason, room);
    for (uint32_t i = 0; i < c->config->bands.count; i++) {
        const prt_band *band = &c->config->bands.bands[i];
        if (number < band->minimum || number > band->maximum)
            continue;
        c->value.bytes = band->label;
        c->value.size = (uint32_t)strlen(band->label);
        return NULL;
    }
    return say(c, &c->value, "inside one of the bands", reason, room);
}

static const char *check_category(prt_column_build *c, char *reason, size_t room) {
    if (c->config->bands.count)
        return check_band(c, reason, room);
    const char *wrong = check_value(c, c->value.bytes, c->value.size, reason, room);
    if (wrong || c->config->values.count == 0)
        return wrong;
    for (uint32_t i = 0; i < c->config->values.count; i++) {
        const char *allowed = c->config->values.names[i];
        if (strlen(allowed) == c->value.size && memcmp(allowed, c->value.bytes, c->value.size) == 0)
            return NULL;
    }
    return say(c, &c->value, "one of the values that the configuration lists", reason, room);
}

static const char *check_flags(const prt_column_build *c, const prt_field *fields, char *reason, size_t room) {
    for (uint32_t i = 0; i < c->config->flag_count; i++) {
        const prt_field *f = &fields[c->field + i];
        bool known = f->kind == PRT_FIELD_MISSING || (f->size == 1 && (*f->bytes == '0' || *f->bytes == '1')) ||
                     (f->size == 4 && memcmp(f->bytes, "true", 4) == 0) ||
                     (f->size == 5 && memcmp(f->bytes, "false", 5) == 0);
        if (known)
            continue;
        snprintf(reason, room, "%s is \"%.*s\"; it must be 0 or 1", c->config->flags[i].from,
                 (int)(f->size < 40 ? f->size : 40), f->bytes);
        return reason;
    }
    return NULL;
}

static const char *check_list(prt_column_build *c, char *reason, size_t room) {
    if (c->value.kind == PRT_FIELD_TEXT)
        return prt_check_text(c->value.bytes, c->value.size)
                   ? check_value(c, c->value.bytes, c->value.size, reason, room)
                   : NULL;
    for (const pr_json *v = c->value.list->first; v; v = v->next) {
        if (v->type == PR_JSON_ARRAY || v->type == PR_JSON_OBJECT) {
            snprintf(reason, room, "%s holds an array or object; it must hold texts", c->config->from);
            return reason;
        }
        const char *wrong = v->type == PR_JSON_STRING ? check_value(c, v->string, v->size, reason, room) : NULL;
        if (wrong)
            return wrong;
    }
    return NULL;
}

static const char *out_of_bounds(prt_column_build *c, double number, char *reason, size_t room) {
    if (number >= c->config->minimum && number <= c->config->maximum)
        return NULL;
    char low[32] = "", high[32] = "", must[96];
    if (c->config->minimum > -1e300)
        pr_format_number(c->config->minimum, low);
    if (c->config->maximum < 1e300)
        pr_format_number(c->config->maximum, high);
    snprintf(must, sizeof must, "%s%s%s%s%s", *low ? "at least " : "", low, *low && *high ? " and " : "",
             *high ? "at most " : "", high);
    return say(c, &c->value, must, reason, room);
}

/* The digits of an amount, with nothing around them. NULL: it is none. */
static const prt_field *plain_number(const prt_column_build *c, char text[PRT_MOST_AMOUNT + 1], prt_field *out) {
    size_t size;
    if (c->config->number == PRT_NUMBER_PLAIN || c->config->type == PRT_DATE)
        return &c->value;
    if (!prt_money_plain(c->value.bytes, c->value.size, text, &size))
        return NULL;
    *out = (prt_field){.bytes = text, .size = (uint32_t)size, .kind = PRT_FIELD_TEXT};
    return out;
}

static const char *check_number(prt_column_build *c, char *reason, size_t room) {
    char text[PRT_MOST_AMOUNT + 1];
    prt_field plain;
    const prt_field *v = plain_number(c, text, &plain);
    if (!v)
        return say(c, &c->value, "an amount like ₹1,299.50, with a decimal point", reason, room);
    switch (c->config->type) {
    case PRT_INTEGER:
        if (!prt_parse_integer(v->bytes, v->size, &c->integer) || c->integer > (INT64_C(1) << 53) ||
            c->integer < -(INT64_C(1) << 53))
            return say(c, &c->value, "a whole number", reason, room);
        return out_of_bounds(c, (double)c->integer, reason, room);
    case PRT_REAL:
        if (!prt_parse_real(v->bytes, v->size, &c->real))
            return say(c, &c->value, "a number", reason, room);
        return out_of_bounds(c, c->real, reason, room);
    default:
        return prt_parse_date(v->bytes, v->size, &c->integer) ? NULL
                                                              : say(c, v, "a date like 2026-11-21", reason, room);
    }
}

static const char *check_present(prt_column_build *c, const prt_field *fields, char *reason, size_t room) {
    if (c->value.kind == PRT_FIELD_WRONG ||
        (c->value.kind == PRT_FIELD_LIST && c->config->type != PRT_LIST && c->config->type != PRT_TEXT)) {
        snprintf(reason, room, "%s is an array or object; it must be one value", c->config->from);
        return reason;
    }
    switch (c->config->type) {
    case PRT_CATEGORY:
        return check_category(c, reason, room);
    case PRT_LIST:
        return c->config->flag_count ? check_flags(c, fields, reason, room) : check_list(c, reason, room);
    case PRT_TEXT:
        if (c->value.kind == PRT_FIELD_LIST || !prt_check_text(c->value.bytes, c->value.size))
            return NULL;
        snprintf(reason, room, "%s %s", c->config->from, prt_check_text(c->value.bytes, c->value.size));
        return reason;
    default:
        return check_number(c, reason, room);
    }
}

static const char *check(prt_column_build *c, const prt_field *fields, char *reason, size_t room) {
    if (c->config->flag_count)
        return check_flags(c, fields, reason, room);
    if (c->value.kind != PRT_FIELD_MISSING)
        return check_present(c, fields, reason, room);
    if (!c->config->required)
        return NULL;
    snprintf(reason, room, "%s is missing", c->config->from);
    return reason;
}

static bool is_too_long(const prt_column_build *c) {
    return c->config->type == PRT_TEXT && c->value.kind == PRT_FIELD_TEXT && c->value.size > PRT_MOST_TEXT;
}

const char *prt_column_check(prt_column_build *c, const prt_field *fields, char *reason, size_t room) {
    c->value = fields[c->field];
    c->wrong = false;
    const char *wrong = check(c, fields, reason, room);
    if (!wrong && is_too_long(c)) { /* the row stays, its text is cut when it is stored */
        c->wrong = true;
        snprintf(c->wrong_reason, sizeof c->wrong_reason, "%s is longer than 65536 bytes; the rest is left out",
                 c->config->from);
    }
    if (!wrong || !c->config->missing_when_wrong)
        return wrong;
    c->wrong = true;
    c->value = (prt_field){.bytes = "", .kind = PRT_FIELD_MISSING};
    snprintf(c->wrong_reason, sizeof c->wrong_reason, "%s", wrong);
    return NULL;
}
