/* The search index: every term with the documents that hold it. core/src/search reads it. */
#ifndef PRT_SEARCH_INDEX_H
#define PRT_SEARCH_INDEX_H

#include "text.h"

enum { PRT_MAX_PATTERNS = 256, PRT_LENGTH_CLASSES = 16, PRT_MAX_SURFACES = 255, PRT_LONGEST_SURFACE = 16 };

/* A term in a document. */
typedef struct prt_search_posting {
    uint32_t document;
    uint8_t pattern;
} prt_search_posting;

typedef struct prt_search_index {
    uint32_t documents, terms;
    char *text;             /* all terms laid end to end */
    uint32_t *text_offsets; /* terms + 1; terms are sorted bytewise */
    uint64_t *offsets;      /* terms + 1 */
    prt_search_posting *postings;
    uint32_t pattern_count;
    float patterns[PRT_MAX_PATTERNS];  /* weighted sums of a term's frequencies in the fields, negative where
                                        the document has other forms than the term's commonest; the commonest first */
    float lengths[PRT_LENGTH_CLASSES]; /* document length / average length that each class stands for */
    uint8_t *classes;                  /* of each document: length | popularity << 4 */
    uint8_t *surfaces;                 /* of each term: 0, or 1 + index of a form */
    uint32_t form_count;
    char forms[PRT_MAX_SURFACES][PRT_LONGEST_SURFACE]; /* digit: bytes to drop, then what is appended */
} prt_search_index;

/* Index the fields; `order[document]` is the row in their columns, popularity (0 to 1) is by row. */
pr_status prt_search_index_make(const prt_text_field *fields, size_t field_count, const uint32_t *order,
                                const double *popularity, uint32_t documents, prt_search_index *out, pr_error *error);
void prt_search_index_free(prt_search_index *index);

#endif
