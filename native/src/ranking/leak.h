/* Does a feature know the future? Three checks before anything is judged; docs/ranking.md tells what each can find. */
#ifndef PRT_LEAK_H
#define PRT_LEAK_H

#include "history.h"

/* Refuse (PR_E_REFUSED, one sentence that names the feature or column) when
 * - a feature of `week` moves after the rows of `week` and later were changed in the log;
 * - a numeric item column follows what happened to the items in `week` and later nearly perfectly, and clearly better
 *   than what happened before;
 * - a feature alone tells the labels of `week` apart nearly perfectly within users. */
pr_status prt_leak_check(const prt_config *config, const prt_dataset *dataset, const prt_history *history, int32_t week,
                         pr_error *error);

/* How a feature row is made; prt_history_row but for tests, which plant leaks. */
typedef void (*prt_row_maker)(const prt_history *history, uint32_t user, uint32_t item, uint32_t goal, int32_t week,
                              float *out);
/* The first of the three checks alone. */
pr_status prt_leak_check_rows(const prt_config *config, const prt_dataset *dataset, const prt_history *history,
                              int32_t week, prt_row_maker make, pr_error *error);

#endif
