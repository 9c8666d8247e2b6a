/* Rows of the table segments that take part in a request. */
#ifndef PR_ROWS_H
#define PR_ROWS_H

#include "pipeline.h"

/* Load the row with that key; *added is NULL when the list of rows is full. */
pr_status pr__row_add(pr_engine *engine, pr_list *list, pr_text key, uint32_t level, pr_row **added, pr_error *error);
/* Load all rows of a level: 0 is the full segment, k the k-th back-off. */
pr_status pr__rows_load_level(pr_engine *engine, const pr_query *query, pr_list *list, uint32_t level, pr_error *error);
/* Set the rates of the row's type, for the learned prior; `row` may be NULL. */
pr_status pr__row_set_type_rates(pr_engine *engine, pr_row *row, pr_error *error);
/* The key of a row's parent: its item-side values stay, the others become '*'. */
pr_status pr__parent_key(pr_engine *engine, pr_text full, pr_text *key, pr_error *error);
/* The cell of an item in a decoded row, or UINT32_MAX. */
uint32_t pr__row_cell(const pr_row *row, uint32_t item);

#endif
