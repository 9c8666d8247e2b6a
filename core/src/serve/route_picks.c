/* GET /api/v1/recommendations/{user_id} and POST /api/v1/recommendations: what to buy next, in two levels. */
#include "picks.h"

#include <math.h>

typedef struct answer {
    pr_call *call;
    const pr_picks_request *request;
    pr_source model; /* that scored: popularity when nothing is known of the visitor */
    bool fallback;
    pr_ledger ledger;
    pr_level_one level;
    pr_pick *picks;
    uint32_t count;
    pr_explained explained;
    uint32_t *sorted; /* the picks' items, rising */
} answer;

static pr_status memory(pr_call *call) {
    return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while recommending");
}

static uint32_t place(const answer *a, uint32_t item) {
    uint32_t low = 0;
    while (a->sorted[low] != item)
        low++;
    return low;
}

/* Work out the parts of the scores, and the scores from them: they differ from the candidates' by what these were
 * rounded. By insertion: there are few. */
static pr_status explain(answer *a) {
    a->sorted = pr_arena_array(&a->call->engine->scratch, a->count + 1u, sizeof *a->sorted);
    if (!a->sorted)
        return memory(a->call);
    for (uint32_t i = 0; i < a->count; i++) {
        uint32_t at = i;
        for (; at > 0 && a->sorted[at - 1] > a->picks[i].item; at--)
            a->sorted[at] = a->sorted[at - 1];
        a->sorted[at] = a->picks[i].item;
    }
    PR_TRY(pr__explain(&a->level, a->sorted, a->count, &a->explained, a->call->error));
    for (uint32_t i = 0; i < a->count; i++)
        a->picks[i].level_one = pr__explained_score(&a->explained, place(a, a->picks[i].item));
    pr__picks_order(a->picks, a->count);
    return PR_OK;
}

static void write_because(pr_engine *engine, const pr_because *because, pr_writer *w) {
    pr_write_key(w, "because");
    pr_write_array(w);
    for (uint32_t m = 0; m < because->count; m++) {
        pr_write_object(w);
        pr__write_item_members(engine, because->taken[m]->item, w);
        pr_write_key(w, "type");
        pr_write_text(w, pr__event_names[because->taken[m]->type]);
        pr__write_rounded(w, "share", because->share[m]);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

static void write_parts(const pr_explained *explained, uint32_t k, pr_writer *w) {
    pr_write_key(w, "parts");
    pr_write_object(w);
    for (int s = 0; s < PR_SOURCES; s++) {
        pr_write_key(w, pr__source_names[s]);
        pr_write_number(w, pr__explained_part(explained, k, (pr_source)s));
    }
    pr_write_end_object(w);
}

static void write_adjustment(const char *name, double factor, pr_writer *w) {
    if (factor == 1)
        return;
    pr_write_object(w);
    pr_write_key(w, "name");
    pr_write_text(w, name);
    pr_write_key(w, "factor");
    pr_write_number(w, factor);
    pr_write_end_object(w);
}

/* The model that adds most; popularity where none adds anything. */
static const char *source_of(const answer *a, const double parts[PR_SOURCES]) {
    int best = PR_BY_POPULARITY;
    for (int s = 0; s < PR_SOURCES; s++) {
        if (parts[s] > parts[best])
            best = s;
    }
    int models = 0;
    for (int s = 0; s < PR_SOURCES; s++)
        models += parts[s] > 0;
    return pr__source_names[a->model == PR_BY_HYBRID && models > 1 ? PR_BY_HYBRID : best];
}

static void write_pick(answer *a, const pr_pick *pick, pr_writer *w) {
    pr_engine *engine = a->call->engine;
    uint32_t k = place(a, pick->item);
    pr_because because;
    bool due = pick->due != 1;
    pr__picks_because(&a->explained, k, &because);
    a->call->out.failed |= a->explained.failed;
    pr_text reason = pr__picks_reason(a->call, &because, due ? pr__ledger_find(&a->ledger, pick->item) : NULL);
    pr_write_object(w);
    pr__write_item_members(engine, pick->item, w);
    pr__write_rounded(w, "relevance_score", pr__relevance(pick->level_one));
    pr__write_rounded(w, "confidence_score", pr__curve_at(&engine->purchases.confidence[a->model], pick->level_one));
    pr_write_key(w, "score");
    pr_write_number(w, pick->score);
    pr__write_price(w, "item_price", pick->price);
    pr_write_key(w, "recommendation_reason");
    pr_write_string(w, reason.bytes, reason.size);
    pr_write_key(w, "model_source");
    pr_write_text(w, source_of(a, a->explained.parts[k]));
    write_because(engine, &because, w);
    write_parts(&a->explained, k, w);
    pr_write_key(w, "adjustments");
    pr_write_array(w);
    write_adjustment("upsell", pick->upsell, w);
    write_adjustment("price_sensitivity", pick->sensitivity, w);
    write_adjustment("due_again", pick->due, w);
    pr_write_end_array(w);
    pr_write_key(w, "due");
    pr_write_bool(w, due);
    pr_write_end_object(w);
}

/* Why there are fewer than were asked for. */
static const char *shortage(const answer *a) {
    const pr_pick_limits *limits = &a->request->limits;
    if (a->count == a->request->wanted)
        return NULL;
    return limits->least_price == limits->least_price || limits->most_price == limits->most_price
               ? "price_range"
               : "catalogue_exhausted";
}

static void write_answer(answer *a, pr_writer *w) {
    pr_write_object(w);
    pr_write_key(w, "user_id");
    pr_write_string(w, a->request->user.bytes, a->request->user.size);
    pr_write_key(w, "user_info");
    pr_write_object(w);
    pr__write_user_members(&a->call->engine->purchases, &a->ledger, a->request->user, w);
    pr_write_end_object(w);
    pr_write_key(w, "recommendations");
    pr_write_array(w);
    for (uint32_t i = 0; i < a->count; i++)
        write_pick(a, &a->picks[i], w);
    pr_write_end_array(w);
    pr_write_key(w, "primary_model");
    pr_write_text(w, pr__source_names[a->model]);
    pr_write_key(w, "fallback_used");
    pr_write_bool(w, a->fallback);
    pr_write_key(w, "reason");
    pr_write_text(w, shortage(a));
    pr_write_key(w, "processing_time_ms");
    pr_write_null(w);
    pr__write_time(w, "generated_at", a->call->request->now);
    pr_write_end_object(w);
}

static pr_status recommend(pr_call *call, const pr_picks_request *request) {
    pr_engine *engine = call->engine;
    answer *a = pr_arena_take(&engine->scratch, sizeof *a);
    if (!a)
        return memory(call);
    *a = (answer){.call = call, .request = request, .model = request->model};
    PR_TRY(pr__ledger_read(engine, &call->state, request->limits.now, &a->ledger, call->error));
    if (engine->missing_count)
        return PR_OK;
    a->fallback = a->ledger.heavy_count == 0 && a->model != PR_BY_POPULARITY;
    if (a->fallback)
        a->model = PR_BY_POPULARITY;
    PR_TRY(pr__level_one(engine, &a->ledger, &request->tuning, a->model, &a->level, call->error));
    uint64_t *allowed = pr__picks_allowed(engine, &a->ledger, &request->tuning, &request->limits, request->wanted);
    if (engine->missing_count || engine->needs_refused)
        return PR_OK;
    if (!allowed)
        return memory(call);
    a->picks = pr__picks_rank(&a->level, &request->tuning, &request->limits, allowed, request->wanted, &a->count);
    if (!a->picks)
        return memory(call);
    if (a->count > request->wanted)
        a->count = request->wanted;
    PR_TRY(explain(a));
    write_answer(a, &call->w);
    return PR_OK;
}

pr_status pr__get_picks(pr_call *call) {
    pr_picks_request request;
    if (!pr__picks_defaults(call, call->id, &request) || !pr__picks_parameters(call, &request))
        return PR_OK;
    return recommend(call, &request);
}

pr_status pr__post_picks(pr_call *call) {
    pr_picks_request request;
    const pr_json *user = pr_json_get(call->body, "user_id");
    pr_text name = user && user->type == PR_JSON_STRING ? (pr_text){user->string, user->size} : (pr_text){"", 0};
    if (!pr__picks_defaults(call, name, &request) || !pr__picks_body(call, &request))
        return PR_OK;
    return recommend(call, &request);
}
