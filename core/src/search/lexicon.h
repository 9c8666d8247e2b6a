/* Walking the lexicon: exact look-up, ranges, and terms within a few edits. */
#ifndef PR_LEXICON_H
#define PR_LEXICON_H

#include "engine.h"

/* A place in the lexicon. `term` is the row's term while the last move succeeded. */
typedef struct pr_lexicon_cursor {
    pr_engine *engine;
    const pr_shard *shard;
    const uint8_t *at;
    uint32_t row, next; /* number of the term; the next row within the shard */
    char term[PR_MAX_TERM];
    size_t size;
    size_t shared; /* bytes that it has in common with the one before */
    uint8_t frequency, surface;
} pr_lexicon_cursor;

/* Go to the first term that is not below `key`. False when there is none, or a shard is missing (then noted). */
bool pr__lexicon_seek(pr_lexicon_cursor *c, pr_engine *engine, pr_text key);
/* Go on by one, across shards. */
bool pr__lexicon_next(pr_lexicon_cursor *c);
/* The number of the term; false when there is none or a shard is missing (then noted). `c` is left there. */
bool pr__lexicon_find(pr_lexicon_cursor *c, pr_engine *engine, pr_text term);
/* The word that a term was most often made from, into out[PR_MAX_TERM + 16]; returns its length. */
size_t pr__surface(const pr_lexicon_cursor *c, char *out);

/* A term near a misspelt one. */
typedef struct pr_near {
    uint32_t row;
    uint32_t distance;
    uint8_t frequency;
    bool other_start;
    char surface[PR_MAX_TERM + 16];
    uint8_t surface_size;
} pr_near;

enum { PR_MOST_NEAR = 8 };

/* The terms that are at most `most` edits (insertion, deletion, substitution, transposition of neighbours) away from
 * `term`, nearest first, then the most frequent; `term` itself left out. Only terms that begin with the same byte are
 * looked at unless `everywhere`. Returns how many. */
uint32_t pr__lexicon_near(pr_engine *engine, pr_text term, uint32_t most, bool everywhere, pr_near out[PR_MOST_NEAR]);

#endif
