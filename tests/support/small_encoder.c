/* A small encoder with random weights. */
#include "small_encoder.h"

#include <stdio.h>
#include <string.h>

const char *const small_encoder_tokens[] = {
    "[PAD]", "[UNK]",        "[CLS]",        "[SEP]",          "[MASK]", "want", "##want", "##ed",
    "wa",    "un",           "runn",         "##ing",          ",",      "low",  "##e",    "##st",
    "cafe",  "\xE6\x97\xA5", "\xE1\x84\x80", "##\xE1\x85\xA1", "a",      "##a",  NULL};

#define LETTERS(X)                                                                                                     \
    X("a"), X("b"), X("c"), X("d"), X("e"), X("f"), X("g"), X("h"), X("i"), X("j"), X("k"), X("l"), X("m"), X("n"),    \
        X("o"), X("p"), X("q"), X("r"), X("s"), X("t"), X("u"), X("v"), X("w"), X("x"), X("y"), X("z")
#define FIRST(letter) letter
#define LATER(letter) "##" letter
const char *const small_encoder_letters[] = {"[PAD]",  "[UNK]",        "[CLS]",        "[SEP]",
                                             "[MASK]", LETTERS(FIRST), LETTERS(LATER), NULL};

enum { MOST = 64, NAME = 64 };

typedef struct maker {
    pr_arena *arena;
    uint32_t bits;
    uint64_t counter;
    pr_tensor tensors[MOST];
    char names[MOST][NAME];
    size_t count;
} maker;

static void add(maker *m, const char *name, const char *suffix, pr_dtype dtype, uint64_t rows, uint64_t columns,
                const void *data) {
    snprintf(m->names[m->count], NAME, "%s%s", name, suffix);
    m->tensors[m->count] = (pr_tensor){m->names[m->count], dtype, columns ? 2 : 1, {rows, columns}, data};
    m->count++;
}

static void add_floats(maker *m, const char *name, const char *suffix, uint64_t rows, uint64_t columns, double middle) {
    const uint64_t count = rows * (columns ? columns : 1);
    float *numbers = pr_arena_array(m->arena, count, sizeof *numbers);
    for (uint64_t i = 0; i < count; i++)
        numbers[i] = (float)(middle + pr_uniform(5, m->counter++) - 0.5);
    add(m, name, suffix, PR_F32, rows, columns, numbers);
}

/* Random codes and multipliers: a nibble behind the end of a row may hold anything. */
static void add_nibbles(maker *m, const char *name, uint64_t rows, uint64_t columns) {
    const uint64_t width = (columns + 1) / 2, groups = ((columns + 31) / 32 + 1) / 2;
    uint8_t *codes = pr_arena_array(m->arena, rows * width, 1),
            *multipliers = pr_arena_array(m->arena, rows * groups, 1);
    for (uint64_t i = 0; i < rows * width; i++)
        codes[i] = (uint8_t)(pr_mix64(m->counter++) & 255);
    for (uint64_t i = 0; i < rows * groups; i++)
        multipliers[i] = (uint8_t)(0x11 * (1 + pr_mix64(m->counter++) % 10));
    add(m, name, ".weight", PR_U8, rows, width, codes);
    add(m, name, ".multiplier", PR_U8, rows, groups, multipliers);
}

static void add_matrix(maker *m, const char *name, uint64_t rows, uint64_t columns, uint32_t bits) {
    if (bits == 32) {
        add_floats(m, name, ".weight", rows, columns, 0);
        return;
    }
    uint16_t *scales = pr_arena_array(m->arena, rows, sizeof *scales);
    for (uint64_t i = 0; i < rows; i++)
        scales[i] = (uint16_t)(0x3B00 + pr_mix64(m->counter++) % 128); /* about 1 / 400 */
    add(m, name, ".scale", PR_U16, rows, 0, scales);
    if (bits == 4) {
        add_nibbles(m, name, rows, columns);
        return;
    }
    int8_t *bytes = pr_arena_array(m->arena, rows * columns, 1);
    for (uint64_t i = 0; i < rows * columns; i++)
        bytes[i] = (int8_t)(pr_mix64(m->counter++) & 255);
    add(m, name, ".weight", PR_I8, rows, columns, bytes);
}

static void add_linear(maker *m, const char *name, uint64_t rows, uint64_t columns, uint32_t bits) {
    add_matrix(m, name, rows, columns, bits);
    add_floats(m, name, ".bias", rows, 0, 0);
}

static void add_norm(maker *m, const char *name, uint64_t rows) {
    add_floats(m, name, ".weight", rows, 0, 1);
    add_floats(m, name, ".bias", rows, 0, 0);
}

static void add_network(maker *m, uint32_t tokens, uint32_t labels) {
    const uint32_t bits = m->bits, finer = bits == 4 ? 8 : bits;
    add_matrix(m, "words", tokens, SMALL_HIDDEN, bits);
    add_matrix(m, "positions", SMALL_POSITIONS, SMALL_HIDDEN, bits);
    add_floats(m, "types", ".weight", 2, SMALL_HIDDEN, 0);
    add_norm(m, "embedding_norm", SMALL_HIDDEN);
    add_linear(m, "query_key_value", SMALL_LAYERS * 3 * SMALL_HIDDEN, SMALL_HIDDEN, finer);
    add_linear(m, "attention_output", SMALL_LAYERS * SMALL_HIDDEN, SMALL_HIDDEN, bits);
    add_linear(m, "intermediate", SMALL_LAYERS * SMALL_WIDE, SMALL_HIDDEN, finer);
    add_linear(m, "output", SMALL_LAYERS * SMALL_HIDDEN, SMALL_WIDE, bits);
    add_norm(m, "attention_norm", SMALL_LAYERS * SMALL_HIDDEN);
    add_norm(m, "output_norm", SMALL_LAYERS * SMALL_HIDDEN);
    if (labels) {
        add_linear(m, "pooler", SMALL_HIDDEN, SMALL_HIDDEN, 32);
        add_linear(m, "classifier", labels, SMALL_HIDDEN, 32);
    }
}

pr_status small_encoder_write(uint32_t bits, bool labels, pr_buffer *out) {
    return small_encoder_write_tokens(small_encoder_tokens, bits, labels ? SMALL_LABELS : 0, out);
}

pr_status small_encoder_write_tokens(const char *const *words, uint32_t bits, uint32_t labels, pr_buffer *out) {
    static const uint32_t special[] = {0, 1, 2, 3, 4};
    const uint32_t settings[] = {
        1, bits, SMALL_HIDDEN, SMALL_LAYERS, SMALL_HEADS, SMALL_WIDE, SMALL_POSITIONS, 2, labels, 7, 2, 3, 1, 100};
    static const float epsilon = 1e-12f;
    maker m = {.arena = out->arena, .bits = bits};
    pr_buffer bytes = {.arena = out->arena};
    uint8_t lengths[MOST];
    uint32_t tokens = 0;
    for (; words[tokens]; tokens++) {
        lengths[tokens] = (uint8_t)strlen(words[tokens]);
        pr_buffer_append(&bytes, words[tokens], lengths[tokens]);
    }
    add(&m, "settings", "", PR_U32, sizeof settings / sizeof *settings, 0, settings);
    add(&m, "epsilon", "", PR_F32, 1, 0, &epsilon);
    add(&m, "special", "", PR_U32, 5, 0, special);
    add(&m, "vocab", ".lengths", PR_U8, tokens, 0, lengths);
    add(&m, "vocab", ".bytes", PR_U8, bytes.size, 0, bytes.bytes);
    add_network(&m, tokens, labels);
    return pr_safetensors_write(m.tensors, m.count, NULL, 0, out, NULL);
}
