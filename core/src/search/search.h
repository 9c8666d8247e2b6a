/* Search: a query becomes slots (plan.c), slots that nothing answers are corrected (correct.c), and documents are
 * matched, counted and ranked block by block (match.c). search.c does the whole. docs/search.md. */
#ifndef PR_SEARCH_H
#define PR_SEARCH_H

#include "engine.h"

enum {
    PR_MAX_SLOTS = 64,
    PR_MAX_ALTERNATIVES = 32,
    PR_MAX_PHRASE = 4,   /* terms of one alternative */
    PR_MAX_HITS = 16000, /* offset + results of a request */
    PR_MAX_CONDITIONS = 16
};

/* In which form a word was asked for. */
typedef enum pr_form { PR_FORM_ANY, PR_FORM_COMMON, PR_FORM_OTHER } pr_form;

/* What one slot of the query may be answered by: documents that hold all of these terms. */
typedef struct pr_alternative {
    uint32_t terms[PR_MAX_PHRASE];
    uint32_t count;
    float weight;
    pr_form form;
} pr_alternative;

typedef enum pr_slot_role { PR_SLOT_QUERY, PR_SLOT_MUST, PR_SLOT_SHOULD, PR_SLOT_NOT } pr_slot_role;

/* A word of the query, or several that belong together. A document's score for it is that of its best alternative. */
typedef struct pr_slot {
    pr_slot_role role;
    pr_text text;                /* folded, not stemmed: what is corrected */
    bool stop;                   /* a stop word */
    bool open;                   /* the beginning of a word: completed */
    bool single;                 /* made of one word, which may be misspelt */
    uint8_t frequency;           /* class of its term in the lexicon, 0: not there */
    char word[PR_MAX_TERM + 16]; /* what it was corrected to */
    uint32_t word_size;
    uint32_t begin, end; /* bytes of the query */
    uint32_t count;
    pr_alternative alternatives[PR_MAX_ALTERNATIVES];
} pr_slot;

typedef struct pr_plan {
    uint32_t count;
    pr_slot slots[PR_MAX_SLOTS];
} pr_plan;

/* A condition on a facet's column: one of the codes, or a number within bounds. */
typedef struct pr_condition {
    uint32_t facet;
    uint32_t *codes; /* bits */
    float minimum, maximum;
} pr_condition;

typedef enum pr_match_mode { PR_MATCH_AUTO, PR_MATCH_ALL, PR_MATCH_ANY } pr_match_mode;

typedef struct pr_search {
    pr_text query;
    pr_match_mode match;
    bool prefix, typo, counted; /* complete the last word; correct; count facets */
    uint32_t limit;             /* best hits wanted */
    uint32_t sort;              /* facet, or UINT32_MAX: by relevance */
    bool falling;
    const pr_json *must, *should, *must_not; /* lists of texts, or NULL */
    uint32_t condition_count;
    pr_condition conditions[PR_MAX_CONDITIONS];
    uint64_t *matched; /* gets a bit for each document that matches; NULL: nobody asks */
} pr_search;

typedef struct pr_hit {
    uint32_t item;
    float score;
    double key; /* what it is ordered by, falling */
} pr_hit;

/* How often each value of a facet occurs among the hits, or between which numbers they lie. */
typedef struct pr_facet_count {
    uint32_t *counts; /* by code; NULL for numbers */
    float minimum, maximum;
    bool any;
} pr_facet_count;

typedef struct pr_found {
    uint32_t count, total; /* hits kept, hits found */
    pr_hit *hits;          /* best first */
    bool any;              /* not all words had to match */
    bool corrected;        /* the plan holds words that were corrected */
    pr_facet_count facets[PR_MAX_FACETS];
} pr_found;

/* Search. Afterwards *found and *plan are filled, unless shards are missing (see engine->missing_count). The plan tells
 * which terms to highlight. PR_E_MEMORY. */
pr_status pr__search(pr_engine *engine, const pr_search *search, pr_plan *plan, pr_found *found, pr_error *error);

/* ---- the steps ---- */

/* Make the slots of the query and of the lists. Missing shards are noted. */
pr_status pr__plan(pr_engine *engine, const pr_search *search, pr_plan *plan, pr_error *error);
/* Give slots without alternatives what the typist may have meant; with `known`, also those whose word
 * hardly any document holds. True when something was added. */
bool pr__correct(pr_engine *engine, pr_plan *plan, bool known);
/* Score the documents: those that match all slots of the query, or (`any`) at least one. */
pr_status pr__match(pr_engine *engine, const pr_search *search, const pr_plan *plan, bool any, pr_found *found,
                    pr_error *error);
/* Take the hits as if they had matched: *found, whose facets may be counted already, gets the best of them, by their
 * scores or what the search sorts by. The facets of hits[from … to) are counted. PR_E_MEMORY. */
pr_status pr__match_given(pr_engine *engine, const pr_search *search, const pr_hit *hits, uint32_t count, uint32_t from,
                          uint32_t to, pr_found *found, pr_error *error);
void pr__add_alternative(pr_slot *slot, const uint32_t *terms, uint32_t count, float weight);

#endif
