/* How well recommendations did, from the visitor's own state: impressions, clicks, conversions and revenue of each list
 * that was shown; and the funnel from view to purchase.
 *
 * A click counts once for each product of a list. A purchase belongs to the list that it names, else to that of
 * the last click on a recommendation of the product in the seven days before it (last-touch attribution). */
#ifndef PR_PERFORMANCE_H
#define PR_PERFORMANCE_H

#include "state.h"

enum { PR_ATTRIBUTION_DAYS = 7 };

/* The value of one unit when an event does not say it; NaN: not known. */
typedef double (*pr_price_lookup)(pr_engine *engine, uint32_t item);

typedef struct pr_list_performance {
    pr_text request;
    pr_context context;
    int64_t time; /* when it was shown, or of its first event */
    uint64_t impressions, clicks, conversions;
    double revenue;
} pr_list_performance;

typedef struct pr_performance {
    uint32_t count;
    pr_list_performance *lists; /* by falling time; ties as they came */
} pr_performance;

/* Lists and events of the last `days` before `now`. Missing shards are noted. PR_E_MEMORY. */
pr_status pr__performance_read(pr_engine *engine, const pr_state *state, int64_t now, uint32_t days,
                               pr_price_lookup price, pr_performance *out, pr_error *error);

typedef enum pr_funnel_stage {
    PR_FUNNEL_VIEW,
    PR_FUNNEL_CART_ADD,
    PR_FUNNEL_PURCHASE,
    PR_FUNNEL_STAGES
} pr_funnel_stage;

typedef struct pr_funnel {
    uint32_t events[PR_FUNNEL_STAGES];
    uint32_t products[PR_FUNNEL_STAGES]; /* different ones with such an event */
    uint32_t reached[PR_FUNNEL_STAGES];  /* of these, that went through the stages before, in order */
    uint32_t abandoned;                  /* in the cart, put there in these days, and not bought */
} pr_funnel;

/* PR_E_MEMORY. Products that the bundle does not hold count, too. */
pr_status pr__funnel_read(const pr_state *state, int64_t now, uint32_t days, pr_arena *arena, pr_funnel *out,
                          pr_error *error);

#endif
