/* Asking the core for everybody's list: one engine a thread, each thread a run of users. */
#include "serve_topk.h"
#include "bundle_reader.h"
#include "fail.h"
#include "parallel.h"
#include "segment_csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char HEADER[] = "user_id,week,goal,rank,trainer_id,title,score,goal_match,source\n";

/* What one thread works with. */
typedef struct asking {
    const prt_topk_job *job;
    uint32_t first, end; /* users */
    pr_engine *engine;   /* of the bundle in memory, or … */
    prt_bundle *bundle;  /* … of the one in a folder */
    pr_arena arena, scratch;
    pr_buffer lines;
    uint64_t rows;
    pr_status status;
    pr_error error;
} asking;

pr_text prt_topk_path(pr_text user_id, int32_t week, uint32_t topk, pr_arena *arena) {
    static const char digits[] = "0123456789ABCDEF", start[] = "/api/v1/trainers/";
    char tail[64];
    int size = snprintf(tail, sizeof tail, "?week=%d&topk=%u", week, topk);
    pr_buffer out = {.arena = arena};
    pr_buffer_append(&out, start, sizeof start - 1);
    for (size_t i = 0; i < user_id.size; i++) {
        unsigned char c = (unsigned char)user_id.bytes[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        char coded[] = {'%', digits[c >> 4], digits[c & 15]};
        pr_buffer_append(&out, plain ? &user_id.bytes[i] : coded, plain ? 1 : sizeof coded);
    }
    pr_buffer_append(&out, tail, (size_t)size);
    return out.failed ? (pr_text){NULL, 0} : (pr_text){out.bytes, out.size};
}

/* ---- one user ---- */

static pr_status call(asking *a, pr_text id, pr_text state, pr_response *response, pr_error *error) {
    pr_request request = {.method = {"GET", 3}, .state = state, .now = a->job->now};
    request.path = prt_topk_path(id, a->job->week, a->job->topk, &a->scratch);
    request.seed = pr_hash_bytes(id.bytes, id.size, (uint64_t)a->job->week);
    if (!request.path.bytes)
        return prt_fail_memory(error, "asking for a list");
    pr_status status = a->bundle ? prt_bundle_call(a->bundle, &request, response, error)
                                 : pr_engine_call(a->engine, &request, response, error);
    return status == PR_MISSING ? prt_fail(error, PR_E_FORMAT, "the bundle's shards are not all there") : status;
}

static void put_text(const pr_json *value, pr_buffer *out) {
    if (value && value->type == PR_JSON_STRING)
        prt_csv_field(out, value->string, value->size);
}

static void put_number(const pr_json *value, pr_buffer *out) {
    char number[32];
    if (value && value->type == PR_JSON_NUMBER)
        pr_buffer_append(out, number, pr_format_number(value->number, number));
}

static void comma(pr_buffer *out) {
    pr_buffer_append(out, ",", 1);
}

static void put_line(pr_text id, const pr_json *answer, const pr_json *ranked, pr_buffer *out) {
    const pr_json *match = pr_json_get(ranked, "goal_match");
    bool matches = match && match->type == PR_JSON_BOOL && match->boolean;
    prt_csv_field(out, id.bytes, id.size);
    comma(out);
    put_number(pr_json_get(answer, "week"), out);
    comma(out);
    put_text(pr_json_get(answer, "goal"), out);
    comma(out);
    put_number(pr_json_get(ranked, "position"), out);
    comma(out);
    put_text(pr_json_get(ranked, "id"), out);
    comma(out);
    put_text(pr_json_get(ranked, "title"), out);
    comma(out);
    put_number(pr_json_get(ranked, "score"), out);
    pr_buffer_append(out, matches ? ",true," : ",false,", matches ? 6 : 7);
    put_text(pr_json_get(ranked, "source"), out);
    pr_buffer_append(out, "\n", 1);
}

static pr_status ask_user(asking *a, uint32_t user, pr_error *error) {
    const pr_json_limits limits = {(size_t)64 << 20, 0};
    pr_text id = prt_string(&a->job->dataset->users.ids, user), state;
    pr_response response = {0};
    const pr_json *answer;
    PRT_TRY(prt_state_of_user(a->job->dataset, a->job->history, user, a->job->week, &a->scratch, &state, error));
    PRT_TRY(call(a, id, state, &response, error));
    PRT_TRY(pr_json_parse(response.body.bytes, response.body.size, &limits, &a->scratch, &answer, error));
    if (response.status == 404) /* the one reason: the route is there where there is a ranking */
        return prt_fail(error, PR_E_FORMAT,
                        "%s: ranks nothing, because it was made without a weekly log; train it again",
                        a->job->bundle ? a->job->bundle : "the bundle");
    const pr_json *list = pr_json_get(answer, "recommendations");
    if (response.status != 200 || !list || list->type != PR_JSON_ARRAY) {
        const pr_json *message = pr_json_get(pr_json_get(answer, "error"), "message");
        return prt_fail(error, PR_E_FORMAT, "the bundle gives no lists for week %d: it answered with %d (%s)",
                        a->job->week, response.status,
                        message && message->type == PR_JSON_STRING ? message->string : "no reason");
    }
    for (const pr_json *ranked = list->first; ranked; ranked = ranked->next, a->rows++)
        put_line(id, answer, ranked, &a->lines);
    return a->lines.failed ? prt_fail_memory(error, "writing the lists") : PR_OK;
}

/* ---- one thread ---- */

static pr_status open_bundle(asking *a, pr_error *error) {
    if (a->job->bundle)
        return prt_bundle_open(a->job->bundle, &a->bundle, error);
    const prt_packed *packed = a->job->packed;
    pr_options options = PR_OPTIONS_INIT;
    options.memory_limit = (size_t)4 << 30;
    PRT_TRY(pr_engine_open(packed->manifest.bytes, packed->manifest.size, &options, &a->engine, error));
    for (uint32_t i = 0; i < packed->shard_count; i++)
        PRT_TRY(pr_engine_attach(a->engine, i, packed->shards[i].bytes, packed->shards[i].size, error));
    return PR_OK;
}

static void work(void *context, int thread) {
    asking *a = (asking *)context + thread;
    a->status = open_bundle(a, &a->error);
    for (uint32_t user = a->first; a->status == PR_OK && user < a->end; user++) {
        pr_arena_reset(&a->scratch);
        a->status = ask_user(a, user, &a->error);
    }
    if (a->engine)
        pr_engine_close(a->engine);
    prt_bundle_close(a->bundle);
}

/* The first failure in the order of the users, else all lines. */
static pr_status join(const asking *threads, int count, pr_buffer *out, uint64_t *rows, pr_error *error) {
    *rows = 0;
    pr_buffer_append(out, HEADER, sizeof HEADER - 1);
    for (int t = 0; t < count; t++) {
        if (threads[t].status != PR_OK)
            return pr_fail(error, threads[t].status, 0, threads[t].error.message);
        pr_buffer_append(out, threads[t].lines.bytes, threads[t].lines.size);
        *rows += threads[t].rows;
    }
    return out->failed ? prt_fail_memory(error, "writing the lists") : PR_OK;
}

pr_status prt_serve_topk(const prt_topk_job *job, pr_buffer *out, uint64_t *rows, pr_error *error) {
    uint32_t users = job->history->user_count;
    int count = job->threads < 1 ? 1 : job->threads;
    asking *threads = calloc((size_t)count, sizeof *threads);
    if (!threads)
        return prt_fail_memory(error, "asking for the lists");
    for (int t = 0; t < count; t++) {
        asking *a = &threads[t];
        a->job = job;
        a->first = (uint32_t)((uint64_t)users * (uint32_t)t / (uint32_t)count);
        a->end = (uint32_t)((uint64_t)users * ((uint32_t)t + 1) / (uint32_t)count);
        pr_arena_init(&a->arena, NULL, 0);
        pr_arena_init(&a->scratch, NULL, 0);
        a->lines.arena = &a->arena;
    }
    prt_parallel(count, work, threads);
    pr_status status = join(threads, count, out, rows, error);
    for (int t = 0; t < count; t++) {
        pr_arena_free(&threads[t].arena);
        pr_arena_free(&threads[t].scratch);
    }
    free(threads);
    return status;
}
