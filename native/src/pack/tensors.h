/* Building the tensors of one shard: the smallest unsigned integers, strings as offsets and bytes. */
#ifndef PRT_TENSORS_H
#define PRT_TENSORS_H

#include "pocketrec.h"

enum { PRT_MAX_SHARD_TENSORS = 256 };

/* Zero-initialise but for `arena`. After a failure `failed` stays true and later calls do nothing. */
typedef struct prt_tensors {
    pr_arena *arena;
    pr_tensor list[PRT_MAX_SHARD_TENSORS];
    uint32_t count;
    bool failed;
} prt_tensors;

/* Names are `prefix``suffix`. The values are copied as U8, U16 or U32, whichever holds them all. */
void prt_tensors_uints(prt_tensors *t, const char *prefix, const char *suffix, const uint32_t *values, uint64_t count);
/* `count` elements, or rows of `columns` > 1 elements. The data is not copied. */
void prt_tensors_array(prt_tensors *t, const char *prefix, const char *suffix, pr_dtype dtype, const void *data,
                       uint64_t count, uint32_t columns);
/* Two tensors: `prefix`.offsets and `prefix`.bytes. */
void prt_tensors_strings(prt_tensors *t, const char *prefix, const pr_text *texts, uint32_t count);
/* The four counts of every element, as `started`, `completed`, `rated`, `liked`. */
void prt_tensors_counts(prt_tensors *t, const pr_counts *counts, uint64_t count);

#endif
