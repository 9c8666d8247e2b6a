/* GET /openapi.json: the description in openapi.json, with this bundle's questions, columns and values put in for its
 * marks. A mark is a member such as "$ANSWERS": {}. Without the values nobody could tell a right request from a wrong
 * one. */
#include "call.h"
#include "openapi_meaning.h"

#include <string.h>

enum { MANY_VALUES = 500 }; /* longer dictionaries are not listed: any text may be tried */

static bool is_coded(const pr_settings *settings, uint32_t column) {
    pr_column_type type = settings->columns[column].type;
    return type == PR_COLUMN_CATEGORY || type == PR_COLUMN_LIST;
}

static void write_member(pr_writer *w, const char *key, const char *value) {
    pr_write_key(w, key);
    pr_write_text(w, value);
}

/* {"$ref": "#/components/schemas/<kind><column>"} */
static void write_reference(pr_writer *w, const char *kind, uint32_t column) {
    char text[64], number[32];
    size_t digits = pr_format_number(column, number), start = strlen("#/components/schemas/"), size = strlen(kind);
    memcpy(text, "#/components/schemas/", start);
    memcpy(text + start, kind, size);
    memcpy(text + start + size, number, digits);
    pr_write_object(w);
    pr_write_key(w, "$ref");
    pr_write_string(w, text, start + size + digits);
    pr_write_end_object(w);
}

static void write_numbered_key(pr_writer *w, const char *kind, uint32_t column) {
    char text[64], number[32];
    size_t digits = pr_format_number(column, number), size = strlen(kind);
    memcpy(text, kind, size);
    memcpy(text + size, number, digits);
    text[size + digits] = 0;
    pr_write_key(w, text);
}

/* {"enum": the dictionary}, or any text where it is long or a shard is missing. */
static void write_values(pr_call *call, uint32_t column, pr_writer *w) {
    uint32_t count = call->engine->settings.columns[column].values;
    const pr_strings *names = pr__dictionary(call->engine, column);
    pr_write_object(w);
    if (!names || count == 0 || count > MANY_VALUES) {
        write_member(w, "type", "string");
    } else {
        pr_write_key(w, "enum");
        pr_write_array(w);
        for (uint32_t i = 0; i < count; i++) {
            pr_text name = pr__string(names, i);
            pr_write_string(w, name.bytes, name.size);
        }
        pr_write_end_array(w);
    }
    pr_write_end_object(w);
}

/* For each coded column "Values<n>", one value, and "Codes<n>", one value or a list. */
static void write_all_values(pr_call *call, pr_writer *w) {
    const pr_settings *settings = &call->engine->settings;
    for (uint32_t c = 0; c < settings->column_count; c++) {
        if (!is_coded(settings, c))
            continue;
        write_numbered_key(w, "Values", c);
        write_values(call, c, w);
        write_numbered_key(w, "Codes", c);
        pr_write_object(w);
        pr_write_key(w, "anyOf");
        pr_write_array(w);
        write_reference(w, "Values", c);
        pr_write_object(w);
        write_member(w, "type", "array");
        pr_write_key(w, "minItems");
        pr_write_integer(w, 1);
        pr_write_key(w, "items");
        write_reference(w, "Values", c);
        pr_write_end_object(w);
        pr_write_end_array(w);
        pr_write_end_object(w);
    }
}

static void write_answer_values(const pr_dimension *dimension, pr_writer *w) {
    pr_write_object(w);
    pr_write_key(w, "enum");
    pr_write_array(w);
    for (uint32_t v = 0; v < dimension->value_count; v++)
        pr_write_string(w, dimension->values[v].bytes, dimension->values[v].size);
    pr_write_end_array(w);
    pr_write_end_object(w);
}

static void write_band(const pr_band *band, pr_writer *w) {
    pr_write_object(w);
    write_member(w, "type", "integer");
    pr_write_key(w, "minimum");
    pr_write_integer(w, band->minimum);
    pr_write_key(w, "maximum");
    pr_write_integer(w, band->maximum);
    pr_write_end_object(w);
}

static void write_answer(const pr_dimension *dimension, pr_writer *w) {
    pr_write_key(w, dimension->input.bytes);
    pr_write_object(w);
    pr_write_key(w, "description");
    pr_write_string(w, dimension->label.bytes, dimension->label.size);
    if (dimension->item_side) {
        write_member(w, "type", "array");
        pr_write_key(w, "minItems");
        pr_write_integer(w, 1);
        if (dimension->value_count >
            PR_MAX_CHOSEN) { /* with fewer values, repetitions make a list longer but not wrong */
            pr_write_key(w, "maxItems");
            pr_write_integer(w, PR_MAX_CHOSEN);
        }
        pr_write_key(w, "items");
        write_answer_values(dimension, w);
    } else {
        pr_write_key(w, "anyOf");
        pr_write_array(w);
        write_answer_values(dimension, w);
        for (uint32_t b = 0; b < dimension->band_count; b++)
            write_band(&dimension->bands[b], w);
        pr_write_end_array(w);
    }
    pr_write_end_object(w);
}

static void write_answers(pr_call *call, pr_writer *w) {
    const pr_settings *settings = &call->engine->settings;
    for (uint32_t d = 0; d < settings->dimension_count; d++) {
        if (settings->dimensions[d].value_count)
            write_answer(&settings->dimensions[d], w);
    }
}

/* An item's columns as answers show them. */
static void write_columns(pr_call *call, pr_writer *w) {
    static const char *const types[] = {"string", "string", "array", "integer", "string", "number"};
    const pr_settings *settings = &call->engine->settings;
    for (uint32_t c = 0; c < settings->column_count; c++) {
        pr_column_type type = settings->columns[c].type;
        pr_write_key(w, settings->columns[c].name.bytes);
        pr_write_object(w);
        pr_write_key(w, "type");
        pr_write_array(w);
        pr_write_text(w, types[type]);
        if (type != PR_COLUMN_TEXT && type != PR_COLUMN_LIST)
            pr_write_text(w, "null");
        pr_write_end_array(w);
        if (type == PR_COLUMN_DATE)
            write_member(w, "format", "date");
        pr_write_end_object(w);
    }
}

static void write_filter(pr_call *call, const char *key, uint32_t column, pr_writer *w) {
    pr_write_key(w, key);
    if (is_coded(&call->engine->settings, column))
        write_reference(w, "Codes", column);
    else
        pr_write_raw(w, "{\"$ref\":\"#/components/schemas/Range\"}", 37);
}

static bool can_filter(const pr_settings *settings, uint32_t column) {
    return settings->columns[column].type != PR_COLUMN_TEXT &&
           (!is_coded(settings, column) || settings->columns[column].values);
}

static void write_filters(pr_call *call, pr_writer *w) {
    const pr_settings *settings = &call->engine->settings;
    for (uint32_t c = 0; c < settings->column_count; c++) {
        if (can_filter(settings, c))
            write_filter(call, settings->columns[c].name.bytes, c, w);
    }
    for (uint32_t d = 0; d < settings->dimension_count; d++) { /* the questions' inputs stand for their columns */
        const pr_dimension *dimension = &settings->dimensions[d];
        uint32_t column = dimension->item_side ? dimension->column
                                               : pr__column_find(settings, dimension->name.bytes, dimension->name.size);
        if (column != PR_NO_COLUMN && can_filter(settings, column) &&
            pr__column_find(settings, dimension->input.bytes, dimension->input.size) == PR_NO_COLUMN)
            write_filter(call, dimension->input.bytes, column, w);
    }
}

static void write_groups(pr_call *call, pr_writer *w) {
    uint32_t column = call->engine->settings.flag_column;
    if (column == PR_NO_COLUMN || !call->engine->settings.columns[column].values)
        return;
    pr_write_key(w, "instructors");
    write_reference(w, "Codes", column);
}

static void write_wishes(pr_call *call, pr_writer *w) {
    uint32_t column = call->engine->settings.type_column;
    if (column != PR_NO_COLUMN && call->engine->settings.columns[column].values) {
        pr_write_key(w, "types");
        write_reference(w, "Codes", column);
    }
    write_groups(call, w);
}

/* The most popular item, so that a tester finds something. */
static void write_example(pr_call *call, pr_writer *w) {
    pr_item item;
    if (!pr__item(call->engine, 0, &item))
        return;
    pr_text id = pr__string(&item.view->id, item.row);
    pr_write_key(w, "example");
    pr_write_string(w, id.bytes, id.size);
}

/* The members of an embedded object, marks and all. */
static void splice(pr_call *call, const unsigned char *object, size_t size) {
    while (size && object[size - 1] != '}')
        size--;
    if (size > 2)
        pr__write_openapi(call, (const char *)object + 1, size - 2);
}

extern const unsigned char pr_openapi_popular[];
extern const size_t pr_openapi_popular_size;

/* Where purchases are recommended, popular items are listed in another way. */
static void write_popular_path(pr_call *call, pr_writer *w) {
    (void)w;
    if (!call->engine->settings.buys)
        splice(call, pr_openapi_popular, pr_openapi_popular_size);
}

#if !PR_WITH_RANKING || !PR_WITH_SHOP || !PR_WITH_PURCHASES || !PR_WITH_MEANING
static void write_nothing(pr_call *call, pr_writer *w) {
    (void)call, (void)w;
}
#endif

#if PR_WITH_RANKING
extern const unsigned char pr_openapi_ranking_paths[], pr_openapi_ranking_schemas[], pr_openapi_ranking_state[];
extern const size_t pr_openapi_ranking_paths_size, pr_openapi_ranking_schemas_size, pr_openapi_ranking_state_size;

static void splice_ranking(pr_call *call, const unsigned char *object, size_t size) {
    if (call->engine->settings.ranked)
        splice(call, object, size);
}

static void write_ranking_paths(pr_call *call, pr_writer *w) {
    (void)w;
    splice_ranking(call, pr_openapi_ranking_paths, pr_openapi_ranking_paths_size);
}

static void write_ranking_schemas(pr_call *call, pr_writer *w) {
    (void)w;
    splice_ranking(call, pr_openapi_ranking_schemas, pr_openapi_ranking_schemas_size);
}

static void write_ranking_state(pr_call *call, pr_writer *w) {
    (void)w;
    splice_ranking(call, pr_openapi_ranking_state, pr_openapi_ranking_state_size);
}

static void write_weeks(pr_call *call, pr_writer *w) {
    pr_write_key(w, "minimum");
    pr_write_integer(w, (int64_t)call->engine->ranking.first_week + 1);
    pr_write_key(w, "maximum");
    pr_write_integer(w, (int64_t)call->engine->ranking.last_week + 1 + PR_MOST_FUTURE_WEEKS);
}
#else
#define write_ranking_paths   write_nothing
#define write_ranking_schemas write_nothing
#define write_ranking_state   write_nothing
#endif

#if PR_WITH_MEANING
/* A category of the most popular item. */
static void write_category(pr_call *call, pr_writer *w) {
    const pr_stages *stages = &call->engine->stages;
    const uint32_t column = stages->listed_count ? stages->listed[0] : PR_NO_COLUMN;
    const pr_strings *names = column != PR_NO_COLUMN ? pr__dictionary(call->engine, column) : NULL;
    pr_item item;
    uint32_t first;
    if (!names || !pr__item(call->engine, 0, &item) || !pr__item_codes(&call->engine->settings, item, column, &first))
        return;
    pr_text name = pr__string(names, pr__uint(item.view->columns[column].codes, first));
    pr_write_key(w, "example");
    pr_write_string(w, name.bytes, name.size);
}
#endif

#if PR_WITH_SHOP
extern const unsigned char pr_openapi_shop_paths[], pr_openapi_shop_schemas[];
extern const size_t pr_openapi_shop_paths_size, pr_openapi_shop_schemas_size;

#if PR_WITH_MEANING
static void write_dims(pr_call *call, pr_writer *w) {
    pr_write_key(w, "minItems");
    pr_write_integer(w, call->engine->meaning.source);
    pr_write_key(w, "maxItems");
    pr_write_integer(w, call->engine->meaning.source);
}
#endif

#if PR_WITH_MEANING
/* A part of the shop's description, with what search by meaning adds where the bundle has it. */
static void splice_shop(pr_call *call, const unsigned char *object, size_t size) {
    pr_buffer out = {.arena = &call->engine->scratch};
    if (call->engine->meaning.source) {
        pr__openapi_add_meaning(object, size, &out);
        call->out.failed |= out.failed;
        object = (const unsigned char *)out.bytes;
        size = out.size;
    }
    splice(call, object, size);
}
#else
#define splice_shop splice
#endif

static void write_shop_paths(pr_call *call, pr_writer *w) {
    (void)w;
    if (call->engine->settings.shop)
        splice_shop(call, pr_openapi_shop_paths, pr_openapi_shop_paths_size);
}

/* Which ids may be those of products. */
static void write_product_id(pr_call *call, pr_writer *w) {
    write_example(call, w);
    pr_write_key(w, call->engine->shop.strict_ids ? "pattern" : "minLength");
    if (call->engine->shop.strict_ids)
        pr_write_text(w, "^[A-Z0-9]{10}$");
    else
        pr_write_integer(w, 1);
    pr_write_key(w, "maxLength");
    pr_write_integer(w, PR_MAX_ID);
}

static void write_shop_schemas(pr_call *call, pr_writer *w) {
    (void)w;
    if (call->engine->settings.shop)
        splice_shop(call, pr_openapi_shop_schemas, pr_openapi_shop_schemas_size);
}
#else
#define write_shop_paths   write_nothing
#define write_shop_schemas write_nothing
#endif

#if PR_WITH_PURCHASES
extern const unsigned char pr_openapi_purchases_paths[], pr_openapi_purchases_schemas[];
extern const size_t pr_openapi_purchases_paths_size, pr_openapi_purchases_schemas_size;

static void write_purchases_paths(pr_call *call, pr_writer *w) {
    (void)w;
    if (call->engine->settings.buys)
        splice(call, pr_openapi_purchases_paths, pr_openapi_purchases_paths_size);
}

static void write_purchases_schemas(pr_call *call, pr_writer *w) {
    (void)w;
    if (call->engine->settings.buys)
        splice(call, pr_openapi_purchases_schemas, pr_openapi_purchases_schemas_size);
}

/* The models of this bundle. */
static void write_models(pr_call *call, pr_writer *w) {
    pr_write_key(w, "enum");
    pr_write_array(w);
    for (int s = 0; s < PR_SOURCE_NAMES; s++) {
        if (s == PR_BY_HYBRID || call->engine->purchases.has[s])
            pr_write_text(w, pr__source_names[s]);
    }
    pr_write_end_array(w);
}
#else
#define write_purchases_paths   write_nothing
#define write_purchases_schemas write_nothing
#endif

#if PR_WITH_MEANING
extern const unsigned char pr_openapi_meaning_paths[], pr_openapi_meaning_schemas[], pr_openapi_meaning_state[];
extern const size_t pr_openapi_meaning_paths_size, pr_openapi_meaning_schemas_size, pr_openapi_meaning_state_size;

static void splice_meaning(pr_call *call, const unsigned char *object, size_t size) {
    if (call->engine->settings.meant)
        splice(call, object, size);
}

static void write_meaning_paths(pr_call *call, pr_writer *w) {
    (void)w;
    splice_meaning(call, pr_openapi_meaning_paths, pr_openapi_meaning_paths_size);
}

static void write_meaning_schemas(pr_call *call, pr_writer *w) {
    (void)w;
    splice_meaning(call, pr_openapi_meaning_schemas, pr_openapi_meaning_schemas_size);
}

static void write_meaning_state(pr_call *call, pr_writer *w) {
    (void)w;
    splice_meaning(call, pr_openapi_meaning_state, pr_openapi_meaning_state_size);
}
#else
#define write_meaning_paths   write_nothing
#define write_meaning_schemas write_nothing
#define write_meaning_state   write_nothing
#endif

static void write_ref(pr_writer *w, const char *name) {
    pr_write_object(w);
    pr_write_key(w, "$ref");
    pr_write_text(w, name);
    pr_write_end_object(w);
}

/* What the visitor's state may hold. */
static void write_state_events(pr_call *call, pr_writer *w) {
    pr_write_key(w, "anyOf");
    pr_write_array(w);
    bool all = PR_WITH_MEANING && call->engine->settings.meant; /* in one schema */
    write_ref(w, all ? "#/components/schemas/StagedStateEvent" : "#/components/schemas/StateEvent");
    if (!all && PR_WITH_PURCHASES && call->engine->settings.buys)
        write_ref(w, "#/components/schemas/PurchaseStateEvent");
    else if (!all && PR_WITH_SHOP && call->engine->settings.shop)
        write_ref(w, "#/components/schemas/ShopStateEvent");
    if (PR_WITH_SHOP && call->engine->settings.shop)
        write_ref(w, "#/components/schemas/SearchStateEvent");
    pr_write_end_array(w);
}

/* Weekly signals are kinds of new events, and a shop has some of its own. */
static void write_new_events(pr_call *call, pr_writer *w) {
    pr_write_key(w, "anyOf");
    pr_write_array(w);
    write_ref(w, "#/components/schemas/KeptEvent");
    if (PR_WITH_RANKING && call->engine->settings.ranked) {
        write_ref(w, "#/components/schemas/NewSignal");
        write_ref(w, "#/components/schemas/NewView");
    }
    if (PR_WITH_PURCHASES && call->engine->settings.buys)
        write_ref(w, "#/components/schemas/PurchaseEvent");
    else if (PR_WITH_SHOP && call->engine->settings.shop)
        write_ref(w, "#/components/schemas/ShopEvent");
    if (PR_WITH_SHOP && call->engine->settings.shop)
        write_ref(w, "#/components/schemas/NewSearch");
    pr_write_end_array(w);
}

static const struct {
    const char *name;
    void (*write)(pr_call *call, pr_writer *w);
} MARKS[] = {
    {"$VALUES", write_all_values},
    {"$ANSWERS", write_answers},
    {"$COLUMNS", write_columns},
    {"$FILTERS", write_filters},
    {"$WISHES", write_wishes},
    {"$TABOOS", write_groups},
    {"$EXAMPLE", write_example},
    {"$RANKING_PATHS", write_ranking_paths},
    {"$RANKING_SCHEMAS", write_ranking_schemas},
    {"$RANKING_STATE", write_ranking_state},
    {"$SHOP_PATHS", write_shop_paths},
    {"$SHOP_SCHEMAS", write_shop_schemas},
    {"$POPULAR_PATH", write_popular_path},
    {"$PURCHASES_PATHS", write_purchases_paths},
    {"$PURCHASES_SCHEMAS", write_purchases_schemas},
    {"$MEANING_PATHS", write_meaning_paths},
    {"$MEANING_SCHEMAS", write_meaning_schemas},
    {"$MEANING_STATE", write_meaning_state},
#if PR_WITH_PURCHASES
    {"$MODELS", write_models},
#endif
    {"$STATE_EVENTS", write_state_events},
#if PR_WITH_SHOP
    {"$PRODUCT_ID", write_product_id},
#endif
#if PR_WITH_SHOP && PR_WITH_MEANING
    {"$DIMS", write_dims},
#endif
#if PR_WITH_MEANING
    {"$CATEGORY", write_category},
#endif
    {"$NEW_EVENTS", write_new_events},
#if PR_WITH_RANKING
    {"$WEEKS", write_weeks},
#endif
};

/* The comma before a mark that is the last of its object and stands for nothing. */
static void take_comma_back(pr_buffer *out) {
    while (out->size && out->bytes[out->size - 1] == ' ')
        out->size--;
    if (out->size && out->bytes[out->size - 1] == ',')
        out->size--;
}

/* Write what the mark at `text` stands for; returns the bytes that the mark takes up, its comma included where nothing
 * was written. */
static size_t write_mark(pr_call *call, const char *text, size_t size) {
    size_t used = 0;
    for (size_t i = 0; i < PR_COUNT(MARKS); i++) {
        size_t length = strlen(MARKS[i].name);
        if (size < length + 6 || memcmp(text + 1, MARKS[i].name, length) != 0 || text[length + 1] != '"')
            continue;
        size_t before = call->out.size;
        pr_writer w = {&call->out, 0, false};
        MARKS[i].write(call, &w);
        while (used < size && text[used] != '}')
            used++;
        used++;
        if (call->out.size != before)
            continue;
        if (used < size && text[used] == ',')
            used++;
        else
            take_comma_back(&call->out);
    }
    return used;
}

void pr__write_openapi(pr_call *call, const char *text, size_t size) {
    for (size_t at = 0; at < size;) {
        const char *mark = memchr(text + at, '$', size - at);
        size_t next = mark ? (size_t)(mark - text) : size;
        bool begins = mark && next > at && text[next - 1] == '"';
        pr_buffer_append(&call->out, text + at, next - at - (begins ? 1 : 0));
        if (!mark)
            return;
        size_t used = begins ? write_mark(call, mark - 1, size - next + 1) : 0;
        if (used) {
            at = next - 1 + used;
            continue;
        }
        pr_buffer_append(&call->out, begins ? "\"$" : "$", begins ? 2 : 1);
        at = next + 1;
    }
}
