/* The search index: which words stand in which items, and how much they count there. */
#ifndef PRT_TEXT_H
#define PRT_TEXT_H

#include "tables.h"

/* A searched column and its weight. */
typedef struct prt_text_field {
    const prt_column *column; /* text, category or list */
    double weight;
} prt_text_field;

typedef struct prt_posting {
    uint32_t item; /* number in the bundle */
    uint8_t impact;
} prt_posting;

typedef struct prt_terms {
    uint32_t count;
    char **words;      /* sorted bytewise, NUL-terminated */
    uint64_t *offsets; /* of the word's postings, count + 1 */
    prt_posting *postings;
    pr_arena arena; /* holds all of it */
} prt_terms;

/* Index the fields of all items; `order[number]` is the item's row in its columns. */
pr_status prt_terms_make(const prt_text_field *fields, size_t field_count, const uint32_t *order, uint32_t items,
                         prt_terms *out, pr_error *error);
void prt_terms_free(prt_terms *terms);

#endif
