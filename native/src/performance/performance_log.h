/* A log of interactions, visitor by visitor, added up. */
#ifndef PRT_PERFORMANCE_LOG_H
#define PRT_PERFORMANCE_LOG_H

#include "interaction_log.h"
#include "performance_sum.h"

/* Make of each visitor's rows the state that the visitor's browser would hold, and add it up. A state holds the latest
 * 2,000 events: *cut gets how many visitors have more. PR_E_FORMAT, PR_E_MEMORY. */
pr_status prt_performance_add_log(prt_performance *performance, const prt_interaction_log *log, uint64_t *cut,
                                  pr_error *error);

#endif
