/* Small or dense projections: a column of bits for each item, and-ed and counted (Eclat of Zaki 2000). */
#include "itemset_miner.h"

#include <string.h>

/* 2 to this power is above PRT_MOST_ITEMSETS. */
enum { LOG2_MOST = 26 };

/* One column against those before it: the intersections with at least min_support bits go to `out`, end to end. */
typedef struct meeting {
    const uint64_t *columns;
    uint32_t column, words, min_support;
    uint64_t *out;
    uint32_t *numbers, *supports; /* of the columns that were kept */
} meeting;

static inline uint32_t meet_all(const meeting *m) {
    const uint64_t *mine = m->columns + (size_t)m->column * m->words;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < m->column; i++) {
        const uint64_t *other = m->columns + (size_t)i * m->words;
        uint64_t *both = m->out + (size_t)kept * m->words;
        uint32_t support = 0;
        for (uint32_t w = 0; w < m->words; w++) {
            both[w] = mine[w] & other[w];
            support += (uint32_t)__builtin_popcountll(both[w]);
        }
        m->numbers[kept] = i;
        m->supports[kept] = support;
        kept += support >= m->min_support;
    }
    return kept;
}

static uint32_t meet_anywhere(const meeting *m) {
    return meet_all(m);
}

#ifdef __x86_64__
__attribute__((target("popcnt"))) static uint32_t meet_popcnt(const meeting *m) {
    return meet_all(m);
}

static uint32_t meet(const meeting *m) {
    return __builtin_cpu_supports("popcnt") ? meet_popcnt(m) : meet_anywhere(m);
}
#else
static uint32_t meet(const meeting *m) {
    return meet_anywhere(m);
}
#endif

/* Sets of the prefix, item j and items before it. */
static pr_status grow_item(prt_miner *miner, const prt_prefix *prefix, const prt_set_bits *bits, uint32_t j) {
    uint64_t *columns = prt_stack_take(&miner->stack, (size_t)(j + 1) * bits->words, sizeof *columns);
    uint32_t *numbers = prt_stack_take(&miner->stack, j + (size_t)1, 2 * sizeof *numbers);
    if (!columns || !numbers)
        return PR_E_MEMORY;
    uint32_t *supports = numbers + j + 1;
    uint32_t kept = meet(&(meeting){bits->columns, j, bits->words, miner->min_support, columns, numbers, supports});
    if (kept == 0)
        return PR_OK;
    prt_prefix longer;
    prt_prefix_extend(prefix, bits->ranks[j], &longer);
    for (uint32_t i = 0; i < kept; i++) {
        numbers[i] = bits->ranks[numbers[i]];
        pr_status status = prt_set_list_add(&miner->list, &longer, numbers[i], supports[i]);
        if (status != PR_OK)
            return status;
    }
    return prt_set_bits_mine(miner, &longer, &(prt_set_bits){kept, bits->words, numbers, columns});
}

/* Are there so many items that all stand together often enough that their subsets alone are too many? */
static bool subsets_are_too_many(const prt_miner *miner, const prt_set_bits *bits) {
    if (bits->item_count < LOG2_MOST || bits->item_count > miner->max_size)
        return false;
    uint32_t support = 0;
    for (uint32_t w = 0; w < bits->words; w++) {
        uint64_t all = UINT64_MAX;
        for (uint32_t i = 0; i < bits->item_count && all; i++)
            all &= bits->columns[(size_t)i * bits->words + w];
        for (; all; all &= all - 1)
            support++;
    }
    return support >= miner->min_support;
}

pr_status prt_set_bits_mine(prt_miner *miner, const prt_prefix *prefix, const prt_set_bits *bits) {
    if (subsets_are_too_many(miner, bits))
        return PR_E_LIMIT;
    if (prefix->size + 2 > miner->max_size || prefix->size + 2 > PRT_MOST_SET_ITEMS)
        return prefix->size + 2 > miner->max_size || bits->item_count < 2 ? PR_OK : PR_E_LIMIT;
    pr_status status = PR_OK;
    for (uint32_t j = 1; j < bits->item_count && status == PR_OK; j++) {
        prt_stack_mark mark = prt_stack_now(&miner->stack);
        status = grow_item(miner, prefix, bits, j);
        prt_stack_back(&miner->stack, mark);
    }
    return status;
}

bool prt_set_bits_pay(const prt_set_table *table) {
    uint64_t words = (table->row_count + UINT64_C(63)) / 64, pairs = 0;
    for (uint32_t r = 0; r < table->row_count; r++) {
        uint64_t cells = table->rows[r].end - table->rows[r].start;
        pairs += cells * cells;
    }
    return (uint64_t)table->item_count * table->item_count * words <= 4 * pairs + 4096;
}

pr_status prt_set_bits_make(prt_miner *miner, const prt_set_table *table, prt_set_bits *out) {
    uint32_t words = (uint32_t)((table->row_count + UINT64_C(63)) / 64);
    size_t total = (size_t)table->item_count * words;
    uint64_t *columns = prt_stack_take(&miner->stack, total, sizeof *columns);
    if (!columns)
        return PR_E_MEMORY;
    memset(columns, 0, total * sizeof *columns);
    for (uint32_t r = 0; r < table->row_count; r++) {
        for (uint32_t p = table->rows[r].start; p < table->rows[r].end; p++)
            columns[(size_t)table->cells[p] * words + r / 64] |= UINT64_C(1) << r % 64;
    }
    *out = (prt_set_bits){table->item_count, words, table->ranks, columns};
    return PR_OK;
}
