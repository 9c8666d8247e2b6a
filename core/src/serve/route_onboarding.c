/* The first visit: the questions, the answers, and lists for the profile that they make. */
#include "call.h"
#include "utf8.h"

#include <string.h>

static void write_bands(const pr_dimension *dimension, pr_writer *w) {
    pr_write_key(w, "bands");
    pr_write_array(w);
    for (uint32_t b = 0; b < dimension->band_count; b++) {
        pr_write_object(w);
        pr_write_key(w, "label");
        pr_write_string(w, dimension->bands[b].label.bytes, dimension->bands[b].label.size);
        pr_write_key(w, "minimum");
        pr_write_integer(w, dimension->bands[b].minimum);
        pr_write_key(w, "maximum");
        pr_write_integer(w, dimension->bands[b].maximum);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

static void write_dimension(const pr_dimension *dimension, pr_writer *w) {
    pr_write_object(w);
    pr_write_key(w, "name");
    pr_write_string(w, dimension->name.bytes, dimension->name.size);
    pr_write_key(w, "input");
    pr_write_string(w, dimension->input.bytes, dimension->input.size);
    pr_write_key(w, "label");
    pr_write_string(w, dimension->label.bytes, dimension->label.size);
    pr_write_key(w, "side");
    pr_write_text(w, dimension->item_side ? "item" : "user");
    pr_write_key(w, "many");
    pr_write_bool(w, dimension->item_side);
    pr_write_key(w, "values");
    pr_write_array(w);
    for (uint32_t v = 0; v < dimension->value_count; v++)
        pr_write_string(w, dimension->values[v].bytes, dimension->values[v].size);
    pr_write_end_array(w);
    write_bands(dimension, w);
    pr_write_end_object(w);
}

static void write_knobs(const pr_knobs *knobs, pr_writer *w) {
    pr_write_key(w, "knobs");
    pr_write_object(w);
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"mmr", knobs->mmr},   {"freshness", knobs->decay}, {"completion", knobs->completion},
                   {"like", knobs->like}, {"views", knobs->views},     {"explore", knobs->explore}};
    for (size_t i = 0; i < PR_COUNT(numbers); i++) {
        pr_write_key(w, numbers[i].name);
        pr_write_number(w, numbers[i].value);
    }
    pr_write_end_object(w);
}

pr_status pr__get_onboarding(pr_call *call) {
    const pr_settings *settings = &call->engine->settings;
    pr_writer *w = &call->w;
    pr_write_object(w);
    pr_write_key(w, "name");
    pr_write_string(w, call->engine->name.bytes, call->engine->name.size);
    pr_write_key(w, "dimensions");
    pr_write_array(w);
    for (uint32_t d = 0; d < settings->dimension_count; d++)
        write_dimension(&settings->dimensions[d], w);
    pr_write_end_array(w);
    pr_write_key(w, "items");
    pr_write_integer(w, call->engine->items);
    write_knobs(&settings->knobs, w);
    pr_write_end_object(w);
    return PR_OK;
}

/* Has the visitor done anything yet? */
static const char *mode_of(const pr_call *call) {
    return call->state.event_count ? "returning" : "cold_start";
}

/* Read one member of the body into the query; false when it was refused. */
static bool read_member(pr_call *call, const pr_json *member, pr_query *query) {
    const pr_settings *settings = &call->engine->settings;
    pr_error error = {0};
    uint32_t d = pr__dimension_of_input(settings, member->key, member->key_size);
    if (d != UINT32_MAX) {
        if (pr__profile_answer(settings, d, member, &query->profile, &error) == PR_OK)
            return true;
        pr__refuse(call, 422, "invalid_value", member->key, error.message);
        return false;
    }
    if (pr__equal(member->key, member->key_size, "n", 1))
        return pr__read_n(call, call->body, &query->requested);
    if (pr__equal(member->key, member->key_size, "knobs", 5)) {
        const char *field;
        if (pr__knobs_read(member, &query->knobs, &field, &error) == PR_OK)
            return true;
        pr__refuse(call, 422, "invalid_value", field, error.message);
        return false;
    }
    bool region = pr__equal(member->key, member->key_size, "region", 6),
         segment = pr__equal(member->key, member->key_size, "segment", 7);
    if (!region && !segment) {
        pr__refuse(call, 422, "unknown_field", member->key, "this request does not take that field");
        return false;
    }
    if (member->type != PR_JSON_STRING ||
        (segment ? member->size > 4096 : pr__utf8_length(member->string, member->size) > PR_MAX_REGION) ||
        (segment && member->size == 0)) {
        pr__refuse(call, 422, "invalid_value", member->key,
                   region ? "region must be a text of at most 100 characters"
                          : "segment must be a key such as 26-35|Advanced|yoga");
        return false;
    }
    *(region ? &query->profile.region : &query->segment) = (pr_text){member->string, member->size};
    return true;
}

pr_status pr__post_onboarding(pr_call *call) {
    pr_query *query = pr_arena_take(&call->engine->scratch, sizeof *query);
    if (!query)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while answering");
    PR_TRY(pr__query_init(call, query));
    memset(&query->profile, 0, sizeof query->profile);
    for (const pr_json *member = call->body->first; member; member = member->next) {
        if (!read_member(call, member, query))
            return PR_OK;
    }
    if (query->segment.size)
        query->hide_flagged = false; /* the precomputed table as it is; flags are a rule of serving */
    query->recipe = query->segment.size ? PR_RECIPE_segment : PR_RECIPE_onboarding;
    if (!query->segment.size) {
        call->state.profile = query->profile;
        PR_TRY(pr__save_state(call));
    }
    PR_TRY(pr__query_personalise(call, query));
    return pr__answer_list(call, query, mode_of(call));
}

pr_status pr__get_recommendations(pr_call *call) {
    pr_query *query = pr_arena_take(&call->engine->scratch, sizeof *query);
    if (!query)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while answering");
    PR_TRY(pr__query_init(call, query));
    if (!call->state.profile.given)
        return pr__refuse(call, 404, "profile_missing", "profile",
                          "nothing is known about this visitor yet; send the answers to POST /api/v1/onboarding first");
    if (!pr__read_n(call, NULL, &query->requested))
        return PR_OK;
    query->recipe = PR_RECIPE_onboarding;
    PR_TRY(pr__query_personalise(call, query));
    return pr__answer_list(call, query, mode_of(call));
}

pr_status pr__get_popular(pr_call *call) {
    pr_query *query = pr_arena_take(&call->engine->scratch, sizeof *query);
    if (!query)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while answering");
    PR_TRY(pr__query_init(call, query));
    if (!pr__read_n(call, NULL, &query->requested))
        return PR_OK;
    query->recipe = PR_RECIPE_popular;
    query->by_popularity = true;
    query->hide_seen = false;
    PR_TRY(pr__query_personalise(call, query));
    return pr__answer_list(call, query, "popular");
}
