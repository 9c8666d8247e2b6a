/* The cache of vectors: what is in it is not encoded again, and a damaged file loses only what is damaged and behind
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "encode.h"
#include "item_meaning.h"
#include "small_encoder.h"

enum { TEXTS = 300, KINDS = 40 /* different texts among them */, HEAD = 16, RECORD = 4 + 32 + 4 * SMALL_HIDDEN + 8 };

static const char *const PATH = "test-meaning-cache";

static pr_arena arena;
static prt_loaded_encoder loaded, other;
static char names[TEXTS][64];
static pr_text texts[TEXTS];
static float wanted[TEXTS * SMALL_HIDDEN];

static int set_up(void **state) {
    (void)state;
    pr_buffer file = {.arena = &arena};
    pr_arena_init(&arena, NULL, 0);
    unlink(PATH);
    assert_int_equal(small_encoder_write(8, false, &file), PR_OK);
    assert_int_equal(pr_encoder_open(file.bytes, file.size, NULL, &loaded.encoder, NULL), PR_OK);
    other.encoder = loaded.encoder;
    memset(loaded.sha256, 'a', 64);
    memset(other.sha256, 'b', 64);
    for (size_t i = 0; i < TEXTS; i++) {
        snprintf(names[i], sizeof names[i], "want%.*s low %s", (int)(i % KINDS / 2), "aaaaaaaaaaaaaaaaaaaaaaaa",
                 i % 2 ? "cafe" : "running");
        texts[i] = (pr_text){names[i], strlen(names[i])};
    }
    assert_int_equal(prt_encode_texts(loaded.encoder, texts, NULL, TEXTS, 1, wanted, NULL), PR_OK);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    unlink(PATH);
    pr_encoder_close(loaded.encoder);
    pr_arena_free(&arena);
    return 0;
}

/* Embed texts[0 … count) and check the vectors; the file must then have so many records. */
static void embed_tidily(const prt_loaded_encoder *by, uint32_t count, int threads, bool tidy, size_t records) {
    float *rows = calloc(TEXTS * SMALL_HIDDEN, sizeof *rows);
    pr_error error = {0};
    struct stat about;
    const prt_embedding given = {
        .loaded = by, .texts = texts, .count = count, .cache = PATH, .tidy = tidy, .threads = threads};
    if (prt_embed(&given, rows, &error) != PR_OK)
        fail_msg("%s", error.message);
    assert_memory_equal(rows, wanted, count * SMALL_HIDDEN * sizeof *rows);
    assert_int_equal(stat(PATH, &about), 0);
    assert_int_equal(about.st_size, HEAD + records * RECORD);
    free(rows);
}

static void embed(const prt_loaded_encoder *by, uint32_t count, int threads, size_t records) {
    embed_tidily(by, count, threads, false, records);
}

static void only_new_texts_are_encoded(void **state) {
    (void)state;
    embed(&loaded, 0, 1, 0);
    embed(&loaded, 10, 1, 10);
    embed(&loaded, 10, 2, 10);
    embed(&loaded, TEXTS, 2, KINDS);
    embed(&loaded, TEXTS, 1, KINDS);
    embed(&other, TEXTS, 1, 2 * KINDS);
    embed(&loaded, TEXTS, 3, 2 * KINDS);
}

/* What the cache holds is what is given out: a vector that was changed in it, with its check, comes back. */
static void known_vectors_are_taken_from_the_file(void **state) {
    (void)state;
    float rows[SMALL_HIDDEN];
    char record[RECORD];
    embed(&loaded, 1, 1, 1);
    FILE *file = fopen(PATH, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, HEAD, SEEK_SET), 0);
    assert_int_equal(fread(record, 1, RECORD, file), RECORD);
    record[36] ^= 1;
    const uint64_t check = pr_hash_bytes(record, RECORD - 8, 0);
    memcpy(record + RECORD - 8, &check, sizeof check);
    assert_int_equal(fseek(file, HEAD, SEEK_SET), 0);
    assert_int_equal(fwrite(record, 1, RECORD, file), RECORD);
    fclose(file);
    const prt_embedding one = {.loaded = &loaded, .texts = texts, .count = 1, .cache = PATH, .threads = 1};
    assert_int_equal(prt_embed(&one, rows, NULL), PR_OK);
    assert_memory_not_equal(rows, wanted, sizeof rows);
    assert_memory_equal(rows, record + 36, sizeof rows);
}

static void a_torn_end_is_forgotten(void **state) {
    (void)state;
    embed(&loaded, TEXTS, 1, KINDS);
    for (off_t cut = 1; cut < RECORD; cut += 13) {
        assert_int_equal(truncate(PATH, HEAD + KINDS * RECORD - cut), 0);
        embed(&loaded, TEXTS, 1, KINDS);
    }
    assert_int_equal(truncate(PATH, 0), 0);
    embed(&loaded, TEXTS, 1, KINDS);
}

static void what_follows_a_wrong_record_is_made_again(void **state) {
    (void)state;
    static const long wrong[] = {0, 5, 40, RECORD - 1}; /* dims, key, vector, check */
    embed(&loaded, TEXTS, 1, KINDS);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        FILE *file = fopen(PATH, "r+b");
        assert_non_null(file);
        assert_int_equal(fseek(file, HEAD + 7 * RECORD + wrong[i], SEEK_SET), 0);
        const int byte = fgetc(file);
        assert_int_equal(fseek(file, -1, SEEK_CUR), 0);
        fputc(byte ^ 0xFF, file);
        fclose(file);
        embed(&loaded, TEXTS, 1, KINDS);
        embed(&loaded, TEXTS, 2, KINDS);
    }
}

static bool exists(const char *path) {
    struct stat about;
    return stat(path, &about) == 0;
}

/* A file more than half of which serves nobody any more is written anew; what is used stays known. */
static void a_file_of_old_vectors_is_made_smaller(void **state) {
    (void)state;
    embed_tidily(&other, TEXTS, 1, true, KINDS);
    embed_tidily(&loaded, TEXTS, 1, true, 2 * KINDS); /* a half is not more than half */
    embed_tidily(&loaded, TEXTS, 1, true, 2 * KINDS);
    embed(&loaded, 10, 1, 2 * KINDS); /* only a training tidies up */
    embed_tidily(&loaded, 10, 2, true, 10);
    embed_tidily(&loaded, 10, 1, true, 10);
    embed_tidily(&loaded, TEXTS, 2, true, KINDS);
    assert_false(exists("test-meaning-cache.new"));
}

/* A damaged end does not come along; the half of a new file that a killed run left is written over. */
static void what_a_killed_run_left_is_no_hindrance(void **state) {
    (void)state;
    embed(&loaded, TEXTS, 1, KINDS);
    assert_int_equal(truncate(PATH, HEAD + KINDS * RECORD - 7), 0);
    FILE *half = fopen("test-meaning-cache.new", "wb");
    assert_non_null(half);
    for (int i = 0; i < 9999; i++)
        fputc('x', half);
    fclose(half);
    embed_tidily(&loaded, 12, 1, true, 12);
    assert_false(exists("test-meaning-cache.new"));
    embed(&loaded, 12, 1, 12);
}

/* Where it cannot be written anew the old file stays whole. */
static void a_file_that_cannot_be_replaced_stays(void **state) {
    (void)state;
    embed(&loaded, TEXTS, 1, KINDS);
    assert_int_equal(mkdir("test-meaning-cache.new", 0700), 0);
    embed_tidily(&loaded, 10, 1, true, KINDS);
    assert_int_equal(rmdir("test-meaning-cache.new"), 0);
}

/* Without its cache a night takes longer, and gives the same. */
static void a_cache_that_cannot_be_used_is_done_without(void **state) {
    (void)state;
    static float rows[TEXTS * SMALL_HIDDEN];
    embed(&loaded, 10, 1, 10);
    const int lock = open(PATH, O_RDWR);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    embed(&loaded, TEXTS, 1, 10);
    close(lock);
    const prt_embedding nowhere = {
        .loaded = &loaded, .texts = texts, .count = TEXTS, .cache = "no/such/folder/file", .threads = 1};
    assert_int_equal(prt_embed(&nowhere, rows, NULL), PR_OK);
    assert_memory_equal(rows, wanted, sizeof wanted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_new_texts_are_encoded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(known_vectors_are_taken_from_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_torn_end_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_follows_a_wrong_record_is_made_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_of_old_vectors_is_made_smaller, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_killed_run_left_is_no_hindrance, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_cannot_be_replaced_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cache_that_cannot_be_used_is_done_without, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
