/* Reading model.safetensors: a JSON header with dtype, shape and place of each tensor, then the tensors. */
#include "weights.h"

#include "fail.h"
#include "readfile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NAME = 256 };
static const size_t MOST_BYTES = (size_t)16 << 30;

static pr_status wrong(const prt_weights *w, const char *tensor, const char *what, pr_error *error) {
    return prt_fail(error, PR_E_FORMAT, "%s%s%s: %s; download the model again", w->path, tensor ? ", tensor " : "",
                    tensor ? tensor : "", what);
}

static bool natural(const pr_json *value, uint64_t *out) {
    if (!value || value->type != PR_JSON_NUMBER || !value->is_integer || value->number < 0)
        return false;
    *out = (uint64_t)value->number;
    return true;
}

/* Where a tensor lies, in bytes behind the header. */
static bool place(const pr_json *tensor, uint64_t *begin, uint64_t *end) {
    const pr_json *offsets = pr_json_get(tensor, "data_offsets");
    return offsets && offsets->type == PR_JSON_ARRAY && offsets->size == 2 && natural(offsets->first, begin) &&
           natural(offsets->first->next, end) && *begin <= *end;
}

static pr_status check_places(const prt_weights *w, pr_error *error) {
    for (const pr_json *tensor = w->header->first; tensor; tensor = tensor->next) {
        uint64_t begin, end;
        if (strcmp(tensor->key, "__metadata__") == 0)
            continue;
        if (!place(tensor, &begin, &end))
            return wrong(w, tensor->key, "has no right place in the file", error);
        if (end > w->size - w->data)
            return prt_fail(
                error, PR_E_FORMAT,
                "%s, tensor %s: the file is truncated, it has %zu bytes and should have %llu or more; download "
                "the model again",
                w->path, tensor->key, w->size, (unsigned long long)(end + w->data));
    }
    return PR_OK;
}

pr_status prt_weights_open(const char *path, prt_weights *out, pr_error *error) {
    *out = (prt_weights){.path = path, .prefix = ""};
    pr_arena_init(&out->arena, NULL, 0);
    PRT_TRY(prt_file_read(path, MOST_BYTES, &out->bytes, &out->size, error));
    uint64_t header = 0;
    if (out->size >= sizeof header)
        memcpy(&header, out->bytes, sizeof header);
    if (out->size < sizeof header || header < 2 || header > out->size - sizeof header)
        return wrong(out, NULL, "is no safetensors file or is truncated", error);
    out->data = sizeof header + (size_t)header;
    const pr_json_limits limits = {(size_t)header, 4};
    pr_error inner = {0};
    if (pr_json_parse(out->bytes + sizeof header, (size_t)header, &limits, &out->arena, &out->header, &inner) != PR_OK)
        return wrong(out, NULL, inner.message, error);
    if (out->header->type != PR_JSON_OBJECT)
        return wrong(out, NULL, "has a header that is no object", error);
    PRT_TRY(check_places(out, error));
    if (pr_json_get(out->header, "bert.embeddings.word_embeddings.weight"))
        out->prefix = "bert.";
    return PR_OK;
}

void prt_weights_close(prt_weights *weights) {
    pr_arena_free(&weights->arena);
    free(weights->bytes);
}

/* By its name with the prefix, or, for heads, without it; old files say gamma and beta for the weight and bias of a
 * norm. */
static const pr_json *find(const prt_weights *w, const char *name) {
    char full[LONGEST_NAME];
    snprintf(full, sizeof full, "%s%s", w->prefix, name);
    const pr_json *tensor = pr_json_get(w->header, full);
    if (!tensor)
        tensor = pr_json_get(w->header, name);
    const char *old = strstr(name, "LayerNorm.weight") ? "gamma" : strstr(name, "LayerNorm.bias") ? "beta" : NULL;
    if (!tensor && old) {
        snprintf(full, sizeof full, "%s%.*s%s", w->prefix, (int)(strrchr(name, '.') + 1 - name), name, old);
        tensor = pr_json_get(w->header, full);
    }
    return tensor;
}

uint64_t prt_weights_rows(const prt_weights *weights, const char *name) {
    const pr_json *shape = pr_json_get(find(weights, name), "shape");
    uint64_t rows = 0;
    if (shape && shape->type == PR_JSON_ARRAY && shape->size)
        natural(shape->first, &rows);
    return rows;
}

static const char *shape_text(const pr_json *shape, char out[64]) {
    size_t used = 0;
    out[used++] = '[';
    for (const pr_json *n = shape ? shape->first : NULL; n && used < 40; n = n->next)
        used += (size_t)snprintf(out + used, 20, "%.0f%s", n->number, n->next ? ", " : "");
    out[used++] = ']';
    out[used] = 0;
    return out;
}

static pr_status check_shape(const prt_weights *w, const pr_json *tensor, uint64_t rows, uint64_t columns,
                             pr_error *error) {
    const pr_json *shape = pr_json_get(tensor, "shape");
    uint64_t a = 0, b = 0;
    bool right = shape && shape->type == PR_JSON_ARRAY && shape->size == (columns ? 2u : 1u);
    right = right && natural(shape->first, &a) && a == rows;
    right = right && (columns == 0 || (natural(shape->first->next, &b) && b == columns));
    if (right)
        return PR_OK;
    char text[64], wanted[64];
    if (columns)
        snprintf(wanted, sizeof wanted, "[%llu, %llu]", (unsigned long long)rows, (unsigned long long)columns);
    else
        snprintf(wanted, sizeof wanted, "[%llu]", (unsigned long long)rows);
    return prt_fail(error, PR_E_FORMAT,
                    "%s, tensor %s: its shape is %s and config.json asks for %s; use the files of one model", w->path,
                    tensor->key, shape_text(shape, text), wanted);
}

/* ---- number formats ---- */

static float from_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

float prt_from_bfloat16(uint16_t half) {
    return from_bits((uint32_t)half << 16);
}

static float from_half(uint16_t half) {
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 1023;
    if (exponent == 0)
        return (sign ? -1.0f : 1.0f) * (float)fraction * 0x1p-24f;
    return from_bits(sign | (exponent == 31 ? 255u : exponent + 112) << 23 | fraction << 13);
}

typedef enum format { F32, F16, BF16, UNKNOWN } format;

static format format_of(const pr_json *tensor) {
    const pr_json *name = pr_json_get(tensor, "dtype");
    return pr_json_is(name, "F32") ? F32 : pr_json_is(name, "F16") ? F16 : pr_json_is(name, "BF16") ? BF16 : UNKNOWN;
}

pr_status prt_weights_read(const prt_weights *weights, const char *name, uint64_t rows, uint64_t columns, float *out,
                           pr_error *error) {
    const pr_json *tensor = find(weights, name);
    uint64_t begin, end;
    if (!tensor)
        return wrong(weights, name, "is not there", error);
    PRT_TRY(check_shape(weights, tensor, rows, columns, error));
    const format kind = format_of(tensor);
    if (kind == UNKNOWN)
        return wrong(weights, name, "holds numbers that are not F32, F16 or BF16", error);
    const uint64_t count = rows * (columns ? columns : 1), size = kind == F32 ? 4 : 2;
    if (!place(tensor, &begin, &end) || end - begin != count * size)
        return wrong(weights, name, "is not as long as its shape says", error);
    const char *from = weights->bytes + weights->data + begin;
    bool finite = true;
    for (uint64_t i = 0; i < count; i++) {
        uint16_t half = 0;
        if (kind == F32)
            memcpy(&out[i], from + 4 * i, sizeof out[i]);
        else
            memcpy(&half, from + 2 * i, sizeof half);
        if (kind == F16)
            out[i] = from_half(half);
        else if (kind == BF16)
            out[i] = prt_from_bfloat16(half);
        finite &= isfinite(out[i]) != 0;
    }
    return finite ? PR_OK : wrong(weights, name, "holds a number that is not finite", error);
}
