/* Asking a bundle for lists. */
#include "asker.h"
#include "fail.h"
#include "train.h"

#include <stdlib.h>
#include <string.h>

/* Knobs of each model; NULL: the popular items. Diversity is off where models are compared. */
#define LIKE_ALONE ",\"completion\":0,\"views\":0,\"freshness\":0,\"like\":1"
static const char *const KNOBS[PRT_ASK_KINDS][5] = {
    {NULL, "{\"prior\":\"none\",\"mmr\":1}", "{\"prior\":{\"alpha\":2,\"beta\":5},\"mmr\":1}",
     "{\"prior\":\"learned\",\"mmr\":1}", "{}"},
    {NULL, "{\"prior\":\"none\",\"mmr\":1" LIKE_ALONE "}",
     "{\"prior\":{\"alpha\":2,\"beta\":5},\"mmr\":1" LIKE_ALONE "}", "{\"prior\":\"learned\",\"mmr\":1" LIKE_ALONE "}",
     "{}"},
};

static uint32_t *slot_of(const prt_asker *asker, pr_text id) {
    uint32_t at = (uint32_t)pr_hash_bytes(id.bytes, id.size, 0) & asker->slot_mask;
    while (asker->slots[at]) {
        uint32_t i = asker->slots[at] - 1;
        uint64_t start = asker->ids->offsets[i];
        if (asker->ids->offsets[i + 1] - start == id.size && memcmp(asker->ids->bytes + start, id.bytes, id.size) == 0)
            break;
        at = (at + 1) & asker->slot_mask;
    }
    return &asker->slots[at];
}

uint32_t prt_asker_item(const prt_asker *asker, pr_text id) {
    return *slot_of(asker, id) - 1; /* an empty slot gives UINT32_MAX */
}

/* The moment after the last event: what a visitor of that time would have been told. */
static int64_t end_of(const prt_dataset *dataset) {
    int64_t last = PRT_NO_INTEGER;
    for (uint64_t i = 0; dataset->events.time && i < dataset->events.count; i++) {
        if (dataset->events.time[i] > last)
            last = dataset->events.time[i];
    }
    return last == PRT_NO_INTEGER ? 1000000000 : last + 1;
}

static pr_status prepare(prt_asker *asker, const prt_dataset *dataset, pr_error *error) {
    uint32_t slots = 16;
    memset(asker, 0, sizeof *asker);
    pr_arena_init(&asker->arena, NULL, 0);
    asker->now = end_of(dataset);
    asker->ids = &dataset->items.ids;
    while (slots < dataset->items.count * 2)
        slots *= 2;
    asker->slots = calloc(slots, sizeof *asker->slots);
    asker->slot_mask = slots - 1;
    if (!asker->slots)
        return prt_fail_memory(error, "evaluating");
    for (uint32_t i = 0; i < dataset->items.count; i++)
        *slot_of(asker, prt_string(asker->ids, i)) = i + 1;
    return PR_OK;
}

static pr_status open_packed(const prt_packed *packed, pr_engine **out, pr_error *error) {
    pr_options options = PR_OPTIONS_INIT;
    options.memory_limit = (size_t)4 << 30;
    PRT_TRY(pr_engine_open(packed->manifest.bytes, packed->manifest.size, &options, out, error));
    for (uint32_t i = 0; i < packed->shard_count; i++)
        PRT_TRY(pr_engine_attach(*out, i, packed->shards[i].bytes, packed->shards[i].size, error));
    return PR_OK;
}

pr_status prt_asker_share(const prt_asker *of, prt_asker *out, pr_error *error) {
    *out = (prt_asker){.now = of->now, .ids = of->ids, .slots = of->slots, .slot_mask = of->slot_mask, .borrows = true};
    pr_arena_init(&out->arena, NULL, 0);
    return open_packed(&of->packed, &out->engine, error);
}

pr_status prt_asker_train(const prt_config *config, const prt_dataset *dataset, int threads, prt_asker *out,
                          pr_error *error) {
    PRT_TRY(prepare(out, dataset, error));
    PRT_TRY(prt_train(config, dataset, threads, out->now, &out->packed, error));
    return open_packed(&out->packed, &out->engine, error);
}

pr_status prt_asker_purchases(const prt_config *config, const prt_dataset *dataset, const prt_purchases *given,
                              int threads, prt_asker *out, pr_error *error) {
    PRT_TRY(prepare(out, dataset, error));
    PRT_TRY(prt_train_purchases(config, dataset, threads, out->now, given, &out->packed, error));
    return open_packed(&out->packed, &out->engine, error);
}

pr_status prt_asker_open(const char *dir, const prt_dataset *dataset, prt_asker *out, pr_error *error) {
    PRT_TRY(prepare(out, dataset, error));
    return prt_bundle_open(dir, &out->bundle, error);
}

void prt_asker_close(prt_asker *asker) {
    if (asker->engine)
        pr_engine_close(asker->engine);
    prt_bundle_close(asker->bundle);
    prt_packed_free(&asker->packed);
    pr_arena_free(&asker->arena);
    if (!asker->borrows)
        free(asker->slots);
    memset(asker, 0, sizeof *asker);
}

static pr_text write_body(prt_asker *asker, const char *knobs, const prt_eval_answer *answers, uint32_t count,
                          const bool *left_out) {
    pr_buffer buffer = {.arena = &asker->arena};
    pr_writer w = {.out = &buffer};
    pr_write_object(&w);
    for (uint32_t i = 0; i < count; i++) {
        if (left_out[i])
            continue;
        pr_write_key(&w, answers[i].input);
        if (answers[i].many)
            pr_write_array(&w);
        pr_write_string(&w, answers[i].value.bytes, answers[i].value.size);
        if (answers[i].many)
            pr_write_end_array(&w);
    }
    pr_write_key(&w, "n");
    pr_write_integer(&w, PRT_EVAL_K);
    pr_write_key(&w, "knobs");
    pr_write_raw(&w, knobs, strlen(knobs));
    pr_write_end_object(&w);
    return buffer.failed ? (pr_text){NULL, 0} : (pr_text){buffer.bytes, buffer.size};
}

pr_status prt_asker_call(prt_asker *asker, const pr_request *request, pr_response *response, const pr_json **answer,
                         pr_error *error) {
    pr_request now = *request;
    now.now = asker->now;
    pr_status status = asker->bundle ? prt_bundle_call(asker->bundle, &now, response, error)
                                     : pr_engine_call(asker->engine, &now, response, error);
    if (status != PR_OK)
        return status == PR_MISSING ? prt_fail(error, PR_E_FORMAT, "the bundle's shards are not all there") : status;
    return pr_json_parse(response->body.bytes, response->body.size, NULL, &asker->arena, answer, error);
}

static pr_status ask(prt_asker *asker, pr_text body, pr_response *response, const pr_json **answer, pr_error *error) {
    static const char post[] = "/api/v1/onboarding", get[] = "/api/v1/items/popular?n=10";
    pr_request request = {.method = {"POST", 4}, .path = {post, sizeof post - 1}, .body = body};
    if (!body.size) {
        request.method = (pr_text){"GET", 3};
        request.path = (pr_text){get, sizeof get - 1};
        request.body = (pr_text){NULL, 0};
    }
    return prt_asker_call(asker, &request, response, answer, error);
}

/* Leave out the answer that the error names; false when it names none. */
static bool leave_out(const pr_json *answer, const prt_eval_answer *answers, uint32_t count, bool *left_out) {
    const pr_json *field = pr_json_get(pr_json_get(answer, "error"), "field");
    for (uint32_t i = 0; i < count; i++) {
        if (!left_out[i] && pr_json_is(field, answers[i].input))
            return left_out[i] = true;
    }
    return false;
}

pr_status prt_asker_list(prt_asker *asker, prt_ask_kind kind, uint32_t model, const prt_eval_answer *answers,
                         uint32_t count, uint32_t list[PRT_EVAL_K], pr_error *error) {
    bool left_out[PRT_CONFIG_DIMENSIONS] = {false};
    const char *knobs = KNOBS[kind][model];
    const pr_json *answer;
    pr_response response;
    do {
        pr_arena_reset(&asker->arena);
        pr_text body = knobs ? write_body(asker, knobs, answers, count, left_out) : (pr_text){"", 0};
        if (!body.bytes)
            return prt_fail_memory(error, "evaluating");
        PRT_TRY(ask(asker, body, &response, &answer, error));
    } while (response.status == 422 && leave_out(answer, answers, count, left_out));
    const pr_json *given = pr_json_get(answer, "recommendations");
    if (response.status != 200 || !given)
        return prt_fail(error, PR_E_FORMAT, "the bundle refused a request of the evaluation: %.*s",
                        (int)(response.body.size < 150 ? response.body.size : 150), response.body.bytes);
    uint32_t used = 0;
    for (const pr_json *result = given->first; result && used < PRT_EVAL_K; result = result->next) {
        const pr_json *id = pr_json_get(result, "id");
        list[used++] =
            id && id->type == PR_JSON_STRING ? prt_asker_item(asker, (pr_text){id->string, id->size}) : UINT32_MAX;
    }
    return PR_OK;
}
