/* GET /api/v1/trainers/{user_id}, GET /api/v1/trainers/goals, POST /api/v1/trainers/goal: weekly lists by a learned
 * model. The history is the one on the device; the id in the path is only said back. */
#include "call.h"
#include "ranking.h"
#include "utf8.h"

#include <string.h>

enum { MOST_REASONS = 12 };

typedef struct trainer_request {
    pr_ranking_query query;
    bool explain, goal_given;
} trainer_request;

static bool refuse(pr_call *call, const char *field, const char *message) {
    pr__refuse(call, 422, "invalid_value", field, message);
    return false;
}

/* A number from the query string; true also when it is not there. */
static bool read_number(pr_call *call, const char *name, double least, double most, bool whole, const char *message,
                        double *out) {
    pr_text text = pr__parameter(call, name);
    const pr_json *value;
    if (!text.bytes)
        return true;
    if (pr_json_parse(text.bytes, text.size, NULL, &call->engine->scratch, &value, NULL) ||
        value->type != PR_JSON_NUMBER || (whole && !value->is_integer) || value->number < least || value->number > most)
        return refuse(call, name, message);
    *out = value->number;
    return true;
}

static bool read_bool(pr_call *call, const char *name, bool *out) {
    pr_text text = pr__parameter(call, name);
    bool yes = pr__equal(text.bytes, text.size, "true", 4) || pr__equal(text.bytes, text.size, "1", 1);
    if (text.bytes && !yes && !pr__equal(text.bytes, text.size, "false", 5) &&
        !pr__equal(text.bytes, text.size, "0", 1))
        return refuse(call, name, "must be true or false");
    *out = yes;
    return true;
}

static int32_t current_week(const pr_call *call) {
    const pr_ranking *ranking = &call->engine->ranking;
    int32_t week = pr__week_of(ranking, call->request->now), next = ranking->last_week + 1,
            last = next + PR_MOST_FUTURE_WEEKS;
    return week < next ? next : week > last ? last : week;
}

static bool read_week(pr_call *call, int32_t *out) {
    const pr_ranking *ranking = &call->engine->ranking;
    double week = current_week(call);
    bool right = read_number(call, "week", ranking->first_week + 1.0, ranking->last_week + 1.0 + PR_MOST_FUTURE_WEEKS,
                             true, "week must be a whole number behind the first week of the log", &week);
    *out = (int32_t)week;
    return right;
}

static bool read_goal(pr_call *call, trainer_request *asked) {
    pr_text goal = pr__parameter(call, "goal");
    asked->query.goal = goal.bytes ? goal : call->state.goal;
    return pr__utf8_length(goal.bytes, goal.size) <= PR_MAX_GOAL ||
           refuse(call, "goal", "a goal has at most 200 characters");
}

static bool read_query(pr_call *call, trainer_request *asked) {
    const pr_ranking *ranking = &call->engine->ranking;
    double topk = ranking->topk, candidates = ranking->min_candidates;
    pr_ranking_query *query = &asked->query;
    query->decay = ranking->set.decay;
    query->explore = ranking->explore;
    query->seed = call->request->seed;
    query->state = &call->state;
    if (pr__utf8_length(call->id.bytes, call->id.size) > PR_MAX_ID)
        return refuse(call, "user_id", "user_id has at most 256 characters");
    if (!read_week(call, &query->week) || !read_goal(call, asked) ||
        !read_number(call, "topk", 1, 1000, true, "topk must be a whole number from 1 to 1000", &topk) ||
        !read_number(call, "min_candidates", 1, 1000, true, "min_candidates must be a whole number from 1 to 1000",
                     &candidates) ||
        !read_number(call, "decay", 1e-6, 1, false, "decay must be a number above 0 and at most 1", &query->decay) ||
        !read_number(call, "explore", 0, 1, false, "explore must be a number from 0 to 1", &query->explore) ||
        !read_bool(call, "explain", &asked->explain))
        return false;
    query->topk = (uint32_t)topk;
    query->min_candidates = (uint32_t)candidates;
    return true;
}

/* ---- writing ---- */

static void member_text(pr_writer *w, const char *key, pr_text text) {
    pr_write_key(w, key);
    if (text.size)
        pr_write_string(w, text.bytes, text.size);
    else
        pr_write_null(w);
}

static void member_integer(pr_writer *w, const char *key, int64_t value) {
    pr_write_key(w, key);
    pr_write_integer(w, value);
}

static void member_number(pr_writer *w, const char *key, double value) {
    pr_write_key(w, key);
    pr_write_number(w, value);
}

static void member_bool(pr_writer *w, const char *key, bool value) {
    pr_write_key(w, key);
    pr_write_bool(w, value);
}

static double absolute(double x) {
    return x < 0 ? -x : x;
}

/* The feature with the largest contribution that is not written yet, or UINT32_MAX. */
static uint32_t next_reason(const double *contributions, const uint8_t *written, uint32_t count) {
    uint32_t best = UINT32_MAX;
    for (uint32_t f = 0; f < count; f++) {
        if (!written[f] && contributions[f] != 0 &&
            (best == UINT32_MAX || absolute(contributions[f]) > absolute(contributions[best])))
            best = f;
    }
    return best;
}

static void write_reason(const pr_ranking *ranking, uint32_t f, float value, double contribution, pr_writer *w) {
    pr_write_object(w);
    member_text(w, "feature", ranking->names[f]);
    member_number(w, "value", value);
    member_number(w, "contribution", contribution);
    pr_write_end_object(w);
}

/* base + the listed contributions + other = score. */
static pr_status write_reasons(pr_call *call, const pr_ranking_list *list, const pr_ranked *ranked, pr_writer *w) {
    pr_engine *engine = call->engine;
    uint32_t count = engine->ranking.feature_count;
    const pr_model *model = pr__ranker(engine);
    float *row = pr_arena_array(&engine->scratch, count, sizeof *row);
    double *contributions = pr_arena_array(&engine->scratch, count, sizeof *contributions), base = 0, other = 0;
    uint8_t *written = pr_arena_array(&engine->scratch, count, sizeof *written);
    if (!model || !row || !contributions || !written || !pr__ranking_row(engine, &list->inputs, ranked->item, row) ||
        pr_model_explain(model, row, &engine->scratch, contributions, &base))
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while explaining");
    pr_write_key(w, "reasons");
    pr_write_array(w);
    for (int n = 0; n < MOST_REASONS; n++) {
        uint32_t f = next_reason(contributions, written, count);
        if (f == UINT32_MAX)
            break;
        written[f] = 1;
        write_reason(&engine->ranking, f, row[f], contributions[f], w);
    }
    for (uint32_t f = 0; f < count; f++)
        other += written[f] ? 0 : contributions[f];
    pr_write_end_array(w);
    member_number(w, "base", base);
    member_number(w, "other", other);
    return PR_OK;
}

/* Those of the item's values that match the goal. */
static void write_matches(pr_engine *engine, const pr_ranking_inputs *inputs, uint32_t item, pr_writer *w) {
    uint32_t column = engine->ranking.goal_column, first = 0, count = 0;
    const pr_strings *names = column == PR_NO_COLUMN ? NULL : pr__dictionary(engine, column);
    pr_item view;
    pr_write_key(w, "matches");
    pr_write_array(w);
    if (names && pr__item(engine, item, &view))
        count = pr__item_codes(&engine->settings, view, column, &first);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t code = pr__uint(view.view->columns[column].codes, first + (uint64_t)i);
        pr_text name = pr__string(names, code);
        if (inputs->matches[code])
            pr_write_string(w, name.bytes, name.size);
    }
    pr_write_end_array(w);
}

static pr_status write_ranked(pr_call *call, const trainer_request *asked, const pr_ranking_list *list,
                              uint32_t place) {
    static const char *const sources[] = {"goal", "popularity", "catalogue"};
    const pr_ranked *ranked = &list->picked[place];
    pr_writer *w = &call->w;
    pr_write_object(w);
    member_integer(w, "position", place + 1);
    pr__write_item_columns(call->engine, ranked->item, w);
    member_number(w, "score", ranked->score);
    member_number(w, "popularity", ranked->popularity);
    member_bool(w, "goal_match", ranked->goal_match);
    write_matches(call->engine, &list->inputs, ranked->item, w);
    pr_write_key(w, "source");
    pr_write_text(w, sources[ranked->source]);
    member_number(w, "propensity", ranked->propensity);
    member_bool(w, "explored", ranked->explored);
    if (asked->explain)
        PR_TRY(write_reasons(call, list, ranked, w));
    pr_write_end_object(w);
    return PR_OK;
}

static const char *reason_of(const trainer_request *asked, const pr_ranking_list *list) {
    if (list->picked_count < asked->query.topk)
        return "exhausted";
    if (!asked->query.goal.size)
        return "no_goal";
    return list->goal_known ? NULL : "unknown_goal";
}

static pr_status write_answer(pr_call *call, const trainer_request *asked, const pr_ranking_list *list) {
    pr_writer *w = &call->w;
    pr_write_object(w);
    member_text(w, "user_id", call->id);
    member_integer(w, "week", asked->query.week);
    member_text(w, "goal", asked->query.goal);
    member_bool(w, "goal_known", list->goal_known);
    member_text(w, "model", call->engine->ranking.model);
    member_number(w, "decay", asked->query.decay);
    member_integer(w, "candidates", list->count);
    member_integer(w, "matched", list->matched);
    member_integer(w, "backfilled", list->backfilled);
    pr_write_key(w, "recommendations");
    pr_write_array(w);
    for (uint32_t place = 0; place < list->picked_count; place++)
        PR_TRY(write_ranked(call, asked, list, place));
    pr_write_end_array(w);
    member_integer(w, "requested", asked->query.topk);
    member_integer(w, "returned", list->picked_count);
    pr_write_key(w, "reason");
    pr_write_text(w, reason_of(asked, list));
    char time[21];
    pr__format_time(call->request->now, time);
    pr_write_key(w, "generated_at");
    pr_write_text(w, time);
    pr_write_end_object(w);
    return PR_OK;
}

/* ---- the routes ---- */

pr_status pr__get_trainers(pr_call *call) {
    trainer_request *asked = pr_arena_take(&call->engine->scratch, sizeof *asked);
    pr_ranking_list *list = pr_arena_take(&call->engine->scratch, sizeof *list);
    pr_own *own = pr_arena_take(&call->engine->scratch, sizeof *own);
    if (!asked || !list || !own)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while ranking");
    if (!read_query(call, asked))
        return PR_OK;
    PR_TRY(pr__own_read(call->engine, &call->state, own, call->error));
    asked->query.own = own;
    PR_TRY(pr__rank_list(call->engine, &asked->query, list, call->error));
    if (call->engine->missing_count || call->engine->needs_refused)
        return PR_OK;
    return write_answer(call, asked, list);
}

/* Does any item have a value that matches? */
static bool is_known(pr_engine *engine, pr_text goal) {
    const pr_ranking *ranking = &engine->ranking;
    const pr_strings *names =
        ranking->goal_column == PR_NO_COLUMN ? NULL : pr__dictionary(engine, ranking->goal_column);
    for (uint32_t v = 0; names && goal.size && v < names->count; v++) {
        if (pr_goal_match(ranking->synonyms, goal, pr__string(names, v)))
            return true;
    }
    return false;
}

static void write_goals(pr_call *call, pr_writer *w) {
    const pr_ranking *ranking = &call->engine->ranking;
    pr_write_object(w);
    member_text(w, "goal", call->state.goal);
    member_bool(w, "goal_known", is_known(call->engine, call->state.goal));
    pr_write_key(w, "goals");
    pr_write_array(w);
    for (uint32_t g = 0; g < ranking->goal_count; g++)
        pr_write_string(w, ranking->goals[g].bytes, ranking->goals[g].size);
    pr_write_end_array(w);
    member_integer(w, "week", current_week(call));
    pr_write_end_object(w);
}

pr_status pr__get_goals(pr_call *call) {
    write_goals(call, &call->w);
    return PR_OK;
}

pr_status pr__post_goal(pr_call *call) {
    const pr_json *goal = pr_json_get(call->body, "goal");
    bool nothing = goal && goal->type == PR_JSON_NULL;
    if (!goal || call->body->size != 1 ||
        (!nothing && (goal->type != PR_JSON_STRING || pr__utf8_length(goal->string, goal->size) > PR_MAX_GOAL)))
        return pr__refuse(call, 422, "invalid_value", "goal",
                          "goal must be the only field, a text of at most 200 characters or null");
    call->state.goal = nothing ? (pr_text){NULL, 0} : (pr_text){goal->string, goal->size};
    PR_TRY(pr__save_state(call));
    write_goals(call, &call->w);
    return PR_OK;
}
