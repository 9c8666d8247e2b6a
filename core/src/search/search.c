/* The whole of a search: as typed, then with corrections, then with fewer words. */
#include "search.h"

static bool every_slot_known(const pr_plan *plan) {
    for (uint32_t i = 0; i < plan->count; i++) {
        if (plan->slots[i].role <= PR_SLOT_MUST && plan->slots[i].count == 0)
            return false;
    }
    return true;
}

static bool corrected(const pr_plan *plan) {
    for (uint32_t i = 0; i < plan->count; i++) {
        if (plan->slots[i].word_size)
            return true;
    }
    return false;
}

/* Nothing found, and nothing is missing that could still be found. */
static bool in_vain(const pr_engine *engine, const pr_found *found) {
    return found->total == 0 && !engine->missing_count && !engine->needs_refused;
}

pr_status pr__search(pr_engine *engine, const pr_search *search, pr_plan *plan, pr_found *found, pr_error *error) {
    bool any = search->match == PR_MATCH_ANY;
    *found = (pr_found){0};
    PR_TRY(pr__plan(engine, search, plan, error));
    if (engine->missing_count)
        return PR_OK;
    if (search->typo && !every_slot_known(plan))
        pr__correct(engine, plan, false);
    if (engine->missing_count)
        return PR_OK;
    PR_TRY(pr__match(engine, search, plan, any, found, error));
    if (search->typo && in_vain(engine, found) && pr__correct(engine, plan, true))
        PR_TRY(pr__match(engine, search, plan, any, found, error));
    if (search->match == PR_MATCH_AUTO && in_vain(engine, found)) {
        any = true;
        PR_TRY(pr__match(engine, search, plan, any, found, error));
    }
    found->any = any;
    found->corrected = corrected(plan);
    return PR_OK;
}
