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

static void make_key(const prt_loaded_encoder *loaded, pr_text text, unsigned char key[PRT_KEY]) {
    char hex[65];
    pr_sha256 hash;
    pr_sha256_init(&hash);
    pr_sha256_update(&hash, loaded->sha256, 64);
    pr_sha256_update(&hash, text.bytes, text.size);
    pr_sha256_hex(&hash, hex);
    for (uint32_t i = 0; i < PRT_KEY; i++) {
        const char pair[3] = {hex[2 * i], hex[2 * i + 1], 0};
        key[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
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

static void find_distinct(const prt_loaded_encoder *loaded, const pr_text *texts, uint32_t count, distinct *d) {
    for (uint32_t i = 0; i < count; i++) {
        make_key(loaded, texts[i], d->keys[d->count]);
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

/* The next texts without a vector into `which` and `window`. */
static uint32_t next_unknown(const distinct *d, const pr_text *texts, uint32_t *from, uint32_t *which,
                             pr_text *window) {
    uint32_t count = 0;
    for (; *from < d->count && count < WINDOW; ++*from) {
        if (d->known[*from])
            continue;
        which[count] = *from;
        window[count++] = texts[d->text[*from]];
    }
    return count;
}

static pr_status encode_unknown(const prt_loaded_encoder *loaded, const pr_text *texts, int threads, distinct *d,
                                prt_cache *cache, pr_error *error) {
    const uint32_t room = d->count - d->known_count < WINDOW ? d->count - d->known_count : WINDOW;
    uint32_t *which = calloc(room + (size_t)1, sizeof *which), from = 0;
    pr_text *window = calloc(room + (size_t)1, sizeof *window);
    float *made = calloc(room + (size_t)1, d->dims * sizeof *made);
    pr_status status = which && window && made ? PR_OK : prt_fail_memory(error, "encoding texts");
    for (uint32_t count; status == PR_OK && (count = next_unknown(d, texts, &from, which, window)) > 0;) {
        status = prt_encode_texts(loaded->encoder, window, NULL, count, threads, made, error);
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

static pr_status embed_distinct(const prt_loaded_encoder *loaded, const pr_text *texts, const char *path, int threads,
                                distinct *d, pr_error *error) {
    prt_cache cache;
    d->vectors = calloc(d->count + (size_t)1, d->dims * sizeof *d->vectors);
    if (!d->vectors)
        return prt_fail_memory(error, "encoding texts");
    PRT_TRY(prt_cache_open(path, d->dims, take_known, d, &cache, error));
    const pr_status status = encode_unknown(loaded, texts, threads, d, &cache, error);
    prt_cache_close(&cache);
    return status;
}

pr_status prt_embed(const prt_loaded_encoder *loaded, const pr_text *texts, uint32_t count, const char *cache,
                    int threads, float *out, pr_error *error) {
    distinct d = {.dims = pr_encoder_describe(loaded->encoder).dims};
    pr_status status = take_memory(&d, count) ? PR_OK : prt_fail_memory(error, "encoding texts");
    if (status == PR_OK) {
        find_distinct(loaded, texts, count, &d);
        status = embed_distinct(loaded, texts, cache, threads, &d, error);
    }
    for (uint32_t i = 0; status == PR_OK && i < count; i++)
        memcpy(out + (size_t)i * d.dims, d.vectors + (size_t)d.of[i] * d.dims, d.dims * sizeof *out);
    if (status == PR_OK)
        prt_log("meaning", "%u texts, %u of them different; %u encoded, %u known from other nights", count, d.count,
                d.count - d.known_count, d.known_count);
    free_memory(&d);
    return status;
}
