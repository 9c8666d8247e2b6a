/* The text encoder on a small model: tokens, batches, and files that are wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "small_encoder.h"

static pr_arena arena;
static pr_buffer file;
static pr_encoder *encoder;

static int open_small(uint32_t bits, bool labels) {
    pr_error error = {0};
    pr_arena_init(&arena, NULL, 0);
    file = (pr_buffer){.arena = &arena};
    assert_int_equal(small_encoder_write(bits, labels, &file), PR_OK);
    if (pr_encoder_open(file.bytes, file.size, NULL, &encoder, &error) != PR_OK)
        fail_msg("%s", error.message);
    return 0;
}

static int open_floats(void **state) {
    (void)state;
    return open_small(32, false);
}

static int open_bytes(void **state) {
    (void)state;
    return open_small(8, true);
}

static int open_nibbles(void **state) {
    (void)state;
    return open_small(4, true);
}

static int close_small(void **state) {
    (void)state;
    pr_encoder_close(encoder);
    pr_arena_free(&arena);
    return 0;
}

/* ---- tokens ---- */

/* The tokens of a text with spaces between. */
static const char *tokens_of(const char *text, size_t size) {
    static char out[1024];
    uint32_t ids[SMALL_POSITIONS], count = 0;
    assert_int_equal(pr_encoder_tokens(encoder, (pr_text){text, size}, 0, ids, &count), PR_OK);
    assert_in_range(count, 2, SMALL_POSITIONS);
    out[0] = 0;
    for (uint32_t i = 0; i < count; i++) {
        strcat(out, i ? " " : "");
        strcat(out, small_encoder_tokens[ids[i]]);
    }
    return out;
}

#define assert_tokens(text, wanted) assert_string_equal(tokens_of(text, sizeof(text) - 1), wanted)

static void texts_are_cut(void **state) {
    (void)state;
    assert_tokens("", "[CLS] [SEP]");
    assert_tokens("UNwant\xC3\xA9"
                  "d,running",
                  "[CLS] un ##want ##ed , runn ##ing [SEP]");
    assert_tokens(" \t\r\nlow\0est\xEF\xBF\xBD ", "[CLS] low ##e ##st [SEP]");
    assert_tokens("lowx low", "[CLS] [UNK] low [SEP]");
    assert_tokens("cafe\xCC\x81 CAF\xC3\x89", "[CLS] cafe cafe [SEP]");
    assert_tokens("a\xE6\x97\xA5"
                  "a",
                  "[CLS] a \xE6\x97\xA5 a [SEP]");
    assert_tokens("\xEA\xB0\x80", "[CLS] \xE1\x84\x80 ##\xE1\x85\xA1 [SEP]"); /* a syllable of Hangul */
    assert_tokens("low[SEP]low [MASK]a", "[CLS] low [SEP] low [MASK] a [SEP]");
    assert_tokens("[sep]", "[CLS] [UNK] [UNK] [UNK] [SEP]");
}

static void bytes_that_are_not_utf8_vanish(void **state) {
    (void)state;
    assert_tokens("lo\xFFw\xC3", "[CLS] low [SEP]");
    assert_tokens("\xED\xA0\x80low\xF4\x90\x80\x80", "[CLS] low [SEP]");
    assert_tokens("\xE6\x97low", "[CLS] low [SEP]");
}

static void long_texts_are_cut_off(void **state) {
    (void)state;
    char *text = malloc(100000);
    memset(text, 'a', 100000);
    assert_string_equal(tokens_of(text, 100000), "[CLS] [UNK] [SEP]");
    assert_string_equal(tokens_of(text, 101), "[CLS] [UNK] [SEP]");
    assert_int_equal(strlen(tokens_of(text, 18)), strlen("[CLS] a [SEP]") + 17 * strlen(" ##a"));
    for (size_t i = 1; i < 100000; i += 2)
        text[i] = ' ';
    assert_int_equal(strlen(tokens_of(text, 100000)), strlen("[CLS] [SEP]") + 18 * strlen(" a"));
    free(text);
}

static void check_pair(const char *a, const char *b, uint32_t most, uint32_t wanted_a, uint32_t wanted_b) {
    uint32_t ids[SMALL_POSITIONS], count = 0, second = 0;
    const pr_text first = {a, strlen(a)}, other = {b, strlen(b)};
    assert_int_equal(pr_encoder_pair(encoder, first, other, most, ids, &count, &second), PR_OK);
    assert_int_equal(second, wanted_a + 2);
    assert_int_equal(count, wanted_a + wanted_b + 3);
    assert_true(ids[0] == 2 && ids[wanted_a + 1] == 3 && ids[count - 1] == 3);
}

/* Lengths as the library tokenizers gives them. */
static void the_longer_text_of_a_pair_is_cut_first(void **state) {
    (void)state;
    check_pair("", "", 0, 0, 0);
    check_pair("a a a", "a", 0, 3, 1);
    check_pair("a a a a a a a a", "a a", 9, 4, 2);
    check_pair("a a", "a a a a a a a a", 9, 2, 4);
    check_pair("a a a a a a a a", "a a a a a a a", 10, 4, 3);
    check_pair("a a a a a a a", "a a a a a a a a", 10, 3, 4);
    check_pair("a a a a a a a", "a a a a a a a", 10, 3, 4);
    check_pair("a a a a", "a a a a", 3, 0, 0);
    uint32_t ids[SMALL_POSITIONS], count, second;
    assert_int_equal(pr_encoder_pair(encoder, (pr_text){0}, (pr_text){0}, 2, ids, &count, &second), PR_E_ARGUMENT);
    assert_int_equal(pr_encoder_tokens(encoder, (pr_text){0}, 1, ids, &count), PR_E_ARGUMENT);
}

/* ---- batches ---- */

enum { SEQUENCES = 40 };

typedef struct made {
    uint32_t ids[SEQUENCES * SMALL_POSITIONS], offsets[SEQUENCES + 1], seconds[SEQUENCES];
} made;

static pr_sequences make_sequences(made *m) {
    uint64_t counter = 0;
    m->offsets[0] = 0;
    for (uint32_t s = 0; s < SEQUENCES; s++) {
        const uint32_t count = 1 + (uint32_t)(pr_mix64(counter++) % SMALL_POSITIONS);
        m->offsets[s + 1] = m->offsets[s] + count;
        m->seconds[s] = s % 3 ? count / 2 : UINT32_MAX;
        for (uint32_t t = 0; t < count; t++)
            m->ids[m->offsets[s] + t] = (uint32_t)(pr_mix64(counter++) % 22);
    }
    return (pr_sequences){m->ids, m->offsets, m->seconds, SEQUENCES};
}

typedef pr_status (*run_function)(const pr_encoder *encoder, const pr_sequences *sequences, pr_arena *scratch,
                                  float *out, pr_error *error);

static void alone_and_together(run_function run, uint32_t row) {
    static made m;
    const pr_sequences all = make_sequences(&m);
    float together[SEQUENCES * SMALL_HIDDEN], alone[SMALL_HIDDEN];
    assert_int_equal(run(encoder, &all, &arena, together, NULL), PR_OK);
    for (uint32_t s = 0; s < SEQUENCES; s++) {
        const pr_sequences one = {m.ids, m.offsets + s, m.seconds + s, 1};
        assert_int_equal(run(encoder, &one, &arena, alone, NULL), PR_OK);
        assert_memory_equal(alone, together + s * row, row * sizeof *alone);
        for (uint32_t i = 0; i < row; i++)
            assert_true(isfinite(alone[i]));
    }
}

static void company_does_not_matter(void **state) {
    (void)state;
    alone_and_together(pr_encoder_embed, SMALL_HIDDEN);
    if (pr_encoder_describe(encoder).labels)
        alone_and_together(pr_encoder_logits, SMALL_LABELS);
}

static void embeddings_have_length_one(void **state) {
    (void)state;
    static made m;
    const pr_sequences all = make_sequences(&m);
    float out[SEQUENCES * SMALL_HIDDEN];
    assert_int_equal(pr_encoder_embed(encoder, &all, &arena, out, NULL), PR_OK);
    for (uint32_t s = 0; s < SEQUENCES; s++) {
        double sum = 0;
        for (uint32_t i = 0; i < SMALL_HIDDEN; i++)
            sum += (double)out[s * SMALL_HIDDEN + i] * (double)out[s * SMALL_HIDDEN + i];
        assert_true(fabs(sum - 1) < 1e-5);
    }
}

static void wrong_sequences_are_refused(void **state) {
    (void)state;
    static const uint32_t ids[SMALL_POSITIONS + 1] = {2, 22}, too_long[] = {0, SMALL_POSITIONS + 1}, none[] = {0, 0};
    static const uint32_t two[] = {0, 2}, back[] = {1, 0}, one[] = {0, 1};
    const uint32_t *const wrong[] = {too_long, none, two, back};
    float out[SMALL_HIDDEN];
    pr_error error;
    for (size_t i = 0; i < PR_COUNT(wrong); i++) {
        const pr_sequences sequences = {ids, wrong[i], NULL, 1};
        assert_int_equal(pr_encoder_embed(encoder, &sequences, &arena, out, &error), PR_E_ARGUMENT);
    }
    const pr_sequences right = {ids, one, NULL, 1}, empty = {ids, one, NULL, 0};
    assert_int_equal(pr_encoder_embed(encoder, &right, &arena, out, &error), PR_OK);
    assert_int_equal(pr_encoder_embed(encoder, &empty, &arena, out, &error), PR_OK);
    pr_arena small;
    pr_arena_init(&small, NULL, 1000);
    assert_int_equal(pr_encoder_embed(encoder, &right, &small, out, &error), PR_E_MEMORY);
    pr_arena_free(&small);
    if (pr_encoder_describe(encoder).labels == 0)
        assert_int_equal(pr_encoder_logits(encoder, &right, &arena, out, &error), PR_E_ARGUMENT);
}

/* ---- files ---- */

/* Opening bytes that have nothing behind their end. */
static pr_status open_copy(const char *bytes, size_t size, pr_error *error) {
    char *copy = malloc(size ? size : 1);
    pr_encoder *opened;
    memcpy(copy, bytes, size);
    *error = (pr_error){0};
    const pr_status status = pr_encoder_open(copy, size, NULL, &opened, error);
    assert_true((status == PR_OK) == (opened != NULL));
    assert_true(status == PR_OK || error->message[0] != 0);
    pr_encoder_close(opened);
    free(copy);
    return status;
}

static void truncated_files_are_refused(void **state) {
    (void)state;
    pr_error error;
    for (size_t size = 0; size < file.size; size += size < 4000 ? 1 : 97)
        assert_int_not_equal(open_copy(file.bytes, size, &error), PR_OK);
    assert_int_equal(open_copy(file.bytes, file.size, &error), PR_OK);
}

/* Where the data of a tensor begins. */
static size_t place_of(const char *name) {
    uint64_t header;
    const pr_json *root;
    memcpy(&header, file.bytes, sizeof header);
    assert_int_equal(pr_json_parse(file.bytes + 8, header, &(pr_json_limits){0}, &arena, &root, NULL), PR_OK);
    const pr_json *tensor = pr_json_get(root, name);
    assert_non_null(tensor);
    return 8 + (size_t)header + (size_t)pr_json_get(tensor, "data_offsets")->first->number;
}

static void refused_with(const char *name, size_t at, uint32_t value, size_t size, const char *message) {
    char saved[4];
    pr_error error;
    char *place = file.bytes + place_of(name) + at;
    memcpy(saved, place, size);
    memcpy(place, &value, size);
    assert_int_not_equal(open_copy(file.bytes, file.size, &error), PR_OK);
    if (!strstr(error.message, message))
        fail_msg("\"%s\" is not in \"%s\"", message, error.message);
    memcpy(place, saved, size);
}

static void wrong_numbers_are_refused(void **state) {
    (void)state;
    refused_with("settings", 0, 2, 4, "format");
    for (size_t i = 1; i < 9; i++)
        refused_with("settings", 4 * i, 0xFFFFFFFF, 4, i == 1 ? "settings" : "");
    for (size_t i = 10; i < 14; i++)
        refused_with("settings", 4 * i, 0xFFFFFFFF, 4, "settings");
    refused_with("settings", 8, 25, 4, "");
    refused_with("settings", 16, 7, 4, "settings");
    refused_with("epsilon", 0, 0x7FC00000, 4, "epsilon");
    refused_with("special", 4, 22, 4, "special");
    refused_with("vocab.lengths", 0, 6, 1, "vocab");
    refused_with("types.weight", 40, 0x7F800000, 4, "types.weight");
    refused_with("intermediate.bias", 8, 0xFFC00000, 4, "intermediate.bias");
    if (pr_encoder_describe(encoder).bits == 4) {
        refused_with("output.multiplier", 2, 0, 1, "output.multiplier");
        refused_with("words.multiplier", 5, 11, 1, "words.multiplier");
    }
    if (pr_encoder_describe(encoder).bits < 32) {
        refused_with("output.scale", 2, 0x7F80, 2, "output.scale");
        refused_with("words.scale", 2, 0x8000, 2, "words.scale");
    } else {
        refused_with("output.weight", 0, 0x7F800000, 4, "output.weight");
    }
}

static void duplicates_in_the_vocabulary_are_refused(void **state) {
    (void)state;
    pr_error error;
    char *token = file.bytes + place_of("vocab.bytes") + strlen("[PAD][UNK][CLS][SEP]") + 1;
    assert_memory_equal(token, "MASK", 4);
    char *low = strstr(token, "low");
    assert_non_null(low);
    memcpy(low, "cafe", 1); /* "cow" is fine */
    assert_int_equal(open_copy(file.bytes, file.size, &error), PR_OK);
    memcpy(token - 1 - 5, token - 1 - 10, 5); /* [SEP] becomes [CLS] */
    assert_int_equal(open_copy(file.bytes, file.size, &error), PR_E_FORMAT);
    assert_non_null(strstr(error.message, "the tokens 2 and 3 are the same"));
}

static void weights_that_overflow_are_told(void **state) {
    (void)state;
    static const uint32_t ids[] = {2, 5, 3}, offsets[] = {0, 3};
    const pr_sequences sequences = {ids, offsets, NULL, 1};
    const float huge = 3e38f;
    float out[SMALL_HIDDEN];
    pr_encoder *opened;
    pr_error error = {0};
    for (size_t i = 0; i < 2 * SMALL_HIDDEN; i++)
        memcpy(file.bytes + place_of("output_norm.weight") + 4 * i, &huge, sizeof huge);
    assert_int_equal(pr_encoder_open(file.bytes, file.size, NULL, &opened, &error), PR_OK);
    assert_int_equal(pr_encoder_embed(opened, &sequences, &arena, out, &error), PR_E_FORMAT);
    assert_non_null(strstr(error.message, "finite"));
    pr_encoder_close(opened);
}

/* ---- memory ---- */

static size_t allowed, held;

static void *allocate(void *context, size_t bytes) {
    (void)context;
    if (allowed == 0)
        return NULL;
    allowed--;
    held++;
    return malloc(bytes);
}

static void release(void *context, void *memory, size_t bytes) {
    (void)context;
    (void)bytes;
    held -= memory != NULL;
    free(memory);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    const pr_allocator allocator = {NULL, allocate, release};
    pr_status status = PR_E_MEMORY;
    for (size_t count = 0; status != PR_OK; count++) {
        pr_encoder *opened;
        pr_error error = {0};
        allowed = count;
        status = pr_encoder_open(file.bytes, file.size, &allocator, &opened, &error);
        assert_true(status == PR_OK || status == PR_E_MEMORY);
        pr_encoder_close(opened);
        assert_int_equal(held, 0);
        assert_in_range(count, 0, 1000);
    }
}

#define ALL(test)                                                                                                      \
    cmocka_unit_test_setup_teardown(test, open_floats, close_small),                                                   \
        cmocka_unit_test_setup_teardown(test, open_bytes, close_small),                                                \
        cmocka_unit_test_setup_teardown(test, open_nibbles, close_small)

int main(void) {
    const struct CMUnitTest tests[] = {
        ALL(texts_are_cut),
        ALL(bytes_that_are_not_utf8_vanish),
        ALL(long_texts_are_cut_off),
        ALL(the_longer_text_of_a_pair_is_cut_first),
        ALL(company_does_not_matter),
        ALL(embeddings_have_length_one),
        ALL(wrong_sequences_are_refused),
        ALL(truncated_files_are_refused),
        ALL(wrong_numbers_are_refused),
        ALL(duplicates_in_the_vocabulary_are_refused),
        ALL(weights_that_overflow_are_told),
        ALL(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
