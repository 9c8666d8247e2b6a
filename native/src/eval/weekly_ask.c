/* Asking bundles of the past for the lists of a week.
 *
 * Who was not shown to a user in that week cannot have been chosen: counting them as not wanted would reward the model
 * that agrees with whoever chose what to show. So the core's order of all candidates is condensed to those that were
 * shown (Sakai 2007, "Alternatives to Bpref", SIGIR), and its first five count. */
#include "weekly_ask.h"
#include "fail.h"
#include "serve_topk.h"
#include "train.h"

#include <stdlib.h>
#include <string.h>

/* ---- the past ---- */

#define KEEP(array) out->weekly.array[kept] = dataset->weekly.array[i]

pr_status prt_past_make(const prt_dataset *dataset, int32_t week, prt_dataset *out, pr_error *error) {
    size_t n = (size_t)dataset->weekly.count + 1, kept = 0;
    *out = *dataset;
    out->weekly = (prt_weekly){.user = malloc(n * sizeof(uint32_t)),
                               .item = malloc(n * sizeof(uint32_t)),
                               .week = malloc(n * sizeof(int32_t)),
                               .impressions = malloc(n * sizeof(uint32_t)),
                               .clicks = malloc(n * sizeof(uint32_t)),
                               .views = malloc(n * sizeof(uint32_t)),
                               .likes = malloc(n * sizeof(uint32_t)),
                               .watch = malloc(n * sizeof(uint64_t))};
    const prt_weekly *w = &out->weekly;
    if (!w->user || !w->item || !w->week || !w->impressions || !w->clicks || !w->views || !w->likes || !w->watch) {
        prt_past_free(out);
        return prt_fail_memory(error, "evaluating");
    }
    for (uint64_t i = 0; i < dataset->weekly.count; i++) {
        if (dataset->weekly.week[i] >= week)
            continue;
        KEEP(user);
        KEEP(item);
        KEEP(week);
        KEEP(impressions);
        KEEP(clicks);
        KEEP(views);
        KEEP(likes);
        KEEP(watch);
        kept++;
    }
    out->weekly.count = kept;
    return PR_OK;
}

void prt_past_free(prt_dataset *past) {
    free(past->weekly.user);
    free(past->weekly.item);
    free(past->weekly.week);
    free(past->weekly.impressions);
    free(past->weekly.clicks);
    free(past->weekly.views);
    free(past->weekly.likes);
    free(past->weekly.watch);
    memset(past, 0, sizeof *past);
}

/* ---- asking ---- */

typedef struct asker {
    const prt_weekly_question *q;
    prt_packed packed;
    pr_engine *engine;
    pr_arena arena;
} asker;

static pr_status open_bundle(asker *a, const prt_ranker *ranker, pr_error *error) {
    pr_options options = PR_OPTIONS_INIT;
    options.memory_limit = (size_t)4 << 30;
    PRT_TRY(prt_train_given(a->q->config, a->q->past, 1, 0, ranker, &a->packed, error));
    PRT_TRY(pr_engine_open(a->packed.manifest.bytes, a->packed.manifest.size, &options, &a->engine, error));
    for (uint32_t i = 0; i < a->packed.shard_count; i++)
        PRT_TRY(pr_engine_attach(a->engine, i, a->packed.shards[i].bytes, a->packed.shards[i].size, error));
    return PR_OK;
}

/* The row of the matrix, of the user who is asked for, that holds the item with that id; UINT32_MAX: not shown. */
static uint32_t row_of(const asker *a, const pr_json *id, uint32_t first, uint32_t end) {
    const prt_strings *ids = &a->q->dataset->items.ids;
    for (uint32_t row = first; row < end; row++) {
        uint32_t item = a->q->matrix->item[row];
        uint64_t start = ids->offsets[item];
        if (ids->offsets[item + 1] - start == id->size && memcmp(ids->bytes + start, id->string, id->size) == 0)
            return row;
    }
    return UINT32_MAX;
}

static pr_status ask(asker *a, pr_text state, pr_text id, uint32_t topk, const pr_json **answer, pr_error *error) {
    pr_response response;
    static const char certain[] = "&explore=0"; /* what is judged is the model's order, not chance */
    pr_buffer buffer = {.arena = &a->arena};
    pr_text path = prt_topk_path(id, a->q->week, topk, &a->arena);
    pr_buffer_append(&buffer, path.bytes, path.size);
    pr_buffer_append(&buffer, certain, sizeof certain - 1);
    if (!path.bytes || buffer.failed)
        return prt_fail_memory(error, "evaluating");
    path = (pr_text){buffer.bytes, buffer.size};
    const pr_request request = {.method = {"GET", 3}, .path = path, .state = state};
    PRT_TRY(pr_engine_call(a->engine, &request, &response, error));
    PRT_TRY(pr_json_parse(response.body.bytes, response.body.size, NULL, &a->arena, answer, error));
    if (response.status == 200)
        return PR_OK;
    return prt_fail(error, PR_E_FORMAT, "the core refused a request of the evaluation: %.*s",
                    (int)(response.body.size < 150 ? response.body.size : 150), response.body.bytes);
}

/* All candidates in their order: a second question where the first shows that there are more than usual. */
static pr_status ask_all(asker *a, pr_text state, pr_text id, const pr_json **list, pr_error *error) {
    uint32_t usual = a->q->config->ranking.min_candidates, most = 1000;
    const pr_json *answer;
    PRT_TRY(ask(a, state, id, usual, &answer, error));
    const pr_json *candidates = pr_json_get(answer, "candidates");
    if (candidates && candidates->number > usual)
        PRT_TRY(ask(a, state, id, candidates->number < most ? (uint32_t)candidates->number : most, &answer, error));
    *list = pr_json_get(answer, "recommendations");
    return *list ? PR_OK : prt_fail(error, PR_E_FORMAT, "the core answered an evaluation without a list");
}

static pr_status ask_user(asker *a, uint32_t first, uint32_t end, uint32_t relevant, prt_ranking_tally *tally,
                          pr_error *error) {
    const prt_weekly_question *q = a->q;
    uint32_t user = q->matrix->user[first], count = 0;
    pr_text state;
    const pr_json *list;
    pr_arena_reset(&a->arena);
    PRT_TRY(prt_state_of_user(q->dataset, q->history, user, q->week, &a->arena, &state, error));
    PRT_TRY(ask_all(a, state, prt_string(&q->dataset->users.ids, user), &list, error));
    float *labels = pr_arena_array(&a->arena, list->size + (size_t)1, sizeof *labels);
    if (!labels)
        return prt_fail_memory(error, "evaluating");
    for (const pr_json *given = list->first; given; given = given->next) {
        uint32_t row = row_of(a, pr_json_get(given, "id"), first, end);
        if (row != UINT32_MAX)
            labels[count++] = q->matrix->labels[row];
    }
    prt_tally_list(tally, user, labels, count, relevant);
    return PR_OK;
}

static uint32_t relevant_of(const prt_matrix *m, uint32_t group) {
    uint32_t relevant = 0;
    for (uint32_t r = m->group_starts[group]; r < m->group_starts[group + 1]; r++)
        relevant += m->labels[r] > 0;
    return relevant;
}

pr_status prt_weekly_ask(const prt_weekly_question *question, const prt_ranker *ranker, prt_ranking_tally *tally,
                         pr_error *error) {
    asker a = {.q = question};
    const prt_matrix *m = question->matrix;
    uint32_t willing = 0, seen = 0;
    pr_arena_init(&a.arena, NULL, 0);
    pr_status status = open_bundle(&a, ranker, error);
    for (uint32_t g = 0; g < m->group_count; g++)
        willing += relevant_of(m, g) > 0;
    uint32_t most = question->most_users ? question->most_users : 1, step = (willing + most - 1) / most;
    step = step ? step : 1;
    for (uint32_t g = 0; status == PR_OK && g < m->group_count; g++) {
        uint32_t relevant = relevant_of(m, g);
        if (relevant && seen++ % step == 0)
            status = ask_user(&a, m->group_starts[g], m->group_starts[g + 1], relevant, tally, error);
    }
    if (a.engine)
        pr_engine_close(a.engine);
    prt_packed_free(&a.packed);
    pr_arena_free(&a.arena);
    return status;
}
