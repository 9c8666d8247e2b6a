/* The cache of vectors: what is in it is not encoded again, and a damaged file loses only what is damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "encode.h"
#include "small_encoder.h"

enum { TEXTS = 300, KINDS = 40 /* different texts among them */ };

static const char *const PATH = "test-embedding-cache";
static const char *const SHA = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static const char *const OTHER_SHA = "fedcba98765432100123456789abcdef0123456789abcdef0123456789abcdef";

static pr_arena arena;
static pr_encoder *encoder;
static char names[TEXTS][64];
static pr_text texts[TEXTS];
static float wanted[TEXTS * SMALL_HIDDEN];

static int set_up(void **state) {
    (void)state;
    pr_buffer file = {.arena = &arena};
    pr_arena_init(&arena, NULL, 0);
    unlink(PATH);
    assert_int_equal(small_encoder_write(8, false, &file), PR_OK);
    assert_int_equal(pr_encoder_open(file.bytes, file.size, NULL, &encoder, NULL), PR_OK);
    for (size_t i = 0; i < TEXTS; i++) {
        snprintf(names[i], sizeof names[i], "want%.*s low %s", (int)(i % KINDS / 2), "aaaaaaaaaaaaaaaaaaaaaaaa",
                 i % 2 ? "cafe" : "running");
        texts[i] = (pr_text){names[i], strlen(names[i])};
    }
    assert_int_equal(prt_encode_texts(encoder, texts, NULL, TEXTS, 1, wanted, NULL), PR_OK);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    unlink(PATH);
    pr_encoder_close(encoder);
    pr_arena_free(&arena);
    return 0;
}

/* How many of texts[0 … count) were encoded; the vectors must be right. */
static size_t encoded(const char *sha, size_t count, int threads) {
    float *rows = calloc(TEXTS * SMALL_HIDDEN, sizeof *rows);
    prt_embedding_cache *cache;
    pr_error error = {0};
    size_t result = 0;
    if (prt_embedding_cache_open(PATH, sha, SMALL_HIDDEN, &cache, &error) != PR_OK ||
        prt_encode_cached(encoder, cache, texts, count, threads, rows, &result, &error) != PR_OK)
        fail_msg("%s", error.message);
    prt_embedding_cache_close(cache);
    assert_memory_equal(rows, wanted, count * SMALL_HIDDEN * sizeof *rows);
    free(rows);
    return result;
}

static off_t size_of_file(void) {
    struct stat about;
    assert_int_equal(stat(PATH, &about), 0);
    return about.st_size;
}

static void only_new_texts_are_encoded(void **state) {
    (void)state;
    assert_int_equal(encoded(SHA, 10, 1), 10);
    assert_int_equal(encoded(SHA, 10, 2), 0);
    assert_int_equal(encoded(SHA, TEXTS, 2), KINDS - 10);
    const off_t size = size_of_file();
    assert_int_equal(encoded(SHA, TEXTS, 1), 0);
    assert_int_equal(size_of_file(), size);
    assert_int_equal(encoded(OTHER_SHA, TEXTS, 1), KINDS);
    assert_int_equal(size_of_file(), 2 * size);
    assert_int_equal(encoded(SHA, TEXTS, 1), 0);
    assert_int_equal(encoded(SHA, 0, 1), 0);
}

static void a_torn_end_is_forgotten(void **state) {
    (void)state;
    encoded(SHA, TEXTS, 1);
    const off_t size = size_of_file(), record = size / KINDS;
    for (off_t cut = 1; cut < record; cut += 13) {
        assert_int_equal(truncate(PATH, size - cut), 0);
        assert_int_equal(encoded(SHA, TEXTS, 1), 1);
        assert_int_equal(size_of_file(), size);
    }
    assert_int_equal(truncate(PATH, 5), 0);
    assert_int_equal(encoded(SHA, TEXTS, 1), KINDS);
}

static void what_follows_a_wrong_record_is_forgotten(void **state) {
    (void)state;
    encoded(SHA, TEXTS, 1);
    const off_t size = size_of_file(), record = size / KINDS;
    static const off_t wrong[] = {0, 32, 36, 41, -1}; /* key, count, padding, vector, check */
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        FILE *file = fopen(PATH, "r+b");
        assert_non_null(file);
        assert_int_equal(fseek(file, 7 * record + (wrong[i] < 0 ? record - 1 : wrong[i]), SEEK_SET), 0);
        const int byte = fgetc(file);
        assert_int_equal(fseek(file, -1, SEEK_CUR), 0);
        fputc(byte ^ 0xFF, file);
        fclose(file);
        assert_int_equal(encoded(SHA, TEXTS, 1), KINDS - 7);
        assert_int_equal(size_of_file(), size);
    }
}

static void one_run_at_a_time(void **state) {
    (void)state;
    prt_embedding_cache *first, *second;
    pr_error error = {0};
    assert_int_equal(prt_embedding_cache_open(PATH, SHA, SMALL_HIDDEN, &first, &error), PR_OK);
    assert_int_equal(prt_embedding_cache_open(PATH, SHA, SMALL_HIDDEN, &second, &error), PR_E_LOCKED);
    assert_null(second);
    prt_embedding_cache_close(first);
    assert_int_equal(prt_embedding_cache_open("no/such/folder/file", SHA, SMALL_HIDDEN, &first, &error), PR_E_IO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_new_texts_are_encoded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_torn_end_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_follows_a_wrong_record_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_run_at_a_time, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
