/* What people found relevant: queries, and for each the ids of the items that answer it. */
#ifndef PRT_JUDGEMENTS_H
#define PRT_JUDGEMENTS_H

#include "config.h"
#include "idmap.h"

/* An item of `ids` that is relevant to a query. */
typedef struct prt_judgement {
    uint32_t query, id;
} prt_judgement;

typedef struct prt_judgements {
    prt_strings queries;       /* in the order of their file */
    prt_idmap ids;             /* of all judged items, also of those that the catalogue lacks */
    prt_judgement *judgements; /* by query, each once */
    uint32_t count;
} prt_judgements;

/* Read config->judgements, both of which must be given. Free also after a failure. */
pr_status prt_judgements_read(const prt_config *config, prt_judgements *out, pr_error *error);
void prt_judgements_free(prt_judgements *judgements);

/* The judgements of a query: [*first, the returned end). */
uint32_t prt_judgements_of(const prt_judgements *judgements, uint32_t query, uint32_t *first);
/* Is the item with that id among the judgements [first, end)? */
bool prt_judgements_have(const prt_judgements *judgements, uint32_t first, uint32_t end, pr_text id);

#endif
