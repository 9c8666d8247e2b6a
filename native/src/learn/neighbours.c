/* Item-item models: what is asked for, and who makes it. */
#include "fail.h"
#include "neighbours_inner.h"

#include <stdlib.h>

enum { MOST_TOP = 1000, MOST_RANK = 1024 };

prt_neighbours_options prt_neighbours_defaults(void) {
    return (prt_neighbours_options){.kind = PRT_NEIGHBOURS_COSINE,
                                    .top = 100,
                                    .shrinkage = 10,
                                    .k1 = 1.2,
                                    .b = 0.75,
                                    .alpha = 1,
                                    .beta = 0.6,
                                    .regularization = 20,
                                    .candidates = 150,
                                    .rank = 256};
}

static bool is_within(double value, double least, double most) {
    return value >= least && value <= most;
}

static pr_status check(const prt_neighbours_options *o, uint32_t items, pr_error *error) {
    if (o->top < 1 || o->top > MOST_TOP)
        return prt_fail(error, PR_E_ARGUMENT, "neighbours: 1 to %d can be kept of each item, not %u", MOST_TOP, o->top);
    if (!is_within(o->shrinkage, 0, 1e6) || !is_within(o->k1, 0, 1000) || !is_within(o->b, 0, 1) ||
        !is_within(o->alpha, 0, 10) || !is_within(o->beta, 0, 10))
        return prt_fail(error, PR_E_ARGUMENT, "neighbours: shrinkage, k1, b, alpha or beta is out of its bounds");
    if (!is_within(o->regularization, 1e-6, 1e9))
        return prt_fail(error, PR_E_ARGUMENT, "neighbours: the regularisation is %g; give one from 1e-6 to 1e9",
                        o->regularization);
    if (o->candidates < 1 || o->candidates > MOST_TOP)
        return prt_fail(error, PR_E_ARGUMENT, "neighbours: slim chooses among 1 to %d candidates, not %u", MOST_TOP,
                        o->candidates);
    if (!is_within(o->graph, 0, 1000) || !is_within(o->low_pass, 0, 1000) || o->rank < 1 || o->rank > MOST_RANK)
        return prt_fail(error, PR_E_ARGUMENT, "neighbours: graph, low_pass or rank is out of its bounds");
    if (o->kind == PRT_NEIGHBOURS_EASE && items > PRT_EASE_ITEMS)
        return prt_fail(error, PR_E_ARGUMENT,
                        "neighbours: ease takes up to %d items and there are %u; choose slim, which has no such limit",
                        PRT_EASE_ITEMS, items);
    return PR_OK;
}

static pr_status told(bool good, pr_error *error) {
    return good ? PR_OK : prt_fail_memory(error, "looking for neighbours");
}

pr_status prt_neighbours_make(const prt_interactions *train, const prt_neighbours_options *options, int threads,
                              prt_neighbours *out, pr_error *error) {
    pr_status status;
    *out = (prt_neighbours){0};
    PRT_TRY(check(options, train->items, error));
    threads = threads < 1 ? 1 : threads;
    switch (options->kind) {
    case PRT_NEIGHBOURS_COSINE:
    case PRT_NEIGHBOURS_SPENDING:
    case PRT_NEIGHBOURS_TFIDF:
    case PRT_NEIGHBOURS_BM25:
    case PRT_NEIGHBOURS_RP3BETA:
        status = told(prt_walks_make(train, options, threads, out), error);
        break;
    case PRT_NEIGHBOURS_EASE:
        status = prt_ease_make(train, options, threads, out, error);
        break;
    case PRT_NEIGHBOURS_SLIM:
        status = told(prt_slim_make(train, options, threads, out), error);
        break;
    default:
        status = prt_fail(error, PR_E_ARGUMENT, "there is no such kind of neighbours");
    }
    if (status == PR_OK && (options->graph > 0 || options->low_pass > 0))
        status = told(prt_graph_add(train, options, threads, out), error);
    if (status != PR_OK)
        prt_neighbours_free(out);
    return status;
}

void prt_neighbours_free(prt_neighbours *neighbours) {
    free(neighbours->offsets);
    free(neighbours->neighbour);
    free(neighbours->weight);
    *neighbours = (prt_neighbours){0};
}
