/* Reading settings.shop, checked like everything in a manifest. */
#include "settings_shop.h"

enum { CHUNK = 65536 };

static pr_status wrong(pr_error *error, const char *where, const char *what) {
    return pr_fail(error, PR_E_FORMAT, 0, "manifest.json: settings.shop.", where, " ", what,
                   "; download it again or rebuild the bundle");
}

static pr_status memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening the bundle");
}

static pr_status number(const pr_json *given, const char *key, double least, double most, double *out,
                        pr_error *error) {
    const pr_json *value = pr_json_get(given, key);
    if (!value || value->type != PR_JSON_NUMBER || !(value->number >= least && value->number <= most))
        return wrong(error, key, "is not there or out of its bounds");
    *out = value->number;
    return PR_OK;
}

static pr_status whole(const pr_json *given, const char *key, double most, uint32_t *out, pr_error *error) {
    double value = 0;
    PR_TRY(number(given, key, 0, most, &value, error));
    *out = (uint32_t)value;
    return *out == value ? PR_OK : wrong(error, key, "must be a whole number");
}

static bool is_list(const pr_json *value, uint32_t most) {
    return value && value->type == PR_JSON_ARRAY && value->size <= most;
}

/* ---- columns ---- */

typedef enum column_kind { TEXTUAL, NUMERIC, CODED } column_kind;

static bool is_kind(pr_column_type type, column_kind kind) {
    switch (kind) {
    case TEXTUAL:
        return type == PR_COLUMN_TEXT;
    case CODED:
        return type == PR_COLUMN_CATEGORY || type == PR_COLUMN_LIST;
    default:
        return type == PR_COLUMN_INTEGER || type == PR_COLUMN_REAL;
    }
}

static pr_status column(const pr_json *given, const char *key, column_kind kind, const pr_settings *settings,
                        uint32_t *out, pr_error *error) {
    const pr_json *name = pr_json_get(given, key);
    *out = PR_NO_COLUMN;
    if (!name || name->type == PR_JSON_NULL)
        return PR_OK;
    if (name->type == PR_JSON_STRING)
        *out = pr__column_find(settings, name->string, name->size);
    if (*out == PR_NO_COLUMN || !is_kind(settings->columns[*out].type, kind))
        return wrong(error, key, "does not name a column of the right type");
    return PR_OK;
}

static pr_status read_categories(const pr_json *names, const pr_settings *settings, pr_shop *out, pr_error *error) {
    if (!is_list(names, PR_MAX_CATEGORIES))
        return wrong(error, "category", "must be a list of at most 4 columns");
    for (const pr_json *name = names->first; name; name = name->next) {
        uint32_t c = name->type == PR_JSON_STRING ? pr__column_find(settings, name->string, name->size) : PR_NO_COLUMN;
        if (c == PR_NO_COLUMN || !is_kind(settings->columns[c].type, CODED))
            return wrong(error, "category", "does not name category or list columns");
        out->category[out->category_count++] = c;
    }
    return PR_OK;
}

static pr_status read_facets(const pr_json *names, const pr_settings *settings, pr_shop *out, pr_error *error) {
    if (!is_list(names, PR_MAX_FACETS))
        return wrong(error, "facets", "must be a list of at most 16 columns");
    for (const pr_json *name = names->first; name; name = name->next) {
        uint32_t c = name->type == PR_JSON_STRING ? pr__column_find(settings, name->string, name->size) : PR_NO_COLUMN;
        if (c == PR_NO_COLUMN || settings->columns[c].type == PR_COLUMN_TEXT || pr__facet_of(out, c) != UINT32_MAX)
            return wrong(error, "facets", "does not name different columns that are no texts");
        out->facets[out->facet_count++] = c;
    }
    return PR_OK;
}

static pr_status read_columns(const pr_json *given, const pr_settings *settings, pr_shop *out, pr_error *error) {
    PR_TRY(column(given, "name", TEXTUAL, settings, &out->name, error));
    if (out->name == PR_NO_COLUMN)
        return wrong(error, "name", "is not there");
    PR_TRY(column(given, "image", TEXTUAL, settings, &out->image, error));
    PR_TRY(column(given, "price", NUMERIC, settings, &out->price, error));
    PR_TRY(column(given, "original_price", NUMERIC, settings, &out->original_price, error));
    PR_TRY(column(given, "rating", NUMERIC, settings, &out->rating, error));
    PR_TRY(column(given, "reviews", NUMERIC, settings, &out->reviews, error));
    PR_TRY(read_categories(pr_json_get(given, "category"), settings, out, error));
    return read_facets(pr_json_get(given, "facets"), settings, out, error);
}

/* ---- search ---- */

static pr_status numbers(const pr_json *list, const char *key, uint32_t most, double least, double highest, float *out,
                         uint32_t *count, pr_error *error) {
    if (!is_list(list, most))
        return wrong(error, key, "is no list, or too long");
    *count = 0;
    for (const pr_json *value = list->first; value; value = value->next) {
        if (value->type != PR_JSON_NUMBER || !(value->number >= least && value->number <= highest))
            return wrong(error, key, "holds something that is out of its bounds");
        out[(*count)++] = (float)value->number;
    }
    return PR_OK;
}

/* BM25F with one length for the document (Robertson, Zaragoza and Taylor 2004, section 3): a pattern is the weighted
 * sum of a term's frequencies in the fields (negative: none of them in the term's commonest form), a length class
 * stands for document length / average length. */
static pr_status read_gains(const pr_json *given, pr_arena *arena, pr_shop *out, pr_error *error) {
    float patterns[PR_MAX_PATTERNS], lengths[PR_LENGTH_CLASSES];
    uint32_t classes;
    double k1 = 0, b = 0;
    PR_TRY(number(given, "k1", 0, 100, &k1, error));
    PR_TRY(number(given, "b", 0, 1, &b, error));
    PR_TRY(numbers(pr_json_get(given, "patterns"), "patterns", PR_MAX_PATTERNS, -1e6, 1e6, patterns,
                   &out->pattern_count, error));
    PR_TRY(numbers(pr_json_get(given, "lengths"), "lengths", PR_LENGTH_CLASSES, 0, 1e6, lengths, &classes, error));
    if (out->pattern_count == 0 || classes != PR_LENGTH_CLASSES)
        return wrong(error, "patterns", "must not be empty, and there must be 16 lengths");
    float(*gain)[PR_LENGTH_CLASSES] = pr_arena_array(arena, out->pattern_count, sizeof *gain);
    if (!gain)
        return memory(error);
    for (uint32_t p = 0; p < out->pattern_count; p++) {
        out->other_form[p] = patterns[p] < 0;
        if (patterns[p] == 0)
            return wrong(error, "patterns", "must not hold 0");
        for (uint32_t c = 0; c < PR_LENGTH_CLASSES; c++) {
            double stretch = 1 - b + b * lengths[c],
                   tf = (patterns[p] < 0 ? -patterns[p] : patterns[p]) / (stretch > 0.05 ? stretch : 0.05);
            gain[p][c] = (float)(tf / (k1 + tf));
        }
    }
    out->gain = (const float(*)[PR_LENGTH_CLASSES])gain;
    return PR_OK;
}

static pr_status read_stop_words(const pr_json *words, pr_arena *arena, pr_shop *out, pr_error *error) {
    if (!is_list(words, PR_MAX_STOP_WORDS))
        return wrong(error, "stop_words", "must be a list of at most 1,000 words");
    pr_text *list = pr_arena_array(arena, words->size + 1u, sizeof *list);
    if (!list)
        return memory(error);
    for (const pr_json *word = words->first; word; word = word->next) {
        const pr_text *before = out->stop_count ? &list[out->stop_count - 1] : NULL;
        if (word->type != PR_JSON_STRING || word->size == 0 || word->size > PR_MAX_TERM ||
            (before && pr__compare(before->bytes, before->size, word->string, word->size) >= 0))
            return wrong(error, "stop_words", "must hold sorted words");
        list[out->stop_count++] = (pr_text){word->string, word->size};
    }
    out->stop_words = list;
    return PR_OK;
}

/* A surface is a digit, how many bytes are dropped, and what is appended: "1y", "0es". */
static pr_status read_surfaces(const pr_json *given, pr_arena *arena, pr_shop *out, pr_error *error) {
    if (!is_list(given, PR_MAX_SURFACES))
        return wrong(error, "surfaces", "must be a list of at most 255 texts");
    pr_surface *list = pr_arena_array(arena, given->size + 1u, sizeof *list);
    if (!list)
        return memory(error);
    for (const pr_json *text = given->first; text; text = text->next) {
        if (text->type != PR_JSON_STRING || text->size == 0 || text->size > 16 || text->string[0] < '0' ||
            text->string[0] > '9')
            return wrong(error, "surfaces", "must hold texts that begin with a digit");
        list[out->surface_count++] =
            (pr_surface){(uint32_t)(text->string[0] - '0'), {text->string + 1, text->size - 1}};
    }
    out->surfaces = list;
    return PR_OK;
}

pr_status pr__shop_read(const pr_json *given, const pr_settings *settings, uint32_t items, pr_arena *arena,
                        pr_shop *out, pr_error *error) {
    if (!given)
        return PR_OK;
    if (given->type != PR_JSON_OBJECT)
        return wrong(error, "", "must be an object");
    PR_TRY(read_columns(given, settings, out, error));
    const pr_json *strict = pr_json_get(given, "strict_ids");
    out->strict_ids = strict && strict->type == PR_JSON_BOOL && strict->boolean;
    PR_TRY(number(given, "clicked", 0, 1e6, &out->clicked, error));
    PR_TRY(number(given, "searched", 0, 1e6, &out->search, error));
    PR_TRY(number(given, "diverse", 0, 1e6, &out->diverse, error));
    PR_TRY(whole(given, "days", 3650, &out->days, error));
    PR_TRY(whole(given, "baskets", 4e9, &out->baskets, error));
    PR_TRY(number(given, "popularity", 0, 100, &out->popularity, error));
    PR_TRY(read_gains(given, arena, out, error));
    PR_TRY(read_stop_words(pr_json_get(given, "stop_words"), arena, out, error));
    PR_TRY(read_surfaces(pr_json_get(given, "surfaces"), arena, out, error));
    out->chunks = (items + CHUNK - 1) / CHUNK;
    out->present = true;
    return PR_OK;
}

bool pr__is_stop_word(const pr_shop *shop, const char *word, size_t size) {
    uint32_t low = 0, high = shop->stop_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = pr__compare(shop->stop_words[middle].bytes, shop->stop_words[middle].size, word, size);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

uint32_t pr__facet_of(const pr_shop *shop, uint32_t column) {
    for (uint32_t f = 0; f < shop->facet_count; f++) {
        if (shop->facets[f] == column)
            return f;
    }
    return UINT32_MAX;
}
