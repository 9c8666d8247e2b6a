/* The WebAssembly face of the text encoder: texts are added to a batch one by one, then the batch is embedded or
 * scored. It knows no Emscripten header. A module holds one batch and its last result, in one static place: `batch`. */
#include "pocketrec.h"

#include <stdlib.h>
#include <string.h>

typedef struct pr_wasm_encoder {
    pr_encoder *encoder;
    void *bytes; /* of the file; came from pr_wasm_alloc */
} pr_wasm_encoder;

static struct {
    uint32_t *ids, *offsets, *seconds;
    uint32_t ids_room, room, count;
    bool pairs;
    float *rows;
    pr_error error;
} batch;

void *pr_wasm_alloc(uint32_t size);
void pr_wasm_free(void *bytes, uint32_t size);
pr_wasm_encoder *pr_wasm_encoder_open(void *bytes, uint32_t size);
void pr_wasm_encoder_close(pr_wasm_encoder *self);
uint32_t pr_wasm_encoder_about(const pr_wasm_encoder *self, uint32_t field);
void pr_wasm_encoder_clear(void);
int32_t pr_wasm_encoder_add(const pr_wasm_encoder *self, const char *first, uint32_t first_size, const char *second,
                            uint32_t second_size, uint32_t pair, uint32_t most);
const uint32_t *pr_wasm_encoder_ids(void);
const uint32_t *pr_wasm_encoder_offsets(void);
uint32_t pr_wasm_encoder_count(void);
int32_t pr_wasm_encoder_embed(const pr_wasm_encoder *self);
int32_t pr_wasm_encoder_logits(const pr_wasm_encoder *self);
const float *pr_wasm_encoder_rows(void);
const char *pr_wasm_encoder_error(void);

/* Memory for whatever the host passes in; 0 when there is none left. */
void *pr_wasm_alloc(uint32_t size) {
    return malloc(size ? size : 1);
}

void pr_wasm_free(void *bytes, uint32_t size) {
    (void)size;
    free(bytes);
}

/* Open an encoder file; the bytes must have come from pr_wasm_alloc and belong to the module from now on, whatever the
 * outcome. 0 on failure: pr_wasm_encoder_error says why. */
pr_wasm_encoder *pr_wasm_encoder_open(void *bytes, uint32_t size) {
    memset(&batch.error, 0, sizeof batch.error);
    pr_wasm_encoder *self = malloc(sizeof *self);
    if (!self)
        pr_fail(&batch.error, PR_E_MEMORY, 0, "there is no memory left to open the encoder");
    if (!self || pr_encoder_open(bytes, size, NULL, &self->encoder, &batch.error) != PR_OK) {
        free(bytes);
        free(self);
        return NULL;
    }
    self->bytes = bytes;
    return self;
}

void pr_wasm_encoder_close(pr_wasm_encoder *self) {
    if (!self)
        return;
    pr_encoder_close(self->encoder);
    free(self->bytes);
    free(self);
}

/* 0 bits, 1 dims, 2 layers, 3 tokens, 4 vocabulary, 5 labels, 6 pairs. */
uint32_t pr_wasm_encoder_about(const pr_wasm_encoder *self, uint32_t field) {
    const pr_encoder_about a = pr_encoder_describe(self->encoder);
    const uint32_t fields[] = {a.bits, a.dims, a.layers, a.tokens, a.vocabulary, a.labels, a.pairs};
    return field < sizeof fields / sizeof *fields ? fields[field] : 0;
}

/* Empty the batch. */
void pr_wasm_encoder_clear(void) {
    batch.count = 0;
}

/* Room for one more sequence of `tokens` ids. */
static bool make_room(uint32_t tokens) {
    const uint32_t used = batch.count ? batch.offsets[batch.count] : 0;
    if (batch.count + 2 > batch.room) {
        const uint32_t room = batch.room ? 2 * batch.room : 64;
        uint32_t *offsets = realloc(batch.offsets, room * sizeof *offsets);
        batch.offsets = offsets ? offsets : batch.offsets;
        uint32_t *seconds = realloc(batch.seconds, room * sizeof *seconds);
        batch.seconds = seconds ? seconds : batch.seconds;
        if (!offsets || !seconds)
            return false;
        batch.room = room;
    }
    if (used + tokens > batch.ids_room) {
        const uint32_t room = 2 * (used + tokens);
        uint32_t *ids = realloc(batch.ids, room * sizeof *ids);
        if (!ids)
            return false;
        batch.ids = ids;
        batch.ids_room = room;
    }
    batch.offsets[batch.count] = used;
    return true;
}

/* Cut a text (or with `pair` two) into tokens and add them to the batch, at most `most` (0: as many as the encoder
 * takes). The number of tokens, or a negative status. */
int32_t pr_wasm_encoder_add(const pr_wasm_encoder *self, const char *first, uint32_t first_size, const char *second,
                            uint32_t second_size, uint32_t pair, uint32_t most) {
    memset(&batch.error, 0, sizeof batch.error);
    if (!make_room(pr_encoder_describe(self->encoder).tokens))
        return pr_fail(&batch.error, PR_E_MEMORY, 0, "there is no memory left for one more text");
    uint32_t count = 0, begin = UINT32_MAX, *ids = batch.ids + batch.offsets[batch.count];
    pr_status status;
    if (pair)
        status = pr_encoder_pair(self->encoder, (pr_text){first, first_size}, (pr_text){second, second_size}, most, ids,
                                 &count, &begin);
    else
        status = pr_encoder_tokens(self->encoder, (pr_text){first, first_size}, most, ids, &count);
    if (status != PR_OK)
        return pr_fail(&batch.error, status, 0, "the encoder takes no pairs, or not so few tokens");
    batch.seconds[batch.count] = begin;
    batch.offsets[++batch.count] = (uint32_t)(ids - batch.ids) + count;
    return (int32_t)count;
}

/* The token ids of the batch end to end, and where those of each text begin. */
const uint32_t *pr_wasm_encoder_ids(void) {
    return batch.ids;
}

const uint32_t *pr_wasm_encoder_offsets(void) {
    return batch.offsets;
}

uint32_t pr_wasm_encoder_count(void) {
    return batch.count;
}

static int32_t run(const pr_wasm_encoder *self, bool labels) {
    const pr_encoder_about about = pr_encoder_describe(self->encoder);
    const uint32_t row = labels ? about.labels : about.dims;
    const pr_sequences sequences = {batch.ids, batch.offsets, batch.seconds, batch.count};
    pr_arena arena;
    memset(&batch.error, 0, sizeof batch.error);
    free(batch.rows);
    batch.rows = calloc((size_t)batch.count + 1, (row ? row : 1) * sizeof *batch.rows);
    if (!batch.rows)
        return pr_fail(&batch.error, PR_E_MEMORY, 0, "there is no memory left for the result");
    pr_arena_init(&arena, NULL, 0);
    const pr_status status = labels ? pr_encoder_logits(self->encoder, &sequences, &arena, batch.rows, &batch.error)
                                    : pr_encoder_embed(self->encoder, &sequences, &arena, batch.rows, &batch.error);
    pr_arena_free(&arena);
    return status;
}

/* Embed or score the batch: 0, or a negative status. The rows are valid until the next of these calls. */
int32_t pr_wasm_encoder_embed(const pr_wasm_encoder *self) {
    return run(self, false);
}

int32_t pr_wasm_encoder_logits(const pr_wasm_encoder *self) {
    return run(self, true);
}

const float *pr_wasm_encoder_rows(void) {
    return batch.rows;
}

/* Why the last call failed: one NUL-terminated sentence. */
const char *pr_wasm_encoder_error(void) {
    return batch.error.message;
}
