/* Reading the settings of a manifest, and the knobs of a request, which are the same numbers. */
#include "settings.h"

static pr_status wrong(pr_error *error, const char *where, const char *what) {
    return pr_fail(error, PR_E_FORMAT, 0, "manifest.json: ", where, " ", what, "; rebuild the bundle");
}

static bool text_of(const pr_json *value, size_t longest, pr_text *out) {
    if (!value || value->type != PR_JSON_STRING || value->size == 0 || value->size > longest)
        return false;
    *out = (pr_text){value->string, value->size};
    return true;
}

static bool integer_of(const pr_json *value, int64_t least, int64_t most, int64_t *out) {
    if (!value || value->type != PR_JSON_NUMBER || !value->is_integer || value->number < (double)least ||
        value->number > (double)most)
        return false;
    *out = (int64_t)value->number;
    return true;
}

static bool number_of(const pr_json *value, double least, double most, double *out) {
    if (!value || value->type != PR_JSON_NUMBER || !(value->number >= least && value->number <= most))
        return false;
    *out = value->number;
    return true;
}

uint32_t pr__column_find(const pr_settings *settings, const char *name, size_t size) {
    for (uint32_t i = 0; i < settings->column_count; i++) {
        if (pr__equal(settings->columns[i].name.bytes, settings->columns[i].name.size, name, size))
            return i;
    }
    return PR_NO_COLUMN;
}

static uint32_t find_column(const pr_settings *settings, const pr_json *name) {
    return name && name->type == PR_JSON_STRING ? pr__column_find(settings, name->string, name->size) : PR_NO_COLUMN;
}

/* Members of a result beside the columns. */
static bool is_reserved(const pr_json *column) {
    static const char *const reserved[] = {"id", "position", "score", "parts", "explain", "propensity"};
    for (size_t i = 0; i < PR_COUNT(reserved); i++) {
        if (pr__equal(column->key, column->key_size, reserved[i], pr__length(reserved[i])))
            return true;
    }
    return false;
}

static pr_status read_column(const pr_json *given, pr_column *column, pr_error *error) {
    static const char *const names[] = {"text", "category", "list", "integer", "date", "real"};
    const pr_json *type = pr_json_get(given, "type");
    uint32_t kind = 0;
    while (kind < PR_COUNT(names) && !pr_json_is(type, names[kind]))
        kind++;
    column->name = (pr_text){given->key, given->key_size};
    if (kind == PR_COUNT(names) || given->key_size == 0 || given->key_size > 100 || is_reserved(given) ||
        pr__length(given->key) != given->key_size)
        return wrong(error, "columns", "has a column without a known type or a usable name");
    column->type = (pr_column_type)kind;
    int64_t values = 0;
    bool coded = column->type == PR_COLUMN_CATEGORY || column->type == PR_COLUMN_LIST;
    if (coded && !integer_of(pr_json_get(given, "values"), 0, 1 << 24, &values))
        return wrong(error, "columns", "has a category or list without the number of its values");
    column->values = (uint32_t)values;
    return PR_OK;
}

static pr_status read_columns(const pr_json *columns, pr_settings *out, pr_error *error) {
    if (!columns || columns->type != PR_JSON_OBJECT || columns->size > PR_MAX_COLUMNS)
        return wrong(error, "columns", "must be an object of at most 64 columns");
    for (const pr_json *column = columns->first; column; column = column->next)
        PR_TRY(read_column(column, &out->columns[out->column_count++], error));
    return PR_OK;
}

static pr_status read_bands(const pr_json *bands, pr_dimension *out, pr_error *error) {
    if (!bands)
        return PR_OK;
    if (bands->type != PR_JSON_ARRAY || bands->size > PR_MAX_BANDS)
        return wrong(error, "settings.segments.dimensions", "has wrong bands");
    for (const pr_json *given = bands->first; given; given = given->next) {
        pr_band *band = &out->bands[out->band_count++];
        if (!text_of(pr_json_get(given, "label"), 100, &band->label) ||
            !integer_of(pr_json_get(given, "minimum"), -1000000000, 1000000000, &band->minimum) ||
            !integer_of(pr_json_get(given, "maximum"), -1000000000, 1000000000, &band->maximum))
            return wrong(error, "settings.segments.dimensions", "has a band without label, minimum or maximum");
    }
    return PR_OK;
}

static pr_status read_dimension(const pr_json *given, const pr_json *values, pr_arena *arena, pr_settings *out,
                                pr_error *error) {
    pr_dimension *d = &out->dimensions[out->dimension_count++];
    const char *where = "settings.segments.dimensions";
    const pr_json *side = pr_json_get(given, "side");
    if (!text_of(pr_json_get(given, "name"), 100, &d->name) || !text_of(pr_json_get(given, "input"), 100, &d->input))
        return wrong(error, where, "has a dimension without name or input");
    if (!text_of(pr_json_get(given, "label"), 100, &d->label))
        d->label = d->name;
    if (!pr_json_is(side, "user") && !pr_json_is(side, "item"))
        return wrong(error, where, "has a side that is neither user nor item");
    d->item_side = pr_json_is(side, "item");
    d->column = PR_NO_COLUMN;
    if (d->item_side) {
        d->column = find_column(out, pr_json_get(given, "column"));
        if (d->column == PR_NO_COLUMN ||
            (out->columns[d->column].type != PR_COLUMN_CATEGORY && out->columns[d->column].type != PR_COLUMN_LIST))
            return wrong(error, where, "names an item column that is no category or list");
        if (out->type_column == PR_NO_COLUMN)
            out->type_column = d->column;
    }
    PR_TRY(read_bands(pr_json_get(given, "bands"), d, error));
    if (!values || values->type != PR_JSON_ARRAY || values->size > 65536)
        return wrong(error, "dimensions", "must hold the values of each dimension");
    pr_text *texts = pr_arena_array(arena, values->size + 1u, sizeof *texts);
    if (!texts)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening the bundle");
    for (const pr_json *v = values->first; v; v = v->next) {
        if (!text_of(v, 256, &texts[d->value_count++]))
            return wrong(error, "dimensions", "holds a value that is no text");
    }
    d->values = texts;
    return PR_OK;
}

static pr_status read_backoff(const pr_json *names, pr_settings *out, pr_error *error) {
    uint32_t kept = 0;
    if (names->type != PR_JSON_ARRAY)
        return wrong(error, "settings.segments.backoff", "must hold arrays of dimension names");
    for (const pr_json *name = names->first; name; name = name->next) {
        uint32_t d = 0;
        while (d < out->dimension_count &&
               !(name->type == PR_JSON_STRING &&
                 pr__equal(out->dimensions[d].name.bytes, out->dimensions[d].name.size, name->string, name->size)))
            d++;
        if (d == out->dimension_count)
            return wrong(error, "settings.segments.backoff", "names an unknown dimension");
        kept |= 1u << d;
    }
    out->backoffs[out->backoff_count++] = kept;
    return PR_OK;
}

static pr_status read_segments(const pr_json *segments, const pr_json *values, pr_arena *arena, pr_settings *out,
                               pr_error *error) {
    const pr_json *dimensions = pr_json_get(segments, "dimensions"), *backoff = pr_json_get(segments, "backoff");
    if (!dimensions || dimensions->type != PR_JSON_ARRAY || dimensions->size > PR_MAX_DIMENSIONS)
        return wrong(error, "settings.segments.dimensions", "must be an array of at most 6");
    if (!values || values->type != PR_JSON_ARRAY || values->size != dimensions->size)
        return wrong(error, "dimensions", "must hold one array of values for each dimension");
    const pr_json *v = values->first;
    for (const pr_json *d = dimensions->first; d; d = d->next, v = v->next)
        PR_TRY(read_dimension(d, v, arena, out, error));
    if (!backoff || backoff->type != PR_JSON_ARRAY || backoff->size > PR_MAX_BACKOFFS)
        return wrong(error, "settings.segments.backoff", "must be an array of at most 16");
    for (const pr_json *names = backoff->first; names; names = names->next)
        PR_TRY(read_backoff(names, out, error));
    return PR_OK;
}

/* One table for all the numbers: where they stand in the settings, under which name a request changes them, and their
 * bounds. */
typedef struct knob {
    const char *section, *part, *key, *name;
    double least, most;
    size_t offset;
} knob;

static const knob KNOBS[] = {
    {"score", NULL, "completion", "completion", 0, 1000, offsetof(pr_knobs, completion)},
    {"score", NULL, "like", "like", 0, 1000, offsetof(pr_knobs, like)},
    {"score", NULL, "views", "views", 0, 1000, offsetof(pr_knobs, views)},
    {"score", "freshness", "decay", "freshness", 0, 10, offsetof(pr_knobs, decay)},
    {"rank", NULL, "mmr", "mmr", 0, 1, offsetof(pr_knobs, mmr)},
    {"rank", NULL, "explore", "explore", 0, 1, offsetof(pr_knobs, explore)},
    {"rules", NULL, "own_weight", "own_weight", 0, 1000, offsetof(pr_knobs, own_weight)},
    {"rules", "boosts", "type", "boost_type", 0, 1000, offsetof(pr_knobs, boost_type)},
    {"rules", "boosts", "instructor", "boost_instructor", 0, 1000, offsetof(pr_knobs, boost_instructor)},
};

static double *slot(pr_knobs *knobs, const knob *k) {
    return (double *)(void *)((char *)knobs + k->offset);
}

static pr_status read_prior(const pr_json *prior, pr_knobs *knobs, pr_error *error) {
    if (pr_json_is(prior, "learned"))
        knobs->prior = PR_PRIOR_LEARNED;
    else if (pr_json_is(prior, "none"))
        knobs->prior = PR_PRIOR_NONE;
    else if (number_of(pr_json_get(prior, "alpha"), 0, 1e6, &knobs->alpha) &&
             number_of(pr_json_get(prior, "beta"), 0, 1e6, &knobs->beta) && prior->size == 2)
        knobs->prior = PR_PRIOR_BETA;
    else
        return pr_fail(error, PR_E_FORMAT, 0,
                       "prior must be \"learned\", \"none\" or {\"alpha\": 0…1000000, \"beta\": 0…1000000}");
    return PR_OK;
}

pr_status pr__knobs_read(const pr_json *given, pr_knobs *knobs, const char **field, pr_error *error) {
    *field = "knobs";
    if (given->type != PR_JSON_OBJECT)
        return pr_fail(error, PR_E_FORMAT, 0, "knobs must be an object");
    for (const pr_json *member = given->first; member; member = member->next) {
        *field = member->key;
        if (pr__equal(member->key, member->key_size, "prior", 5)) {
            PR_TRY(read_prior(member, knobs, error));
            continue;
        }
        if (pr__equal(member->key, member->key_size, "backoff", 7)) {
            if (member->type != PR_JSON_BOOL)
                return pr_fail(error, PR_E_FORMAT, 0, "backoff must be true or false");
            knobs->backoff = member->boolean;
            continue;
        }
        size_t i = 0;
        while (i < PR_COUNT(KNOBS) &&
               !pr__equal(member->key, member->key_size, KNOBS[i].name, pr__length(KNOBS[i].name)))
            i++;
        if (i == PR_COUNT(KNOBS))
            return pr_fail(error, PR_E_FORMAT, 0, "there is no knob \"", member->key, "\"");
        if (!number_of(member, KNOBS[i].least, KNOBS[i].most, slot(knobs, &KNOBS[i]))) {
            char most[32];
            pr_format_number(KNOBS[i].most, most);
            return pr_fail(error, PR_E_FORMAT, 0, KNOBS[i].name, " must be a number from 0 to ", most);
        }
    }
    return PR_OK;
}

static pr_status read_numbers(const pr_json *settings, pr_settings *out, pr_error *error) {
    for (size_t i = 0; i < PR_COUNT(KNOBS); i++) {
        const knob *k = &KNOBS[i];
        const pr_json *section = pr_json_get(settings, k->section);
        const pr_json *value = pr_json_get(k->part ? pr_json_get(section, k->part) : section, k->key);
        if (value && !number_of(value, k->least, k->most, slot(&out->knobs, k)))
            return wrong(error, k->name, "in the settings is out of its bounds");
    }
    const pr_json *prior = pr_json_get(pr_json_get(settings, "score"), "prior");
    return prior ? read_prior(prior, &out->knobs, error) : PR_OK;
}

static pr_status read_rank(const pr_json *settings, pr_settings *out, pr_error *error) {
    int64_t number = 50;
    const pr_json *rank = pr_json_get(settings, "rank"), *pool = pr_json_get(rank, "pool");
    if (pool && !integer_of(pool, 1, 1000, &number))
        return wrong(error, "settings.rank.pool", "must be a whole number from 1 to 1000");
    out->pool = (uint32_t)number;
    const pr_json *results = pr_json_get(pr_json_get(settings, "limits"), "results");
    number = 10;
    if (results && !integer_of(results, 1, 1000, &number))
        return wrong(error, "settings.limits.results", "must be a whole number from 1 to 1000");
    out->results = (uint32_t)number;
    const pr_json *similarity = pr_json_get(rank, "similarity");
    if (similarity && (similarity->type != PR_JSON_ARRAY || similarity->size > PR_MAX_SIMILARITY))
        return wrong(error, "settings.rank.similarity", "must be an array of at most 8 columns");
    for (const pr_json *name = similarity ? similarity->first : NULL; name; name = name->next) {
        uint32_t column = find_column(out, name);
        if (column == PR_NO_COLUMN ||
            (out->columns[column].type != PR_COLUMN_CATEGORY && out->columns[column].type != PR_COLUMN_LIST))
            return wrong(error, "settings.rank.similarity", "names a column that is no category or list");
        out->similarity[out->similarity_count++] = column;
    }
    return PR_OK;
}

/* The column that an optional setting names; it must have the type. */
static pr_status read_column_name(const pr_json *name, const pr_settings *settings, pr_column_type type,
                                  const char *where, uint32_t *out, pr_error *error) {
    *out = PR_NO_COLUMN;
    if (!name || name->type == PR_JSON_NULL)
        return PR_OK;
    *out = find_column(settings, name);
    if (*out == PR_NO_COLUMN || settings->columns[*out].type != type)
        return wrong(error, where, "names a column that is not there or has the wrong type");
    return PR_OK;
}

static pr_status read_rate_model(const pr_json *given, const char *where, pr_rate_model *out, pr_error *error) {
    *out = (pr_rate_model){0.5, 1, 1, 1};
    if (!given)
        return PR_OK;
    if (!number_of(pr_json_get(given, "mean"), 0, 1, &out->mean) ||
        !number_of(pr_json_get(given, "item_strength"), 0, 1e9, &out->item_strength) ||
        !number_of(pr_json_get(given, "row_strength"), 0, 1e9, &out->row_strength) ||
        !number_of(pr_json_get(given, "cell_strength"), 0, 1e9, &out->cell_strength))
        return wrong(error, where, "must hold mean and three strengths within their bounds");
    return PR_OK;
}

static const char *const FINDERS[] = {"",
#define PR_FINDER_NAME(name) #name,
                                      PR_FINDER_LIST(PR_FINDER_NAME)
#undef PR_FINDER_NAME
};

static const char *const RECIPES[] = {
#define PR_RECIPE_NAME(name, first, second) #name,
    PR_RECIPE_LIST(PR_RECIPE_NAME)
#undef PR_RECIPE_NAME
};

static const pr_finder DEFAULT_RECIPES[PR_RECIPES][2] = {
#define PR_RECIPE_STEPS_OF(name, first, second) {PR_FIND_##first, PR_FIND_##second},
    PR_RECIPE_LIST(PR_RECIPE_STEPS_OF)
#undef PR_RECIPE_STEPS_OF
};

static pr_status read_recipe(const pr_json *steps, pr_finder *out, pr_error *error) {
    uint32_t n = 0;
    if (!steps || steps->type != PR_JSON_ARRAY || steps->size > PR_RECIPE_STEPS)
        return wrong(error, "settings.recipes", "must name at most 4 finders a recipe");
    for (const pr_json *step = steps->first; step; step = step->next) {
        uint32_t finder = 1;
        while (finder < PR_COUNT(FINDERS) && !pr_json_is(step, FINDERS[finder]))
            finder++;
        if (finder == PR_COUNT(FINDERS))
            return wrong(error, "settings.recipes", "names an unknown finder");
        out[n++] = (pr_finder)finder;
    }
    while (n < PR_RECIPE_STEPS)
        out[n++] = PR_FIND_END;
    return PR_OK;
}

static pr_status read_recipes(const pr_json *recipes, pr_settings *out, pr_error *error) {
    for (uint32_t r = 0; r < PR_RECIPES; r++) {
        out->recipes[r][0] = DEFAULT_RECIPES[r][0];
        out->recipes[r][1] = DEFAULT_RECIPES[r][1];
        const pr_json *given = pr_json_get(recipes, RECIPES[r]);
        if (given)
            PR_TRY(read_recipe(pr_json_get(given, "find"), out->recipes[r], error));
    }
    return PR_OK;
}

pr_status pr__settings_read(const pr_json *manifest, pr_arena *arena, pr_settings *out, pr_error *error) {
    const pr_json *settings = pr_json_get(manifest, "settings"), *model = pr_json_get(manifest, "model");
    out->type_column = PR_NO_COLUMN;
    out->knobs = (pr_knobs){.completion = 0.5,
                            .like = 0.4,
                            .views = 0.1,
                            .prior = PR_PRIOR_BETA,
                            .alpha = 2,
                            .beta = 5,
                            .mmr = 0.5,
                            .own_weight = 3,
                            .backoff = true};
    PR_TRY(read_columns(pr_json_get(manifest, "columns"), out, error));
    PR_TRY(read_segments(pr_json_get(settings, "segments"), pr_json_get(manifest, "dimensions"), arena, out, error));
    PR_TRY(read_numbers(settings, out, error));
    PR_TRY(read_rank(settings, out, error));
    PR_TRY(read_recipes(pr_json_get(settings, "recipes"), out, error));
    const pr_json *freshness = pr_json_get(pr_json_get(settings, "score"), "freshness"),
                  *flag = pr_json_get(pr_json_get(settings, "rules"), "flag");
    PR_TRY(read_column_name(pr_json_get(freshness, "column"), out, PR_COLUMN_DATE, "settings.score.freshness.column",
                            &out->freshness_column, error));
    PR_TRY(read_column_name(pr_json_get(flag, "column"), out, PR_COLUMN_CATEGORY, "settings.rules.flag.column",
                            &out->flag_column, error));
    PR_TRY(read_rate_model(pr_json_get(model, "like"), "model.like", &out->like, error));
    return read_rate_model(pr_json_get(model, "completion"), "model.completion", &out->completion, error);
}
