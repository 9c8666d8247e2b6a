/* Checking JSON against a JSON Schema. One function per keyword; the first failure wins. */
#include "schema.h"

#include "fail.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_PATH = 240, MOST_SHOWN = 60, MOST_NAMES = 64, MOST_DEPTH = 64 };

typedef struct check {
    const pr_json *root;
    const char *where;
    pr_error *error;
    size_t path_size;
    int depth;
    char path[MOST_PATH];
} check;

typedef struct keyword {
    const char *name;
    pr_status (*check)(check *c, const pr_json *schema, const pr_json *keyword, const pr_json *value);
} keyword;

static pr_status check_value(check *c, const pr_json *schema, const pr_json *value);

/* ---- paths and sentences ---- */

/* Go one step down; the returned size leads back. */
static size_t enter(check *c, int written) {
    size_t before = c->path_size, after = before + (size_t)written;
    c->path_size = after < MOST_PATH ? after : MOST_PATH - 1;
    return before;
}

static size_t enter_key(check *c, const char *key) {
    return enter(c, snprintf(c->path + c->path_size, MOST_PATH - c->path_size, "%s%s", c->path_size ? "." : "", key));
}

static size_t enter_item(check *c, uint32_t index) {
    return enter(c, snprintf(c->path + c->path_size, MOST_PATH - c->path_size, "[%u]", index));
}

static void leave(check *c, size_t before) {
    c->path_size = before;
    c->path[before] = 0;
}

/* The value as people wrote it, shortened. */
static const char *shown(const pr_json *value, char out[MOST_SHOWN]) {
    static const char *const names[] = {"null", "a truth value", "a number", "a text", "an array", "an object"};
    switch (value->type) {
    case PR_JSON_STRING:
        snprintf(out, MOST_SHOWN, value->size > 40 ? "\"%.40s…\"" : "\"%.40s\"", value->string);
        return out;
    case PR_JSON_NUMBER:
        pr_format_number(value->number, out);
        return out;
    case PR_JSON_BOOL:
        return value->boolean ? "true" : "false";
    default:
        return names[value->type];
    }
}

static pr_status wrong(check *c, const pr_json *value, const char *must) {
    char text[MOST_SHOWN];
    return prt_fail(c->error, PR_E_FORMAT, "%s: %s must be %s, not %s", c->where, c->path_size ? c->path : "the whole",
                    must, shown(value, text));
}

static pr_status wrong_number(check *c, const pr_json *value, const char *must, double bound) {
    char number[32], text[96];
    pr_format_number(bound, number);
    snprintf(text, sizeof text, "%s%s", must, number);
    return wrong(c, value, text);
}

/* ---- keywords ---- */

static bool is_type(const pr_json *value, const pr_json *type) {
    static const char *const names[] = {"null", "boolean", "number", "string", "array", "object"};
    if (pr_json_is(type, "integer"))
        return value->type == PR_JSON_NUMBER && value->number == floor(value->number) &&
               fabs(value->number) < 9007199254740992.0;
    return pr_json_is(type, names[value->type]);
}

static const char *type_name(const pr_json *type) {
    static const char *const names[][2] = {
        {"null", "null"},     {"boolean", "true or false"}, {"integer", "a whole number"}, {"number", "a number"},
        {"string", "a text"}, {"array", "an array"},        {"object", "an object"}};
    for (size_t i = 0; i < PRT_COUNT(names); i++) {
        if (pr_json_is(type, names[i][0]))
            return names[i][1];
    }
    return "something else";
}

/* A type, or a list of types, one of which must fit. */
static bool is_of_types(const pr_json *value, const pr_json *types) {
    if (types->type != PR_JSON_ARRAY)
        return is_type(value, types);
    for (const pr_json *type = types->first; type; type = type->next) {
        if (is_type(value, type))
            return true;
    }
    return false;
}

/* Adds "a text or an array" to a list of types' names. */
static void add_type_names(char *list, size_t room, const pr_json *types) {
    const pr_json *type = types->type == PR_JSON_ARRAY ? types->first : types;
    for (; type; type = types->type == PR_JSON_ARRAY ? type->next : NULL) {
        size_t used = strlen(list);
        snprintf(list + used, room - used, "%s%s", used ? " or " : "", type_name(type));
    }
}

static pr_status check_type(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)schema;
    char must[96] = "";
    if (is_of_types(value, k))
        return PR_OK;
    add_type_names(must, sizeof must, k);
    return wrong(c, value, must);
}

static bool equal(const pr_json *a, const pr_json *b) {
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case PR_JSON_STRING:
        return a->size == b->size && memcmp(a->string, b->string, a->size) == 0;
    case PR_JSON_NUMBER:
        return a->number == b->number;
    case PR_JSON_BOOL:
        return a->boolean == b->boolean;
    default:
        return a->type == PR_JSON_NULL;
    }
}

static pr_status check_const(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)schema;
    char must[MOST_SHOWN];
    return equal(value, k) ? PR_OK : wrong(c, value, shown(k, must));
}

static pr_status check_enum(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)schema;
    char must[200] = "", text[MOST_SHOWN];
    for (const pr_json *allowed = k->first; allowed; allowed = allowed->next) {
        if (equal(value, allowed))
            return PR_OK;
        size_t used = strlen(must);
        const char *between = used == 0 ? "" : allowed->next ? ", " : " or ";
        snprintf(must + used, sizeof must - used, "%s%s", between, shown(allowed, text));
    }
    return wrong(c, value, must);
}

static pr_status check_minimum(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)schema;
    return value->type == PR_JSON_NUMBER && value->number < k->number ? wrong_number(c, value, "at least ", k->number)
                                                                      : PR_OK;
}

static pr_status check_maximum(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)schema;
    return value->type == PR_JSON_NUMBER && value->number > k->number ? wrong_number(c, value, "at most ", k->number)
                                                                      : PR_OK;
}

static double characters(const pr_json *text) {
    double n = 0;
    for (uint32_t i = 0; i < text->size; i++)
        n += ((unsigned char)text->string[i] & 0xC0) != 0x80;
    return n;
}

static pr_status check_min_length(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)schema;
    return value->type == PR_JSON_STRING && characters(value) < k->number
               ? wrong_number(c, value, "a text whose length is at least ", k->number)
               : PR_OK;
}

static pr_status check_max_length(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)schema;
    return value->type == PR_JSON_STRING && characters(value) > k->number
               ? wrong_number(c, value, "a text whose length is at most ", k->number)
               : PR_OK;
}

static pr_status wrong_count(check *c, const pr_json *value, const char *must, double bound, const char *of) {
    return prt_fail(c->error, PR_E_FORMAT, "%s: %s must hold %s %.0f %s, not %u", c->where, c->path, must, bound, of,
                    value->size);
}

static pr_status check_min_items(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)schema;
    return value->type == PR_JSON_ARRAY && value->size < k->number
               ? wrong_count(c, value, "at least", k->number, "values")
               : PR_OK;
}

static pr_status check_max_items(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)schema;
    return value->type == PR_JSON_ARRAY && value->size > k->number
               ? wrong_count(c, value, "at most", k->number, "values")
               : PR_OK;
}

static pr_status check_max_properties(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)schema;
    return value->type == PR_JSON_OBJECT && value->size > k->number
               ? wrong_count(c, value, "at most", k->number, "keys")
               : PR_OK;
}

/* Is `ch` in a class like a-z0-9- (without brackets)? */
static bool in_class(const char *class, size_t size, char ch) {
    for (size_t i = 0; i < size; i++) {
        if (i + 2 < size && class[i + 1] == '-') {
            if (ch >= class[i] && ch <= class[i + 2])
                return true;
            i += 2;
        } else if (class[i] == ch) {
            return true;
        }
    }
    return false;
}

/* Only ^[class]{m,n}$: more would be an engine that nobody reads. */
static pr_status check_pattern(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)schema;
    unsigned least = 0, most = 0;
    int end = 0;
    const char *close = k->size > 3 && memcmp(k->string, "^[", 2) == 0 ? strchr(k->string, ']') : NULL;
    if (!close || sscanf(close, "]{%u,%u}$%n", &least, &most, &end) != 2 || close[end] || end == 0)
        return prt_fail(c->error, PR_E_ARGUMENT, "schema: the pattern %s is not of the form ^[class]{m,n}$", k->string);
    if (value->type != PR_JSON_STRING)
        return PR_OK;
    bool fits = value->size >= least && value->size <= most;
    for (uint32_t i = 0; fits && i < value->size; i++)
        fits = in_class(k->string + 2, (size_t)(close - k->string) - 2, value->string[i]);
    char must[160];
    snprintf(must, sizeof must, "%u to %u characters out of %.*s", least, most, (int)(close - k->string),
             k->string + 1);
    return fits ? PR_OK : wrong(c, value, must);
}

static pr_status check_items(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)schema;
    uint32_t i = 0;
    if (value->type != PR_JSON_ARRAY)
        return PR_OK;
    for (const pr_json *item = value->first; item; item = item->next) {
        size_t before = enter_item(c, i++);
        PRT_TRY(check_value(c, k, item));
        leave(c, before);
    }
    return PR_OK;
}

static pr_status check_properties(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)schema;
    if (value->type != PR_JSON_OBJECT)
        return PR_OK;
    for (const pr_json *member = value->first; member; member = member->next) {
        const pr_json *known = pr_json_get(k, member->key);
        if (!known)
            continue;
        size_t before = enter_key(c, member->key);
        PRT_TRY(check_value(c, known, member));
        leave(c, before);
    }
    return PR_OK;
}

static pr_status unknown_key(check *c, const pr_json *properties, const char *key) {
    const char *names[MOST_NAMES];
    size_t count = 0;
    for (const pr_json *p = properties ? properties->first : NULL; p && count < MOST_NAMES; p = p->next)
        names[count++] = p->key;
    const char *nearest = prt_nearest(key, names, count);
    enter_key(c, key);
    if (nearest)
        return prt_fail(c->error, PR_E_FORMAT, "%s: there is no key %s; did you mean \"%s\"?", c->where, c->path,
                        nearest);
    return prt_fail(c->error, PR_E_FORMAT, "%s: there is no key %s; take it out", c->where, c->path);
}

static pr_status check_additional(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    const pr_json *properties = pr_json_get(schema, "properties");
    if (value->type != PR_JSON_OBJECT)
        return PR_OK;
    for (const pr_json *member = value->first; member; member = member->next) {
        if (pr_json_get(properties, member->key))
            continue;
        if (k->type == PR_JSON_BOOL) {
            if (!k->boolean)
                return unknown_key(c, properties, member->key);
            continue;
        }
        size_t before = enter_key(c, member->key);
        PRT_TRY(check_value(c, k, member));
        leave(c, before);
    }
    return PR_OK;
}

static pr_status check_required(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)schema;
    if (value->type != PR_JSON_OBJECT)
        return PR_OK;
    for (const pr_json *name = k->first; name; name = name->next) {
        if (pr_json_get(value, name->string))
            continue;
        enter_key(c, name->string);
        return prt_fail(c->error, PR_E_FORMAT, "%s: the key %s is missing", c->where, c->path);
    }
    return PR_OK;
}

static const pr_json *follow(const check *c, const pr_json *schema) {
    static const char prefix[] = "#/$defs/";
    const pr_json *reference = pr_json_get(schema, "$ref");
    if (!reference || reference->type != PR_JSON_STRING || strncmp(reference->string, prefix, sizeof prefix - 1) != 0)
        return NULL;
    return pr_json_get(pr_json_get(c->root, "$defs"), reference->string + sizeof prefix - 1);
}

static pr_status check_reference(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    const pr_json *target = follow(c, schema);
    return target ? check_value(c, target, value)
                  : prt_fail(c->error, PR_E_ARGUMENT, "schema: %s is not there", k->string);
}

/* May a value of this type be meant for this branch? */
static bool branch_takes(const check *c, const pr_json *branch, const pr_json *value) {
    const pr_json *target = follow(c, branch), *type = pr_json_get(target ? target : branch, "type"),
                  *only = pr_json_get(target ? target : branch, "const");
    return only ? equal(only, value) : !type || is_of_types(value, type);
}

/* One of several: the message is that of the only branch whose type fits, else it lists the types. */
static pr_status check_one_of(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)schema;
    const pr_json *candidate = NULL;
    uint32_t candidates = 0, fitting = 0;
    char must[200] = "";
    for (const pr_json *branch = k->first; branch; branch = branch->next) {
        const pr_json *target = follow(c, branch), *type = pr_json_get(target ? target : branch, "type");
        if (type)
            add_type_names(must, sizeof must, type);
        if (!branch_takes(c, branch, value))
            continue;
        candidates++;
        candidate = branch;
        check quiet = *c;
        quiet.error = NULL;
        fitting += check_value(&quiet, branch, value) == PR_OK;
    }
    bool many = strcmp(k->key, "anyOf") == 0;
    if (fitting == 1 || (many && fitting > 1))
        return PR_OK;
    if (candidates == 1)
        return check_value(c, candidate, value);
    return wrong(c, value, *must ? must : "one of the forms in the documentation");
}

static pr_status pass_over(check *c, const pr_json *schema, const pr_json *k, const pr_json *value) {
    (void)c, (void)schema, (void)k, (void)value;
    return PR_OK;
}

/* In the order of the sentences that people want first. */
static const keyword KEYWORDS[] = {
    {"$ref", check_reference},
    {"type", check_type},
    {"const", check_const},
    {"enum", check_enum},
    {"oneOf", check_one_of},
    {"anyOf", check_one_of},
    {"additionalProperties", check_additional},
    {"required", check_required},
    {"properties", check_properties},
    {"maxProperties", check_max_properties},
    {"items", check_items},
    {"minItems", check_min_items},
    {"maxItems", check_max_items},
    {"minimum", check_minimum},
    {"maximum", check_maximum},
    {"minLength", check_min_length},
    {"maxLength", check_max_length},
    {"pattern", check_pattern},
    {"$schema", pass_over},
    {"$id", pass_over},
    {"$defs", pass_over},
    {"title", pass_over},
    {"description", pass_over},
    {"default", pass_over},
};

static pr_status check_keywords(check *c, const pr_json *schema) {
    for (const pr_json *k = schema->first; k; k = k->next) {
        size_t i = 0;
        while (i < PRT_COUNT(KEYWORDS) && strcmp(KEYWORDS[i].name, k->key) != 0)
            i++;
        if (i == PRT_COUNT(KEYWORDS))
            return prt_fail(c->error, PR_E_ARGUMENT, "schema: the keyword %s is not supported", k->key);
    }
    return PR_OK;
}

static pr_status check_value(check *c, const pr_json *schema, const pr_json *value) {
    if (c->depth >= MOST_DEPTH)
        return prt_fail(c->error, PR_E_LIMIT, "%s: %s is nested too deeply", c->where, c->path);
    PRT_TRY(check_keywords(c, schema));
    c->depth++;
    for (size_t i = 0; i < PRT_COUNT(KEYWORDS); i++) {
        const pr_json *k = pr_json_get(schema, KEYWORDS[i].name);
        if (k)
            PRT_TRY(KEYWORDS[i].check(c, schema, k, value));
    }
    c->depth--;
    return PR_OK;
}

pr_status prt_schema_check(const pr_json *schema, const pr_json *value, const char *where, pr_error *error) {
    check c = {.root = schema, .where = where, .error = error};
    return check_value(&c, schema, value);
}
