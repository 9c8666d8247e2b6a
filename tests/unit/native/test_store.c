/* The folder of a bundle: lock, atomic files, reuse, sweeping. */
#include "store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[256];

static int make_folder(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "%s/pocketrec-store-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void write_file(const char *name, const char *text) {
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static bool exists(const char *name) {
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static ino_t inode(const char *name) {
    char path[600];
    struct stat about;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(stat(path, &about), 0);
    return about.st_ino;
}

static void only_one_run_writes(void **state) {
    (void)state;
    prt_store first, second;
    pr_error error = {0};
    assert_int_equal(prt_store_open(folder, &first, &error), PR_OK);
    assert_int_equal(prt_store_open(folder, &second, &error), PR_E_LOCKED);
    prt_store_close(&first);
    assert_int_equal(prt_store_open(folder, &second, &error), PR_OK);
    prt_store_close(&second);
}

static void makes_folders_and_says_why_not(void **state) {
    (void)state;
    char path[400];
    prt_store store;
    pr_error error = {0};
    snprintf(path, sizeof path, "%s/a/b/c", folder);
    assert_int_equal(prt_store_open(path, &store, &error), PR_OK);
    assert_true(exists("a/b/c"));
    prt_store_close(&store);
    assert_false(exists("a/b/c")); /* nothing was put into it */
    write_file("file", "x");
    snprintf(path, sizeof path, "%s/file/b", folder);
    assert_int_equal(prt_store_open(path, &store, &error), PR_E_IO);
    assert_non_null(strstr(error.message, "file"));
    assert_int_equal(prt_store_open("", &store, &error), PR_E_IO);
}

static void equal_files_are_reused_and_wrong_ones_replaced(void **state) {
    (void)state;
    prt_store store;
    assert_int_equal(prt_store_open(folder, &store, NULL), PR_OK);
    assert_int_equal(prt_store_put(&store, "x", "abc", 3, NULL), PR_OK);
    ino_t before = inode("x");
    assert_int_equal(prt_store_put(&store, "x", "abc", 3, NULL), PR_OK);
    assert_true(inode("x") == before);
    write_file("x", "abX");
    assert_int_equal(prt_store_put(&store, "x", "abc", 3, NULL), PR_OK);
    pr_arena arena = {0};
    pr_text text;
    assert_int_equal(prt_store_read(&store, "x", &arena, &text, NULL), PR_OK);
    assert_int_equal(text.size, 3);
    assert_memory_equal(text.bytes, "abc", 3);
    assert_int_equal(prt_store_read(&store, "not-there", &arena, &text, NULL), PR_E_IO);
    pr_arena_free(&arena);
    prt_store_close(&store);
}

static void what_is_staged_is_not_seen(void **state) {
    (void)state;
    prt_store store;
    assert_int_equal(prt_store_open(folder, &store, NULL), PR_OK);
    assert_int_equal(prt_store_stage(&store, "manifest.json", "{}", 2, NULL), PR_OK);
    assert_false(exists("manifest.json"));
    assert_true(exists(".manifest.json.tmp"));
    prt_store_close(&store);
    assert_int_equal(prt_store_open(folder, &store, NULL), PR_OK); /* as after a crash */
    assert_false(exists(".manifest.json.tmp"));
    assert_int_equal(prt_store_replace(&store, "manifest.json", "{}", 2, NULL), PR_OK);
    assert_true(exists("manifest.json"));
    prt_store_close(&store);
}

static void sweeps_what_no_manifest_names(void **state) {
    (void)state;
    prt_store store;
    write_file("manifest.json", "{\"shards\":[{\"file\":\"items-0123456789abcdef.safetensors\"}]}");
    write_file("manifest.previous.json", "{\"shards\":[{\"file\":\"items-00000000000000aa.safetensors\"}]}");
    write_file("items-0123456789abcdef.safetensors", "");
    write_file("items-0123456789abcdef.safetensors.gz", "");
    write_file("items-00000000000000aa.safetensors", "");
    write_file("items-00000000000000bb.safetensors", "");
    write_file("items-00000000000000bb.safetensors.br", "");
    write_file("items-mine.safetensors", "");
    write_file("notes.txt", "");
    assert_int_equal(prt_store_open(folder, &store, NULL), PR_OK);
    assert_int_equal(prt_store_sweep(&store, NULL), PR_OK);
    prt_store_close(&store);
    assert_true(exists("items-0123456789abcdef.safetensors"));
    assert_true(exists("items-0123456789abcdef.safetensors.gz"));
    assert_true(exists("items-00000000000000aa.safetensors"));
    assert_false(exists("items-00000000000000bb.safetensors"));
    assert_false(exists("items-00000000000000bb.safetensors.br"));
    assert_true(exists("items-mine.safetensors") && exists("notes.txt"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_one_run_writes),
        cmocka_unit_test(makes_folders_and_says_why_not),
        cmocka_unit_test(equal_files_are_reused_and_wrong_ones_replaced),
        cmocka_unit_test(what_is_staged_is_not_seen),
        cmocka_unit_test(sweeps_what_no_manifest_names),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
