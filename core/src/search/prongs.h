/* Slots while they are matched: their posting lists, opened and weighed. */
#ifndef PR_PRONGS_H
#define PR_PRONGS_H

#include "search.h"

/* A posting list being read. */
typedef struct pr_cursor {
    const uint8_t *at;
    uint32_t left;     /* postings behind this one */
    uint32_t document; /* UINT32_MAX: at the end */
    uint8_t pattern;
    float weight[2]; /* idf x the alternative's weight: for the term's commonest form, for others */
} pr_cursor;

typedef struct pr_branch {
    pr_cursor *cursors;
    uint32_t count, alternative;
} pr_branch;

/* A slot while matching. */
typedef struct pr_prong {
    pr_branch *branches;
    uint32_t count;
    pr_slot_role role;
    uint64_t postings;
} pr_prong;

/* Go on to the next posting. */
static inline void pr__advance(pr_cursor *c) {
    if (c->left == 0) {
        c->document = UINT32_MAX;
        return;
    }
    c->left--;
    uint32_t code = *c->at < 128 ? *c->at++ : pr__varint(&c->at);
    c->document += (code >> 1) + 1;
    c->pattern = code & 1 ? *c->at++ : 0;
}

/* Open the lists of a slot's alternatives; those of missing shards are left out and noted. False: out of memory. */
bool pr__prong_open(pr_engine *engine, const pr_slot *slot, pr_prong *out);
/* Put those that must match first, the rarest of them at the very front; returns how many must. */
uint32_t pr__prongs_order(pr_prong *prongs, uint32_t count, bool any);

#endif
