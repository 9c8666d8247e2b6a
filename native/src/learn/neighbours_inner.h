/* What the makers of item-item models share. */
#ifndef PRT_NEIGHBOURS_INNER_H
#define PRT_NEIGHBOURS_INNER_H

#include "neighbours.h"

/* ---- columns.c: the interactions by item ---- */

typedef struct prt_columns {
    uint64_t *offsets; /* items + 1 */
    uint32_t *user;    /* rising within an item */
    uint64_t *place;   /* of each, among the interactions by user */
} prt_columns;

/* False: out of memory. What is there is freed by prt_columns_free either way. */
bool prt_columns_make(const prt_interactions *train, prt_columns *out);
void prt_columns_free(prt_columns *columns);

/* ---- best_rows.c: the greatest shares of each row ---- */

typedef struct prt_share {
    float share;
    uint32_t item;
} prt_share;

/* Rows are independent of each other: threads may fill different ones. */
typedef struct prt_best_rows {
    uint32_t items, top;
    uint32_t *count;  /* of each row so far */
    prt_share *share; /* items x top: heaps with the worst first, after sorting the best first */
} prt_best_rows;

/* False: out of memory. What is there is freed by prt_best_rows_free either way. */
bool prt_best_rows_make(uint32_t items, uint32_t top, prt_best_rows *out);
void prt_best_rows_free(prt_best_rows *rows);
/* Ties go to the item with the lower number, whatever the order in which shares come. */
void prt_best_rows_keep(prt_best_rows *rows, uint32_t row, prt_share added);
void prt_best_rows_sort(prt_best_rows *rows, uint32_t row);
/* Sorted rows without the gaps between them. */
bool prt_best_rows_pack(const prt_best_rows *rows, prt_neighbours *out);

/* ---- the kinds; options are within their bounds ---- */

/* False: out of memory; `out` is for the caller to free. */
bool prt_walks_make(const prt_interactions *train, const prt_neighbours_options *options, int threads,
                    prt_neighbours *out);
bool prt_slim_make(const prt_interactions *train, const prt_neighbours_options *options, int threads,
                   prt_neighbours *out);
/* Adds the shares of the graph to those that are there, and keeps the greatest of each row. */
bool prt_graph_add(const prt_interactions *train, const prt_neighbours_options *options, int threads,
                   prt_neighbours *neighbours);
/* PR_E_ARGUMENT: too little regularisation; PR_E_MEMORY. `out` is for the caller to free. */
pr_status prt_ease_make(const prt_interactions *train, const prt_neighbours_options *options, int threads,
                        prt_neighbours *out, pr_error *error);

#endif
