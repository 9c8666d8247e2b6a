/* Which columns make segments, which of their values may, in which order they are shown, and what is searched. */
#include "plan.h"
#include "fail.h"
#include "progress.h"

#include <string.h>

static pr_text value_of(const prt_column *column, uint32_t code) {
    const prt_strings *values = &column->values;
    return (pr_text){values->bytes + values->offsets[code],
                     (size_t)(values->offsets[code + 1] - values->offsets[code])};
}

static bool is_text(pr_text value, const char *text) {
    return value.size == strlen(text) && memcmp(value.bytes, text, value.size) == 0;
}

/* Keys join values by '|', and '*' stands for "backed off". */
static bool fits_key(pr_text value) {
    enum { LONGEST = 256 };
    return value.size > 0 && value.size <= LONGEST && !memchr(value.bytes, '|', value.size) &&
           !memchr(value.bytes, 0, value.size) && !is_text(value, "*");
}

/* ---- values that the configuration lists ---- */

static const prt_column_config *column_config(const prt_entity_config *entities, const char *name) {
    for (uint32_t c = 0; c < entities->column_count; c++) {
        if (strcmp(entities->columns[c].name, name) == 0)
            return &entities->columns[c];
    }
    return NULL;
}

/* The i-th value that the configuration lists for a dimension, or NULL after the last. */
static const char *listed(const prt_dimension_config *dimension, const prt_column_config *column, uint32_t i) {
    if (dimension->bands.count)
        return i < dimension->bands.count ? dimension->bands.bands[i].label : NULL;
    if (column && column->bands.count)
        return i < column->bands.count ? column->bands.bands[i].label : NULL;
    if (column && column->values.count)
        return i < column->values.count ? column->values.names[i] : NULL;
    return NULL;
}

static bool is_listed(const prt_dimension_config *dimension, const prt_column_config *column, pr_text value) {
    const char *text;
    for (uint32_t i = 0; (text = listed(dimension, column, i)); i++) {
        if (is_text(value, text))
            return true;
    }
    return false;
}

/* ---- usable values ---- */

/* A value that only a handful of users have would tell about them, unless the configuration lists it for all to see. */
static pr_status mark_usable(const prt_config *config, const prt_dimension_config *dimension, const prt_column *column,
                             pr_arena *arena, const uint8_t **out, pr_error *error) {
    uint32_t count = column->values.count;
    uint8_t *usable = pr_arena_array(arena, count + (size_t)1, 1);
    uint32_t *users = pr_arena_array(arena, count + (size_t)1, sizeof *users);
    if (!usable || !users)
        return prt_fail_memory(error, "planning segments");
    const prt_column_config *about = dimension->item_side ? NULL : column_config(&config->users, dimension->column);
    for (uint32_t u = 0; !dimension->item_side && u < column->rows; u++) {
        if (column->codes[u] < count)
            users[column->codes[u]]++;
    }
    uint32_t unfit = 0;
    for (uint32_t v = 0; v < count; v++) {
        pr_text value = value_of(column, v);
        unfit += !fits_key(value);
        bool seen = dimension->item_side || users[v] >= config->limits.min_users || is_listed(dimension, about, value);
        usable[v] = fits_key(value) && seen;
    }
    if (unfit)
        prt_log_warning(
            "%u values of %s cannot name a segment, because they are empty, too long, \"*\" or hold a \"|\"; "
            "they count as missing there",
            unfit, dimension->column);
    *out = usable;
    return PR_OK;
}

/* Listed values first, in their order; then what else the data hold. */
static pr_status list_choices(const prt_config *config, const prt_dimension_config *dimension,
                              const prt_dimension *made, pr_arena *arena, prt_choices *out, pr_error *error) {
    const prt_column_config *about = dimension->item_side ? NULL : column_config(&config->users, dimension->column);
    uint32_t room = made->column->values.count + 1;
    const char *text;
    for (uint32_t i = 0; listed(dimension, about, i); i++)
        room++;
    out->values = pr_arena_array(arena, room, sizeof *out->values);
    if (!out->values)
        return prt_fail_memory(error, "planning segments");
    for (uint32_t i = 0; (text = listed(dimension, about, i)); i++) {
        bool repeated = false;
        for (uint32_t j = 0; j < out->count; j++)
            repeated |= is_text(out->values[j], text);
        if (!repeated && fits_key((pr_text){text, strlen(text)}))
            out->values[out->count++] = (pr_text){text, strlen(text)};
    }
    for (uint32_t v = 0; v < made->column->values.count; v++) {
        pr_text value = value_of(made->column, v);
        if (made->usable[v] && !is_listed(dimension, about, value))
            out->values[out->count++] = value;
    }
    return PR_OK;
}

/* ---- the parts of the plan ---- */

static pr_status find_column(const prt_config *config, const prt_dataset *dataset,
                             const prt_dimension_config *dimension, const prt_column **out, pr_error *error) {
    const prt_entities *entities = dimension->item_side ? &dataset->items : &dataset->users;
    *out = prt_column_find(entities, dimension->column);
    if (*out && ((*out)->type == PRT_CATEGORY || ((*out)->type == PRT_LIST && dimension->item_side)))
        return PR_OK;
    return prt_fail(
        error, PR_E_FORMAT,
        "%s: segments.dimensions: the dimension %s needs a category column \"%s\" of the %s; add it to %s.columns",
        config->path, dimension->name, dimension->column, dimension->item_side ? "items" : "users",
        dimension->item_side ? "items" : "users");
}

static pr_status plan_dimensions(const prt_config *config, const prt_dataset *dataset, prt_plan *out, pr_error *error) {
    prt_counts_plan *plan = &out->counts;
    plan->dimension_count = config->segments.dimension_count;
    for (uint32_t d = 0; d < plan->dimension_count; d++) {
        const prt_dimension_config *about = &config->segments.dimensions[d];
        prt_dimension *made = &plan->dimensions[d];
        made->item_side = about->item_side;
        PRT_TRY(find_column(config, dataset, about, &made->column, error));
        PRT_TRY(mark_usable(config, about, made->column, &out->arena, &made->usable, error));
        PRT_TRY(list_choices(config, about, made, &out->arena, &out->choices[d], error));
    }
    return PR_OK;
}

static void plan_masks(const prt_config *config, prt_counts_plan *plan) {
    if (plan->dimension_count)
        plan->masks[plan->mask_count++] = (1u << plan->dimension_count) - 1;
    for (uint32_t b = 0; b < config->segments.backoff_count; b++) {
        uint32_t mask = config->segments.backoffs[b];
        bool known = mask == 0;
        for (uint32_t i = 0; i < plan->mask_count; i++)
            known |= plan->masks[i] == mask;
        if (!known)
            plan->masks[plan->mask_count++] = mask;
    }
}

static pr_status plan_flag(const prt_config *config, const prt_dataset *dataset, prt_counts_plan *plan,
                           pr_error *error) {
    const char *name = config->rules.flag_column;
    if (!name)
        return PR_OK;
    plan->flag_column = prt_column_find(&dataset->items, name);
    if (plan->flag_column && plan->flag_column->type == PRT_CATEGORY)
        return PR_OK;
    return prt_fail(error, PR_E_FORMAT,
                    "%s: rules.flag.column: \"%s\" is no category column of the items; add it to items.columns",
                    config->path, name);
}

static pr_status plan_search(const prt_config *config, const prt_dataset *dataset, prt_plan *out, pr_error *error) {
    out->fields = pr_arena_array(&out->arena, config->search.field_count + (size_t)1, sizeof *out->fields);
    if (!out->fields)
        return prt_fail_memory(error, "planning the search");
    for (uint32_t f = 0; f < config->search.field_count; f++) {
        const prt_search_field *given = &config->search.fields[f];
        const prt_column *column = prt_column_find(&dataset->items, given->name);
        if (column)
            out->fields[out->field_count++] = (prt_text_field){column, given->weight};
    }
    return PR_OK;
}

pr_status prt_plan_make(const prt_config *config, const prt_dataset *dataset, int threads, prt_plan *out,
                        pr_error *error) {
    memset(out, 0, sizeof *out);
    pr_arena_init(&out->arena, NULL, 0);
    out->counts.threads = threads;
    pr_status status = plan_dimensions(config, dataset, out, error);
    if (status == PR_OK)
        status = plan_flag(config, dataset, &out->counts, error);
    if (status == PR_OK)
        status = plan_search(config, dataset, out, error);
    plan_masks(config, &out->counts);
    if (status != PR_OK)
        prt_plan_free(out);
    return status;
}

void prt_plan_free(prt_plan *plan) {
    pr_arena_free(&plan->arena);
    memset(plan, 0, sizeof *plan);
}
