/* Association rules: who has the one set of items often has the other as well. */
#ifndef PRT_RULES_H
#define PRT_RULES_H

#include "itemsets.h"

enum { PRT_MOST_RULES = 50000000 };

typedef struct prt_rules_plan {
    uint32_t basket_count; /* of the baskets that were mined */
    double min_confidence, min_lift;
    bool any_split; /* consequents of any size; otherwise of one item */
} prt_rules_plan;

/* antecedent → consequent: items[first] … in prt_rules, those of the antecedent before those of the consequent, each
 * rising. */
typedef struct prt_rule {
    uint64_t first;
    uint32_t antecedent_size, consequent_size;
    uint32_t count;    /* baskets that hold both */
    double support;    /* P(both) */
    double confidence; /* P(both) / P(antecedent) */
    double lift;       /* confidence / P(consequent) */
    double leverage;   /* P(both) - P(antecedent) P(consequent) */
    double conviction; /* (1 - P(consequent)) / (1 - confidence), infinite for confidence 1 */
} prt_rule;

/* In the order of the sets they were made from; those of one set by their consequents, an item of it that is not in the
 * consequent before one that is, the last item first. */
typedef struct prt_rules {
    uint64_t count, item_count;
    prt_rule *rules;
    uint32_t *items;
} prt_rules;

/* Make the rules that reach both thresholds. `sets` are all frequent sets, or all up to some size, as
 * prt_itemsets_mine finds them. PR_E_ARGUMENT when a part of a set is missing or nothing was mined from; PR_E_LIMIT
 * above PRT_MOST_RULES; PR_E_MEMORY. On failure nothing needs to be freed. */
pr_status prt_rules_make(const prt_itemsets *sets, const prt_rules_plan *plan, prt_rules *out, pr_error *error);
void prt_rules_free(prt_rules *rules);

#endif
