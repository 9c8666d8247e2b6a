/* The evaluation's memory. */
#include "evaluation.h"
#include "fail.h"

#include <stdlib.h>
#include <string.h>

const char *const prt_eval_models[PRT_EVAL_MODELS] = {"popularity", "segment, no prior", "segment, Beta(2,5)",
                                                      "segment, learned prior", "as served"};

pr_status prt_evaluation_make(prt_evaluation *out, uint32_t subjects, uint32_t items, pr_error *error) {
    size_t lists = (size_t)PRT_EVAL_MODELS * subjects * PRT_EVAL_K;
    out->subjects = subjects;
    out->items = items;
    out->values = calloc((size_t)PRT_EVAL_MODELS * PRT_EVAL_METRICS * subjects + 1, sizeof *out->values);
    out->lists = malloc((lists + 1) * sizeof *out->lists);
    out->weight = calloc(subjects + 1u, sizeof *out->weight);
    out->note = calloc(1, 256);
    if (!out->values || !out->lists || !out->weight || !out->note)
        return prt_fail_memory(error, "evaluating");
    memset(out->lists, 0xff, lists * sizeof *out->lists);
    return PR_OK;
}

void prt_evaluation_free(prt_evaluation *evaluation) {
    free(evaluation->values);
    free(evaluation->lists);
    free(evaluation->weight);
    free(evaluation->note);
    memset(evaluation, 0, sizeof *evaluation);
}

double *prt_evaluation_value(const prt_evaluation *e, uint32_t model, uint32_t metric, uint32_t subject) {
    return &e->values[((size_t)model * PRT_EVAL_METRICS + metric) * e->subjects + subject];
}

uint32_t *prt_evaluation_list(const prt_evaluation *e, uint32_t model, uint32_t subject) {
    return &e->lists[((size_t)model * e->subjects + subject) * PRT_EVAL_K];
}
