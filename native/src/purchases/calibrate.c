/* What a score means: how good people's best scores usually are, and how often an item with some score was taken. */
#include "fail.h"
#include "validation.h"

#include <stdlib.h>

/* ---- typical ---- */

static int by_number(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

pr_status prt_typical(const prt_unseen_list *lists, uint32_t users, double *out, pr_error *error) {
    double *best = malloc((users + (size_t)1) * sizeof *best);
    uint32_t n = 0;
    if (!best)
        return prt_fail_memory(error, "finding out what scores mean");
    for (uint32_t v = 0; v < users; v++) {
        if (lists[v].count)
            best[n++] = (double)lists[v].best[0].score;
    }
    qsort(best, n, sizeof *best, by_number);
    double median = n == 0 ? 0 : n % 2 ? best[n / 2] : (best[n / 2 - 1] + best[n / 2]) / 2;
    *out = median > 0 ? median : 1;
    free(best);
    return PR_OK;
}

/* ---- confidence ---- */

void prt_isotonic(double *values, const double *weights, uint32_t count) {
    /* Blocks of equal value lie in values[0 … blocks - 1] until they are spread again; `size` and `weight` go along. */
    uint32_t blocks = 0, size[PRT_CONFIDENCE_POINTS];
    double weight[PRT_CONFIDENCE_POINTS];
    for (uint32_t i = 0; i < count; i++) {
        double value = values[i];
        size[blocks] = 1;
        weight[blocks] = weights[i];
        for (; blocks > 0 && values[blocks - 1] > value; blocks--) {
            double sum = weight[blocks - 1] + weight[blocks];
            value = (values[blocks - 1] * weight[blocks - 1] + value * weight[blocks]) / sum;
            weight[blocks - 1] = sum;
            size[blocks - 1] += size[blocks];
        }
        values[blocks++] = value;
    }
    for (uint32_t end = count; blocks-- > 0;) {
        double value = values[blocks];
        for (uint32_t i = 0; i < size[blocks]; i++)
            values[--end] = value;
    }
}

static int by_score(const void *a, const void *b) {
    const prt_unseen *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? -1 : 1;
    return x->held_out - y->held_out;
}

/* One group of guesses: those from `first` that take the hits to their share of all, and all that score the same. */
static uint64_t end_of_group(const prt_unseen *sorted, uint64_t count, uint64_t first, uint64_t hits) {
    uint64_t end = first;
    for (uint64_t found = 0; end < count && found < hits; end++)
        found += sorted[end].held_out;
    while (end < count && sorted[end].score == sorted[end - 1].score)
        end++;
    return end;
}

void prt_confidence_make(prt_unseen *guesses, uint64_t count, prt_confidence *out) {
    double weights[PRT_CONFIDENCE_POINTS];
    uint64_t hits = 0;
    *out = (prt_confidence){0};
    qsort(guesses, count, sizeof *guesses, by_score);
    for (uint64_t i = 0; i < count; i++)
        hits += guesses[i].held_out;
    uint64_t each = hits < PRT_CONFIDENCE_POINTS ? 1 : (hits + PRT_CONFIDENCE_POINTS - 1) / PRT_CONFIDENCE_POINTS;
    for (uint64_t first = 0; first < count;) {
        uint32_t point = out->count++;
        bool last = out->count == PRT_CONFIDENCE_POINTS;
        uint64_t end = last ? count : end_of_group(guesses, count, first, each), found = 0;
        double sum = 0;
        for (uint64_t i = first; i < end; i++) {
            sum += (double)guesses[i].score;
            found += guesses[i].held_out;
        }
        weights[point] = (double)(end - first);
        out->score[point] = sum / weights[point];
        out->probability[point] = (double)found / weights[point];
        first = end;
    }
    prt_isotonic(out->probability, weights, out->count);
}

/* ---- all of it ---- */

typedef struct calibration {
    const prt_purchases_job *job;
    const prt_validation *validation;
    prt_purchases rest; /* learned without what is held out */
    prt_unseen_list *lists;
    prt_unseen *guesses;
    prt_purchases *out;
} calibration;

/* Needs typical scores of the simple models before the hybrid's turn. */
static pr_status calibrate_model(calibration *c, prt_score_model model, pr_error *error) {
    uint32_t users = c->validation->users;
    uint64_t count = 0;
    PRT_TRY(prt_validation_ask(c->validation, &c->rest, model, PRT_VALIDATION_BEST, c->job->threads, c->lists, error));
    PRT_TRY(prt_validation_judge(c->validation, c->lists, &c->out->metrics[model], error));
    double typical = 1;
    if (model < PRT_SCORE_SIMPLE) {
        PRT_TRY(prt_typical(c->lists, users, &typical, error));
        c->rest.typical[model] = c->out->typical[model] = typical;
    }
    for (uint32_t v = 0; v < users; v++) {
        for (uint32_t i = 0; i < c->lists[v].count; i++) {
            prt_unseen guess = c->lists[v].best[i];
            guess.score = (float)((double)guess.score / typical);
            if (guess.score > 0)
                c->guesses[count++] = guess;
        }
    }
    prt_confidence_make(c->guesses, count, &c->out->confidence[model]);
    return PR_OK;
}

static pr_status calibrate(calibration *c, pr_error *error) {
    const prt_purchases *out = c->out;
    uint32_t users = c->validation->users;
    c->lists = calloc(users, sizeof *c->lists);
    c->guesses = malloc(users * (size_t)PRT_VALIDATION_BEST * sizeof *c->guesses);
    if (!c->lists || !c->guesses)
        return PR_E_MEMORY;
    for (int m = 0; m < PRT_SCORE_MODELS; m++) {
        bool learned = m == PRT_SCORE_ALS ? out->has_als : m != PRT_SCORE_ITEM_CF || out->has_item_cf;
        if (learned)
            PRT_TRY(calibrate_model(c, (prt_score_model)m, error));
    }
    return PR_OK;
}

pr_status prt_calibrate(const prt_purchases_job *job, const prt_validation *validation, prt_purchases *out,
                        pr_error *error) {
    calibration c = {.job = job, .validation = validation, .out = out};
    out->validation_users = validation->users;
    if (validation->users == 0)
        return PR_OK;
    PRT_TRY(prt_purchases_learn_ledger(job, &out->config, &validation->rest, &c.rest, error));
    pr_status status = calibrate(&c, error);
    prt_purchases_free(&c.rest);
    free(c.lists);
    free(c.guesses);
    return status == PR_E_MEMORY ? prt_fail_memory(error, "finding out what scores mean") : status;
}
