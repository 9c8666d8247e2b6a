/* Opening an encoder file: every setting, shape and number is checked once; linear layers are laid out for the kernels.
 */
#include "encoder.h"
#include "panels.h"

#include <math.h>

typedef struct opening {
    pr_encoder *encoder;
    pr_safetensors file;
    pr_error *error;
} opening;

static pr_status no_memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening the encoder");
}

/* ---- settings ---- */

static bool in_range(uint32_t value, uint32_t least, uint32_t most) {
    return value >= least && value <= most;
}

static pr_status read_settings(opening *o) {
    const pr_tensor_view *settings, *epsilon;
    uint32_t *s = o->encoder->settings;
    PR_TRY(pr__tensor(&o->file, "settings", "", PR_U32, PR_SETTINGS_COUNT, &settings, o->error));
    PR_TRY(pr__tensor(&o->file, "epsilon", "", PR_F32, 1, &epsilon, o->error));
    for (uint32_t i = 0; i < PR_SETTINGS_COUNT; i++)
        s[i] = ((const uint32_t *)settings->data)[i];
    o->encoder->epsilon = *(const float *)epsilon->data;
    if (s[PR_SET_FORMAT] != PR_ENCODER_FORMAT)
        return pr_fail(o->error, PR_E_VERSION, 0,
                       "the encoder file has a format that this program does not know; make it ",
                       "again with `pocketrec encoder`");
    if (!in_range(s[PR_SET_HIDDEN], 1, PR_MOST_HIDDEN) || !in_range(s[PR_SET_LAYERS], 1, PR_MOST_LAYERS) ||
        !in_range(s[PR_SET_HEADS], 1, s[PR_SET_HIDDEN]) || s[PR_SET_HIDDEN] % s[PR_SET_HEADS] ||
        !in_range(s[PR_SET_INTERMEDIATE], 1, PR_MOST_INTERMEDIATE) ||
        !in_range(s[PR_SET_POSITIONS], 3, PR_MOST_POSITIONS) || !in_range(s[PR_SET_TYPES], 1, PR_MOST_TYPES) ||
        s[PR_SET_LABELS] > PR_MOST_LABELS || (s[PR_SET_BITS] != 4 && s[PR_SET_BITS] != 8 && s[PR_SET_BITS] != 32) ||
        !in_range(s[PR_SET_LONGEST_WORD], 1, PR_MOST_WORD))
        return pr__tensor_wrong(&o->file, "settings", "", "holds a number that is out of range", o->error);
    if (!(o->encoder->epsilon > 0) || o->encoder->epsilon > 1)
        return pr__tensor_wrong(&o->file, "epsilon", "", "is not above 0 and at most 1", o->error);
    return PR_OK;
}

static pr_status read_vocabulary(opening *o) {
    pr_encoder *e = o->encoder;
    const uint32_t *s = e->settings;
    const pr_tensor_view *special;
    PR_TRY(pr__characters_open(&e->arena, &e->characters, o->error));
    PR_TRY(pr__vocabulary_open(&o->file, &e->arena, &e->vocabulary, o->error));
    if (s[PR_SET_CLS] >= e->vocabulary.count || s[PR_SET_SEP] >= e->vocabulary.count ||
        s[PR_SET_UNK] >= e->vocabulary.count)
        return pr__tensor_wrong(&o->file, "settings", "", "names a token that is not in the vocabulary", o->error);
    PR_TRY(pr__tensor(&o->file, "special", "", PR_U32, PR_ANY_COUNT, &special, o->error));
    if (special->count > PR_MOST_SPECIAL)
        return pr__tensor_wrong(&o->file, "special", "", "holds more than 64 tokens", o->error);
    e->special = special->data;
    e->special_count = (uint32_t)special->count;
    for (uint32_t i = 0; i < e->special_count; i++) {
        if (e->special[i] >= e->vocabulary.count)
            return pr__tensor_wrong(&o->file, "special", "", "names a token that is not in the vocabulary", o->error);
    }
    return PR_OK;
}

/* ---- numbers ---- */

static pr_status read_floats(opening *o, const char *name, const char *suffix, uint64_t count, const float **out) {
    const pr_tensor_view *view;
    PR_TRY(pr__tensor(&o->file, name, suffix, PR_F32, count, &view, o->error));
    *out = view->data;
    bool finite = true;
    for (uint64_t i = 0; i < view->count; i++)
        finite &= fabsf((*out)[i]) < HUGE_VALF;
    return finite ? PR_OK : pr__tensor_wrong(&o->file, name, suffix, "holds a number that is not finite", o->error);
}

/* Scales are the upper halves of float32 numbers. */
static float scale_of(uint16_t half) {
    const union {
        uint32_t bits;
        float value;
    } whole = {(uint32_t)half << 16};
    return whole.value;
}

static pr_status read_scales(opening *o, const char *name, uint64_t rows, const uint16_t **out) {
    const pr_tensor_view *scale;
    PR_TRY(pr__tensor_uints(&o->file, name, ".scale", rows, 0x7F7F, &(pr_uints){0}, NULL, o->error)); /* finite, >= 0 */
    PR_TRY(pr__tensor(&o->file, name, ".scale", PR_U16, rows, &scale, o->error));
    *out = scale->data;
    return PR_OK;
}

static pr_status read_nibbles(opening *o, const char *name, uint64_t rows, uint32_t columns, pr__rows *out) {
    const pr_tensor_view *codes, *multipliers;
    const uint32_t width = pr__multiplier_bytes(columns);
    PR_TRY(pr__tensor(&o->file, name, ".weight", PR_U8, rows * pr__code_bytes(columns), &codes, o->error));
    PR_TRY(pr__tensor(&o->file, name, ".multiplier", PR_U8, rows * width, &multipliers, o->error));
    out->codes = codes->data;
    out->multipliers = multipliers->data;
    bool fine = true;
    for (uint64_t r = 0; r < rows; r++)
        fine &= pr__multipliers_allowed(out->multipliers + r * width, columns);
    return fine ? PR_OK : pr__tensor_wrong(&o->file, name, ".multiplier", "holds one that is not 1 to 10", o->error);
}

/* A table of rows stays in the file's bytes. */
static pr_status read_rows(opening *o, const char *name, uint64_t rows, uint32_t columns, uint32_t bits,
                           pr__rows *out) {
    const pr_tensor_view *view;
    if (bits == 32)
        return read_floats(o, name, ".weight", rows * columns, &out->floats);
    PR_TRY(read_scales(o, name, rows, &out->scales));
    if (bits == 4)
        return read_nibbles(o, name, rows, columns, out);
    PR_TRY(pr__tensor(&o->file, name, ".weight", PR_I8, rows * columns, &view, o->error));
    out->bytes = view->data;
    return PR_OK;
}

/* Rows `first` … `first` + out - 1 as panels of bytes; `room` is for one row. */
static void lay_out(const pr__rows *rows, size_t first, uint32_t out, uint32_t in, int8_t *room, int8_t *panels) {
    for (uint32_t o = 0; o < out; o++) {
        const size_t row = first + o;
        if (rows->codes)
            pr__nibbles_unpack(rows->codes + row * pr__code_bytes(in),
                               rows->multipliers + row * pr__multiplier_bytes(in), in, room);
        pr__panel_byte_row(rows->codes ? room : rows->bytes + row * in, o, in, panels);
    }
}

/* Layer `layer` of a table of `layers` x out x in weights, in panels. */
static pr_status read_linear(opening *o, const char *name, uint32_t layer, uint32_t layers, uint32_t out, uint32_t in,
                             uint32_t bits, pr__linear *linear) {
    const bool floats = bits == 32;
    const uint64_t rows = (uint64_t)layers * out;
    const size_t padded = pr__padded(out), first = (size_t)layer * out;
    const float *biases;
    pr__rows weights = {0};
    pr_arena *arena = &o->encoder->arena;
    PR_TRY(read_floats(o, name, ".bias", rows, &biases));
    PR_TRY(read_rows(o, name, rows, in, bits, &weights));
    float *bias = pr_arena_array(arena, padded, sizeof *bias), *scale = NULL, *numbers = NULL;
    int8_t *small = NULL, *room = pr_arena_array(arena, in, 1);
    if (floats)
        numbers = pr_arena_array(arena, padded * in, sizeof *numbers);
    else
        small = pr_arena_array(arena, padded * ((in + 1) / 2), 2);
    if (!floats)
        scale = pr_arena_array(arena, padded, sizeof *scale);
    if (!bias || !room || (floats && !numbers) || (!floats && (!small || !scale)))
        return no_memory(o->error);
    for (uint32_t i = 0; i < out; i++)
        bias[i] = biases[first + i];
    for (uint32_t i = 0; !floats && i < out; i++)
        scale[i] = scale_of(weights.scales[first + i]);
    if (floats)
        pr__panel_floats(weights.floats + first * in, out, in, in, numbers);
    else
        lay_out(&weights, first, out, in, room, small);
    *linear = (pr__linear){in, out, numbers, small, scale, bias};
    return PR_OK;
}

static pr_status read_norm(opening *o, const char *name, uint32_t layer, uint32_t layers, pr__norm *out) {
    const uint32_t hidden = o->encoder->settings[PR_SET_HIDDEN];
    const float *weights, *biases;
    PR_TRY(read_floats(o, name, ".weight", (uint64_t)layers * hidden, &weights));
    PR_TRY(read_floats(o, name, ".bias", (uint64_t)layers * hidden, &biases));
    *out = (pr__norm){weights + (size_t)layer * hidden, biases + (size_t)layer * hidden};
    return PR_OK;
}

static pr_status read_layer(opening *o, uint32_t i, pr__layer *layer) {
    const uint32_t *s = o->encoder->settings;
    const uint32_t layers = s[PR_SET_LAYERS], hidden = s[PR_SET_HIDDEN], wide = s[PR_SET_INTERMEDIATE];
    const uint32_t bits = s[PR_SET_BITS], finer = bits == 4 ? 8 : bits; /* of what cannot bear four */
    PR_TRY(read_linear(o, "query_key_value", i, layers, 3 * hidden, hidden, finer, &layer->query_key_value));
    PR_TRY(read_linear(o, "attention_output", i, layers, hidden, hidden, bits, &layer->attention_output));
    PR_TRY(read_linear(o, "intermediate", i, layers, wide, hidden, finer, &layer->intermediate));
    PR_TRY(read_linear(o, "output", i, layers, hidden, wide, bits, &layer->output));
    PR_TRY(read_norm(o, "attention_norm", i, layers, &layer->attention_norm));
    return read_norm(o, "output_norm", i, layers, &layer->output_norm);
}

static pr_status read_network(opening *o) {
    pr_encoder *e = o->encoder;
    const uint32_t *s = e->settings;
    const uint32_t hidden = s[PR_SET_HIDDEN];
    const uint32_t bits = s[PR_SET_BITS];
    PR_TRY(read_rows(o, "words", e->vocabulary.count, hidden, bits, &e->words));
    PR_TRY(read_rows(o, "positions", s[PR_SET_POSITIONS], hidden, bits, &e->positions));
    PR_TRY(read_floats(o, "types", ".weight", (uint64_t)s[PR_SET_TYPES] * hidden, &e->types));
    PR_TRY(read_norm(o, "embedding_norm", 0, 1, &e->embedding_norm));
    e->layers = pr_arena_array(&e->arena, s[PR_SET_LAYERS], sizeof *e->layers);
    if (!e->layers)
        return no_memory(o->error);
    for (uint32_t i = 0; i < s[PR_SET_LAYERS]; i++)
        PR_TRY(read_layer(o, i, &e->layers[i]));
    if (s[PR_SET_LABELS] == 0)
        return PR_OK;
    PR_TRY(read_linear(o, "pooler", 0, 1, hidden, hidden, 32, &e->pooler));
    return read_linear(o, "classifier", 0, 1, s[PR_SET_LABELS], hidden, 32, &e->classifier);
}

/* ---- the public functions ---- */

static pr_status open_file(opening *o, const void *bytes, size_t size) {
    PR_TRY(pr__safetensors_read(bytes, size, "encoder", &o->encoder->arena, &o->file, o->error));
    PR_TRY(read_settings(o));
    PR_TRY(read_vocabulary(o));
    return read_network(o);
}

pr_status pr_encoder_open(const void *bytes, size_t size, const pr_allocator *allocator, pr_encoder **out,
                          pr_error *error) {
    *out = NULL;
    if (!allocator)
        allocator = pr_allocator_default();
    pr_encoder *encoder = allocator->allocate(allocator->context, sizeof *encoder);
    if (!encoder)
        return no_memory(error);
    *encoder = (pr_encoder){.kernels = pr__kernels_of(0)};
    pr_arena_init(&encoder->arena, allocator, 0);
    opening o = {.encoder = encoder, .error = error};
    const pr_status status = open_file(&o, bytes, size);
    if (status != PR_OK) {
        pr_encoder_close(encoder);
        return status;
    }
    *out = encoder;
    return PR_OK;
}

void pr_encoder_close(pr_encoder *encoder) {
    if (!encoder)
        return;
    const pr_allocator *allocator = encoder->arena.allocator;
    pr_arena_free(&encoder->arena);
    allocator->release(allocator->context, encoder, sizeof *encoder);
}

pr_encoder_about pr_encoder_describe(const pr_encoder *encoder) {
    const uint32_t *s = encoder->settings;
    return (pr_encoder_about){.bits = s[PR_SET_BITS],
                              .dims = s[PR_SET_HIDDEN],
                              .layers = s[PR_SET_LAYERS],
                              .tokens = s[PR_SET_POSITIONS],
                              .vocabulary = encoder->vocabulary.count,
                              .labels = s[PR_SET_LABELS],
                              .pairs = s[PR_SET_TYPES] > 1,
                              .kernels = encoder->kernels->name};
}
