/* Candidates by popularity: items are numbered by it, so the first rows are the first choice. */
#include "rows.h"

/* Add allowed items in the order of their numbers until `wanted` were added. */
static pr_status add_first(pr_engine *engine, const pr_query *query, pr_list *list, uint32_t wanted, uint32_t tier,
                           pr_error *error) {
    uint32_t goal = list->count + wanted;
    for (uint32_t item = 0; item < engine->items && list->count < goal && !engine->missing_count; item++)
        PR_TRY(pr__candidate_add(engine, query, list, item, tier, NULL, error));
    return PR_OK;
}

pr_status pr__find_everyone(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error) {
    if (list->count >= query->requested)
        return PR_OK;
    uint32_t missing = query->requested - list->count, pool = engine->settings.pool;
    return add_first(engine, query, list, missing > pool ? missing : pool, engine->settings.backoff_count + 1, error);
}

/* Without words every allowed item matches; so many are scored that boosts can lift what is less popular. */
pr_status pr__find_catalogue(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error) {
    enum { DEEP = 1000 };
    uint32_t wanted = query->by_popularity || query->requested > DEEP ? query->requested : DEEP;
    return add_first(engine, query, list, wanted, 0, error);
}
