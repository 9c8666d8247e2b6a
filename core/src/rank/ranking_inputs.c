/* What feature rows are made from: everyone's weeks, the visitor's own, and what the goal means for each speciality. */
#include "ranking.h"

#include <stdlib.h>
#include <string.h>

static pr_status memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while ranking");
}

/* ---- the visitor's own weeks ---- */

static int by_item_and_week(const void *a, const void *b) {
    const pr_own_cell *x = a, *y = b;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    return x->week.week < y->week.week ? -1 : x->week.week > y->week.week;
}

static int by_week(const void *a, const void *b) {
    const pr_own_cell *x = a, *y = b;
    return x->week.week < y->week.week ? -1 : x->week.week > y->week.week;
}

static uint32_t plus(uint32_t a, uint32_t b) {
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static void add_week(pr_week *sum, const pr_week *more) {
    sum->impressions = plus(sum->impressions, more->impressions);
    sum->clicks = plus(sum->clicks, more->clicks);
    sum->views = plus(sum->views, more->views);
    sum->likes = plus(sum->likes, more->likes);
    sum->watch += more->watch;
}

/* Add up neighbours of the same week (and, with `by_item`, of the same item); returns how many are left. */
static uint32_t merge(pr_own_cell *cells, uint32_t count, bool by_item) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool same = kept > 0 && cells[kept - 1].week.week == cells[i].week.week &&
                    (!by_item || cells[kept - 1].item == cells[i].item);
        if (same)
            add_week(&cells[kept - 1].week, &cells[i].week);
        else
            cells[kept++] = cells[i];
    }
    return kept;
}

/* Weekly rows and likes as cells; items that the bundle does not hold count for the visitor but for no item. */
static uint32_t gather_own(pr_engine *engine, const pr_state *state, pr_own_cell *cells) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < state->weekly.count; i++)
        cells[count++] = (pr_own_cell){pr__item_find(engine, state->weekly.rows[i].item), state->weekly.rows[i].week};
    for (uint32_t i = 0; i < state->event_count; i++) {
        const pr_event *event = &state->events[i];
        if (event->type == PR_EVENT_LIKE)
            cells[count++] = (pr_own_cell){pr__item_find(engine, event->item),
                                           {.week = pr__week_of(&engine->ranking, event->time), .likes = 1}};
    }
    return count;
}

static pr_status read_own(pr_engine *engine, const pr_state *state, pr_ranking_inputs *out, pr_error *error) {
    size_t room = (size_t)state->weekly.count + state->event_count + 1;
    out->own = pr_arena_array(&engine->scratch, room, sizeof *out->own);
    pr_own_cell *weeks = pr_arena_array(&engine->scratch, room, sizeof *weeks);
    pr_week *user = pr_arena_array(&engine->scratch, room, sizeof *user);
    if (!out->own || !weeks || !user)
        return memory(error);
    out->own_count = gather_own(engine, state, out->own);
    if (out->own_count > 1)
        qsort(out->own, out->own_count, sizeof *out->own, by_item_and_week);
    out->own_count = merge(out->own, out->own_count, true);
    if (out->own_count)
        memcpy(weeks, out->own, out->own_count * sizeof *weeks);
    if (out->own_count > 1)
        qsort(weeks, out->own_count, sizeof *weeks, by_week);
    uint32_t count = merge(weeks, out->own_count, false);
    for (uint32_t i = 0; i < count; i++)
        user[i] = weeks[i].week;
    pr_fade(user, count, out->week, engine->ranking.set.decay, &out->user);
    return PR_OK;
}

/* ---- the goal ---- */

static void read_goals(const pr_ranking *ranking, pr_text goal, uint8_t *out) {
    for (uint32_t f = 0; goal.size && f < ranking->feature_count; f++) {
        if (ranking->set.features[f].kind == PR_FEATURE_goal)
            out[ranking->set.features[f].argument] = pr_same_phrase(goal, ranking->arguments[f]);
    }
}

/* The keys of the speciality features' phrases, by their index. */
static pr_status speciality_keys(pr_engine *engine, char (**out)[PR_PHRASE_KEY], pr_error *error) {
    const pr_ranking *ranking = &engine->ranking;
    *out = pr_arena_array(&engine->scratch, ranking->speciality_count + 1u, sizeof **out);
    if (!*out)
        return memory(error);
    for (uint32_t f = 0; f < ranking->feature_count; f++) {
        if (ranking->set.features[f].kind == PR_FEATURE_speciality)
            pr_phrase_key(ranking->arguments[f], (*out)[ranking->set.features[f].argument]);
    }
    return PR_OK;
}

static uint16_t find_speciality(const pr_ranking *ranking, char (*keys)[PR_PHRASE_KEY], const char *key) {
    for (uint32_t s = 0; *key && s < ranking->speciality_count; s++) {
        if (strcmp(keys[s], key) == 0)
            return (uint16_t)s;
    }
    return PR_NO_SPECIALITY;
}

/* The bundle's texts never change, so this is done once and kept as long as the engine. */
static pr_status index_specialities(pr_engine *engine, const pr_strings *names, uint32_t values, pr_error *error) {
    char(*keys)[PR_PHRASE_KEY];
    uint16_t *index = pr_arena_array(&engine->index, values + 1u, sizeof *index);
    if (!index)
        return memory(error);
    PR_TRY(speciality_keys(engine, &keys, error));
    for (uint32_t v = 0; v < values; v++) {
        char key[PR_PHRASE_KEY];
        pr_phrase_key(pr__string(names, v), key);
        index[v] = find_speciality(&engine->ranking, keys, key);
    }
    engine->specialities = index;
    return PR_OK;
}

static pr_status read_codes(pr_engine *engine, pr_text goal, pr_ranking_inputs *out, pr_error *error) {
    const pr_ranking *ranking = &engine->ranking;
    if (ranking->goal_column == PR_NO_COLUMN)
        return PR_OK;
    uint32_t values = engine->settings.columns[ranking->goal_column].values;
    const pr_strings *names = pr__dictionary(engine, ranking->goal_column);
    if (!engine->specialities && names)
        PR_TRY(index_specialities(engine, names, values, error));
    out->speciality = engine->specialities;
    out->matches = pr_arena_array(&engine->scratch, values + 1u, sizeof *out->matches);
    if (!out->matches)
        return memory(error);
    for (uint32_t v = 0; names && v < values; v++) {
        pr_text name = pr__string(names, v);
        out->matches[v] = goal.size > 0 && pr_goal_match(ranking->synonyms, goal, name);
    }
    return PR_OK;
}

int32_t pr__log_week(const pr_engine *engine, int32_t week) {
    int32_t next = engine->ranking.last_week + 1;
    return week < next ? week : next;
}

pr_status pr__ranking_inputs(pr_engine *engine, const pr_ranking_query *query, pr_ranking_inputs *out,
                             pr_error *error) {
    const pr_ranking *ranking = &engine->ranking;
    out->week = query->week;
    out->log_week = pr__log_week(engine, query->week);
    out->everyone_count = pr__everyone_weeks(engine, out->everyone_weeks);
    pr_fade(out->everyone_weeks, out->everyone_count, out->log_week, ranking->set.decay, &out->everyone);
    out->goals = pr_arena_array(&engine->scratch, ranking->goal_feature_count + 1u, sizeof *out->goals);
    if (!out->goals)
        return memory(error);
    read_goals(ranking, query->goal, out->goals);
    PR_TRY(read_codes(engine, query->goal, out, error));
    return read_own(engine, query->state, out, error);
}

/* ---- rows ---- */

bool pr__ranking_matches(pr_engine *engine, const pr_ranking_inputs *inputs, pr_item item) {
    uint32_t column = engine->ranking.goal_column, first;
    uint32_t count = column == PR_NO_COLUMN ? 0 : pr__item_codes(&engine->settings, item, column, &first);
    for (uint32_t i = 0; i < count; i++) {
        if (inputs->matches[pr__uint(item.view->columns[column].codes, first + i)])
            return true;
    }
    return false;
}

static void fade_own(const pr_engine *engine, const pr_ranking_inputs *inputs, uint32_t item, pr_faded *out) {
    uint32_t low = pr__place(inputs->own, inputs->own_count, sizeof *inputs->own, item);
    pr_week weeks[PR_MAX_WEEKS];
    uint32_t end = low, count = 0;
    while (end < inputs->own_count && inputs->own[end].item == item && inputs->own[end].week.week < inputs->week)
        end++;
    for (uint32_t i = end - low > PR_MAX_WEEKS ? end - PR_MAX_WEEKS : low; i < end; i++) /* the latest ones */
        weeks[count++] = inputs->own[i].week;
    pr_fade(weeks, count, inputs->week, engine->ranking.set.decay, out);
}

static double column_value(const pr_engine *engine, pr_item item, uint32_t column) {
    if (engine->settings.columns[column].type == PR_COLUMN_REAL)
        return item.view->columns[column].reals[item.row];
    int32_t value = item.view->columns[column].integers[item.row];
    return value == INT32_MIN ? __builtin_nan("") : value;
}

bool pr__ranking_row(pr_engine *engine, const pr_ranking_inputs *inputs, uint32_t item, float *out) {
    const pr_ranking *ranking = &engine->ranking;
    pr_week weeks[PR_MAX_WEEKS];
    double columns[PR_MAX_FEATURES];
    uint8_t specialities[PR_MAX_FEATURES] = {0};
    pr_faded pair, thing;
    pr_item view;
    if (!pr__item(engine, item, &view))
        return false;
    pr_fade(weeks, pr__item_weeks(engine, item, weeks), inputs->log_week, ranking->set.decay, &thing);
    fade_own(engine, inputs, item, &pair);
    for (uint32_t c = 0; c < ranking->column_count; c++)
        columns[c] = column_value(engine, view, ranking->columns[c]);
    uint32_t first,
        count = inputs->speciality ? pr__item_codes(&engine->settings, view, ranking->goal_column, &first) : 0;
    for (uint32_t i = 0; i < count; i++) {
        uint16_t s = inputs->speciality[pr__uint(view.view->columns[ranking->goal_column].codes, first + (uint64_t)i)];
        if (s != PR_NO_SPECIALITY)
            specialities[s] = 1;
    }
    pr_feature_input input = {
        .pair = &pair,
        .item = &thing,
        .user = &inputs->user,
        .everyone = &inputs->everyone,
        .week = inputs->week,
        .goal_match = pr__ranking_matches(engine, inputs, view),
        .columns = columns,
        .specialities = specialities,
        .goals = inputs->goals,
    };
    pr_feature_row(&ranking->set, &input, out);
    return true;
}
