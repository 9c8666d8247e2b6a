/* The models behind one interface. */
#include "models.h"

#include "fail.h"
#include "model_linear.h"
#include "model_trees.h"
#include "parallel.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

const char *prt_model_name(prt_model_kind kind) {
    static const char *const names[] = {
#define NAME(name) #name,
        PRT_MODEL_LIST(NAME)
#undef NAME
            "auto"};
    return names[kind];
}

void prt_ranker_free(prt_ranker *ranker) {
    free(ranker->bytes);
    ranker->bytes = NULL;
    ranker->size = 0;
}

pr_status prt_ranker_take(prt_ranker *ranker, const char *table, const pr_buffer *buffer, pr_error *error) {
    ranker->bytes = buffer->failed ? NULL : malloc(buffer->size);
    if (!ranker->bytes)
        return prt_fail_memory(error, "packing the model");
    memcpy(ranker->bytes, buffer->bytes, buffer->size);
    ranker->size = buffer->size;
    ranker->table = table;
    return PR_OK;
}

static pr_status train_trees(prt_model_kind kind, const prt_matrix *matrix, const prt_model_options *options,
                             prt_ranker *out, pr_error *error) {
    prt_ensemble ensemble;
    PRT_TRY(prt_trees_fit(kind, matrix, options, &ensemble, error));
    pr_status status = prt_trees_pack(&ensemble, matrix->columns, out, error);
    ensemble.api->XGBoosterFree(ensemble.booster);
    return status;
}

static pr_status train_linear(prt_model_kind kind, const prt_history *history, const prt_matrix *matrix,
                              prt_ranker *out, pr_error *error) {
    prt_linear linear;
    if (kind == PRT_MODEL_popularity)
        PRT_TRY(prt_popularity_fit(history, &linear, error));
    else
        PRT_TRY(prt_logistic_fit(matrix, &linear, error));
    pr_status status = prt_linear_pack(&linear, out, error);
    prt_linear_free(&linear);
    return status;
}

/* There is something to tell apart. */
static pr_status check(const prt_matrix *matrix, pr_error *error) {
    uint32_t positives = 0;
    for (uint32_t i = 0; i < matrix->rows; i++)
        positives += matrix->labels[i] > 0;
    if (matrix->rows == 0)
        return prt_fail(error, PR_E_FORMAT,
                        "there is nothing to learn a ranking from: nobody was shown anything in the weeks of the "
                        "labels; give a longer weekly log");
    if (positives == 0 || positives == matrix->rows)
        return prt_fail(error, PR_E_FORMAT,
                        "there is nothing to learn a ranking from: %s of the %u rows is relevant; choose another "
                        "label or give a longer weekly log",
                        positives ? "every one" : "none", matrix->rows);
    return PR_OK;
}

pr_status prt_model_train(prt_model_kind kind, const prt_history *history, const prt_matrix *matrix,
                          const prt_model_options *options, prt_ranker *out, pr_error *error) {
    *out = (prt_ranker){.kind = kind};
    if (kind == PRT_MODEL_popularity)
        return train_linear(kind, history, matrix, out, error);
    PRT_TRY(check(matrix, error));
    if (kind == PRT_MODEL_logistic)
        return train_linear(kind, history, matrix, out, error);
    return train_trees(kind, matrix, options, out, error);
}

/* What the threads share: each takes the next model that nobody has taken. */
typedef struct job {
    const prt_model_kind *kinds;
    uint32_t count;
    const prt_history *history;
    const prt_matrix *matrix;
    const prt_model_options *options;
    prt_ranker *out;
    pr_status *statuses;
    pr_error *errors;
    atomic_uint next;
} job;

static void work(void *context, int thread) {
    job *j = context;
    (void)thread;
    for (uint32_t n; (n = atomic_fetch_add(&j->next, 1)) < j->count;) {
        uint32_t i = j->count - 1 - n; /* those that take longest stand last in the list of models */
        j->statuses[i] = prt_model_train(j->kinds[i], j->history, j->matrix, j->options, &j->out[i], &j->errors[i]);
    }
}

/* The first failure counts, whichever thread was faster. */
static pr_status outcome(job *j, pr_error *error) {
    uint32_t failed = 0;
    while (failed < j->count && j->statuses[failed] == PR_OK)
        failed++;
    if (failed == j->count)
        return PR_OK;
    for (uint32_t i = 0; i < j->count; i++)
        prt_ranker_free(&j->out[i]);
    if (error)
        *error = j->errors[failed];
    return j->statuses[failed];
}

pr_status prt_models_train(const prt_model_kind *kinds, uint32_t count, const prt_history *history,
                           const prt_matrix *matrix, const prt_model_options *options, int threads, prt_ranker *out,
                           pr_error *error) {
    job j = {.kinds = kinds, .count = count, .history = history, .matrix = matrix, .options = options, .out = out};
    j.statuses = calloc(count + 1, sizeof *j.statuses);
    j.errors = calloc(count + 1, sizeof *j.errors);
    pr_status status = PR_E_MEMORY;
    if (j.statuses && j.errors) {
        prt_parallel(threads < (int)count ? threads : (int)count, work, &j);
        status = outcome(&j, error);
    } else {
        prt_fail_memory(error, "training");
    }
    free(j.statuses);
    free(j.errors);
    return status;
}
