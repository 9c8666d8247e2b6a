/* Frequent itemsets: counting and numbering the items, laying the baskets out as rows, then growing patterns. */
#include "itemsets.h"

#include "fail.h"
#include "itemset_miner.h"

#include <stdlib.h>
#include <string.h>

/* An item of the baskets: first its support, then its number in the table + 1, or 0. */
typedef struct item_entry {
    uint32_t value;
    uint32_t last; /* the last basket that has it, + 1 */
} item_entry;

/* A frequent item. Items are ranked as they are, and numbered by falling support. */
typedef struct frequent {
    uint32_t item, support, rank;
} frequent;

typedef struct preparation {
    const prt_baskets *baskets;
    prt_miner *miner;
    item_entry *entries;
    frequent *frequents;
    uint32_t *items; /* by rank */
    uint32_t count;  /* of frequent items */
    uint64_t cells;  /* their occurrences */
} preparation;

static pr_status count_items(preparation *p, pr_error *error) {
    const prt_baskets *b = p->baskets;
    for (uint32_t basket = 0; basket < b->count; basket++) {
        for (uint64_t k = b->offsets[basket]; k < b->offsets[basket + 1]; k++) {
            uint32_t item = b->items[k];
            if (item >= b->item_count)
                return prt_fail(error, PR_E_ARGUMENT, "basket %u has item %u of only %u items; number them from 0",
                                basket, item, b->item_count);
            p->entries[item].value += p->entries[item].last != basket + 1;
            p->entries[item].last = basket + 1;
        }
    }
    return PR_OK;
}

static int by_support(const void *a, const void *b) {
    const frequent *x = a, *y = b;
    if (x->support != y->support)
        return x->support > y->support ? -1 : 1;
    return x->item < y->item ? -1 : 1;
}

/* Rank and number the frequent items, and add the sets of one. */
static pr_status number_items(preparation *p) {
    const prt_prefix none = {0};
    for (uint32_t i = 0; i < p->baskets->item_count; i++) {
        uint32_t support = p->entries[i].value;
        p->entries[i] = (item_entry){0};
        if (support < p->miner->min_support)
            continue;
        PRT_TRY(prt_set_list_add(&p->miner->list, &none, p->count, support));
        p->frequents[p->count] = (frequent){i, support, p->count};
        p->items[p->count++] = i;
        p->cells += support;
    }
    qsort(p->frequents, p->count, sizeof *p->frequents, by_support);
    for (uint32_t n = 0; n < p->count; n++)
        p->entries[p->frequents[n].item].value = n + 1;
    return PR_OK;
}

/* The frequent items of a basket as a row at the end of the table, each once. */
static void add_row(preparation *p, uint32_t basket, prt_set_table *table, uint32_t *end) {
    const prt_baskets *b = p->baskets;
    uint32_t start = *end;
    for (uint64_t k = b->offsets[basket]; k < b->offsets[basket + 1]; k++) {
        item_entry *entry = &p->entries[b->items[k]];
        if (entry->value == 0 || entry->last == basket + 1)
            continue;
        entry->last = basket + 1;
        table->cells[(*end)++] = entry->value - 1;
    }
    if (*end < start + 2)
        *end = start;
    else
        table->rows[table->row_count++] = (prt_set_row){start, *end};
}

static pr_status lay_rows(preparation *p, prt_set_table *table) {
    prt_stack *stack = &p->miner->stack;
    if (p->cells > UINT32_MAX)
        return PR_E_LIMIT;
    *table = (prt_set_table){.item_count = p->count};
    table->ranks = prt_stack_take(stack, p->count, sizeof *table->ranks);
    table->rows = prt_stack_take(stack, p->baskets->count, sizeof *table->rows);
    table->cells = prt_stack_take(stack, (size_t)p->cells, sizeof *table->cells);
    if (!table->ranks || !table->rows || !table->cells)
        return PR_E_MEMORY;
    for (uint32_t n = 0; n < p->count; n++)
        table->ranks[n] = p->frequents[n].rank;
    uint32_t end = 0;
    for (uint32_t basket = 0; basket < p->baskets->count; basket++)
        add_row(p, basket, table, &end);
    return PR_OK;
}

static bool take_entries(preparation *p) {
    prt_stack *stack = &p->miner->stack;
    size_t items = p->baskets->item_count;
    p->entries = prt_stack_take(stack, items, sizeof *p->entries);
    p->frequents = prt_stack_take(stack, items, sizeof *p->frequents);
    p->items = prt_stack_take(stack, items, sizeof *p->items);
    if (!p->entries || !p->frequents || !p->items)
        return false;
    memset(p->entries, 0, items * sizeof *p->entries);
    return true;
}

static pr_status find_sets(preparation *p, pr_error *error) {
    const prt_prefix none = {0};
    prt_set_table table;
    if (!take_entries(p))
        return PR_E_MEMORY;
    PRT_TRY(count_items(p, error));
    PRT_TRY(number_items(p));
    if (p->count < 2 || p->miner->max_size < 2)
        return PR_OK;
    PRT_TRY(lay_rows(p, &table));
    return prt_set_table_mine(p->miner, &none, &table);
}

static pr_status tell(const preparation *p, pr_status status, pr_error *error) {
    if (status == PR_E_MEMORY)
        return prt_fail_memory(error, "mining itemsets");
    if (status == PR_E_LIMIT && p->cells > UINT32_MAX)
        return prt_fail(error, status,
                        "frequent items stand more than %u times in the baskets; ask for a higher support", UINT32_MAX);
    if (status == PR_E_LIMIT)
        return prt_fail(error, status,
                        "there are more than %d frequent itemsets; ask for a higher support or smaller sets",
                        PRT_MOST_ITEMSETS);
    return status;
}

pr_status prt_itemsets_mine(const prt_baskets *baskets, uint32_t min_support_count, uint32_t max_size,
                            prt_itemsets *out, pr_error *error) {
    prt_miner miner = {.min_support = min_support_count ? min_support_count : 1,
                       .max_size = max_size ? max_size : UINT32_MAX};
    preparation p = {.baskets = baskets, .miner = &miner};
    *out = (prt_itemsets){0};
    pr_status status = find_sets(&p, error);
    if (status == PR_OK)
        status = prt_set_list_finish(&miner.list, p.items, p.count, out);
    prt_set_list_free(&miner.list);
    prt_stack_free(&miner.stack);
    return tell(&p, status, error);
}
