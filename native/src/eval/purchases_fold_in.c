/* People whom the training never saw: their lists from their history alone, against those of a training that saw them.
 * A tenth of all is kept out; where that is too few to tell anything, another tenth is, by a training of its own. */
#include "fail.h"
#include "progress.h"
#include "purchases_run.h"

#include <stdlib.h>
#include <string.h>

enum { TENTHS = 5, ENOUGH = 500 /* people */ };

typedef struct folding {
    const prt_purchase_run *run;
    uint32_t *subjects; /* tenth after tenth */
    uint32_t count;
    double *folded[PRT_SCORE_MODELS]; /* of each subject */
    pr_error *error;
} folding;

static bool is_kept_out(const folding *f, uint32_t user, uint32_t tenth) {
    return (uint32_t)(pr_uniform(pr_mix64(f->run->options->seed), user) * 10) == tenth;
}

/* The same training without the events of those people. What scores mean is taken over: validation would draw other
 * people. */
static pr_status learn_without(const folding *f, uint32_t tenth, prt_purchases *out) {
    const prt_purchase_run *run = f->run;
    const prt_events *events = &run->dataset->events;
    uint8_t *left_out = malloc(events->count + 1);
    if (!left_out)
        return prt_fail_memory(f->error, "evaluating");
    for (uint64_t e = 0; e < events->count; e++)
        left_out[e] = run->split.roles[e] != PRT_ROLE_TRAIN || is_kept_out(f, events->user[e], tenth);
    pr_status status = prt_purchases_learn_like(&run->config, run->dataset, left_out, &run->learned,
                                                run->options->threads, out, f->error);
    free(left_out);
    return status;
}

/* Judge the lists of the people from `first` on by a training that did not see them. */
static pr_status judge(const folding *f, const prt_scorer *scorer, uint32_t first) {
    const prt_purchase_run *run = f->run;
    const prt_score_source source = prt_purchase_source(scorer);
    const prt_list_order order = {&run->split,      &run->learned.taken, f->subjects + first,
                                  f->count - first, run->places,         run->options->threads};
    prt_made_lists lists[PRT_SCORE_MODELS] = {0};
    pr_status status = prt_lists_make(&source, &order, lists, f->error);
    for (uint32_t m = 0; status == PR_OK && m < run->model_count; m++) {
        double *values = prt_first_metric(run, order.subjects, &lists[run->figures[m].model]);
        if (values)
            memcpy(f->folded[m] + first, values, order.count * sizeof *values);
        else
            status = prt_fail_memory(f->error, "evaluating");
        free(values);
    }
    for (int m = 0; m < PRT_SCORE_MODELS; m++)
        prt_made_lists_free(&lists[m]);
    return status;
}

static pr_status fold_tenth(folding *f, uint32_t tenth) {
    const prt_purchase_run *run = f->run;
    uint32_t first = f->count;
    prt_purchases without;
    for (uint32_t i = 0; i < run->warm_count; i++) {
        if (is_kept_out(f, run->split.user[run->warm[i]], tenth))
            f->subjects[f->count++] = run->warm[i];
    }
    if (f->count == first)
        return PR_OK;
    PRT_TRY(learn_without(f, tenth, &without));
    const prt_scorer scorer = prt_purchases_scorer(&without);
    pr_status status = judge(f, &scorer, first);
    prt_purchases_free(&without);
    return status;
}

static pr_status make_room(folding *f) {
    size_t room = f->run->warm_count + (size_t)1;
    bool good = (f->subjects = malloc(room * sizeof *f->subjects)) != NULL;
    for (uint32_t m = 0; good && m < f->run->model_count; m++)
        good = (f->folded[m] = malloc(room * sizeof **f->folded)) != NULL;
    return good ? PR_OK : prt_fail_memory(f->error, "evaluating");
}

static pr_status compare(const folding *f, uint32_t m, prt_paired *out) {
    double *trained = prt_known_metric(f->run, &f->run->figures[m], f->subjects, f->count);
    out->model = f->run->figures[m].model;
    pr_status status = trained ? prt_paired_make(f->run, f->folded[m], trained, f->count, out, f->error)
                               : prt_fail_memory(f->error, "evaluating");
    free(trained);
    return status;
}

static pr_status fold(folding *f, prt_fold_in_result *out) {
    PRT_TRY(make_room(f));
    for (uint32_t tenth = 0; tenth < TENTHS && f->count < ENOUGH; tenth++) {
        PRT_TRY(fold_tenth(f, tenth));
        out->trainings++;
        prt_log_progress("fold-in", f->count < ENOUGH ? f->count : ENOUGH, ENOUGH);
    }
    for (uint32_t m = 0; f->count && m < f->run->model_count; m++) {
        if (f->run->figures[m].model != PRT_SCORE_POPULARITY)
            PRT_TRY(compare(f, m, &out->models[out->count++]));
    }
    out->users = f->count;
    return PR_OK;
}

pr_status prt_eval_fold_in(const prt_purchase_run *run, prt_fold_in_result *out, pr_error *error) {
    folding f = {.run = run, .error = error};
    pr_status status = fold(&f, out);
    for (uint32_t m = 0; m < run->model_count; m++)
        free(f.folded[m]);
    free(f.subjects);
    return status;
}
