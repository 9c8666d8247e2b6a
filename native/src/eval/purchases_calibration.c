/* Is what is said to be likely taken as often? */
#include "fail.h"
#include "purchases_run.h"

#include <math.h>
#include <stdlib.h>

double prt_confidence_at(const prt_confidence *confidence, double score) {
    uint32_t n = confidence->count, at = 0;
    if (n == 0)
        return 0;
    while (at < n && confidence->score[at] < score)
        at++;
    if (at == 0 || at == n)
        return confidence->probability[at ? n - 1 : 0];
    double low = confidence->score[at - 1], high = confidence->score[at];
    double from = confidence->probability[at - 1], to = confidence->probability[at];
    return from + (to - from) * ((score - low) / (high - low));
}

static int by_confidence(const void *a, const void *b) {
    const prt_claim *x = a, *y = b;
    if (x->confidence != y->confidence)
        return x->confidence < y->confidence ? -1 : 1;
    return x->taken - y->taken;
}

/* Claims of the same confidence are not torn apart, so that their order within cannot matter. */
void prt_calibrate_claims(prt_claim *claims, uint64_t count, prt_calibration *out) {
    out->items = count;
    out->error = 0;
    out->group_count = 0;
    qsort(claims, count, sizeof *claims, by_confidence);
    for (uint64_t first = 0, end; first < count; first = end) {
        uint32_t g = out->group_count++;
        double sum = 0, taken = 0;
        end = count * (g + (uint64_t)1) / PRT_CALIBRATION_GROUPS;
        end = end > first ? end : first + 1;
        while (end < count &&
               (out->group_count == PRT_CALIBRATION_GROUPS || claims[end].confidence == claims[end - 1].confidence))
            end++;
        for (uint64_t i = first; i < end; i++) {
            sum += claims[i].confidence;
            taken += claims[i].taken;
        }
        double size = (double)(end - first);
        out->groups[g].items = end - first;
        out->groups[g].confidence = sum / size;
        out->groups[g].share = taken / size;
        out->error += fabs(sum - taken) / (double)count;
    }
}

pr_status prt_calibration_make(const prt_purchase_run *run, const prt_model_figures *figures, prt_calibration *out,
                               pr_error *error) {
    const prt_made_lists *lists = &figures->lists;
    const prt_confidence *confidence = &run->learned.confidence[figures->model];
    double typical = figures->model < PRT_SCORE_SIMPLE ? run->learned.typical[figures->model] : 1;
    prt_claim *claims = malloc(((size_t)run->warm_count * lists->places + 1) * sizeof *claims);
    uint64_t count = 0;
    out->model = figures->model;
    if (!claims)
        return prt_fail_memory(error, "evaluating");
    for (uint32_t i = 0; i < run->warm_count; i++) {
        size_t start = (size_t)run->warm[i] * lists->places;
        for (uint32_t place = 0; place < lists->places && lists->items[start + place] != UINT32_MAX; place++) {
            double score = (double)lists->scores[start + place] / typical;
            claims[count++] =
                (prt_claim){prt_confidence_at(confidence, score),
                            prt_set_holds(&run->split.relevant, run->warm[i], lists->items[start + place])};
        }
    }
    prt_calibrate_claims(claims, count, out);
    free(claims);
    return PR_OK;
}
