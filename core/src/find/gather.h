/* The first two stages: candidates by content, by what others took, and by popularity; and their blend, by itself
 * because hosts measure the stages one by one.
 *
 *     hybrid = sum over the voices of weight x (what the voice says / the most that it says of any candidate)
 *
 * so that each voice is scaled to 0 … 1 over the candidates; what is below 0 counts 0. */
#ifndef PR_GATHER_H
#define PR_GATHER_H

#include "category.h"
#include "content.h"
#include "level_one.h"

enum { PR_CANDIDATES_OF_VOICE = 50 };

/* One candidate on its way through the stages. */
typedef struct pr_staged {
    uint32_t item;
    uint8_t voices;          /* bit v: voice v brought it */
    double says[PR_VOICES];  /* before scaling */
    double parts[PR_VOICES]; /* of the blend: they add up to hybrid */
    double hybrid, score;    /* score: what lists are ordered by, after what later stages do */
    double pair;             /* of the cross-encoder; NaN: none */
    bool new_arrival;
} pr_staged;

typedef struct pr_gather_query {
    const pr_seed *seeds; /* what candidates should go with: may be none */
    uint32_t seed_count;
    const pr_state *taken; /* the events that collaborative candidates follow, where the bundle has models */
    pr_source model;       /* of these; the bundle need not have it */
    pr__allowed allowed;
    const pr_category *category; /* that `allowed` is of, or NULL */
    uint32_t pool;               /* candidates of each voice */
    int64_t now;
} pr_gather_query;

typedef struct pr_gathered {
    pr_engine *engine;
    uint32_t count;
    pr_staged *candidates;     /* by rising item; after the blend by falling score, ties by rising item */
    uint32_t found[PR_VOICES]; /* candidates that each voice brought */
    pr_content content;        /* what the voices say of any item */
    float *collaborative;      /* of each item, or NULL */
} pr_gathered;

/* Find candidates. Missing shards are noted, and then nothing may be used. PR_E_MEMORY. */
pr_status pr__gather(pr_engine *engine, const pr_gather_query *query, pr_gathered *out, pr_error *error);
/* Hear each voice about each candidate, blend what they say, and bring the candidates into order. Missing shards are
 * noted. */
void pr__blend(pr_gathered *gathered);
/* Falling score, ties by rising item. */
void pr__staged_order(pr_staged *candidates, uint32_t count);
/* Falling score; ties stay as they stand, because a cross-encoder may have put them so. */
void pr__staged_settle(pr_staged *candidates, uint32_t count);
/* 0 to 1: how popular an item is. Missing shards are noted. */
double pr__popularity_of(pr_engine *engine, uint32_t item);
/* What is taken together with the item, by rising item, into out[PR_MAX_LINKS]: neighbours, or else rules by their
 * confidence. */
uint32_t pr__taken_together(pr_engine *engine, uint32_t item, pr_link *out);

#endif
