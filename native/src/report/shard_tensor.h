/* Reading tensors of a shard that the engine has attached, and so has checked: the header and every offset. What a
 * reader could run past is checked here once more. */
#ifndef PRT_SHARD_TENSOR_H
#define PRT_SHARD_TENSOR_H

#include "pocketrec.h"

typedef struct prt_shard_tensor {
    pr_dtype dtype;
    uint64_t count;   /* elements; 0: the shard has no such tensor */
    const char *data; /* borrowed from the shard */
} prt_shard_tensor;

/* Find a tensor by name; count 0 when the shard has none. PR_E_FORMAT when the header cannot be read, PR_E_MEMORY. */
pr_status prt_shard_tensor_find(pr_text shard, const char *name, pr_arena *arena, prt_shard_tensor *out,
                                pr_error *error);

/* An element of a tensor of numbers; `index` is below `count`. */
double prt_shard_tensor_number(const prt_shard_tensor *tensor, uint64_t index);

/* String `row` of the tensors `name`.offsets and `name`.bytes; empty when there is none. */
pr_status prt_shard_string(pr_text shard, const char *name, uint32_t row, pr_arena *arena, pr_text *out,
                           pr_error *error);

#endif
