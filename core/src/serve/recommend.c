/* The pipeline: find, score, rank, and say why there are fewer results than asked for. The registry of finders is here.
 */
#include "pipeline.h"

typedef pr_status (*finder)(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error);

/* The registry: one line for each source of candidates. */
static const finder FINDERS[] = {NULL,
#define PR_FINDER_FUNCTION(name) pr__find_##name,
                                 PR_FINDER_LIST(PR_FINDER_FUNCTION)
#undef PR_FINDER_FUNCTION
};

static pr_reason reason_for_fewer(const pr_query *query, const pr_list *list) {
    if (list->picked_count >= query->requested)
        return PR_REASON_NONE;
    if (query->searching && list->count == 0 && list->dropped == 0)
        return PR_REASON_NO_MATCH;
    return list->dropped ? PR_REASON_FILTERED : PR_REASON_EXHAUSTED;
}

pr_status pr__recommend(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error) {
    list->taken = pr_arena_array(&engine->scratch, engine->items / 32u + 1u, sizeof *list->taken);
    if (!list->taken)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while collecting candidates");
    const pr_finder *steps = engine->settings.recipes[query->recipe];
    for (int i = 0; i < PR_RECIPE_STEPS && steps[i] != PR_FIND_END; i++)
        PR_TRY(FINDERS[steps[i]](engine, query, list, error));
    if (engine->missing_count)
        return PR_OK;
    pr__score_all(engine, query, list);
    PR_TRY(pr__rank(engine, query, list, error));
    list->reason = reason_for_fewer(query, list);
    return PR_OK;
}
