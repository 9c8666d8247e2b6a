/* The safetensors container: 8 bytes header length, JSON header, tensors. Every number is checked before it is used. */
#include "safetensors.h"

#include <string.h>

static const struct {
    pr_dtype dtype;
    const char *name;
    uint8_t size;
} DTYPES[] = {{PR_U8, "U8", 1},   {PR_U16, "U16", 2}, {PR_U32, "U32", 4}, {PR_I8, "I8", 1},
              {PR_I32, "I32", 4}, {PR_I64, "I64", 8}, {PR_F32, "F32", 4}, {PR_F64, "F64", 8}};

size_t pr_dtype_size(pr_dtype dtype) {
    return DTYPES[dtype].size;
}

const char *pr_dtype_name(pr_dtype dtype) {
    return DTYPES[dtype].name;
}

static pr_status wrong(const char *file, const char *tensor, const char *what, pr_error *error) {
    return pr_fail(error, PR_E_FORMAT, 0, "shard ", file, tensor ? ", tensor " : "", tensor ? tensor : "", ": ", what,
                   "; download it again or rebuild the bundle");
}

static bool natural(const pr_json *value, uint64_t *out) {
    if (!value || value->type != PR_JSON_NUMBER || !value->is_integer || value->number < 0)
        return false;
    *out = (uint64_t)value->number;
    return true;
}

static bool read_shape(const pr_json *shape, pr_tensor_view *view) {
    if (!shape || shape->type != PR_JSON_ARRAY || shape->size < 1 || shape->size > 2)
        return false;
    view->count = 1;
    for (const pr_json *n = shape->first; n; n = n->next) {
        if (!natural(n, &view->shape[view->dims]) ||
            pr__multiply_overflows(view->count, view->shape[view->dims], &view->count))
            return false;
        view->dims++;
    }
    return true;
}

static bool read_dtype(const pr_json *name, pr_tensor_view *view) {
    for (size_t i = 0; i < PR_COUNT(DTYPES); i++) {
        if (pr_json_is(name, DTYPES[i].name)) {
            view->dtype = DTYPES[i].dtype;
            return true;
        }
    }
    return false;
}

/* One entry of the header. `next` is where its data must begin: no gap, no overlap, in order. */
static pr_status read_entry(const pr_json *entry, const char *data, uint64_t size, uint64_t *next, const char *file,
                            pr_tensor_view *view, pr_error *error) {
    view->name = entry->key;
    if (entry->type != PR_JSON_OBJECT || entry->size != 3)
        return wrong(file, entry->key, "needs exactly dtype, shape and data_offsets", error);
    if (strlen(entry->key) != entry->key_size)
        return wrong(file, entry->key, "has a zero byte in its name", error);
    if (!read_dtype(pr_json_get(entry, "dtype"), view))
        return wrong(file, entry->key, "has an unknown dtype", error);
    if (!read_shape(pr_json_get(entry, "shape"), view))
        return wrong(file, entry->key, "has a wrong shape", error);
    const pr_json *offsets = pr_json_get(entry, "data_offsets");
    uint64_t begin, end, bytes;
    if (!offsets || offsets->type != PR_JSON_ARRAY || offsets->size != 2 || !natural(offsets->first, &begin) ||
        !natural(offsets->first->next, &end))
        return wrong(file, entry->key, "has wrong data_offsets", error);
    if (pr__multiply_overflows(view->count, pr_dtype_size(view->dtype), &bytes) || begin != *next || end < begin ||
        end > size || end - begin != bytes)
        return wrong(file, entry->key, "does not lie where its size and the tensors before it say", error);
    view->data = data + begin;
    if ((uintptr_t)view->data % pr_dtype_size(view->dtype))
        return wrong(file, entry->key, "is not aligned", error);
    *next = end;
    return PR_OK;
}

static pr_status read_header(const pr_json *root, const char *data, uint64_t size, const char *file, pr_arena *arena,
                             pr_safetensors *out, pr_error *error) {
    if (root->type != PR_JSON_OBJECT || root->size > PR_MAX_TENSORS)
        return wrong(file, NULL, "the header is not an object of at most 256 tensors", error);
    pr_tensor_view *views = pr_arena_array(arena, root->size, sizeof *views);
    if (!views)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening shard ", file);
    uint64_t next = 0;
    for (const pr_json *entry = root->first; entry; entry = entry->next) {
        if (pr__equal(entry->key, entry->key_size, "__metadata__", 12))
            continue;
        PR_TRY(read_entry(entry, data, size, &next, file, &views[out->count], error));
        out->count++;
    }
    if (next != size)
        return wrong(file, NULL, "has bytes that belong to no tensor", error);
    out->tensors = views;
    out->file = file;
    return PR_OK;
}

pr_status pr__safetensors_read(const void *bytes, size_t size, const char *file, pr_arena *arena, pr_safetensors *out,
                               pr_error *error) {
    memset(out, 0, sizeof *out);
    if ((uintptr_t)bytes % 8)
        return pr_fail(error, PR_E_ARGUMENT, 0, "the bytes of shard ", file,
                       " must begin at a multiple of 8 in memory");
    if (size < 8)
        return wrong(file, NULL, "is too short", error);
    uint64_t header;
    memcpy(&header, bytes, sizeof header);
    if (header > PR_MAX_HEADER || header > size - 8)
        return wrong(file, NULL, "the header is longer than the file or than 64 KiB", error);
    const char *text = (const char *)bytes + 8;
    const pr_json *root;
    pr_json_limits limits = {PR_MAX_HEADER, 4};
    pr_error inner = {0};
    pr_status status = pr_json_parse(text, (size_t)header, &limits, arena, &root, &inner);
    if (status == PR_E_MEMORY)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening shard ", file);
    if (status)
        return wrong(file, NULL, inner.message, error);
    return read_header(root, text + header, size - 8 - header, file, arena, out, error);
}

pr_status pr__tensor_wrong(const pr_safetensors *file, const char *prefix, const char *suffix, const char *what,
                           pr_error *error) {
    return pr_fail(error, PR_E_FORMAT, 0, "shard ", file->file, ", tensor ", prefix, suffix, ": ", what,
                   "; download it again or rebuild the bundle");
}

static const pr_tensor_view *find(const pr_safetensors *file, const char *prefix, const char *suffix) {
    size_t n = strlen(prefix);
    for (uint32_t i = 0; i < file->count; i++) {
        if (strncmp(file->tensors[i].name, prefix, n) == 0 && strcmp(file->tensors[i].name + n, suffix) == 0)
            return &file->tensors[i];
    }
    return NULL;
}

pr_status pr__tensor(const pr_safetensors *file, const char *prefix, const char *suffix, pr_dtype dtype, uint64_t count,
                     const pr_tensor_view **out, pr_error *error) {
    const pr_tensor_view *view = find(file, prefix, suffix);
    if (!view)
        return pr__tensor_wrong(file, prefix, suffix, "is not there", error);
    if (view->dtype != dtype || (count != PR_ANY_COUNT && view->count != count))
        return pr__tensor_wrong(file, prefix, suffix, "has another type or size than the table needs", error);
    *out = view;
    return PR_OK;
}

pr_status pr__tensor_uints(const pr_safetensors *file, const char *prefix, const char *suffix, uint64_t count,
                           uint32_t most, pr_uints *out, uint64_t *found, pr_error *error) {
    const pr_tensor_view *view = find(file, prefix, suffix);
    if (!view)
        return pr__tensor_wrong(file, prefix, suffix, "is not there", error);
    if ((view->dtype != PR_U8 && view->dtype != PR_U16 && view->dtype != PR_U32) ||
        (count != PR_ANY_COUNT && view->count != count))
        return pr__tensor_wrong(file, prefix, suffix, "has another type or size than the table needs", error);
    pr_uints values = {view->data, (uint32_t)pr_dtype_size(view->dtype)};
    for (uint64_t i = 0; i < view->count; i++) {
        if (pr__uint(values, i) > most)
            return pr__tensor_wrong(file, prefix, suffix, "holds a number that is too large", error);
    }
    *out = values;
    if (found)
        *found = view->count;
    return PR_OK;
}

pr_status pr__tensor_offsets(const pr_safetensors *file, const char *prefix, const char *suffix, uint64_t count,
                             uint64_t total, const uint32_t **out, pr_error *error) {
    const pr_tensor_view *view;
    PR_TRY(pr__tensor(file, prefix, suffix, PR_U32, count + 1, &view, error));
    const uint32_t *offsets = view->data;
    bool right = offsets[0] == 0 && offsets[count] == total;
    for (uint64_t i = 0; right && i < count; i++)
        right = offsets[i] <= offsets[i + 1];
    if (!right)
        return pr__tensor_wrong(file, prefix, suffix, "does not rise from 0 to the number of elements", error);
    *out = offsets;
    return PR_OK;
}

pr_status pr__tensor_strings(const pr_safetensors *file, const char *prefix, uint64_t count, uint32_t longest,
                             pr_strings *out, pr_error *error) {
    const pr_tensor_view *bytes;
    if (count >= UINT32_MAX)
        return pr__tensor_wrong(file, prefix, ".offsets", "counts too many strings", error);
    PR_TRY(pr__tensor(file, prefix, ".bytes", PR_U8, PR_ANY_COUNT, &bytes, error));
    PR_TRY(pr__tensor_offsets(file, prefix, ".offsets", count, bytes->count, &out->offsets, error));
    out->bytes = bytes->data;
    out->count = (uint32_t)count;
    for (uint32_t i = 0; i < out->count; i++) {
        pr_text text = pr__string(out, i);
        if (text.size > longest || !pr_utf8_valid(text.bytes, text.size, NULL))
            return pr__tensor_wrong(file, prefix, ".bytes", "holds a text that is too long or not UTF-8", error);
    }
    return PR_OK;
}
