/* Large sparse projections: rows of items, grown item by item, the most frequent first. When an item's turn comes, its
 * rows have just been filled with the items before it, so that its conditional baskets are the rows' beginnings. */
#include "itemset_miner.h"

#include <string.h>

enum { FEW = 24 };

/* A table while its items take their turns. */
typedef struct turns {
    prt_miner *miner;
    const prt_prefix *prefix;
    const prt_set_table *table;
    uint64_t *starts;     /* of the item's places in row_of, item_count + 1 */
    uint32_t *row_of;     /* rows that have the item */
    prt_set_row *filled;  /* the cells of a row that are of earlier items */
    uint32_t *counts;     /* by item: with the one whose turn it is */
    uint32_t *number;     /* by item: its number in the projection + 1, 0 when it is not there */
    uint32_t *extensions; /* items of the projection, rising */
    uint32_t extension_count;
    uint64_t seen; /* cells counted */
} turns;

static bool take_turns(turns *t, uint64_t cells) {
    prt_stack *stack = &t->miner->stack;
    size_t items = t->table->item_count;
    t->starts = prt_stack_take(stack, items + 2, sizeof *t->starts);
    t->row_of = prt_stack_take(stack, cells + 1, sizeof *t->row_of);
    t->filled = prt_stack_take(stack, t->table->row_count + (size_t)1, sizeof *t->filled);
    t->counts = prt_stack_take(stack, items + 1, sizeof *t->counts);
    t->number = prt_stack_take(stack, items + 1, sizeof *t->number);
    t->extensions = prt_stack_take(stack, items + 1, sizeof *t->extensions);
    if (!t->starts || !t->row_of || !t->filled || !t->counts || !t->number || !t->extensions)
        return false;
    memset(t->starts, 0, (items + 2) * sizeof *t->starts);
    memset(t->counts, 0, items * sizeof *t->counts);
    memset(t->number, 0, items * sizeof *t->number);
    return true;
}

/* The rows of every item, and every row empty. */
static bool turn_table(turns *t) {
    const prt_set_table *table = t->table;
    uint64_t cells = 0;
    for (uint32_t r = 0; r < table->row_count; r++)
        cells += table->rows[r].end - table->rows[r].start;
    if (!take_turns(t, cells))
        return false;
    for (uint32_t r = 0; r < table->row_count; r++) {
        for (uint32_t p = table->rows[r].start; p < table->rows[r].end; p++)
            t->starts[table->cells[p] + 2]++;
        t->filled[r] = (prt_set_row){table->rows[r].start, table->rows[r].start};
    }
    for (uint32_t i = 2; i < table->item_count + 2; i++)
        t->starts[i] += t->starts[i - 1];
    for (uint32_t r = 0; r < table->row_count; r++) {
        for (uint32_t p = table->rows[r].start; p < table->rows[r].end; p++)
            t->row_of[t->starts[table->cells[p] + 1]++] = r;
    }
    return true;
}

/* Rising, by insertion when they are few, by a look at every count when they are many. */
static void sort_extensions(turns *t, uint32_t item) {
    if (t->extension_count > FEW) {
        t->extension_count = 0;
        for (uint32_t i = 0; i < item; i++) {
            if (t->counts[i] >= t->miner->min_support)
                t->extensions[t->extension_count++] = i;
        }
        return;
    }
    for (uint32_t i = 1; i < t->extension_count; i++) {
        uint32_t moved = t->extensions[i], at = i;
        for (; at > 0 && t->extensions[at - 1] > moved; at--)
            t->extensions[at] = t->extensions[at - 1];
        t->extensions[at] = moved;
    }
}

/* Count the earlier items in the item's rows; those that are frequent there become the extensions. */
static void count_earlier(turns *t, uint32_t item) {
    uint32_t min_support = t->miner->min_support, found = 0;
    t->seen = 0;
    for (uint64_t k = t->starts[item]; k < t->starts[item + 1]; k++) {
        prt_set_row row = t->filled[t->row_of[k]];
        t->seen += row.end - row.start;
        for (uint32_t p = row.start; p < row.end; p++) {
            uint32_t other = t->table->cells[p];
            if (++t->counts[other] == min_support)
                t->extensions[found++] = other;
        }
    }
    t->extension_count = found;
    sort_extensions(t, item);
}

static void forget_counts(turns *t, uint32_t item) {
    if (t->seen > item / 16) {
        memset(t->counts, 0, item * sizeof *t->counts);
        return;
    }
    for (uint64_t k = t->starts[item]; k < t->starts[item + 1]; k++) {
        prt_set_row row = t->filled[t->row_of[k]];
        for (uint32_t p = row.start; p < row.end; p++)
            t->counts[t->table->cells[p]] = 0;
    }
}

/* The item's rows, cut down to the extensions, into `out`, whose arrays have room. */
static void copy_rows(const turns *t, uint32_t item, prt_set_table *out) {
    uint32_t end = 0;
    for (uint64_t k = t->starts[item]; k < t->starts[item + 1]; k++) {
        prt_set_row row = t->filled[t->row_of[k]];
        uint32_t start = end;
        for (uint32_t p = row.start; p < row.end; p++) {
            uint32_t number = t->number[t->table->cells[p]];
            out->cells[end] = number - 1;
            end += number != 0;
        }
        if (end < start + 2)
            end = start;
        else
            out->rows[out->row_count++] = (prt_set_row){start, end};
    }
}

/* The projection on an item: its rows and extensions as a table. */
static pr_status project(turns *t, uint32_t item, uint64_t cells, prt_set_table *out) {
    prt_stack *stack = &t->miner->stack;
    *out = (prt_set_table){.item_count = t->extension_count};
    out->ranks = prt_stack_take(stack, t->extension_count, sizeof *out->ranks);
    out->rows = prt_stack_take(stack, (size_t)(t->starts[item + 1] - t->starts[item]), sizeof *out->rows);
    out->cells = prt_stack_take(stack, cells + 1, sizeof *out->cells);
    if (!out->ranks || !out->rows || !out->cells)
        return PR_E_MEMORY;
    for (uint32_t i = 0; i < t->extension_count; i++) {
        out->ranks[i] = t->table->ranks[t->extensions[i]];
        t->number[t->extensions[i]] = i + 1;
    }
    copy_rows(t, item, out);
    for (uint32_t i = 0; i < t->extension_count; i++)
        t->number[t->extensions[i]] = 0;
    return PR_OK;
}

/* Add the sets of the prefix, the item whose turn it is and one extension or more. */
static pr_status grow_item(turns *t, uint32_t item) {
    prt_prefix longer;
    prt_prefix_extend(t->prefix, t->table->ranks[item], &longer);
    uint64_t cells = 0;
    for (uint32_t i = 0; i < t->extension_count; i++) {
        uint32_t other = t->extensions[i];
        cells += t->counts[other];
        pr_status status = prt_set_list_add(&t->miner->list, &longer, t->table->ranks[other], t->counts[other]);
        if (status != PR_OK)
            return status;
    }
    if (t->extension_count < 2 || longer.size + 2 > t->miner->max_size)
        return PR_OK;
    prt_set_table below;
    pr_status status = project(t, item, cells, &below);
    if (status == PR_OK && below.row_count >= t->miner->min_support)
        status = prt_set_table_mine(t->miner, &longer, &below);
    return status;
}

/* One item's turn; afterwards it stands in its rows. */
static pr_status take_turn(turns *t, uint32_t item) {
    prt_stack_mark mark = prt_stack_now(&t->miner->stack);
    pr_status status = PR_OK;
    count_earlier(t, item);
    if (t->extension_count > 0)
        status = grow_item(t, item);
    forget_counts(t, item);
    prt_stack_back(&t->miner->stack, mark);
    for (uint64_t k = t->starts[item]; k < t->starts[item + 1]; k++)
        t->table->cells[t->filled[t->row_of[k]].end++] = item;
    return status;
}

static pr_status mine_rows(prt_miner *miner, const prt_prefix *prefix, const prt_set_table *table) {
    turns t = {.miner = miner, .prefix = prefix, .table = table};
    if (!turn_table(&t))
        return PR_E_MEMORY;
    pr_status status = PR_OK;
    for (uint32_t item = 0; item < table->item_count && status == PR_OK; item++)
        status = take_turn(&t, item);
    return status;
}

pr_status prt_set_table_mine(prt_miner *miner, const prt_prefix *prefix, const prt_set_table *table) {
    if (prefix->size + 2 > PRT_MOST_SET_ITEMS)
        return PR_E_LIMIT;
    prt_stack_mark mark = prt_stack_now(&miner->stack);
    prt_set_bits bits;
    pr_status status;
    if (table->item_count == 2) {
        prt_prefix longer;
        prt_prefix_extend(prefix, table->ranks[0], &longer);
        status = table->row_count < miner->min_support
                     ? PR_OK
                     : prt_set_list_add(&miner->list, &longer, table->ranks[1], table->row_count);
    } else if (!prt_set_bits_pay(table))
        status = mine_rows(miner, prefix, table);
    else {
        status = prt_set_bits_make(miner, table, &bits);
        status = status == PR_OK ? prt_set_bits_mine(miner, prefix, &bits) : status;
    }
    prt_stack_back(&miner->stack, mark);
    return status;
}
