/* People whom the training never saw: their lists from their history alone, against those of a training that saw them.
 */
#include "fail.h"
#include "purchases_run.h"

#include <stdlib.h>

static const double KEPT_OUT = 0.1;

static bool is_kept_out(const prt_purchase_run *run, uint32_t user) {
    return pr_uniform(pr_mix64(run->options->seed), user) < KEPT_OUT;
}

/* The same training without the events of those people. What scores mean is taken over: validation would draw other
 * people. */
static pr_status learn_without(const prt_purchase_run *run, prt_purchases *out, pr_error *error) {
    const prt_events *events = &run->dataset->events;
    uint8_t *left_out = malloc(events->count + 1);
    if (!left_out)
        return prt_fail_memory(error, "evaluating");
    for (uint64_t e = 0; e < events->count; e++)
        left_out[e] = run->split.roles[e] != PRT_ROLE_TRAIN || is_kept_out(run, events->user[e]);
    pr_status status = prt_purchases_learn_like(&run->config, run->dataset, left_out, &run->learned,
                                                run->options->threads, out, error);
    free(left_out);
    return status;
}

static double *judge(const prt_purchase_run *run, const prt_scorer *scorer, const prt_list_order *order,
                     pr_error *error) {
    const prt_score_source source = prt_purchase_source(scorer);
    prt_made_lists lists;
    double *values = NULL;
    if (prt_lists_make(&source, order, &lists, error) == PR_OK) {
        values = prt_first_metric(run, order->subjects, &lists);
        if (!values)
            prt_fail_memory(error, "evaluating");
    }
    prt_made_lists_free(&lists);
    return values;
}

static pr_status compare(const prt_purchase_run *run, const prt_purchases *without, prt_list_order *order,
                         prt_score_model model, prt_paired *out, pr_error *error) {
    const prt_scorer scorer = prt_purchases_scorer(without);
    order->model = model;
    out->model = model;
    double *folded = judge(run, &scorer, order, error),
           *trained = folded ? judge(run, &run->scorer, order, error) : NULL;
    pr_status status = trained ? prt_paired_make(run, folded, trained, order->count, out, error)
                       : error ? error->code
                               : PR_E_MEMORY;
    free(folded);
    free(trained);
    return status;
}

pr_status prt_eval_fold_in(const prt_purchase_run *run, prt_fold_in_result *out, pr_error *error) {
    prt_purchases without;
    uint32_t *subjects = malloc((run->warm_count + (size_t)1) * sizeof *subjects), count = 0;
    if (!subjects)
        return prt_fail_memory(error, "evaluating");
    for (uint32_t i = 0; i < run->warm_count; i++) {
        if (is_kept_out(run, run->split.user[run->warm[i]]))
            subjects[count++] = run->warm[i];
    }
    pr_status status = count ? learn_without(run, &without, error) : PR_OK;
    if (!count || status != PR_OK) {
        free(subjects);
        return status;
    }
    prt_list_order order = {&run->split, &run->learned.taken, subjects, count, 0, run->places, run->options->threads};
    out->users = count;
    for (uint32_t m = 0; status == PR_OK && m < run->model_count; m++) {
        if (run->figures[m].model != PRT_SCORE_POPULARITY)
            status = compare(run, &without, &order, run->figures[m].model, &out->models[out->count++], error);
    }
    prt_purchases_free(&without);
    free(subjects);
    return status;
}
