/* Embeddings of texts, those that a cache has from there. */
#include "embedding_cache.h"
#include "encode.h"
#include "fail.h"

#include <stdlib.h>
#include <string.h>

enum {
    SLICE = 8192, /* new texts after which the cache is written: what a killed run loses at most */
    SLOTS = 4 * SLICE,
};

/* New texts, each once, and where in the whole list they stand. */
typedef struct slice {
    uint8_t keys[SLICE][32];
    pr_text texts[SLICE];
    uint32_t count;
    size_t places[2 * SLICE]; /* in the whole list */
    uint32_t text_at[2 * SLICE], place_count;
    uint32_t slots[SLOTS]; /* texts + 1 by key; 0: free */
} slice;

typedef struct run {
    const pr_encoder *encoder;
    prt_embedding_cache *cache;
    int threads;
    uint32_t dims;
    float *out, *rows;
    slice *slice;
} run;

static void clear(slice *s) {
    s->count = s->place_count = 0;
    memset(s->slots, 0, sizeof s->slots);
}

/* Note that the text at `place` is wanted. */
static void add(slice *s, const uint8_t key[32], pr_text text, size_t place) {
    uint32_t start;
    memcpy(&start, key, sizeof start);
    uint32_t at = start % SLOTS;
    while (s->slots[at] && memcmp(s->keys[s->slots[at] - 1], key, 32) != 0)
        at = (at + 1) % SLOTS;
    if (s->slots[at] == 0) {
        memcpy(s->keys[s->count], key, 32);
        s->texts[s->count] = text;
        s->slots[at] = ++s->count;
    }
    s->places[s->place_count] = place;
    s->text_at[s->place_count++] = s->slots[at] - 1;
}

static pr_status encode(run *r, pr_error *error) {
    slice *s = r->slice;
    PRT_TRY(prt_encode_texts(r->encoder, s->texts, NULL, s->count, r->threads, r->rows, error));
    for (uint32_t i = 0; i < s->place_count; i++)
        memcpy(r->out + s->places[i] * r->dims, r->rows + (size_t)s->text_at[i] * r->dims, r->dims * sizeof *r->out);
    PRT_TRY(prt_embedding_append(r->cache, (const uint8_t(*)[32])s->keys, r->rows, s->count, error));
    clear(s);
    return PR_OK;
}

static pr_status all(run *r, const pr_text *texts, size_t count, size_t *encoded, pr_error *error) {
    for (size_t i = 0; i < count; i++) {
        uint8_t key[32];
        prt_embedding_key(r->cache, texts[i], key);
        const float *known = prt_embedding_find(r->cache, key);
        if (known) {
            memcpy(r->out + i * r->dims, known, r->dims * sizeof *r->out);
            continue;
        }
        const uint32_t before = r->slice->count;
        add(r->slice, key, texts[i], i);
        *encoded += r->slice->count - before;
        if (r->slice->count == SLICE || r->slice->place_count == 2 * SLICE)
            PRT_TRY(encode(r, error));
    }
    return r->slice->count ? encode(r, error) : PR_OK;
}

pr_status prt_encode_cached(const pr_encoder *encoder, prt_embedding_cache *cache, const pr_text *texts, size_t count,
                            int threads, float *out, size_t *encoded, pr_error *error) {
    run r = {.encoder = encoder, .cache = cache, .threads = threads, .out = out};
    r.dims = pr_encoder_describe(encoder).dims;
    r.slice = malloc(sizeof *r.slice);
    r.rows = calloc(SLICE, r.dims * sizeof *r.rows);
    *encoded = 0;
    pr_status status = PR_E_MEMORY;
    if (r.slice && r.rows) {
        clear(r.slice);
        status = all(&r, texts, count, encoded, error);
    } else {
        prt_fail_memory(error, "embedding the texts");
    }
    free(r.slice);
    free(r.rows);
    return status;
}
