/* The header of a safetensors file: its length in eight bytes, then JSON that names each tensor's type and place. */
#include "shard_tensor.h"
#include "fail.h"

#include <stdio.h>
#include <string.h>

static pr_status read_header(pr_text shard, pr_arena *arena, const pr_json **header, uint64_t *data_at,
                             pr_error *error) {
    uint64_t size = 0;
    if (shard.size < sizeof size)
        return prt_fail(error, PR_E_FORMAT, "a shard is shorter than its header; train the whole bundle again");
    memcpy(&size, shard.bytes, sizeof size);
    if (size > shard.size - sizeof size)
        return prt_fail(error, PR_E_FORMAT, "a shard is shorter than its header; train the whole bundle again");
    *data_at = sizeof size + size;
    return pr_json_parse(shard.bytes + sizeof size, size, NULL, arena, header, error);
}

static bool named_dtype(const pr_json *name, pr_dtype *out) {
    for (int dtype = PR_U8; dtype <= PR_F64; dtype++) {
        if (name && pr_json_is(name, pr_dtype_name((pr_dtype)dtype))) {
            *out = (pr_dtype)dtype;
            return true;
        }
    }
    return false;
}

pr_status prt_shard_tensor_find(pr_text shard, const char *name, pr_arena *arena, prt_shard_tensor *out,
                                pr_error *error) {
    const pr_json *header, *entry, *range;
    uint64_t data_at = 0;
    *out = (prt_shard_tensor){0};
    PRT_TRY(read_header(shard, arena, &header, &data_at, error));
    entry = pr_json_get(header, name);
    range = pr_json_get(entry, "data_offsets");
    if (!range || range->type != PR_JSON_ARRAY || range->size != 2 ||
        !named_dtype(pr_json_get(entry, "dtype"), &out->dtype))
        return PR_OK;
    double begin = range->first->number, end = range->first->next->number;
    if (range->first->type != PR_JSON_NUMBER || range->first->next->type != PR_JSON_NUMBER || begin < 0 ||
        end < begin || end > (double)(shard.size - data_at))
        return PR_OK;
    out->data = shard.bytes + data_at + (uint64_t)begin;
    out->count = (uint64_t)(end - begin) / pr_dtype_size(out->dtype);
    return PR_OK;
}

#define READ(type)                                                                                                     \
    {                                                                                                                  \
        type value;                                                                                                    \
        memcpy(&value, tensor->data + index * sizeof value, sizeof value);                                             \
        return (double)value;                                                                                          \
    }

double prt_shard_tensor_number(const prt_shard_tensor *tensor, uint64_t index) {
    switch (tensor->dtype) {
    case PR_U8:
        READ(uint8_t)
    case PR_U16:
        READ(uint16_t)
    case PR_U32:
        READ(uint32_t)
    case PR_I8:
        READ(int8_t)
    case PR_I32:
        READ(int32_t)
    case PR_I64:
        READ(int64_t)
    case PR_F32:
        READ(float)
    case PR_F64:
        READ(double)
    }
    return 0;
}

pr_status prt_shard_string(pr_text shard, const char *name, uint32_t row, pr_arena *arena, pr_text *out,
                           pr_error *error) {
    char tensor_name[128];
    prt_shard_tensor offsets, bytes;
    *out = (pr_text){"", 0};
    snprintf(tensor_name, sizeof tensor_name, "%s.offsets", name);
    PRT_TRY(prt_shard_tensor_find(shard, tensor_name, arena, &offsets, error));
    snprintf(tensor_name, sizeof tensor_name, "%s.bytes", name);
    PRT_TRY(prt_shard_tensor_find(shard, tensor_name, arena, &bytes, error));
    if (row + (uint64_t)1 >= offsets.count)
        return PR_OK;
    uint64_t begin = (uint64_t)prt_shard_tensor_number(&offsets, row),
             end = (uint64_t)prt_shard_tensor_number(&offsets, row + (uint64_t)1);
    if (begin <= end && end <= bytes.count)
        *out = (pr_text){bytes.data + begin, (size_t)(end - begin)};
    return PR_OK;
}
