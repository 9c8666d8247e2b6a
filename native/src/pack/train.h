/* Learning in one call: from tables to a packed bundle. */
#ifndef PRT_TRAIN_H
#define PRT_TRAIN_H

#include "config.h"
#include "pack.h"

/* Count, fit and pack. `created` is the time that the manifest states (seconds since 1970-01-01 UTC). The bytes do not
 * depend on `threads`. Free *out with prt_packed_free, also after a failure. */
pr_status prt_train(const prt_config *config, const prt_dataset *dataset, int threads, int64_t created, prt_packed *out,
                    pr_error *error);
/* The same with a ranking model that is there already; NULL: choose and learn one. */
pr_status prt_train_given(const prt_config *config, const prt_dataset *dataset, int threads, int64_t created,
                          const prt_ranker *given, prt_packed *out, pr_error *error);
/* The same with purchases that were learned already, from the same events; borrowed. */
pr_status prt_train_purchases(const prt_config *config, const prt_dataset *dataset, int threads, int64_t created,
                              const prt_purchases *given, prt_packed *out, pr_error *error);

#endif
