/* Columns that grow row by row. */
#include "column_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool prt_column_grow(void *array, uint32_t needed, uint32_t *room, size_t size) {
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
    if (!add_code(c, bytes, size, &code) ||
        !prt_column_grow(&c->codes, c->codes_count + 1, &c->codes_room, sizeof *c->codes))
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

/* The row's values, without repetitions, behind the codes. */
bool prt_column_gather_list(prt_column_build *c, const prt_field *fields) {
    uint32_t first = c->codes_count;
    bool ok = true;
    for (uint32_t i = 0; ok && !c->wrong && i < c->config->flag_count; i++) {
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
    return ok;
}

static bool store_list(prt_column_build *c, const prt_field *fields) {
    if (!prt_column_gather_list(c, fields) ||
        !prt_column_grow(&c->list_offsets, c->rows + 2, &c->rows_room, sizeof *c->list_offsets))
        return false;
    c->list_offsets[0] = 0;
    c->list_offsets[++c->rows] = c->codes_count;
    return true;
}

/* A text that comes as an array of paragraphs is laid end to end. */
/* As many bytes of valid UTF-8 as a bundle may hold, without half a character. */
static size_t cut(const char *bytes, size_t size) {
    if (size <= PRT_MOST_TEXT)
        return size;
    for (size = PRT_MOST_TEXT; ((unsigned char)bytes[size] & 0xC0) == 0x80;)
        size--;
    return size;
}

bool prt_column_add_text(const prt_column_build *c, prt_text_pool *texts) {
    if (c->value.kind != PRT_FIELD_LIST)
        return prt_text_pool_add(texts, c->value.bytes,
                                 c->value.kind == PRT_FIELD_TEXT ? cut(c->value.bytes, c->value.size) : 0);
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
    bool ok =
        !joined.failed && prt_text_pool_add(texts, joined.bytes ? joined.bytes : "", cut(joined.bytes, joined.size));
    pr_arena_free(&arena);
    return ok;
}

bool prt_column_store(prt_column_build *c, const prt_field *fields) {
    bool missing = c->value.kind == PRT_FIELD_MISSING;
    switch (c->config->type) {
    case PRT_LIST:
        return store_list(c, fields);
    case PRT_TEXT:
        c->rows++;
        return prt_column_add_text(c, &c->texts);
    case PRT_CATEGORY:
        if (!prt_column_grow(&c->codes, c->rows + 1, &c->rows_room, sizeof *c->codes))
            return false;
        c->codes[c->rows] = PRT_NONE;
        return missing ? (c->rows++, true) : add_code(c, c->value.bytes, c->value.size, &c->codes[c->rows++]);
    case PRT_REAL:
        if (!prt_column_grow(&c->reals, c->rows + 1, &c->rows_room, sizeof *c->reals))
            return false;
        c->reals[c->rows++] = missing ? NAN : c->real;
        return true;
    default:
        if (!prt_column_grow(&c->integers, c->rows + 1, &c->rows_room, sizeof *c->integers))
            return false;
        c->integers[c->rows++] = missing ? PRT_NO_INTEGER : c->integer;
        return true;
    }
}

/* ---- rows with the id of an earlier row ---- */

static bool add_late(prt_column_build *c, uint32_t row, uint32_t value) {
    if (!prt_column_grow(&c->late, c->late_count + 1, &c->late_room, sizeof *c->late))
        return false;
    c->late[c->late_count] = (prt_late_value){row, c->late_count, value};
    c->late_count++;
    return true;
}

static bool merge_list(prt_column_build *c, const prt_field *fields, uint32_t row) {
    uint32_t first = c->codes_count;
    bool ok = prt_column_gather_list(c, fields);
    for (uint32_t i = first; ok && i < c->codes_count; i++)
        ok = add_late(c, row, c->codes[i]);
    c->codes_count = first;
    return ok;
}

bool prt_column_merge(prt_column_build *c, const prt_field *fields, uint32_t row) {
    if (c->config->type == PRT_LIST)
        return merge_list(c, fields, row);
    if (c->value.kind == PRT_FIELD_MISSING)
        return true;
    switch (c->config->type) {
    case PRT_TEXT:
        return c->texts.offsets[row + 1] > c->texts.offsets[row] ||
               (prt_column_add_text(c, &c->late_texts) && add_late(c, row, c->late_texts.count - 1));
    case PRT_CATEGORY:
        return c->codes[row] != PRT_NONE || add_code(c, c->value.bytes, c->value.size, &c->codes[row]);
    case PRT_REAL:
        c->reals[row] = isnan(c->reals[row]) ? c->real : c->reals[row];
        return true;
    default:
        c->integers[row] = c->integers[row] == PRT_NO_INTEGER ? c->integer : c->integers[row];
        return true;
    }
}

static int compare_late(const void *a, const void *b) {
    const prt_late_value *x = a, *y = b;
    return x->row != y->row ? (x->row < y->row ? -1 : 1) : (x->order > y->order) - (x->order < y->order);
}

/* Copy the codes of a row behind `count`, then what came late and is not there; returns the new count. */
static uint32_t unite(const prt_column_build *c, uint32_t row, const prt_late_value **late, uint32_t *codes,
                      uint32_t count) {
    uint32_t first = count;
    for (uint32_t i = c->list_offsets[row]; i < c->list_offsets[row + 1]; i++)
        codes[count++] = c->codes[i];
    for (; *late < c->late + c->late_count && (*late)->row == row; ++*late) {
        uint32_t i = first;
        while (i < count && codes[i] != (*late)->value)
            i++;
        codes[i] = (*late)->value;
        count += i == count;
    }
    return count;
}

static bool unite_lists(prt_column_build *c) {
    uint64_t room = (uint64_t)c->codes_count + c->late_count;
    uint32_t *codes = room < UINT32_MAX ? malloc((size_t)room * sizeof *codes) : NULL, count = 0;
    const prt_late_value *late = c->late;
    if (!codes)
        return false;
    for (uint32_t row = 0; row < c->rows; row++) {
        uint32_t end = unite(c, row, &late, codes, count);
        c->list_offsets[row] = count; /* both old ends of the row have been read */
        count = end;
    }
    c->list_offsets[c->rows] = count;
    free(c->codes);
    c->codes = codes;
    c->codes_count = count;
    return true;
}

/* The first text that came for a row counts. */
static bool fill_texts(prt_column_build *c) {
    const prt_text_pool *from = &c->texts, *more = &c->late_texts;
    const prt_late_value *late = c->late, *end = late + c->late_count;
    prt_text_pool filled = {0};
    bool ok = true;
    for (uint32_t row = 0; ok && row < from->count; row++) {
        bool take = late < end && late->row == row;
        const prt_text_pool *pool = take ? more : from;
        uint32_t i = take ? late->value : row;
        /* A pool of empty texts has no bytes at all. */
        const char *bytes = pool->bytes ? pool->bytes + pool->offsets[i] : "";
        ok = prt_text_pool_add(&filled, bytes, pool->offsets[i + 1] - pool->offsets[i]);
        while (late < end && late->row == row)
            late++;
    }
    prt_text_pool_free(ok ? &c->texts : &filled);
    if (ok)
        c->texts = filled;
    return ok;
}

static bool merge_late(prt_column_build *c) {
    if (c->late_count == 0)
        return true;
    qsort(c->late, c->late_count, sizeof *c->late, compare_late);
    return c->config->type == PRT_LIST ? unite_lists(c) : fill_texts(c);
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
    if (!out->name || !merge_late(c))
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
    prt_text_pool_free(&c->late_texts);
    prt_ballot_free(&c->ballot);
    free(c->late);
    free(c->codes);
    free(c->list_offsets);
    free(c->integers);
    free(c->reals);
}
