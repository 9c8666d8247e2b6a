/* What lives only while counts are made: shared by counts.c and rows.c. */
#ifndef PRT_MAKER_H
#define PRT_MAKER_H

#include "counts.h"

typedef struct prt_maker {
    const prt_dataset *dataset;
    const prt_counts_plan *plan;
    prt_counts *out;
    prt_user_groups groups;
    prt_user_order order;
    uint32_t user_dimensions; /* mask */
    prt_partition partitions[PRT_MAX_MASKS];
    const prt_partition *partition_list[PRT_MAX_MASKS];
    uint32_t partition_masks[PRT_MAX_MASKS]; /* item-side part of a mask */
    uint32_t partition_count;
    prt_tally *tallies;
    uint64_t cell_room;
    uint32_t row_room;
} prt_maker;

/* Rows, cells and keys from the tallies, when the items have their numbers. */
pr_status prt_rows_make(prt_maker *maker);

static inline void prt_counts_add(pr_counts *sum, const pr_counts *more) {
    sum->started += more->started;
    sum->completed += more->completed;
    sum->rated += more->rated;
    sum->liked += more->liked;
}

#endif
