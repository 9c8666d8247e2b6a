/* The whole of counting: events tallied, items numbered, totals, rows. */
#include "maker.h"

#include <stdlib.h>
#include <string.h>

/* ---- partitions of the items ---- */

static pr_status make_partitions(prt_maker *m) {
    pr_status status = PR_OK;
    for (uint32_t d = 0; d < m->plan->dimension_count; d++)
        m->user_dimensions |= m->plan->dimensions[d].item_side ? 0 : 1u << d;
    for (uint32_t i = 0; status == PR_OK && i < m->plan->mask_count; i++) {
        uint32_t mask = m->plan->masks[i] & ~m->user_dimensions;
        bool known = mask == 0;
        for (uint32_t p = 0; p < m->partition_count; p++)
            known |= m->partition_masks[p] == mask;
        if (known)
            continue;
        m->partition_masks[m->partition_count] = mask;
        status = prt_partition_items(&m->dataset->items, m->plan, mask, &m->partitions[m->partition_count++]);
    }
    for (uint32_t p = 0; p < m->partition_count; p++)
        m->partition_list[p] = &m->partitions[p];
    return status;
}

/* ---- totals and numbers of the items ---- */

typedef struct numbered {
    uint64_t liking; /* the more, the earlier */
    uint32_t item;
} numbered;

static int by_liking(const void *a, const void *b) {
    const numbered *x = a, *y = b;
    if (x->liking != y->liking)
        return x->liking > y->liking ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* How often each item was clicked in the whole weekly log, or without one how often it was started. */
static void fill_order(const prt_weekly *log, const prt_cell *totals, uint32_t items, numbered *order) {
    for (uint32_t i = 0; i < items; i++)
        order[i] = (numbered){log->count ? 0 : totals[i].counts.started, i};
    for (uint64_t r = 0; r < log->count; r++)
        order[log->item[r]].liking += log->clicks[r];
}

/* `totals` are by row of the input. */
static pr_status number_items(prt_maker *m, const prt_cell *totals) {
    prt_counts *out = m->out;
    uint32_t items = out->item_count;
    numbered *order = malloc((items + (size_t)1) * sizeof *order);
    out->item_order = malloc((items + (size_t)1) * sizeof *out->item_order);
    out->item_number = malloc((items + (size_t)1) * sizeof *out->item_number);
    out->items = calloc(items + (size_t)1, sizeof *out->items);
    out->item_users = calloc(items + (size_t)1, sizeof *out->item_users);
    if (!order || !out->item_order || !out->item_number || !out->items || !out->item_users) {
        free(order);
        return PR_E_MEMORY;
    }
    fill_order(&m->dataset->weekly, totals, items, order);
    qsort(order, items, sizeof *order, by_liking);
    for (uint32_t n = 0; n < items; n++) {
        uint32_t item = m->plan->order ? m->plan->order[n] : order[n].item;
        out->item_order[n] = item;
        out->item_number[item] = n;
        out->items[n] = totals[item].counts;
        out->item_users[n] = totals[item].users;
    }
    free(order);
    return PR_OK;
}

static void total_groups(prt_maker *m) {
    prt_counts *out = m->out;
    for (int t = 0; t < m->plan->threads; t++) {
        const prt_tally *tally = &m->tallies[t];
        for (uint32_t i = 0; i < out->item_count; i++) {
            uint32_t code = m->plan->flag_column->codes[i];
            if (code < out->group_count)
                out->groups[code].abandoned += tally->abandoned[i];
        }
        for (uint32_t code = 0; code < out->group_count; code++)
            out->groups[code].users += tally->flag_users[code];
    }
    for (uint32_t n = 0; n < out->item_count; n++) {
        uint32_t code = m->plan->flag_column->codes[out->item_order[n]];
        if (code < out->group_count)
            out->groups[code].started += out->items[n].started;
    }
}

static pr_status make_totals(prt_maker *m) {
    prt_counts *out = m->out;
    prt_cell *totals = calloc(out->item_count + (size_t)1, sizeof *totals);
    if (!totals)
        return PR_E_MEMORY;
    for (int t = 0; t < m->plan->threads; t++) {
        const prt_tally *tally = &m->tallies[t];
        for (size_t c = 0; c < tally->cell_count; c++) {
            prt_cell *total = &totals[tally->cells[c].item];
            total->users += tally->cells[c].users;
            prt_counts_add(&total->counts, &tally->cells[c].counts);
        }
        for (size_t p = 0; p < tally->piece_count; p++)
            out->active_users += tally->pieces[p].users;
    }
    pr_status status = number_items(m, totals);
    free(totals);
    if (status != PR_OK || !m->plan->flag_column)
        return status;
    out->group_count = m->plan->flag_column->values.count;
    out->groups = calloc(out->group_count + (size_t)1, sizeof *out->groups);
    if (!out->groups)
        return PR_E_MEMORY;
    total_groups(m);
    return PR_OK;
}

/* ---- the whole ---- */

static pr_status tally_all(prt_maker *m) {
    pr_status status = prt_user_groups_make(&m->dataset->users, m->plan, &m->groups);
    if (status == PR_OK)
        status = make_partitions(m);
    if (status == PR_OK)
        status = prt_user_order_make(m->dataset, &m->groups, m->plan->threads, &m->order);
    m->tallies = calloc((size_t)m->plan->threads + 1, sizeof *m->tallies);
    if (status != PR_OK || !m->tallies)
        return status ? status : PR_E_MEMORY;
    prt_tally_job job = {&m->order,          &m->groups,           m->out->item_count, m->partition_list,
                         m->partition_count, m->plan->flag_column, m->tallies};
    status = prt_tally_run(&job, m->plan->threads);
    prt_user_order_free(&m->order);
    return status;
}

static void maker_free(prt_maker *m) {
    prt_user_groups_free(&m->groups);
    prt_user_order_free(&m->order);
    for (uint32_t p = 0; p < m->partition_count; p++)
        prt_partition_free(&m->partitions[p]);
    for (int t = 0; m->tallies && t < m->plan->threads; t++)
        prt_tally_free(&m->tallies[t]);
    free(m->tallies);
}

pr_status prt_counts_make(const prt_dataset *dataset, const prt_counts_plan *plan, prt_counts *out, pr_error *error) {
    *out = (prt_counts){.item_count = dataset->items.count};
    prt_maker m = {.dataset = dataset, .plan = plan, .out = out};
    pr_status status = tally_all(&m);
    if (status == PR_OK)
        status = make_totals(&m);
    if (status == PR_OK)
        status = prt_rows_make(&m);
    maker_free(&m);
    if (status == PR_OK)
        return PR_OK;
    prt_counts_free(out);
    return pr_fail(error, status, 0, pr_status_text(status),
                   " while counting events; use a machine with more memory or fewer events");
}

void prt_counts_free(prt_counts *counts) {
    free(counts->item_order);
    free(counts->item_number);
    free(counts->items);
    free(counts->item_users);
    free(counts->rows);
    free(counts->cells);
    free(counts->groups);
    free(counts->keys);
    *counts = (prt_counts){0};
}
