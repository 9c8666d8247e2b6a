/* Views on the shards of a shop's tables. docs/bundle-format.md has their tensors byte by byte. */
#ifndef PR_VIEWS_SHOP_H
#define PR_VIEWS_SHOP_H

#include "safetensors.h"

enum { PR_LEXICON_STEP = 16 /* every 16th row of a shard is written in full */ };

/* Terms in rising order. A row: how many bytes it shares with the one before, how many follow, these bytes, the class
 * of its document frequency, its surface. */
typedef struct pr_lexicon_view {
    const uint8_t *entries;
    uint32_t size;
    const uint32_t *steps; /* where rows 0, 16, 32 … begin; made at attach */
} pr_lexicon_view;

/* For each term of the lexicon: varint documents; for each varint (gap << 1 | other pattern) and then, where the lowest
 * bit is set, the byte of the pattern. */
typedef struct pr_postings_view {
    const uint8_t *lists;
    const uint32_t *starts; /* rows + 1; made at attach */
} pr_postings_view;

typedef struct pr_documents_view {
    const uint8_t *classes; /* low nibble: length, high nibble: popularity */
} pr_documents_view;

/* One facet's values of one chunk of items. */
typedef struct pr_facet_view {
    pr_uints codes;          /* category, list */
    const uint32_t *offsets; /* list */
    const float *numbers;    /* integer, date, real; NaN when missing */
} pr_facet_view;

/* Links of each item to others, varints, laid end to end. */
typedef struct pr_links_view {
    const uint8_t *bytes;
    const uint32_t *starts; /* rows + 1; made at attach */
} pr_links_view;

typedef struct pr_lists_view {
    pr_strings key;
    const uint32_t *offsets;
    pr_uints item, rank;
} pr_lists_view;

typedef struct pr_trending_view {
    uint32_t rows;
    pr_uints item;
    const float *score; /* falling */
} pr_trending_view;

typedef struct pr_synonyms_view {
    pr_strings key, phrase;
    const uint32_t *offsets; /* of the phrases */
    const uint8_t *weight;   /* of a phrase, in hundredths */
} pr_synonyms_view;

/* Seven bits a byte, lowest first. The bytes were checked. */
static inline uint32_t pr__varint(const uint8_t **at) {
    const uint8_t *p = *at;
    uint32_t value = *p & 127u;
    for (uint32_t shift = 7; *p++ >= 128; shift += 7)
        value |= (uint32_t)(*p & 127u) << shift;
    *at = p;
    return value;
}

/* The same for bytes that nobody has checked: false when they end, or hold more than 32 bits. */
static inline bool pr__varint_checked(const uint8_t **at, const uint8_t *end, uint32_t *out) {
    uint64_t value = 0;
    for (uint32_t shift = 0; shift < 35; shift += 7) {
        if (*at == end)
            return false;
        uint8_t byte = *(*at)++;
        value |= (uint64_t)(byte & 127u) << shift;
        if (byte < 128) {
            *out = (uint32_t)value;
            return value <= UINT32_MAX;
        }
    }
    return false;
}

#endif
