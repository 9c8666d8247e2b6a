/* Which observations each strength of the learned prior is fitted on. See pr_rate_prior. */
#include "prior.h"
#include "parallel.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_CELLS = 200000 };

/* One rate being fitted. */
typedef struct fit {
    const prt_counts *counts;
    const uint32_t *type_of; /* for each row: the row of its item-side values alone, or PRT_NONE */
    uint32_t type_mask;      /* index of that mask, or PRT_NONE */
    bool like;
    pr_rate_model model;
    prt_trial *trials; /* room for all that any step needs */
    size_t count;
    pr_status status;
} fit;

static uint32_t successes(const fit *f, const pr_counts *c) {
    return f->like ? c->liked : c->completed;
}

static uint32_t attempts(const fit *f, const pr_counts *c) {
    return f->like ? c->rated : c->started;
}

static void add_trial(fit *f, const pr_counts *c, double mean) {
    const double edge = 1e-6; /* a mean of 0 or 1 would make any surprise impossible */
    if (attempts(f, c) == 0)
        return;
    mean = mean < edge ? edge : mean > 1 - edge ? 1 - edge : mean;
    f->trials[f->count++] = (prt_trial){mean, successes(f, c), attempts(f, c)};
}

/* The rate of a row's type, as the reader finds it: its own row where that is published, else everybody's rate. */
static double type_rate(const fit *f, uint32_t row) {
    uint32_t type = f->type_of[row];
    const pr_counts *c = type == PRT_NONE ? NULL : &f->counts->rows[type].totals;
    return c && attempts(f, c) ? (double)successes(f, c) / attempts(f, c) : f->model.mean;
}

static double fit_items(fit *f) {
    const prt_counts *counts = f->counts;
    f->count = 0;
    if (f->type_mask == PRT_NONE) {
        for (uint32_t i = 0; i < counts->item_count; i++)
            add_trial(f, &counts->items[i], f->model.mean);
        return prt_prior_strength(f->trials, f->count);
    }
    for (uint32_t r = 0; r < counts->row_count; r++) {
        const prt_row *row = &counts->rows[r];
        if (row->mask != f->type_mask)
            continue;
        double rate = type_rate(f, r);
        for (uint64_t c = row->first_cell; c < row->first_cell + row->cell_count; c++)
            add_trial(f, &counts->cells[c].counts, rate);
    }
    return prt_prior_strength(f->trials, f->count);
}

static double fit_rows(fit *f) {
    f->count = 0;
    for (uint32_t r = 0; r < f->counts->row_count; r++) {
        if (f->counts->rows[r].mask == 0)
            add_trial(f, &f->counts->rows[r].totals, type_rate(f, r));
    }
    return prt_prior_strength(f->trials, f->count);
}

static void add_cell(fit *f, const prt_row *row, const prt_cell *cell, double rate) {
    const pr_counts *item = &f->counts->items[cell->item], *own = &cell->counts, *all = &row->totals;
    double mean = pr_rate_prior(&f->model, successes(f, item) - successes(f, own), attempts(f, item) - attempts(f, own),
                                rate, successes(f, all), attempts(f, all));
    add_trial(f, own, mean);
}

/* Of very many cells every n-th is enough. */
static double fit_cells(fit *f) {
    const prt_counts *counts = f->counts;
    uint64_t total = 0, seen = 0;
    f->count = 0;
    for (uint32_t r = 0; r < counts->row_count; r++)
        total += counts->rows[r].mask == 0 ? counts->rows[r].cell_count : 0;
    uint64_t stride = total / MOST_CELLS + 1;
    for (uint32_t r = 0; r < counts->row_count; r++) {
        const prt_row *row = &counts->rows[r];
        double rate = row->mask == 0 ? type_rate(f, r) : 0;
        for (uint32_t c = 0; row->mask == 0 && c < row->cell_count; c++) {
            if (seen++ % stride == 0 && attempts(f, &counts->cells[row->first_cell + c].counts))
                add_cell(f, row, &counts->cells[row->first_cell + c], rate);
        }
    }
    return prt_prior_strength(f->trials, f->count);
}

static double overall_rate(const fit *f) {
    uint64_t s = 0, n = 0;
    for (uint32_t i = 0; i < f->counts->item_count; i++) {
        s += successes(f, &f->counts->items[i]);
        n += attempts(f, &f->counts->items[i]);
    }
    return n ? (double)s / (double)n : 0.5;
}

static void fit_rate(void *context, int thread) {
    fit *f = (fit *)context + thread;
    const prt_counts *counts = f->counts;
    size_t room = counts->item_count + (size_t)counts->row_count + MOST_CELLS + 1, in_types = 0;
    for (uint32_t r = 0; r < counts->row_count; r++)
        in_types += counts->rows[r].mask == f->type_mask ? counts->rows[r].cell_count : 0;
    f->trials = malloc((room > in_types ? room : in_types + 1) * sizeof *f->trials);
    if (!f->trials) {
        f->status = PR_E_MEMORY;
        return;
    }
    f->model.mean = overall_rate(f);
    f->model.item_strength = fit_items(f);
    f->model.row_strength = fit_rows(f);
    f->model.cell_strength = fit_cells(f);
    free(f->trials);
}

/* ---- types ---- */

static uint32_t find_type_mask(const prt_counts_plan *plan) {
    uint32_t wanted = 0;
    for (uint32_t d = 0; d < plan->dimension_count; d++)
        wanted |= plan->dimensions[d].item_side ? 1u << d : 0;
    for (uint32_t i = 0; wanted && i < plan->mask_count; i++) {
        if (plan->masks[i] == wanted)
            return i;
    }
    return PRT_NONE;
}

typedef struct typed {
    uint32_t codes[PRT_MAX_DIMENSIONS];
    uint32_t row;
} typed;

static int by_codes(const void *a, const void *b) {
    return memcmp(((const typed *)a)->codes, ((const typed *)b)->codes, sizeof(((const typed *)a)->codes));
}

static typed item_codes(const prt_counts_plan *plan, const prt_row *row, uint32_t number) {
    typed key = {{PRT_NONE, PRT_NONE, PRT_NONE, PRT_NONE, PRT_NONE, PRT_NONE}, number};
    for (uint32_t d = 0; d < plan->dimension_count; d++) {
        if (plan->dimensions[d].item_side)
            key.codes[d] = row->codes[d];
    }
    return key;
}

/* For each row, the row of its item-side values alone. */
static uint32_t *find_types(const prt_counts *counts, const prt_counts_plan *plan, uint32_t type_mask) {
    uint32_t *type_of = malloc((counts->row_count + (size_t)1) * sizeof *type_of), count = 0;
    typed *types = malloc((counts->row_count + (size_t)1) * sizeof *types);
    if (!type_of || !types) {
        free(type_of);
        free(types);
        return NULL;
    }
    for (uint32_t r = 0; r < counts->row_count; r++) {
        if (counts->rows[r].mask == type_mask)
            types[count++] = item_codes(plan, &counts->rows[r], r);
    }
    if (count)
        qsort(types, count, sizeof *types, by_codes);
    for (uint32_t r = 0; r < counts->row_count; r++) {
        typed key = item_codes(plan, &counts->rows[r], r);
        const typed *found = count ? bsearch(&key, types, count, sizeof *types, by_codes) : NULL;
        type_of[r] = found ? found->row : PRT_NONE;
    }
    free(types);
    return type_of;
}

pr_status prt_prior_fit(const prt_counts *counts, const prt_counts_plan *plan, int threads, prt_prior_models *out,
                        pr_error *error) {
    uint32_t type_mask = find_type_mask(plan), *type_of = find_types(counts, plan, type_mask);
    fit fits[2] = {{.counts = counts, .type_of = type_of, .type_mask = type_mask, .like = true},
                   {.counts = counts, .type_of = type_of, .type_mask = type_mask, .like = false}};
    if (type_of && threads > 1)
        prt_parallel(2, fit_rate, fits);
    else if (type_of)
        for (int i = 0; i < 2; i++)
            fit_rate(fits, i);
    free(type_of);
    if (!type_of || fits[0].status || fits[1].status)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while fitting the prior; use a machine with more memory");
    *out = (prt_prior_models){fits[0].model, fits[1].model};
    return PR_OK;
}
