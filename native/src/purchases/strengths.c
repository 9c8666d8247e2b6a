/* From settled events to the matrix of users and items: how strongly each user holds to each item. */
#include "fail.h"
#include "parallel.h"
#include "purchases_inner.h"

#include <stdlib.h>
#include <string.h>

typedef struct weighing {
    const prt_purchases_job *job;
    const prt_ledger *ledger;
    const prt_purchases *facts;
    float *weight; /* of each pair */
} weighing;

static void weigh_share(void *context, int thread) {
    const weighing *w = context;
    const prt_ledger *ledger = w->ledger;
    for (uint32_t u = (uint32_t)thread; u < ledger->users; u += (uint32_t)w->job->threads) {
        for (uint64_t p = ledger->pairs[u]; p < ledger->pairs[u + (size_t)1]; p++) {
            uint64_t first = ledger->starts[p];
            if (ledger->disliked[p]) {
                w->weight[p] = 0;
                continue;
            }
            w->weight[p] = (float)pr_signals_strength(
                &w->facts->config.signals, ledger->lines + first, (uint32_t)(ledger->starts[p + 1] - first),
                (double)w->facts->average_price[u], (double)w->facts->units[ledger->item[p]], ledger->as_of);
        }
    }
}

/* Pairs that weigh something. */
static void keep(const weighing *w, prt_purchases *out) {
    const prt_ledger *ledger = w->ledger;
    uint64_t kept = 0;
    for (uint32_t u = 0; u < ledger->users; u++) {
        for (uint64_t p = ledger->pairs[u]; p < ledger->pairs[u + (size_t)1]; p++) {
            if (!(w->weight[p] > 0))
                continue;
            out->taken.item[kept] = ledger->item[p];
            out->taken.weight[kept++] = w->weight[p];
            out->buyers[ledger->item[p]]++;
        }
        out->taken.offsets[u + (size_t)1] = kept;
    }
    for (uint32_t i = 0; i < out->items; i++) {
        if (out->buyers[i] < w->job->min_users)
            out->buyers[i] = 0;
    }
}

pr_status prt_strengths_make(const prt_purchases_job *job, const prt_ledger *ledger, prt_purchases *out,
                             pr_error *error) {
    uint64_t pairs = ledger->pairs[ledger->users];
    prt_interactions *taken = &out->taken;
    *taken = (prt_interactions){.users = ledger->users, .items = ledger->items};
    taken->offsets = calloc(ledger->users + (size_t)1, sizeof *taken->offsets);
    taken->item = malloc((pairs + 1) * sizeof *taken->item);
    taken->weight = malloc((pairs + 1) * sizeof *taken->weight);
    out->buyers = calloc(ledger->items + (size_t)1, sizeof *out->buyers);
    if (!taken->offsets || !taken->item || !taken->weight || !out->buyers)
        return prt_fail_memory(error, "weighing what was taken");
    weighing w = {job, ledger, out, taken->weight};
    prt_parallel(job->threads, weigh_share, &w);
    keep(&w, out);
    return PR_OK;
}

void prt_interactions_free(prt_interactions *interactions) {
    free(interactions->offsets);
    free(interactions->item);
    free(interactions->weight);
    memset(interactions, 0, sizeof *interactions);
}
