/* Columns that grow row by row. */
#include "column_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool grow(void *array, uint32_t needed, uint32_t *room, size_t size) {
    if (needed <= *room)
        return true;
    uint32_t wanted = *room ? *room * 2 : 64;
    void *grown = wanted > *room ? realloc(*(void **)array, wanted * size) : NULL;
    if (!grown)
        return false;
    *(void **)array = grown;
    *room = wanted;
    return true;
}

static bool add_code(prt_column_build *c, const char *bytes, size_t size, uint32_t *code) {
    bool added;
    return prt_idmap_add(&c->values, bytes, size, code, &added);
}

/* One more value of the row's list, unless it is there. */
static bool add_to_list(prt_column_build *c, uint32_t first, const char *bytes, size_t size) {
    uint32_t code;
    if (size == 0)
        return true;
    if (!add_code(c, bytes, size, &code) || !grow(&c->codes, c->codes_count + 1, &c->codes_room, sizeof *c->codes))
        return false;
    for (uint32_t i = first; i < c->codes_count; i++) {
        if (c->codes[i] == code)
            return true;
    }
    c->codes[c->codes_count++] = code;
    return true;
}

static bool add_trimmed(prt_column_build *c, uint32_t first, const char *bytes, size_t size) {
    while (size > 0 && (*bytes == ' ' || *bytes == '\t')) {
        bytes++;
        size--;
    }
    while (size > 0 && (bytes[size - 1] == ' ' || bytes[size - 1] == '\t'))
        size--;
    return add_to_list(c, first, bytes, size < PRT_MOST_VALUE ? size : PRT_MOST_VALUE);
}

/* Where the separator at `at` ends, or NULL when there is none. */
static const char *past_separator(const prt_column_config *config, size_t step, const char *at, const char *end) {
    if (config->separators)
        return strchr(config->separators, *at) && *at ? at + 1 : NULL;
    return (size_t)(end - at) >= step && memcmp(at, config->separator, step) == 0 ? at + step : NULL;
}

static bool split(prt_column_build *c, uint32_t first) {
    const char *at = c->value.bytes, *end = at + c->value.size;
    size_t step = strlen(c->config->separator);
    for (;;) {
        const char *stop = at, *next = NULL;
        while (stop < end && !(next = past_separator(c->config, step, stop, end)))
            stop++;
        if (!add_trimmed(c, first, at, (size_t)(stop - at)))
            return false;
        if (stop == end)
            return true;
        at = next;
    }
}

/* The text of a JSON value that is neither array nor object; null is empty. */
static size_t scalar_text(const pr_json *v, char number[32], const char **bytes) {
    *bytes = number;
    switch (v->type) {
    case PR_JSON_STRING:
        *bytes = v->string;
        return v->size;
    case PR_JSON_NUMBER:
        return pr_format_number(v->number, number);
    case PR_JSON_BOOL:
        *bytes = v->boolean ? "true" : "false";
        return strlen(*bytes);
    default:
        return 0;
    }
}

static bool store_list(prt_column_build *c, const prt_field *fields) {
    uint32_t first = c->codes_count;
    bool ok = true;
    for (uint32_t i = 0; ok && i < c->config->flag_count; i++) {
        const prt_field *f = &fields[c->field + i];
        const char *value = c->config->flags[i].value;
        if (f->kind == PRT_FIELD_TEXT && (*f->bytes == '1' || *f->bytes == 't'))
            ok = add_to_list(c, first, value, strlen(value));
    }
    if (c->config->flag_count == 0 && c->value.kind == PRT_FIELD_TEXT)
        ok = split(c, first);
    for (const pr_json *v = c->config->flag_count == 0 && c->value.kind == PRT_FIELD_LIST ? c->value.list->first : NULL;
         ok && v; v = v->next) {
        char number[32];
        const char *bytes;
        size_t size = scalar_text(v, number, &bytes);
        ok = add_to_list(c, first, bytes, size);
    }
    if (!ok || !grow(&c->list_offsets, c->rows + 2, &c->rows_room, sizeof *c->list_offsets))
        return false;
    c->list_offsets[0] = 0;
    c->list_offsets[++c->rows] = c->codes_count;
    return true;
}

/* A text that comes as an array of paragraphs is laid end to end. */
static bool store_text(prt_column_build *c) {
    c->rows++;
    if (c->value.kind != PRT_FIELD_LIST)
        return prt_text_pool_add(&c->texts, c->value.bytes, c->value.kind == PRT_FIELD_TEXT ? c->value.size : 0);
    pr_arena arena;
    pr_arena_init(&arena, pr_allocator_default(), 0);
    pr_buffer joined = {.arena = &arena};
    for (const pr_json *v = c->value.list->first; v; v = v->next) {
        char number[32];
        const char *bytes;
        size_t size = scalar_text(v, number, &bytes);
        if (joined.size && size)
            pr_buffer_append(&joined, " ", 1);
        pr_buffer_append(&joined, bytes, size);
    }
    bool ok = !joined.failed && prt_text_pool_add(&c->texts, joined.bytes ? joined.bytes : "", joined.size);
    pr_arena_free(&arena);
    return ok;
}

bool prt_column_store(prt_column_build *c, const prt_field *fields) {
    bool missing = c->value.kind == PRT_FIELD_MISSING;
    switch (c->config->type) {
    case PRT_LIST:
        return store_list(c, fields);
    case PRT_TEXT:
        return store_text(c);
    case PRT_CATEGORY:
        if (!grow(&c->codes, c->rows + 1, &c->rows_room, sizeof *c->codes))
            return false;
        c->codes[c->rows] = PRT_NONE;
        return missing ? (c->rows++, true) : add_code(c, c->value.bytes, c->value.size, &c->codes[c->rows++]);
    case PRT_REAL:
        if (!grow(&c->reals, c->rows + 1, &c->rows_room, sizeof *c->reals))
            return false;
        c->reals[c->rows++] = missing ? NAN : c->real;
        return true;
    default:
        if (!grow(&c->integers, c->rows + 1, &c->rows_room, sizeof *c->integers))
            return false;
        c->integers[c->rows++] = missing ? PRT_NO_INTEGER : c->integer;
        return true;
    }
}

/* ---- the end ---- */

static int compare_texts(const char *a, size_t a_size, const char *b, size_t b_size) {
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order ? order : a_size < b_size ? -1 : a_size > b_size;
}

typedef struct entry {
    const char *bytes;
    size_t size;
    uint32_t code;
} entry;

static int compare_entries(const void *a, const void *b) {
    const entry *x = a, *y = b;
    return compare_texts(x->bytes, x->size, y->bytes, y->size);
}

static bool sort_values(prt_column_build *c, prt_column *out, uint32_t codes) {
    const prt_text_pool *ids = &c->values.ids;
    entry *entries = malloc((ids->count + (size_t)1) * sizeof *entries);
    uint32_t *places = malloc((ids->count + (size_t)1) * sizeof *places);
    prt_text_pool sorted = {0};
    bool ok = entries && places;
    for (uint32_t i = 0; ok && i < ids->count; i++)
        entries[i] = (entry){ids->bytes + ids->offsets[i], ids->offsets[i + 1] - ids->offsets[i], i};
    if (ok && ids->count)
        qsort(entries, ids->count, sizeof *entries, compare_entries);
    for (uint32_t i = 0; ok && i < ids->count; i++) {
        places[entries[i].code] = i;
        ok = prt_text_pool_add(&sorted, entries[i].bytes, entries[i].size);
    }
    for (uint32_t i = 0; ok && i < codes; i++)
        c->codes[i] = c->codes[i] == PRT_NONE ? PRT_NONE : places[c->codes[i]];
    ok = ok && prt_text_pool_take(&sorted, &out->values);
    prt_text_pool_free(&sorted);
    free(entries);
    free(places);
    return ok;
}

/* A table without rows has arrays too. */
static void *or_empty(void *array, size_t size) {
    return array ? array : calloc(1, size);
}

bool prt_column_finish(prt_column_build *c, prt_column *out) {
    *out = (prt_column){.name = strdup(c->config->name), .type = c->config->type, .rows = c->rows};
    if (!out->name)
        return false;
    switch (c->config->type) {
    case PRT_TEXT:
        return prt_text_pool_take(&c->texts, &out->texts);
    case PRT_LIST:
        out->list_offsets = or_empty(c->list_offsets, sizeof *c->list_offsets);
        out->codes = c->codes = or_empty(c->codes, sizeof *c->codes);
        c->list_offsets = NULL;
        if (!out->list_offsets || !out->codes || !sort_values(c, out, c->codes_count))
            return false;
        c->codes = NULL;
        return true;
    case PRT_CATEGORY:
        out->codes = c->codes = or_empty(c->codes, sizeof *c->codes);
        if (!out->codes || !sort_values(c, out, c->rows))
            return false;
        c->codes = NULL;
        return true;
    case PRT_REAL:
        out->reals = or_empty(c->reals, sizeof *c->reals);
        c->reals = NULL;
        return out->reals;
    default:
        out->integers = or_empty(c->integers, sizeof *c->integers);
        c->integers = NULL;
        return out->integers;
    }
}

void prt_column_build_free(prt_column_build *c) {
    prt_idmap_free(&c->values);
    prt_text_pool_free(&c->texts);
    free(c->codes);
    free(c->list_offsets);
    free(c->integers);
    free(c->reals);
}
