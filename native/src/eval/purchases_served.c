/* Lists as visitors get them: the training's bundle is packed, and the core asked with each person's history. */
#include "asker.h"
#include "fail.h"
#include "parallel.h"
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
    struct serving_share *shares; /* of each thread */
    uint32_t *subjects;           /* who is asked for */
    uint32_t count;
    pr_error *error;
} serving;

/* A thread's own; what it is asked for is the same for all. */
typedef struct serving_share {
    prt_asker asker;
    pr_status status;
    pr_error error;
} serving_share;

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
    return prt_asker_purchases(&config, &s->training, &run->learned, run->options->threads, &s->asker, s->error);
}

/* An even sample of the people with a history, as far as a state can hold it. */
static pr_status choose_subjects(serving *s, uint32_t *too_long) {
    const prt_purchase_run *run = s->run;
    uint32_t most = run->options->most_users ? run->options->most_users : 1, kept = 0;
    s->subjects = malloc((run->warm_count + (size_t)1) * sizeof *s->subjects);
    if (!s->subjects)
        return prt_fail_memory(s->error, "evaluating");
    for (uint32_t i = 0; i < run->warm_count; i++) {
        if (prt_state_is_whole(&s->states, run->split.user[run->warm[i]]))
            s->subjects[kept++] = run->warm[i];
    }
    *too_long = run->warm_count - kept;
    uint32_t step = (kept + most - 1) / most;
    for (uint32_t i = 0; i < kept; i += step)
        s->subjects[s->count++] = s->subjects[i];
    return PR_OK;
}

static pr_status share_bundle(serving *s) {
    int threads = s->run->options->threads;
    s->shares = calloc((size_t)threads, sizeof *s->shares);
    if (!s->shares)
        return prt_fail_memory(s->error, "evaluating");
    for (int t = 0; t < threads; t++)
        PRT_TRY(prt_asker_share(&s->asker, &s->shares[t].asker, s->error));
    return PR_OK;
}

/* ---- asking ---- */

typedef struct question {
    const serving *s;
    prt_score_model model;
    bool tuned;
    uint32_t *lists;
} question;

static pr_text write_state(const serving *s, uint32_t subject, pr_arena *arena) {
    pr_buffer buffer = {.arena = arena};
    pr_writer w = {.out = &buffer};
    prt_state_write(&s->states, s->run->split.user[subject], &w);
    return buffer.failed ? (pr_text){NULL, 0} : (pr_text){buffer.bytes, buffer.size};
}

static pr_text write_body(const question *q, pr_arena *arena) {
    char start[200];
    pr_buffer buffer = {.arena = arena};
    snprintf(start, sizeof start,
             "{\"user_id\":\"me\",\"num_recommendations\":%u,\"model_type\":\"%s\",\"exclude_purchased\":true",
             q->s->run->places, prt_score_model_name(q->model));
    pr_buffer_append(&buffer, start, strlen(start));
    if (q->tuned)
        pr_buffer_append(&buffer, "}", 1);
    else
        pr_buffer_append(&buffer, NO_TUNING, sizeof NO_TUNING - 1);
    return buffer.failed ? (pr_text){NULL, 0} : (pr_text){buffer.bytes, buffer.size};
}

static void read_list(const question *q, const pr_json *given, uint32_t *list) {
    uint32_t used = 0;
    for (const pr_json *one = given->first; one && used < q->s->run->places; one = one->next) {
        const pr_json *id = pr_json_get(one, "item_id");
        if (!id || id->type != PR_JSON_STRING)
            continue;
        uint32_t item = prt_asker_item(&q->s->asker, (pr_text){id->string, id->size});
        if (item != UINT32_MAX)
            list[used++] = item;
    }
}

static pr_status ask(const question *q, serving_share *share, uint32_t place) {
    static const char path[] = "/api/v1/recommendations";
    pr_arena *arena = &share->asker.arena;
    pr_response response;
    const pr_json *answer;
    pr_arena_reset(arena);
    const pr_request request = {.method = {"POST", 4},
                                .path = {path, sizeof path - 1},
                                .body = write_body(q, arena),
                                .state = write_state(q->s, q->s->subjects[place], arena)};
    if (!request.body.bytes || !request.state.bytes)
        return prt_fail_memory(&share->error, "evaluating");
    PRT_TRY(prt_asker_call(&share->asker, &request, &response, &answer, &share->error));
    const pr_json *given = pr_json_get(answer, "recommendations");
    if (response.status != 200 || !given)
        return prt_fail(&share->error, PR_E_FORMAT, "the bundle refused a request of the evaluation: %.*s",
                        (int)(response.body.size < 150 ? response.body.size : 150), response.body.bytes);
    read_list(q, given, q->lists + (size_t)place * q->s->run->places);
    return PR_OK;
}

static void ask_share(void *context, int thread) {
    const question *q = context;
    serving_share *share = &q->s->shares[thread];
    uint32_t step = (uint32_t)q->s->run->options->threads;
    for (uint32_t i = (uint32_t)thread; share->status == PR_OK && i < q->s->count; i += step) {
        share->status = ask(q, share, i);
        if (thread == 0)
            prt_log_progress("asking the core", i, q->s->count);
    }
}

static pr_status ask_all(const serving *s, prt_score_model model, bool tuned, prt_made_lists *out) {
    size_t room = (size_t)s->count * s->run->places;
    *out = (prt_made_lists){.count = s->count, .places = s->run->places};
    out->items = malloc((room + 1) * sizeof *out->items);
    if (!out->items)
        return prt_fail_memory(s->error, "evaluating");
    memset(out->items, 0xff, room * sizeof *out->items);
    question q = {s, model, tuned, out->items};
    prt_parallel(s->run->options->threads, ask_share, &q);
    prt_log_progress("asking the core", s->count, s->count);
    for (int t = 0; t < s->run->options->threads; t++) {
        if (s->shares[t].status == PR_OK)
            continue;
        if (s->error)
            *s->error = s->shares[t].error;
        return s->shares[t].status;
    }
    return PR_OK;
}

/* ---- judging ---- */

static pr_status served_values(const serving *s, prt_score_model model, bool tuned, double **out) {
    prt_made_lists lists;
    pr_status status = ask_all(s, model, tuned, &lists);
    *out = status == PR_OK ? prt_first_metric(s->run, s->subjects, &lists) : NULL;
    if (status == PR_OK && !*out)
        status = prt_fail_memory(s->error, "evaluating");
    prt_made_lists_free(&lists);
    return status;
}

static pr_status compare(const serving *s, const prt_model_figures *figures, bool tuned, prt_paired *out) {
    double *native = prt_known_metric(s->run, figures, s->subjects, s->count), *served = NULL;
    out->model = figures->model;
    pr_status status =
        native ? served_values(s, figures->model, tuned, &served) : prt_fail_memory(s->error, "evaluating");
    if (status == PR_OK)
        status = prt_paired_make(s->run, served, native, s->count, out, s->error);
    free(native);
    free(served);
    return status;
}

static bool has_tuning(const prt_purchases_config *config) {
    return config->tuning.upsell || config->tuning.repurchase || config->tuning.price_sensitivity;
}

static pr_status serve(serving *s, prt_served_result *out) {
    PRT_TRY(prt_training_make(s->run->dataset, s->run->split.roles, &s->training, s->error));
    PRT_TRY(prt_states_make(&s->training, &s->states, s->error));
    PRT_TRY(choose_subjects(s, &out->too_long));
    if (s->count == 0)
        return PR_OK;
    PRT_TRY(open_bundle(s));
    PRT_TRY(share_bundle(s));
    out->has_tuning = has_tuning(&s->run->config.purchases);
    for (uint32_t m = 0; m < s->run->model_count; m++) {
        PRT_TRY(compare(s, &s->run->figures[m], false, &out->plain[m]));
        if (out->has_tuning)
            PRT_TRY(compare(s, &s->run->figures[m], true, &out->tuned[m]));
    }
    out->users = s->count;
    out->count = s->run->model_count;
    return PR_OK;
}

pr_status prt_eval_served(const prt_purchase_run *run, prt_served_result *out, pr_error *error) {
    serving s = {.run = run, .error = error};
    pr_status status = serve(&s, out);
    for (int t = 0; s.shares && t < run->options->threads; t++)
        prt_asker_close(&s.shares[t].asker);
    free(s.shares);
    prt_asker_close(&s.asker);
    prt_states_free(&s.states);
    prt_training_free(&s.training);
    free(s.subjects);
    return status;
}
