/* Asking the packed bundle for the pages of products and categories, as a new visitor would, several engines at a
 * time. */
#include "fail.h"
#include "idmap.h"
#include "parallel.h"
#include "progress.h"
#include "rerank.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_ID = 256, SHARE = 16 /* pages that a thread asks for at a time */ };

static const char *const PAGES[PRT_PAGES] = {"/api/v1/recommendations/product/", "/api/v1/recommendations/category/"};
static const char PAIRS[] = "?pairs=true";

typedef struct asking {
    const prt_rerank_order *order;
    prt_pages *pages;
    prt_idmap numbers;     /* id → number in the bundle */
    atomic_uchar *claimed; /* by number: somebody writes its text */
    atomic_uint next;
    atomic_bool failed;
    pr_error error; /* written by the thread that sets `failed` first */
} asking;

/* ---- requests ---- */

/* The id as a part of a path. */
static void append_escaped(pr_text id, pr_buffer *out) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < id.size; i++) {
        const unsigned char c = (unsigned char)id.bytes[i];
        const char escaped[3] = {'%', digits[c >> 4], digits[c & 15]};
        pr_buffer_append(out, escaped, sizeof escaped);
    }
}

static pr_status ask(const asking *a, pr_engine *engine, const prt_asked *asked, pr_arena *arena, const pr_json **pairs,
                     pr_error *error) {
    pr_buffer path = {.arena = arena};
    pr_response response;
    const pr_json *answer;
    const pr_json_limits limits = {.max_bytes = (size_t)64 << 20}; /* names may be long */
    pr_buffer_append(&path, PAGES[asked->of], strlen(PAGES[asked->of]));
    append_escaped(asked->name, &path);
    pr_buffer_append(&path, PAIRS, sizeof PAIRS - 1);
    if (path.failed)
        return prt_fail_memory(error, "asking for candidates");
    const pr_request request = {.method = {"GET", 3}, .path = {path.bytes, path.size}, .now = a->order->bundle->now};
    PRT_TRY(pr_engine_call(engine, &request, &response, error));
    PRT_TRY(pr_json_parse(response.body.bytes, response.body.size, &limits, arena, &answer, error));
    *pairs = pr_json_get(answer, "pairs");
    if (response.status == 200 && *pairs)
        return PR_OK;
    return prt_fail(error, PR_E_FORMAT, "the bundle refuses to tell candidates of %s%.*s: %.*s", PAGES[asked->of],
                    (int)asked->name.size, asked->name.bytes,
                    (int)(response.body.size < 150 ? response.body.size : 150), response.body.bytes);
}

/* ---- answers ---- */

static bool keep(const pr_json *text, pr_arena *kept, pr_text *out) {
    if (!text || text->type != PR_JSON_STRING || text->size == 0)
        return true;
    char *copy = pr_arena_take(kept, text->size);
    if (copy)
        memcpy(copy, text->string, text->size);
    *out = (pr_text){copy, copy ? text->size : 0};
    return copy != NULL;
}

/* Keep the text of an item; it is the same whoever comes first. */
static bool keep_text(asking *a, uint32_t number, const pr_json *text, pr_arena *kept) {
    return atomic_exchange(&a->claimed[number], 1) || keep(text, kept, &a->pages->texts[number]);
}

static uint32_t number_of(const asking *a, const pr_json *id) {
    char padded[LONGEST_ID + 8] = {0}; /* the map reads whole words */
    if (!id || id->type != PR_JSON_STRING || id->size > LONGEST_ID)
        return PRT_NONE;
    memcpy(padded, id->string, id->size);
    return prt_idmap_find(&a->numbers, padded, id->size);
}

static bool take(asking *a, uint32_t i, const pr_json *pairs, pr_arena *kept) {
    const pr_json *documents = pr_json_get(pairs, "documents");
    uint32_t *candidates = a->pages->candidates + (size_t)i * PRT_RERANKED;
    bool fine = keep(pr_json_get(pairs, "query"), kept, &a->pages->queries[i]);
    for (const pr_json *d = documents ? documents->first : NULL; d && a->pages->counts[i] < PRT_RERANKED; d = d->next) {
        const uint32_t number = number_of(a, pr_json_get(d, "product_id"));
        if (number == PRT_NONE)
            continue;
        fine &= keep_text(a, number, pr_json_get(d, "text"), kept);
        candidates[a->pages->counts[i]++] = number;
    }
    return fine;
}

/* ---- threads ---- */

static pr_status open_engine(const prt_rerank_bundle *bundle, pr_engine **out, pr_error *error) {
    pr_options options = PR_OPTIONS_INIT;
    options.memory_limit = (size_t)4 << 30;
    PRT_TRY(pr_engine_open(bundle->manifest.bytes, bundle->manifest.size, &options, out, error));
    for (uint32_t i = 0; i < bundle->shard_count; i++) {
        if (bundle->shards[i].size)
            PRT_TRY(pr_engine_attach(*out, i, bundle->shards[i].bytes, bundle->shards[i].size, error));
    }
    return PR_OK;
}

static pr_status ask_all(asking *a, int thread, pr_engine *engine, pr_arena *arena, pr_error *error) {
    const uint32_t count = a->order->count;
    for (uint32_t first; !atomic_load(&a->failed) && (first = atomic_fetch_add(&a->next, SHARE)) < count;) {
        const uint32_t end = count - first < SHARE ? count : first + SHARE;
        for (uint32_t i = first; i < end; i++) {
            const pr_json *pairs = NULL;
            pr_arena_reset(arena);
            PRT_TRY(ask(a, engine, &a->order->asked[i], arena, &pairs, error));
            if (!take(a, i, pairs, &a->pages->arenas[thread]))
                return prt_fail_memory(error, "asking for candidates");
        }
        if (thread == 0)
            prt_log_progress("candidates", end, count);
    }
    return PR_OK;
}

static void work(void *context, int thread) {
    asking *a = context;
    pr_engine *engine = NULL;
    pr_arena arena;
    pr_error error = {0};
    pr_arena_init(&arena, NULL, 0);
    if (open_engine(a->order->bundle, &engine, &error) != PR_OK ||
        ask_all(a, thread, engine, &arena, &error) != PR_OK) {
        if (!atomic_exchange(&a->failed, true))
            a->error = error;
    }
    pr_engine_close(engine);
    pr_arena_free(&arena);
}

/* ---- all ---- */

static bool map_ids(const prt_rerank_order *order, prt_idmap *out) {
    for (uint32_t n = 0; n < order->rows[PRT_OF_PRODUCT]; n++) {
        char padded[LONGEST_ID + 8] = {0};
        uint32_t index;
        bool added;
        if (order->ids[n].size <= LONGEST_ID)
            memcpy(padded, order->ids[n].bytes, order->ids[n].size);
        if (!prt_idmap_add(out, padded, order->ids[n].size <= LONGEST_ID ? order->ids[n].size : 0, &index, &added))
            return false;
    }
    return true;
}

static bool prepare(const prt_rerank_order *order, prt_pages *out) {
    *out = (prt_pages){.threads = order->threads};
    out->arenas = calloc((size_t)order->threads, sizeof *out->arenas);
    for (int t = 0; out->arenas && t < order->threads; t++)
        pr_arena_init(&out->arenas[t], NULL, 0);
    out->candidates = calloc(order->count + (size_t)1, PRT_RERANKED * sizeof *out->candidates);
    out->counts = calloc(order->count + (size_t)1, sizeof *out->counts);
    out->queries = calloc(order->count + (size_t)1, sizeof *out->queries);
    out->texts = calloc(order->rows[PRT_OF_PRODUCT] + (size_t)1, sizeof *out->texts);
    return out->arenas && out->candidates && out->counts && out->queries && out->texts;
}

pr_status prt_pages_ask(const prt_rerank_order *order, prt_pages *out, pr_error *error) {
    asking a = {.order = order, .pages = out};
    const bool ready = prepare(order, out) && map_ids(order, &a.numbers);
    a.claimed = calloc(order->rows[PRT_OF_PRODUCT] + (size_t)1, sizeof *a.claimed);
    pr_status status = ready && a.claimed ? PR_OK : prt_fail_memory(error, "asking for candidates");
    if (status == PR_OK) {
        prt_parallel(order->threads, work, &a);
        prt_log_progress("candidates", order->count, order->count);
        if (atomic_load(&a.failed)) {
            status = a.error.code;
            if (error)
                *error = a.error;
        }
    }
    prt_idmap_free(&a.numbers);
    free(a.claimed);
    return status;
}

void prt_pages_free(prt_pages *pages) {
    for (int t = 0; pages->arenas && t < pages->threads; t++)
        pr_arena_free(&pages->arenas[t]);
    free(pages->arenas);
    free(pages->candidates);
    free(pages->counts);
    free(pages->queries);
    free(pages->texts);
    *pages = (prt_pages){0};
}
