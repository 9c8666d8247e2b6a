/* Encoding texts, each different one once, and none that an earlier night encoded. */
#include "cache.h"
#include "encode.h"
#include "fail.h"
#include "item_meaning.h"
#include "progress.h"

#include <stdlib.h>
#include <string.h>

enum { WINDOW = 1 << 16 /* texts after which the cache is written: what a killed night has encoded is kept */ };

/* The different texts. */
typedef struct distinct {
    uint32_t count, mask;
    uint32_t *slots; /* hash of a key → distinct text + 1 */
    unsigned char (*keys)[PRT_KEY];
    uint32_t *text; /* the first with that key */
    uint32_t *of;   /* of each text its distinct one */
    float *vectors; /* [count][dims] */
    uint8_t *known; /* those that have their vector */
    uint32_t dims, known_count;
} distinct;

/* SHA-256 of the encoder's checksum and the text; of a pair, of the first text's length and both texts. */
static void make_key(const prt_embedding *e, uint32_t i, unsigned char key[PRT_KEY]) {
    pr_sha256 hash;
    pr_sha256_init(&hash);
    pr_sha256_update(&hash, e->loaded->sha256, 64);
    if (e->seconds) {
        uint8_t size[8];
        for (int b = 0; b < 8; b++)
            size[b] = (uint8_t)((uint64_t)e->texts[i].size >> (8 * b));
        pr_sha256_update(&hash, size, sizeof size);
    }
    pr_sha256_update(&hash, e->texts[i].bytes, e->texts[i].size);
    if (e->seconds)
        pr_sha256_update(&hash, e->seconds[i].bytes, e->seconds[i].size);
    pr_sha256_bytes(&hash, key);
}

static uint32_t *slot_of(const distinct *d, const unsigned char key[PRT_KEY]) {
    uint32_t at;
    memcpy(&at, key, sizeof at);
    for (at &= d->mask; d->slots[at]; at = (at + 1) & d->mask) {
        if (memcmp(d->keys[d->slots[at] - 1], key, PRT_KEY) == 0)
            break;
    }
    return &d->slots[at];
}

static bool take_memory(distinct *d, uint32_t texts) {
    uint32_t slots = 16;
    while (slots / 2 < texts)
        slots *= 2;
    d->mask = slots - 1;
    d->slots = calloc(slots, sizeof *d->slots);
    d->keys = calloc(texts, sizeof *d->keys);
    d->text = calloc(texts, sizeof *d->text);
    d->of = calloc(texts, sizeof *d->of);
    d->known = calloc(texts, sizeof *d->known);
    return d->slots && d->keys && d->text && d->of && d->known;
}

static void free_memory(distinct *d) {
    free(d->slots);
    free(d->keys);
    free(d->text);
    free(d->of);
    free(d->known);
    free(d->vectors);
}

static void find_distinct(const prt_embedding *e, distinct *d) {
    for (uint32_t i = 0; i < e->count; i++) {
        make_key(e, i, d->keys[d->count]);
        uint32_t *slot = slot_of(d, d->keys[d->count]);
        if (!*slot) {
            d->text[d->count] = i;
            *slot = ++d->count;
        }
        d->of[i] = *slot - 1;
    }
}

static void take_known(void *context, const unsigned char key[PRT_KEY], const float *values) {
    distinct *d = context;
    const uint32_t slot = *slot_of(d, key);
    if (!slot || d->known[slot - 1])
        return;
    memcpy(d->vectors + (size_t)(slot - 1) * d->dims, values, d->dims * sizeof *values);
    d->known[slot - 1] = 1;
    d->known_count++;
}

/* The next texts without a vector into `which` and, one list behind the other, `window`. */
static uint32_t next_unknown(const distinct *d, const prt_embedding *e, uint32_t *from, uint32_t *which,
                             pr_text *window, pr_text *seconds) {
    uint32_t count = 0;
    for (; *from < d->count && count < WINDOW; ++*from) {
        if (d->known[*from])
            continue;
        which[count] = *from;
        if (e->seconds)
            seconds[count] = e->seconds[d->text[*from]];
        window[count++] = e->texts[d->text[*from]];
    }
    return count;
}

static pr_status encode_unknown(const prt_embedding *e, distinct *d, prt_cache *cache, pr_error *error) {
    const uint32_t room = d->count - d->known_count < WINDOW ? d->count - d->known_count : WINDOW;
    uint32_t *which = calloc(room + (size_t)1, sizeof *which), from = 0;
    pr_text *window = calloc(2 * (room + (size_t)1), sizeof *window), *seconds = window ? window + room + 1 : NULL;
    float *made = calloc(room + (size_t)1, d->dims * sizeof *made);
    pr_status status = which && window && made ? PR_OK : prt_fail_memory(error, "encoding texts");
    for (uint32_t count; status == PR_OK && (count = next_unknown(d, e, &from, which, window, seconds)) > 0;) {
        status =
            prt_encode_texts(e->loaded->encoder, window, e->seconds ? seconds : NULL, count, e->threads, made, error);
        for (uint32_t i = 0; status == PR_OK && i < count; i++) {
            const float *vector = made + (size_t)i * d->dims;
            memcpy(d->vectors + (size_t)which[i] * d->dims, vector, d->dims * sizeof *vector);
            prt_cache_add(cache, d->keys[which[i]], vector);
        }
    }
    free(which);
    free(window);
    free(made);
    return status;
}

static pr_status embed_distinct(const prt_embedding *e, distinct *d, pr_error *error) {
    prt_cache cache;
    d->vectors = calloc(d->count + (size_t)1, d->dims * sizeof *d->vectors);
    if (!d->vectors)
        return prt_fail_memory(error, "encoding texts");
    PRT_TRY(prt_cache_open(e->cache, d->dims, take_known, d, &cache, error));
    const pr_status status = encode_unknown(e, d, &cache, error);
    if (status == PR_OK && e->tidy && prt_cache_is_bloated(&cache, d->count))
        prt_cache_rewrite(e->cache, &cache, d->count, (const unsigned char(*)[PRT_KEY])d->keys, d->vectors);
    prt_cache_close(&cache);
    return status;
}

pr_status prt_embed(const prt_embedding *e, float *out, pr_error *error) {
    const pr_encoder_about about = pr_encoder_describe(e->loaded->encoder);
    distinct d = {.dims = e->seconds ? about.labels : about.dims};
    pr_status status = take_memory(&d, e->count) ? PR_OK : prt_fail_memory(error, "encoding texts");
    if (status == PR_OK) {
        find_distinct(e, &d);
        status = embed_distinct(e, &d, error);
    }
    for (uint32_t i = 0; status == PR_OK && i < e->count; i++)
        memcpy(out + (size_t)i * d.dims, d.vectors + (size_t)d.of[i] * d.dims, d.dims * sizeof *out);
    if (status == PR_OK)
        prt_log("meaning", "%u %s, %u of them different; %u %s, %u known from other nights", e->count,
                e->seconds ? "pairs" : "texts", d.count, d.count - d.known_count, e->seconds ? "scored" : "encoded",
                d.known_count);
    free_memory(&d);
    return status;
}
