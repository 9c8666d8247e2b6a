/* Reading one safetensors file that nobody has vouched for. See docs/bundle-format.md. */
#ifndef PR_SAFETENSORS_H
#define PR_SAFETENSORS_H

#include "base.h"

enum { PR_MAX_HEADER = 65536, PR_MAX_TENSORS = 256 };

typedef struct pr_tensor_view {
    const char *name;
    const void *data; /* aligned for its element */
    pr_dtype dtype;
    uint32_t dims;
    uint64_t shape[2];
    uint64_t count; /* elements */
} pr_tensor_view;

typedef struct pr_safetensors {
    const pr_tensor_view *tensors;
    uint32_t count;
    const char *file; /* for messages */
} pr_safetensors;

/* Check the whole structure of bytes[0..size) (header length, JSON, dtypes, shapes, ranges in order without overlap or
 * hole, alignment) and list the tensors; views point into `bytes`, the list lives in `arena`. */
pr_status pr__safetensors_read(const void *bytes, size_t size, const char *file, pr_arena *arena, pr_safetensors *out,
                               pr_error *error);

/* Unsigned integers stored as U8, U16 or U32, whichever the writer found to be enough. */
typedef struct pr_uints {
    const void *data;
    uint32_t width; /* bytes: 1, 2 or 4 */
} pr_uints;

static inline uint32_t pr__uint(pr_uints v, uint64_t i) {
    return v.width == 1   ? ((const uint8_t *)v.data)[i]
           : v.width == 2 ? ((const uint16_t *)v.data)[i]
                          : ((const uint32_t *)v.data)[i];
}

/* `count` strings end to end. */
typedef struct pr_strings {
    const uint32_t *offsets; /* count + 1 */
    const char *bytes;
    uint32_t count;
} pr_strings;

static inline pr_text pr__string(const pr_strings *s, uint32_t i) {
    return (pr_text){s->bytes + s->offsets[i], s->offsets[i + 1] - s->offsets[i]};
}

#define PR_ANY_COUNT UINT64_MAX

/* The tensor `prefix``suffix` with exactly that type and count (PR_ANY_COUNT: any). */
pr_status pr__tensor(const pr_safetensors *file, const char *prefix, const char *suffix, pr_dtype dtype, uint64_t count,
                     const pr_tensor_view **out, pr_error *error);
/* The same for unsigned integers of any width, each at most `most`. */
pr_status pr__tensor_uints(const pr_safetensors *file, const char *prefix, const char *suffix, uint64_t count,
                           uint32_t most, pr_uints *out, uint64_t *found, pr_error *error);
/* U32 offsets of count + 1 elements: first 0, never falling, last `total`. */
pr_status pr__tensor_offsets(const pr_safetensors *file, const char *prefix, const char *suffix, uint64_t count,
                             uint64_t total, const uint32_t **out, pr_error *error);
/* `prefix`.offsets and `prefix`.bytes: strings of at most `longest` bytes each, valid UTF-8. */
pr_status pr__tensor_strings(const pr_safetensors *file, const char *prefix, uint64_t count, uint32_t longest,
                             pr_strings *out, pr_error *error);
/* A message that names file and tensor. */
pr_status pr__tensor_wrong(const pr_safetensors *file, const char *prefix, const char *suffix, const char *what,
                           pr_error *error);

#endif
