/* Lists as visitors get them: the training's bundle is packed, and the core asked with each person's history. */
#include "asker.h"
#include "fail.h"
#include "progress.h"
#include "purchases_run.h"
#include "states.h"
#include "train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Level 2 changes what is shown for other reasons than taste; without it only rounding is left. */
static const char NO_TUNING[] = ",\"tuning\":{\"upsell\":{\"enabled\":false},\"repurchase_cycle\":{\"enabled\":false},"
                                "\"price_sensitivity\":{\"enabled\":false}}}";

typedef struct serving {
    const prt_purchase_run *run;
    prt_dataset training;
    prt_states states;
    prt_asker asker;
    uint32_t *subjects; /* who is asked for */
    uint32_t count;
    pr_error *error;
} serving;

/* ---- the bundle ---- */

/* Purchases alone: other parts would have to be learned, and are not asked. */
static prt_config config_of(const prt_purchase_run *run) {
    prt_config config = run->config;
    config.has_shop = config.has_weekly = config.has_searches = config.has_baskets = false;
    config.outputs.rules = config.outputs.profiles = config.outputs.segment_recommendations = NULL;
    return config;
}

static pr_status open_bundle(serving *s) {
    const prt_purchase_run *run = s->run;
    const prt_config config = config_of(run);
    PRT_TRY(prt_training_make(run->dataset, run->split.roles, &s->training, s->error));
    PRT_TRY(prt_states_make(&s->training, &s->states, s->error));
    return prt_asker_purchases(&config, &s->training, &run->learned, run->options->threads, &s->asker, s->error);
}

/* An even sample of the people with a history. */
static pr_status choose_subjects(serving *s) {
    const prt_purchase_run *run = s->run;
    uint32_t most = run->options->most_users ? run->options->most_users : 1;
    s->subjects = malloc((run->warm_count + (size_t)1) * sizeof *s->subjects);
    if (!s->subjects)
        return prt_fail_memory(s->error, "evaluating");
    uint32_t step = (run->warm_count + most - 1) / most;
    for (uint32_t i = 0; i < run->warm_count; i += step)
        s->subjects[s->count++] = run->warm[i];
    return PR_OK;
}

/* ---- asking ---- */

static pr_text write_state(serving *s, uint32_t subject) {
    pr_buffer buffer = {.arena = &s->asker.arena};
    pr_writer w = {.out = &buffer};
    prt_state_write(&s->states, s->run->split.user[subject], &w);
    return buffer.failed ? (pr_text){NULL, 0} : (pr_text){buffer.bytes, buffer.size};
}

static pr_text write_body(serving *s, prt_score_model model, bool tuned) {
    char start[200];
    pr_buffer buffer = {.arena = &s->asker.arena};
    uint32_t n = s->run->places < 1000 ? s->run->places : 1000;
    snprintf(start, sizeof start,
             "{\"user_id\":\"me\",\"num_recommendations\":%u,\"model_type\":\"%s\",\"exclude_purchased\":true", n,
             prt_score_model_name(model));
    pr_buffer_append(&buffer, start, strlen(start));
    if (tuned)
        pr_buffer_append(&buffer, "}", 1);
    else
        pr_buffer_append(&buffer, NO_TUNING, sizeof NO_TUNING - 1);
    return buffer.failed ? (pr_text){NULL, 0} : (pr_text){buffer.bytes, buffer.size};
}

static void read_list(const serving *s, const pr_json *given, uint32_t *list) {
    uint32_t used = 0;
    for (const pr_json *one = given->first; one && used < s->run->places; one = one->next) {
        const pr_json *id = pr_json_get(one, "item_id");
        uint32_t item =
            id && id->type == PR_JSON_STRING ? prt_asker_item(&s->asker, (pr_text){id->string, id->size}) : UINT32_MAX;
        if (item != UINT32_MAX)
            list[used++] = item;
    }
}

static pr_status ask(serving *s, uint32_t subject, prt_score_model model, bool tuned, uint32_t *list) {
    static const char path[] = "/api/v1/recommendations";
    pr_response response;
    const pr_json *answer;
    pr_arena_reset(&s->asker.arena);
    const pr_request request = {.method = {"POST", 4},
                                .path = {path, sizeof path - 1},
                                .body = write_body(s, model, tuned),
                                .state = write_state(s, subject)};
    if (!request.body.bytes || !request.state.bytes)
        return prt_fail_memory(s->error, "evaluating");
    PRT_TRY(prt_asker_call(&s->asker, &request, &response, &answer, s->error));
    const pr_json *given = pr_json_get(answer, "recommendations");
    if (response.status != 200 || !given)
        return prt_fail(s->error, PR_E_FORMAT, "the bundle refused a request of the evaluation: %.*s",
                        (int)(response.body.size < 150 ? response.body.size : 150), response.body.bytes);
    read_list(s, given, list);
    return PR_OK;
}

static pr_status ask_all(serving *s, prt_score_model model, bool tuned, prt_made_lists *out) {
    size_t room = (size_t)s->count * s->run->places;
    *out = (prt_made_lists){.count = s->count, .places = s->run->places};
    out->items = malloc((room + 1) * sizeof *out->items);
    if (!out->items)
        return prt_fail_memory(s->error, "evaluating");
    memset(out->items, 0xff, room * sizeof *out->items);
    for (uint32_t i = 0; i < s->count; i++) {
        PRT_TRY(ask(s, s->subjects[i], model, tuned, out->items + (size_t)i * out->places));
        prt_log_progress("asking the core", i + (uint64_t)1, s->count);
    }
    return PR_OK;
}

/* ---- judging ---- */

static double *served_values(serving *s, prt_score_model model, bool tuned) {
    prt_made_lists lists;
    double *values = NULL;
    if (ask_all(s, model, tuned, &lists) == PR_OK) {
        values = prt_first_metric(s->run, s->subjects, &lists);
        if (!values)
            prt_fail_memory(s->error, "evaluating");
    }
    prt_made_lists_free(&lists);
    return values;
}

/* What the same people's lists in floating point are worth. */
static double *native_values(const serving *s, const prt_model_figures *figures) {
    double *values = malloc((s->count + (size_t)1) * sizeof *values);
    size_t columns = (size_t)s->run->config.evaluation.k_count * PRT_CUT_METRICS;
    for (uint32_t i = 0; values && i < s->count; i++)
        values[i] = figures->values[s->subjects[i] * columns + PRT_CUT_ndcg];
    if (!values)
        prt_fail_memory(s->error, "evaluating");
    return values;
}

static pr_status compare(serving *s, const prt_model_figures *figures, bool tuned, prt_paired *out) {
    double *native = native_values(s, figures), *served = native ? served_values(s, figures->model, tuned) : NULL;
    out->model = figures->model;
    pr_status status = served     ? prt_paired_make(s->run, served, native, s->count, out, s->error)
                       : s->error ? s->error->code
                                  : PR_E_MEMORY;
    free(native);
    free(served);
    return status;
}

static pr_status serve(serving *s, prt_served_result *out) {
    PRT_TRY(choose_subjects(s));
    if (s->count == 0)
        return PR_OK;
    PRT_TRY(open_bundle(s));
    for (uint32_t m = 0; m < s->run->model_count; m++) {
        PRT_TRY(compare(s, &s->run->figures[m], false, &out->plain[m]));
        PRT_TRY(compare(s, &s->run->figures[m], true, &out->tuned[m]));
    }
    out->users = s->count;
    out->count = s->run->model_count;
    return PR_OK;
}

pr_status prt_eval_served(const prt_purchase_run *run, prt_served_result *out, pr_error *error) {
    serving s = {.run = run, .error = error};
    pr_status status = serve(&s, out);
    prt_asker_close(&s.asker);
    prt_states_free(&s.states);
    prt_training_free(&s.training);
    free(s.subjects);
    return status;
}
