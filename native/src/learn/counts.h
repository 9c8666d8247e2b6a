/* Counting: who started, completed, rated and liked what, in which segment, and how many different people that was.
 *
 * The path: partition.c numbers the combinations of dimension values, user_order.c lays the events out by user, tally.c
 * counts them, rows.c assembles rows and cells,
 * counts.c does the whole. Whatever the number of threads, the result is the same. */
#ifndef PRT_COUNTS_H
#define PRT_COUNTS_H

#include "tables.h"

enum { PRT_MAX_DIMENSIONS = 6, PRT_MAX_MASKS = 17 };

/* One dimension of the segments. */
typedef struct prt_dimension {
    bool item_side;
    const prt_column *column; /* a category; on the item's side it may be a list */
    const uint8_t *usable;    /* one for each value: may it stand in a key? NULL: every one may */
} prt_dimension;

/* What to count. A mask has bit d set where dimension d is kept; masks[0] keeps all, the others are the back-offs,
 * without the empty one and without repetitions. */
typedef struct prt_counts_plan {
    uint32_t dimension_count, mask_count;
    prt_dimension dimensions[PRT_MAX_DIMENSIONS];
    uint32_t masks[PRT_MAX_MASKS];
    const prt_column *flag_column; /* category of the items whose values are watched, or NULL */
    const uint32_t *order;         /* number in the bundle → row of the input, where it is given; else NULL */
    int threads;
} prt_counts_plan;

/* One (row, item). `item` is the number in the bundle. */
typedef struct prt_cell {
    uint32_t item, users;
    pr_counts counts;
} prt_cell;

/* One segment or back-off. */
typedef struct prt_row {
    uint32_t mask;                      /* index in plan.masks */
    uint32_t codes[PRT_MAX_DIMENSIONS]; /* values of the dimensions, PRT_NONE where backed off */
    pr_counts totals;
    uint32_t users;
    uint32_t cell_count;
    uint64_t first_cell;
    const char *key; /* NUL-terminated; lives in the counts */
} prt_row;

/* One value of the flag column. */
typedef struct prt_group {
    uint32_t started, abandoned, users; /* users: who started something of it */
} prt_group;

typedef struct prt_counts {
    uint32_t item_count, row_count, group_count;
    uint32_t *item_order;  /* number in the bundle → row of the input: by falling `started`, with a weekly log by its
                              falling clicks, then as in the input */
    uint32_t *item_number; /* the inverse */
    pr_counts *items;      /* over everybody, by number in the bundle */
    uint32_t *item_users;
    prt_row *rows; /* sorted by key */
    prt_cell *cells;
    uint64_t cell_count;
    prt_group *groups; /* by code of the flag column */
    uint32_t active_users;
    char *keys;
} prt_counts;

/* Count. On failure (PR_E_MEMORY) nothing needs to be freed. */
pr_status prt_counts_make(const prt_dataset *dataset, const prt_counts_plan *plan, prt_counts *out, pr_error *error);
void prt_counts_free(prt_counts *counts);

/* ---- the steps in between, shared by the files of this folder ---- */

/* Items by combination of values: item i belongs to combos[offsets[i] .. offsets[i + 1]). */
typedef struct prt_partition {
    uint32_t combo_count;
    uint32_t *offsets, *combos;
    uint32_t *codes; /* combo_count × PRT_MAX_DIMENSIONS */
} prt_partition;

/* Users by combination of all user-side values, "missing" being a value too. */
typedef struct prt_user_groups {
    uint32_t group_count;
    uint32_t *group; /* of each user */
    uint32_t *codes; /* group_count × PRT_MAX_DIMENSIONS, PRT_NONE where missing or on the item's side */
} prt_user_groups;

pr_status prt_partition_items(const prt_entities *items, const prt_counts_plan *plan, uint32_t mask,
                              prt_partition *out);
void prt_partition_free(prt_partition *partition);
pr_status prt_user_groups_make(const prt_entities *users, const prt_counts_plan *plan, prt_user_groups *out);
void prt_user_groups_free(prt_user_groups *groups);
/* Number `n` keys: ids[i] is the place of keys[i] among the distinct keys in rising order. `most`: no key is above. */
pr_status prt_renumber(const uint64_t *keys, uint32_t n, uint64_t most, uint32_t *ids, uint32_t *count);

/* What an event counts as. */
enum {
    PRT_IS_STARTED = 1,
    PRT_IS_COMPLETED = 2,
    PRT_IS_RATED = 4,
    PRT_IS_LIKED = 8,
    PRT_IS_ABANDONED = 16,
    PRT_FLAG_BITS = 5
};

/* Events by user: users of a group stand together, and 2^shift users make a bucket. */
typedef struct prt_user_order {
    uint32_t *user_at; /* place → user */
    uint32_t users;
    uint32_t shift, bucket_count;
    uint64_t *starts; /* of the buckets in `events`, bucket_count + 1 */
    uint64_t *events; /* place of the user << 32 | item << PRT_FLAG_BITS | flags */
} prt_user_order;

pr_status prt_user_order_make(const prt_dataset *dataset, const prt_user_groups *groups, int threads,
                              prt_user_order *out);
void prt_user_order_free(prt_user_order *order);

/* Counts of a piece of a group's users; items are rows of the input. */
typedef struct prt_piece {
    uint32_t group, users;
    size_t first_cell, cell_count;   /* in tally.cells */
    size_t first_crowd, crowd_count; /* in tally.crowds */
} prt_piece;

/* Distinct users of a combination within a piece. */
typedef struct prt_crowd {
    uint32_t partition, combo, users;
} prt_crowd;

/* What one thread counted. */
typedef struct prt_tally {
    prt_piece *pieces;
    prt_cell *cells;
    prt_crowd *crowds;
    size_t piece_count, cell_count, crowd_count;
    size_t piece_room, cell_room, crowd_room;
    uint32_t *abandoned;  /* by item */
    uint32_t *flag_users; /* who started something, by value of the flag column */
    pr_status status;
} prt_tally;

typedef struct prt_tally_job {
    const prt_user_order *order;
    const prt_user_groups *groups;
    uint32_t item_count;
    const prt_partition *const *partitions;
    uint32_t partition_count;
    const prt_column *flag_column; /* or NULL */
    prt_tally *tallies;            /* one a thread */
} prt_tally_job;

/* Tally all events; every thread takes a run of buckets. */
pr_status prt_tally_run(prt_tally_job *job, int threads);
void prt_tally_free(prt_tally *tally);

#endif
