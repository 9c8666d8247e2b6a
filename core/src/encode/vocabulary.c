/* A hash table (FNV-1a, linear probing) over the pieces of a vocabulary. */
#include "vocabulary.h"

static uint32_t hash_of(pr_text text) {
    uint32_t hash = PR_HASH_START;
    for (size_t i = 0; i < text.size; i++)
        hash = pr__hash_byte(hash, (uint8_t)text.bytes[i]);
    return hash;
}

/* The low bits of FNV-1a alone are poor. */
static uint32_t first_slot(const pr__vocabulary *vocabulary, uint32_t hash) {
    return (hash ^ hash >> 15) & vocabulary->mask;
}

pr_text pr__vocabulary_text(const pr__vocabulary *vocabulary, uint32_t id) {
    const uint32_t first = vocabulary->offsets[id];
    return (pr_text){vocabulary->bytes + first, vocabulary->offsets[id + 1] - first};
}

static bool same(pr_text piece, pr_text text, bool inner) {
    if (!inner)
        return pr__equal(piece.bytes, piece.size, text.bytes, text.size);
    return piece.size >= 2 && piece.bytes[0] == '#' && piece.bytes[1] == '#' &&
           pr__equal(piece.bytes + 2, piece.size - 2, text.bytes, text.size);
}

uint32_t pr__vocabulary_find(const pr__vocabulary *vocabulary, pr_text text, bool inner, uint32_t hash) {
    for (uint32_t at = first_slot(vocabulary, hash); vocabulary->slots[at]; at = (at + 1) & vocabulary->mask) {
        const uint32_t id = vocabulary->slots[at] - 1;
        if (same(pr__vocabulary_text(vocabulary, id), text, inner))
            return id;
    }
    return PR_NO_PIECE;
}

static pr_status add(pr__vocabulary *vocabulary, const pr_safetensors *file, uint32_t id, pr_error *error) {
    const pr_text piece = pr__vocabulary_text(vocabulary, id);
    const uint32_t hash = hash_of(piece), other = pr__vocabulary_find(vocabulary, piece, false, hash);
    if (other != PR_NO_PIECE) {
        char a[24], b[24];
        return pr_fail(error, PR_E_FORMAT, 0, "shard ", file->file, ", tensor vocab.bytes: the tokens ",
                       pr__decimal(other, a), " and ", pr__decimal(id, b), " are the same; make the encoder again");
    }
    uint32_t at = first_slot(vocabulary, hash);
    while (vocabulary->slots[at])
        at = (at + 1) & vocabulary->mask;
    vocabulary->slots[at] = id + 1;
    return PR_OK;
}

pr_status pr__vocabulary_open(const pr_safetensors *file, pr_arena *arena, pr__vocabulary *out, pr_error *error) {
    const pr_tensor_view *bytes;
    pr_uints lengths;
    uint64_t count;
    PR_TRY(pr__tensor(file, "vocab.bytes", "", PR_U8, PR_ANY_COUNT, &bytes, error));
    PR_TRY(pr__tensor_uints(file, "vocab.lengths", "", PR_ANY_COUNT, UINT16_MAX, &lengths, &count, error));
    if (count < 1 || count > PR_MOST_PIECES)
        return pr__tensor_wrong(file, "vocab.lengths", "", "counts no tokens or more than 1,048,576", error);
    uint32_t slots = 16;
    while (slots < 2 * count)
        slots *= 2;
    uint32_t *offsets = pr_arena_array(arena, (size_t)count + 1, sizeof *offsets);
    out->slots = pr_arena_array(arena, slots, sizeof *out->slots);
    if (!offsets || !out->slots)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening the encoder");
    uint64_t end = 0;
    out->longest = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t length = pr__uint(lengths, i);
        offsets[i + 1] = (uint32_t)(end += length); /* at most 2^20 x 2^16, checked below */
        out->longest = length > out->longest ? length : out->longest;
    }
    if (end != bytes->count || end > UINT32_MAX)
        return pr__tensor_wrong(file, "vocab.bytes", "", "is not as long as vocab.lengths adds up to", error);
    out->bytes = bytes->data;
    out->offsets = offsets;
    out->count = (uint32_t)count;
    out->mask = slots - 1;
    for (uint32_t i = 0; i < out->count; i++)
        PR_TRY(add(out, file, i, error));
    return PR_OK;
}
