/* Reading the part of settings.meaning that is about four stages, checked like everything that comes from outside. */
#include "settings_stages.h"

#include <string.h>

const char *const pr__voice_names[PR_VOICES] = {"content", "collaborative", "popularity"};

static pr_status wrong(pr_error *error, const char *where, const char *what) {
    return pr_fail(error, PR_E_FORMAT, 0, "manifest.json: settings.meaning.", where, " ", what,
                   "; download it again or rebuild the bundle");
}

/* ---- numbers ---- */

static pr_status number(const pr_json *given, const char *key, double least, double most, double *out,
                        pr_error *error) {
    const pr_json *value = pr_json_get(given, key);
    if (!value)
        return PR_OK;
    if (value->type != PR_JSON_NUMBER || !(value->number >= least && value->number <= most))
        return wrong(error, key, "is no number, or out of its bounds");
    *out = value->number;
    return PR_OK;
}

static pr_status whole(const pr_json *given, const char *key, uint32_t most, uint32_t *out, pr_error *error) {
    double value = *out;
    PR_TRY(number(given, key, 0, most, &value, error));
    *out = (uint32_t)value;
    return value == *out ? PR_OK : wrong(error, key, "must be a whole number");
}

static pr_status read_weights(const pr_json *given, pr_stages *out, pr_error *error) {
    const pr_json *weights = pr_json_get(given, "weights");
    if (weights && weights->type != PR_JSON_OBJECT)
        return wrong(error, "weights", "must be an object");
    for (int v = 0; v < PR_VOICES; v++)
        PR_TRY(number(weights, pr__voice_names[v], 0, 1, &out->weights[v], error));
    return PR_OK;
}

/* ---- columns ---- */

static bool is_coded(const pr_settings *settings, uint32_t column) {
    pr_column_type type = settings->columns[column].type;
    return type == PR_COLUMN_CATEGORY || type == PR_COLUMN_LIST;
}

static bool is_numeric(const pr_settings *settings, uint32_t column) {
    pr_column_type type = settings->columns[column].type;
    return type == PR_COLUMN_INTEGER || type == PR_COLUMN_REAL;
}

static bool is_date(const pr_settings *settings, uint32_t column) {
    return settings->columns[column].type == PR_COLUMN_DATE;
}

/* The column that the member `key` names; as it is where there is none. */
static pr_status column(const pr_json *given, const char *key, bool (*fits)(const pr_settings *, uint32_t),
                        const pr_settings *settings, uint32_t *out, pr_error *error) {
    const pr_json *name = pr_json_get(given, key);
    if (!name || name->type == PR_JSON_NULL)
        return PR_OK;
    *out = name->type == PR_JSON_STRING ? pr__column_find(settings, name->string, name->size) : PR_NO_COLUMN;
    if (*out == PR_NO_COLUMN || !fits(settings, *out))
        return wrong(error, key, "does not name a column of the right type");
    return PR_OK;
}

/* The columns that `categories` names. Bundles before it have none. */
static pr_status read_categories(const pr_json *given, const pr_settings *settings, pr_stages *out, pr_error *error) {
    const pr_json *names = pr_json_get(given, "categories");
    if (!names)
        return PR_OK;
    if (names->type != PR_JSON_ARRAY || names->size > PR_MAX_CATEGORIES)
        return wrong(error, "categories", "must be a list of few names");
    for (const pr_json *name = names->first; name; name = name->next) {
        const uint32_t found =
            name->type == PR_JSON_STRING ? pr__column_find(settings, name->string, name->size) : PR_NO_COLUMN;
        if (found == PR_NO_COLUMN || !is_coded(settings, found))
            return wrong(error, "categories", "does not name columns of the right type");
        out->listed[out->listed_count++] = found;
    }
    return PR_OK;
}

static uint32_t column_named(const pr_settings *settings, const char *name, bool text) {
    uint32_t found = pr__column_find(settings, name, strlen(name));
    bool fits =
        found != PR_NO_COLUMN && (text ? settings->columns[found].type == PR_COLUMN_TEXT : is_numeric(settings, found));
    return fits ? found : PR_NO_COLUMN;
}

static void take_levels(const uint32_t *levels, uint32_t count, pr_stages *out) {
    out->level_count = count;
    for (uint32_t i = 0; i < count; i++)
        out->levels[i] = levels[i];
}

/* What a product is made of where settings.meaning does not say. */
static void take_columns(const pr_settings *settings, const pr_shop *shop, const pr_purchases *purchases,
                         pr_stages *out) {
    out->name = shop->present ? shop->name : column_named(settings, "title", true);
    out->image = shop->present ? shop->image : column_named(settings, "image", true);
    out->price = shop->present        ? shop->price
                 : purchases->present ? purchases->price
                                      : column_named(settings, "price", false);
    if (shop->present)
        take_levels(shop->category, shop->category_count, out);
    else if (purchases->present)
        take_levels(purchases->category, purchases->category_count, out);
    else if (settings->type_column != PR_NO_COLUMN)
        take_levels(&settings->type_column, 1, out);
    out->category = out->level_count ? out->levels[out->level_count - 1] : PR_NO_COLUMN;
    out->stock = out->arrived = PR_NO_COLUMN;
}

static pr_status read_arrivals(const pr_json *given, const pr_settings *settings, pr_stages *out, pr_error *error) {
    const pr_json *arrivals = pr_json_get(given, "new_arrivals");
    if (!arrivals || arrivals->type == PR_JSON_NULL)
        return PR_OK;
    if (arrivals->type != PR_JSON_OBJECT)
        return wrong(error, "new_arrivals", "must be an object");
    PR_TRY(column(arrivals, "column", is_date, settings, &out->arrived, error));
    PR_TRY(whole(arrivals, "days", 36500, &out->days, error));
    return number(arrivals, "boost", 0, 10, &out->boost, error);
}

pr_status pr__stages_read(const pr_json *given, const pr_settings *settings, const pr_shop *shop,
                          const pr_purchases *purchases, pr_stages *out, pr_error *error) {
    enum { MOST = 3, DAYS = 30 };
    if (!given)
        return PR_OK;
    if (given->type != PR_JSON_OBJECT)
        return wrong(error, "", "must be an object");
    *out = (pr_stages){.most_per_category = MOST, .days = DAYS, .boost = 0.1, .weights = {0.5, 0.3, 0.2}};
    take_columns(settings, shop, purchases, out);
    PR_TRY(read_weights(given, out, error));
    PR_TRY(whole(given, "max_per_category", 1000000, &out->most_per_category, error));
    PR_TRY(read_categories(given, settings, out, error));
    PR_TRY(column(given, "category", is_coded, settings, &out->category, error));
    PR_TRY(column(given, "stock", is_numeric, settings, &out->stock, error));
    PR_TRY(read_arrivals(given, settings, out, error));
    out->present = true;
    return PR_OK;
}
