/* How purchases_split.c and purchases_roles.c hand work to each other. */
#ifndef PRT_PURCHASES_SPLIT_INNER_H
#define PRT_PURCHASES_SPLIT_INNER_H

#include "purchases_given.h"
#include "purchases_split.h"

#define PRT_NO_PAIR UINT64_MAX

typedef struct prt_splitting {
    const prt_config *config;
    const prt_dataset *dataset;
    const prt_evaluation_config *given;
    bool valid;
    int threads;
    prt_split *out;
    pr_error *error;
} prt_splitting;

/* The event types that count as one of the kinds. */
uint16_t prt_types_of_kinds(uint32_t kinds);
/* The pair of a user and an item, or PRT_NO_PAIR. */
uint64_t prt_pair_find(const prt_ledger *ledger, uint32_t user, uint32_t item);
/* Is there a line of one of the kinds? */
bool prt_pair_is_taken(const prt_ledger *ledger, uint64_t pair, uint32_t kinds);
/* And no dislike after it? */
bool prt_pair_is_relevant(const prt_ledger *ledger, uint64_t pair, uint32_t kinds);

/* purchases_roles.c: fill out->roles, all PRT_ROLE_TRAIN before, and out->cut. `lists` are those of the files. */
pr_status prt_roles_make(const prt_splitting *splitting, const prt_given_lists *lists);

#endif
