/* Many texts through an encoder, on several threads. Texts of about the same length go together, the longest first, and
 * a thread takes the next few when it is free; what a text gives does not depend on its company, so the result is the
 * same. */
#include "encode.h"
#include "fail.h"
#include "parallel.h"
#include "progress.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    WINDOW = 8192,      /* texts whose tokens are held at a time */
    BATCH_TOKENS = 256, /* that go through the network together */
    BATCH_TEXTS = 64,
    SHARE = 64, /* texts that a thread tokenizes at a time */
};

typedef struct window {
    const pr_encoder *encoder;
    pr_encoder_about about;
    const pr_text *texts, *seconds; /* of this window */
    uint32_t count, row;            /* texts, numbers a text gives */
    uint32_t *ids;                  /* `about.tokens` for each text */
    uint32_t *lengths, *second_begins, *order;
    float *out;
    uint64_t done, total; /* texts before this window, texts of all windows */
    atomic_uint next, finished;
    atomic_bool failed;
    pr_error error; /* written by the thread that sets `failed` first */
} window;

static void fail(window *w, const pr_error *error) {
    if (!atomic_exchange(&w->failed, true))
        w->error = *error;
}

static void tokenize(void *context, int thread) {
    window *w = context;
    (void)thread;
    for (uint32_t first; (first = atomic_fetch_add(&w->next, SHARE)) < w->count;) {
        const uint32_t end = w->count - first < SHARE ? w->count : first + SHARE;
        for (uint32_t i = first; i < end; i++) {
            uint32_t *ids = w->ids + (size_t)i * w->about.tokens;
            w->second_begins[i] = UINT32_MAX;
            if (w->seconds)
                pr_encoder_pair(w->encoder, w->texts[i], w->seconds[i], 0, ids, &w->lengths[i], &w->second_begins[i]);
            else
                pr_encoder_tokens(w->encoder, w->texts[i], 0, ids, &w->lengths[i]);
        }
    }
}

/* By falling length, then by number: a counting sort. */
static void sort_by_length(window *w, uint32_t *counts) {
    const uint32_t most = w->about.tokens;
    memset(counts, 0, ((size_t)most + 2) * sizeof *counts);
    for (uint32_t i = 0; i < w->count; i++)
        counts[most - w->lengths[i] + 1]++;
    for (uint32_t i = 1; i <= most; i++)
        counts[i] += counts[i - 1];
    for (uint32_t i = 0; i < w->count; i++)
        w->order[counts[most - w->lengths[i]]++] = i;
}

/* Texts order[first … first + the result): at least one, and then no more than BATCH_TOKENS tokens. */
static uint32_t batch_size(const window *w, uint32_t first) {
    uint32_t count = 0, tokens = 0;
    while (first + count < w->count && count < BATCH_TEXTS) {
        tokens += w->lengths[w->order[first + count]];
        if (count && tokens > BATCH_TOKENS)
            break;
        count++;
    }
    return count;
}

/* The next batch for a thread; 0 texts when there is none. The counter moves in steps that depend on where it stands.
 */
static uint32_t next_batch(window *w, uint32_t *count) {
    unsigned first = atomic_load(&w->next);
    do
        *count = first < w->count ? batch_size(w, first) : 0;
    while (*count && !atomic_compare_exchange_weak(&w->next, &first, first + *count));
    return first;
}

static pr_status encode_batch(window *w, uint32_t first, uint32_t count, pr_arena *arena, pr_error *error) {
    uint32_t offsets[BATCH_TEXTS + 1] = {0}, seconds[BATCH_TEXTS];
    for (uint32_t i = 0; i < count; i++)
        offsets[i + 1] = offsets[i] + w->lengths[w->order[first + i]];
    uint32_t *ids = pr_arena_array(arena, offsets[count], sizeof *ids);
    float *rows = pr_arena_array(arena, (size_t)count * w->row, sizeof *rows);
    if (!ids || !rows)
        return prt_fail_memory(error, "encoding texts");
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t text = w->order[first + i];
        memcpy(ids + offsets[i], w->ids + (size_t)text * w->about.tokens, w->lengths[text] * sizeof *ids);
        seconds[i] = w->second_begins[text];
    }
    const pr_sequences sequences = {ids, offsets, w->seconds ? seconds : NULL, count};
    if (w->seconds)
        PRT_TRY(pr_encoder_logits(w->encoder, &sequences, arena, rows, error));
    else
        PRT_TRY(pr_encoder_embed(w->encoder, &sequences, arena, rows, error));
    for (uint32_t i = 0; i < count; i++)
        memcpy(w->out + (size_t)w->order[first + i] * w->row, rows + (size_t)i * w->row, w->row * sizeof *rows);
    return PR_OK;
}

static void encode(void *context, int thread) {
    window *w = context;
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    for (uint32_t count, first; !atomic_load(&w->failed) && (first = next_batch(w, &count), count > 0);) {
        pr_error error = {0};
        if (encode_batch(w, first, count, &arena, &error) != PR_OK)
            fail(w, &error);
        pr_arena_reset(&arena);
        const unsigned finished = atomic_fetch_add(&w->finished, count) + count;
        if (thread == 0)
            prt_log_progress("encode", w->done + finished, w->total);
    }
    pr_arena_free(&arena);
}

static pr_status run(window *w, size_t count, const pr_text *texts, const pr_text *seconds, int threads, float *out,
                     uint32_t *counts) {
    for (size_t first = 0; first < count; first += w->count) {
        w->texts = texts + first;
        w->seconds = seconds ? seconds + first : NULL;
        w->count = count - first < WINDOW ? (uint32_t)(count - first) : WINDOW;
        w->out = out + first * w->row;
        w->done = first;
        atomic_store(&w->next, 0);
        prt_parallel(threads, tokenize, w);
        sort_by_length(w, counts);
        atomic_store(&w->next, 0);
        atomic_store(&w->finished, 0);
        prt_parallel(threads, encode, w);
        if (atomic_load(&w->failed))
            return w->error.code;
    }
    prt_log_progress("encode", count, count);
    return PR_OK;
}

pr_status prt_encode_texts(const pr_encoder *encoder, const pr_text *texts, const pr_text *seconds, size_t count,
                           int threads, float *out, pr_error *error) {
    window w = {.encoder = encoder, .about = pr_encoder_describe(encoder), .total = count};
    w.row = seconds ? w.about.labels : w.about.dims;
    if (seconds && (w.about.labels == 0 || !w.about.pairs))
        return prt_fail(error, PR_E_ARGUMENT, "this encoder has no classifier: it embeds texts and scores no pairs");
    if (count == 0)
        return PR_OK;
    const size_t most = count < WINDOW ? count : WINDOW;
    w.ids = calloc(most * w.about.tokens, sizeof *w.ids);
    w.lengths = calloc(most, sizeof *w.lengths);
    w.second_begins = calloc(most, sizeof *w.second_begins);
    w.order = calloc(most, sizeof *w.order);
    uint32_t *counts = calloc((size_t)w.about.tokens + 2, sizeof *counts);
    pr_status status = PR_E_MEMORY;
    if (w.ids && w.lengths && w.second_begins && w.order && counts)
        status = run(&w, count, texts, seconds, threads, out, counts);
    else
        prt_fail_memory(&w.error, "encoding texts");
    if (status != PR_OK && error)
        *error = w.error;
    free(w.ids);
    free(w.lengths);
    free(w.second_begins);
    free(w.order);
    free(counts);
    return status;
}
