/* Reading settings.ranking, checked like everything in a manifest. */
#include "settings_ranking.h"

#include <string.h>

static pr_status wrong(pr_error *error, const char *where, const char *what) {
    return pr_fail(error, PR_E_FORMAT, 0, "manifest.json: settings.ranking.", where, " ", what,
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

static pr_status whole(const pr_json *given, const char *key, double least, double most, int64_t *out,
                       pr_error *error) {
    double value = 0;
    const pr_json *found = pr_json_get(given, key);
    PR_TRY(number(given, key, least, most, &value, error));
    if (!found->is_integer)
        return wrong(error, key, "must be a whole number");
    *out = (int64_t)value;
    return PR_OK;
}

static bool is_text(const pr_json *value, uint32_t longest) {
    return value && value->type == PR_JSON_STRING && value->size > 0 && value->size <= longest;
}

static pr_status read_goal_column(const pr_json *name, const pr_settings *settings, pr_ranking *out, pr_error *error) {
    out->goal_column = PR_NO_COLUMN;
    if (!name || name->type == PR_JSON_NULL)
        return PR_OK;
    if (name->type == PR_JSON_STRING)
        out->goal_column = pr__column_find(settings, name->string, name->size);
    if (out->goal_column == PR_NO_COLUMN || (settings->columns[out->goal_column].type != PR_COLUMN_CATEGORY &&
                                             settings->columns[out->goal_column].type != PR_COLUMN_LIST))
        return wrong(error, "goal_column", "must name a category or list column of the items");
    return PR_OK;
}

static pr_status read_goals(const pr_json *goals, pr_arena *arena, pr_ranking *out, pr_error *error) {
    if (!goals)
        return PR_OK;
    if (goals->type != PR_JSON_ARRAY || goals->size > PR_MAX_GOALS)
        return wrong(error, "goals", "must be a list of at most 1,000 texts");
    out->goals = pr_arena_array(arena, goals->size + 1u, sizeof *out->goals);
    if (!out->goals)
        return memory(error);
    for (const pr_json *goal = goals->first; goal; goal = goal->next) {
        if (!is_text(goal, 4 * PR_MAX_GOAL))
            return wrong(error, "goals", "must hold texts of 1 to 800 bytes");
        out->goals[out->goal_count++] = (pr_text){goal->string, goal->size};
    }
    return PR_OK;
}

static bool kind_of(const pr_json *name, pr_feature_kind *out) {
    for (int kind = 0; kind < PR_FEATURE_KINDS; kind++) {
        if (pr_json_is(name, pr_feature_kind_name((pr_feature_kind)kind))) {
            *out = (pr_feature_kind)kind;
            return true;
        }
    }
    return false;
}

/* Bind the feature to what its argument names; numbers its index among its kind. */
static pr_status bind(const pr_settings *settings, pr_feature *feature, pr_text argument, pr_ranking *out,
                      pr_error *error) {
    bool needs = feature->kind == PR_FEATURE_speciality || feature->kind == PR_FEATURE_goal ||
                 feature->kind == PR_FEATURE_column;
    if (needs != (argument.bytes != NULL))
        return wrong(error, "features", "has an argument too many or too few");
    if (feature->kind == PR_FEATURE_speciality && out->goal_column == PR_NO_COLUMN)
        return wrong(error, "features", "has a speciality, but there is no goal_column");
    if (feature->kind == PR_FEATURE_speciality)
        feature->argument = out->speciality_count++;
    if (feature->kind == PR_FEATURE_goal)
        feature->argument = out->goal_feature_count++;
    if (feature->kind != PR_FEATURE_column)
        return PR_OK;
    uint32_t column = pr__column_find(settings, argument.bytes, argument.size);
    if (column == PR_NO_COLUMN ||
        (settings->columns[column].type != PR_COLUMN_INTEGER && settings->columns[column].type != PR_COLUMN_REAL))
        return wrong(error, "features", "must name integer or real columns of the items");
    out->columns[out->column_count] = column;
    feature->argument = out->column_count++;
    return PR_OK;
}

static pr_status read_feature(const pr_json *given, const pr_settings *settings, pr_feature *feature, pr_ranking *out,
                              pr_error *error) {
    const pr_json *name = pr_json_get(given, "name"), *argument = pr_json_get(given, "argument");
    uint32_t f = out->feature_count++;
    if (!is_text(name, 300) || !kind_of(pr_json_get(given, "kind"), &feature->kind) ||
        (argument && !is_text(argument, 256)))
        return wrong(error, "features", "must be objects with name, a known kind, and maybe an argument");
    out->names[f] = (pr_text){name->string, name->size};
    if (argument)
        out->arguments[f] = (pr_text){argument->string, argument->size};
    return bind(settings, feature, out->arguments[f], out, error);
}

static pr_status read_features(const pr_json *list, const pr_settings *settings, pr_arena *arena, pr_ranking *out,
                               pr_error *error) {
    if (!list || list->type != PR_JSON_ARRAY || list->size == 0 || list->size > PR_MAX_FEATURES)
        return wrong(error, "features", "must be a list of 1 to 512 features");
    pr_feature *features = pr_arena_array(arena, list->size, sizeof *features);
    out->names = pr_arena_array(arena, list->size, sizeof *out->names);
    out->arguments = pr_arena_array(arena, list->size, sizeof *out->arguments);
    out->columns = pr_arena_array(arena, list->size, sizeof *out->columns);
    if (!features || !out->names || !out->arguments || !out->columns)
        return memory(error);
    uint32_t f = 0;
    for (const pr_json *given = list->first; given; given = given->next)
        PR_TRY(read_feature(given, settings, &features[f++], out, error));
    out->set.features = features;
    out->set.count = out->feature_count;
    return PR_OK;
}

static pr_status read_numbers(const pr_json *given, pr_ranking *out, pr_error *error) {
    int64_t topk, candidates, first, last;
    PR_TRY(number(given, "decay", 1e-6, 1, &out->set.decay, error));
    PR_TRY(number(given, "ctr_strength", 0, 1e9, &out->set.ctr_strength, error));
    PR_TRY(number(given, "view_strength", 0, 1e9, &out->set.view_strength, error));
    PR_TRY(number(given, "like_strength", 0, 1e9, &out->set.like_strength, error));
    PR_TRY(number(given, "explore", 0, 1, &out->explore, error));
    PR_TRY(whole(given, "topk", 1, 1000, &topk, error));
    PR_TRY(whole(given, "min_candidates", 1, 1000, &candidates, error));
    PR_TRY(whole(given, "first_week", 0, PR_LAST_WEEK, &first, error));
    PR_TRY(whole(given, "last_week", (double)first, PR_LAST_WEEK, &last, error));
    PR_TRY(whole(given, "next_week_start", -1e12, 1e12, &out->next_week_start, error));
    out->topk = (uint32_t)topk;
    out->min_candidates = (uint32_t)candidates;
    out->first_week = (int32_t)first;
    out->last_week = (int32_t)last;
    return PR_OK;
}

/* Members of a ranked result beside the columns. */
static pr_status check_columns(const pr_settings *settings, pr_error *error) {
    static const char *const reserved[] = {"popularity", "goal_match", "matches", "source",
                                           "explored",   "reasons",    "base",    "other"};
    for (size_t i = 0; i < PR_COUNT(reserved); i++) {
        if (pr__column_find(settings, reserved[i], pr__length(reserved[i])) != PR_NO_COLUMN)
            return pr_fail(error, PR_E_FORMAT, 0, "manifest.json: columns: \"", reserved[i],
                           "\" is a member of every ranked result; name the column otherwise");
    }
    return PR_OK;
}

pr_status pr__ranking_read(const pr_json *given, const pr_settings *settings, pr_arena *arena, pr_ranking *out,
                           pr_error *error) {
    if (!given)
        return PR_OK;
    const pr_json *model = pr_json_get(given, "model");
    if (given->type != PR_JSON_OBJECT || !is_text(model, 40))
        return wrong(error, "model", "is not there");
    out->model = (pr_text){model->string, model->size};
    PR_TRY(check_columns(settings, error));
    PR_TRY(read_numbers(given, out, error));
    PR_TRY(read_goal_column(pr_json_get(given, "goal_column"), settings, out, error));
    PR_TRY(read_goals(pr_json_get(given, "goals"), arena, out, error));
    PR_TRY(pr_synonyms_read(pr_json_get(given, "synonyms"), arena, &out->synonyms, error));
    return read_features(pr_json_get(given, "features"), settings, arena, out, error);
}

int32_t pr__week_of(const pr_ranking *ranking, int64_t time) {
    /* Far-off times are clamped first, so that nothing overflows. */
    const int64_t bound = (int64_t)PR_LAST_WEEK * PR_WEEK_SECONDS;
    int64_t since = time < -bound * 4 ? -bound * 4 : time > bound * 4 ? bound * 4 : time;
    since -= ranking->next_week_start;
    int64_t weeks = since >= 0 ? since / PR_WEEK_SECONDS : -((PR_WEEK_SECONDS - 1 - since) / PR_WEEK_SECONDS);
    int64_t week = ranking->last_week + 1 + weeks;
    if (week < ranking->first_week)
        return ranking->first_week;
    return week > PR_LAST_WEEK ? PR_LAST_WEEK : (int32_t)week;
}
