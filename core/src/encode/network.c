/* BERT (Devlin et al. 2018, arXiv:1810.04805; attention: Vaswani et al. 2017, arXiv:1706.03762) over sequences that lie
 * end to end without padding. What a sequence gives does not depend on what else is in the batch. */
#include "encoder.h"
#include "panels.h"

#include <math.h>
#include <string.h>

enum {
    BLOCK = 256,  /* tokens that go through the network together, unless one sequence has more */
    QUERIES = 32, /* rows of attention at a time */
};

/* What a block of tokens needs; rows are padded, so that a kernel may write whole panels. */
typedef struct work {
    const pr_encoder *encoder;
    uint32_t hidden, head, rows; /* numbers a token, numbers a head, tokens of the block */
    size_t x_stride, qkv_stride, context_stride, wide_stride;
    float *x, *qkv, *context, *y, *wide;
    float *keys, *values, *scores;
    int16_t *q;
    float *q_scales;
    bool finite;
} work;

static bool make_work(const pr_encoder *encoder, uint32_t rows, uint32_t longest, pr_arena *arena, work *w) {
    const uint32_t *s = encoder->settings;
    const uint32_t hidden = s[PR_SET_HIDDEN], intermediate = s[PR_SET_INTERMEDIATE];
    *w = (work){.encoder = encoder, .hidden = hidden, .head = hidden / s[PR_SET_HEADS], .finite = true};
    w->x_stride = pr__padded(hidden);
    w->qkv_stride = pr__padded(3 * hidden);
    w->context_stride = pr__padded(hidden) + PR_PANEL; /* the last head may write more than it has */
    w->wide_stride = pr__padded(intermediate);
    const uint32_t widest = intermediate > hidden ? intermediate : hidden, keys = pr__padded(longest);
    w->x = pr_arena_array(arena, rows * w->x_stride, sizeof(float));
    w->qkv = pr_arena_array(arena, rows * w->qkv_stride, sizeof(float));
    w->context = pr_arena_array(arena, rows * w->context_stride, sizeof(float));
    w->y = pr_arena_array(arena, rows * w->x_stride, sizeof(float));
    w->wide = pr_arena_array(arena, rows * w->wide_stride, sizeof(float));
    w->keys = pr_arena_array(arena, (size_t)keys * w->head, sizeof(float));
    w->values = pr_arena_array(arena, (size_t)longest * pr__padded(w->head), sizeof(float));
    w->scores = pr_arena_array(arena, (size_t)keys * QUERIES, sizeof(float));
    w->q = pr_arena_array(arena, (size_t)rows * (widest + 1), sizeof(int16_t));
    w->q_scales = pr_arena_array(arena, rows, sizeof(float));
    return w->x && w->qkv && w->context && w->y && w->wide && w->keys && w->values && w->scores && w->q && w->q_scales;
}

/* y = W x + bias for each row. */
static void apply(work *w, const pr__linear *linear, const float *x, size_t x_stride, uint32_t rows, float *y,
                  size_t y_stride) {
    pr__product p = {.rows = rows, .in = linear->in, .out = linear->out, .x = x, .x_stride = x_stride};
    p.floats = linear->floats;
    p.bytes = linear->bytes;
    p.scales = linear->scales;
    p.bias = linear->bias;
    p.y = y;
    p.y_stride = y_stride;
    if (linear->floats) {
        w->encoder->kernels->product_floats(&p);
        return;
    }
    const size_t stride = (linear->in + 1) / 2 * 2;
    const int32_t most = pr__most_quantised(linear->in);
    for (uint32_t r = 0; r < rows; r++)
        w->finite &=
            w->encoder->kernels->quantise(x + r * x_stride, linear->in, most, w->q + r * stride, &w->q_scales[r]);
    p.q = w->q;
    p.q_scales = w->q_scales;
    if (w->finite)
        w->encoder->kernels->product_bytes(&p);
}

/* ---- embeddings ---- */

static float scale_of(const pr__rows *rows, uint32_t row) {
    const uint32_t bits = (uint32_t)rows->scales[row] << 16;
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return scale;
}

static void add_row(const pr__rows *rows, uint32_t row, uint32_t hidden, float *x) {
    if (rows->floats) {
        const float *numbers = rows->floats + (size_t)row * hidden;
        for (uint32_t i = 0; i < hidden; i++)
            x[i] += numbers[i];
        return;
    }
    int8_t unpacked[PR_MOST_HIDDEN];
    const int8_t *numbers = rows->codes ? unpacked : rows->bytes + (size_t)row * hidden;
    const float scale = scale_of(rows, row);
    if (rows->codes)
        pr__nibbles_unpack(rows->codes + (size_t)row * pr__code_bytes(hidden),
                           rows->multipliers + (size_t)row * pr__multiplier_bytes(hidden), hidden, unpacked);
    for (uint32_t i = 0; i < hidden; i++)
        x[i] += (float)numbers[i] * scale;
}

/* Word + type + position, then the layer norm. `second`: the token at which segment 1 begins. */
static void embed_sequence(work *w, const uint32_t *ids, uint32_t count, uint32_t second, float *x) {
    const pr_encoder *e = w->encoder;
    for (uint32_t t = 0; t < count; t++, x += w->x_stride) {
        const float *types = e->types + (t >= second ? w->hidden : 0);
        memset(x, 0, w->x_stride * sizeof *x);
        add_row(&e->words, ids[t], w->hidden, x);
        for (uint32_t i = 0; i < w->hidden; i++)
            w->y[i] = types[i];
        add_row(&e->positions, t, w->hidden, w->y);
        e->kernels->norm(x, w->y, w->hidden, e->embedding_norm.weight, e->embedding_norm.bias, e->epsilon);
    }
}

/* ---- attention ---- */

/* One head of one sequence: softmax(Q K' / sqrt(head)) V. */
static void attend(work *w, const float *qkv, uint32_t count, uint32_t head, float *context) {
    const float *queries = qkv + head * w->head, *keys = queries + w->hidden, *values = keys + w->hidden;
    const float factor = 1.0f / sqrtf((float)w->head);
    const pr__kernels *kernels = w->encoder->kernels;
    const uint32_t scores_stride = pr__padded(count);
    pr__panel_floats(keys, count, w->head, w->qkv_stride, w->keys);
    pr__panel_floats_turned(values, w->head, count, w->qkv_stride, w->values);
    for (uint32_t first = 0; first < count; first += QUERIES) {
        const uint32_t rows = count - first < QUERIES ? count - first : QUERIES;
        pr__product score = {.rows = rows, .in = w->head, .out = count, .x_stride = w->qkv_stride, .floats = w->keys};
        score.x = queries + first * w->qkv_stride;
        score.y = w->scores;
        score.y_stride = scores_stride;
        kernels->product_floats(&score);
        for (uint32_t r = 0; r < rows; r++)
            kernels->softmax(w->scores + (size_t)r * scores_stride, count, factor);
        pr__product mix = {.rows = rows, .in = count, .out = w->head, .x_stride = scores_stride, .floats = w->values};
        mix.x = w->scores;
        mix.y = context + first * w->context_stride + head * w->head;
        mix.y_stride = w->context_stride;
        kernels->product_floats(&mix);
    }
}

/* ---- layers ---- */

static void add_and_norm(work *w, const pr__norm *norm) {
    for (uint32_t r = 0; r < w->rows; r++)
        w->encoder->kernels->norm(w->x + r * w->x_stride, w->y + r * w->x_stride, w->hidden, norm->weight, norm->bias,
                                  w->encoder->epsilon);
}

static void run_layer(work *w, const pr__layer *layer, const uint32_t *lengths, uint32_t sequences) {
    apply(w, &layer->query_key_value, w->x, w->x_stride, w->rows, w->qkv, w->qkv_stride);
    for (uint32_t s = 0, row = 0; s < sequences; row += lengths[s++]) {
        for (uint32_t head = 0; head < w->hidden / w->head; head++)
            attend(w, w->qkv + row * w->qkv_stride, lengths[s], head, w->context + row * w->context_stride);
    }
    apply(w, &layer->attention_output, w->context, w->context_stride, w->rows, w->y, w->x_stride);
    add_and_norm(w, &layer->attention_norm);
    apply(w, &layer->intermediate, w->x, w->x_stride, w->rows, w->wide, w->wide_stride);
    for (uint32_t r = 0; r < w->rows; r++)
        w->encoder->kernels->gelu(w->wide + r * w->wide_stride, layer->intermediate.out);
    apply(w, &layer->output, w->wide, w->wide_stride, w->rows, w->y, w->x_stride);
    add_and_norm(w, &layer->output_norm);
}

/* ---- heads ---- */

/* The mean of the tokens, of length 1. */
static void pool(work *w, const float *x, uint32_t count, float *out) {
    memset(out, 0, w->hidden * sizeof *out);
    for (uint32_t t = 0; t < count; t++, x += w->x_stride) {
        for (uint32_t i = 0; i < w->hidden; i++)
            out[i] += x[i];
    }
    for (uint32_t i = 0; i < w->hidden; i++)
        out[i] /= (float)count;
    const float norm = sqrtf(w->encoder->kernels->squares(out, w->hidden));
    for (uint32_t i = 0; i < w->hidden; i++)
        out[i] /= norm > 1e-12f ? norm : 1e-12f;
}

static double hyperbolic_tangent(double x) {
    const double e = pr_exp(-2 * fabs(x)), t = (1 - e) / (1 + e);
    return x < 0 ? -t : t;
}

/* classifier(tanh(pooler(first token))). */
static void classify(work *w, const float *x, float *out) {
    const uint32_t labels = w->encoder->classifier.out;
    apply(w, &w->encoder->pooler, x, w->x_stride, 1, w->y, w->x_stride);
    for (uint32_t i = 0; i < w->hidden; i++)
        w->y[i] = (float)hyperbolic_tangent((double)w->y[i]);
    float logits[PR_MOST_LABELS];
    apply(w, &w->encoder->classifier, w->y, w->x_stride, 1, logits, 0);
    memcpy(out, logits, labels * sizeof *out);
}

/* ---- batches ---- */

static pr_status check(const pr_encoder *encoder, const pr_sequences *sequences, uint32_t *longest, pr_error *error) {
    *longest = 0;
    for (uint32_t s = 0; s < sequences->count; s++) {
        const uint32_t begin = sequences->offsets[s], end = sequences->offsets[s + 1];
        if (end <= begin || end - begin > encoder->settings[PR_SET_POSITIONS])
            return pr_fail(error, PR_E_ARGUMENT, s, "a sequence has no token, or more than the encoder takes");
        if (sequences->seconds && sequences->seconds[s] < end - begin && encoder->settings[PR_SET_TYPES] < 2)
            return pr_fail(error, PR_E_ARGUMENT, s, "this encoder takes one text at a time, no pairs");
        for (uint32_t t = begin; t < end; t++) {
            if (sequences->ids[t] >= encoder->vocabulary.count)
                return pr_fail(error, PR_E_ARGUMENT, s, "a sequence has a token that is not in the vocabulary");
        }
        *longest = end - begin > *longest ? end - begin : *longest;
    }
    return PR_OK;
}

/* Sequences first … first + count - 1, which fit into the block. */
static void run_block(work *w, const pr_sequences *sequences, uint32_t first, uint32_t count, bool labels, float *out) {
    const pr_encoder *e = w->encoder;
    const uint32_t size = labels ? e->classifier.out : w->hidden;
    uint32_t lengths[BLOCK];
    w->rows = 0;
    for (uint32_t s = 0; s < count; s++) {
        const uint32_t begin = sequences->offsets[first + s];
        lengths[s] = sequences->offsets[first + s + 1] - begin;
        embed_sequence(w, sequences->ids + begin, lengths[s],
                       sequences->seconds ? sequences->seconds[first + s] : UINT32_MAX, w->x + w->rows * w->x_stride);
        w->rows += lengths[s];
    }
    for (uint32_t i = 0; i < e->settings[PR_SET_LAYERS]; i++)
        run_layer(w, &e->layers[i], lengths, count);
    for (uint32_t s = 0, row = 0; s < count; row += lengths[s++]) {
        float *to = out + (size_t)(first + s) * size;
        if (labels)
            classify(w, w->x + row * w->x_stride, to);
        else
            pool(w, w->x + row * w->x_stride, lengths[s], to);
        for (uint32_t i = 0; i < size; i++)
            w->finite &= fabsf(to[i]) < HUGE_VALF;
    }
}

static pr_status run(const pr_encoder *encoder, const pr_sequences *sequences, bool labels, pr_arena *scratch,
                     float *out, pr_error *error) {
    uint32_t longest;
    work w;
    PR_TRY(check(encoder, sequences, &longest, error));
    if (sequences->count == 0)
        return PR_OK;
    const uint32_t tokens = sequences->offsets[sequences->count] - sequences->offsets[0];
    uint32_t rows = tokens < BLOCK ? tokens : BLOCK;
    rows = rows > longest ? rows : longest;
    if (!make_work(encoder, rows, longest, scratch, &w))
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while encoding texts");
    for (uint32_t first = 0, count; first < sequences->count; first += count) {
        const uint32_t begin = sequences->offsets[first];
        count = 1;
        while (count < BLOCK && first + count < sequences->count &&
               sequences->offsets[first + count + 1] - begin <= rows)
            count++;
        run_block(&w, sequences, first, count, labels, out);
    }
    if (!w.finite)
        return pr_fail(error, PR_E_FORMAT, 0, "the encoder's weights give numbers that are not finite; make it again");
    return PR_OK;
}

pr_status pr_encoder_embed(const pr_encoder *encoder, const pr_sequences *sequences, pr_arena *scratch,
                           float *embeddings, pr_error *error) {
    return run(encoder, sequences, false, scratch, embeddings, error);
}

pr_status pr_encoder_logits(const pr_encoder *encoder, const pr_sequences *sequences, pr_arena *scratch, float *logits,
                            pr_error *error) {
    if (encoder->settings[PR_SET_LABELS] == 0)
        return pr_fail(error, PR_E_ARGUMENT, 0, "this encoder has no classifier: it embeds texts and scores no pairs");
    return run(encoder, sequences, true, scratch, logits, error);
}
