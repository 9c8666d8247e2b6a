/* What lives only while itemsets are mined: shared by itemsets.c and the files named itemset_…. */
#ifndef PRT_ITEMSET_MINER_H
#define PRT_ITEMSET_MINER_H

#include "itemsets.h"

/* A set of k items has 2^k - 1 frequent subsets, so that the limit on their number comes before this one. */
enum { PRT_MOST_SET_ITEMS = 31 };

/* ---- memory that is given back in the reverse order ---- */

typedef struct prt_stack_block prt_stack_block;

typedef struct prt_stack {
    prt_stack_block *first, *top;
} prt_stack;

typedef struct prt_stack_mark {
    prt_stack_block *block;
    size_t used;
} prt_stack_mark;

/* count × size bytes, not zeroed, aligned to 16, or NULL. */
void *prt_stack_take(prt_stack *stack, size_t count, size_t size);
prt_stack_mark prt_stack_now(const prt_stack *stack);
/* Give back all that was taken since the mark. The memory stays with the stack. */
void prt_stack_back(prt_stack *stack, prt_stack_mark mark);
void prt_stack_free(prt_stack *stack);

/* ---- the sets found ---- */

/* Sets of one size: records of that many item ranks, rising, and the support. */
typedef struct prt_set_class {
    uint32_t *records;
    size_t count, room;
} prt_set_class;

typedef struct prt_set_list {
    prt_set_class classes[PRT_MOST_SET_ITEMS + 1]; /* by size */
    uint64_t count;
} prt_set_list;

/* What all the sets of a projection have in common. */
typedef struct prt_prefix {
    uint32_t size;
    uint32_t ranks[PRT_MOST_SET_ITEMS]; /* rising */
} prt_prefix;

/* Make `out` of the prefix and one more item. The prefix has less than PRT_MOST_SET_ITEMS. */
void prt_prefix_extend(const prt_prefix *prefix, uint32_t rank, prt_prefix *out);

/* Add prefix + rank. PR_E_LIMIT, PR_E_MEMORY. */
pr_status prt_set_list_add(prt_set_list *list, const prt_prefix *prefix, uint32_t rank, uint32_t support);
/* Sort and lay out; `items` has the item of each rank. Classes are freed on the way. PR_E_MEMORY. */
pr_status prt_set_list_finish(prt_set_list *list, const uint32_t *items, uint32_t item_count, prt_itemsets *out);
void prt_set_list_free(prt_set_list *list);

/* ---- growing patterns ---- */

typedef struct prt_miner {
    uint32_t min_support, max_size;
    prt_set_list list;
    prt_stack stack;
} prt_miner;

/* A row's cells are cells[start] … cells[end - 1]. */
typedef struct prt_set_row {
    uint32_t start, end;
} prt_set_row;

/* Baskets that hold a prefix, cut down to the items that are frequent with it. Rows of less than two are left out. */
typedef struct prt_set_table {
    uint32_t item_count, row_count;
    uint32_t *ranks; /* of its items, by their number in the table */
    prt_set_row *rows;
    uint32_t *cells; /* item numbers, rising within a row */
} prt_set_table;

/* The same as columns of bits, `words` words for each item. */
typedef struct prt_set_bits {
    uint32_t item_count, words;
    const uint32_t *ranks;
    const uint64_t *columns;
} prt_set_bits;

/* Add all sets of the prefix and two or more items of the table, whichever way is faster. */
pr_status prt_set_table_mine(prt_miner *miner, const prt_prefix *prefix, const prt_set_table *table);
pr_status prt_set_bits_mine(prt_miner *miner, const prt_prefix *prefix, const prt_set_bits *bits);
/* Pays it to turn the table into bits? */
bool prt_set_bits_pay(const prt_set_table *table);
/* Turn the table into bits, in the miner's stack. PR_E_MEMORY. */
pr_status prt_set_bits_make(prt_miner *miner, const prt_set_table *table, prt_set_bits *out);

#endif
