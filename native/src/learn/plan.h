/* From configuration and tables to what is counted and shown. */
#ifndef PRT_PLAN_H
#define PRT_PLAN_H

#include "config.h"
#include "counts.h"
#include "text.h"

/* Values of a dimension in the order in which a form shows them. */
typedef struct prt_choices {
    pr_text *values;
    uint32_t count;
} prt_choices;

/* Borrows from the configuration and the dataset; keep both. */
typedef struct prt_plan {
    prt_counts_plan counts;
    prt_choices choices[PRT_MAX_DIMENSIONS];
    prt_text_field *fields; /* searched */
    size_t field_count;
    pr_arena arena;
} prt_plan;

/* PR_E_FORMAT when a dimension, flag or search field names a column that is missing or of the wrong type. */
pr_status prt_plan_make(const prt_config *config, const prt_dataset *dataset, int threads, prt_plan *out,
                        pr_error *error);
void prt_plan_free(prt_plan *plan);

#endif
