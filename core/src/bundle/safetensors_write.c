/* Writing a safetensors file: deterministic bytes for the same tensors. */
#include "safetensors.h"

#include <string.h>

static const size_t *write_order(const pr_tensor *tensors, size_t count, pr_arena *arena) {
    size_t *order = pr_arena_array(arena, count + 1, sizeof *order);
    if (!order)
        return NULL;
    for (size_t i = 0; i < count; i++) { /* insertion sort: element size falling, then name */
        size_t at = i;
        for (; at > 0; at--) {
            const pr_tensor *other = &tensors[order[at - 1]];
            size_t a = pr_dtype_size(other->dtype), b = pr_dtype_size(tensors[i].dtype);
            if (a > b || (a == b && strcmp(other->name, tensors[i].name) < 0))
                break;
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
    return order;
}

static uint64_t tensor_count(const pr_tensor *tensor) {
    return tensor->shape[0] * (tensor->dims == 2 ? tensor->shape[1] : 1);
}

static void write_entry(pr_writer *w, const pr_tensor *tensor, uint64_t *at) {
    uint64_t end = *at + tensor_count(tensor) * pr_dtype_size(tensor->dtype);
    pr_write_key(w, tensor->name);
    pr_write_object(w);
    pr_write_key(w, "dtype");
    pr_write_text(w, pr_dtype_name(tensor->dtype));
    pr_write_key(w, "shape");
    pr_write_array(w);
    for (uint32_t i = 0; i < tensor->dims; i++)
        pr_write_integer(w, (int64_t)tensor->shape[i]);
    pr_write_end_array(w);
    pr_write_key(w, "data_offsets");
    pr_write_array(w);
    pr_write_integer(w, (int64_t)*at);
    pr_write_integer(w, (int64_t)end);
    pr_write_end_array(w);
    pr_write_end_object(w);
    *at = end;
}

pr_status pr_safetensors_write(const pr_tensor *tensors, size_t count, const char *const *metadata,
                               size_t metadata_count, pr_buffer *out, pr_error *error) {
    const size_t *order = write_order(tensors, count, out->arena);
    if (!order)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while writing a shard");
    size_t start = out->size;
    uint64_t header = 0, at = 0;
    pr_buffer_append(out, &header, sizeof header);
    pr_writer w = {out, 0, false};
    pr_write_object(&w);
    if (metadata_count) {
        pr_write_key(&w, "__metadata__");
        pr_write_object(&w);
        for (size_t i = 0; i < metadata_count; i++) {
            pr_write_key(&w, metadata[2 * i]);
            pr_write_text(&w, metadata[2 * i + 1]);
        }
        pr_write_end_object(&w);
    }
    for (size_t i = 0; i < count; i++)
        write_entry(&w, &tensors[order[i]], &at);
    pr_write_end_object(&w);
    while ((out->size - start) % 64 && !out->failed)
        pr_buffer_append(out, " ", 1);
    header = out->size - start - sizeof header;
    if (!out->failed)
        memcpy(out->bytes + start, &header, sizeof header);
    for (size_t i = 0; i < count; i++) {
        const pr_tensor *tensor = &tensors[order[i]];
        pr_buffer_append(out, tensor->data, (size_t)(tensor_count(tensor) * pr_dtype_size(tensor->dtype)));
    }
    if (out->failed)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while writing a shard");
    return PR_OK;
}
