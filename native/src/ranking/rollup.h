/* The steps of history.c: rolling the weekly log up, and finding the features. */
#ifndef PRT_ROLLUP_H
#define PRT_ROLLUP_H

#include "history.h"

/* Fill week_numbers, pairs, users, items and everyone. False: out of memory, or 2^32 - 1 rows and more. */
bool prt_rollup(const prt_weekly *log, uint32_t min_users, int threads, prt_history *out);
/* Fill what does not change with the week: features, names, static inputs. */
pr_status prt_feature_set_make(const prt_config *config, const prt_dataset *dataset, prt_history *out, pr_error *error);

/* The faded sums that all rows of one week share. */
typedef struct prt_faded_week {
    int32_t week;
    pr_faded everyone, *items, *users;
} prt_faded_week;

bool prt_fade_week(const prt_history *history, int32_t week, prt_faded_week *out);
void prt_faded_week_free(prt_faded_week *faded);
/* One feature row from the sums of its pair and of the week. */
void prt_fill_row(const prt_history *history, const pr_faded *pair, const pr_faded *item, const pr_faded *user,
                  const pr_faded *everyone, uint32_t item_row, uint32_t goal, int32_t week, float *out);

#endif
