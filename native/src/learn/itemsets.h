/* Frequent itemsets: the sets of items that stand together in at least so many baskets.
 *
 * The path: itemsets.c counts and recodes the items, itemset_tables.c grows patterns by projecting the baskets item by
 * item (FP-growth of Han, Pei & Yin 2000, with rows in arrays in place of a tree), itemset_bits.c takes over with bit
 * vectors where a projection is small or dense, itemset_list.c collects and sorts what was found. */
#ifndef PRT_ITEMSETS_H
#define PRT_ITEMSETS_H

#include "tables.h"

enum { PRT_MOST_ITEMSETS = 50000000 };

/* Sets by rising size, then by their items as sequences; the items of a set rise. */
typedef struct prt_itemsets {
    uint32_t count;
    uint64_t *offsets; /* count + 1 */
    uint32_t *items;
    uint32_t *supports; /* baskets that hold all of the set */
} prt_itemsets;

/* Find every set of at most `max_size` items (0: of any size) that at least `min_support_count` baskets hold; 0 counts
 * as 1. PR_E_ARGUMENT for an item that is none; PR_E_LIMIT above PRT_MOST_ITEMSETS sets; PR_E_MEMORY. On failure
 * nothing needs to be freed. */
pr_status prt_itemsets_mine(const prt_baskets *baskets, uint32_t min_support_count, uint32_t max_size,
                            prt_itemsets *out, pr_error *error);
void prt_itemsets_free(prt_itemsets *sets);

#endif
