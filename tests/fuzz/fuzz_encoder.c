/* Any bytes as an encoder file. What opens must cut and encode texts, one of them made of the same bytes, with finite
 * numbers or a refusal, without leaving memory. */
#include "pocketrec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Larger networks than the fuzzer makes on purpose take too long. */
enum { MOST_DIMS = 256, MOST_LAYERS = 4, MOST_TOKENS = 64 };

static void check_rows(pr_status status, const float *rows, size_t count, const pr_error *error) {
    if (status != PR_OK && (status != PR_E_FORMAT || error->message[0] == '\0')) {
        abort();
    }
    for (size_t i = 0; status == PR_OK && i < count; i++) {
        if (!isfinite(rows[i])) {
            abort();
        }
    }
}

static void encode(const pr_encoder *encoder, const uint32_t *ids, uint32_t count, const uint32_t *second) {
    const pr_encoder_about about = pr_encoder_describe(encoder);
    const uint32_t offsets[] = {0, count};
    const pr_sequences sequences = {ids, offsets, second, 1};
    float *rows = malloc((about.dims + about.labels) * sizeof *rows); /* with nothing behind its end */
    pr_error error = {0};
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    check_rows(pr_encoder_embed(encoder, &sequences, &arena, rows, &error), rows, about.dims, &error);
    if (about.labels) {
        check_rows(pr_encoder_logits(encoder, &sequences, &arena, rows, &error), rows, about.labels, &error);
    }
    pr_arena_free(&arena);
    free(rows);
}

static void use(const pr_encoder *encoder, const uint8_t *data, size_t size) {
    const pr_encoder_about about = pr_encoder_describe(encoder);
    const uint32_t most = about.tokens < MOST_TOKENS ? about.tokens : MOST_TOKENS;
    const pr_text text = {(const char *)data, size}, other = {"want \xEA\xB0\x80 low, e\xCC\x81", 18};
    uint32_t *ids = malloc(most * sizeof *ids), count = 0, second = 0;
    const bool small = about.dims <= MOST_DIMS && about.layers <= MOST_LAYERS;
    if (pr_encoder_tokens(encoder, text, most, ids, &count) != PR_OK || count < 2 || count > most) {
        abort();
    }
    if (small) {
        encode(encoder, ids, count, NULL);
    }
    const pr_status paired = pr_encoder_pair(encoder, other, text, most, ids, &count, &second);
    if ((paired == PR_OK) != about.pairs || (about.pairs && (count < 3 || count > most || second >= count))) {
        abort();
    }
    if (small && about.pairs) {
        encode(encoder, ids, count, &second);
    }
    free(ids);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t *bytes = malloc(size ? size : 1); /* aligned, and with nothing behind its end */
    memcpy(bytes, data, size);
    pr_encoder *encoder;
    pr_error error = {0};
    if (pr_encoder_open(bytes, size, NULL, &encoder, &error) == PR_OK) {
        use(encoder, data, size);
    } else if (error.message[0] == '\0') {
        abort(); /* a refusal has a reason */
    }
    pr_encoder_close(encoder);
    free(bytes);
    return 0;
}

#ifdef PR_LIBFUZZER
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* Most of the time only the tensors change, in place, so that the header stays true. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    uint64_t header = 0;
    if (size > 8) {
        memcpy(&header, data, sizeof header);
    }
    if (seed % 4 && size > 8 && header > 0 && header < size - 8) {
        size_t start = 8 + (size_t)header;
        LLVMFuzzerMutate(data + start, size - start, size - start);
        return size;
    }
    return LLVMFuzzerMutate(data, size, max_size);
}
#endif
